"""Which replies are no verdict, of everybody that a run asks about its answers: those are asked for again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gemini_eval.assertions.evaluate import Inquiry
from gemini_eval.metrics.embedding_models import ToEmbed, packed
from gemini_eval.rubrics.likelihood import LikelihoodQuestion
from gemini_eval.rubrics.pairwise import PairQuestion
from gemini_eval.rubrics.rubric import Question
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.types import Failure, Outcome, Response
from gemini_eval.vertex.metric import Instance

RUBRIC = TemplateSource("It is kind.", "", Path("/"), Path("/"), fenced=True)
RATED = Instance("pointwise", "{}", "{}", rated=True)


@pytest.mark.parametrize(
    ("question", "good", "bad", "why"),
    [
        (Question("a", RUBRIC, "hi"), {"reason": "", "verdict": "no"}, {"reason": "", "verdict": "so"}, "its verdict is 'so'"),
        (
            Question("a", RUBRIC, "hi", (1, 5)),
            {"reason": "", "score": 5},
            {"reason": "", "score": 6},
            "its score is 6, not a whole number from 1 to 5",
        ),
        (
            PairQuestion("a", RUBRIC, "hi", "hello"),
            {"reason": "", "better": "tie"},
            {"reason": "", "better": "both"},
            "its choice is 'both'",
        ),
        (
            LikelihoodQuestion("a", RUBRIC, (), ("likely", "unlikely")),
            {"likelihood": "Likely"},
            {"likelihood": "maybe"},
            "its likelihood is 'maybe', which is not in the list",
        ),
        (RATED, {"score": 0}, {"explanation": "no idea"}, "it gave no score (no idea)"),
    ],
)
def test_a_reply_is_a_verdict_or_says_why_it_is_none(question: Inquiry, good: object, bad: object, why: str) -> None:
    assert [question.broken(Response(json.dumps(reply))) for reply in (good, bad)] == ["", why]
    assert question.broken(Failure(Outcome.QUOTA, "spent")) == "quota: spent"
    assert question.broken(None) == "it was not asked"


def test_an_embedding() -> None:
    question = ToEmbed("gemini-embedding-001", "hi", 2)
    replies = (Response(packed([0.6, 0.8])), Response(packed([1.0])), None)
    assert [question.broken(reply) for reply in replies] == ["", "its answer is no embedding of 2 numbers", "it was not asked"]


def test_what_is_computed_would_be_the_same_another_time() -> None:
    assert Instance("bleu", "{}", "{}").broken(Response("{}")) == ""
