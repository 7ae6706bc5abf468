"""What assertions ask, as one short text that is equal for equal assertions on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from hashlib import sha256

from gemini_eval.assertions.tree import Check, Reference, Written
from gemini_eval.paths import MISSING
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.safe.regex import Pattern
from gemini_eval.types import Json

DIGITS = 16
_SAYS_NOTHING = frozenset({"place", "description", "final", "explicit_name", "parameters", "metric_name"})
"""Fields that change no verdict; `parameters` are in the metric where it is built."""
_BESIDE: Mapping[str, Json] = {"of": [], "negate": False, "weight": 1.0, "threshold": None, "measured": False}
"""What stands beside a metric's parameters, and what it is where the suite says nothing."""
_NUMBERS = frozenset({"weight", "threshold"})
"""Written as whole numbers or not, and equal then: 1 is 1.0."""


def digest(value: Json) -> str:
    """The first 16 hex digits of SHA-256 over the value's canonical JSON."""
    return sha256(canonical_json(value)).hexdigest()[:DIGITS]


def described(assertions: Sequence[Written]) -> Json:
    """Assertions as JSON: names, parameters, weights and thresholds, without where they are written."""
    return [_plain(assertion) for assertion in assertions]


def as_written(check: Check) -> Json:
    """An assertion of one metric, much as its suite says it: the metric's parameters, and what else is not the default."""
    own = described([check])
    parameters = None if check.parameters is MISSING else _plain(check.parameters)
    more = {key: _short(value) for key, default in _BESIDE.items() if (value := own[0][key]) != default}
    return {check.metric_name: parameters, **more}


def _short(value: Json) -> Json:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: object) -> Json:
    if isinstance(value, Reference):
        return {"from": value.text}
    if isinstance(value, Pattern):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _fields(value: object) -> Json:
    assert is_dataclass(value)
    kept = {item.name: getattr(value, item.name) for item in fields(value) if item.compare and item.name not in _SAYS_NOTHING}
    own = {"kind": getattr(value, "metric_name", type(value).__name__)}
    if getattr(value, "metric", True) is None:
        own["parameters"] = _plain(getattr(value, "parameters", None))
    return {**own, **{name: _number(name, _plain(item)) for name, item in kept.items() if item is not MISSING}}


def _number(name: str, value: Json) -> Json:
    return float(value) if name in _NUMBERS and isinstance(value, int) else value
