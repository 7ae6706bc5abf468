"""Tokens -> conditions: `NAME OP NUMBER`, joined by `and`."""

from __future__ import annotations

from fractions import Fraction
from typing import NoReturn, cast

from gemini_eval.assertions.confidence import CALIBRATED
from gemini_eval.errors import did_you_mean
from gemini_eval.gates.model import Condition, FigureRef, GateError, Operator
from gemini_eval.gates.tokens import Token, tokenize
from gemini_eval.summary.context import FigureContext
from gemini_eval.summary.figures import BY_NAME, FigureKind

MAX_CONDITIONS = 20
_PERCENT = Fraction(1, 100)
_TIMES = {("share", "%"): _PERCENT, ("score", "%"): _PERCENT, ("ms", "ms"): Fraction(1), ("ms", "s"): Fraction(1000)}
_RANGES = {"share": (0, 1), "coefficient": (-1, 1)}
_EXAMPLES = {
    "share": "0.9 or 90%",
    "score": "0.9 or 90%",
    "coefficient": "0.6",
    "ms": "800ms or 2s",
    "USD": "0.5 (US dollars)",
    "steps": "0.5",
}


def parse_conditions(text: str, known: FigureContext) -> tuple[Condition, ...]:
    """Raises `GateError` with the offset inside `text`."""
    return _Parser(text, known).conditions()


def parse_figure(text: str, known: FigureContext) -> FigureRef:
    """A figure's name alone, as `metric:` gives it."""
    parser = _Parser(text, known)
    figure = parser.figure()
    parser.expect_end()
    return figure


class _Parser:
    def __init__(self, text: str, known: FigureContext) -> None:
        self._tokens, self._known, self._at = tokenize(text), known, 0

    def conditions(self) -> tuple[Condition, ...]:
        found = [self._condition()]
        while self._peek().kind == "name" and self._peek().text == "and":
            joint = self._take()
            if len(found) == MAX_CONDITIONS:
                raise GateError(f"more than {MAX_CONDITIONS} conditions", "write several gates", joint.offset)
            found.append(self._condition())
        self.expect_end()
        return tuple(found)

    def figure(self) -> FigureRef:
        name = self._take()
        if name.kind != "name":
            raise GateError(_found("a figure's name", name), "see: gemini-eval list --figures", name.offset)
        called = BY_NAME.get((name.text, True))
        if called and called.argument == "source":
            return self._source_figure(called, name)
        argument = self._argument()
        kind = _kind(name, argument)
        _check_needs(kind, name, self._known)
        if argument is not None:
            _check_argument(kind, argument, self._known)
        return FigureRef(kind, argument.text if argument else "")

    def expect_end(self) -> None:
        token = self._peek()
        if token.kind != "end":
            hint = 'write two gates: there is no "or"' if token.text.lower() == "or" else 'conditions are joined by "and"'
            raise GateError(f'unexpected "{token.text}"', hint, token.offset)

    def _condition(self) -> Condition:
        figure = self.figure()
        operator = self._take()
        if operator.kind != "operator":
            raise GateError(_found(f"a comparison after {figure.name}", operator), "one of >= > <= < == !=", operator.offset)
        number = self._take()
        if number.kind != "number":
            raise GateError(_found(f"a number after {operator.text}", number), "write 0.9, 90%, 2s or 800ms", number.offset)
        return Condition(figure, cast(Operator, operator.text), float(_amount(figure.kind, number)), number.text)

    def _source_figure(self, kind: FigureKind, name: Token) -> FigureRef:
        """A figure of a confidence source, its name already taken: `ece(said)`, `coverage(votes, 0.9)`."""
        _check_needs(kind, name, self._known)
        source = self._known.sources[0]
        example = kind.named(", ".join([source, *kind.usual[:1]]))
        self._mark("(", f"the source that {kind.name} is of", f"write {example}")
        written = self._take()
        if written.kind != "name":
            raise GateError(_found("the name of a confidence source", written), f"write {example}", written.offset)
        if written.text not in self._known.sources:
            _refuse_source(written, self._known)
        argument = written.text
        if kind.number:
            # In a YAML list in brackets the comma of an unquoted gate ends it.
            quoted = f'write "{example} …", in quotes' if self._peek().kind == "end" else f"write {example}"
            self._mark(",", f"a comma and the {kind.number} after {written.text}", quoted)
            argument = f"{argument}, {float(_number_of(kind, self._take(), example)):g}"
        self._mark(")", "a closing )", f"write {example}")
        return FigureRef(kind, argument)

    def _mark(self, text: str, wanted: str, hint: str) -> None:
        mark = self._take()
        if mark.kind != "mark" or mark.text != text:
            raise GateError(_found(wanted, mark), hint, mark.offset)

    def _argument(self) -> Token | None:
        """The string in `["…"]`; None without brackets."""
        opening = self._peek()
        if opening.text == "(" and opening.kind == "mark":
            name = self._tokens[self._at - 1]
            raise _not_callable(name)
        if opening.kind != "mark" or opening.text != "[":
            return None
        self._take()
        argument = self._take()
        if argument.kind != "string":
            hint = f'write ["{argument.text}"]' if argument.kind in ("name", "number") else 'write ["name"]'
            raise GateError(_found("a quoted name in brackets", argument), hint, argument.offset)
        closing = self._take()
        if closing.kind != "mark" or closing.text != "]":
            raise GateError(_found("a closing ]", closing), "", closing.offset)
        return argument

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _found(wanted: str, token: Token) -> str:
    return f'expected {wanted}, found "{token.text}"' if token.kind != "end" else f"expected {wanted}, but the gate ends"


