"""Templates are rendered in a process of their own: in this one Jinja is never imported.

A template is anybody's text, so it is rendered without Python's attributes, with reviewed filters only, its includes confined to
the suite's root, in a worker with a memory limit and a deadline. One that overruns is named and refused for the rest of the run.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from gemini_eval.errors import TemplateRefusedError, ValueRefusedError
from gemini_eval.safe.json_text import dump_json, read_record
from gemini_eval.safe.template_process import TemplateLimits, TemplateProcess, WorkerLostError
from gemini_eval.types import Json

__all__ = ["TemplateFacts", "TemplateLimits", "TemplateRenderer", "TemplateSource"]

_MOST_TEMPLATES = 64
"""How many compiled templates a worker holds; the one that rested longest makes room."""


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template's text. `path` is how messages call it ('' for one written in a suite).

    Its includes are relative to `folder` (those of an include, to the include's own) and may not leave `root`. `fenced`: each
    value that it writes, numbers apart, stands between marks that the value can't close (`safe/fence.py`).
    """

    text: str
    path: str
    folder: Path
    root: Path
    fenced: bool = False


@dataclass(frozen=True)
class TemplateFacts:
    """What a template and its includes use.

    `variables` are the names it looks up and does not set itself; `vars_attributes` is X of each `vars.X` or `vars['X']`.
    `optional` are those names, and `vars.X` written so, that a row may lack: every use is under `is defined` or `default`, or a
    branch sets them. `includes` are the files it includes, imports or extends, as messages call them.
    """

    variables: frozenset[str]
    vars_attributes: frozenset[str]
    optional: frozenset[str]
    includes: tuple[str, ...]


