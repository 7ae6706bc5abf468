"""Cases of a page: folded, each with what was asked, expected and answered, how they differ, and every reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from shlex import quote

from gemini_eval.reports.case_facts import CaseFacts, facts_of
from gemini_eval.reports.html_diff import LEGEND, fields_html, lines_html, words_html
from gemini_eval.reports.html_tables import shortened
from gemini_eval.reports.html_text import NOTHING, Child, Html, el, joined
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.terminal_cases import sign_of_case
from gemini_eval.reports.view import RunView
from gemini_eval.safe.terminal import clip
from gemini_eval.types import CaseResult

ROOM = 10
"""A page has room for so many times the cases that a terminal shows."""
MOST_BYTES = 8_000_000
MOST_TEXT = 20_000
MOST_INPUTS = 50
MOST_REASONS = 50
_LONG_TEXT, _LONG_LINES = 1_500, 24
_BEGINNING = 120
_DEEPEST = 3


def failing_html(view: RunView, options: ReportOptions) -> Iterator[Html]:
    """What failed, then what was not delivered: the first ones open, and in the end how many are left out."""
    failed = sum(variant.failed for _, variant in view.variants())
    lost = sum(variant.not_delivered for _, variant in view.variants())
    if not failed + lost:
        return
    parts = [f"{failed:,} failed" if failed else "", f"{lost:,} not delivered" if lost else ""]
    yield el("h2", ", ".join(part for part in parts if part))
    yield el("p", LEGEND, class_="small")
    yield el("p", "Mistakes in groups: ", el("code", f"gemini-eval show {view.id} --mistakes"), class_="dim small")
    yield from _cases(view, view.failing(), failed + lost, options, f"gemini-eval show {view.id}")


def drafts_html(view: RunView, options: ReportOptions) -> Iterator[Html]:
    drafts = sum(variant.drafts for _, variant in view.variants())
    if drafts:
        yield el("h2", f"{drafts:,} draft{'s' if drafts > 1 else ''}, counted nowhere")
        yield from _cases(view, view.drafts(), drafts, options, f"gemini-eval show {view.id} --all")


def _cases(view: RunView, cases: Iterable[CaseResult], total: int, options: ReportOptions, more: str) -> Iterator[Html]:
    """As many as the page has room for, `options.verbose` all that it can hold."""
    several = len(view.summary.suites) > 1
    shown = size = 0
    for case in islice(cases, None if options.verbose else options.max_failures_shown * ROOM):
        made = case_html(case, view.id, show_suite=several, unfolded=shown < options.max_failures_shown)
        size += len(made.encode())
        if size > MOST_BYTES:
            break
        yield made
        shown += 1
    if total > shown:
        yield el("p", f"{total - shown:,} more: ", el("code", more))


def case_html(case: CaseResult, run: str, *, show_suite: bool, unfolded: bool) -> Html:
    facts = facts_of(case)
    command = f"gemini-eval show {run} {quote(case.case_id)}"
    names = [case.suite] if show_suite else []
    names += [case.variant, str(case.place) if case.place else ""]
    hint = [el("span", clip(case.reason, _BEGINNING), class_="hint dim small")] if case.reason else []
    head: list[Child] = [
        *(_sign(case), " ", el("span", shortened(case.case_id), class_="id")),
        *(el("span", shortened(name), class_="dim small") for name in names if name),
    ]
    body = [_facts(facts, command), _difference(facts, command), _reasons(facts)]
    return el("details", el("summary", *head, *hint), el("div", *body, class_="body"), class_="box", open=unfolded)


def _sign(case: CaseResult) -> Html:
    sign = sign_of_case(case, UNICODE)
    return el("span", sign.text.strip(), class_=sign.style or False)


def entries(pairs: Iterable[tuple[str, Child]], class_: str = "") -> Html:
    """Keys and what they say."""
    told = [joined([el("dt", shortened(key)), el("dd", value)]) for key, value in pairs]
    return el("dl", *told, class_=class_ or False) if told else NOTHING


def text_html(text: str, more: str) -> Html:
    """A text as it is; a long one opens at a click, and of one that is longer still the beginning is shown."""
    text = text.strip()
    kept = text[:MOST_TEXT]
    left = len(text) - len(kept)
    rest = [el("p", f"{left:,} more characters: ", el("code", more), class_="dim small")] if left else []
    body = joined([el("pre", kept), *rest])
    if len(kept) <= _LONG_TEXT and kept.count("\n") < _LONG_LINES:
        return body
    beginning = clip(kept, _BEGINNING)
    told = el("span", f"({len(text):,} characters)", class_="dim small")
    return el("details", el("summary", beginning, " ", told), body)


def _facts(facts: CaseFacts, more: str) -> Html:
    pairs: list[tuple[str, Child]] = [(name, text_html(text, more)) for name, text in facts.inputs[:MOST_INPUTS]]
    hidden = len(facts.inputs) - MOST_INPUTS
    pairs += [("", joined([f"{hidden:,} more: ", el("code", more)]))] if hidden > 0 else []
    texts = (("expected", facts.expected), ("answer", facts.answer), ("output", facts.output or None))
    pairs += [(name, text_html(text, more)) for name, text in texts if text is not None]
    said = (("samples", facts.samples), ("sure", facts.confidence), ("why", facts.problem))
    pairs += [(name, shortened(text)) for name, text in said if text]
    return entries(pairs)


def _difference(facts: CaseFacts, more: str) -> Html:
    if facts.fields:
        return fields_html(facts.fields, more)
    if facts.words:
        return entries([("difference", words_html(facts.words))])
    return entries([("difference", lines_html(facts.lines, more))]) if facts.lines else NOTHING


def _reasons(facts: CaseFacts) -> Html:
    """Every assertion that did not pass, those of a group below it."""
    told = []
    for reason in facts.reasons[:MOST_REASONS]:
        mark = "could not judge: " if reason.passed is None else ""
        depth = f"in{min(reason.depth, _DEEPEST)}" if reason.depth else False
        told.append(joined([el("dt", shortened(reason.name), class_=depth), el("dd", mark + shortened(reason.text))]))
    left = len(facts.reasons) - MOST_REASONS
    told += [joined([el("dt", ""), el("dd", f"{left:,} more")])] if left > 0 else []
    return el("dl", *told) if told else NOTHING
