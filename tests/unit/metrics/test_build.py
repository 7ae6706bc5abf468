from __future__ import annotations

import subprocess
import sys

import pytest

from gemini_eval.metrics.build import ParameterError, build_metric, metric_named, needs_expected, parameter_schema
from gemini_eval.metrics.contains import Contains
from gemini_eval.metrics.equals import Equals
from gemini_eval.metrics.exact_match import ExactMatch
from gemini_eval.metrics.json_match import JsonMatch
from gemini_eval.metrics.length import Length
from gemini_eval.metrics.parameters import Range


@pytest.mark.parametrize(
    ("name", "value", "metric"),
    [
        ("exact_match", None, ExactMatch()),
        ("contains", "a", Contains("a")),
        ("contains", 5, Contains(5)),
        ("contains", {"value": "a"}, Contains("a")),
        ("contains", {"any": ["a", 1], "fold": ["case"]}, Contains(any=("a", 1), fold=("case",))),
        ("equals", {"any": ["a"]}, Equals(any=("a",))),
        ("equals", {"speed": 1}, Equals({"speed": 1})),
        ("equals", {"value": {"any": [1]}}, Equals({"any": [1]})),
        ("equals", {"value": 1, "other thing": 2}, Equals({"value": 1, "other thing": 2})),
        ("equals", [1, 2], Equals([1, 2])),
        ("json_match", {"ignore_order": True}, JsonMatch(ignore_order=True)),
        ("length", {"words": {"max": 5}, "characters": 3}, Length(words=Range(max=5), characters=3)),
    ],
)
def test_the_yaml_form(name, value, metric):
    assert build_metric(name, value) == metric


def test_null_is_a_value_where_null_can_be_one():
    assert build_metric("equals", None) == Equals(None)
    assert not needs_expected(build_metric("equals", None))
    assert needs_expected(build_metric("equals"))


def test_an_unknown_name():
    with pytest.raises(ParameterError) as caught:
        metric_named("exact_mach")
    assert str(caught.value) == 'there is no assertion "exact_mach" (did you mean "exact_match"?)'
    with pytest.raises(ParameterError, match="known are bleu, call_args, call_f1"):
        build_metric("zzz")


def test_types_are_strict():
    for value in ({"words": {"max": "5"}}, {"words": {"max": True}}, {"words": {"max": 5.0}}):
        with pytest.raises(ParameterError, match="must be a"):
            build_metric("length", value)


def test_the_schema_of_a_metric():
    schema = parameter_schema(Contains)
    reference = {
        key: {"type": "object", "properties": {key: {"type": "string"}}, "required": [key], "additionalProperties": False}
        for key in ("from", "file")
    }
    form, positional, bare = schema["anyOf"]
    assert sorted(form["properties"]) == ["all", "any", "fold", "value"]
    assert form["additionalProperties"] is False
    assert positional == form["properties"]["value"]
    assert positional["anyOf"][1:] == [reference["from"], reference["file"]]
    assert bare == {"type": "null"}


def test_importing_the_metrics_imports_nothing_heavy():
    heavy = ("pydantic", "jsonschema_rs", "rapidfuzz")
    code = f"import sys, gemini_eval.metrics.build; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
