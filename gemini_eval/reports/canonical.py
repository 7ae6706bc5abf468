"""Results that two runs with the same answers share, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.view import RunView
from gemini_eval.runs.canonical import canonical_lines


class Canonical:
    NAME: ClassVar = "canonical"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".canonical.jsonl",)
    ABOUT: ClassVar = "Sorted results without times and ids: equal answers, equal bytes"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        return canonical_lines(view.cases("canonical"))
