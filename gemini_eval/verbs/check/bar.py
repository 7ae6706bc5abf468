"""The bar moved: what the head changed of what decides, so that a better figure need not be a better prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gemini_eval.assertions.digest import as_written, described
from gemini_eval.assertions.tree import Assertion, Check
from gemini_eval.comparison.model import BarMove, Moved, State
from gemini_eval.errors import Place
from gemini_eval.gates import Gate
from gemini_eval.gates.model import MUST_PASS_ALL
from gemini_eval.judging.judge import Judge
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.safe.json_text import canonical_json, read_json
from gemini_eval.suites.model import Require, Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.types import Json
from gemini_eval.verbs.check.comparisons import as_read
from gemini_eval.verbs.check.pairs import SuitePair
from gemini_eval.verbs.check.survey import CaseSets, Surveyed

MOST_LISTED = 100
LONGEST = 300
_LOOSER = {">=": -1, ">": -1, "<=": 1, "<": 1}
"""Which way a number has to move for its condition to be easier."""


def moved_bar(pair: SuitePair, surveyed: Sequence[Surveyed]) -> list[Moved]:
    """Every move of one suite; nothing for a new one."""
    if pair.base is None:
        return []
    own = [found for found in surveyed if found.suite is pair]
    moves = [*_variants(pair), *_judging(pair), *_gates(pair.head, pair.base), *_extraction(own)]
    return [*moves, *(_cases(pair.head, own[0].sets) if own else ())]


def deleted_suites(names: Mapping[str, str]) -> list[Moved]:
    """`names` of the base's suites that the head does not have, by their path."""
    return [Moved(BarMove.SUITE_DELETED, name, path=path) for path, name in names.items()]


def _move(
    kind: BarMove, head: Suite, what: str, texts: tuple[str, str] = ("", ""), *, variant: str = "", place: Place | None = None
) -> Moved:
    """`texts` are how the base's and the head's read; `place` is where the head says it, None where that is not kept."""
    path, line = (place.path, place.line) if place else (shown(head.path), 0)
    return Moved(kind, head.name, variant, what, *texts, path=path, line=line)


def _variants(pair: SuitePair) -> Iterator[Moved]:
    for variant in pair.removed:
        yield _move(BarMove.VARIANT_REMOVED, pair.head, variant.name, variant=variant.name)
    for found in pair.variants:
        if found.base is not None and found.base.gated and not found.head.gated:
            name, texts = found.head.name, ("gated: true", "gated: false")
            yield _move(BarMove.NO_LONGER_GATED, pair.head, name, texts, variant=name, place=found.head.place)


def _cases(head: Suite, sets: CaseSets) -> Iterator[Moved]:
    for kind, ids in (
        (BarMove.CASES_REMOVED, sets.removed),
        (BarMove.CASES_EXCUSED, sets.excused),
        (BarMove.EXPECTED_EDITED, sets.expected_edited),
    ):
        if ids:
            yield Moved(kind, head.name, cases=tuple(ids[:MOST_LISTED]), count=len(ids), path=shown(head.path))


# ---- judging ---------------------------------------------------------------------------------------------


def _judging(pair: SuitePair) -> Iterator[Moved]:
    head, base = pair.head, pair.base
    assert base is not None
    yield from _assertions(head, base.assertions, head.assertions)
    yield from _comparisons(head, base)
    for found in pair.variants:
        old, new = (variant.prompt if variant else None for variant in (found.base, found.head))
        if old and new and old.name == new.name and _differ(described(old.assertions), described(new.assertions)):
            what = f"of the prompt {new.name}"
            yield _move(BarMove.ASSERTIONS_CHANGED, head, what, variant=found.head.name, place=new.place)
    if _threshold_rank(head) < _threshold_rank(base):
        yield _move(BarMove.THRESHOLD_LOWERED, head, "threshold", (_shown(base.threshold), _shown(head.threshold)))
    if _require_rank(head.samples.require) < _require_rank(base.samples.require):
        texts = _shown(base.samples.require), _shown(head.samples.require)
        yield _move(BarMove.REQUIREMENT_LOOSENED, head, "samples.require", texts)
    if (base.labels.aliases if base.labels else None) != (head.labels.aliases if head.labels else None):
        yield _move(BarMove.LABELS_CHANGED, head, "labels")
    if _fields(base) != _fields(head):
        old_fields, new_fields = differing(_fields(base), _fields(head))
        texts = canonical_json(old_fields).decode()[:LONGEST], canonical_json(new_fields).decode()[:LONGEST]
        yield _move(BarMove.FIELDS_CHANGED, head, "fields", texts)


def _fields(suite: Suite) -> Json:
    """What a suite declares of its fields, as JSON."""
    return {**suite.fields.declared, "other_fields": suite.fields.top.ignore_others} if suite.fields else {}


def _assertions(head: Suite, before: Sequence[Assertion], after: Sequence[Assertion]) -> Iterator[Moved]:
    """Assertions that are gone or read otherwise; one more only raises the bar."""
    now = {assertion.name: assertion for assertion in after}
    for assertion in before:
        new = now.get(assertion.name)
        if new is None or _differ(described([assertion]), described([new])):
            texts, place = _texts(assertion, new), new.place if new else None
            yield _move(BarMove.ASSERTIONS_CHANGED, head, assertion.name, texts, place=place)


