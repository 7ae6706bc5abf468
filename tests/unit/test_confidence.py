"""How sure an answer is: what each source reads of it, and what of a whole case."""

from __future__ import annotations

from math import exp, inf, log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.answer import PLAIN
from gemini_eval.assertions.confidence import Source, mean_probability, own_confidences
from gemini_eval.judging.case import judge_case
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered
from gemini_eval.paths import parse_path
from gemini_eval.rubrics.likelihood import PHRASES
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Samples
from gemini_eval.types import CaseResult, Failure, Outcome, Response
from tests.support.suites import faults_of, load

OUTPUT = parse_path("output.sure")


def said(source: Source, text: str) -> float | None:
    return source.of(Response(text), PLAIN.find(text))


@pytest.mark.parametrize(
    ("source", "text", "stated"),
    [
        (Source("own", OUTPUT), '{"sure": 0.25}', 0.25),
        (Source("own", OUTPUT, (1, 10)), '{"sure": 10}', 1.0),
        (Source("own", OUTPUT, (1, 10)), '{"sure": "5.5"}', 0.5),
        (Source("own", OUTPUT, (0, 100)), '{"sure": "85%"}', 0.85),
        (Source("own", OUTPUT, (1, 10)), '{"sure": 11}', None),
        (Source("own", OUTPUT, (1, 10)), '{"sure": 0}', None),
        (Source("own", OUTPUT), '{"sure": true}', None),
        (Source("own", OUTPUT), '{"sure": null}', None),
        (Source("own", OUTPUT), '{"sure": 1e999}', None),
        (Source("own", OUTPUT), '{"other": 1}', None),
        (Source("own", OUTPUT), "very", None),
        (Source("own", parse_path("output")), "0.5", 0.5),
        (Source("own", OUTPUT, phrases=PHRASES), '{"sure": " Highly  likely."}', 0.9),
        (Source("own", OUTPUT, phrases=PHRASES), '{"sure": "fairly likely"}', None),
        (Source("own", OUTPUT, phrases=PHRASES), '{"sure": 0.5}', None),
        (Source("self_consistency"), "0.5", None),
    ],
)
def test_what_the_model_says_of_itself(source: Source, text: str, stated: float | None) -> None:
    assert said(source, text) == stated


def test_the_words_are_those_that_are_printed() -> None:
    assert PHRASES == {
        **{"almost certain": 0.95, "highly likely": 0.90, "likely": 0.75, "about even": 0.50},
        **{"unlikely": 0.20, "almost no chance": 0.02},
    }
    assert all(said(Source("own", OUTPUT, phrases=PHRASES), f'{{"sure": "{word}"}}') == value for word, value in PHRASES.items())


def test_log_probabilities() -> None:
    tokens = (("re", log(0.9)), ("fund", log(0.4)))
    assert mean_probability(Response("refund", logprobs=tokens)) == pytest.approx((0.9 * 0.4) ** 0.5)
    assert mean_probability(Response("refund", logprobs=tokens, avg_logprob=-1.0)) == exp(-1)
    assert mean_probability(Response("refund", avg_logprob=0.25)) == 1.0
    assert mean_probability(Response("refund")) is None
    assert mean_probability(Response("refund", logprobs=(("x", -inf),))) is None


