from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from gemini_eval.api.judging import judge
from gemini_eval.errors import InputError, ValueRefusedError
from gemini_eval.safe.code import find_code
from tests.support.cli import ROOT, clean_environment, gemini_eval

SUITE = """
version: 1
name: offered
models: {answers: answer}
assert:
  - python: shouting
  - {python: "shouting_metrics:shouts", name: by its function}
cases:
  - {id: a, vars: {answer: HELLO}}
"""


def install(folder: Path) -> None:
    """What installing a package that offers a metric leaves."""
    facts = folder / "shouting-1.2.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.2\n")
    (facts / "entry_points.txt").write_text("[gemini_eval.metrics]\nshouting = shouting_metrics:shouts\n")
    (folder / "shouting_metrics.py").write_text("def shouts(answer, context):\n    return answer.isupper()\n")


def test_what_an_installed_package_offers_needs_no_word_of_the_user(tmp_path):
    work, site = tmp_path / "work", tmp_path / "site"
    work.mkdir()
    install(site)
    (work / "suite.yaml").write_text(SUITE)
    ended = gemini_eval(["run", "suite.yaml", "-q"], work, {"PYTHONPATH": f"{ROOT}:{site}"})
    assert (ended.status, ended.stderr) == (0, "")
    header = json.loads((work / ".gemini-eval" / "runs" / "latest" / "run.json").read_text())
    version = f"shouting 1.2, sha256:{sha256((site / 'shouting_metrics.py').read_bytes()).hexdigest()[:16]}"
    assert header["suites"][0]["code"] == {"shouting": version, "shouting_metrics:shouts": version}


def test_what_lies_in_the_working_folder_is_not_installed(tmp_path):
    """`python -m` looks for modules there first; a stranger's repository must not gain by that."""
    work = tmp_path / "work"
    install(work)
    (work / "suite.yaml").write_text(SUITE)
    command = [sys.executable, "-m", "gemini_eval", "run", "suite.yaml"]
    environment = clean_environment(work)
    ended = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "no installed package offers a metric 'shouting'" in ended.stderr
    assert "shouting_metrics:shouts is code, and a suite alone can't have code run" in ended.stderr


def test_without_the_users_word_nothing_is_imported(tmp_path):
    marks = "from pathlib import Path\nPath(__file__).with_suffix('.mark').touch()\ndef f(*_): ...\n"
    (tmp_path / "leaves_a_mark.py").write_text(marks)
    with pytest.raises(ValueRefusedError, match="a suite alone can't have code run"):
        find_code("leaves_a_mark:f", tmp_path, "refuse")
    known = find_code("leaves_a_mark:f", tmp_path, "leave")
    assert (known.function, known.why) == (None, "code is not run here")
    assert not (tmp_path / "leaves_a_mark.mark").exists()
    allowed = find_code("leaves_a_mark:f", tmp_path, "allow")
    assert allowed == known and allowed.function is not None
    assert (tmp_path / "leaves_a_mark.mark").exists()


def test_folders_need_no_init_file(tmp_path):
    (tmp_path / "outer_folder" / "inner_folder").mkdir(parents=True)
    (tmp_path / "outer_folder" / "inner_folder" / "metric.py").write_text("def f(answer, context): return True\n")
    found = [find_code("outer_folder.inner_folder.metric:f", tmp_path, use) for use in ("leave", "allow")]
    assert found[0] == found[1] and found[0].version.startswith("sha256:")
    assert found[1].function is not None


def test_a_file_that_was_edited_is_read_again(tmp_path):
    file = tmp_path / "edited_metric.py"
    file.write_text("def f(answer, context): return True\n")
    before = find_code("edited_metric:f", tmp_path, "allow")
    file.write_text("def f(answer, context): return 'edited', False\n")
    after = find_code("edited_metric:f", tmp_path, "allow")
    assert before != after
    assert after.function is not None and after.function("", None) == ("edited", False)


