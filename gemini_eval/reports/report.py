"""What every report is: one pure method, a run in, bytes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol

from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.view import RunView


class Report(Protocol):
    """One format.

    NAME        how `report --format` calls it
    EXTENSIONS  endings of the files that are written in it; empty where it goes to no file
    ABOUT       one line for the reference
    SIDECAR     True where the opening sentences do not fit into the file: `sidecar` goes beside it
    """

    NAME: ClassVar[str]
    EXTENSIONS: ClassVar[tuple[str, ...]]
    ABOUT: ClassVar[str]
    SIDECAR: ClassVar[bool]

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        """The report in pieces, cases read as they are reached, so that memory does not grow with their number."""
        ...
