"""The fewest cases that can certify a margin, against scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from gemini_eval.verbs.margins import fewest_cases, half_width, smallest_margin, t95


@pytest.mark.parametrize(("margin", "one", "several"), [(0.01, 268, 233), (0.02, 133, 116), (0.05, 52, 47), (0.10, 25, 23)])
def test_the_table(margin: float, one: int, several: int) -> None:
    assert (fewest_cases(margin, several=False), fewest_cases(margin, several=True)) == (one, several)


def test_the_interval_without_a_flip_is_tangos() -> None:
    z2 = norm.ppf(0.95) ** 2
    assert half_width(100, several=False) == pytest.approx(z2 / (100 + z2)) == pytest.approx(0.0263, abs=5e-5)


def test_the_t_interval_of_padded_differences() -> None:
    for cases in (10, 47, 300):
        groups = cases + 2
        wanted = student.ppf(0.95, cases - 1) * math.sqrt(groups / (groups - 1) * 2) / groups
        assert half_width(cases, several=True) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(("freedom", "off"), [(2, 9e-3), (5, 1e-4), (9, 1e-5), (30, 1e-7), (500, 1e-9)])
def test_the_quantile(freedom: int, off: float) -> None:
    assert t95(freedom) == pytest.approx(student.ppf(0.95, freedom), abs=off)


@settings(max_examples=60)
@given(margin=st.floats(0.002, 0.5), several=st.booleans())
def test_one_case_fewer_can_not(margin: float, several: bool) -> None:
    fewest = fewest_cases(margin, several=several)
    assert half_width(fewest, several=several) < margin + 1e-12
    assert half_width(fewest - 1, several=several) >= margin - 1e-12


@settings(max_examples=60)
@given(cases=st.integers(4, 3000), several=st.booleans())
def test_the_smallest_margin_is_one_that_so_many_cases_certify(cases: int, several: bool) -> None:
    assert fewest_cases(smallest_margin(cases, several=several), several=several) <= cases
