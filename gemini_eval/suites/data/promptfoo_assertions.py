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
    head, colon, value = _parts(text)
    negated = head.startswith("not-")
    kind, _, threshold = head.removeprefix("not-").strip().partition("(")
    cell = _Cell(kind, threshold.removesuffix(")").strip(), value.strip(), place)
    if kind in REFUSED and (colon or kind in _TRACES):
        raise RowRefusedError(f'the promptfoo assertion "{kind}" can\'t be taken over', place, REFUSED[kind])
    build = BUILDERS.get(kind)
    if build is None or not (colon or kind in _BARE):
        return {"exact_match": text}
    if negated and kind == "guardrails":
        reason = 'the promptfoo assertion "not-guardrails" can\'t be taken over: a blocked answer is not judged'
        raise RowRefusedError(reason, place, "let it stand alone in its row, where it means expected_outcome: blocked")
    found = build(cell)
    return {"not": found} if negated else found


def _parts(text: str) -> tuple[str, str, str]:
    """The kind, the first colon after it, and what follows; `similar:dot` has a colon of its own."""
    negation = "not-" if text.startswith("not-") else ""
    for kind in (kind for kind in (*BUILDERS, *REFUSED) if ":" in kind):
        before, rest = text[: len(negation + kind)], text[len(negation + kind) :]
        if before == negation + kind and (not rest or rest[0] in ":("):
            threshold, colon, value = rest.partition(":")
            return before + threshold, colon, value
    return text.partition(":")


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


def _similar(cell: _Cell) -> Json:
    """0.8 is promptfoo's default in tables. It bounds the distance of `euclidean` from above."""
    given = float(_number(cell, cell.threshold)) if cell.threshold else 0.8
    by = cell.kind.partition(":")[2]
    if by == "euclidean":
        return {"similar": {"value": cell.value, "by": by, "threshold": round(1 / (1 + given), 5)}}
    return {"similar": {"value": cell.value, **({"by": by} if by == "dot" else {}), "threshold": given}}


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
    anywhere = {"anywhere": True} if cell.kind == "contains-json" else {}
    if not cell.value:
        return {"is_json": anywhere} if anywhere else "is_json"
    try:
        schema = read_json(cell.value)
        return {"json_schema": {"schema": schema, **anywhere} if anywhere else schema}
    except ValueRefusedError as error:
        raise RowRefusedError(f"{cell.kind}: the schema is no JSON: {error.reason}", cell.place, error.hint) from error


def _overlap(name: str, threshold: float, **more: Json) -> Callable[[_Cell], Json]:
    """A metric of shared words, with promptfoo's default threshold."""

    def build(cell: _Cell) -> Json:
        least = _number(cell, cell.threshold) if cell.threshold else threshold
        return {name: {"value": cell.value, **more, "threshold": float(least)}}

    return build


def _format(name: str) -> Callable[[_Cell], Json]:
    return lambda cell: {name: {"anywhere": True}} if cell.kind.startswith("contains-") else name


def _xml(cell: _Cell) -> Json:
    elements: dict[str, Json] = {"elements": _listed(cell)} if cell.value else {}
    anywhere: dict[str, Json] = {"anywhere": True} if cell.kind == "contains-xml" else {}
    return {"is_xml": {**elements, **anywhere}} if elements or anywhere else "is_xml"


def _word_count(cell: _Cell) -> Json:
    return {"length": {"words": int(_number(cell, cell.value))}}


def _call_f1(cell: _Cell) -> Json:
    threshold = {"threshold": float(_number(cell, cell.threshold))} if cell.threshold else {}
    return {"call_f1": {"value": _listed(cell), **threshold}}


def _perplexity_score(cell: _Cell) -> Json:
    return {"perplexity_score": float(_number(cell, cell.threshold))} if cell.threshold else "perplexity_score"


def _rubric(name: str) -> Callable[[_Cell], Json]:
    """A rubric, by the text of the cell where it takes one. A threshold of 0 to 1 is one of a scale from 0 to 10."""

    def build(cell: _Cell) -> Json:
        told = {name: cell.value or None}
        return {**told, "scale": [0, 10], "threshold": 10 * _share(cell)} if cell.threshold else told

    return build


def _g_eval(cell: _Cell) -> Json:
    """The cell's text as criteria; 0.7 of the way from worst to best is promptfoo's default."""
    share = _share(cell) if cell.threshold else 0.7
    return {"g_eval": {"criteria": cell.value, "scale": [1, 5], "threshold": round(1 + 4 * share, 6)}}


