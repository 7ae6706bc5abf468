"""`list`, run as users run it."""

from __future__ import annotations

import json
from pathlib import Path

from gemini_eval.summary.figures import FIGURES
from tests.support.cli import Ended, gemini_eval
from tests.support.suites import write_files

SUITE = """
    version: 1
    name: wine
    description: Red or white?
    task: classification
    labels: {red: [rouge], white: null}
    prompts:
      zero: {text: "{{ name }}"}
      few: {text: "{{ examples }} {{ name }}", examples: [{vars: {name: Kerner}, expected: white}], assert: [is_json]}
    variants:
      zero: {prompt: zero, gated: false}
      few: {prompt: few}
    assert:
      - contains: {any: [red, white]}
      - {name: either, any_of: [{regex: r}, {not: {equals: x}, weight: 2}]}
      - {name: named, contains: {from: vars.name}, weight: 0.5}
    measure: [{length: {words: {max: 3}}}]
    gate:
      - accuracy >= 0.5
      - {name: common, require: pass_rate >= 0.1, final: true}
    data: wine.csv
    cases:
      - {id: first, vars: {name: Merlot}, expected: red, tags: [hard, "lang=en"]}
      - {id: either-way, vars: {name: Rosé}, expected: {any_of: [red, white]}, must_pass: true}
      - {id: sleeping, vars: {name: Cava}, expected: white, skip: {reason: later}}
"""

ROWS = "id,name,expected\n" + "".join(f"row-{n},wine {n},red\n" for n in range(12))

HEAD = """\
wine (wine.yaml)
  Red or white?
  task classification; labels red, white
variants
  name    prompt    strategy    model               gated
  ------  --------  ----------  ------------------  -------
  zero    zero      zero_shot   local:gemma-3-270m  no
  few     few       few_shot    local:gemma-3-270m  yes
15 cases (1 skipped, 1 must pass)
        1  hard
        1  lang=en
  first                     hard, lang=en             red
  either-way                red | white
  sleeping                  white
"""

TAIL = """\
assertions
  label
  contains ({"any":["red","white"]})
  either (any_of)
    regex (r)
    not equals (x) · weight 2
  named (contains: {"from":"vars.name"}) · weight 0.5
  length ({"words":{"max":3}}) · measured only
  is_json · prompt few
gates
  accuracy >= 0.5
  common: pass_rate >= 0.1 · final
"""


def row(number: int) -> str:
    return f"  {f'row-{number}':<24}  red\n"


def folder_with_suite(folder: Path) -> Path:
    return write_files(folder, {"wine.yaml": SUITE, "wine.csv": ROWS})


def test_what_is_in_a_suite(tmp_path: Path) -> None:
    folder = folder_with_suite(tmp_path / "w")
    first = "".join(row(number) for number in range(7)) + "  … 5 more; --cases lists them all\n"
    assert gemini_eval(["list", "wine.yaml"], folder) == Ended(0, HEAD + first + TAIL, "")


def test_all_cases(tmp_path: Path) -> None:
    folder = folder_with_suite(tmp_path / "w")
    every = "".join(row(number) for number in range(12))
    assert gemini_eval(["list", "wine.yaml", "--cases"], folder) == Ended(0, HEAD + every + TAIL, "")


