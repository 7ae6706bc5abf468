"""How a report for a terminal begins: a sign, the sentences, the two sides of a comparison, the models."""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.comparison.model import Comparison, State
from gemini_eval.reports.comparison_details import side_text
from gemini_eval.reports.comparison_facts import GRAVITY, Standing, standing_of, subjects
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import advice, findings, model_lines
from gemini_eval.reports.signs import Signs, can_write
from gemini_eval.reports.spans import Line, Span, plain, wrap
from gemini_eval.reports.view import RunView
from gemini_eval.reports.wordings import word


def opening_lines(view: RunView, options: ReportOptions, signs: Signs) -> Iterator[Line]:
    sign = verdict_sign(view, signs)
    lang = options.lang if can_write(word(options.lang, "unfinished"), options.encoding) else "en"
    for n, part in enumerate(wrap(plain(" ".join(findings(view, lang))), options.width - 2)):
        yield [sign if n == 0 else Span("  "), Span(part, "bold")]
    wanted = advice(view, lang)
    if wanted:
        yield [Span(f"  {plain(wanted.sentence)}")]
    if view.comparison:
        yield from _sides(view.comparison, options.width)
    for line in model_lines(view, lang):
        yield from ([Span("  " + part, "dim")] for part in wrap(plain(line), options.width - 2, "  "))


def _sides(comparison: Comparison, most: int) -> Iterator[Line]:
    """`origin/main 1a2b3c4 → HEAD feedc0d with uncommitted changes`."""
    text = f"{side_text(comparison.before)} → {side_text(comparison.after)}"
    yield from ([Span("  " + part, "dim")] for part in wrap(plain(text), most - 2, "  "))


def verdict_sign(view: RunView, signs: Signs) -> Span:
    """Good, bad or undecided, by the exit status; not good where a comparison has something to look at."""
    if view.exit_status == 0 and not (view.comparison and needs_a_look(view.comparison)):
        return Span(f"{signs.holds} ", "good")
    return Span(f"{signs.fails} ", "bad") if view.exit_status == 1 else Span(f"{signs.warns} ", "warn")


def needs_a_look(comparison: Comparison) -> bool:
    """Whether something got worse, is undecided, or moved the bar."""
    standings = [GRAVITY[standing_of(variant)] for variant in subjects(comparison)]
    if comparison.bar_moved or any(variant.state is State.UNREADABLE for variant in comparison.variants):
        return True
    return min(standings, default=len(GRAVITY)) <= GRAVITY[Standing.INCONCLUSIVE]