def _unknown(name: Token) -> GateError:
    hint = did_you_mean(name.text, dict.fromkeys(known for known, _ in BY_NAME)) or "see: gemini-eval list --figures"
    return GateError(f'there is no figure "{name.text}"', hint, name.offset)


def _not_callable(name: Token) -> GateError:
    kind = BY_NAME.get((name.text, True)) or BY_NAME.get((name.text, False))
    return GateError(f'"{name.text}" takes no parentheses', f"write {kind.usage}", name.offset) if kind else _unknown(name)


def _kind(name: Token, argument: Token | None) -> FigureKind:
    kind = BY_NAME.get((name.text, argument is not None))
    if kind:
        return kind
    other = BY_NAME.get((name.text, argument is None))
    if not other:
        raise _unknown(name)
    if argument is None:
        raise GateError(f"{name.text} needs the {other.argument} it is of", f"write {other.usage}", name.offset)
    raise GateError(f"{name.text} takes no brackets", f"write {name.text}", argument.offset)


def _check_needs(kind: FigureKind, name: Token, known: FigureContext) -> None:
    if kind.needs == "several labels" and not known.several_labels:
        hint = "answer: {as: list}, and a list as expected"
        raise GateError(f"{kind.name} needs cases with several labels", hint, name.offset)
    if kind.needs in ("one label", "order") and known.several_labels:
        reason = f"{kind.name} needs cases with one label, and these have several"
        raise GateError(reason, "gate accuracy, micro_f1, macro_f1 or hamming_loss", name.offset)
    if kind.needs in ("labels", "one label") and not known.labels:
        raise GateError(f"{kind.name} needs labels, and the suite has none", "declare labels:, or gate pass_rate", name.offset)
    if kind.needs == "order" and not known.order:
        hint = "write order: [lowest, …, highest]"
        raise GateError(f"{kind.name} needs the labels' order, and the suite has none", hint, name.offset)
    if kind.needs == "fields" and not known.fields:
        raise GateError(f"{kind.name} needs fields, and the suite has none", "declare fields:", name.offset)
    if kind.needs == "votes" and not known.has_votes:
        raise GateError(f"{kind.name} needs a vote", "samples: {count: 5, vote: majority}", name.offset)
    if kind.needs == "confidence" and not known.sources:
        hint = "for example: confidence: {votes: self_consistency}"
        raise GateError(f"{kind.name} needs a confidence source, and the suite has none", hint, name.offset)
    if kind.needs == "pairwise" and not known.pairs:
        hint = "for example: pairwise: {helpful: {variant: tuned, over: few, rubric: It helps more.}}"
        raise GateError(f"{kind.name} needs `pairwise`, and the suite has none", hint, name.offset)
    if kind.needs == "jury" and not known.juries:
        hint = "for example: {rubric: It is polite., judge: [one, two], name: polite}"
        raise GateError(f"{kind.name} needs a rubric with several judges, and the suite has none", hint, name.offset)
    if kind.needs == "people" and not known.people:
        hint = "for example: judges: {sure: {id: gemini-2.5-pro, checked_by: labels.csv}}"
        raise GateError(f"{kind.name} needs a judge that is `checked_by` people, and the suite has none", hint, name.offset)
    if kind.needs == "abstention" and not (known.has_votes or known.abstains):
        hint = "name the words that count as no answer: abstain: [unknown]"
        raise GateError(f"{kind.name} needs a vote or `abstain`", hint, name.offset)


