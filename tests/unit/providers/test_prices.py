"""Costs are whole micro-units of a dollar."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.providers.prices import FREE, Price, Tier, cost_micros
from gemini_eval.types import Usage

FLASH = Price(Tier(300_000, 2_500_000, 30_000))
PRO = Price(Tier(1_250_000, 10_000_000, 125_000), Tier(2_500_000, 15_000_000, 250_000), 200_000)


@pytest.mark.parametrize(
    ("usage", "price", "cost"),
    [
        (Usage(1_000_000, 1_000_000), FLASH, 2_800_000),
        (Usage(1_000_000, 0, 1_000_000), FLASH, 2_800_000),
        (Usage(1_000_000, 0, 0, 1_000_000), FLASH, 30_000),
        (Usage(1_000_000, 0, 0, 400_000), Price(Tier(300_000, 1)), 300_000),
        (Usage(200_000, 10), PRO, 250_100),
        (Usage(200_001, 10), PRO, 500_153),
        (Usage(10, 1), FLASH, 6),
        (Usage(5), FLASH, 2),
        (Usage(), FLASH, None),
        (Usage(None, 5), FLASH, None),
        (Usage(10, 10), None, None),
        (Usage(10, 10), FREE, 0),
    ],
)
def test_what_an_answer_costs(usage: Usage, price: Price | None, cost: int | None) -> None:
    assert cost_micros(usage, price) == cost


COUNTS = st.integers(0, 2**31)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.sampled_from([FLASH, PRO]))
def test_a_cost_is_exact_to_half_a_micro_unit(prompt: int, output: int, thoughts: int, cached: int, price: Price) -> None:
    cost = cost_micros(Usage(prompt, output, thoughts, cached), price)
    tier = price.tier(prompt)
    from_cache = min(cached, prompt)
    exact = (prompt - from_cache) * tier.input + from_cache * (tier.cached or 0) + (output + thoughts) * tier.output
    assert cost is not None
    assert abs(Fraction(exact, 1_000_000) - cost) <= Fraction(1, 2)
