"""What judges read, and who they are, is part of what a case is judged by; and what is asked of whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gemini_eval.judging.case import asked_of_judges, judge_case
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import load_suite
from gemini_eval.suites.model import Case, Samples
from gemini_eval.types import Failure, Outcome, Response

BASE = """
version: 1
name: judged
models: {data: {answers: reply}}
judges: {sure: {id: gemini-4-helium, params: {temperature: 0}}, other: gemini-4-lithium}
assert: [{rubric: It is polite., judge: sure}]
cases: [{id: one, vars: {reply: Thanks.}}]
"""


def judge_of(folder: Path, text: str) -> tuple[Judge, Case]:
    (folder / "suite.yaml").write_text(text)
    suite = load_suite(folder / "suite.yaml")
    (case,) = [found for found in iter_cases(suite) if isinstance(found, Case)]
    return Judge.of(suite, suite.variants[0]), case


def judged_by(folder: Path, text: str) -> str:
    judge, case = judge_of(folder, text)
    return judge.judged_by(case)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("judge: sure}", "judge: other}"),
        ("judge: sure}", "judge: [sure, other]}"),
        ("id: gemini-4-helium", "id: gemini-4-neon"),
        ("temperature: 0", "temperature: 1"),
        ("It is polite.", "It is very polite."),
        ("judge: sure}", "judge: sure, scale: [1, 5], threshold: 4}"),
    ],
)
def test_another_judge_or_text_is_another_judgement(tmp_path: Path, old: str, new: str):
    assert judged_by(tmp_path, BASE) != judged_by(tmp_path, BASE.replace(old, new))


def test_where_a_suite_lies_and_a_judge_that_nobody_asks_change_nothing(tmp_path: Path):
    (tmp_path / "else").mkdir()
    assert judged_by(tmp_path, BASE) == judged_by(tmp_path / "else", BASE.replace("gemini-4-lithium", "gemini-4-neon"))


def test_the_words_that_judges_read_are_part_of_it(tmp_path: Path):
    judge, _ = judge_of(tmp_path, BASE)
    (check,) = judge.assertions
    assert len(getattr(check.metric, "version")) == 8  # noqa: B009  # of the union of assertions one kind has it


def answered(*texts: str | None) -> list[Answered]:
    lost = Failure(Outcome.QUOTA, "spent")
    return [Answered(n, "", lost if text is None else Response(text)) for n, text in enumerate(texts)]


def test_every_delivered_sample_is_asked_about_but_of_a_vote_its_winner(tmp_path: Path):
    judge, case = judge_of(tmp_path, BASE)
    several = answered("a", None, "b", " ")
    assert [(wanted.sample, wanted.question.judged) for wanted in asked_of_judges(judge, case, Samples(4), several)] == [
        (0, "a"),
        (2, "b"),
    ]
    vote = Samples(3, vote=True)
    assert [wanted.sample for wanted in asked_of_judges(judge, case, vote, answered("a", "b", "b"))] == [1]
    assert asked_of_judges(judge, case, vote, answered("a", "b", "c")) == []
    assert asked_of_judges(judge, case, vote, answered("a", "a", None)) == []


def test_replies_decide_each_sample(tmp_path: Path):
    judge, case = judge_of(tmp_path, BASE)
    answers = answered("a", "b", "c")
    said = {"a": "yes", "b": "yes", "c": "no"}
    replies = {
        wanted.sample: {wanted.question: Response(json.dumps({"reason": "So.", "verdict": said[wanted.output]}))}
        for wanted in asked_of_judges(judge, case, Samples(3), answers)
    }
    found = judge_case(judge, case, Samples(3), answers, replies)
    assert (found.passed, [sample.passed for sample in found.samples]) == (True, [True, True, False])
    unheard = judge_case(judge, case, Samples(3), answers)
    assert {sample.outcome for sample in unheard.samples} == {Outcome.JUDGE_BROKEN}
