"""A comparison on a page: what was compared and how the bar moved; then cases that flipped, and how each variant was tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemini_eval.comparison.model import Comparison, Flip, Moved, Side, VariantComparison
from gemini_eval.reports.comparison_details import (
    facts_of_variant,
    flip_marks,
    flip_rates,
    flip_texts,
    moved_place,
    moved_what,
    shown_in_detail,
    side_parts,
)
from gemini_eval.reports.comparison_facts import standing_of
from gemini_eval.reports.comparison_grids import (
    compared_grid,
    most_rows,
    short_name,
    sign_of,
    unchanged_names,
    variant_grids,
)
from gemini_eval.reports.comparison_sentences import named
from gemini_eval.reports.html_cases import ROOM, entries, text_html
from gemini_eval.reports.html_diff import between
from gemini_eval.reports.html_tables import MOST_ROWS, cell, grid_html, more_html, row_head, shortened, table_html
from gemini_eval.reports.html_text import NOTHING, Child, Html, el, joined
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import UNICODE

_LEAST_FLIPS = 3
_LONGEST_PAIR = 1_500


def sides_html(comparison: Comparison) -> Html:
    """Both sides with their commits, in short; the full ids where the pointer rests on them."""
    return el("p", *_side(comparison.before), " → ", *_side(comparison.after), class_="dim")


def compared_html(comparison: Comparison, most: int = 0) -> Iterator[Html]:
    """The table (`most` rows of it where that is given), what is unchanged, and the bar."""
    grid = compared_grid(comparison, UNICODE)
    unchanged = unchanged_names(comparison)
    if grid.rows or unchanged:
        yield el("h2", grid.title)
    if grid.rows:
        rows = most or min(max(most_rows(grid, UNICODE), MOST_ROWS), len(grid.rows))
        yield grid_html(grid, unseen=True, left=3 if "figure" in grid.header else 2, most=rows)
    if unchanged:
        yield el("p", f"Unchanged, nothing asked: {named(unchanged)}")
    if comparison.bar_moved:
        yield el("h2", "The bar moved")
        yield _bar(comparison.bar_moved[: most or MOST_ROWS])
        yield more_html(len(comparison.bar_moved) - (most or MOST_ROWS), "moves", "-o report.json")


def flipped_html(comparison: Comparison, options: ReportOptions, run: str) -> Iterator[Html]:
    """Of each variant that needs a look how it was tested, and which cases flipped; newly broken ones first."""
    shown = shown_in_detail(comparison, bool(options.verbose))
    unfolded = max(_LEAST_FLIPS, options.max_failures_shown // max(1, len(shown)))
    for variant in shown:
        sign, style = sign_of(standing_of(variant), UNICODE)
        yield el("h2", el("span", sign, class_=style or False), " ", shortened(short_name(comparison, variant)))
        yield entries((key, shortened(text)) for key, text in facts_of_variant(variant))
        yield from _flips(variant, unfolded, run)
        for grid in variant_grids(variant):
            yield grid_html(grid, left=2 if grid.header[:2] == ("expected", "answered") else 1)
    hidden = [variant for variant in comparison.variants if variant not in shown]
    flipped = sum(variant.newly_failing_count + variant.newly_passing_count for variant in hidden)
    if flipped:
        yield el("p", f"{flipped:,} more cases flipped in the other variants: -v", class_="dim")


def _flips(variant: VariantComparison, unfolded: int, run: str) -> Iterator[Html]:
    for what, flips, total in (
        ("newly broken", variant.newly_failing, variant.newly_failing_count),
        ("newly fixed", variant.newly_passing, variant.newly_passing_count),
    ):
        if not total:
            continue
        most = unfolded * ROOM
        yield el("h3", f"{total:,} {what}")
        broken = what == "newly broken"
        for n, flip in enumerate(flips[:most]):
            yield _flip(flip, broken=broken, unfolded=broken and n < unfolded, run=run)
        left = total - min(len(flips), most)
        yield el("p", f"{left:,} more: ", el("code", "-o report.json"), class_="dim small") if left else NOTHING


def _flip(flip: Flip, *, broken: bool, unfolded: bool, run: str) -> Html:
    sign, style = (UNICODE.fails, "bad") if broken else (UNICODE.holds, "good")
    marks = flip_marks(flip)
    head: list[Child] = [
        *(el("span", sign, class_=style), " ", el("span", shortened(flip.case_id), class_="id")),
        *([el("span", marks, class_="warn")] if marks else []),
        el("span", flip_rates(flip), class_="dim small"),
    ]
    texts = dict(flip_texts(flip))
    pair = None
    if flip.before and flip.after and max(len(flip.before), len(flip.after)) <= _LONGEST_PAIR:
        pair = between(flip.before.strip(), flip.after.strip())
    whole = f"gemini-eval show {run}"
    inner: dict[str, Child] = {key: shortened(text) if key == "reason" else text_html(text, whole) for key, text in texts.items()}
    if pair:
        inner |= {"before": el("pre", *pair[0]), "after": el("pre", *pair[1])}
    body = el("div", entries(inner.items()), class_="body")
    return el("details", el("summary", *head), body, class_="box", open=unfolded)


def _bar(moved: Sequence[Moved]) -> Html:
    told = [(moved_what(one), (one.before, one.after, moved_place(one))) for one in moved]
    rows = [[row_head(what), *(cell(shortened(text), class_="short") for text in texts)] for what, texts in told]
    heads = [(name, False) for name in ("what", "before", "after", "where")]
    return table_html("The bar moved", heads, rows, unseen=True)


def _side(side: Side) -> Sequence[Child]:
    name, commit, rest = side_parts(side)
    parts: list[Child] = [shortened(name)] if name else []
    parts += [el("abbr", commit, title=shortened(side.commit))] if commit else []
    parts += [shortened(rest)] if rest else []
    return [joined([" ", part]) if n else part for n, part in enumerate(parts)]
