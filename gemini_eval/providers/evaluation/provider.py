"""The evaluation service as a provider of verdicts: many instances in one call, through the official client.

The client is imported with the first call, since that takes seconds. Its calls block, so each has a thread of its own, which
does not keep the process from ending.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from gemini_eval.providers import EVALUATION_SERVICE, Opening, habits_of
from gemini_eval.providers.evaluation.place import service_address
from gemini_eval.providers.evaluation.wire import MOST_TOGETHER, Call, bundle_of, call_of, metric_of, replies_in
from gemini_eval.providers.gemini.address import Address, Api
from gemini_eval.providers.gemini.credentials import TokenCredentials, find_token
from gemini_eval.providers.gemini.error_body import read_error
from gemini_eval.providers.gemini.provider import limits_of
from gemini_eval.providers.gemini.refusal import NOBODY, Asked, asked_at, broken, read_refusal
from gemini_eval.safe.secrets import redact_bytes
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Outcome, Request, Response

if TYPE_CHECKING:
    from gemini_eval.providers.evaluation.token import SentToken

_T = TypeVar("_T")


def open_provider(_model_id: str, opening: Opening) -> EvaluationService:
    """Nothing is connected, and no credentials are looked for, before `prepare`."""
    return EvaluationService(opening)


class EvaluationService:
    """The service at one location (protocols `Provider` and `Bundling`)."""

    slots: int | None = None
    cached = True
    most_together = MOST_TOGETHER

    def __init__(self, opening: Opening) -> None:
        self.location, self.target = opening.location, opening.target
        self.limits = limits_of(opening.target, opening.timeout_s)
        self.habits = habits_of(EVALUATION_SERVICE)
        self._lock = threading.Lock()
        self._credentials: TokenCredentials | None = None
        self._address: Address | None = None
        self._asked: Asked = NOBODY
        self._idle: dict[str, list[tuple[SentToken, Any]]] = {}
        self._closed = False

    def prepare(self) -> None:
        """Raises `UsageError` where there are no credentials, or no project is known."""
        with self._lock:
            if self._address is None:
                self._credentials = find_token(str(self.target.get("impersonate") or ""))
                self._address = service_address(self.location, self.target, os.environ, self._credentials.project)
                named = replace(self._address, model="the evaluation service")
                self._asked = replace(asked_at(Api.VERTEX, named), permission="aiplatform.locations.evaluateInstances")

    def bundle_of(self, request: Request) -> str:
        return bundle_of(request)

    async def ask(self, request: Request) -> Response:
        return (await self.ask_together([request]))[0]

    async def ask_together(self, requests: Sequence[Request]) -> Sequence[Response]:
        """Raises `ProviderError`."""
        assert self._address is not None and self._credentials is not None, "prepare() comes first"
        call = call_of(requests, f"projects/{self._address.project}/locations/{self._address.location}")
        sent, loop = await self._credentials.headers(), asyncio.get_running_loop()
        started = time.perf_counter()
        found = await _in_thread(lambda: self._called(call, sent, loop))
        latency_ms = (time.perf_counter() - started) * 1000
        texts = replies_in(metric_of(requests[0]), found, len(requests))
        return [Response(text, latency_ms=latency_ms) for text in texts]

    def remark(self, request: Request) -> str:
        return ""

    async def close(self) -> None:
        with self._lock:
            self._closed = True
            for clients in self._idle.values():
                for _, client in clients:
                    client.transport.close()
            self._idle.clear()

    # ---- in a thread -------------------------------------------------------------------------------------------

    def _called(self, call: Call, sent: Mapping[str, str], loop: asyncio.AbstractEventLoop) -> Mapping[str, Json]:
        """The response as a map. Raises `ProviderError`."""
        token, client = self._client(call.version)
        token.use(sent, loop)
        try:
            return self._evaluated(client, call)
        finally:
            with self._lock:
                if self._closed:
                    client.transport.close()
                else:
                    self._idle.setdefault(call.version, []).append((token, client))

    def _evaluated(self, client: Any, call: Call) -> Mapping[str, Json]:
        from google.api_core.exceptions import GoogleAPICallError
        from google.protobuf.json_format import MessageToDict, ParseError
        from requests import RequestException

        assert self._address is not None
        request = import_module(f"google.cloud.aiplatform_{call.version}").EvaluateInstancesRequest(call.body)
        try:
            response = client.evaluate_instances(request, retry=None, timeout=self.limits.timeout_s)
        except GoogleAPICallError as error:
            raise self._refused(error) from error
        except (ParseError, ValueError) as error:
            raise broken(b"", f"no answer of the service: {str(error)[:200]}") from error
        except RequestException as error:
            reason = f"no connection to {self._address.host}: {type(error).__name__}"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING) from error
        found: Mapping[str, Json] = MessageToDict(type(response).pb(response), preserving_proto_field_name=True)
        return found

    def _refused(self, error: Any) -> ProviderError:
        sent = error.response
        body = redact_bytes(sent.content)  # no server's echo of a secret goes further
        if error.code == 404:
            reason = f"HTTP 404: there is no evaluation service{self._asked.where}: {read_error(body).message}"
            hint = "ask another location: write `location: us-central1` beside the metric's parameters"
            return ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.CLOSED, hint=hint)
        return read_refusal(sent.status_code, sent.headers, body, self._asked)

    def _client(self, version: str) -> tuple[SentToken, Any]:
        """An idle client with its token, else a new one: a client's connections are not for several threads."""
        from gemini_eval.providers.evaluation.token import SentToken

        assert self._address is not None and self._credentials is not None
        with self._lock:
            idle = self._idle.get(version)
            if idle:
                return idle.pop()
        service = import_module(f"google.cloud.aiplatform_{version}.services.evaluation_service")
        token = SentToken(self._credentials)
        options = {"api_endpoint": self._address.base}
        return token, service.EvaluationServiceClient(credentials=token, transport="rest", client_options=options)


async def _in_thread(work: Callable[[], _T]) -> _T:
    """`work` in a thread that is left behind where nobody waits for it any more."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def done(result: _T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # whatever it is, who waits must hear of it
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(done, result, error)

    threading.Thread(target=run, name="evaluation service", daemon=True).start()
    return await future
