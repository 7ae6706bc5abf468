"""Judged cases on disk: rewritten whole by judging again, read back one at a time."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, cast

from gemini_eval.errors import RunError, ValueRefusedError
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.order import line_at, sorted_lines
from gemini_eval.runs.records import read_object
from gemini_eval.runs.sealed import DamagedError, lines_of, seal, unseal
from gemini_eval.runs.whole import WholeFile
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import dump_json, read_record
from gemini_eval.types import CaseResult, Json

Order = Literal["run", "canonical"]

_CASE = codec_of(CaseResult)
_AFTER_HEAD = b',"samples":'


def encode_case(case: CaseResult) -> bytes:
    """The case as one sealed line.

    A text is written once: a sample's `output` is left out where it is its response's text, its `answer` where it is its output,
    and the case's `answer` where it is its first sample's.
    """
    return seal(dump_json(_without_repeats(_CASE.encode(case))))


def decode_case(line: bytes) -> CaseResult:
    """The case that a sealed line holds. Raises `DamagedError`."""
    body = read_object(line)
    try:
        return _CASE.decode(_with_repeats(body))
    except (AttributeError, LookupError, TypeError) as error:
        raise DamagedError("the line is not a judged case") from error


class CaseLog:
    """Writes the judged cases of a run to `path`, a line each; the former ones stay until all new ones are on the disk.

    A context manager: an exception inside keeps the former file. Raises `RunError` where the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._file = WholeFile(path)

    def append(self, case: CaseResult) -> None:
        self._file.append(encode_case(case))

    def finish(self) -> None:
        """The new cases take the former ones' place."""
        self._file.commit()

    def abandon(self) -> None:
        """The former cases stay."""
        self._file.abandon()

    def __enter__(self) -> CaseLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.__exit__(kind, error, trace)


def iter_cases(path: Path, order: Order = "run") -> Iterator[CaseResult]:
    """Each case of the file, decoded as it is reached: as it was judged, or by suite, variant and case id.

    Canonical order takes 8 bytes a case. Raises `RunError` at a damaged line, `FileRefusedError` where there is no file.
    """
    try:
        yield from map(decode_case, _lines(path, order))
    except DamagedError as error:
        raise _damage(path, error) from error


def failing_first(path: Path, places: Mapping[tuple[str, str], int]) -> Iterator[CaseResult]:
    """As `iter_cases`, but first the cases that failed, then those that nothing was judged of; of each kind by the place of their
    (suite, variant), then in their suite's order, whichever answer came first."""

    def place(line: bytes) -> tuple[int, int, str]:
        head = _head(line)
        return places.get((head["suite"], head["variant"]), len(places)), head["ordinal"], head["case_id"]

    try:
        with open_read(path) as file:
            failed, unjudged, others = array("Q"), array("Q"), array("Q")
            for offset, line in lines_of(file):
                passed = _head(line)["passed"]
                (failed if passed is False else unjudged if passed is None else others).append(offset)
            for offsets in (failed, unjudged, others):
                yield from map(decode_case, sorted_lines(partial(line_at, file.fileno()), offsets, place))
    except DamagedError as error:
        raise _damage(path, error) from error


def _lines(path: Path, order: Order) -> Iterator[bytes]:
    with open_read(path) as file:
        if order == "run":
            yield from (line for _, line in lines_of(file))
        else:
            offsets = array("Q", (offset for offset, _ in lines_of(file)))
            yield from sorted_lines(partial(line_at, file.fileno()), offsets, _rank)


def _rank(line: bytes) -> tuple[str, str, str]:
    head = _head(line)
    return head["suite"], head["variant"], head["case_id"]


def _head(line: bytes) -> dict[str, Json]:
    """The fields before the samples, which are all that ordering and filtering need."""
    kept = unseal(line)
    try:
        head = read_record(kept[: kept.index(_AFTER_HEAD)] + b"}")
        texts = (head["suite"], head["variant"], head["case_id"])
    except (ValueRefusedError, LookupError, TypeError, ValueError) as error:
        raise DamagedError("the line is not a judged case") from error
    if not all(type(text) is str for text in texts) or "passed" not in head or type(head.get("ordinal")) is not int:
        raise DamagedError("the line is not a judged case")
    return cast(dict[str, Json], head)


def _damage(path: Path, error: DamagedError) -> RunError:
    return RunError(f"{path}:{_first_damaged(path)}: {error}", "judge the saved answers again with `gemini-eval score RUN`")


def _first_damaged(path: Path) -> int:
    """The 1-based number of the first line that can't be read; 0 where it is whole again."""
    with open_read(path) as file:
        for number, (_, line) in enumerate(lines_of(file), 1):
            try:
                decode_case(line)
            except DamagedError:
                return number
    return 0


# ---- a text is written once --------------------------------------------------------------------------------


def _without_repeats(case: dict[str, Json]) -> dict[str, Json]:
    first = case["samples"][0].get("answer") if case["samples"] else None
    _leave_out(case, "answer", first)
    for sample in case["samples"]:
        _leave_out(sample, "answer", sample.get("output"))
        _leave_out(sample, "output", _response_text(sample))
    return case


def _with_repeats(case: dict[str, Json]) -> dict[str, Json]:
    for sample in case["samples"]:
        _put_back(sample, "output", _response_text(sample))
        _put_back(sample, "answer", sample.get("output"))
    _put_back(case, "answer", case["samples"][0].get("answer") if case["samples"] else None)
    return case


def _response_text(sample: dict[str, Json]) -> Json:
    return sample["response"]["text"] if "response" in sample else None


def _leave_out(holder: dict[str, Json], name: str, source: Json) -> None:
    """Where `source` is some text, `name` is left out if it is the same, and else written, even if it is at its default."""
    if not isinstance(source, str) or not source:
        return
    if holder.get(name) == source:
        del holder[name]
    else:
        holder.setdefault(name, _DEFAULTS[name])


def _put_back(holder: dict[str, Json], name: str, source: Json) -> None:
    if isinstance(source, str) and source:
        holder.setdefault(name, source)


_DEFAULTS: dict[str, Json] = {"answer": None, "output": ""}
