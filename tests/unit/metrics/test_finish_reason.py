from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "actual", "verdict"),
    [
        (MISSING, "stop", (True, 1.0, "finish reason stop")),
        (MISSING, "safety", (False, 0.0, "finish reason safety, expected stop")),
        ("max_tokens", "max_tokens", (True, 1.0, "finish reason max_tokens")),
        ({"any": ["stop", "max_tokens"]}, "max_tokens", (True, 1.0, "finish reason max_tokens")),
        ({"any": ["stop", "max_tokens"]}, "other", (False, 0.0, "finish reason other, expected stop or max_tokens")),
    ],
)
def test_finish_reason(judge, parameters, actual, verdict):
    assert judge("finish_reason", parameters, "", finish_reason=actual) == verdict


def test_refused(refusal):
    assert refusal("finish_reason", "max_token") == (
        'finish_reason: `value` is "max_token"; it must be stop, max_tokens, safety, recitation, blocked or other',
        'did you mean "max_tokens"?',
        (),
    )
    assert refusal("finish_reason", {"any": []})[2] == ("any",)
    assert refusal("finish_reason", {"value": "stop", "any": ["stop"]})[2] == ("any",)
