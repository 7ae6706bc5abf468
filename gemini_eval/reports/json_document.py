"""One JSON document: the sentences, the summary, the gates, the comparison if there is one, then every case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import ClassVar

from gemini_eval.reports.notes import notes
from gemini_eval.reports.options import Lang, ReportOptions
from gemini_eval.reports.rows import case_json
from gemini_eval.reports.sentences import model_lines, sentences
from gemini_eval.reports.view import RunView
from gemini_eval.safe.json_text import dump_json
from gemini_eval.types import Json

VERSION = 1
"""Of the document's form; raised when a key changes its meaning or goes."""


class JsonDocument:
    NAME: ClassVar = "json"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".json",)
    ABOUT: ClassVar = "One document: sentences, summary, gates, every case"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        yield dump_json(head(view, options.lang))[:-1] + b',"cases":['
        before = b"\n"
        for case in view.cases():
            yield before + dump_json(case_json(case))
            before = b",\n"
        yield b"\n]}\n"


def head(view: RunView, lang: Lang) -> dict[str, Json]:
    """Everything but the cases; `comparison` only where the run was held against another side."""
    return {
        "format": "gemini-eval report",
        "version": VERSION,
        "sentences": list(sentences(view, lang)),
        "models": list(model_lines(view, lang)),
        "run": {
            "id": view.id,
            "name": view.name,
            "created": view.created,
            "tool": view.tool,
            "status": view.status,
            "exit_status": view.exit_status,
            "partial": view.partial,
            "ended": view.ended,
            "cached": view.cached,
            "paid_micros": view.paid_micros,
        },
        "suites": [asdict(suite) for suite in view.suites],
        "summary": view.summary.to_json(),
        "gates": [gate.to_json() for gate in view.gates],
        "notes": list(dict.fromkeys(notes(view))),
        **({"comparison": asdict(view.comparison)} if view.comparison else {}),
    }