def _comparisons(head: Suite, base: Suite) -> Iterator[Moved]:
    """Comparisons by judges that a gate reads, and that read otherwise; a gate that is gone is told by itself."""
    before = {pair.name: as_read(pair) for pair in base.pairwise}
    for pair in head.pairwise:
        now = as_read(pair)
        if pair.name in before and _differ(before[pair.name], now):
            old, new = differing(before[pair.name], now)
            texts = _text(old), _text(new)
            yield _move(BarMove.ASSERTIONS_CHANGED, head, f"pairwise {pair.name}", texts, variant=pair.variant, place=pair.place)


def _texts(old: Assertion, new: Assertion | None) -> tuple[str, str]:
    """What differs, as it is written; where both are written alike (a file has another content), as it is understood."""
    if new is None:
        return _text(_written(old)), ""
    forms = (_written(old), _written(new)), (_judges(old), _judges(new)), (described([old])[0], described([new])[0])
    before, after = differing(*next((pair for pair in forms if _differ(*pair)), forms[0]))
    return _text(before), _text(after)


def _written(assertion: Assertion) -> Json:
    return as_written(assertion) if isinstance(assertion, Check) else described([assertion])[0]


def _text(form: Json) -> str:
    return canonical_json(form).decode()[:LONGEST] if form else ""


def _differ(before: Json, after: Json) -> bool:
    """As JSON, where `true` is not 1; in Python it is."""
    return canonical_json(before) != canonical_json(after)


def _judges(assertion: Assertion) -> Json:
    """Who judges it, where it is a rubric: each judge's model and parameters, by its name."""
    metric = assertion.metric if isinstance(assertion, Check) else None
    jurors = metric.jurors if isinstance(metric, Rubric) else ()
    return {juror.name: {"model": juror.model, **read_json(juror.params)} for juror in jurors}


def differing(before: Json, after: Json) -> tuple[Json, Json]:
    """What of two JSON values is not in both: of maps the keys that differ, down to their values. Nothing ({}) of equal maps."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return before, after
    shared = {key: differing(before[key], after[key]) for key in before if key in after and _differ(before[key], after[key])}
    first = {key: shared[key][0] if key in shared else before[key] for key in before if key in shared or key not in after}
    second = {key: shared[key][1] if key in shared else after[key] for key in after if key in shared or key not in before}
    return first, second


def _extraction(surveyed: Sequence[Surveyed]) -> Iterator[Moved]:
    """Another way to find the answer in the same output. With another prompt it is a part of that."""
    for found in surveyed:
        suite, pair = found.suite, found.pair
        if suite.base is None or pair.base is None or found.state is not State.REJUDGED:
            continue
        if Judge.of(suite.base, pair.base).rule != suite.head_judge(pair).rule:
            yield _move(BarMove.EXTRACTION_CHANGED, suite.head, "answer", variant=pair.head.name)


def _threshold_rank(suite: Suite) -> float:
    """Without a threshold every assertion must pass, which no threshold can exceed."""
    return 2.0 if suite.threshold is None else suite.threshold


def _require_rank(require: Require | None) -> float:
    """How much a case must show, between words; numbers among themselves."""
    words = {"any": 0.0, "majority": 0.5, "all": 1.0}
    return words.get(str(require), float(require) if isinstance(require, int | float) else 0.5)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


# ---- gates -----------------------------------------------------------------------------------------------

_Conditions = dict[tuple[str, ...], tuple[float, Gate]]
"""What is asked (kind, scope, figure, operator) -> the number, and its gate."""


def _gates(head: Suite, base: Suite) -> Iterator[Moved]:
    before, after = (_conditions(suite.gates) for suite in (base, head))
    if not base.gates and head.gates:
        yield _move(BarMove.GATE_REMOVED, head, MUST_PASS_ALL.text, (MUST_PASS_ALL.text, ""))
    for key, (number, gate) in before.items():
        if key not in after:
            other = next((gate for known, (_, gate) in after.items() if known[:-1] == key[:-1]), None)
            yield _gate_move(BarMove.GATE_CHANGED if other else BarMove.GATE_REMOVED, head, key[3], gate, other)
            continue
        now, new = after[key]
        looser = _LOOSER.get(key[4])
        if now != number and (looser is None or (now - number) * looser > 0):
            yield _gate_move(BarMove.GATE_CHANGED if looser is None else BarMove.GATE_LOOSENED, head, key[3], gate, new)


def _gate_move(kind: BarMove, head: Suite, figure: str, old: Gate, new: Gate | None) -> Moved:
    return _move(kind, head, figure, (old.text, new.text if new else ""), place=new.place if new else None)


def _conditions(gates: Sequence[Gate]) -> _Conditions:
    found: _Conditions = {}
    for gate in gates:
        scope = (gate.kind, f"{gate.variant}>{gate.than}" if gate.than else gate.variant, gate.tag)
        if gate.metric is not None:
            found[(*scope, gate.metric.name, "<=")] = gate.margin, gate
        for condition in gate.conditions:
            found[(*scope, condition.figure.name, condition.operator)] = condition.number, gate
    return found
