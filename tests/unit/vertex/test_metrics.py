"""What the service's metrics ask, what its replies come to, and what their parameters may be. Nobody is asked here."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_eval.metrics.build import ParameterError
from gemini_eval.types import Expected, Failure, Json, Outcome, Response, Subject
from gemini_eval.vertex import build_service_metric
from gemini_eval.vertex.raters import RUBRICS, placeholders

SCORE = '{{"score":{},"explanation":"so"}}'


def subject(
    answer: Json = "yes", expected: Json = None, *, any_of: tuple[Json, ...] = (), calls: tuple[Json, ...] = ()
) -> Subject:
    wanted = Expected(expected, any_of) if expected is not None or any_of else None
    return Subject(answer, "yes", Response("yes", calls=calls), wanted, {"topic": "a refund"})


def asked(value: Json, **more: Any) -> list[tuple[str, str, str, bool]]:
    questions = build_service_metric(value).questions(subject(**more))
    return [(question.metric, question.spec, question.values, question.needs_prompt) for question in questions]


def judged(value: Json, *replies: str | Failure | None, **more: Any) -> tuple[bool | None, float, str]:
    answers = [Response(reply) if isinstance(reply, str) else reply for reply in replies]
    verdict = build_service_metric(value).judge(subject(**more), answers)
    return verdict.passed, verdict.score, verdict.reason


def test_a_text_is_held_against_each_reference() -> None:
    spec = '{"rouge_type":"rouge2","split_summaries":true,"use_stemmer":true}'
    rouge = {"rouge": {"type": "rouge2", "use_stemmer": True, "split_summaries": True}}
    assert asked(rouge, expected="a", any_of=("a", 2)) == [
        ("rouge", spec, '{"prediction":"yes","reference":"a"}', False),
        ("rouge", spec, '{"prediction":"yes","reference":"2"}', False),
    ]
    assert asked({"bleu": "given"}, expected="a") == [
        ("bleu", '{"use_effective_order":false}', '{"prediction":"yes","reference":"given"}', False)
    ]


def test_of_several_references_the_best_counts() -> None:
    two = {"expected": "a", "any_of": ("a", "b")}
    assert judged("bleu", SCORE.format(0.2), SCORE.format(0.7), **two) == (
        True,
        0.7,
        "bleu of the service 0.700, at least 0.5 expected",
    )
    assert judged("bleu", SCORE.format(0.7), None, **two)[:2] == (True, 0.7)
    assert judged("bleu", SCORE.format(0.2), None, **two) == (None, 0.0, "no verdict of the evaluation service: it was not asked")
    assert judged({"bleu": {"threshold": 0}}, None, expected="a")[0] is None


@pytest.mark.parametrize("name", ["exact_match", "bleu", "rouge"])
def test_what_is_no_text_is_not_asked_about(name: str) -> None:
    assert judged(name, answer={"a": 1}, expected="a") == (False, 0.0, f"the answer is an object; vertex {name} compares text")
    assert judged(name, expected=["a"]) == (False, 0.0, f"expected is a list; vertex {name} compares text")
    assert judged(name)[0] is None


def test_calls_are_written_as_the_service_reads_them() -> None:
    made = ({"name": "pay", "args": {"sum": 3}},)
    kv = {"tool_parameter_kv_match": {"calls": [{"name": "pay"}], "use_strict_string_match": True}}
    ((metric, spec, values, _),) = asked(kv, calls=made)
    assert (metric, spec) == ("tool_parameter_kv_match", '{"use_strict_string_match":true}')
    assert values == (
        r'{"prediction":"{\"content\":\"yes\",\"tool_calls\":[{\"arguments\":{\"sum\":3},\"name\":\"pay\"}]}",'
        r'"reference":"{\"content\":\"\",\"tool_calls\":[{\"arguments\":{},\"name\":\"pay\"}]}"}'
    )
    assert judged(kv, SCORE.format(0), calls=made) == (
        False,
        0.0,
        "tool_parameter_kv_match of the service 0.000, at least 1 expected: called pay(sum=3)",
    )
    assert judged({"tool_name_match": [{"name": "pay"}]}, SCORE.format(1))[:2] == (True, 1.0)


def test_a_template_shows_what_it_names() -> None:
    template = "{prompt} {topic} {reference} {response} {1} {{"
    assert placeholders(template) == ("prompt", "topic", "reference", "response")
    pointwise = {"pointwise": {"template": template, "scale": [1, 5], "threshold": 3, "model": "gemini-2.5-pro", "samples": 4}}
    assert asked(pointwise, expected="a") == [
        (
            "pointwise",
            '{"metric_prompt_template":"{prompt} {topic} {reference} {response} {1} {{","model":"gemini-2.5-pro","samples":4}',
            '{"reference":"a","response":"yes","topic":"a refund"}',
            True,
        )
    ]
    assert judged(pointwise) == (None, 0.0, "the case has no reference, which the template shows")
    question = build_service_metric(pointwise).questions(subject(expected="a"))[0]
    assert question.filled("What?") == '{"prompt":"What?","reference":"a","response":"yes","topic":"a refund"}'


def test_a_score_is_read_on_its_scale() -> None:
    pointwise = {"pointwise": {"template": "{response}", "scale": [1, 5], "threshold": 3}}
    assert judged(pointwise, SCORE.format(4)) == (True, 0.75, "the service gives 4 (>= 3): so")
    assert judged(pointwise, SCORE.format(2.5)) == (False, 0.375, "the service gives 2.5 (< 3): so")
    no = "no verdict of the evaluation service: "
    assert judged(pointwise, SCORE.format(6)) == (None, 0.0, f"{no}its score is 6, which is not on the scale [1, 5]")


def test_two_answers_are_compared() -> None:
    pairwise = {"pairwise": {"template": "{response} {baseline_model_response}", "baseline": "old"}}
    ((_, spec, values, _),) = asked(pairwise)
    assert values == '{"baseline_model_response":"old","response":"yes"}'
    assert '"candidate_response_field_name":"response"' in spec
    said = {word: judged(pairwise, f'{{"choice":"{word}","explanation":"so"}}') for word in ("CANDIDATE", "TIE", "BASELINE")}
    assert said == {
        "CANDIDATE": (True, 1.0, "the service finds the answer better: so"),
        "TIE": (True, 0.5, "the service sees a tie: so"),
        "BASELINE": (False, 0.0, "the service finds the baseline better: so"),
    }
    assert judged(pairwise, '{"choice":"PAIRWISE_CHOICE_UNSPECIFIED"}')[0] is None
    assert judged(pairwise, '{"score":0.3}')[0] is None


def test_a_rubric_has_a_version() -> None:
    rubric = {"rubric": {"name": "text_quality@v1", "threshold": 0.8}}
    assert asked(rubric) == [("rubric", '{"metric_spec_name":"text_quality_v1"}', '{"response":"yes"}', True)]
    assert judged(rubric, '{"score":0.9}') == (True, 0.9, "the service gives 0.9 (>= 0.8)")
    match = {"rubric": {"name": "final_response_match@v3", "threshold": 1}}
    assert asked(match, expected="a")[0][2] == '{"reference":"a","response":"yes"}'
    assert judged(match)[0] is None
    assert all(min(versions) > 0 for versions in RUBRICS.values())


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (None, "it was not asked"),
        (Failure(Outcome.QUOTA, "HTTP 429"), "quota: HTTP 429"),
        ("<html>", "its reply is no JSON: "),
        ("[1]", "it gave no score"),
        ('{"score":true}', "it gave no score"),
        ('{"score":"1"}', "it gave no score"),
        ('{"explanation":"I\\ncan not"}', "it gave no score (I can not)"),
        ('{"choice":"yes"}', "it gave no score"),
    ],
)
def test_what_is_no_score_is_no_verdict(reply: str | Failure | None, why: str) -> None:
    passed, score, reason = judged("exact_match", reply, expected="yes")
    assert (passed, score) == (None, 0.0)
    assert reason.startswith(f"no verdict of the evaluation service: {why}")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"tool_name_match": [{"nam": "x"}]}, "a call is a map with `name` and `args`"),
        ({"pointwise": {"template": "{response}", "scale": [5, 1], "threshold": 3}}, "needs a `scale`"),
        ({"pointwise": {"template": "{response}", "scale": [1, 5]}}, r"needs `threshold`.*threshold: 4"),
        ({"pointwise": {"template": "{response}", "scale": [0, 1], "threshold": 3}}, "not on the scale"),
        ({"pairwise": {"template": "{response} {baseline_model_response}", "baseline": "b", "samples": 33}}, "from 1 to 32"),
        ({"rubric": {"name": "safety@latest", "threshold": 1}}, "names no version.*write safety@v1 or safety@v3"),
        ({"rouge": {"threshold": 2}}, "threshold is 2"),
        (None, "vertex takes one metric of the evaluation service, not null"),
    ],
)
def test_parameters_that_can_not_be(value: Json, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        build_service_metric(value)
