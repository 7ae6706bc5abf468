"""A baseline on disk: what a suite's cases came to when somebody accepted them, a line a case, small enough to commit and review.

`baselines/<suite>.jsonl` begins with a header; the cases follow by variant and id. Every line is sealed, so that a change by hand
and a merge gone wrong are seen. Equal inputs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.errors import Fault, InputError, Place
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.records import read_object
from gemini_eval.runs.sealed import DamagedError, lines_of, seal
from gemini_eval.runs.whole import WholeFile
from gemini_eval.safe.files import make_folder, open_read
from gemini_eval.safe.json_text import canonical_json

FORMAT = 1
_CONFLICT = (b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")
_AGAIN = "accept it again: gemini-eval baseline accept RUN"


@dataclass(frozen=True, slots=True)
class BaselineVariant:
    """Who answered: the requested model and its location, and the versions that really did."""

    model: str
    location: str = ""
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BaselineHeader:
    """`created` is the UTC stamp of the run that was accepted, `figures` those that its cases keep marks of."""

    baseline: int
    suite: str
    run: str
    created: str
    tool: str
    variants: Mapping[str, Mapping[str, object]]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BaselineLine:
    """One case of one variant.

    `request` is a hash of the requests of its samples, `judged` that of what it was judged by; `outcomes` counts samples. `marks`
    holds, by figure, the sum of its samples' marks and how many there are; `labels` its true positives, false positives and false
    negatives by label, `columns` what it was answered as, both in shares of the case. `answer` is a hash of the first answer,
    `text` the output itself, where the workspace keeps it.
    """

    variant: str
    case: str
    request: str
    judged: str
    outcomes: Mapping[str, int]
    marks: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    labels: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
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
    """Write the file whole; how many cases it holds. Raises `RunError` where the disk is full: the former file then stays."""
    make_folder(path.parent)
    count = 0
    with WholeFile(path) as file:
        file.append(seal(canonical_json(_HEADER.encode(header))))
        for line in sorted(lines, key=lambda line: (line.variant, line.case)):
            file.append(seal(canonical_json(_LINE.encode(line))))
            count += 1
    return count


def read_header(path: Path) -> BaselineHeader:
    """Raises `InputError` where the file is no baseline, damaged, or of a newer program."""
    with open_read(path) as file:
        first = next((line for _, line in lines_of(file)), b"")
    try:
        header = _HEADER.decode(read_object(first))
    except DamagedError as error:
        raise _damaged(path, 1, first, error) from error
    if header.baseline > FORMAT:
        reason = f"{path} has baseline format {header.baseline}, and this program reads up to {FORMAT}"
        raise InputError([Fault(reason, hint="update gemini-eval")])
    return header


def read_lines(path: Path) -> Iterator[BaselineLine]:
    """The cases, decoded as they are reached. Raises `InputError` at a damaged line."""
    with open_read(path) as file:
        for number, (_, line) in enumerate(lines_of(file), 1):
            if number == 1:
                continue
            try:
                yield _LINE.decode(read_object(line))
            except DamagedError as error:
                raise _damaged(path, number, line, error) from error


def _damaged(path: Path, number: int, line: bytes, error: DamagedError) -> InputError:
    place = Place(str(path), number)
    if line.startswith(_CONFLICT):
        return InputError([Fault("a merge conflict was left in the baseline", place, f"take either side, or {_AGAIN}")])
    return InputError([Fault(f"the baseline is damaged: {error}", place, _AGAIN)])
