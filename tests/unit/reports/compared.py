"""Hand-made comparisons: real decisions over made-up answers, and runs that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gemini_eval.comparison.model import (
    BarMove,
    Comparison,
    Crowd,
    Flip,
    Moved,
    MovedConfusion,
    Side,
    Slice,
    Spent,
    State,
    Tested,
    Together,
    VariantComparison,
    VariantSide,
)
from gemini_eval.gates import GateResult, GateStatus
from gemini_eval.reports.view import RunView
from gemini_eval.stats.decision import PairedDecision, decide_together, paired_decision
from tests.unit.reports.runs import LABELS, labelled, run_of, suite_view

MAIN = Side("origin/main", "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d")
HEAD = Side("HEAD", "feedc0de0123456789abcdef0123456789abcdef", dirty=True)
LONG = "It is a fresh, light wine with notes of strawberry, so I would say that this is a rosé and therefore: "
GATE = "no_regression: accuracy, margin 0.05"


def decided(right: int, broken: int, fixed: int, wrong: int = 0, samples: int = 1, margin: float = 0.05) -> PairedDecision:
    """Cases that stay right, break, are fixed and stay wrong; every sample of a case says the same."""
    pairs = [(1.0, 1.0)] * right + [(1.0, 0.0)] * broken + [(0.0, 1.0)] * fixed + [(0.0, 0.0)] * wrong
    before, after = (np.repeat(np.array(side)[:, None], samples, axis=1) for side in zip(*pairs, strict=True))
    return paired_decision(before, after, margin=margin)


def held(right: int, broken: int, fixed: int, wrong: int = 0, figure: str = "accuracy", **more: Any) -> Tested:
    total = right + broken + fixed + wrong
    decision = more.pop("decision", None) or decided(right, broken, fixed, wrong, margin=more.get("margin", 0.05))
    values = {"margin": 0.05, "before": (right + broken) / total, "after": (right + fixed) / total, "gate": GATE}
    return Tested(figure, decision=decision, **{**values, **more})


def flip(number: int, *, fixed: bool = False, **more: Any) -> Flip:
    texts = [LABELS[number % 2], f"{LONG}{LABELS[1 - number % 2]}" if number % 3 == 0 else LABELS[1 - number % 2]]
    failed = [0, 3]
    if fixed:
        texts.reverse()
        failed.reverse()
    expected = LABELS[number % 2]
    said = LABELS[1 - number % 2]
    reason = "" if fixed else f"label: the answer is {said}, expected {expected}"
    return Flip(f"case-{number:02}", *texts, failed[0], 3, failed[1], 3, **{"expected": expected, "reason": reason, **more})


def side(name: str, cost: int, version: str = "gemini-2.5-flash-001", **more: Any) -> VariantSide:
    spent = Spent(300, 0, cost, 0, 11_400, 900)
    values = {"oldest": "2026-01-02T03:00:00Z", "newest": "2026-01-02T03:04:00Z", "samples": 3, "delivered": 100}
    return VariantSide(name, "gemini-2.5-flash", (version,), **{**values, "spent": spent, **more})


def compared(*figures: Tested, suite: str = "wine", variant: str = "few@flash", **more: Any) -> VariantComparison:
    first = figures[0].decision if figures else None
    broken, fixed = (first.newly_failing, first.newly_passing) if first else (0, 0)
    values: dict[str, Any] = {
        "before": side(variant, 150_000),
        "after": side(variant, 186_000),
        "newly_failing": tuple(flip(n) for n in range(min(broken, 100))),
        "newly_failing_count": broken,
        "newly_passing": tuple(flip(50 + n, fixed=True) for n in range(min(fixed, 100))),
        "newly_passing_count": fixed,
        "paired": first.cases if first else 0,
        "changed_requests": first.cases if first else 0,
        "path": f"{suite}.yaml",
        "line": 12,
    }
    return VariantComparison(suite, variant, State.COMPARED, tested=figures, **{**values, **more})


def view_of(*variants: VariantComparison, exit_status: int = 0, gates: Sequence[GateResult] = (), **more: Any) -> RunView:
    """A run that holds this comparison; its own cases are a few of the candidate's."""
    names = [(variant.suite, variant.variant) for variant in variants if variant.state is not State.UNCHANGED]
    cases = [labelled(n, LABELS[n % 2], LABELS[n % 2], suite=suite, variant=name) for suite, name in names for n in range(3)]
    suites = [
        suite_view(suite, tuple(v for s, v in names if s == suite), labels=LABELS) for suite in dict.fromkeys(s for s, _ in names)
    ]
    values: dict[str, Any] = {"kind": "check", "before": MAIN, "after": HEAD, "variants": variants}
    comparison = Comparison(**{**values, **more})
    view = run_of(cases, suites or [suite_view()])
    if not suites:
        view = replace(view, summary=replace(view.summary, suites={}), suites=())
    return replace(view, gates=tuple(gates), exit_status=exit_status, comparison=comparison)


