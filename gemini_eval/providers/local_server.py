"""llama.cpp in this process: one GGUF file loaded, one request at a time, errors raised."""

from __future__ import annotations

import importlib
import os
import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gemini_eval.safe.json_text import dump_json, read_record
from gemini_eval.trouble import ProviderError
from gemini_eval.types import Json, Outcome

CONTEXT = 4096
_MAX_THREADS = 8
_LISTENER_S = 30.0
_PROBE = "The quick brown"
_JSON_STARTS = ("{", "[", '"', "-", *"0123456789")
_JSON_WORDS = ("true", "false", "null")


class LlamaServer:
    """A loaded model. Not thread-safe; made, asked and dropped by the one thread that owns it.

    One slot, so that requests never share a batch. Loading takes 1.4 to 4 s, in which
    the library holds the interpreter's lock; answering does not hold it.
    """

    def __init__(self, path: Path, is_over: Callable[[], bool], adapter: Path | None = None) -> None:
        """`is_over` is asked after each token: True ends the answer; `adapter` is a LoRA over the model. Raises `ProviderError`
        where one of the files cannot be loaded."""
        library = importlib.import_module("xllamacpp")
        # It opens a listener on the loopback interface that cannot be turned off: nobody else knows its key.
        self._key = secrets.token_hex(32)
        params = _server_params(library, path)
        params.api_keys = [self._key]
        if adapter:
            params.lora_adapters = [library.CommonAdapterLoraInfo(str(adapter), 1.0)]
        try:
            self._server: Any = library.Server(params)
        except RuntimeError as error:
            with_it = f" with the adapter {adapter}" if adapter else ""
            reason = f"{path}{with_it} cannot be loaded: it is damaged or cut short, or of a kind that llama.cpp does not know"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, hint="get the file again") from error
        self._is_over = is_over
        self._has_answered = False
        self._schemas: dict[str, bool] = {}

    def complete(self, prompt: str, settings: dict[str, Json]) -> dict[str, Json]:
        """llama.cpp's answer to one request, as its completions endpoint gives it. Raises `ProviderError` for an error that it
        answers with, and where it was over before the answer was."""
        if "json_schema" in settings:
            self._check_schema(settings["json_schema"])
        return self._ask(prompt, settings)

    def tokens(self, text: str, *, is_prompt: bool) -> list[int]:
        """The text as the model sees it: a prompt begins a text and may hold control tokens, anything else is only words. Raises
        `ProviderError` where it is no valid text."""
        body = dump_json({"content": text, "add_special": is_prompt, "parse_special": is_prompt})
        address = urlsplit(self._server.listening_address)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=_LISTENER_S)
        try:
            connection.request("POST", "/tokenize", body, {"Authorization": f"Bearer {self._key}"})
            answer = connection.getresponse()
            found = read_record(answer.read())
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            raise _typed(found["error"])
        tokens: list[int] = found["tokens"]
        return tokens

    def close(self) -> None:
        """Free the model; nothing is asked of it afterwards.

        The library has a thread for answers, which it tells to end and waits for, holding the interpreter's lock. Told before it
        has begun it forgets that, and would be waited for for ever; a token from it shows that it has.
        """
        if not self._has_answered:
            self._server.handle_completions({"prompt": _PROBE, "n_predict": 1}, lambda _piece: False)
        self._server = None

    def _ask(self, prompt: str, settings: dict[str, Json]) -> dict[str, Json]:
        pieces: list[dict[str, Json]] = []

        def take(piece: dict[str, Json]) -> bool:
            """True has the library stop."""
            pieces.append(piece)
            return self._is_over()

        streamed = {"prompt": prompt, **settings, "stream": True, "stream_options": {"include_usage": True}}
        try:
            self._server.handle_completions(streamed, take)
        except (TypeError, UnicodeError) as error:
            raise ProviderError(Outcome.REQUEST_FAILED, f"the prompt is not valid text: {error}") from error
        self._has_answered = True
        if "error" in pieces[-1]:
            raise _typed(pieces[-1]["error"])
        if "usage" not in pieces[-1]:
            raise ProviderError(Outcome.REQUEST_FAILED, "the run ended before the embedded model had answered")
        return _joined(pieces)

    def _check_schema(self, schema: Json) -> None:
        """The library drops a schema that it cannot turn into a constraint and says nothing, so each new one is tried first: on a
        prompt that goes on in words, only a constraint in force gives JSON."""
        key = repr(schema)
        if key not in self._schemas:
            settings = {"n_predict": 4, "temperature": 0.0, "seed": 0, "json_schema": schema, "cache_prompt": True}
            self._schemas[key] = _begins_json(self._ask(_PROBE, settings)["choices"][0]["text"])
        if not self._schemas[key]:
            reason = "the embedded model cannot be held to this response schema: llama.cpp does not take one of its keywords"
            hint = "use type, properties, required, items, enum, anyOf and limits"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, hint=hint)


def _joined(pieces: Sequence[dict[str, Json]]) -> dict[str, Json]:
    """The answer that came in pieces; tokens of a stop sequence, whose text is none of the answer's, are left out."""
    choices = [choice for piece in pieces for choice in piece["choices"]]
    text = "".join(choice["text"] for choice in choices)
    tokens = [token for choice in choices for token in (choice["logprobs"] or {}).get("content") or ()]
    lengths = accumulate((len(token["bytes"]) for token in tokens), initial=0)
    own = [token for token, start in zip(tokens, lengths, strict=False) if start < len(text.encode())]
    choice = {"text": text, "finish_reason": choices[-1]["finish_reason"], "logprobs": {"content": own}}
    return {"choices": [choice], "usage": pieces[-1]["usage"]}


def _server_params(library: Any, path: Path) -> Any:
    params = library.CommonParams()
    params.model.path = str(path)
    params.n_parallel, params.n_ctx, params.n_gpu_layers = 1, CONTEXT, 0
    # Without the full window a sliding-window model such as Gemma computes every prompt anew.
    params.swa_full, params.ctx_shift, params.cache_ram_mib, params.fit_params = True, False, 0, False
    params.verbosity, params.ui, params.offline = -1, False, True
    params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    for processor in (params.cpuparams, params.cpuparams_batch):
        processor.n_threads, processor.poll = _threads(), 0
    return params


def _threads() -> int:
    """All usable cores but one, at most 8.

    The threads wait for each other at every step: where one has to share its core the others stand still, and an answer was seen
    to take ten times as long. On two cores with other work a second thread gains nothing. The text is the same with any number.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(max(cores - 1, 1), _MAX_THREADS)


def _typed(error: dict[str, Json]) -> ProviderError:
    if error.get("type") == "exceed_context_size_error":
        tokens, most = error.get("n_prompt_tokens"), error.get("n_ctx")
        reason = f"the prompt has {tokens} tokens; the embedded model reads at most {most}"
        return ProviderError(Outcome.REQUEST_FAILED, reason, hint="shorten the prompt or ask a Gemini model")
    return ProviderError(Outcome.REQUEST_FAILED, f"the embedded model refused the request: {error.get('message')}")


def _begins_json(text: str) -> bool:
    begun = text.lstrip()
    return begun.startswith(_JSON_STARTS) or any(begun.startswith(word) or word.startswith(begun) for word in _JSON_WORDS)
