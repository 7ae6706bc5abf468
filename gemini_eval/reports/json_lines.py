"""JSONL: one case a line, with the keys of `case_json`; then one line for each variant that was compared.

Both begin with suite and variant; what follows is `case_id` in the one and `comparison` in the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import ClassVar

from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.rows import case_json
from gemini_eval.reports.view import RunView
from gemini_eval.safe.json_text import dump_json


class JsonLines:
    NAME: ClassVar = "jsonl"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".jsonl",)
    ABOUT: ClassVar = "One case a line"
    SIDECAR: ClassVar = True

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        for case in view.cases():
            yield dump_json(case_json(case)) + b"\n"
        for variant in view.comparison.variants if view.comparison else ():
            line = {"suite": variant.suite, "variant": variant.variant, "comparison": asdict(variant)}
            yield dump_json(line) + b"\n"
