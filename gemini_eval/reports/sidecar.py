"""What goes beside a table that has no room for sentences."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.reports.json_document import head
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.view import RunView
from gemini_eval.safe.json_text import dump_json


def sidecar(view: RunView, options: ReportOptions) -> bytes:
    """The JSON document without its cases."""
    return dump_json(head(view, options.lang)) + b"\n"


def sidecar_path(path: Path) -> Path:
    """`results.csv` -> `results.summary.json`."""
    return path.with_suffix(".summary.json")
