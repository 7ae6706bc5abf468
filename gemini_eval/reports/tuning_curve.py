"""What `tune curve` prints and writes."""

from __future__ import annotations

from dataclasses import asdict

from gemini_eval.reports.grid import Grid
from gemini_eval.reports.markdown_text import pipes, prose
from gemini_eval.reports.options import Lang, ReportOptions
from gemini_eval.reports.shown import figure, probability
from gemini_eval.reports.signs import can_write, encode
from gemini_eval.reports.spans import Line, Span, paint, plain, wrap
from gemini_eval.reports.table import fitting
from gemini_eval.reports.tuning import moved
from gemini_eval.reports.wordings import word
from gemini_eval.safe.json_text import dump_json
from gemini_eval.summary.model import figure_json
from gemini_eval.tuning.curve import Curve
from gemini_eval.types import Json

VERSION = 1


def sentence(curve: Curve, lang: Lang) -> str:
    less, most = curve.points[-2].percent, curve.points[-1].percent
    found = curve.last.decision
    if found is None:
        return word(lang, "tuned_untested", tuned=f"{most} %", prompted=f"{less} %", why=curve.why)
    p = probability(found.p_regressed if curve.verdict == "falls" else found.p_improved)
    return word(lang, f"curve_{curve.verdict}", **moved(curve.last, lang), less=f"{less} %", all=f"{most} %", p=p)


def grid(curve: Curve) -> Grid:
    rows = tuple((f"{point.percent} %", figure(point.figure), f"{point.figure.n:,}", point.called) for point in curve.points)
    return Grid(f"Tuned on shares of the data, asked on {curve.split}", ("examples", curve.figure, "cases", "model"), rows)


def terminal(curve: Curve, options: ReportOptions) -> bytes:
    lang = options.lang if can_write(word(options.lang, "unfinished"), options.encoding) else "en"
    lines: list[Line] = [[Span(part, "bold")] for part in wrap(plain(sentence(curve, lang)), options.width)]
    if not options.quiet:
        table = grid(curve)
        lines += [[Span("")], [Span(table.title, "bold")], *fitting(table.header, table.rows, options.width)]
    lines += [[Span("")], [Span(f"Run {plain(curve.run)}", "dim")]]
    return encode("".join(f"{paint(line, options.color)}\n" for line in lines), options.encoding)


def markdown(curve: Curve, options: ReportOptions) -> bytes:
    table = grid(curve)
    rows = [[prose(cell) for cell in row] for row in table.rows]
    parts = [
        f"# {prose(curve.suite)}: would more data help?",
        prose(sentence(curve, options.lang)),
        pipes([prose(name) for name in table.header], rows),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def json_document(curve: Curve, options: ReportOptions) -> bytes:
    told: dict[str, Json] = {
        "format": "gemini-eval tuning curve",
        "version": VERSION,
        "sentence": sentence(curve, options.lang),
        **{name: getattr(curve, name) for name in ("suite", "split", "run", "figure", "verdict", "why")},
        "points": [
            {"percent": point.percent, "called": point.called, "model": point.model, "figure": figure_json(point.figure)}
            for point in curve.points
        ],
        "last_step": asdict(curve.last),
    }
    return dump_json(told) + b"\n"


WRITERS = {".md": markdown, ".json": json_document}
