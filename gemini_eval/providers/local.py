"""The embedded model as a provider: `local:gemma-3-270m` from installed packages, tuned or not, or `local:PATH.gguf`.

Everything native happens in one daemon thread that the provider owns: it waits for the machine's model lock, builds and loads the
file at the first request, answers one request after the other, and frees it all. A call that is running cannot be broken off, so
`close` waits for it one second and then leaves it behind; the thread ends with the process.
"""

from __future__ import annotations

import asyncio
import atexit
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from gemini_eval.errors import GeminiEvalError, UsageError, ValueRefusedError
from gemini_eval.providers import Opening, habits_of
from gemini_eval.providers.local_adapter import AdapterFile, open_adapter
from gemini_eval.providers.local_files import (
    MEGABYTES,
    NAME,
    PACKAGE,
    ModelFile,
    cache_folder,
    check_gguf,
    embedded_file,
    own_file,
    package_parts,
)
from gemini_eval.providers.local_id import EMBEDDED, PREFIX
from gemini_eval.providers.local_lock import SharedLock, model_lock
from gemini_eval.providers.local_params import sampler_settings
from gemini_eval.providers.local_prompt import cue_missing, prompt_text
from gemini_eval.providers.local_server import LlamaServer
from gemini_eval.trouble import ProviderError
from gemini_eval.types import FinishReason, Json, Limits, Outcome, Request, Response, Usage

TERMS = "https://ai.google.dev/gemma/terms"

_INSTALL = "pip install 'gemini-eval[local]'"
_WAITING = "waiting for another gemini-eval run that is using the embedded model …"
_LOCK_PAUSE_S = 0.1
_CLOSE_S, _LEAVE_S = 1.0, 20.0
_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "max_tokens"}
_T = TypeVar("_T")


def _say_nothing(_text: str) -> None:
    """The default listener."""


def open_local(
    model_id: str, *, adapter: Path | None = None, folder: Path | None = None, say: Callable[[str], None] = _say_nothing
) -> LocalModel:
    """The provider for `local:gemma-3-270m`, `local:gemma-3-270m+ADAPTER.gguf` or `local:PATH.gguf`; nothing is loaded before
    the first request.

    `adapter` is the file that the id names, wherever that was written. `folder` holds the built file and the verdicts (default:
    the user's cache). `say` gets one line where the user has to wait; it is called from another thread.

    Raises:
        UsageError: an unknown id, packages that are not installed, a path that is no GGUF file, an adapter that does not fit.
        RunError: no safe folder for the lock file.
    """
    embedded = model_id == EMBEDDED or model_id.startswith(PREFIX)
    missing = why_missing(embedded)
    if missing:
        raise UsageError(f"{model_id} needs {missing}, which is not installed", _INSTALL)
    if embedded:
        tuned = open_adapter(model_id, adapter)
        return LocalModel(lambda: embedded_file(folder, say), lock=model_lock(), say=say, cached=True, adapter=tuned)
    path = _own_path(model_id)
    check_gguf(path)
    return LocalModel(lambda: own_file(path, folder), lock=model_lock(), say=say)


def open_provider(model_id: str, opening: Opening) -> LocalModel:
    """As `open_local`, for the registry; `opening.file` is the file that the id names, wherever that was written."""
    if model_id.startswith(PREFIX):
        return open_local(model_id, adapter=opening.file, say=opening.say)
    return open_local(f"local:{opening.file}" if opening.file else model_id, say=opening.say)


def describe(model_id: str) -> str:
    """One line on the state of `model_id`, for `doctor`. Raises nothing for a missing package or file: it says so."""
    missing = why_missing(embedded=model_id == EMBEDDED)
    if missing:
        return f"{model_id}: {missing} is not installed ({_INSTALL})"
    if model_id != EMBEDDED:
        try:
            path = _own_path(model_id)
            check_gguf(path)
        except UsageError as error:
            return str(error)
        return f"{model_id}: a GGUF file of {path.stat().st_size / 1e6:,.0f} MB"
    target = cache_folder() / f"{NAME}.gguf"
    state = f"unpacked at {target}" if target.is_file() else f"to be unpacked to {target} ({MEGABYTES} MB) at the first request"
    return f"{model_id}: installed, {state}; Google's base model under the Gemma Terms of Use, {TERMS}"


def _own_path(model_id: str) -> Path:
    name = model_id.removeprefix("local:")
    if not model_id.startswith("local:") or not name.endswith(".gguf"):
        hint = f"write {EMBEDDED}, {PREFIX}PATH to an adapter of it, or local:PATH, to a .gguf file each"
        raise UsageError(f"there is no local model {model_id!r}", hint)
    return Path(name).expanduser()


def why_missing(embedded: bool = True) -> str:
    """The first package that is not there, or of the `embedded` model's files; '' where all are."""
    if find_spec("xllamacpp") is None:
        return "the package xllamacpp"
    return _missing_part() if embedded else ""


def _missing_part() -> str:
    """The first of the model's packages, or of their files, that is not there; '' where all are."""
    try:
        return next((f"the file {part}" for part in package_parts() if not part.is_file()), "")
    except ImportError as error:
        return f"the package {error.name or PACKAGE}"


