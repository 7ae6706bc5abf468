"""What a response that is no answer says: the outcome, what it means for the next requests, and the mend."""

from __future__ import annotations

from email.utils import formatdate

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.providers.gemini.address import Access, Api, address_of
from gemini_eval.providers.gemini.error_body import clean, read_error
from gemini_eval.providers.gemini.refusal import NOBODY, Asked, asked_at, read_refusal
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Outcome

VERTEX = Asked(Api.VERTEX, "gemini-2.5-flash", "p1", "us-central1")
TUNED = Asked(Api.VERTEX, "9003", "p1", "us-central1")
DEVELOPER = Asked(Api.DEVELOPER, "gemini-2.5-flash")
EXPRESS = Asked(Api.EXPRESS, "gemini-2.5-flash")
RPC = "type.googleapis.com/google.rpc."
KEYS = "https://aistudio.google.com/apikey"


def google(message: str, status: str = "", *details: Json) -> bytes:
    return orjson.dumps({"error": {"code": 0, "message": message, "status": status, "details": list(details)}})


def info(reason: str, **metadata: str) -> Json:
    return {"@type": RPC + "ErrorInfo", "reason": reason, "metadata": metadata}


def quota(**violation: Json) -> Json:
    return {"@type": RPC + "QuotaFailure", "violations": [violation]}


def told(error: ProviderError) -> tuple[Outcome, Trouble, str, str]:
    return error.outcome, error.trouble, error.reason, error.hint


DAILY = quota(quotaMetric="g/requests", quotaId="GenerateRequestsPerDayPerProjectPerModel-FreeTier", quotaValue="20")
MINUTE = quota(quotaMetric="g/requests", quotaId="GenerateRequestsPerMinutePerProjectPerModel", quotaValue="60")
SOON = "it does not fill up again soon: ask for more, take another project or model, or go on tomorrow with --resume"


@pytest.mark.parametrize(
    ("status", "body", "asked", "trouble", "reason", "hint"),
    [
        (
            429,
            google("Resource exhausted. Please try again later.", "RESOURCE_EXHAUSTED"),
            VERTEX,
            Trouble.CONGESTED,
            "HTTP 429: the shared capacity for gemini-2.5-flash in us-central1 of project p1 is used up:"
            " Resource exhausted. Please try again later.",
            "ask slower, or in another location",
        ),
        (
            503,
            google("No capacity", "RESOURCE_EXHAUSTED"),
            VERTEX,
            Trouble.CONGESTED,
            "HTTP 503: the shared capacity for gemini-2.5-flash in us-central1 of project p1 is used up: No capacity",
            "ask slower, or in another location",
        ),
        (
            429,
            google("Too many", "RESOURCE_EXHAUSTED", MINUTE),
            VERTEX,
            Trouble.CONGESTED,
            'HTTP 429: quota "GenerateRequestsPerMinutePerProjectPerModel (60)" in us-central1 of project p1'
            " is used up: Too many",
            "ask slower, or ask for more quota",
        ),
        (
            429,
            google("Too many", "RESOURCE_EXHAUSTED", DAILY),
            DEVELOPER,
            Trouble.CLOSED,
            'HTTP 429: quota "GenerateRequestsPerDayPerProjectPerModel-FreeTier (20)" of the API key\'s project'
            " is used up: Too many",
            SOON,
        ),
        (
            429,
            google(
                "Too many",
                "RESOURCE_EXHAUSTED",
                info("RATE_LIMIT_EXCEEDED", consumer="projects/77"),
                quota(quotaMetric="g/requests_per_day"),
            ),
            DEVELOPER,
            Trouble.CLOSED,
            'HTTP 429: quota "g/requests_per_day" of project 77 is used up: Too many',
            SOON,
        ),
        (
            429,
            google("Too many", "RESOURCE_EXHAUSTED", info("RATE_LIMIT_EXCEEDED", quota_metric="g/tokens_per_minute")),
            VERTEX,
            Trouble.CONGESTED,
            'HTTP 429: quota "g/tokens_per_minute" in us-central1 of project p1 is used up: Too many',
            "ask slower, or ask for more quota",
        ),
        (
            429,
            google("Limit 0", "RESOURCE_EXHAUSTED", quota(quotaId="PerMinute-FreeTier", quotaValue="0")),
            DEVELOPER,
            Trouble.CLOSED,
            'HTTP 429: quota "PerMinute-FreeTier (0)" of the API key\'s project is used up: Limit 0',
            SOON,
        ),
        (
            429,
            google("Your prepayment credits are depleted.", "RESOURCE_EXHAUSTED"),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 429: the budget of the API key's project is used up: Your prepayment credits are depleted.",
            SOON,
        ),
        (
            429,
            b"slow down",
            NOBODY,
            Trouble.CONGESTED,
            "HTTP 429: the shared capacity for the model of the API key's project is used up: no JSON: slow down",
            "ask slower, or in another location",
        ),
    ],
)
def test_quotas(status: int, body: bytes, asked: Asked, trouble: Trouble, reason: str, hint: str) -> None:
    assert told(read_refusal(status, {}, body, asked)) == (Outcome.QUOTA, trouble, reason, hint)


