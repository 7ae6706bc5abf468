"""Before anything is asked: what changed between the two sides of each variant. Everything is rendered, nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from gemini_eval.assertions.digest import described, digest
from gemini_eval.comparison.model import State
from gemini_eval.errors import Fault, InputError
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.pairs import pairs_of
from gemini_eval.runs.records import request_key
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Suite
from gemini_eval.types import Json
from gemini_eval.verbs.check.comparisons import same_comparisons
from gemini_eval.verbs.check.pairs import SuitePair, VariantPair
from gemini_eval.verbs.expand import AskedCase, Count, Expansion

CHUNK = 256
TWO = 2
"""Requests that are rendered of each case: with one alone nobody sees whether a second would differ."""


@dataclass(frozen=True, slots=True)
class CaseSets:
    """How the head's cases stand to the base's: in `both` (None: all of them, a side beside itself), some `edited` (variables or
    expected value), or `added`; and which of the base's are removed, excused (skipped, draft, xfail, no longer must_pass) or have
    another expected value."""

    both: frozenset[str] | None = None
    edited: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    expected_edited: tuple[str, ...] = ()
    judged_otherwise: tuple[str, ...] = ()


@dataclass(slots=True)
class Surveyed:
    """One variant of one suite. `changed` are the cases whose requests differ. `cold`: the model answers a request always alike,
    so that one sample is all there is; `zero`: every request is at temperature 0."""

    suite: SuitePair
    pair: VariantPair
    state: State
    sets: CaseSets
    changed: frozenset[str] = frozenset()
    cases: int = 0
    cold: bool = True
    zero: bool = True
    why: str = ""

    @property
    def name(self) -> tuple[str, str]:
        return self.suite.head.name, self.pair.head.name


def survey(suites: Sequence[SuitePair], expansion: Expansion, *, itself: bool = False) -> Iterator[Surveyed]:
    """Every variant that is looked at, in order. `itself`: a side is compared with itself, so that every case counts as changed.
    Raises `InputError` for what can't be rendered."""
    for suite in suites:
        sets = case_sets(suite.head, suite.base) if suite.base and suite.base is not suite.head else CaseSets()
        for pair in suite.variants:
            yield _surveyed(suite, pair, sets, expansion, itself)


def _surveyed(suite: SuitePair, pair: VariantPair, sets: CaseSets, expansion: Expansion, itself: bool) -> Surveyed:
    if pair.asked_base is None or suite.base is None or pair.base is None:
        state, why = _alone(suite)
        return _counted(Surveyed(suite, pair, state, sets, why=why), expansion)
    found = Surveyed(suite, pair, State.COMPARED, sets)
    changed = set()
    for head, base in both_sides(suite, pair, expansion, TWO):
        found.cases += 1
        found.cold &= len(head.requests) < TWO and len(base.requests) < TWO
        found.zero &= all(request.params.get("temperature") == 0 for request in (*head.requests, *base.requests))
        if itself or request_key(head.requests[0]) != request_key(base.requests[0]):
            changed.add(head.case.id)
    found.changed = frozenset(changed)
    if not changed:
        found.state = _unchanged(suite, pair, sets)
    return found


def _alone(suite: SuitePair) -> tuple[State, str]:
    """What a variant is that has no other side, and why."""
    if suite.unreadable:
        return State.UNREADABLE, "the base's version can't be loaded"
    return State.NEW, "the base has no such suite" if suite.base is None else "the base has no such variant"


def _counted(found: Surveyed, expansion: Expansion) -> Surveyed:
    """The number of cases of a variant that the head alone has; everything is rendered, so that a fault is told now."""
    for _ in head_side(found.suite, found.pair, expansion, 1):
        found.cases += 1
    return found


def _unchanged(suite: SuitePair, pair: VariantPair, sets: CaseSets) -> State:
    """Equal requests everywhere: what the judging says. Added cases must be asked for the gates' sake."""
    assert suite.base is not None and pair.base is not None
    before, after = Judge.of(suite.base, pair.base), suite.head_judge(pair)
    same = before.text == after.text and before.rule == after.rule and not sets.judged_otherwise
    same = same and set(pairs_of(after)) <= set(same_comparisons(suite.head, suite.base))
    moved = sets.added or sets.edited or sets.removed or sets.excused
    return State.UNCHANGED if same and not moved else State.REJUDGED


