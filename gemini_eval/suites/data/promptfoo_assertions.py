"""One promptfoo assertion as a CSV cell writes it (`not-icontains: refund`) as one of ours."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gemini_eval.errors import Place, ValueRefusedError
from gemini_eval.safe.json_text import read_json
from gemini_eval.suites.data.rows import RowRefusedError, number_in
from gemini_eval.types import Json


class _Cell(NamedTuple):
    kind: str
    threshold: str
    value: str
    place: Place


def assertion_of(text: str, place: Place) -> Json:
    """The assertion in our words; text without a known kind before a colon is what the answer must equal.

    Raises:
        RowRefusedError: the kind runs code, asks a model in promptfoo's way, or has no equal here.
    """
    text = text.strip()
    head, colon, value = text.partition(":")
    negated = head.startswith("not-")
    kind, _, threshold = head.removeprefix("not-").strip().partition("(")
    cell = _Cell(kind, threshold.removesuffix(")").strip(), value.strip(), place)
    if kind in _REFUSED and (colon or kind in _BARE):
        raise RowRefusedError(f'the promptfoo assertion "{kind}" can\'t be taken over', place, _REFUSED[kind])
    build = _BUILDERS.get(kind)
    if build is None or not (colon or kind in _BARE):
        return {"exact_match": text}
    found = build(cell)
    return {"not": found} if negated else found


def _words(name: str, group: str = "value", *, fold: bool = False) -> Callable[[_Cell], Json]:
    """`name: value`, with `fold` or a list `name: {value | any | all: …, fold}`."""

    def build(cell: _Cell) -> Json:
        value = cell.value if group == "value" else _listed(cell)
        if fold:
            return {name: {group: value, "fold": ["case"]}}
        return {name: value if group == "value" else {group: value}}

    return build


def _distance(cell: _Cell) -> Json:
    """Five edits are promptfoo's default."""
    return {"levenshtein": {"value": cell.value, "max_distance": int(_number(cell, cell.threshold or "5"))}}


def _at_most(name: str) -> Callable[[_Cell], Json]:
    return lambda cell: {name: _number(cell, cell.threshold)}


def _finish_reason(cell: _Cell) -> Json:
    if cell.value not in _FINISH:
        raise RowRefusedError(f"finish-reason: unknown {cell.value!r:.40}", cell.place, f"it is one of {', '.join(_FINISH)}")
    return {"finish_reason": _FINISH[cell.value]}


def _number(cell: _Cell, text: str) -> float:
    number = number_in(text)
    if number is None:
        raise RowRefusedError(f"{cell.kind}: {text!r:.40} is no number", cell.place, f"write {cell.kind}(5)")
    return number


def _listed(cell: _Cell) -> list[str]:
    try:
        parts = next(csv.reader([cell.value], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise RowRefusedError(f"{cell.kind}: {error}", cell.place, "separate values by commas") from error
    return [part.strip() for part in parts if part.strip()]


def _json(cell: _Cell) -> Json:
    if not cell.value:
        return "is_json"
    try:
        return {"json_schema": read_json(cell.value)}
    except ValueRefusedError as error:
        raise RowRefusedError(f"{cell.kind}: the schema is no JSON: {error.reason}", cell.place, error.hint) from error


_BUILDERS: Mapping[str, Callable[[_Cell], Json]] = {
    "equals": _words("exact_match"),
    "contains": _words("contains"),
    "icontains": _words("contains", fold=True),
    "contains-any": _words("contains", "any"),
    "contains-all": _words("contains", "all"),
    "icontains-any": _words("contains", "any", fold=True),
    "icontains-all": _words("contains", "all", fold=True),
    "starts-with": _words("starts_with"),
    "regex": _words("regex"),
    "is-json": _json,
    "finish-reason": _finish_reason,
    "levenshtein": _distance,
    "latency": _at_most("latency"),
    "cost": _at_most("cost"),
}
_FINISH = {"stop": "stop", "length": "max_tokens", "content_filter": "safety"}
_BARE = frozenset({"is-json", "latency", "cost", "is-refusal", "is-sql", "is-xml", "is-html", "guardrails"})

_CODE = "code in a data file is never run; write the check as one of our assertions"
_CODE_KINDS = ("javascript", "fn", "eval", "python", "ruby", "webhook", "file")
_JUDGE = "write it in the suite: rubric, factuality, faithfulness or relevance with a judge"
_JUDGE_KINDS = (
    *("llm-rubric", "grade", "g-eval", "factuality", "model-graded-closedqa", "model-graded-factuality", "answer-relevance"),
    *("context-faithfulness", "context-recall", "context-relevance", "conversation-relevance", "select-best", "max-score"),
)
_NONE = "drop it, or write one of our assertions in the suite"
_OTHER_KINDS = (
    *("similar", "classifier", "moderation", "guardrails", "perplexity", "perplexity-score", "pi", "contains-json", "is-sql"),
    *("contains-sql", "is-xml", "contains-xml", "is-html", "contains-html", "is-refusal", "word-count", "is-valid-function-call"),
    *("is-valid-openai-function-call", "is-valid-openai-tools-call", "tool-call-f1", "f-score", "rouge-n", "bleu", "gleu"),
    "meteor",
)
_REFUSED: Mapping[str, str] = {
    **dict.fromkeys(_CODE_KINDS, _CODE),
    **dict.fromkeys(_JUDGE_KINDS, _JUDGE),
    **dict.fromkeys(_OTHER_KINDS, _NONE),
}