def test_a_module_of_another_folder_is_not_taken_for_this_ones(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same_name.py").write_text(f"def f(answer, context): return {name!r}\n")
    first, second = (find_code("same_name:f", tmp_path / name, "allow") for name in ("one", "two"))
    assert first.version != second.version
    loaded = tmp_path / "one" / "same_name.py"
    assert (second.function, second.why) == (None, f"another module of that name is loaded, from {loaded}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("def f(:", "SyntaxError: invalid syntax"),
        ("x = 1", "there is no 'f' in"),
        ("f = 1", "is no function"),
    ],
)
def test_what_can_not_be_imported_says_why(tmp_path, text, reason):
    name = f"bad_{text.encode().hex()}"
    (tmp_path / f"{name}.py").write_text(text + "\n")
    with pytest.raises(ValueRefusedError) as refused:
        find_code(f"{name}:f", tmp_path, "allow")
    assert reason in refused.value.reason


@pytest.mark.parametrize("name", ["", ":", "a:", ":b", "a b:c", "../x:f", "a:b()", "a:b:c", "a..b:f", "os.path:join;x", "\0:f"])
def test_what_names_no_function_is_refused(tmp_path, name):
    for use in ("refuse", "allow", "leave"):
        with pytest.raises(ValueRefusedError, match=r"names no function|no installed package offers"):
            find_code(name, tmp_path, use)


# ---- what functions return -------------------------------------------------------------------------------

FUNCTIONS = """
import numpy as np
def yes(answer, context): return True
def no(answer, context): return np.bool_(False)
def share(answer, context): return np.float32(0.5)
def whole(answer, context): return 1
def over(answer, context): return 1.5
def nan(answer, context): return float("nan")
def nothing(answer, context): pass
def text(answer, context): return "yes"
def of_all(answer, context): return {"pass": True, "score": 0.25, "reason": "two\\nlines \\ud800"}
def only_score(answer, context): return {"score": 1}
def only_pass(answer, context): return {"pass": False}
def only_reason(answer, context): return {"reason": "x"}
def unknown(answer, context): return {"pass": True, "scores": 1}
def kinds(answer, context): return {"pass": "yes"}
def raises(answer, context): raise ValueError("no " * 500)
def leaves(answer, context): import sys; sys.exit(3)
def deep(answer, context): return deep(answer, context)
def changes(answer, context): context.vars["seen"] = True; answer.append(1); return True
def sees(answer, context): return [answer, context.output, context.expected.value, context.vars] == ["a", "a", "b", {"c": 1}]
class Made: pass
def made(answer, context): return Made()
"""
_RETURNS = "it must return true or false, a score from 0 to 1, or a map of pass, score and reason"


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    (folder / "returned_things.py").write_text(FUNCTIONS)
    assert find_code("returned_things:yes", folder, "allow").function is not None


@pytest.mark.usefixtures("functions")
@pytest.mark.parametrize(
    ("name", "passed", "score", "reason"),
    [
        ("yes", True, 1.0, "says yes"),
        ("no", False, 0.0, "says no"),
        ("share", False, 0.5, "gives 0.5"),
        ("whole", True, 1.0, "gives 1"),
        ("over", None, 0.0, f"returned the score 1.5; {_RETURNS}"),
        ("nan", None, 0.0, f"returned the score nan; {_RETURNS}"),
        ("nothing", None, 0.0, f"returned null; {_RETURNS}"),
        ("text", None, 0.0, f"returned text; {_RETURNS}"),
        ("only_score", True, 1.0, "gives 1"),
        ("only_pass", False, 0.0, "says no"),
        ("only_reason", None, 0.0, f"returned an object with the keys reason; {_RETURNS}"),
        ("unknown", None, 0.0, f"returned an object with the keys pass, scores; {_RETURNS}"),
        ("kinds", None, 0.0, f"returned a map of pass: text; {_RETURNS}"),
        ("made", None, 0.0, f"returned a value of type Made; {_RETURNS}"),
        ("leaves", None, 0.0, "raised SystemExit: 3 (returned_things.py, line 18)"),
        ("sees", True, 1.0, "says yes"),
    ],
)
def test_returned(name, passed, score, reason):
    verdict = judge({"python": f"returned_things:{name}"}, "a", expected="b", vars={"c": 1}, allow_code=True)
    assert (verdict.passed, verdict.score, verdict.reason) == (passed, score, f"returned_things:{name} {reason}")


@pytest.mark.usefixtures("functions")
def test_reasons_are_one_short_line():
    verdict = judge({"python": "returned_things:of_all"}, "a", allow_code=True)
    assert (verdict.passed, verdict.score, verdict.reason) == (True, 0.25, "two lines \ufffd")
    assert len(judge({"python": "returned_things:raises"}, "a", allow_code=True).reason) == 501
    assert "RecursionError" in judge({"python": "returned_things:deep"}, "a", allow_code=True).reason


@pytest.mark.usefixtures("functions")
def test_a_threshold_says_from_which_score_on_it_passes():
    verdict = judge({"python": "returned_things:share", "threshold": 0.5}, "a", allow_code=True)
    assert (verdict.passed, verdict.reason) == (True, "returned_things:share gives 0.5 (score 0.5 >= 0.5)")


@pytest.mark.usefixtures("functions")
def test_what_a_function_changes_is_its_own():
    variables: dict[str, object] = {}
    assertion = {"all_of": [{"python": "returned_things:changes", "of": "output.a"}, {"equals": [], "of": "output.a"}]}
    assert judge(assertion, {"a": []}, vars=variables, allow_code=True).passed is True
    assert variables == {}


@pytest.mark.usefixtures("functions")
def test_python_callers_say_so_too():
    with pytest.raises(InputError, match="a suite alone can't have code run"):
        judge({"python": "returned_things:yes"}, "a")
