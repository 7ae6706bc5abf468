"""Embedding models through the official client (`models.embed_content`): `predict` and `embedContent` on Vertex AI,
`batchEmbedContents` on the developer API.

Address, credentials and the reading of refusals are those of Gemini models. The client is imported with the first call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gemini_eval.metrics.embedding_models import packed
from gemini_eval.providers import Opening
from gemini_eval.providers.embedding.checks import goes_alone, price_of
from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.credentials import KeyCredentials
from gemini_eval.providers.gemini.place import THROUGH
from gemini_eval.providers.gemini.provider import Gemini
from gemini_eval.providers.gemini.refusal import broken, read_refusal
from gemini_eval.providers.prices import cost_micros
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.safe.secrets import redact_bytes
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Outcome, Request, Response, Usage

if TYPE_CHECKING:
    from gemini_eval.providers.embedding.token import LentToken

MOST_TOGETHER = 100
"""Texts of a call: what the developer API takes; Vertex AI takes 250."""
LONGEST_TOGETHER = 800
"""Characters of a text that goes with others: Vertex AI takes 20,000 tokens in a call."""


def open_provider(model_id: str, opening: Opening) -> EmbeddingModel:
    """Nothing is connected, and no credentials are looked for, before `prepare`."""
    return EmbeddingModel(model_id, opening)


class EmbeddingModel(Gemini):
    """One embedding model at one place (protocols `Provider` and `Bundling`)."""

    most_together = MOST_TOGETHER

    def __init__(self, model_id: str, opening: Opening) -> None:
        super().__init__(model_id, opening)
        self._price = price_of(model_id, opening.target)
        self._alone = goes_alone(model_id, THROUGH[self.access.api])
        self._client: Any = None
        self._token: LentToken | None = None

    def bundle_of(self, request: Request) -> str:
        """Short texts for the same kind of embedding go together."""
        if self._alone or len(request.messages[0].text) > LONGEST_TOGETHER:
            return ""
        return canonical_json(dict(request.params)).decode()

    async def ask(self, request: Request) -> Response:
        return (await self.ask_together([request]))[0]

    async def ask_together(self, requests: Sequence[Request]) -> Sequence[Response]:
        """Raises `ProviderError`. A token that the server refuses is renewed once."""
        sent = await self.credentials.headers()
        started = time.perf_counter()
        try:
            found = await self._embedded(requests, sent)
        except _RefusedError as refused:
            if refused.status != 401 or not self.credentials.renewable():
                raise refused.error(self) from refused
            await self.credentials.renew(sent)
            try:
                found = await self._embedded(requests, await self.credentials.headers())
            except _RefusedError as again:
                raise again.error(self) from again
        latency_ms = (time.perf_counter() - started) * 1000
        if len(found) != len(requests):
            reason = f"the answer's body has {len(found)} embeddings for {len(requests)} texts"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING, hint="it is asked again")
        return [self._response(embedding, request, latency_ms) for embedding, request in zip(found, requests, strict=True)]

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aio.aclose()

    # ---- through the client --------------------------------------------------------------------------------

    async def _embedded(self, requests: Sequence[Request], sent: Mapping[str, str]) -> Sequence[Any]:
        """Raises `_RefusedError`, and `ProviderError` for what is no answer."""
        if self._client is None:
            await asyncio.to_thread(self._open)
        import aiohttp
        from google.genai import errors

        if self._token is not None:
            self._token.lend(sent)
        config = {**requests[0].params, **({} if self.access.api is Api.DEVELOPER else {"auto_truncate": False})}
        texts = [request.messages[0].text for request in requests]
        try:
            response = await self._client.aio.models.embed_content(model=self.model, contents=texts, config=config)
        except errors.APIError as error:
            raise _RefusedError(error) from error
        except (aiohttp.ClientPayloadError, ValueError, TypeError, AttributeError, LookupError) as error:
            raise broken(b"", f"no answer of the model: {str(error)[:200]}") from error
        except (aiohttp.ClientError, OSError) as error:
            reason = f"no connection to {self._host}: {type(error).__name__}"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING) from error
        found: Sequence[Any] = response.embeddings or ()
        return found

    @property
    def _host(self) -> str:
        assert self._address is not None
        return self._address.host

    def _open(self) -> None:
        """The client, which retries nothing by itself."""
        from google import genai
        from google.genai.types import HttpOptions, HttpRetryOptions

        with self._lock:
            if self._client is not None:
                return
            address = self._address
            assert address is not None, "prepare() comes first"
            version = address.path.partition("/")[0]
            options = HttpOptions(base_url=address.base, api_version=version, retry_options=HttpRetryOptions(attempts=1))
            if isinstance(self.credentials, KeyCredentials):
                vertex = self.access.api is Api.EXPRESS
                self._client = genai.Client(vertexai=vertex, api_key=self.credentials.key, http_options=options)
                return
            from gemini_eval.providers.embedding.token import LentToken

            self._token = LentToken()
            where: dict[str, Json] = {"project": address.project, "location": address.location}
            self._client = genai.Client(vertexai=True, credentials=self._token, http_options=options, **where)

    def _response(self, embedding: Any, request: Request, latency_ms: float) -> Response:
        values, told = embedding.values or [], embedding.statistics
        wanted = request.params["output_dimensionality"]
        if told is not None and told.truncated:
            reason = "the text is longer than the model reads"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.FINAL, hint="compare a part of the answer")
        if not values:
            raise ProviderError(
                Outcome.REQUEST_FAILED, "an embedding without numbers", trouble=Trouble.PASSING, hint="it is asked again"
            )
        if len(values) != wanted:
            reason = f"an embedding of {len(values)} numbers, not of {wanted}"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.FINAL, hint="name another output_dimensionality")
        usage = Usage(prompt=int(told.token_count)) if told is not None and told.token_count is not None else Usage()
        return Response(packed(values), usage=usage, latency_ms=latency_ms, cost_micros=cost_micros(usage, self._price))


class _RefusedError(Exception):
    """An answer whose status is not 200, as the client has it."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error.code))
        self.status: int = getattr(error.response, "status", None) or error.code
        self._headers = getattr(error.response, "headers", None) or {}
        self._body = redact_bytes(canonical_json(error.details))  # no server's echo of a secret goes further

    def error(self, model: EmbeddingModel) -> ProviderError:
        return read_refusal(self.status, self._headers, self._body, model._asked)
