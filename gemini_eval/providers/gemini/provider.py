"""Gemini over REST: one POST a request, on Vertex AI (base and tuned models, express mode) or the Gemini developer API."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from typing import TYPE_CHECKING

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers import Opening, habits_of
from gemini_eval.providers.gemini.address import Address, Api, address_of, read_access
from gemini_eval.providers.gemini.answer import read_answer
from gemini_eval.providers.gemini.body import BodyMaker
from gemini_eval.providers.gemini.credentials import Credentials, find_key, find_token
from gemini_eval.providers.gemini.place import THROUGH
from gemini_eval.providers.gemini.refusal import NOBODY, Asked, asked_at, read_refusal
from gemini_eval.providers.gemini.table import price_of
from gemini_eval.safe.secrets import redact_bytes
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Limits, Outcome, Request, Response
from gemini_eval.version import __version__

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

METHODS = ("generateContent", "countTokens")
MAX_BODY = 64 * 2**20
"""Bytes of an answer; Gemini's longest are far below."""

_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def open_provider(model_id: str, opening: Opening) -> Gemini:
    """The provider of one model. Nothing is connected, and no credentials are looked for, before `prepare`."""
    return Gemini(model_id, opening)


class Gemini:
    """One model at one place (protocol `Provider`)."""

    slots: int | None = None
    cached = True

    def __init__(self, model_id: str, opening: Opening) -> None:
        target = opening.target
        self.model, self.location, self.target = model_id, opening.location, target
        self.access = read_access(target, os.environ)
        self.limits = limits_of(target, opening.timeout_s)
        self.habits = habits_of(model_id)
        self._price = price_of(model_id, target)
        self._lock = threading.Lock()
        self._credentials: Credentials | None = None
        self._address: Address | None = None
        self._asked: Asked = NOBODY
        self._bodies: BodyMaker | None = None
        self._session: ClientSession | None = None
        self._urls: dict[str, URL] = {}
        self._renewal: asyncio.Lock | None = None
        self._accepted: Json = None
        self._shut_out: tuple[int, Json, bytes] | None = None

    @property
    def credentials(self) -> Credentials:
        """Those that `prepare` found."""
        assert self._credentials is not None
        return self._credentials

    @property
    def where(self) -> tuple[str, str]:
        """(project, location) of the requests, once it is prepared."""
        assert self._address is not None
        return self._address.project, self._address.location

    def prepare(self) -> None:
        """Raises `UsageError` where there are no credentials, or no project is known."""
        with self._lock:
            if self._bodies is not None:
                return
            if self.access.api is Api.VERTEX:
                self._credentials = find_token(str(self.target.get("impersonate") or ""))
            else:
                self._credentials = find_key(os.environ, THROUGH[self.access.api])
            location = self.location if self.access.api is Api.VERTEX else ""  # express mode's `global` is only part of a key
            self._address = address_of(self.model, location, self.access, self._credentials.project)
            self._asked = asked_at(self.access.api, self._address)
            self._bodies = BodyMaker(self.access.api, self._address.project, self._address.location)

    async def ask(self, request: Request) -> Response:
        """Raises `ProviderError`. A token that the server refuses is renewed once."""
        assert self._bodies is not None, "prepare() comes first"
        try:
            body = self._bodies.data(request)
        except ValueRefusedError as error:
            raise ProviderError(Outcome.REQUEST_FAILED, error.reason, hint=error.hint) from error
        started = time.perf_counter()
        data = await self.call("generateContent", body)
        return read_answer(data, self._asked, latency_ms=(time.perf_counter() - started) * 1000, price=self._price)

    async def call(self, method: str, body: bytes) -> bytes:
        """The body of one successful call of the model's `method`. Raises `ProviderError`."""
        headers = await self.credentials.headers()
        status, sent_back, data = await self._post(method, body, headers)
        if status == 401 and self.credentials.renewable():
            status, sent_back, data = await self._post_renewed(method, body, headers)
        if status != 200:
            raise read_refusal(status, sent_back, data, self._asked)
        return data

    def remark(self, request: Request) -> str:
        return ""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    # ---- over the wire -------------------------------------------------------------------------------------

    async def _post_renewed(self, method: str, body: bytes, refused: Json) -> tuple[int, Json, bytes]:
        """The first with a renewed token tries it alone: where that is refused too, it is so once, not for all under way."""
        self._renewal = self._renewal or asyncio.Lock()
        async with self._renewal:
            if self._shut_out is not None:
                return self._shut_out
            await self.credentials.renew(refused)
            headers = await self.credentials.headers()
            if headers != self._accepted:
                found = await self._post(method, body, headers)
                if found[0] == 401:
                    self._shut_out = found
                else:
                    self._accepted = headers
                return found
        return await self._post(method, body, headers)

    async def _post(self, method: str, body: bytes, headers: Json) -> tuple[int, Json, bytes]:
        import aiohttp

        assert self._address is not None
        session = self._session or self._open_session()
        try:
            async with session.post(self._urls[method], data=body, headers=headers) as reply:
                return reply.status, reply.headers, redact_bytes(await _read(reply))  # no server's echo of a secret goes further
        except aiohttp.ClientPayloadError as error:
            raise _broken("the answer broke off") from error
        except aiohttp.ClientConnectorError as error:
            raise _broken(f"no connection to {self._address.host}: {_why(error.os_error)}") from error
        except aiohttp.ClientError as error:
            raise _broken(f"the connection to {self._address.host} failed: {str(error) or type(error).__name__}") from error

    def _open_session(self) -> ClientSession:
        import aiohttp
        from yarl import URL

        assert self._address is not None
        self._urls = {method: URL(self._address.url(method), encoded=True) for method in METHODS}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"content-type": "application/json", "user-agent": f"gemini-eval/{__version__}"},
            trust_env=any(os.environ.get(name) for name in _PROXIES),
        )
        return self._session


def limits_of(target: Json, timeout_s: float | None) -> Limits:
    """What a target's quota allows this run: its limits, times its share."""
    limits, share = target.get("limits") or {}, target.get("share") or 1.0
    requests, tokens = limits.get("requests_per_minute"), limits.get("input_tokens_per_minute")
    return Limits(
        requests_per_minute=requests * share if requests else None,
        input_tokens_per_minute=tokens * share if tokens else None,
        timeout_s=timeout_s or limits.get("timeout") or Limits().timeout_s,
    )


async def _read(reply: ClientResponse) -> bytes:
    """The whole body. Raises `ProviderError` for one that does not end."""
    if reply.content_length is not None and reply.content_length <= MAX_BODY:
        return await reply.read()
    data = bytearray()
    async for chunk in reply.content.iter_any():
        data += chunk
        if len(data) > MAX_BODY:
            raise _broken(f"the answer has over {MAX_BODY >> 20} MiB")
    return bytes(data)


def _why(error: OSError) -> str:
    """The system's words; a name that is not known has a negative number and words of its own."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or str(error)


def _broken(reason: str) -> ProviderError:
    return ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING)
