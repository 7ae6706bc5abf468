"""Samples, votes, requirements and outcomes of one case."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.judging.case import judge_case
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Samples
from gemini_eval.types import Failure, Outcome, Response
from tests.support.suites import load

SUITE = """
version: 1
name: wine
task: classification
labels: {Red wine: [red], White wine: [white]}
answer: {regex: 'type: (.+)', fold: [end_punctuation]}
prompts: {text: "{{ name }}"}
cases: [{vars: {name: Merlot}, expected: red}]
"""

RED, WHITE, NONE = (Response(text) for text in ("type: Red wine.", "type: white", "no idea"))
LOST = Failure(Outcome.QUOTA, "quota")


@pytest.fixture
def judge(tmp_path: Path) -> tuple[Judge, Case]:
    suite = load(tmp_path, SUITE)
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    return Judge.of(suite, suite.variants[0]), case


def judged(judge: tuple[Judge, Case], samples: Samples, *answers: Response | Failure) -> tuple[object, ...]:
    result = judge_case(*judge, samples, [Answered(i, f"{i:064x}", answer) for i, answer in enumerate(answers)])
    return str(result.outcome), result.passed, result.label, result.vote


@pytest.mark.parametrize(
    ("samples", "answers", "expected"),
    [
        (Samples(1), (RED,), ("judged", True, "Red wine", None)),
        (Samples(1), (WHITE,), ("judged", False, "White wine", None)),
        (Samples(1), (NONE,), ("judged", False, None, None)),
        (Samples(1), (LOST,), ("quota", None, None, None)),
        (Samples(3), (RED, RED, WHITE), ("judged", True, "Red wine", None)),
        (Samples(2), (RED, WHITE), ("judged", False, "Red wine", None)),
        (Samples(3, require="all"), (RED, RED, WHITE), ("judged", False, "Red wine", None)),
        (Samples(3, require="any"), (WHITE, WHITE, RED), ("judged", True, "White wine", None)),
        (Samples(3, require=2), (RED, LOST, RED), ("judged", True, "Red wine", None)),
        (Samples(3, require=0.6), (RED, RED, WHITE), ("judged", True, "Red wine", None)),
        (Samples(3, require=0.7), (RED, RED, WHITE), ("judged", False, "Red wine", None)),
        (Samples(8, require=8), (RED,), ("judged", True, "Red wine", None)),
        (Samples(3, vote=True), (RED, WHITE, RED), ("judged", True, "Red wine", 2 / 3)),
        (Samples(3, vote=True), (RED, NONE, NONE), ("judged", True, "Red wine", 1 / 3)),
        (Samples(2, vote=True), (RED, WHITE), ("judged", False, None, 0.5)),
        (Samples(3, vote=True), (RED, RED, LOST), ("quota", None, None, None)),
        (Samples(1), (Response("type: Red wine. And", "max_tokens"),), ("cut_off", False, None, None)),
        (Samples(1), (Response("", "safety"),), ("blocked", False, None, None)),
        (Samples(1), (Response("  "),), ("empty", False, None, None)),
    ],
)
def test_samples_votes_and_outcomes(
    judge: tuple[Judge, Case], samples: Samples, answers: tuple[Response | Failure, ...], expected: tuple[object, ...]
) -> None:
    assert judged(judge, samples, *answers) == expected


def test_a_cut_off_output_whose_answer_is_complete_is_judged(tmp_path: Path) -> None:
    suite = load(tmp_path, SUITE.replace("'type: (.+)'", "'type: (red|white)'"))
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    cut = Response("type: red. It is a deep", "max_tokens")
    assert judged((Judge.of(suite, suite.variants[0]), case), Samples(1), cut) == ("judged", True, "Red wine", None)


FIELDS = """
version: 1
name: specs
task: extraction
models: {answers: answer}
fields: {product: text, speed: number}
"""
EXPECTED_FIELDS = {"product": "Mesh", "speed": 5}


def field_counts_of(tmp_path, answers, **more):
    from gemini_eval.judging.case import judge_case
    from gemini_eval.judging.judge import Judge
    from gemini_eval.judging.sample import Answered
    from gemini_eval.suites.load import load_suite
    from gemini_eval.suites.model import Case, Samples
    from gemini_eval.summary.field_counts import field_samples
    from gemini_eval.types import Expected, Response

    path = tmp_path / "suite.yaml"
    path.write_text(FIELDS + "cases: [{id: a, vars: {answer: x}, expected: {product: Mesh, speed: 5}}]\n", encoding="utf-8")
    suite = load_suite(path)
    responses = [Response(text, finish_reason=reason) for text, reason in answers]
    answered = [Answered(n, "k", response) for n, response in enumerate(responses)]
    case = Case("a", 0, {}, Expected(EXPECTED_FIELDS))
    result = judge_case(Judge.of(suite, suite.variants[0]), case, Samples(**more), answered)
    return [dict(counts) for counts in field_samples(result)]


MISSED = {"product": (0, 0, 1, 0), "speed": (0, 0, 1, 0)}


def test_an_answer_without_fields_misses_all_of_them(tmp_path):
    answers = [('{"product": "Mesh", "speed": 5}', "stop"), ("", "safety"), ('{"product": "Me', "max_tokens"), ("none", "stop")]
    right = {"product": (1, 0, 0, 0), "speed": (1, 0, 0, 0)}
    assert field_counts_of(tmp_path, answers) == [right, MISSED, MISSED, MISSED]


def test_a_vote_has_the_winners_fields_and_a_tie_misses_all(tmp_path):
    one, other = ('{"product": "Mesh", "speed": 5}', "stop"), ('{"product": "Mesh"}', "stop")
    assert field_counts_of(tmp_path, [one, other, other], vote=True) == [{"product": (1, 0, 0, 0), "speed": (0, 0, 1, 0)}]
    assert field_counts_of(tmp_path, [one, other], vote=True) == [MISSED]


ABSTAINING = SUITE + "abstain: [Unknown, 모름]\n"
UNKNOWN, KOREAN = Response("type: unknown."), Response("type: 모름")


@pytest.mark.parametrize(
    ("samples", "answers", "expected"),
    [
        (Samples(1), (UNKNOWN,), ("abstained", False, None, None)),
        (Samples(1), (RED,), ("judged", True, "Red wine", None)),
        (Samples(2, require="any"), (UNKNOWN, RED), ("judged", True, None, None)),
        (Samples(3, vote=True), (UNKNOWN, KOREAN, RED), ("abstained", False, None, 2 / 3)),
        (Samples(3, vote=True), (UNKNOWN, RED, RED), ("judged", True, "Red wine", 2 / 3)),
        (Samples(2, vote=True), (UNKNOWN, RED), ("judged", False, None, 0.5)),
    ],
)
def test_words_of_abstention_are_no_answer(
    tmp_path: Path, samples: Samples, answers: tuple[Response, ...], expected: tuple[object, ...]
) -> None:
    suite = load(tmp_path, ABSTAINING)
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    assert judged((Judge.of(suite, suite.variants[0]), case), samples, *answers) == expected


def test_abstaining_can_be_right_and_the_words_are_part_of_what_is_judged_by(tmp_path: Path) -> None:
    suites = [load(tmp_path, text) for text in (ABSTAINING.replace("expected: red", "expected_outcome: abstained"), SUITE)]
    judges = [Judge.of(suite, suite.variants[0]) for suite in suites]
    case = next(iter_cases(suites[0]))
    assert isinstance(case, Case)
    assert judged((judges[0], case), Samples(1), KOREAN) == ("abstained", True, None, None)
    assert judges[0].text != judges[1].text


SEVERAL = """
version: 1
name: queues
task: classification
labels: {billing: [결제], refund: []}
answer: {as: list, fold: [case]}
prompts: {text: "{{ name }}"}
cases: [{vars: {name: Merlot}, expected: [refund, 결제]}]
"""


@pytest.mark.parametrize(
    ("text", "labels", "passed"),
    [
        ("Billing, refund", ("billing", "refund"), True),
        ('["refund", "결제", "refund"]', ("billing", "refund"), True),
        ("refund，결제", ("billing", "refund"), True),
        ("refund", ("refund",), False),
        ("refund, billing, other", ("billing", "other", "refund"), False),
        ("[]", (), False),
        ('["refund", ["billing"]]', ("['billing']", "refund"), False),
        ('["refund", "billing"', ('["refund"', '"billing"'), False),
    ],
)
def test_answers_with_several_labels(tmp_path: Path, text: str, labels: tuple[str, ...], passed: bool) -> None:
    suite = load(tmp_path, SEVERAL)
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    result = judge_case(Judge.of(suite, suite.variants[0]), case, Samples(1), [Answered(0, "0" * 64, Response(text))])
    assert (set(result.labels or ()), result.passed) == (set(labels), passed)
    assert (result.expected_labels, result.expected_label) == (("billing", "refund"), None)


def test_the_order_of_several_labels_is_no_other_vote(tmp_path: Path) -> None:
    suite = load(tmp_path, SEVERAL)
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    texts = ("refund, billing", "billing, refund", "refund")
    answers = [Answered(n, f"{n:064x}", Response(text)) for n, text in enumerate(texts)]
    result = judge_case(Judge.of(suite, suite.variants[0]), case, Samples(3, vote=True), answers)
    assert (result.passed, result.vote, result.labels) == (True, 2 / 3, ("billing", "refund"))
