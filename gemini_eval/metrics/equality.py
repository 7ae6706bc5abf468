"""When two JSON values are the same: types strict, texts NFC and stripped, numbers within a tolerance."""

from __future__ import annotations

from collections.abc import Callable

from gemini_eval.numbers import Tolerance, as_number
from gemini_eval.text import normalise
from gemini_eval.types import Json

EXACT = Tolerance()


def same(actual: Json, expected: Json, tolerance: Tolerance = EXACT, text: Callable[[str], str] = normalise) -> bool:
    """Deep equality. `true` is not 1, `"5"` is not 5; 5 is 5.0, as JSON has one kind of number; keys have no order."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return actual is expected
    if isinstance(expected, str):
        return isinstance(actual, str) and text(actual) == text(expected)
    if isinstance(expected, (int, float)):
        return isinstance(actual, (int, float)) and close(actual, expected, tolerance)
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(same(one, other, tolerance, text) for one, other in zip(actual, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and actual.keys() == expected.keys()
            and all(same(actual[key], expected[key], tolerance, text) for key in expected)
        )
    return actual is None and expected is None


def close(actual: int | float, expected: int | float, tolerance: Tolerance) -> bool:
    """Numbers within a tolerance, in decimal arithmetic: 0.1 + 0.2 of a model that writes 0.3 is 0.3."""
    if not tolerance.amount:
        return actual == expected
    one, other = as_number(actual), as_number(expected)
    return one is not None and other is not None and tolerance.allows(one, other)