def gate(status: GateStatus, reason: str, name: str = GATE, **more: str) -> GateResult:
    return GateResult(more.get("suite", "wine"), name, more.get("variant", "few@flash"), status, reason)


# ---- what can come of it -------------------------------------------------------------------------------------


def regressed() -> RunView:
    flips = [flip(n) for n in range(12)]
    flips[0] = replace(flips[0], must_pass=True)
    flips[1] = replace(flips[1], before_failed=1, flaky=True)
    flips[2] = replace(flips[2], edited=True, after_of=10, after_failed=9, before_of=10, before_failed=3)
    variant = compared(
        held(80, 12, 2, 6, rounds=3),
        held(80, 12, 2, 6, figure="pass_rate", gating=False, gate=""),
        newly_failing=tuple(flips),
        flaky=("case-01", "case-40"),
        slices=(
            Slice("lang=ko", 30, 0.93, 0.73, 0.001, 0.004, True),
            Slice("lang=en", 70, 0.92, 0.86, 0.04, 0.08, True),
            Slice("label=Red wine", 50, 0.92, 0.9, 0.4, 0.5, False),
        ),
        confusions=(MovedConfusion(LABELS[0], LABELS[1], 3, 11), MovedConfusion(LABELS[1], LABELS[0], 5, 7)),
        crowds=(Crowd("shared", 98, 0.92, 0.82), Crowd("edited", 2, 1.0, 0.5)),
        left_out=2,
    )
    fails = gate(GateStatus.FAILS, "10.0 points worse (p = .007), margin 5")
    return view_of(variant, exit_status=1, gates=[fails, gate(GateStatus.HOLDS, "accuracy = 0.82", "accuracy >= 0.8")])


def within_margin() -> RunView:
    return view_of(compared(held(1800, 70, 40, 90)), gates=[gate(GateStatus.WARNING, "1.5 points worse (p = .002)")])


def improved() -> RunView:
    return view_of(compared(held(80, 2, 14, 4), after=side("few@flash", 150_000)), kind="compare", before=Side("baseline"))


def no_regression() -> RunView:
    variant = compared(
        held(270, 4, 3, 23),
        crowds=(Crowd("shared", 300, 0.913, 0.911), Crowd("added", 200, 0.71, 0.71)),
        after=side("few@flash", 120_000),
    )
    return view_of(variant, gates=[gate(GateStatus.HOLDS, "0.3 points worse at most 1.7 (margin 5)")])


def inconclusive() -> RunView:
    return view_of(compared(held(54, 3, 2, 1)), exit_status=4, gates=[gate(GateStatus.INCONCLUSIVE, "about 80 more cases")])


def leaning() -> RunView:
    first = held(80, 9, 2, 9)
    assert first.decision
    adjusted = replace(first, decision=decide_together([first.decision, *[decided(90, 2, 2, 6)] * 3])[0])
    together = Together(4, 1, 0.2, 0)
    others = [compared(held(90, 2, 2, 6), variant=f"v{n}@flash") for n in range(3)]
    return view_of(compared(adjusted), *others, together=together)


def leaning_alone() -> RunView:
    return replace(
        leaning(), comparison=replace(_comparison(leaning()), variants=_comparison(leaning()).variants[:1], together=None)
    )


def _comparison(view: RunView) -> Comparison:
    assert view.comparison
    return view.comparison


def model_changed() -> RunView:
    after = side("few@flash", 150_000, "gemini-2.5-flash-002")
    return view_of(compared(held(80, 12, 2, 6), model_changed=True, after=after))


def unchanged() -> RunView:
    variants = [VariantComparison(suite, "few@flash", State.UNCHANGED) for suite in ("wine", "specs")]
    return view_of(*variants, unaffected=("beer", "cheese"))