@settings(max_examples=200, deadline=None)
@given(
    st.text() | st.from_regex(r'\{"sure": .{0,12}\}', fullmatch=True),
    st.booleans(),
    st.tuples(st.floats(-100, 100), st.floats(0.001, 100)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    st.none() | st.floats(),
)
def test_whatever_is_answered_a_confidence_lies_in_0_to_1(
    text: str, verbal: bool, scale: tuple[float, float], average: float | None
) -> None:
    sources = {
        "own": Source("own", OUTPUT, scale, phrases=PHRASES if verbal else {}),
        "probs": Source("logprobs"),
        "votes": Source("self_consistency"),
    }
    found = own_confidences(sources, Response(text, avg_logprob=average), PLAIN.find(text))
    assert all(0 <= value <= 1 for value in found.values())
    assert "votes" not in found


# ---- a whole case ----------------------------------------------------------------------------------------

SUITE = """
version: 1
name: queue
task: classification
labels: [refund, billing]
answer: {path: label}
samples: {count: 3, vote: majority}
prompts: {text: "{{ x }}"}
confidence:
  votes: self_consistency
  own: {from: output.sure, scale: [1, 10]}
  words: {from: output.words, verbal: true}
  probs: {logprobs: true, calibrate: true}
gate: ['accuracy_at_coverage(votes, 80%) >= 0.5', ece(probs.calibrated) <= 0.2]
cases: [{vars: {x: 1}, expected: refund}]
"""


def answer(label: str, sure: int, words: str = "likely", average: float | None = None) -> Response:
    return Response(f'{{"label": "{label}", "sure": {sure}, "words": "{words}"}}', avg_logprob=average)


def judged(folder: Path, samples: Samples, *answers: Response | Failure) -> CaseResult:
    suite = load(folder, SUITE)
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    given_ = [Answered(i, f"{i:064x}", one) for i, one in enumerate(answers)]
    return judge_case(Judge.of(suite, suite.variants[0]), case, samples, given_)


def test_a_voted_case_has_its_share_and_the_mean_of_what_its_winners_say(tmp_path: Path) -> None:
    three = answer("refund", 10), answer("billing", 1, "unlikely"), answer("refund", 1, "perhaps", log(0.5))
    found = judged(tmp_path, Samples(3, vote=True), *three)
    assert found.confidences == {"votes": 2 / 3, "own": 0.5, "words": 0.75, "probs": pytest.approx(0.5)}
    tie = judged(tmp_path, Samples(2, vote=True), *three[:2])
    assert (tie.passed, tie.confidences) == (False, {})


def test_where_samples_are_judged_apart_the_case_has_that_of_its_first_answer(tmp_path: Path) -> None:
    lost = Failure(Outcome.QUOTA, "quota")
    found = judged(tmp_path, Samples(3), lost, answer("billing", 10), answer("refund", 1))
    assert [dict(sample.confidences) for sample in found.samples] == [
        {},
        {"own": 1.0, "words": 0.75},
        {"own": 0.0, "words": 0.75},
    ]
    assert found.confidences == {"own": 1.0, "words": 0.75}


def test_a_blocked_answer_is_not_sure_of_anything(tmp_path: Path) -> None:
    assert judged(tmp_path, Samples(1), Response('{"sure": 10}', "safety", avg_logprob=-0.1)).confidences == {}


# ---- what can't be loaded --------------------------------------------------------------------------------

BASE = """
version: 1
name: queue
task: classification
labels: [refund, billing]
samples: {count: 3, vote: majority}
prompts: {text: "{{ x }}"}
cases: [{vars: {x: 1}, expected: refund}]
"""


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        (
            "confidence: {votes: self_consistancy}",
            ['8:21 there is no confidence source "self_consistancy" (did you mean "self_consistency"?)'],
        ),
        (
            "confidence: {said: {verbal: {judge: sure}}}",
            ['8:37 there is no judge "sure" (write it under `judges:`)'],
        ),
        (
            "confidence: {said: {verbal: true}}",
            [
                "8:29 a verbal confidence needs a judge, and there is none (write `judges: {sure: gemini-2.5-pro}` in the "
                "suite, or `default_judge:` in gemini-eval.yaml)"
            ],
        ),
        (
            "judges: {a: gemini-3.8-flash, b: gemini-3.5-flash-lite}\nconfidence: {said: {verbal: true}}",
            [
                "9:29 this verbal confidence must say which judge (judge: one of a, b)",
            ],
        ),
        (
            "judges: {a: gemini-3.8-flash}\nconfidence: {said: {verbal: {judge: a}, scale: [1, 10]}}",
            ["9:48 words have no `scale` (take out `scale`)"],
        ),
        (
            "confidence: {own: {from: output.sure, verbal: {judge: a}}}",
            [
                "8:48 `judge` belongs to a judge, and with `from` the model itself says how sure it is (take out `judge` or "
                "`from`)"
            ],
        ),
        (
            "confidence: {own: {from: output.sure, verbal: {words: {sure: 1.5, Sure.: 0.5, '': 0.1}}}}",
            [
                '8:62 "sure" stands for 1.5; a confidence is in 0 to 1 (for example 0.75)',
                '8:67 "Sure." and "sure" are one phrase: case, spaces and punctuation do not part them (name one of them '
                "otherwise)",
                "8:79 a phrase is empty ()",
            ],
        ),
        (
            "confidence: {own: {from: output.sure, verbal: {words: {sure: 1}}}}",
            ["8:55 a list of words has two at least (for example: {sure: 0.9, unsure: 0.4})"],
        ),
        (
            "confidence: {own: {from: outpt.sure}}",
            ['8:26 "own" can\'t be read from "outpt.sure" (did you mean "output"?)'],
        ),
        (
            "confidence: {own: {from: output.sure, scale: [10, 1]}}",
            ["8:46 `scale` is [10, 1]; it must be the lowest and the highest value (for example: scale: [1, 10])"],
        ),
        (
            "confidence: {own: {from: output.sure, scale: [1, 10], verbal: true}}",
            ["8:46 words have no `scale` (take out `scale` or `verbal`)"],
        ),
        (
            "confidence: {probs: {logprobs: true, from: output.sure}}",
            [
                "8:21 a confidence source has one of self_consistency, logprobs, from, verbal; this has logprobs and from (for "
                "example: votes: self_consistency, own: {from: output.confidence, scale: [1, 10]}, said: {verbal: {judge: sure}})"
            ],
        ),
        (
            "params: {response_schema: {type: OBJECT, properties: {sure: {type: STRING, enum: [likely, maybe]}}}}\n"
            "confidence: {own: {from: output.sure, verbal: true}}",
            [
                '9:19 the response schema lets the model say "maybe", which is not in the list of own (the list is '
                "almost certain, highly likely, likely, about even, unlikely, almost no chance"
                "; another is written as verbal: {words: {…}})"
            ],
        ),
        (
            "params: {response_schema: {type: OBJECT, properties: {sure: {type: STRING, enum: [low, high]}}}}\n"
            "confidence: {own: {from: output.sure, verbal: {words: {high: 0.9, low: 0.3}}}}",
            [],
        ),
        (
            "confidence: {probs: {logprobs: true, verbal: true}}",
            ["8:38 `verbal` belongs to `from` ()"],
        ),
        (
            "confidence: {how sure: logprobs}",
            ['8:14 a source is named by letters, digits and _, not "how sure" (gates write it bare: ece(votes))'],
        ),
        (
            "confidence: {votes: self_consistency}\ngate: [ece(vots) <= 0.1]",
            ['9:12 there is no confidence source "vots" (did you mean "votes"?)'],
        ),
        (
            "confidence: {votes: self_consistency}\ngate: [ece(votes.calibrated) <= 0.1]",
            ['9:12 there is no confidence source "votes.calibrated" (write calibrate: true under votes)'],
        ),
        (
            "gate: [ece(votes) <= 0.1]",
            ["8:8 ece needs a confidence source, and the suite has none (for example: confidence: {votes: self_consistency})"],
        ),
    ],
)
def test_what_can_not_be_loaded_says_where_why_and_how_to_mend_it(tmp_path: Path, more: str, faults: list[str]) -> None:
    assert faults_of(tmp_path, BASE + more) == faults


def test_self_consistency_needs_a_vote(tmp_path: Path) -> None:
    text = BASE.replace(", vote: majority", "") + "confidence: {votes: self_consistency}"
    reason = '8:21 "votes" is the share of votes for the winner, and the samples are not voted on'
    assert faults_of(tmp_path, text) == [f"{reason} (write samples: {{count: 5, vote: majority}})"]


def test_auroc_can_not_be_tested_between_runs(tmp_path: Path) -> None:
    more = "confidence: {votes: self_consistency}\ngate: [{no_regression: {metric: auroc(votes)}}]"
    (fault,) = faults_of(tmp_path, BASE + more)
    assert fault.startswith("9:33 auroc(votes) can't be tested between two runs (these can: pass_rate, ")


def any_value() -> st.SearchStrategy[Any]:
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    )


@settings(max_examples=200, deadline=None)
@given(any_value(), st.booleans())
def test_any_value_is_read_or_none(value: Any, verbal: bool) -> None:
    found = Source("own", OUTPUT, (1, 10), phrases=PHRASES if verbal else {}).read(value)
    assert found is None or 0 <= found <= 1