def _refuse_source(written: Token, known: FigureContext) -> NoReturn:
    hint = did_you_mean(written.text, known.sources) or f"the suite has {', '.join(known.sources)}"
    if written.text.endswith(CALIBRATED) and written.text.removesuffix(CALIBRATED) in known.sources:
        hint = f"write calibrate: true under {written.text.removesuffix(CALIBRATED)}"
    raise GateError(f'there is no confidence source "{written.text}"', hint, written.offset)


def _number_of(kind: FigureKind, number: Token, example: str) -> Fraction:
    """The number inside a call, in 0..1; a share of no case is none."""
    if number.kind != "number":
        raise GateError(_found(f"a {kind.number}", number), f"write {example}", number.offset)
    amount = _amount(kind, number)
    if kind.number == "share" and not amount:
        raise GateError("the surest 0 % of the cases are none", f"write {example}", number.offset)
    return amount


def _check_argument(kind: FigureKind, argument: Token, known: FigureContext) -> None:
    named = {
        "label": known.labels,
        "field": known.fields,
        "comparison": tuple(known.pairs),
        "jury": known.juries,
        "judge": tuple(known.people),
    }
    names = named.get(kind.argument, known.assertions)
    if argument.text not in names:
        few = ", ".join(f'"{name}"' for name in names[:8]) + (", …" if len(names) > 8 else "")
        hint = did_you_mean(argument.text, names) or (f"the suite has {few}" if few else f"the suite has no {kind.argument}s")
        raise GateError(f'the suite has no {kind.argument} "{argument.text}"', hint, argument.offset)


def _amount(kind: FigureKind, number: Token) -> Fraction:
    times = Fraction(1) if not number.unit else _TIMES.get((kind.unit, number.unit))
    if times is None:
        example = _EXAMPLES.get(kind.unit, "10")
        raise GateError(f'{kind.name} is in {kind.unit}, not in "{number.unit}"', f"write {example}", number.offset)
    amount = number.value * times
    _check_range(kind, number, amount)
    return amount


def _check_range(kind: FigureKind, number: Token, amount: Fraction) -> None:
    """A number that the figure can never reach is a mistake, most often a percent sign left out."""
    if kind.unit not in _RANGES:
        return
    low, high = _RANGES[kind.unit]
    if not low <= amount <= high:
        percent = kind.unit == "share" and not number.unit and 1 < amount <= 100
        hint = f"write {number.text}% or {float(amount / 100):g}" if percent else ""
        raise GateError(f"{kind.name} lies between {low} and {high}, never at {number.text}", hint, number.offset)
