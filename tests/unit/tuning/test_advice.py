"""The guide's advice follows from the numbers by fixed rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gemini_eval.comparison.sides import ACCURACY
from gemini_eval.tuning.advice import advise
from gemini_eval.tuning.contest import Contest, Contestant, Mistakes, Training, break_even, hold
from gemini_eval.types import Figure
from tests.support.results import LABELS
from tests.unit.comparison.sides import side


def entrant(variant: str, accuracy: float, usd: float) -> Contestant:
    values = {"accuracy": accuracy, "prompt_tokens": 10.0, "output_tokens": 1.0, "cost_per_1000": usd}
    return Contestant(variant, variant, "m", variant == "tuned", {name: Figure(name, value) for name, value in values.items()})


def contest(right: int, *, tuned_usd: float = 0.1) -> Contest:
    """Twelve cases, of which few-shot has six right and the tuned one the first `right`."""
    sides = [side("few", [[at < 6] for at in range(12)]), side("tuned", [[at < right] for at in range(12)])]
    everyone = entrant("few", 0.5, 0.2), entrant("tuned", right / 12, tuned_usd)
    paid = break_even(everyone[1], everyone[0], Training(1.0))
    held = hold(sides[1], sides[:1], [ACCURACY], LABELS)
    return Contest("tickets", "test", "run", "accuracy", everyone, "tuned", held, (paid,), Mistakes(12), examples=240)


@pytest.mark.parametrize(
    ("right", "usd", "codes"),
    [
        (12, 0.1, ["tune", "no_mistakes"]),
        (12, 0.3, ["tune", "tune_costs", "no_mistakes"]),
        (7, 0.1, ["prompt_undecided", "no_mistakes"]),
        (0, 0.1, ["prompt", "no_mistakes"]),
    ],
    ids=["better", "better and dearer", "not shown", "worse"],
)
def test_prompt_or_tune(right: int, usd: float, codes: list[str]) -> None:
    assert [found.code for found in advise(contest(right, tuned_usd=usd))] == codes


@pytest.mark.parametrize(
    ("examples", "made", "codes"),
    [
        (99, Mistakes(12, 9, "a", "b", 2), ["few_examples", "more_data"]),
        (100, Mistakes(12, 9, "a", "b", 2), ["more_data"]),
        (None, Mistakes(12, 9, "a", "b", 3), ["better_data"]),
        (240, Mistakes(12, 2, "a", "b", 2), ["more_data"]),
        (240, Mistakes(12, 9, "a", "b", 5, shared=4), ["shared_mistakes", "better_data"]),
        (240, Mistakes(12, 9, "a", "b", 2, same="b", same_times=5), ["same_answer"]),
        (240, Mistakes(12, 9, "a", "no label", 2, same="no label", same_times=9), ["no_label"]),
        (240, Mistakes(12, 9, "a", "b", 4, same="b", same_times=5), ["better_data"]),
        (240, Mistakes(12, 4, "a", "b", 1, same="b", same_times=2), ["more_data"]),
    ],
    ids=[
        *("too few examples", "enough", "a third alike", "two alike are no pattern", "wrong everywhere"),
        *("one answer to most", "no label in most", "one answer, but to one label", "one answer twice"),
    ],
)
def test_more_data_or_better_data(examples: int | None, made: Mistakes, codes: list[str]) -> None:
    found = advise(replace(contest(12), examples=examples, mistakes=made))
    assert [one.code for one in found] == ["tune", *codes]
