"""`validate`, run as users run it."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import Ended, gemini_eval
from tests.support.suites import write_files

PLAIN = """
    version: 1
    name: {name}
    task: classification
    labels: [a, b]
    prompts: {{p: {{text: "say {{{{ x }}}}"}}, q: {{text: "{{{{ x }}}}?"}}}}
    gate: [accuracy >= 0.5]
    cases:
      - {{vars: {{x: one}}, expected: a}}
      - {{vars: {{x: two}}, expected: b}}
"""

BIG = """
    version: 1
    name: big
    task: classification
    labels: [a, b]
    prompts: {text: "say {{ x }}"}
    data: rows.csv
"""


def plain(name: str) -> str:
    return PLAIN.format(name=name)


def rows(count: int) -> str:
    return "id,x,expected\n" + "".join(f"c{n},text {n},a\n" for n in range(count))


def test_one_line_for_each_suite(tmp_path: Path) -> None:
    write_files(tmp_path / "w", {"one.yaml": plain("one"), "two.yaml": plain("two")})
    lines = "".join(f"{name}.yaml: ok, 2 variants × 2 cases = 4 requests, 1 gate\n" for name in ("one", "two"))
    assert gemini_eval(["validate", "one.yaml", "two.yaml"], tmp_path / "w") == Ended(0, lines, "")
    assert gemini_eval(["validate", "."], tmp_path / "w") == Ended(0, lines, "")


def test_a_folder_stands_for_the_suites_in_it(tmp_path: Path) -> None:
    folder = write_files(
        tmp_path / "w",
        {
            "specs/one.yaml": plain("one"),
            "specs/base.yaml": "labels: [a]\n",
            "specs/gemini-eval.yaml": "version: 1\n",
            "specs/notes.txt": "version: 1\n",
            "specs/below/two.yaml": plain("two"),
            "empty/base.yaml": "labels: [a]\n",
        },
    )
    found = gemini_eval(["validate", "specs", "specs/one.yaml"], folder)
    assert (found.status, found.stdout) == (0, "specs/one.yaml: ok, 2 variants × 2 cases = 4 requests, 1 gate\n")
    assert gemini_eval(["validate", "empty"], folder) == Ended(
        2, "", "error: empty holds no suite\n  mend: a suite is a .yaml file that begins with: version: 1\n"
    )


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    wrong = plain("wrong").replace("accuracy >=", "acuracy >=").replace("expected: b", "expected: c")
    folder = write_files(
        tmp_path / "w", {"one.yaml": wrong, "two.yaml": plain("two").replace("x: two", "y: two"), "ok.yaml": plain("ok")}
    )
    assert gemini_eval(["validate", "one.yaml", "two.yaml", "ok.yaml", "none.yaml"], folder) == Ended(
        2,
        "",
        """\
one.yaml:6:8: error: there is no figure "acuracy"
  | gate: [acuracy >= 0.5]
  |        ^
  mend: did you mean "accuracy"?
two.yaml:9:5: error: prompt p uses "x", which case 68495db4396a lacks
  |   - {vars: {y: two}, expected: b}
  |     ^
  mend: its variables are y
two.yaml:9:5: error: prompt q uses "x", which case 68495db4396a lacks
  |   - {vars: {y: two}, expected: b}
  |     ^
  mend: its variables are y
error: there is no suite none.yaml
  mend: did you mean "one.yaml"?
4 errors; nothing was sent
""",
    )


def test_names_are_unique_over_the_invocation(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "w", {"one.yaml": plain("same"), "two.yaml": plain("same")})
    found = gemini_eval(["validate", "one.yaml", "two.yaml"], folder)
    assert found.status == 2
    assert 'error: two suites are named "same"' in found.stderr


def test_a_suite_without_a_model_is_warned_of(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "w", {"gemini-eval.yaml": "version: 1\n", "one.yaml": plain("one")})
    warning = (
        "one.yaml: warning: no model is chosen\n"
        "  mend: write `models:` in the suite, `default_model: local:gemma-3-270m` in gemini-eval.yaml, "
        "or pass --model local:gemma-3-270m\n"
    )
    line = "one.yaml: ok, 2 variants × 2 cases = 4 requests, 1 gate\n"
    assert gemini_eval(["validate", "one.yaml"], folder) == Ended(0, line, warning)
    strict = warning + "1 warning; --strict takes them for errors\n"
    assert gemini_eval(["validate", "one.yaml", "--strict"], folder) == Ended(2, line, strict)
    assert gemini_eval(["validate", "one.yaml"], folder, {"GEMINI_EVAL_STRICT": "1"}) == Ended(2, line, strict)
    assert gemini_eval(["validate", "one.yaml", "--strict", "--model", "local:gemma-3-270m"], folder) == Ended(0, line, "")


def warning_of(folder: Path, count: int, rest: str) -> str:
    write_files(folder, {"suite.yaml": BIG + rest, "rows.csv": rows(count)})
    found = gemini_eval(["validate", "suite.yaml"], folder)
    assert found.status == 0
    return found.stderr


def test_a_margin_that_the_suite_can_never_certify(tmp_path: Path) -> None:
    gate = "    gate: [{no_regression: {metric: accuracy, margin: 0.05}}]\n"
    assert warning_of(tmp_path / "w", 20, gate) == (
        "suite.yaml: warning: 20 cases can never certify a margin of 5 points "
        "(no_regression: accuracy, margin 0.05), even where no case flips\n"
        "  mend: have 52 cases or more, or a margin of 0.12, the smallest that 20 cases can certify\n"
    )
    assert "have 52 cases or more" in warning_of(tmp_path / "w", 51, gate)
    assert warning_of(tmp_path / "w", 52, gate) == ""


def test_with_several_samples_fewer_cases_do_and_a_vote_is_one(tmp_path: Path) -> None:
    gate = "    gate: [{no_regression: {metric: accuracy, margin: 5%}}]\n"
    several = gate + "    samples: {count: 3, temperature: 0.8}\n"
    assert warning_of(tmp_path / "w", 47, several) == ""
    assert "have 47 cases or more" in warning_of(tmp_path / "w", 46, several)
    vote = gate + "    samples: {count: 3, vote: majority, temperature: 0.8}\n"
    assert "have 52 cases or more" in warning_of(tmp_path / "w", 51, vote)


def test_gates_without_a_margin_and_figures_that_are_no_mean_are_not_warned_of(tmp_path: Path) -> None:
    gates = "    gate: [accuracy >= 0.9, {no_regression: {metric: macro_f1, margin: 0.05}}]\n"
    assert warning_of(tmp_path / "w", 20, gates) == ""


def test_samples_of_single_cases_are_counted(tmp_path: Path) -> None:
    text = (
        plain("one")
        .replace("expected: b}", "expected: b, samples: {count: 5}}")
        .replace("expected: a}", "expected: a, status: draft}")
    )
    folder = write_files(tmp_path / "w", {"one.yaml": text})
    assert (
        gemini_eval(["validate", "one.yaml"], folder).stdout == "one.yaml: ok, 2 variants × 1 case, at most 10 requests, 1 gate\n"
    )