def rejudged() -> RunView:
    variant = VariantComparison(
        "wine", "few@flash", State.REJUDGED, newly_failing=(flip(1), flip(3)), newly_failing_count=2, path="wine.yaml", line=12
    )
    moved = Moved(BarMove.ASSERTIONS_CHANGED, "wine", "", "label", "label", "contains: wine", count=1, path="wine.yaml", line=30)
    return view_of(variant, bar_moved=(moved,))


def new_suite() -> RunView:
    return view_of(
        VariantComparison("wine", "few@flash", State.NEW, path="wine.yaml", line=12),
        new_suites=("wine",),
        gates=[gate(GateStatus.HOLDS, "accuracy = 1 (0.44–1.00, n = 3), needs >= 0.9", "accuracy >= 0.9")],
    )


def forty() -> RunView:
    """Forty suites: one regressed, one within the margin, one improved, two undecided, the rest without a regression."""
    figures = [held(80, 16, 1, 3), held(1800, 80, 40, 80), held(80, 1, 16, 3), held(54, 3, 2, 1), held(54, 2, 2, 2)]
    figures += [held(90, 2, 2, 6)] * 35
    found = decide_together([figure.decision for figure in figures if figure.decision])
    variants = [
        compared(replace(figure, decision=decision), suite=f"suite-{n:02}")
        for n, (figure, decision) in enumerate(zip(figures, found, strict=True))
    ]
    fails = gate(GateStatus.FAILS, "15.0 points worse (p = .005 after Holm), margin 5", suite="suite-00")
    return view_of(*variants, exit_status=1, together=Together(40, 3, 2.0, 2), gates=[fails])


def bar_moved() -> RunView:
    moved = (
        Moved(BarMove.EXPECTED_EDITED, "wine", "", "case-07", "Red wine", "White wine", count=3, path="wine.csv", line=9),
        Moved(
            BarMove.GATE_LOOSENED,
            "wine",
            "few@flash",
            "accuracy",
            "accuracy >= 0.9",
            "accuracy >= 0.8",
            path="wine.yaml",
            line=40,
        ),
        Moved(BarMove.CASES_REMOVED, "wine", cases=("case-90", "case-91"), count=2, path="wine.csv"),
        Moved(BarMove.SUITE_DELETED, "specs", path="specs.yaml"),
    )
    fails = gate(GateStatus.FAILS, "the bar moved: 4 times", "bar_moved")
    return view_of(compared(held(290, 1, 2, 7)), bar_moved=moved, exit_status=1, gates=[fails])


def not_recorded() -> RunView:
    variant = VariantComparison(
        "wine", "few@flash", State.NOT_DECIDED, why="12 of 100 requests have no recording", path="wine.yaml", line=12
    )
    return view_of(variant, exit_status=4, not_recorded=12, command="gemini-eval check --base origin/main wine.yaml")


def not_decided() -> RunView:
    variant = VariantComparison("wine", "few@flash", State.NOT_DECIDED, why="the base's model was switched off (404)", paired=0)
    return view_of(variant, exit_status=4)


def several_figures() -> RunView:
    """Figures that are no count of cases; less is better; another variant's; a tag's; one that can't be tested."""
    variant = compared(
        held(80, 12, 2, 6, figure="no_answer_rate", lower_is_better=True, before=0.01, after=0.11),
        held(90, 2, 2, 6, figure="kappa", before=0.84, after=0.838, margin=0.05),
        held(90, 2, 2, 6, figure="accuracy", tag="lang=ko"),
        Tested("accuracy", 0.05, None, why="no case was delivered on both sides"),
    )
    worse_than = compared(held(80, 12, 2, 6, over="few@flash"), variant="zero@flash", gated=True)
    return view_of(
        variant, worse_than, kind="against", before=Side("last", run="20260101t000000Z-wine-aaaaaa"), after=Side("this run")
    )


def same_twice() -> RunView:
    return view_of(compared(held(90, 2, 2, 6)), kind="aa", before=Side("HEAD"), after=Side("HEAD"))


COMPARED_RUNS = {
    "regressed": regressed,
    "within_margin": within_margin,
    "improved": improved,
    "no_regression": no_regression,
    "inconclusive": inconclusive,
    "leaning": leaning,
    "leaning_alone": leaning_alone,
    "model_changed": model_changed,
    "unchanged": unchanged,
    "rejudged": rejudged,
    "new_suite": new_suite,
    "forty": forty,
    "bar_moved": bar_moved,
    "not_recorded": not_recorded,
    "not_decided": not_decided,
    "several_figures": several_figures,
    "same_twice": same_twice,
}
