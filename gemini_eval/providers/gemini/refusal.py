"""A response that is no answer -> `ProviderError`: what it is, what it says of the next requests, and the mend.

Sources: Vertex AI "API errors" and "Error code 429", Gemini API "Troubleshooting guide", google.rpc.Code, RFC 9110 (Retry-After).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from gemini_eval.providers.gemini.address import NAMES, Address, Api
from gemini_eval.providers.gemini.error_body import ErrorBody, clean, describe, error_in, read_error, seconds
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Outcome

_EXHAUSTED = "RESOURCE_EXHAUSTED"
_PASSING = (408, 409, 425, 499)
_ENDED = ("credits are depleted", "spending cap", "spend cap")
_VERTEX_SERVICE, _DEVELOPER_SERVICE = "aiplatform.googleapis.com", "generativelanguage.googleapis.com"
_KEY_REASONS = ("API_KEY_INVALID", "API_KEY_EXPIRED")
_KEYS = "https://aistudio.google.com/apikey"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, for the words of a message."""

    api: Api | None = None
    model: str = "the model"
    project: str = ""
    location: str = ""
    permission: str = "aiplatform.endpoints.predict"

    @property
    def where(self) -> str:
        """Empty where nothing is known; else it begins with a space."""
        if self.location:
            return f" in location {self.location}, project {self.project}"
        return f" ({NAMES[self.api]})" if self.api else ""


NOBODY = Asked()


def asked_at(api: Api, address: Address) -> Asked:
    return Asked(api, address.model, address.project, address.location)


def read_refusal(
    status: int, headers: Mapping[str, str], body: bytes, asked: Asked = NOBODY, now: float | None = None
) -> ProviderError:
    """The error of a response whose status is not 200. Header names may be in any case; `now` is in seconds since 1970."""
    return _refusal(status, read_error(body), _retry_after(headers, now), asked)


def broken(body: bytes, why: str = "") -> ProviderError:
    """The error of a response with status 200 and a body that is no answer; `why` says what is wrong with its JSON."""
    return ProviderError(
        Outcome.REQUEST_FAILED,
        f"the answer's body is {why or describe(body)}",
        trouble=Trouble.PASSING,
        hint="a proxy or a broken connection; it is asked again",
    )


def error_within(value: Json, asked: Asked = NOBODY) -> ProviderError | None:
    """The error that stands in a body with status 200, as proxies and streams write it; None where there is none."""
    error = error_in(value)
    return _refusal(error.code or 500, error, None, asked) if error else None


def _refusal(status: int, error: ErrorBody, header_s: float | None, asked: Asked) -> ProviderError:
    waits = [wait for wait in (header_s, error.retry_delay_s) if wait is not None]
    retry_after = max(waits, default=None)
    if status == 429 or error.status == _EXHAUSTED:
        return _quota(status, error, retry_after, asked)
    reason, hint, trouble = _told(status, error, asked)
    return ProviderError(
        Outcome.REQUEST_FAILED, f"HTTP {status}: {reason}", trouble=trouble, retry_after_s=retry_after, hint=hint
    )


def _told(status: int, error: ErrorBody, asked: Asked) -> tuple[str, str, Trouble]:
    """(reason, hint, trouble) of whatever is no quota."""
    if error.reason in _KEY_REASONS or (status == 400 and "api key not valid" in error.message.lower()):
        return f"the API key is not valid: {error.message}", f"set GOOGLE_API_KEY or GEMINI_API_KEY; {_KEYS}", Trouble.CLOSED
    if status == 401:
        return f"the credentials are not accepted: {error.message}", _sign_in(asked), Trouble.CLOSED
    if status == 403:
        return f"no permission: {error.message}", _permission(error, asked), Trouble.CLOSED
    if status == 404:
        return _not_found(error, asked)
    if status == 407 or 300 <= status < 400:
        return f"not answered by Google: {error.message}", "check the proxy and the base URL", Trouble.CLOSED
    if status == 400 and "location is not supported" in error.message.lower():
        hint = "the developer API does not serve this country; ask Vertex AI: set GOOGLE_CLOUD_PROJECT"
        return error.message, hint, Trouble.CLOSED
    if status >= 500 or status in _PASSING:
        return error.message, "", Trouble.PASSING
    return (
        f"{error.message}{_fields(error)}",
        "the request itself is refused; see the model's limits and parameters",
        Trouble.FINAL,
    )


# ---- quotas ----------------------------------------------------------------------------------------------


