from __future__ import annotations

import time

import pytest
from rouge_score.rouge_scorer import RougeScorer

CAT = "the cat sat on the mat"


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ({"threshold": 0.5}, "the cat lay on the mat", (True, 0.833, "rougeL 0.833, at least 0.5 expected")),
        ({}, "on the mat sat the cat", (False, 0.5, None)),
        ({"type": "rouge1"}, "on the mat sat the cat", (True, 1.0, "rouge1 1.000, at least 0.75 expected")),
        ({"type": "rouge2"}, "on the mat sat the cat", (False, 0.6, None)),
        ({"type": "rouge1", "score": "recall"}, "the cat", (False, 0.333, None)),
        ({"type": "rouge1", "score": "precision"}, "the cat", (True, 1.0, "rouge1 precision 1.000, at least 0.75 expected")),
    ],
)
def test_rouge(judge, parameters, answer, verdict):
    found = judge("rouge", parameters, answer, expected=CAT)
    assert found[:2] == verdict[:2]
    assert verdict[2] is None or found[2] == verdict[2]


def test_the_reason_shows_both(judge):
    assert judge("rouge", {}, "a dog", expected="the cat") == (
        False,
        0.0,
        'rougeL 0.000, at least 0.75 expected: expected "the cat", answered "a dog"',
    )


@pytest.mark.parametrize("text", ["今日は天気がいい", "환불해 드리겠습니다", "我们明天见", "ยินดีต้อนรับ"])
@pytest.mark.parametrize("kind", ["rouge1", "rouge2", "rougeL", "rougeLsum"])
def test_identical_texts_of_any_script_are_1(judge, text, kind):
    assert judge("rouge", {"type": kind, "by": "character"}, text, expected=text)[:2] == (True, 1.0)
    assert judge("rouge", {"type": "rouge1"}, text, expected=text)[:2] == (True, 1.0)


def test_japanese_is_compared_by_character(judge):
    assert judge("rouge", {"threshold": 0.7}, "今日は雨です", expected="今日は晴です")[:2] == (True, 0.833)


def test_what_it_cannot_compare(judge):
    assert judge("rouge", {}, ["a"], expected="a") == (False, 0.0, "the answer is a list; rougeL compares text")
    assert judge("rouge", {}, "a", expected={}) == (False, 0.0, "expected is an object; rougeL compares text")
    assert judge("rouge", {}, "a")[0] is None
    long = judge("rouge", {}, "a" * 200_000, expected="a")
    assert long == (None, 0.0, "too long to compare: 200,000 characters, at most 100,000")
    many = judge("rouge", {"type": "rougeLsum"}, "a\n" * 1000, expected="a\n" * 1000)
    assert many == (None, 0.0, "too long for rougeLsum: 1,000 lines, 1,000 words (use rougeL)")


def test_rouge_l_is_at_least_three_times_as_fast_as_rouge_score(judge):
    one, other = (" ".join(f"w{i * step % 97}" for i in range(300)) for step in (7, 11))
    scorer = RougeScorer(["rougeL"])
    ours = min(_took(lambda: judge("rouge", {}, one, expected=other)) for _ in range(3))
    assert _took(lambda: scorer.score(other, one)) > 3 * ours


def test_refused(refusal):
    assert refusal("rouge", {"threshold": 75.0}) == ("threshold is 75; it is from 0 to 1", "", ("threshold",))
    assert refusal("rouge", {"type": "rouge-l"})[2] == ("type",)


def _took(work):
    start = time.process_time()
    work()
    return time.process_time() - start
