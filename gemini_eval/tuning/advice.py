"""The guide's own advice, drawn from what was measured: prompt or tune, more data or better data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gemini_eval.summary.model import ConfusionMatrix
from gemini_eval.tuning.contest import Contest
from gemini_eval.types import Json

FEWEST_EXAMPLES = 100
"""The guide: tuning is most effective with a hundred labelled examples or more."""
REPEATED = 1 / 3
"""One kind of mistake that makes up so much of all of them is looked at before data is added."""
FEWEST_REPEATED = 3
SAME = 1 / 2
"""One answer that so many mistakes gave, to cases that expect several others, is what the model says for want of knowing."""

Code: TypeAlias = Literal[
    "tune",
    "tune_costs",
    "prompt",
    "prompt_undecided",
    "few_examples",
    "same_answer",
    "no_label",
    "better_data",
    "shared_mistakes",
    "more_data",
    "no_mistakes",
]


@dataclass(frozen=True, slots=True)
class Advice:
    code: Code
    values: dict[str, Json] = field(default_factory=dict)


def advise(contest: Contest) -> tuple[Advice, ...]:
    """What to use first, then what to do about the data."""
    return (*_what_to_use(contest), *_what_to_do(contest))


def _what_to_use(contest: Contest) -> Iterator[Advice]:
    best = contest.best_prompted
    held = contest.against(best.variant)
    names: dict[str, Json] = {"tuned": contest.winner, "prompted": best.variant}
    if held.verdict == "worse":
        yield Advice("prompt", names)
    elif held.verdict == "open":
        decision = held.tests[0].decision
        yield Advice("prompt_undecided", {**names, "detectable": decision.detectable_drop if decision else 1.0})
    else:
        yield Advice("tune", names)
        paid = next(one for one in contest.break_even if one.prompted == best.variant)
        if paid.saved_usd is not None and paid.saved_usd < 0:
            yield Advice("tune_costs", {**names, "usd": -paid.saved_usd * 1000})


def _what_to_do(contest: Contest) -> Iterator[Advice]:
    made = contest.mistakes
    if contest.examples is not None and contest.examples < FEWEST_EXAMPLES:
        yield Advice("few_examples", {"n": contest.examples, "least": FEWEST_EXAMPLES})
    if not made.wrong:
        yield Advice("no_mistakes", {"tuned": contest.winner, "n": made.cases})
        return
    if made.shared:
        yield Advice("shared_mistakes", {"n": made.shared, "wrong": made.wrong})
    if made.same_times >= max(FEWEST_REPEATED, SAME * made.wrong) and made.times * 2 <= made.same_times:
        code: Code = "no_label" if made.same in ConfusionMatrix.EXTRA_COLUMNS else "same_answer"
        yield Advice(code, {"times": made.same_times, "wrong": made.wrong, "answered": made.same})
    elif made.times >= max(FEWEST_REPEATED, REPEATED * made.wrong):
        values: dict[str, Json] = {"times": made.times, "wrong": made.wrong, "expected": made.expected, "answered": made.answered}
        yield Advice("better_data", values)
    else:
        yield Advice("more_data", {"wrong": made.wrong})
