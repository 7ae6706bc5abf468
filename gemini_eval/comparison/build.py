"""From the marks of two sides to a decided comparison: each variant first, then all together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gemini_eval.comparison.marks import is_mean
from gemini_eval.comparison.model import State, Tested, Together, VariantComparison
from gemini_eval.comparison.shown import adjusted, confusions_of, crowds_of, flaky_cases, flips_of, slices_of, with_texts
from gemini_eval.comparison.sides import PASS_RATE, SideMarks
from gemini_eval.comparison.testing import ALPHA, NOTHING_PAIRED, Ended, Paired, Wish, figure_tested
from gemini_eval.gates.model import FigureRef
from gemini_eval.stats.decision import PairedDecision, decide_together
from gemini_eval.stats.looks import Plan
from gemini_eval.stats.multiplicity import family

Texts = Callable[[frozenset[str]], Mapping[str, tuple[str, str, str, str]]]
"""Case ids -> (expected, answer before, answer after, reason) of each."""


STEADY = "steady"
"""Why one round counts at temperature 0: a second one agreed with it on every case."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """How a variant was asked round by round: the plan, how many rounds, and what ended each wish's."""

    plan: Plan | None = None
    asked: int = 1
    stops: Mapping[Wish, Ended] = field(default_factory=dict)
    steady: bool = False

    def of(self, wish: Wish) -> Ended:
        """How the rounds of one test ended."""
        return self.stops.get(wish) or Ended(self.asked)


@dataclass(frozen=True, slots=True)
class Pairing:
    """One variant on two sides, ready to be compared. `both` names the cases that both sides have, None for all they share;
    `edited` those of them whose variables or expected value are not the base's. `order` has ordered labels, the lowest first."""

    suite: str
    variant: str
    before: SideMarks
    after: SideMarks
    wishes: tuple[Wish, ...]
    labels: tuple[str, ...] = ()
    both: frozenset[str] | None = None
    edited: frozenset[str] = frozenset()
    rounds: Rounds = Rounds()
    gated: bool = True
    order: tuple[str, ...] = ()

    def paired(self) -> Paired:
        return Paired.of(self.before, self.after, self.labels, self.both)

    def kind_of(self, case_id: str) -> Literal["shared", "edited", "added"]:
        if self.both is not None and case_id not in self.both:
            return "added"
        return "edited" if case_id in self.edited else "shared"


def compare_variant(pairing: Pairing, texts: Texts) -> VariantComparison:
    """One variant, decided by itself: `decided_together` follows."""
    paired = pairing.paired()
    rounds = pairing.rounds
    tested = tuple(figure_tested(paired, wish, rounds.plan, rounds.of(wish)) for wish in pairing.wishes)
    if rounds.steady:
        tested = tuple(replace(test, stopped=STEADY) for test in tested)
    flips = flips_of(paired, pairing.edited)
    found = texts(frozenset(flip.case_id for flip in (*flips.failing, *flips.passing)))
    main = _shown_by(pairing.wishes)
    delivered = paired.delivered()
    nothing = not any(test.decision for test in tested)
    return VariantComparison(
        pairing.suite,
        pairing.variant,
        State.NOT_DECIDED if nothing else State.COMPARED,
        why=(next((test.why for test in tested if test.why), "") or NOTHING_PAIRED) if nothing else "",
        before=pairing.before.described(),
        after=pairing.after.described(),
        tested=tested,
        newly_failing=with_texts(flips.failing, found),
        newly_failing_count=flips.failing_count,
        newly_passing=with_texts(flips.passing, found),
        newly_passing_count=flips.passing_count,
        flaky=flaky_cases(paired),
        slices=tuple(slices_of(paired, main)),
        crowds=crowds_of(pairing.before, pairing.after, main, pairing.kind_of),
        confusions=confusions_of(paired, pairing.order),
        paired=len(delivered),
        left_out=len(paired.ids) - len(delivered),
        gated=pairing.gated,
    )


def _shown_by(wishes: Iterable[Wish]) -> FigureRef:
    """The figure that slices and crowds are shown by: the first that is a mean over cases, else the pass rate."""
    return next((wish.figure for wish in wishes if is_mean(wish.figure) and not wish.figure.argument), PASS_RATE)


def decided_together(variants: Sequence[VariantComparison]) -> tuple[tuple[VariantComparison, ...], Together | None]:
    """Holm over every gating comparison, Benjamini-Hochberg over every slice."""
    gating = [test for variant in variants for test in variant.tested if _counts(test)]
    decisions = [test.decision for test in gating if test.decision]
    if not decisions:
        return _with_slices(variants), None
    rest = iter(decide_together(decisions))
    decided = [replace(variant, tested=tuple(_next_of(variant.tested, rest))) for variant in variants]
    found = family([decision.p_regressed for decision in decisions], ALPHA)
    together = Together(found.comparisons, found.small, found.expected, found.after_holm)
    return _with_slices(decided), together


def _counts(test: Tested) -> bool:
    return test.gating and test.decision is not None


def _next_of(tests: Iterable[Tested], rest: Iterator[PairedDecision]) -> Iterator[Tested]:
    for test in tests:
        yield replace(test, decision=next(rest)) if _counts(test) else test


def _with_slices(variants: Sequence[VariantComparison]) -> tuple[VariantComparison, ...]:
    rest = iter(adjusted([part for variant in variants for part in variant.slices]))
    return tuple(replace(variant, slices=tuple(next(rest) for _ in variant.slices)) for variant in variants)