def _quota(status: int, error: ErrorBody, retry_after: float | None, asked: Asked) -> ProviderError:
    project = asked.project or error.metadata.get("consumer", "").removeprefix("projects/")
    whose = f"project {project}" if project else "the API key's project"
    names = [name for violation in error.violations if (name := _quota_name(violation))]
    name = ", ".join(dict.fromkeys(names)) or error.metadata.get("quota_id", "") or error.metadata.get("quota_metric", "")
    what = f'quota "{clean(name)}"' if name else "the budget" if _is_spent(error) else f"the shared capacity for {asked.model}"
    where = f" in {asked.location}" if asked.location else ""
    reason = f"HTTP {status}: {what}{where} of {whose} is used up: {error.message}"
    if _is_closed(error, name):
        hint = "it does not fill up again soon: ask for more, take another project or model, or go on tomorrow with --resume"
        return ProviderError(Outcome.QUOTA, reason, trouble=Trouble.CLOSED, retry_after_s=retry_after, hint=hint)
    hint = "ask slower, or ask for more quota" if name else "ask slower, or in another location"
    return ProviderError(Outcome.QUOTA, reason, trouble=Trouble.CONGESTED, retry_after_s=retry_after, hint=hint)


def _quota_name(violation: Mapping[str, Json]) -> str:
    """The quota's id with its limit; the metric, or what it is said to be of, where there is no id."""
    words = [violation.get(key) for key in ("quotaId", "quotaMetric", "subject")]
    name = next((word for word in words if isinstance(word, str) and word), "")
    limit = violation.get("quotaValue")
    return f"{name} ({limit})" if name and isinstance(limit, str | int) else name


def _is_closed(error: ErrorBody, name: str) -> bool:
    """A quota for a day, of nothing at all, or money that is spent: waiting a minute won't help."""
    texts = [name, error.message, *(str(violation.get("quotaMetric", "")) for violation in error.violations)]
    daily = any("perday" in text.lower().replace("_", "").replace(" ", "").replace("-", "") for text in texts)
    none = any(str(violation.get("quotaValue")) == "0" for violation in error.violations)
    return daily or none or _is_spent(error)


def _is_spent(error: ErrorBody) -> bool:
    return any(words in error.message.lower() for words in _ENDED)


def _retry_after(headers: Mapping[str, str], now: float | None) -> float | None:
    """Seconds from Retry-After: a number, or a date, which is held against the server's own clock where it tells it."""
    given = {name.lower(): value for name, value in headers.items()}
    value = given.get("retry-after", "").strip()
    if not value:
        return None
    number = seconds(value)
    if number is not None:
        return number
    then, here = _date(value), _date(given.get("date", ""))
    here = here if here is not None else time.time() if now is None else now
    return None if then is None else max(0.0, then - here)


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


# ---- mends -----------------------------------------------------------------------------------------------


def _sign_in(asked: Asked) -> str:
    if asked.api is Api.VERTEX:
        return "sign in again: gcloud auth application-default login; or check GOOGLE_APPLICATION_CREDENTIALS"
    return f"set GOOGLE_API_KEY or GEMINI_API_KEY to a valid key; {_KEYS}"


def _permission(error: ErrorBody, asked: Asked) -> str:
    service = error.metadata.get("service") or (_DEVELOPER_SERVICE if asked.api is Api.DEVELOPER else _VERTEX_SERVICE)
    project = asked.project or error.metadata.get("consumer", "").removeprefix("projects/")
    if error.reason == "SERVICE_DISABLED" or "has not been used in project" in error.message:
        return f"gcloud services enable {service}{' --project ' + project if project else ''}"
    if error.reason == "BILLING_DISABLED":
        return f"enable billing for project {project or 'of the API key'}"
    if error.reason.startswith("API_KEY_") or (asked.api is not Api.VERTEX and "api key" in error.message.lower()):
        return f"the key's restrictions must allow {service} from here"
    if error.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
        return "the token lacks the scope https://www.googleapis.com/auth/cloud-platform"
    if asked.api is Api.VERTEX:
        permission = error.metadata.get("permission") or asked.permission
        return f"the account needs {permission}: give it roles/aiplatform.user in project {project}"
    return "check what the key may ask"


def _not_found(error: ErrorBody, asked: Asked) -> tuple[str, str, Trouble]:
    if not error.is_google:
        return f"nothing there: {error.message}", "check the base URL and the proxy", Trouble.CLOSED
    kind = "endpoint" if asked.model.isdecimal() else "model"
    hint = "check its spelling, whether it is retired, and whether it is offered in that location (global has the most)"
    if kind == "endpoint":
        hint = "check its number, project and location; a deleted endpoint does not come back"
    return f"no such {kind} {asked.model}{asked.where}: {error.message}", hint, Trouble.CLOSED


def _fields(error: ErrorBody) -> str:
    """The fields that the service complains of, where it names them."""
    named = [f"{item.get('field')}: {item.get('description')}" for item in error.violations if item.get("field")]
    return f" ({clean('; '.join(named))})" if named else ""