class LocalModel:
    """One GGUF model on this machine's processor (protocol `Provider`).

    The same requests in the same order always draw the same answers. Sampled ones (temperature above 0) do so in any order;
    greedy ones reuse the head of the prompt before, whose rounding can, rarely, tip a near tie. `cached`: the id names one file
    for ever, so that its answers may be kept; an `adapter` is part of the id by its hash.
    """

    slots: int | None = 1
    limits = Limits(timeout_s=math.inf)
    """No deadline: a call in the native library can't be broken off, and a slow machine is not a broken one."""
    habits = habits_of(EMBEDDED)

    def __init__(
        self,
        source: Callable[[], ModelFile],
        *,
        lock: SharedLock,
        say: Callable[[str], None] = _say_nothing,
        cached: bool = False,
        adapter: Callable[[], AdapterFile] | None = None,
    ) -> None:
        self.cached = cached
        self._adapter = adapter
        self._source, self._lock, self._say = source, lock, say
        self._loaded: tuple[LlamaServer, str] | None = None
        self._broken: ProviderError | None = None
        self._locked = False
        self._closed = threading.Event()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def ready(self) -> None:
        """Wait for the machine's lock and load the model, where `ask` would do so first. Raises as `ask` does."""
        await self._in_thread(self._load)

    def prepare(self) -> None:
        """Nothing is needed but the packages, and `open_local` has looked for those."""

    async def ask(self, request: Request) -> Response:
        """One answer. Raises `ProviderError`, always a final one: asking again would end the same."""
        try:
            settings = sampler_settings(request.params)
        except ValueRefusedError as error:
            raise ProviderError(Outcome.REQUEST_FAILED, error.reason, hint=error.hint) from error
        prompt = prompt_text(request)
        return await self._in_thread(lambda: self._answer(prompt, settings))

    def remark(self, request: Request) -> str:
        """A base model only continues text: a prompt whose last line asks for nothing is worth a word. A tuned one learned what
        follows its prompt."""
        if self._adapter or not cue_missing(prompt_text(request)):
            return ""
        return "the prompt ends without a cue such as `Type:`; the embedded model is a base model, which only continues text"

    async def close(self) -> None:
        """Free the model and the lock; again is fine. An answer is given up at its next token, a second at most."""
        if not self._closed.is_set():
            await asyncio.to_thread(self._end, _CLOSE_S)

    def _leave(self) -> None:
        """At Python's end. Were the model's threads to go on while the library takes its globals down, that would be a crash now
        and then. A prompt is read to its end before its answer can be given up: ten seconds for the longest."""
        self._end(_LEAVE_S)

    def _end(self, most_s: float) -> None:
        self._closed.set()
        self._jobs.put(None)
        if self._thread:
            self._thread.join(most_s)
            if not self._thread.is_alive():
                atexit.unregister(self._leave)

    # ---- in the model's thread -----------------------------------------------------------------------------

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        if self._closed.is_set():
            raise RuntimeError("this model was closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="embedded model", daemon=True)
            atexit.register(self._leave)
            self._thread.start()
        future: Future[_T] = Future()
        self._jobs.put(lambda: self._do(work, future))
        return await asyncio.wrap_future(future)

    def _run(self) -> None:
        while job := self._jobs.get():
            job()
        self._loaded = None
        if self._locked:
            self._lock.release()

    def _do(self, work: Callable[[], _T], future: Future[_T]) -> None:
        """Do `work` unless nobody waits for it any more. Every kind of failure goes to whoever does."""
        if not future.set_running_or_notify_cancel():
            return
        try:
            if self._closed.is_set():
                raise _ended()
            result = work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def _answer(self, prompt: str, settings: dict[str, Json]) -> Response:
        server, version = self._load()
        started = time.perf_counter()
        answer = server.complete(prompt, settings)
        return _response(answer, version, (time.perf_counter() - started) * 1000)

    def _load(self) -> tuple[LlamaServer, str]:
        """The loaded model; what kept it from loading once does so for good."""
        if self._broken:
            raise self._broken
        if self._loaded is None:
            self._take_lock()
            try:
                file, adapter = self._source(), self._adapter() if self._adapter else None
                version = f"{file.version}+sha256:{adapter.sha256[:12]}" if adapter else file.version
                self._loaded = LlamaServer(file.path, self._closed.is_set, adapter.path if adapter else None), version
            except ProviderError as error:
                self._broken = error
                raise
            except (GeminiEvalError, ImportError, OSError) as error:
                self._broken = ProviderError(Outcome.REQUEST_FAILED, f"the embedded model cannot be loaded: {error}")
                raise self._broken from error
        return self._loaded

    def _take_lock(self) -> None:
        said = False
        while not self._locked:
            self._locked = self._lock.try_acquire()
            if self._locked:
                return
            if not said:
                self._say(_WAITING)
                said = True
            if self._closed.wait(_LOCK_PAUSE_S):
                raise _ended()


def _ended() -> ProviderError:
    return ProviderError(Outcome.REQUEST_FAILED, "the run ended before the embedded model came to this request")


def _response(answer: dict[str, Json], version: str, latency_ms: float) -> Response:
    choice, usage = answer["choices"][0], answer["usage"]
    tokens = (choice.get("logprobs") or {}).get("content") or []
    return Response(
        text=choice["text"],
        finish_reason=_REASONS.get(choice["finish_reason"], "other"),
        usage=Usage(
            prompt=usage["prompt_tokens"],
            output=usage["completion_tokens"],
            cached=(usage.get("prompt_tokens_details") or {}).get("cached_tokens"),
        ),
        latency_ms=latency_ms,
        model_version=version,
        cost_micros=0,
        logprobs=tuple((token["token"], token["logprob"]) for token in tokens),
    )
