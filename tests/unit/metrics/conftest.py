from __future__ import annotations

import pytest

from gemini_eval.metrics.build import ParameterError, build_metric
from gemini_eval.paths import MISSING
from gemini_eval.types import Expected, Response, Subject


def _judge(name, parameters, answer, *, expected=MISSING, any_of=(), labels=None, **response):
    """(passed, score to three places, reason) of one answer."""
    given = None if expected is MISSING and not any_of else Expected(None if expected is MISSING else expected, tuple(any_of))
    output = answer if isinstance(answer, str) else ""
    verdict = build_metric(name, parameters).judge(Subject(answer, output, Response(output, **response), given, {}, labels or {}))
    return verdict.passed, round(verdict.score, 3), verdict.reason


def _refusal(name, parameters=MISSING):
    """(reason, hint, path) of the error that parameters make."""
    with pytest.raises(ParameterError) as caught:
        build_metric(name, parameters)
    return caught.value.reason, caught.value.hint, caught.value.path


@pytest.fixture
def judge():
    return _judge


@pytest.fixture
def refusal():
    return _refusal
