"""What holds of every metric."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from time import process_time

import pytest

import gemini_eval.metrics
from gemini_eval.metrics import METRICS
from gemini_eval.metrics.build import ParameterError, build_metric, needs_expected, parameter_schema
from gemini_eval.types import Expected, Response, Subject, Usage, Verdict

FOLDER = Path(gemini_eval.metrics.__file__).parent
MINIMAL = {
    "json_field": {"path": "a.0.b", "equals": 1},
    "json_schema": {"type": "object", "required": ["a"]},
    "regex": "(a|b)*c+$",
    "length": {"words": {"max": 5}, "characters": 3, "sentences": 1},
    "latency": 100,
    "cost": 1,
    "tokens": {"total": {"max": 5}},
    "calls": [{"name": "f", "args": {"a": {"contains": "x"}}}],
    "perplexity": 2,
    "call_name": "f",
    "call_args": {"keys": ["a"]},
    "is_valid_call": {"tools": [{"function_declarations": [{"name": "f"}]}]},
}
MEGABYTE = 1_000_000
DEEP = [1]
for _ in range(90):
    DEEP = [DEEP]
ANSWERS = {
    "empty": "",
    "blank": " \n\t",
    "word": "refund",
    "json": '{"a": [{"b": 1}]}',
    "broken json": '{"a": [',
    "half a surrogate": "a\ud800b",
    "controls": "\x00\x1b[31m\u202e\u200b\x85",
    "combining": "e" + "\u0301" * 5000,
    "emoji": "👩‍👩‍👧‍👦" * 10,
    "markup": "[bold]{{ 7 * 7 }}</script>{% raw %}",
    "a's": "a" * MEGABYTE,
    "numbers": "1 " * (MEGABYTE // 2),
    "digits": "9" * MEGABYTE,
    "Korean": "환불" * (MEGABYTE // 6),
    "brackets": "[" * MEGABYTE,
    "a long list": "[" + "1," * (MEGABYTE // 2) + "1]",
    "number": 5,
    "float": 0.1,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "boolean": True,
    "null": None,
    "list": ["a", 1, None, {"b": []}],
    "object": {"a": [{"b": 1}], "": None},
    "deep": DEEP,
}
CALLS = [
    (),
    ({"name": "f", "args": {"a": "x"}},),
    ({"name": "line\n" * 5000, "args": {"key\n" * 500: DEEP, "a": "b\n" * 50}}, {"name": "f", "args": {"key\n" * 500: 1}}),
    ("text", None, 5, [], {}, {"name": 5, "args": "x"}, {"args": {"a": {"b": [None]}}}),
    ({"name": "f", "args": {"a": 1}},) * 1000,
]
LOGPROBS = [(), (("a", 0.0),), (("a", float("-inf")), ("b", -1e308)), (("a", float("nan")),), (("a", 5.0),)]
EXPECTED = {
    "none": None,
    "text": Expected("refund"),
    "number": Expected(5),
    "null": Expected(None),
    "object": Expected({"a": [{"b": 1}]}),
    "alternatives": Expected(None, ("a", 5, ["x"])),
    "long": Expected("b" * MEGABYTE),
}


def test_the_registry_holds_every_metric_that_a_file_defines():
    modules = [import_module(f"gemini_eval.metrics.{path.stem}") for path in FOLDER.glob("*.py") if path.stem != "__init__"]
    defined = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__ and hasattr(kind, "NAME")
    }
    assert defined == set(METRICS)
    assert len({metric.NAME for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.NAME)
def test_a_metric_is_one_documented_and_tested_file(metric):
    assert metric.__module__ == f"gemini_eval.metrics.{metric.NAME}"
    assert (Path(__file__).parent / f"test_{metric.NAME}.py").is_file()
    first = (metric.__doc__ or "").partition("\n")[0]
    assert first.endswith(".") and len(first) > 30
    assert not first.startswith(metric.__name__)
    assert is_dataclass(metric) and metric.__dataclass_params__.frozen and hasattr(metric, "__slots__")
    assert metric.READS in ("answer", "output", "response")
    names = [field.name for field in fields(metric) if field.init]
    assert metric.POSITIONAL is None or metric.POSITIONAL in names


@pytest.mark.parametrize("expected", EXPECTED.values(), ids=EXPECTED)
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.NAME)
def test_any_answer_gets_a_verdict_within_a_second(metric, expected):
    made = build_metric(metric.NAME, *([MINIMAL[metric.NAME]] if metric.NAME in MINIMAL else []))
    for name, answer in ANSWERS.items():
        output = answer if isinstance(answer, str) else ""
        subject = Subject(answer, output, Response(output, usage=Usage(1, 2)), expected, {}, {"refund": ("Refund",)})
        start = process_time()
        verdict = made.judge(subject)
        took = process_time() - start
        assert isinstance(verdict, Verdict), name
        assert verdict.passed in (True, False, None) and 0 <= verdict.score <= 1, name
        assert verdict.reason and "\n" not in verdict.reason and len(verdict.reason) < 1000, name
        assert took < 1, f"{name}: {took:.2f} s"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.NAME)
def test_any_response_gets_a_verdict(metric):
    made = build_metric(metric.NAME, *([MINIMAL[metric.NAME]] if metric.NAME in MINIMAL else []))
    for calls in CALLS:
        for logprobs in LOGPROBS:
            response = Response("a", calls=calls, logprobs=logprobs, usage=Usage())
            verdict = made.judge(Subject("a", "a", response, Expected(["f"])))
            assert verdict.passed in (True, False, None) and 0 <= verdict.score <= 1
            assert verdict.reason and "\n" not in verdict.reason and len(verdict.reason) < 1000


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.NAME)
@pytest.mark.parametrize(
    "value", [None, "", "x", 5, -1, 1.5, True, [], [1], {}, {"x": 1}, {"value": {}}, {"any": [[]]}, {1: 2}, DEEP]
)
def test_any_parameters_make_a_metric_or_a_reason(metric, value):
    try:
        build_metric(metric.NAME, value)
    except ParameterError as error:
        assert error.reason
        assert "\n" not in str(error)
        found = value
        for step in error.path:
            found = found[step]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.NAME)
def test_the_schema_accepts_what_builds(metric):
    import jsonschema_rs

    schema = parameter_schema(metric)
    validator = jsonschema_rs.validator_for(schema)
    assert schema["description"] == (metric.__doc__ or "").partition("\n")[0]
    assert validator.is_valid(MINIMAL.get(metric.NAME))
    assert validator.is_valid({"unknown parameter": 1}) is (metric.NAME in {"equals", "json_match", "json_schema"})


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.NAME)
def test_needs_expected_is_what_judging_needs(metric):
    made = build_metric(metric.NAME, *([MINIMAL[metric.NAME]] if metric.NAME in MINIMAL else []))
    verdict = made.judge(Subject("a", "a", Response("a", usage=Usage(1, 2), cost_micros=1, avg_logprob=-0.1)))
    assert needs_expected(made) is (verdict.passed is None)
