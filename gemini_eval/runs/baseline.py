"""A baseline on disk: what a suite's cases came to when somebody accepted them, a line a case, small enough to commit and review.

`baselines/<suite>.jsonl` begins with a header; the cases follow by variant and id. Every line is sealed, and the
header counts them, so that a change by hand and a merge gone wrong are seen. Equal inputs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from gemini_eval.errors import Fault, FileRefusedError, InputError, Place, RunError
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.records import read_object
from gemini_eval.runs.sealed import MAX_LINE_BYTES, DamagedError, lines_of, seal
from gemini_eval.runs.whole import WholeFile
from gemini_eval.safe.files import make_folder, open_read
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import Json

FORMAT = 1
_CONFLICT = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")
_AGAIN = "accept it again: gemini-eval baseline accept RUN"


@dataclass(frozen=True, slots=True)
class BaselineHeader:
    """`created` is the UTC stamp of the run that was accepted, `variants` says of each who answered (`model`, `location`,
    `versions`), `figures` are those that its cases keep marks of, `cases` how many lines follow."""

    baseline: int
    suite: str
    run: str
    created: str
    tool: str
    variants: Mapping[str, Mapping[str, Json]]
    figures: tuple[str, ...] = ()
    cases: int = 0


@dataclass(frozen=True, slots=True)
class BaselineLine:
    """One case of one variant.

    `request` is a hash of the requests of its samples, `judged` that of what it was judged by; `outcomes` counts samples. `marks`
    holds, by figure, the sum of its samples' marks and how many there are; `labels` its true positives, false positives and false
    negatives by label, `fields` how many of each field are right, wrong, missing and hallucinated, `columns` what it was
    answered as, all in shares of the case. `answer` is a hash of the first answer, `text` the output itself, where the workspace
    keeps it.
    """

    variant: str
    case: str
    request: str
    judged: str
    outcomes: Mapping[str, int]
    marks: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    labels: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    fields: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    columns: Mapping[str, float] = field(default_factory=dict)
    expected_label: str = ""
    label: str = ""
    answer: str = ""
    text: str = ""
    cluster: str = ""
    tags: tuple[str, ...] = ()
    must_pass: bool = False


_HEADER = codec_of(BaselineHeader)
_LINE = codec_of(BaselineLine)


def write_baseline(path: Path, header: BaselineHeader, lines: Iterable[BaselineLine]) -> int:
    """Write the file whole; how many cases it holds.

    Raises:
        RunError: the disk is full, or a variant has two cases of one id. The former file then stays.
    """
    ordered = sorted(lines, key=_rank)
    for line, following in pairwise(ordered):
        if _rank(line) == _rank(following):
            raise RunError(f"{path}: {line.variant} has two cases {line.case}", "give each case an id of its own")
    make_folder(path.parent)
    with WholeFile(path) as file:
        file.append(seal(canonical_json(_HEADER.encode(replace(header, cases=len(ordered))))))
        for line in ordered:
            file.append(seal(canonical_json(_LINE.encode(line))))
    return len(ordered)


def read_header(path: Path) -> BaselineHeader:
    """Raises `InputError` where there is no such file, it is no baseline, damaged, or of a newer program."""
    with _opened(path) as file:
        return _header(path, file.readline(MAX_LINE_BYTES))


def read_lines(path: Path) -> Iterator[BaselineLine]:
    """The cases, decoded as they are reached. Raises `InputError` at a damaged line, and where lines are missing, were added or
    moved; as `read_header` too."""
    with _opened(path) as file:
        header = _header(path, file.readline(MAX_LINE_BYTES))
        last: tuple[str, str] | None = None
        count = 0
        for count, (_, line) in enumerate(lines_of(file), 1):
            found = _line(path, count + 1, line)
            if last is not None and _rank(found) <= last:
                raise _damaged(path, count + 1, line, f"{found.variant}, {found.case} stands twice, or not in its place")
            last = _rank(found)
            yield found
    if count != header.cases:
        raise _damaged(path, 1, b"", f"it had {header.cases} cases when it was written, and has {count}")


def _rank(line: BaselineLine) -> tuple[str, str]:
    return line.variant, line.case


def _opened(path: Path) -> BinaryIO:
    try:
        return open_read(path)
    except FileRefusedError as error:
        raise InputError([Fault(error.reason, hint="accept a run: gemini-eval baseline accept RUN")]) from error


def _header(path: Path, line: bytes) -> BaselineHeader:
    try:
        body = read_object(line)
        form = body.get("baseline")
        if type(form) is int and form > FORMAT:
            reason = f"{path} has baseline format {form}, and this program reads up to {FORMAT}"
            raise InputError([Fault(reason, hint="update gemini-eval")])
        return _HEADER.decode(body)
    except DamagedError as error:
        raise _damaged(path, 1, line, str(error)) from error


def _line(path: Path, number: int, line: bytes) -> BaselineLine:
    try:
        return _LINE.decode(read_object(line))
    except DamagedError as error:
        raise _damaged(path, number, line, str(error)) from error


def _damaged(path: Path, number: int, line: bytes, why: str) -> InputError:
    place = Place(str(path), number)
    if line.startswith(_CONFLICT):
        return InputError([Fault("a merge conflict was left in the baseline", place, f"take either side, or {_AGAIN}")])
    return InputError([Fault(f"the baseline is damaged: {why}", place, _AGAIN)])