class TemplateRenderer:
    """Renders templates, one call at a time (a lock sees to it). A context manager; `close` ends the worker."""

    def __init__(self, limits: TemplateLimits | None = None) -> None:
        self._limits = limits or TemplateLimits()
        self._lock = threading.RLock()
        self._process: TemplateProcess | None = None
        self._known: OrderedDict[TemplateSource, int] = OrderedDict()
        self._next_number = 0
        self._refused: dict[TemplateSource, TemplateRefusedError] = {}

    def __enter__(self) -> TemplateRenderer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Start the worker and return at once, so that it is ready when it is needed. Raises RunError."""
        with self._lock:
            if self._process is None:
                self._known.clear()
                self._process = TemplateProcess(self._limits)

    def close(self) -> None:
        """End the worker; again is fine. It starts again when it is needed."""
        with self._lock:
            if self._process is not None:
                self._process.stop()
                self._process = None

    def inspect(self, source: TemplateSource) -> TemplateFacts:
        """What the template needs, found without rendering it. Raises TemplateRefusedError."""
        with self._lock:
            try:
                facts = self._ask(source, b'"op":"inspect"')["facts"]
            except WorkerLostError as lost:
                raise self._refuse_for_good(source, lost, None) from lost
        return TemplateFacts(
            frozenset(facts["variables"]),
            frozenset(facts["vars_attributes"]),
            frozenset(facts["optional"]),
            tuple(facts["includes"]),
        )

    def render(self, source: TemplateSource, shared: Mapping[str, Json], rows: Sequence[Mapping[str, Json]]) -> list[str]:
        """One prompt for each row. A row's values come before `shared` ones of the same name; no value is a template.

        Raises:
            TemplateRefusedError: the template, or `row` of it (its index in `rows`), can't be rendered: a fault with its path and
                line, or more time, memory or output than `TemplateLimits` allow. The first row that fails is named.
        """
        with self._lock:
            common = self._encode(shared, source, "the values that all cases share", None)
            texts: list[str] = []
            for batch in self._batches(source, rows):
                texts += self._render_batch(source, common, batch, len(texts))
            return texts

    def _render_batch(self, source: TemplateSource, common: bytes, batch: list[bytes], first: int) -> list[str]:
        try:
            return self._render_rows(source, common, batch, first)
        except WorkerLostError as lost:
            if len(batch) == 1:
                raise self._refuse_for_good(source, lost, first) from lost
        # too much for one message: row by row, so that the one that is at fault is named, or each has its own time
        return [self._render_batch(source, common, [row], first + index)[0] for index, row in enumerate(batch)]

    def _render_rows(self, source: TemplateSource, common: bytes, rows: list[bytes], first: int) -> list[str]:
        texts: list[str] = []
        while len(texts) < len(rows):
            request = b'"op":"render","shared":%b,"rows":[%b]' % (common, b",".join(rows[len(texts) :]))
            texts += self._ask(source, request, first + len(texts))["texts"]
        return texts

    def _batches(self, source: TemplateSource, rows: Sequence[Mapping[str, Json]]) -> Iterator[list[bytes]]:
        """Rows as JSON, as many together as one message may hold."""
        batch: list[bytes] = []
        size = 0
        for index, row in enumerate(rows):
            data = self._encode(row, source, "the case's values", index)
            if batch and (len(batch) == self._limits.batch_rows or size + len(data) > self._limits.row_bytes):
                yield batch
                batch, size = [], 0
            batch.append(data)
            size += len(data)
        if batch:
            yield batch

    def _encode(self, values: Mapping[str, Json], source: TemplateSource, what: str, row: int | None) -> bytes:
        try:
            data = dump_json(values)
        except ValueRefusedError as error:
            raise TemplateRefusedError(f"{what}: {error.reason}", error.hint, path=source.path, row=row) from error
        if len(data) > self._limits.row_bytes:
            reason = f"{what} take {len(data):,} bytes as JSON; the most is {self._limits.row_bytes:,}"
            raise TemplateRefusedError(reason, "shorten the largest value", path=source.path, row=row)
        return data

    def _ask(self, source: TemplateSource, request: bytes, first: int = 0) -> dict[str, Json]:
        """One exchange. Raises WorkerLostError with a new worker starting, and TemplateRefusedError with the worker's reason."""
        if source in self._refused:
            raise _copy(self._refused[source])
        self.start()
        assert self._process is not None
        frame = b"{%b,%b}" % (self._named(source), request)
        try:
            reply = read_record(self._process.ask(frame, self._limits.deadline_s))
        except BaseException as error:
            self._process = None
            if isinstance(error, WorkerLostError):
                self.start()
            raise
        if "refused" not in reply:
            return dict(reply)
        if reply["exhausted"]:
            self.close()
            self.start()
            raise WorkerLostError("memory")
        refused = reply["refused"]
        row = None if refused["row"] is None else refused["row"] + first
        raise TemplateRefusedError(refused["reason"], refused["hint"], path=refused["path"], line=refused["line"], row=row)

    def _named(self, source: TemplateSource) -> bytes:
        """The template's number, and its text where this worker does not have it."""
        if source in self._known:
            self._known.move_to_end(source)
            return b'"template":%d,"forget":[]' % self._known[source]
        most = self._limits.source_bytes
        if len(source.text) > most or len(source.text.encode(errors="replace")) > most:
            reason = f"the template is larger than {most:,} bytes"
            raise TemplateRefusedError(reason, "move its data into variables", path=source.path)
        folders = {"folder": str(source.folder), "root": str(source.root)}
        text = {"text": source.text, "path": source.path, **folders, "fenced": source.fenced}
        try:
            told = dump_json(text)
        except ValueRefusedError as error:
            raise TemplateRefusedError(f"the template, or its path: {error.reason}", error.hint) from error
        forget = [self._known.popitem(last=False)[1]] if len(self._known) >= _MOST_TEMPLATES else []
        self._next_number += 1
        self._known[source] = self._next_number
        return b'"template":%d,"forget":%b,"source":%b' % (self._next_number, dump_json(forget), told)

    def _refuse_for_good(self, source: TemplateSource, lost: WorkerLostError, row: int | None) -> TemplateRefusedError:
        reason, hint = {
            "deadline": (f"the template takes longer than {self._limits.deadline_s:g} s", "shorten its loops"),
            "memory": (f"the template needs more than {self._limits.memory_bytes >> 20} MiB of memory", "shorten its loops"),
            "crash": ("the template is nested too deeply, or ran out of memory", f"flatten it; its process: {lost.detail}"),
        }[lost.cause]
        refused = TemplateRefusedError(reason, hint, path=source.path, row=row)
        self._refused[source] = refused
        return _copy(refused)


def _copy(error: TemplateRefusedError) -> TemplateRefusedError:
    return TemplateRefusedError(error.reason, error.hint, path=error.path, line=error.line, row=error.row)
