"""Two answers held against each other: what is asked, what the replies are worth, and that neither answer leaves its marks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gemini_eval.judgements import PairVerdict
from gemini_eval.judging.case import Wanted
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.pairs import Side, asked_about_pairs, judge_pairs
from gemini_eval.judging.sample import Answered
from gemini_eval.rubrics.pairwise import PairQuestion, Pairwise
from gemini_eval.rubrics.rubric import Juror
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import load_suite
from gemini_eval.suites.model import Case, Samples
from gemini_eval.types import Answer, Failure, Outcome, Response
from tests.unit.rubrics.test_rubric import CANARIES, DATA, ORDER, source

WORDS = {"1": "first", "2": "second", "t": "tie"}


def compared(*jurors: str) -> Pairwise:
    return Pairwise("friendlier", "warm", "plain", tuple(Juror(name, f"model-{name}") for name in jurors), source("It is kind."))


def chooses(better: object, reason: str = "So it is.") -> Answer:
    return Response(json.dumps({"reason": reason, "better": better}))


def judged(orders: Sequence[str]) -> PairVerdict:
    """By jurors a, b, c…, each with two replies of `1`, `2`, `t` or `x` for a broken one: ours first, then ours second."""
    pair = compared(*"abc"[: len(orders)])
    replies = {}
    for juror, said in zip("abc", orders, strict=False):
        mine = [question for question in pair.questions("hi", "hello") if question.judge == juror]
        replies |= {question: chooses(WORDS.get(letter, "both")) for question, letter in zip(mine, said, strict=True)}
    return pair.judge("hi", "hello", replies.get)


def test_each_juror_is_asked_in_both_orders():
    assert compared("a", "b").questions("hi", "hello") == (
        PairQuestion("a", source("It is kind."), "hi", "hello"),
        PairQuestion("a", source("It is kind."), "hello", "hi"),
        PairQuestion("b", source("It is kind."), "hi", "hello"),
        PairQuestion("b", source("It is kind."), "hello", "hi"),
    )


def test_equal_answers_are_a_tie_that_nobody_is_asked_about():
    assert compared("a").questions("hi", "hi") == ()
    assert compared("a").judge("hi", "hi", {}.get) == PairVerdict("plain", 0.5, "both answers are the same")


def test_the_choice_is_of_a_closed_list_and_comes_after_its_reason():
    schema = PairQuestion("a", source(), "hi", "hello").schema()
    assert schema["propertyOrdering"] == ["reason", "better"]
    assert schema["properties"]["better"] == {"type": "STRING", "enum": ["first", "second", "tie"]}


@pytest.mark.parametrize("canary", CANARIES)
def test_answers_that_give_orders_stay_between_their_marks(canary: str):
    for question in compared("a").questions(canary, f"{canary} too"):
        asked = question.text("It is kind.")
        assert DATA.sub("", asked) == (
            "Rubric:\nIt is kind.\n\nFirst answer:\n\n\nSecond answer:\n\n\nWhich answer meets the rubric better?"
        )
        assert [text for _, text in DATA.findall(asked)] == [question.first, question.second]
        assert ORDER not in question.instruction()


@pytest.mark.parametrize(
    ("orders", "share", "reason"),
    [
        (["12"], 1.0, "a prefers this answer: So it is."),
        (["21"], 0.0, "a prefers the other answer: So it is."),
        (["tt"], 0.5, "a calls it a tie: So it is."),
        (["11"], 0.5, "a prefers whichever comes first, a tie: So it is."),
        (["22"], 0.5, "a prefers whichever comes second, a tie: So it is."),
        (["1t"], 0.5, "a decides in one order only, a tie: So it is."),
        (["t1"], 0.5, "a decides in one order only, a tie: So it is."),
        (["1x"], None, "no verdict of a: its choice is 'both'"),
    ],
)
def test_a_verdict_counts_where_both_orders_agree(orders: list[str], share: float | None, reason: str):
    found = judged(orders)
    assert (found.share, found.reason) == (share, reason)


@pytest.mark.parametrize(
    ("orders", "share"),
    [
        (["12", "12", "21"], 1.0),
        (["21", "tt", "21"], 0.0),
        (["12", "tt", "21"], 0.5),
        (["12", "12", "xx"], 1.0),
        (["12", "xx", "21"], None),
        (["tt", "tt", "xx"], 0.5),
        (["12", "21"], 0.5),
    ],
)
def test_a_jury_says_what_most_of_it_say_unless_a_missing_reply_could_turn_it(orders: list[str], share: float | None):
    assert judged(orders).share == share


def test_what_each_chose_in_each_order_is_kept():
    assert judged(["11", "x2"]).orders == {"a": ("first", "first"), "b": ("", "second")}


# ---- two sides of a case -------------------------------------------------------------------------------------

SUITE = """
version: 1
name: pairs
models: {data: {answers: reply}, other: {answers: reply}}
judges: {sure: gemini-4-helium}
variants: {warm: {model: data}, plain: {model: other}}
pairwise: {friendlier: {variant: warm, over: plain, rubric: It is kind.}}
cases: [{id: one, vars: {reply: Thanks.}}]
"""


def sides(folder: Path, ours: Sequence[str | None], theirs: Sequence[str | None], samples: Samples) -> tuple[Side, Side, Case]:
    (folder / "suite.yaml").write_text(SUITE)
    suite = load_suite(folder / "suite.yaml")
    (case,) = [found for found in iter_cases(suite) if isinstance(found, Case)]
    judges = {variant.name: Judge.of(suite, variant) for variant in suite.variants}
    lost = Failure(Outcome.QUOTA, "spent")
    answers = [
        [Answered(n, "", lost if text is None else Response(text)) for n, text in enumerate(texts)] for texts in (ours, theirs)
    ]
    return Side(judges["warm"], samples, answers[0]), Side(judges["plain"], samples, answers[1]), case


@pytest.mark.parametrize(
    ("ours", "theirs", "vote", "asked"),
    [
        (["hi"], ["hello"], False, (0, "hi", "hello")),
        ([None, "hi", "ho"], ["hello", "no", "no"], False, (1, "hi", "hello")),
        (["ho", "hi", "hi"], ["hello"], True, (1, "hi", "hello")),
    ],
)
def test_of_a_vote_the_winner_is_compared_else_the_first_answer(
    tmp_path: Path, ours: list[str | None], theirs: list[str | None], vote: bool, asked: tuple[int, str, str]
):
    side, rival, case = sides(tmp_path, ours, theirs, Samples(3, vote=vote))
    first: Wanted = asked_about_pairs(side, case, {"plain": rival})[0]
    assert isinstance(first.question, PairQuestion)
    assert (first.sample, first.question.first, first.question.second) == asked


@pytest.mark.parametrize(
    ("ours", "theirs", "vote", "verdict"),
    [
        ([" "], ["hello"], False, PairVerdict("plain", 0.0, "warm: the output is empty")),
        (["hi"], [" "], False, PairVerdict("plain", 1.0, "plain: the output is empty")),
        ([" "], [" "], False, PairVerdict("plain", 0.5, "warm: the output is empty; plain: the output is empty")),
        ([None], ["hello"], False, PairVerdict("plain", None, "not delivered: warm: spent")),
        (["hi"], [None], False, PairVerdict("plain", None, "not delivered: plain: spent")),
        (["hi", "hi", None], ["hello"], True, PairVerdict("plain", None, "not delivered: warm: spent")),
        (["hi", "ho"], ["hello", "hello"], True, PairVerdict("plain", 0.0, "warm: the vote is a tie")),
    ],
)
def test_without_an_answer_a_side_loses_and_without_a_delivery_there_is_no_pair(
    tmp_path: Path, ours: list[str | None], theirs: list[str | None], vote: bool, verdict: PairVerdict
):
    side, rival, case = sides(tmp_path, ours, theirs, Samples(len(ours), vote=vote))
    assert asked_about_pairs(side, case, {"plain": rival}) == []
    assert judge_pairs(side, case, {"plain": rival}, {}) == {"friendlier": verdict}


def test_a_side_that_the_run_leaves_out_is_no_pair(tmp_path: Path):
    side, rival, case = sides(tmp_path, ["hi"], ["hello"], Samples(1))
    assert judge_pairs(side, case, {}, {}) == {}
    assert judge_pairs(rival, case, {"plain": rival}, {}) == {}
