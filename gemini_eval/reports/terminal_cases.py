"""Failing cases for a terminal: a head line, then what was asked, expected and answered, and every reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gemini_eval.reports.case_facts import CaseFacts, facts_of
from gemini_eval.reports.diff import Change, Part
from gemini_eval.reports.signs import Signs
from gemini_eval.reports.spans import Line, Span, Style, fit, plain, wrap
from gemini_eval.reports.view import is_failing
from gemini_eval.safe.terminal import width
from gemini_eval.types import CaseResult, Family

_KEY, _LONGEST_KEY = 8, 14
_SIGN: dict[Change, str] = {"same": " ", "gone": "-", "new": "+"}
_STYLE: dict[Change, Style] = {"same": "dim", "gone": "bad", "new": "good"}


@dataclass(frozen=True, slots=True)
class CaseLayout:
    """`whole` shows every line of every text (`most_text` characters of it, 0 for all), else each is clipped to a line and a
    difference to `most_lines`."""

    width: int
    signs: Signs
    color: bool = False
    whole: bool = False
    show_suite: bool = False
    most_inputs: int = 3
    most_lines: int = 8
    most_text: int = 0
    key: int = _KEY


def case_lines(case: CaseResult, layout: CaseLayout) -> Iterator[Line]:
    """One failing case, an empty line after it."""
    facts = facts_of(case)
    layout = replace(layout, key=_key_width(facts))
    yield fit(_head(case, layout), layout.width)
    for name, text in _inputs(facts, layout):
        yield from entry(name, text, layout)
    if facts.expected is not None:
        yield from entry("expected", facts.expected, layout)
    if facts.answer is not None:
        yield from entry("answer", facts.answer, layout)
    if layout.whole and facts.output:
        yield from entry("output", facts.output, layout)
    yield from _difference(facts, layout)
    if facts.samples:
        yield from entry("samples", facts.samples, layout)
    if facts.confidence:
        yield from wrapped("sure", facts.confidence, layout)
    if facts.problem:
        yield from wrapped("why", facts.problem, layout)
    for reason in facts.reasons:
        mark = "could not judge: " if reason.passed is None else ""
        yield from wrapped("  " * reason.depth + reason.name, mark + reason.text, layout)
    yield []


def _head(case: CaseResult, layout: CaseLayout) -> Line:
    names = [case.suite] if layout.show_suite else []
    names += [case.variant, str(case.place) if case.place else ""]
    rest = "".join(f"  {plain(name)}" for name in names if name)
    return [sign_of_case(case, layout.signs), Span(plain(case.case_id), "bold"), Span(rest, "dim")]


def sign_of_case(case: CaseResult, signs: Signs) -> Span:
    if case.outcome.family is Family.NOT_DELIVERED:
        return Span(f"{signs.open} ", "warn")
    if is_failing(case):
        return Span(f"{signs.fails} ", "bad")
    return Span(f"{signs.holds} ", "good") if case.passed else Span("- ", "dim")


def _inputs(facts: CaseFacts, layout: CaseLayout) -> Iterator[tuple[str, str]]:
    shown = facts.inputs if layout.whole else facts.inputs[: layout.most_inputs]
    yield from shown
    if len(facts.inputs) > len(shown):
        yield "", f"+ {len(facts.inputs) - len(shown)} more"


def entry(key: str, text: str, layout: CaseLayout) -> Iterator[Line]:
    """`key  text`, the text clipped to one line or, where all is shown, line by line."""
    text = text.strip()
    if not layout.whole:
        yield fit([*_key(key, layout), Span(plain(_cut(text, 4 * layout.width)))], layout.width)
        return
    for n, line in enumerate(_cut(text, layout.most_text).splitlines() or [""]):
        yield from wrapped(key if n == 0 else "", line, layout)


def _cut(text: str, most: int) -> str:
    return text if not most or len(text) <= most else f"{text[:most]}…"


def wrapped(key: str, text: str, layout: CaseLayout) -> Iterator[Line]:
    """`key  text` on as many lines as it takes; a long key has its own."""
    lead = _key(key, layout)
    if width(lead[0].text) > layout.key + 4:
        yield lead
        lead = _key("", layout)
    room = max(20, layout.width - width(lead[0].text))
    for n, part in enumerate(wrap(plain(_cut(text, layout.most_text)), room)):
        yield [lead[0] if n == 0 else Span(" " * width(lead[0].text)), Span(part)]


def _key(key: str, layout: CaseLayout) -> list[Span]:
    text = plain(key)
    return [Span("  " + text + " " * max(2, layout.key + 2 - width(text)), "dim")]


def _key_width(facts: CaseFacts) -> int:
    """That of the longest key that is not too long."""
    keys = [name for name, _ in facts.inputs] + ["  " * reason.depth + reason.name for reason in facts.reasons]
    return max([_KEY, *(wide for key in keys if (wide := width(plain(key))) <= _LONGEST_KEY)])


# ---- differences -----------------------------------------------------------------------------------------


def _difference(facts: CaseFacts, layout: CaseLayout) -> Iterator[Line]:
    if facts.words:
        spans = [*_key("diff", layout), *(_span(part, layout.color) for part in facts.words)]
        yield spans if layout.whole else fit(spans, layout.width)
    elif facts.lines:
        yield from _line_difference(facts.lines, layout)


def _span(part: Part, color: bool) -> Span:
    text = plain(part.text)
    if part.change == "same":
        return Span(text)
    if color:
        return Span(text, part.change)
    bare, end = text.rstrip(), text[len(text.rstrip()) :]
    return Span((f"[-{bare}-]" if part.change == "gone" else f"{{+{bare}+}}") + end)


def _line_difference(lines: Sequence[Part], layout: CaseLayout) -> Iterator[Line]:
    shown = lines if layout.whole else lines[: layout.most_lines]
    for n, part in enumerate(shown):
        text = f"{_SIGN[part.change]} {plain(_cut(part.text, layout.most_text))}"
        line = [*_key("diff" if n == 0 else "", layout), Span(text, _STYLE[part.change])]
        yield line if layout.whole else fit(line, layout.width)
    if len(lines) > len(shown):
        yield [*_key("", layout), Span(f"{len(lines) - len(shown)} more lines", "dim")]
