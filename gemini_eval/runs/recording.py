"""Recordings: answers kept to be replayed, in a file that the same answers always write alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gemini_eval.runs.records import encode
from gemini_eval.runs.store import AnswerStore
from gemini_eval.runs.whole import WholeFile
from gemini_eval.types import Response


def write_recording(sources: Sequence[Path], path: Path) -> int:
    """The delivered answers of the record files `sources`, one for each request, ordered by key, as the file `path`; returns how
    many.

    Equal answers give equal bytes: records are numbered anew, and when and at which attempt they came is left out. Latency stays,
    because it is part of what a replay answers. Failures are left out: they are asked again. `path` may be one of `sources`.
    Raises `RunError` where the disk is full, `FileRefusedError` where a source can't be read.
    """
    count = 0
    with AnswerStore(sources) as store, WholeFile(path) as file:
        for record in store.sorted():
            if isinstance(record.answer, Response):
                file.append(encode(replace(record, n=count, at="", attempt=1, cached=False)))
                count += 1
    return count
