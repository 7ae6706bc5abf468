"""`upgrade --write`: a suite gets the new model where all of it was compared and nothing is worse; else it says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standin import StandIn
from tests.standin.script import read_script
from tests.support.cli import gemini_eval
from tests.support.suites import write_files

OLD, NEW = "gemini-4-hydrogen", "gemini-4-helium"
SUITE = f"""\
version: 1
name: wine
task: classification
labels: [red, white]
models: {OLD}
prompts: {{plain: {{text: "Note: {{{{ note }}}}"}}}}
params: {{temperature: 0}}
data: notes.yaml
gate: [no_regression: {{metric: accuracy, margin: 0.25}}]
"""
NOTES = "".join(
    f"- {{id: n{number}, vars: {{note: plum {number}}}, expected: red, must_pass: {str(number == 7).lower()}}}\n"
    for number in range(30)
)
SCRIPT = '{"oracle": {"answer": "red"}, "rules": [%s]}'
WHITE = f'{{"model": "{NEW}", "contains": "%s", "do": {{"kind": "answer", "text": "white"}}}}'
REFUSED = f'{{"model": "{NEW}", "contains": "%s", "do": {{"kind": "refuse", "status": 400}}}}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "work"
    write_files(found, {"gemini-eval.yaml": "version: 1\n", "wine.yaml": SUITE, "notes.yaml": NOTES})
    return found


def upgraded(folder: Path, *arguments: str, rule: str = "") -> tuple[int, list[str]]:
    """The exit status, and what came on standard error."""
    with StandIn(read_script(SCRIPT % rule)) as server:
        environment = {"GEMINI_API_KEY": "key-of-the-stand-in-0123456789", "GOOGLE_GEMINI_BASE_URL": server.url}
        words = ["upgrade", "--from", OLD, "--to", NEW, "--write", "-q", *arguments]
        ended = gemini_eval(words, folder, {**environment, "NO_GCE_CHECK": "true"})
    return ended.status, ended.stderr.splitlines()


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "wine.yaml").read_text()
    assert old in text
    (folder / "wine.yaml").write_text(text.replace(old, new))


def is_written(folder: Path, name: str = "wine.yaml") -> bool:
    return NEW in (folder / name).read_text()


def test_none_the_worse(folder: Path) -> None:
    assert upgraded(folder) == (0, [f"wine.yaml: {OLD} → {NEW}"])
    assert is_written(folder)


@pytest.mark.parametrize(
    ("arguments", "rule", "status", "told"),
    [
        (["-n", "20"], "", 0, "nothing is written: only a part of the cases was asked"),
        ([], WHITE % "plum 7", 1, "wine: left as it is, since n7 must pass, and newly fails"),
        ([], WHITE % "plum", 1, "wine: left as it is, since it got worse"),
        ([], REFUSED % "plum 8", 0, "wine: left as it is, since 1 of 30 cases were not delivered on both sides"),
    ],
    ids=["a part", "must pass", "worse", "not delivered"],
)
def test_left(folder: Path, arguments: list[str], rule: str, status: int, told: str) -> None:
    assert upgraded(folder, *arguments, rule=rule) == (status, [told])
    assert not is_written(folder)


def test_a_gate_that_fails_now(folder: Path) -> None:
    edit(folder, "gate: [", "gate: [accuracy == 100%, ")
    assert upgraded(folder, rule=WHITE % "plum 8") == (
        1,
        [
            "wine: left as it is, since the gate `accuracy == 100%` of plain@gemini-4-hydrogen fails: "
            "accuracy = 0.967 (0.83–0.99, n = 30), needs == 100%"
        ],
    )
    assert not is_written(folder)


def test_a_variant_that_was_not_compared(folder: Path) -> None:
    edit(folder, "prompts: {", 'prompts: {curt: {text: "{{ note }}"}, ')
    assert upgraded(folder, "--prompt", "plain") == (
        0,
        ["wine: left as it is, since curt@gemini-4-hydrogen asks the model too, and was not compared"],
    )
    assert not is_written(folder)


def test_a_model_that_two_suites_share(folder: Path) -> None:
    (folder / "base.yaml").write_text(SUITE.replace("name: wine\n", ""))
    (folder / "wine.yaml").write_text("version: 1\nname: wine\nextends: base.yaml\n")
    (folder / "beer.yaml").write_text("version: 1\nname: beer\nextends: base.yaml\ndata: beers.yaml\n")
    (folder / "beers.yaml").write_text(NOTES.replace("plum", "hop"))
    status, lines = upgraded(folder, "wine.yaml", "beer.yaml", rule=WHITE % "hop")
    assert (status, lines) == (
        1,
        [
            "beer: left as it is, since it got worse",
            "wine: left as it is, since it shares the model with beer, which is left",
        ],
    )
    assert not is_written(folder, "base.yaml")