def test_the_machine_form(tmp_path: Path) -> None:
    folder = folder_with_suite(tmp_path / "w")
    write_files(folder, {"other.yaml": "version: 1\nname: other\nprompts: {text: hi}\ncases: [{id: only}]\n"})
    wine, other = json.loads(gemini_eval(["list", ".", "--json", "--cases"], folder).stdout)[::-1]
    assert [case["id"] for case in wine["cases"]] == ["first", "either-way", "sleeping", *(f"row-{n}" for n in range(12))]
    assert wine["cases"][:2] == [
        {"id": "first", "tags": ["hard", "lang=en"], "expected": "red"},
        {"id": "either-way", "tags": [], "expected": {"any_of": ["red", "white"]}},
    ]
    assert wine["counts"] == {"cases": 15, "skipped": 1, "must_pass": 1}
    assert wine["variants"][0] == {
        "name": "zero",
        "prompt": "zero",
        "strategy": "zero_shot",
        "model": "local:gemma-3-270m",
        "why": "default_model of gemini-eval.yaml",
        "gated": False,
    }
    assert [item["name"] for item in wine["assertions"]] == ["label", "contains", "either", "named", "length"]
    assert wine["assertions"][3]["parameters"] == {"from": "vars.name"}
    assert wine["gates"][1] == {"gate": "pass_rate >= 0.1", "name": "common", "kind": "require", "final": True}
    assert (other["name"], other["gates"], other["cases"]) == ("other", [], [{"id": "only", "tags": [], "expected": None}])
    shorter = json.loads(gemini_eval(["list", "wine.yaml", "--json"], folder).stdout)
    assert len(shorter[0]["cases"]) == 10


def test_a_suite_without_model_gates_and_assertions(tmp_path: Path) -> None:
    folder = write_files(
        tmp_path / "w",
        {"gemini-eval.yaml": "version: 1\n", "s.yaml": "version: 1\nname: s\nprompts: {p: {text: hi}}\ncases: [{id: only}]\n"},
    )
    found = gemini_eval(["list", "s.yaml"], folder)
    assert found.stdout.splitlines()[1:] == [
        "variants",
        "  name     prompt    strategy    model        gated",
        "  -------  --------  ----------  -----------  -------",
        "  p@model  p         zero_shot   none chosen  yes",
        "1 case",
        "  only",
        "assertions",
        "  none: nothing is judged",
        "gates",
        "  every case must pass",
    ]


def test_the_rows_of_all_suites_are_read_before_anything_is_printed(tmp_path: Path) -> None:
    folder = folder_with_suite(tmp_path / "w")
    write_files(folder, {"bad.yaml": "version: 1\nname: bad\nprompts: {text: hi}\ncases: [{id: a}, {id: a}]\n"})
    found = gemini_eval(["list", "wine.yaml", "bad.yaml"], folder)
    assert (found.status, found.stdout) == (2, "")
    assert 'error: two cases have the id "a"' in found.stderr


def test_control_characters_of_a_suite_do_not_reach_the_terminal(tmp_path: Path) -> None:
    text = 'version: 1\nname: s\ndescription: "a\\eb"\nprompts: {text: hi}\ncases: [{id: "c\\e[2J"}]\n'
    found = gemini_eval(["list", "s.yaml"], write_files(tmp_path / "w", {"s.yaml": text}))
    assert found.status == 0
    assert "\x1b" not in found.stdout
    assert "c\\x1b[2J" in found.stdout


# ---- figures -----------------------------------------------------------------------------------------------


def test_the_table_of_figures_fits_80_columns_and_names_each(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    found = gemini_eval(["list", "--figures"], tmp_path / "w")
    lines = found.stdout.splitlines()
    assert (found.status, found.stderr) == (0, "")
    assert max(map(len, lines)) <= 80
    assert [line.split("  ")[0] for line in lines[2:] if not line.startswith(" ")] == [kind.usage for kind in FIGURES]
    assert "accuracy                           share of answers whose label    share" in lines


def test_the_figures_as_json(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    found = json.loads(gemini_eval(["list", "--figures", "--json"], tmp_path / "w").stdout)
    assert [record["name"] for record in found] == [kind.usage for kind in FIGURES]
    assert found[3] == {
        "name": "accuracy",
        "what": "share of answers whose label is the expected one",
        "unit": "share",
        "needs": "labels",
        "no_regression": True,
    }


def test_neither_suite_nor_figures(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    assert gemini_eval(["list"], tmp_path / "w") == Ended(
        2, "", "error: no suite is named\n  mend: write: gemini-eval list SUITE, or gemini-eval list --figures\n"
    )
