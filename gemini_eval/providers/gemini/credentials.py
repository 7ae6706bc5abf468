"""Who asks: an API key, or a Google token that is renewed before it runs out. Found once, in bounded time.

Application Default Credentials (https://cloud.google.com/docs/authentication/application-default-credentials) cover a user's
login, a service account's file, workload identity federation and a machine's own account; a target may name an account to
impersonate.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from gemini_eval.errors import UsageError
from gemini_eval.providers.gemini.address import KEY_VARIABLES, api_key
from gemini_eval.safe.secrets import remember
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Outcome

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SEARCH_S = 10.0
"""How long looking for credentials may take: without any, google-auth asks a metadata server for up to 13 seconds."""

WITHOUT_ACCOUNT = "or run without any account: --model local:gemma-3-270m"
_WAYS = (
    "one of: (1) gcloud auth application-default login; (2) GOOGLE_APPLICATION_CREDENTIALS=FILE of a service account or of "
    f"workload identity; (3) GEMINI_API_KEY for the Gemini developer API; {WITHOUT_ACCOUNT}"
)
_T = TypeVar("_T")


class Credentials(Protocol):
    """`project` is the one that the credentials belong to, '' where they say none; `about` what they are, for `doctor`."""

    @property
    def project(self) -> str: ...

    @property
    def about(self) -> str: ...

    async def headers(self) -> Mapping[str, str]:
        """The headers that say who asks. Raises `ProviderError` where a token can't be renewed."""
        ...

    def renewable(self) -> bool:
        """Whether a refused token could be replaced by another."""
        ...

    async def renew(self, refused: Mapping[str, str]) -> None:
        """Another token in place of the one in `refused`, unless that has been done meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class KeyCredentials:
    """An API key: sent as it is, never renewed."""

    key: str
    about: str = "an API key"
    project: str = ""

    async def headers(self) -> Mapping[str, str]:
        return {"x-goog-api-key": self.key}

    def renewable(self) -> bool:
        return False

    async def renew(self, refused: Mapping[str, str]) -> None:
        """A key has no successor."""


@dataclass(slots=True)
class TokenCredentials:
    """Tokens of google-auth's credentials `source`. One renewal at a time, in a thread; the others wait for it."""

    source: Any
    project: str
    about: str
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _sent: dict[str, str] = field(default_factory=dict)
    _failed: str = ""

    async def headers(self) -> Mapping[str, str]:
        if not self.source.valid:
            async with self._lock:
                if not self.source.valid:
                    await self._refresh()
        return self._current()

    def renewable(self) -> bool:
        return True

    async def renew(self, refused: Mapping[str, str]) -> None:
        async with self._lock:
            if refused == self._current():
                await self._refresh()

    def _current(self) -> Mapping[str, str]:
        token = f"Bearer {self.source.token}"
        if self._sent.get("authorization") != token:
            remember(self.source.token)
            self._sent = {"authorization": token}
            if getattr(self.source, "quota_project_id", None):
                self._sent["x-goog-user-project"] = self.source.quota_project_id
        return self._sent

    async def _refresh(self) -> None:
        """Where a renewal failed, no request after it tries another."""
        if not self._failed:
            try:
                await asyncio.to_thread(refresh, self.source)
                return
            except Exception as error:
                self._failed = _first_line(error)
        raise ProviderError(
            Outcome.REQUEST_FAILED,
            f"the Google credentials ({self.about}) can't be renewed: {self._failed}",
            trouble=Trouble.CLOSED,
            hint="log in again: gcloud auth application-default login; then go on with --resume",
        )


def find_key(environment: Mapping[str, str], api: str) -> KeyCredentials:
    """The API key of the environment. Raises `UsageError` that says how to come by one."""
    name, key = api_key(environment)
    if not name:
        raise UsageError(f"the {api} needs an API key, and neither {' nor '.join(KEY_VARIABLES)} is set", _WAYS)
    if not key.isascii() or not key.isprintable():
        raise UsageError(f"{name} holds characters that no API key has", "copy the key again")
    remember(key)
    return KeyCredentials(key, f"the API key in {name}")


def find_token(impersonate: str = "", search_s: float = SEARCH_S) -> TokenCredentials:
    """Application Default Credentials with a first token, on behalf of the service account `impersonate` where one is named.

    Raises `UsageError` with the ways to come by credentials where there are none, or none that works, within `search_s` seconds.
    """
    found: TokenCredentials = _within(search_s, lambda: _default(impersonate))
    found._current()
    return found


def refresh(source: Any) -> None:
    """A new token for google-auth's credentials, fetched in this thread."""
    from google.auth.transport.requests import Request

    source.refresh(Request())


def _default(impersonate: str) -> TokenCredentials:
    import google.auth
    from google.auth import impersonated_credentials as impersonated

    source, project = google.auth.default(scopes=[SCOPE])
    about = _about(source)
    if impersonate:
        as_other: Any = impersonated.Credentials  # untyped
        source = as_other(source, target_principal=impersonate, target_scopes=[SCOPE])
        about = f"{impersonate}, impersonated by {about}"
    refresh(source)
    return TokenCredentials(source, project or "", about)


def _about(source: Any) -> str:
    account = getattr(source, "service_account_email", "") or getattr(source, "account", "")
    kind = type(source).__module__.rpartition(".")[2].replace("_", " ")
    return f"{account} ({kind})" if account and account != "default" else kind


def _within(seconds: float, work: Callable[[], _T]) -> _T:
    """`work` in a thread that is left behind when its time is over: a probe of the network can't be broken off."""
    results: list[_T] = []
    failures: list[BaseException] = []

    def target() -> None:
        try:
            results.append(work())
        except BaseException as error:  # whatever it is, the waiting thread must hear of it
            failures.append(error)

    thread = threading.Thread(target=target, name="google credentials", daemon=True)
    thread.start()
    thread.join(seconds)
    if results:
        return results[0]
    if not failures:
        raise UsageError(f"no Google credentials were found within {seconds:g} seconds", _WAYS)
    raise _explained(failures[0]) from failures[0]


def _explained(error: BaseException) -> UsageError:
    from google.auth import exceptions

    if isinstance(error, exceptions.RefreshError):
        return UsageError(f"the Google credentials don't work: {_first_line(error)}", f"renew them; {_WAYS}")
    if isinstance(error, exceptions.DefaultCredentialsError) and "were not found" in str(error):
        return UsageError("no Google credentials were found", _WAYS)
    return UsageError(f"the Google credentials can't be used: {_first_line(error)}", _WAYS)


def _first_line(error: BaseException) -> str:
    """What google-auth says, without the body that it may append."""
    first = error.args[0] if error.args else error
    return str(first).strip().split("\n")[0][:300] or type(error).__name__
