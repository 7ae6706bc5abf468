"""What Google's clients raise -> our errors, with the reason and what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gemini_eval.errors import RunError
from gemini_eval.providers.gemini.error_body import clean
from gemini_eval.safe.secrets import redact
from gemini_eval.tuning.vertex.place import Seat


class ServiceError(RunError):
    """Vertex AI refused, or did not answer. `status` is HTTP's, 0 where there was no answer."""

    def __init__(self, reason: str, hint: str, status: int = 0) -> None:
        super().__init__(reason, hint)
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether asking again later may help."""
        return self.status in (0, 408, 429) or self.status >= 500


@contextmanager
def told(what: str, seat: Seat, permission: str, hint: str = "") -> Iterator[None]:
    """Raises `ServiceError` in place of what the clients raise. `what` was to be done; `hint` is for a passing failure."""
    import httpx
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from google.genai.errors import APIError
    from google.protobuf import json_format
    from requests import RequestException

    try:
        yield
    except APIError as error:
        raise _refused(
            int(error.code or 0), str(error.message or error.status or ""), what, _mends(seat, permission, hint)
        ) from error
    except GoogleAPICallError as error:
        raise _refused(int(error.code or 0), _words(str(error.message)), what, _mends(seat, permission, hint)) from error
    except (httpx.HTTPError, RequestException) as error:
        reason = f"{what}: no answer from {seat.base}: {type(error).__name__}"
        raise ServiceError(reason, hint or "try again") from error
    except GoogleAuthError as error:
        reason = f"{what}: the Google credentials don't work: {clean(str(error))}"
        raise ServiceError(reason, "log in again: gcloud auth application-default login", 401) from error
    except (ValueError, TypeError, AttributeError, KeyError, json_format.Error) as error:
        # The clients read a body of another shape than theirs (a proxy's page) as far as it goes, and raise what comes.
        reason = f"{what}: {seat.base} answered what can't be read: {redact(clean(str(error))) or type(error).__name__}"
        raise ServiceError(reason, hint or "is that Vertex AI? a proxy may answer in its place; try again") from error


def _words(message: str) -> str:
    """Without the verb and address that google-api-core puts before what the server says."""
    return message.partition(": ")[2] if message.partition(" ")[2].startswith("http") else message


def _refused(status: int, message: str, what: str, mends: Mapping[int, str]) -> ServiceError:
    reason = f"{what}: HTTP {status}: {redact(clean(message)) or 'no message'}"
    return ServiceError(reason, mends.get(status) or mends[0], status)


def _mends(seat: Seat, permission: str, hint: str) -> Mapping[int, str]:
    """By HTTP's status; 0 for any other."""
    return {
        0: hint or "try again",
        400: "look at what was asked: base model, region, parameters and data",
        401: "log in again: gcloud auth application-default login",
        403: f"the account needs {permission} in project {seat.project}",
        404: f"is it in {seat.parent}? GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION say where is asked",
        429: "wait until running jobs end, or ask for more quota in the console",
    }