SERVER = google("The model is overloaded.", "UNAVAILABLE")


@pytest.mark.parametrize(
    ("status", "body", "asked", "trouble", "reason", "hint"),
    [
        *(
            (status, SERVER, VERTEX, Trouble.PASSING, f"HTTP {status}: The model is overloaded.", "")
            for status in (500, 502, 503, 504, 408)
        ),
        (502, b"<html><title>502 Bad Gateway</title>", VERTEX, Trouble.PASSING, "HTTP 502: a page in HTML: 502 Bad Gateway", ""),
        (500, b"", VERTEX, Trouble.PASSING, "HTTP 500: an empty body", ""),
        (500, b"\xff\xfe", VERTEX, Trouble.PASSING, "HTTP 500: no JSON: ��", ""),
        (500, b'{"error": "x"}', VERTEX, Trouble.PASSING, 'HTTP 500: JSON that is no error of Google\'s: {"error": "x"}', ""),
        (
            401,
            google("Invalid credentials", "UNAUTHENTICATED"),
            VERTEX,
            Trouble.CLOSED,
            "HTTP 401: the credentials are not accepted: Invalid credentials",
            "sign in again: gcloud auth application-default login; or check GOOGLE_APPLICATION_CREDENTIALS",
        ),
        (
            401,
            google("No key", "UNAUTHENTICATED"),
            EXPRESS,
            Trouble.CLOSED,
            "HTTP 401: the credentials are not accepted: No key",
            f"set GOOGLE_API_KEY or GEMINI_API_KEY to a valid key; {KEYS}",
        ),
        (
            403,
            google("Disabled", "PERMISSION_DENIED", info("SERVICE_DISABLED", service="aiplatform.googleapis.com")),
            VERTEX,
            Trouble.CLOSED,
            "HTTP 403: no permission: Disabled",
            "gcloud services enable aiplatform.googleapis.com --project p1",
        ),
        (
            403,
            google("Gemini API has not been used in project 7 before", "PERMISSION_DENIED"),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 403: no permission: Gemini API has not been used in project 7 before",
            "gcloud services enable generativelanguage.googleapis.com",
        ),
        (
            403,
            google("Denied", "PERMISSION_DENIED", info("IAM_PERMISSION_DENIED", permission="aiplatform.endpoints.predict")),
            VERTEX,
            Trouble.CLOSED,
            "HTTP 403: no permission: Denied",
            "the account needs aiplatform.endpoints.predict: give it roles/aiplatform.user in project p1",
        ),
        (
            403,
            google("Billing", "PERMISSION_DENIED", info("BILLING_DISABLED", consumer="projects/7")),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 403: no permission: Billing",
            "enable billing for project 7",
        ),
        (
            403,
            google("Scopes", "PERMISSION_DENIED", info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")),
            VERTEX,
            Trouble.CLOSED,
            "HTTP 403: no permission: Scopes",
            "the token lacks the scope https://www.googleapis.com/auth/cloud-platform",
        ),
        (
            403,
            google("Blocked", "PERMISSION_DENIED", info("API_KEY_HTTP_REFERRER_BLOCKED")),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 403: no permission: Blocked",
            "the key's restrictions must allow generativelanguage.googleapis.com from here",
        ),
        (403, google("Nope"), EXPRESS, Trouble.CLOSED, "HTTP 403: no permission: Nope", "check what the key may ask"),
        (
            404,
            google("Publisher Model was not found", "NOT_FOUND"),
            VERTEX,
            Trouble.CLOSED,
            "HTTP 404: no such model gemini-2.5-flash in location us-central1, project p1: Publisher Model was not found",
            "check its spelling, whether it is retired, and whether it is offered in that location (global has the most)",
        ),
        (
            404,
            google("Not found", "NOT_FOUND"),
            TUNED,
            Trouble.CLOSED,
            "HTTP 404: no such endpoint 9003 in location us-central1, project p1: Not found",
            "check its number, project and location; a deleted endpoint does not come back",
        ),
        (
            404,
            google("models/x is not found", "NOT_FOUND"),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 404: no such model gemini-2.5-flash (the developer API): models/x is not found",
            "check its spelling, whether it is retired, and whether it is offered in that location (global has the most)",
        ),
        (
            404,
            b"<html>nginx",
            VERTEX,
            Trouble.CLOSED,
            "HTTP 404: nothing there: a page in HTML: nginx",
            "check the base URL and the proxy",
        ),
        (302, b"", VERTEX, Trouble.CLOSED, "HTTP 302: not answered by Google: an empty body", "check the proxy and the base URL"),
        (
            407,
            b"sign in",
            VERTEX,
            Trouble.CLOSED,
            "HTTP 407: not answered by Google: no JSON: sign in",
            "check the proxy and the base URL",
        ),
        (
            400,
            google(
                "Invalid value",
                "INVALID_ARGUMENT",
                {"@type": RPC + "BadRequest", "fieldViolations": [{"field": "a.b", "description": "bad"}]},
            ),
            VERTEX,
            Trouble.FINAL,
            "HTTP 400: Invalid value (a.b: bad)",
            "the request itself is refused; see the model's limits and parameters",
        ),
        (
            400,
            google("API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", info("API_KEY_INVALID")),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 400: the API key is not valid: API key not valid. Please pass a valid API key.",
            f"set GOOGLE_API_KEY or GEMINI_API_KEY; {KEYS}",
        ),
        (
            400,
            google("User location is not supported for the API use.", "FAILED_PRECONDITION"),
            DEVELOPER,
            Trouble.CLOSED,
            "HTTP 400: User location is not supported for the API use.",
            "the developer API does not serve this country; ask Vertex AI: set GOOGLE_CLOUD_PROJECT",
        ),
        (
            413,
            google("Too large"),
            VERTEX,
            Trouble.FINAL,
            "HTTP 413: Too large",
            "the request itself is refused; see the model's limits and parameters",
        ),
    ],
)
def test_refusals(status: int, body: bytes, asked: Asked, trouble: Trouble, reason: str, hint: str) -> None:
    assert told(read_refusal(status, {}, body, asked)) == (Outcome.REQUEST_FAILED, trouble, reason, hint)


NOW = 1_795_600_000.0


@pytest.mark.parametrize(
    ("headers", "delay", "seconds"),
    [
        ({}, None, None),
        ({"Retry-After": "7"}, None, 7.0),
        ({"retry-after": " 1.5 "}, None, 1.5),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, None, 30.0),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, None, 0.0),
        ({"retry-after": formatdate(NOW + 30, usegmt=True), "Date": formatdate(NOW + 20, usegmt=True)}, None, 10.0),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "-5"}, None, None),
        ({"retry-after": "inf"}, None, None),
        ({}, "13.5s", 13.5),
        ({}, "13s", 13.0),
        ({}, "13", None),
        ({}, 13, None),
        ({"retry-after": "2"}, "13s", 13.0),
        ({"retry-after": "20"}, "13s", 20.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], delay: Json, seconds: float | None) -> None:
    details = [] if delay is None else [{"@type": RPC + "RetryInfo", "retryDelay": delay}]
    for status in (429, 503):
        assert read_refusal(status, headers, google("x", "", *details), VERTEX, NOW).retry_after_s == seconds