def _share(cell: _Cell) -> float:
    share = _number(cell, cell.threshold)
    if not 0 <= share <= 1:
        raise RowRefusedError(f"{cell.kind}: {cell.threshold} is no share", cell.place, f"write {cell.kind}(0.8)")
    return share


def _guardrails(_cell: _Cell) -> Json:
    """That nothing was blocked: such an answer has no text, and ends for a reason of its own."""
    return {"finish_reason": {"any": ["stop", "max_tokens", "other"]}}


BUILDERS: Mapping[str, Callable[[_Cell], Json]] = {
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
    "contains-json": _json,
    "is-xml": _xml,
    "contains-xml": _xml,
    "is-html": _format("is_html"),
    "contains-html": _format("is_html"),
    "is-sql": _format("is_sql"),
    "contains-sql": _format("is_sql"),
    "word-count": _word_count,
    "is-refusal": lambda _cell: "refusal",
    "guardrails": _guardrails,
    "rouge-n": _overlap("rouge", 0.75, type="rouge1"),
    "rouge-l": _overlap("rouge", 0.75, type="rougeL"),
    "similar": _similar,
    "similar:cosine": _similar,
    "similar:dot": _similar,
    "similar:euclidean": _similar,
    "bleu": _overlap("bleu", 0.5),
    "gleu": _overlap("gleu", 0.5),
    "meteor": _overlap("meteor", 0.5),
    "llm-rubric": _rubric("rubric"),
    "grade": _rubric("rubric"),
    "g-eval": _g_eval,
    "model-graded-closedqa": _rubric("closed_qa"),
    "answer-relevance": _rubric("relevance"),
    "context-faithfulness": _rubric("context_faithfulness"),
    "context-relevance": _rubric("context_relevance"),
    "perplexity": _at_most("perplexity"),
    "perplexity-score": _perplexity_score,
    "tool-call-f1": _call_f1,
    "is-valid-function-call": lambda _cell: "is_valid_call",
    "is-valid-openai-function-call": lambda _cell: "is_valid_call",
    "is-valid-openai-tools-call": lambda _cell: "is_valid_call",
    "finish-reason": _finish_reason,
    "levenshtein": _distance,
    "latency": _at_most("latency"),
    "cost": _at_most("cost"),
}
"""Kinds that are taken over."""
_FINISH = {"stop": "stop", "length": "max_tokens", "content_filter": "safety"}
_BARE = frozenset(
    (
        *("is-json", "is-sql", "is-xml", "is-html", "contains-json", "contains-xml", "contains-html", "contains-sql"),
        *("answer-relevance", "context-faithfulness", "context-relevance"),
        *("latency", "cost", "is-refusal", "guardrails", "perplexity", "perplexity-score"),
        *("is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call"),
    )
)

_CODE = "code in a data file is never run; write one of our assertions, or `python: module:function` in the suite"
_JUDGED = "write it in the suite, with a judge: {}"
_REFERENCE = "its text is a reference: write that in a column `expected`, and `{}` in the suite"
_TRACED = "traces are not kept here; `calls`, `call_name`, `call_args` and `call_f1` judge function calls"
_TRACES = (
    *("trace-span-count", "trace-span-duration", "trace-error-spans", "skill-used", "trajectory:goal-success"),
    *("trajectory:tool-args-match", "trajectory:step-count", "trajectory:tool-sequence", "trajectory:tool-used"),
)
_COMPARED = "it is about several answers: have judges compare two variants by `pairwise` in the suite"
REFUSED: Mapping[str, str] = {
    **dict.fromkeys(("javascript", "fn", "eval", "python", "ruby", "webhook", "file"), _CODE),
    "pi": _JUDGED.format("`rubric`"),
    **dict.fromkeys(("agent-rubric", "search-rubric"), _JUDGED.format("`rubric`; a judge looks nothing up")),
    **dict.fromkeys(("factuality", "model-graded-factuality"), _REFERENCE.format("factuality")),
    "context-recall": _REFERENCE.format("context_recall"),
    "conversation-relevance": _JUDGED.format("`rubric` that quotes `vars`"),
    **dict.fromkeys(("select-best", "max-score"), _COMPARED),
    "classifier": "declare `labels` and ask for them; a model of your own goes into `python: module:function` in the suite",
    "moderation": "Gemini's own block is an outcome (`expected_outcome: blocked`); for the text write a `rubric` in the suite",
    "f-score": "declare `labels`; `macro_f1` and `f1` are figures for gates",
    "rouge-s": "take `rouge` of type rouge2 or rougeL",
    **dict.fromkeys(_TRACES, _TRACED),
}
"""Kinds that can't be taken over, with what there is instead."""
