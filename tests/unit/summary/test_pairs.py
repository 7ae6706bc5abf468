"""Answers compared by judges: counts, the win rate, and how often the order alone decided."""

from __future__ import annotations

from gemini_eval.gates import FigureContext
from gemini_eval.judgements import PairVerdict
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.interval import wilson
from gemini_eval.summary.model import VariantSummary
from gemini_eval.types import CaseResult, Figure, Outcome

CONTEXT = FigureContext(variants=("warm",), pairs={"kinder": "warm"})


def summarised(*pairs: PairVerdict, outcome: Outcome = Outcome.JUDGED) -> VariantSummary:
    tally = SuiteTally("pairs", CONTEXT)
    for n, pair in enumerate(pairs):
        tally.add(CaseResult("pairs", "warm", f"case-{n}", n, outcome, None, 0.0, (), pairs={"kinder": pair}))
    return tally.summary().variants["warm"]


def share(value: float | None, *orders: str) -> PairVerdict:
    words = {"1": "first", "2": "second", "t": "tie", "x": ""}
    return PairVerdict("plain", value, orders={f"judge-{n}": (words[a], words[b]) for n, (a, b) in enumerate(orders)})


def test_ties_count_half():
    found = summarised(share(1.0, "12"), share(0.5, "11"), share(0.5, "22", "tt"), share(0.0, "21"), share(0.5))
    assert found.figures['win_rate["kinder"]'] == Figure('win_rate["kinder"]', 0.5, wilson(0.5, 5), 5)
    assert found.figures['position_bias["kinder"]'] == Figure('position_bias["kinder"]', 0.4, wilson(0.4, 5), 5)
    assert found.to_json()["pairs"] == {
        "kinder": {"over": "plain", "wins": 1, "ties": 3, "losses": 1, "lost": 0, "asked": 5, "first": 1, "second": 1}
    }
    assert VariantSummary.from_json(found.to_json()) == found


def test_a_pair_that_was_not_delivered_is_counted_and_no_tie():
    found = summarised(share(1.0), share(None, "1x"), share(1.0))
    rate = found.figures['win_rate["kinder"]']
    assert (rate.value, rate.n, rate.reason) == (1.0, 2, "1 of 3 pairs not delivered")
    assert found.pairs["kinder"].lost == 1


def test_too_many_lost_pairs_are_no_figure():
    found = summarised(share(1.0), share(None), share(None))
    rate = Figure('win_rate["kinder"]', None, n=1, reason="2 of 3 pairs not delivered", undecided=True)
    assert found.figures['win_rate["kinder"]'] == rate
    bias = found.figures['position_bias["kinder"]']
    assert (bias.reason, bias.undecided) == ("no judge replied in both orders", True)
    reason = "2 of 3 pairs of kinder not delivered; at most 2 % or 1 pair may be missing"
    assert (found.invalid, found.invalid_reason) == (True, reason)


def test_the_only_pair_lost_is_too_many_and_one_of_two_is_not():
    assert summarised(share(None)).invalid and not summarised(share(None), share(1.0)).invalid


def test_what_no_recording_answers_makes_no_run_invalid():
    tally = SuiteTally("pairs", CONTEXT, recordings_only=True)
    tally.add(CaseResult("pairs", "warm", "case", 0, Outcome.JUDGED, None, 0.0, (), pairs={"kinder": share(None)}))
    found = tally.summary().variants["warm"]
    assert (found.invalid, found.figures['win_rate["kinder"]'].undecided) == (False, True)


def test_a_case_that_was_not_delivered_counts_its_pair():
    assert summarised(share(None), outcome=Outcome.QUOTA).pairs["kinder"].lost == 1