def test_a_date_without_the_servers_clock_is_held_against_ours() -> None:
    assert read_refusal(429, {"retry-after": formatdate(0, usegmt=True)}, b"").retry_after_s == 0.0


def test_what_was_asked_by_its_address() -> None:
    address = address_of("gemini-2.5-flash", "us-central1", Access(Api.VERTEX, "p1"))
    assert asked_at(Api.VERTEX, address) == VERTEX


def test_messages_are_one_clean_line_and_cut() -> None:
    assert clean("a\x1b[31m\n\tb\u202e\x00c") == "a [31m b c"
    assert clean("x" * 400) == "x" * 299 + "…"
    error = read_refusal(500, {}, google("word " * 1000), VERTEX)
    assert len(error.reason) < 330


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "code",
                    "message",
                    "status",
                    "details",
                    "@type",
                    "reason",
                    "metadata",
                    "violations",
                    "quotaId",
                    "field",
                    "retryDelay",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.integers(100, 599), ANY, st.text(max_size=20), st.sampled_from([VERTEX, DEVELOPER, EXPRESS, NOBODY]))
def test_any_response_becomes_an_error(status: int, value: Json, header: str, asked: Asked) -> None:
    body = orjson.dumps({"error": value}) if isinstance(value, dict) else orjson.dumps(value)
    error = read_refusal(status, {"retry-after": header, "date": header}, body, asked)
    assert error.reason.isprintable() and error.reason.startswith(f"HTTP {status}: ")
    assert error.retry_after_s is None or 0 <= error.retry_after_s < float("inf")


@given(st.binary(max_size=80))
def test_any_bytes_are_told_in_words(body: bytes) -> None:
    message = read_error(body).message
    assert message and message.isprintable()
