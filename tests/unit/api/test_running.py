from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from gemini_eval import InputError, Result, UsageError, load_suite, run, score, suite
from tests.support.recordings import write_recording

SUITE = """\
version: 1
name: greetings
models: {one: 'replay:answers.jsonl'}
prompts: {text: 'Greet {{ name }}.'}
cases:
  - {id: a, vars: {name: Ann}, tags: [short]}
  - {id: b, vars: {name: Bob}}
assert: [{contains: {from: vars.name}}]
"""


@pytest.fixture
def greetings(folder: Path) -> Path:
    path = folder / "greetings.yaml"
    path.write_text(SUITE)
    write_recording([path], {"a": "Hello Ann", "b": "Hello you"}, folder / "answers.jsonl")
    return path


@pytest.fixture
def made(reviews: Any) -> Any:
    return suite(
        task="sentiment", data=reviews, expected="label", model={"first": {"answers": "said"}, "second": {"answers": "other"}}
    )


def facts(result: Result) -> tuple[Any, ...]:
    return result.exit_status, [(case.variant, case.case_id, case.passed) for case in result.cases]


def test_a_suite_file_is_run(greetings: Path):
    result = run("greetings.yaml")
    assert facts(result) == (1, [("prompt@one", "a", True), ("prompt@one", "b", False)])
    assert (result.passed, result.interrupted, result.path.name, result.warnings) == (False, False, result.id, ())
    assert result.path.parent == greetings.parent.resolve() / ".gemini-eval" / "runs"
    assert repr(result) == f"<Result {result.id}: exit status 1, 1 of 2 cases pass>"


def test_a_loaded_suite_and_a_list_do_the_same(greetings: Path, made: Any):
    assert facts(run(load_suite(greetings))) == facts(run(str(greetings))) == facts(run([greetings]))
    assert [case.suite for case in run([greetings, made]).cases] == ["greetings"] * 2 + ["sentiment"] * 6


def test_selection_is_that_of_the_command_line(greetings: Path, made: Any):
    assert facts(run(greetings, number=1)) == (0, [("prompt@one", "a", True)])
    assert facts(run(greetings, tag="short")) == facts(run(greetings, keyword="a and not b")) == facts(run(greetings, number=1))
    assert {case.variant for case in run(made, variant="data@second").cases} == {"data@second"}
    assert {case.variant for case in run(made, model=["second"]).cases} == {"data@second"}


def test_options_reach_a_suite_that_is_loaded_already(greetings: Path):
    loaded = load_suite(greetings, set={"temperature": 0.5})
    assert loaded.overrides["temperature"].value == 0.5
    result = run(loaded, set={"top_k": 3})
    assert {name: setting.value for name, setting in result.suites[0].overrides.items()} == {"temperature": 0.5, "top_k": 3}
    assert {case.outcome.value for case in result.cases} == {"not_recorded"}


def test_a_model_answers_in_place_of_a_python_suites_own(greetings: Path, folder: Path):
    rows = [{"id": "a", "name": "Ann"}, {"id": "b", "name": "Bob"}]
    made = suite(
        data=rows,
        prompt="Greet {{ name }}.",
        model="local:gemma-3-270m",
        assert_=["exact_match"],
        columns={"expected": "id", "id": "id"},
    )
    result = run(made, model=f"replay:{folder / 'answers.jsonl'}")
    assert [case.answer for case in result.cases] == ["Hello Ann", "Hello you"]


def test_score_judges_again_without_asking(greetings: Path):
    before = run(greetings)
    greetings.write_text(SUITE.replace("{contains: {from: vars.name}}", "{contains: Hello}"))
    assert [case.passed for case in before.cases] == [True, False]
    after = score(before)
    assert (after.id, facts(after)) == (before.id, (0, [("prompt@one", "a", True), ("prompt@one", "b", True)]))
    assert [case.passed for case in before.cases] == [True, True]  # the run's cases are rewritten
    assert facts(score("last")) == facts(score(before.id)) == facts(score(before.path)) == facts(after)


def test_score_of_a_python_suite(made: Any, reviews: Any):
    before = run(made)
    assert facts(score(before)) == facts(before)
    assert facts(score(before.id, made)) == facts(before)
    with pytest.raises(UsageError) as caught:
        score(before.id)
    assert str(caught.value) == f"error: the run {before.id} was of a suite written in Python (pass it: score(run, suite))"


def test_resume_goes_on_with_a_run(greetings: Path):
    first = run(greetings, number=1)
    assert len(first.cases) == 1
    second = run(greetings, resume=first)
    assert (second.id, len(second.cases)) == (first.id, 2)
    assert run(greetings, resume="last").id == first.id


def test_progress_is_told_after_each_case(made: Any):
    told: list[tuple[int, int, int]] = []
    run(made, progress=lambda *numbers: told.append(numbers))
    assert told == [(1, 0, 6), (2, 1, 6), (3, 1, 6), (4, 1, 6), (5, 1, 6), (6, 1, 6)]


def test_inside_a_running_event_loop_and_beside_the_main_thread(made: Any, greetings: Path):
    async def cell() -> tuple[Any, ...]:
        await asyncio.sleep(0)
        return facts(run(made)), facts(run(greetings))

    found: list[tuple[Any, ...]] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(cell())))
    thread.start()
    thread.join()
    assert found == [asyncio.run(cell())] == [(facts(run(made)), facts(run(greetings)))]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "samples": ({"samples": 0}, "error: samples is 0 (give a whole number from 1)"),
    "a variant": ({"variant": "few"}, "error: --variant few: the suite greetings has no such variant (it has prompt@one)"),
    "a run": ({"resume": "20200101"}, "error: there is no run '20200101' in FOLDER/.gemini-eval"),
    "recordings": (
        {"recordings_only": True},
        "error: --recordings-only: there is no recording in FOLDER/recordings (write one with: gemini-eval record SUITE)",
    ),
}


@pytest.mark.parametrize(("keys", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(keys: dict[str, Any], message: str, greetings: Path, folder: Path):
    with pytest.raises(InputError) as caught:
        run(greetings, **keys)
    assert str(caught.value).replace(str(folder.resolve()), "FOLDER").startswith(message)
    assert not (folder / ".gemini-eval").exists()


def test_nothing_to_run_is_said():
    with pytest.raises(UsageError, match="there is no suite to run"):
        run([])
    with pytest.raises(TypeError, match="unexpected keyword argument 'sample'"):
        run("x.yaml", sample=3)  # type: ignore[call-arg]
