"""The interval of a comparison in which no case flips, against scipy."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm
from scipy.stats import t as student

from gemini_eval.stats.power import half_width


def test_the_interval_without_a_flip_is_tangos() -> None:
    z2 = norm.ppf(0.95) ** 2
    assert half_width(100, several=False) == pytest.approx(z2 / (100 + z2)) == pytest.approx(0.0263, abs=5e-5)


def test_the_t_interval_of_padded_differences() -> None:
    for cases in (10, 47, 300):
        groups = cases + 2
        wanted = student.ppf(0.95, cases - 1) * math.sqrt(groups / (groups - 1) * 2) / groups
        assert half_width(cases, several=True) == pytest.approx(wanted, rel=1e-5)