# ---- both sides' requests --------------------------------------------------------------------------------


def both_sides(suite: SuitePair, pair: VariantPair, expansion: Expansion, count: Count) -> Iterator[tuple[AskedCase, AskedCase]]:
    """Each selected case as head and base ask it, `count` samples."""
    head_judge, base_judge = suite.head_judge(pair), suite.base_judge(pair)
    selected = _selected(suite, pair, expansion)
    while chunk := list(islice(selected, CHUNK)):
        heads = expansion.asked_cases(head_judge, [head for head, _ in chunk], count)
        bases = expansion.asked_cases(base_judge, [base for _, base in chunk], count)
        yield from zip(heads, bases, strict=True)


def head_side(suite: SuitePair, pair: VariantPair, expansion: Expansion, count: Count) -> Iterator[AskedCase]:
    """Each selected case as the head asks it."""
    judge = suite.head_judge(pair)
    selected = _selected(suite, pair, expansion)
    while chunk := [head for head, _ in islice(selected, CHUNK)]:
        yield from expansion.asked_cases(judge, chunk, count)


def _selected(suite: SuitePair, pair: VariantPair, expansion: Expansion) -> Iterator[tuple[Case, Case]]:
    """The pairs of which the selection takes the head's case."""
    beside: list[Case] = []

    def heads() -> Iterator[Case]:
        for head, base in suite.cases():
            beside[:] = [base]
            yield head

    for head in expansion.selection.cases(suite.head, pair.head, heads()):
        yield head, beside[0]


# ---- cases -----------------------------------------------------------------------------------------------


def case_sets(head: Suite, base: Suite) -> CaseSets:
    """The two sides' cases by id. Raises `InputError` where the base's data can't be read."""
    before = {case.id: case for case in _cases_of(base)}
    defaults = (base.vars, head.vars)
    both, edited, added, excused, expected, otherwise = set(), set(), set(), [], [], []
    for case in _cases_of(head):
        old = before.pop(case.id, None)
        if old is None:
            added.add(case.id)
            continue
        both.add(case.id)
        if _expected(old) != _expected(case):
            expected.append(case.id)
        if _asked(old, defaults[0]) != _asked(case, defaults[1]) or _expected(old) != _expected(case):
            edited.add(case.id)
        if _judging(old) != _judging(case):
            otherwise.append(case.id)
        if _is_excused(old, case):
            excused.append(case.id)
    removed = [case.id for case in before.values() if not case.draft]
    groups = (tuple(removed), tuple(excused), tuple(expected), tuple(otherwise))
    return CaseSets(frozenset(both), frozenset(edited), frozenset(added), *groups)


def _cases_of(suite: Suite) -> Iterator[Case]:
    for found in iter_cases(suite):
        if isinstance(found, Case):
            yield found
        elif found.severity == "error":
            raise InputError([found, Fault(f"the cases of {suite.path.name} can't be read")])


def _asked(case: Case, defaults: Mapping[str, Json]) -> object:
    """What the case itself brings to its request; a variable at the suite's default is not its own."""
    given = {name: canonical_json(value) for name, value in case.vars.items()}
    own = {name: text for name, text in given.items() if name not in defaults or canonical_json(defaults[name]) != text}
    return own, case.system, case.turns


def _expected(case: Case) -> bytes:
    """As JSON, where `true` is not 1; in Python it is."""
    return canonical_json([case.expected.value, list(case.expected.any_of)]) if case.expected else b""


def _judging(case: Case) -> object:
    own = digest(described(case.assertions)) if case.assertions else ""
    return _expected(case), own, case.threshold, case.expected_outcome


def _is_excused(old: Case, new: Case) -> bool:
    """Counted before, and no longer; or no longer a case that must pass."""
    counted = [not (case.skip or case.draft or case.xfail) for case in (old, new)]
    return counted == [True, False] or (old.must_pass and not new.must_pass)
