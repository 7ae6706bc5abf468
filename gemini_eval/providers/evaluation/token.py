"""Our credentials as the official client takes them: one token and one renewal for all that is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from google.auth.credentials import Credentials

from gemini_eval.providers.gemini.credentials import TokenCredentials


class SentToken(Credentials):
    """Sends what `source` would send. Google's own classes would also ask other services, for each client again."""

    def __init__(self, source: TokenCredentials) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth is untyped
        self._source = source
        self._sent: Mapping[str, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.token = "sent"  # what there is; `apply` has the one that counts

    def use(self, sent: Mapping[str, str], loop: asyncio.AbstractEventLoop) -> None:
        """Before each call: the headers of the moment, and the loop in which they are renewed."""
        self._sent, self._loop = sent, loop

    def refresh(self, request: object) -> None:
        """The server refuses the token: another, unless that has been fetched meanwhile. Raises `ProviderError`."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._source.renew(self._sent), self._loop).result()
        self._sent = asyncio.run_coroutine_threadsafe(self._source.headers(), self._loop).result()

    def apply(self, headers: dict[str, str], token: str | None = None) -> None:
        headers.update(self._sent)
