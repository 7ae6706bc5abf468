"""Every error that a user can meet: one root, each with the place, the reason and the mend.

Faults are collected, not thrown one by one: a suite with ten mistakes is told all ten at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file that the user wrote.

    `line` and `column` are 1-based, 0 where they are not known. `text` is the whole line, for the caret.
    """

    path: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        parts = [self.path, str(self.line) if self.line else "", str(self.column) if self.column else ""]
        return ":".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what the user wrote: where, why, and how to mend it."""

    reason: str
    place: Place | None = None
    hint: str = ""
    severity: Literal["error", "warning"] = "error"


class GeminiEvalError(Exception):
    """Root of everything this package raises on purpose."""

    exit_status: ClassVar[int] = 2


class InputError(GeminiEvalError):
    """The suite, its templates, its data, the workspace or the arguments are wrong; nothing was sent."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(_one_line(fault) for fault in self.faults))


class LateInputError(InputError):
    """A fault that only a later block of cases showed, after requests were sent: what was answered is kept, the run resumable."""

    exit_status = 3


class UsageError(InputError):
    """The command line or the Python call is wrong."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__([Fault(reason, hint=hint)])


class NothingSelectedError(UsageError):
    """An explicit selection selected nothing (exit status 5)."""

    exit_status = 5


class FileRefusedError(GeminiEvalError):
    """A path or a file that a suite names may not be opened, or can't be; `hint` says what would."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"{reason} ({hint})" if hint else reason)


class ValueRefusedError(GeminiEvalError):
    """Text from outside (JSON, a regular expression, a number) that can't be read; `hint` says what would."""

    def __init__(self, reason: str, hint: str = "", offset: int | None = None) -> None:
        self.reason, self.hint, self.offset = reason, hint, offset
        super().__init__(f"{reason} ({hint})" if hint else reason)


class TemplateRefusedError(GeminiEvalError):
    """A template can't be compiled or rendered. `line` is 1-based within `path`, 0 where it is not known.

    `row` is the index, within the batch that was sent, of the row it failed on; None for a fault of the template itself.
    """

    def __init__(self, reason: str, hint: str = "", *, path: str = "", line: int = 0, row: int | None = None) -> None:
        self.reason, self.hint, self.path, self.line, self.row = reason, hint, path, line, row
        super().__init__(f"{reason} ({hint})" if hint else reason)


class RunError(GeminiEvalError):
    """The run can't go on (disk full, a damaged run folder); what was acknowledged is kept."""

    exit_status = 3

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"{reason} ({hint})" if hint else reason)


class Faults:
    """A collector: checks add to it and go on, and the caller raises once for all."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.error_count = 0

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, reason: str, place: Place | None = None, hint: str = "") -> None:
        self.extend([Fault(reason, place, hint)])

    def warn(self, reason: str, place: Place | None = None, hint: str = "") -> None:
        self.extend([Fault(reason, place, hint, "warning")])

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._faults.append(fault)
            self.error_count += fault.severity == "error"

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self._faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self._faults if fault.severity == "warning")

    def raise_if_any(self) -> None:
        """Raise `InputError` with every fault, warnings too, where at least one is an error."""
        if self.error_count:
            raise InputError(sorted(dict.fromkeys(self._faults), key=_in_file_order))


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """'did you mean "x"?' for the nearest of `known`, else ''."""
    near = get_close_matches(str(word), [str(item) for item in known], n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def _in_file_order(fault: Fault) -> tuple[str, int, int]:
    return (fault.place.path, fault.place.line, fault.place.column) if fault.place else ("", 0, 0)


def _one_line(fault: Fault) -> str:
    where = f"{fault.place}: " if fault.place else ""
    mend = f" ({fault.hint})" if fault.hint else ""
    return f"{where}{fault.severity}: {fault.reason}{mend}"
