"""From an assertion's YAML to its metric: types checked, unknown keys refused, every error with its place in the value."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_origin, get_type_hints

from gemini_eval.errors import did_you_mean
from gemini_eval.metrics import METRICS
from gemini_eval.metrics.forms import check_parameters, form_schema, parameter_kinds, parameters_of
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import show
from gemini_eval.paths import MISSING, Missing
from gemini_eval.types import Json, Metric

__all__ = ["ParameterError", "build_metric", "metric_named", "needs_expected", "parameter_schema"]

_BY_NAME: Mapping[str, type[Metric]] = {metric.NAME: metric for metric in METRICS}


def metric_named(name: str) -> type[Metric]:
    """The metric's class. Raises ParameterError for a name that no metric has."""
    if name not in _BY_NAME:
        known = f"known are {', '.join(sorted(_BY_NAME))}"
        raise ParameterError(f'there is no assertion "{name}"', did_you_mean(name, _BY_NAME) or known)
    return _BY_NAME[name]


def build_metric(name: str, value: Json | Missing = MISSING) -> Metric:
    """The metric that `name: value` means.

    A bare name has no value. A map whose keys are all parameters is its parameters; anything else stands for the positional
    parameter. `{from: …}` and `{file: …}` are the caller's to resolve. Raises ParameterError, its path within `value`.
    """
    return build_kind(metric_named(name), value)


def build_kind(metric: type[Metric], value: Json | Missing = MISSING) -> Metric:
    """As `build_metric`, of a class that need not be in the registry."""
    parameters = _parameters(metric, value)
    try:
        return metric(**check_parameters(metric, parameters))
    except ParameterError as error:
        path = error.path if parameters is value else error.path[1:]
        raise type(error)(error.reason, error.hint, path) from None


def needs_expected(metric: Metric) -> bool:
    """Whether a case must have `expected` for this metric: it compares with it, and the suite gives no value of its own."""
    listed = getattr(metric, "any", None) is not None or getattr(metric, "all", None) is not None
    given = metric.POSITIONAL is not None and getattr(metric, metric.POSITIONAL) is not MISSING
    return metric.NEEDS_EXPECTED and not listed and not given


def parameter_schema(metric: type[Metric]) -> dict[str, Json]:
    """JSON Schema (2020-12) of the YAML form: the map of parameters or the bare positional value. Any may be a reference."""
    form = form_schema(metric)
    properties = {name: {"anyOf": [schema, *_REFERENCES]} for name, schema in form["properties"].items()}
    forms = [{**form, "properties": properties}]
    if metric.POSITIONAL:
        forms.append(properties[metric.POSITIONAL])
    if not form.get("required"):
        forms.append({"type": "null"})
    forms[0].pop("title", None)
    definitions = forms[0].pop("$defs", None)
    schema = {"description": (metric.__doc__ or "").partition("\n")[0], "anyOf": forms}
    return {**schema, "$defs": definitions} if definitions else schema


_REFERENCES = tuple(
    {"type": "object", "properties": {key: {"type": "string"}}, "required": [key], "additionalProperties": False}
    for key in ("from", "file")
)


def _parameters(metric: type[Metric], value: Json | Missing) -> dict[str, Json]:
    """The YAML value as a map of parameters: itself, or the positional one alone."""
    if value is MISSING or (value is None and not _takes(metric, type(None))):
        return {}
    names = [field.name for field in parameters_of(metric)]
    if isinstance(value, dict):
        strange = [key for key in value if key not in names]
        if not strange or not _takes(metric, dict) or _misspelt(strange, value, names):
            return value
    if metric.POSITIONAL is None:
        hint = f"its parameters are {', '.join(names)}" if names else "it has no parameters"
        raise ParameterError(f"{metric.NAME} takes a map, not {show(value)}", hint)
    return {metric.POSITIONAL: value}


def _takes(metric: type[Metric], kind: type) -> bool:
    """Whether the positional parameter itself may be a map (or null)."""
    if metric.POSITIONAL is None:
        return False
    kinds = [get_origin(part) or part for part in parameter_kinds(get_type_hints(metric)[metric.POSITIONAL])]
    return Any in kinds or kind in kinds


def _misspelt(strange: list[str], value: Mapping[str, Json], names: list[str]) -> bool:
    """A misspelt parameter beside a right one, rather than an object to compare with."""
    return len(strange) < len(value) and all(get_close_matches(str(key), names, cutoff=0.7) for key in strange)
