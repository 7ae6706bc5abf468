"""What a suite can detect and certify."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from gemini_eval.stats import Decision, paired_decision
from gemini_eval.stats.power import (
    assumed_deviation,
    cases_needed_more,
    detectable_drop,
    fewest_cases,
    half_width,
    required_cases,
    smallest_margin,
)


@pytest.mark.parametrize(("margin", "one", "several"), [(0.01, 268, 233), (0.02, 133, 116), (0.05, 52, 47), (0.10, 25, 23)])
def test_the_fewest_cases(margin: float, one: int, several: int) -> None:
    assert (fewest_cases(margin, several=False), fewest_cases(margin, several=True)) == (one, several)


@pytest.mark.parametrize("margin", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("samples", [1, 3])
def test_the_rule_certifies_from_there_and_not_before(margin: float, samples: int) -> None:
    fewest = fewest_cases(margin, several=samples > 1)
    found = [paired_decision(np.ones((n, samples)), np.ones((n, samples)), margin=margin) for n in (fewest, fewest - 1)]
    assert [one.decision for one in found] == [Decision.NO_REGRESSION_BEYOND_MARGIN, Decision.INCONCLUSIVE]


@settings(max_examples=60)
@given(margin=st.floats(0.002, 0.5), several=st.booleans())
def test_one_case_fewer_can_not(margin: float, several: bool) -> None:
    fewest = fewest_cases(margin, several=several)
    assert half_width(fewest, several=several) < margin
    assert fewest <= 3 or half_width(fewest - 1, several=several) >= margin - 1e-12


@given(cases=st.integers(3, 5000), several=st.booleans())
def test_the_smallest_margin_is_certified_by_so_many_cases(cases: int, several: bool) -> None:
    margin = smallest_margin(cases, several=several)
    assert half_width(cases, several=several) < margin <= half_width(cases, several=several) + 0.001 + 1e-12


def test_detecting_and_requiring_are_each_others_inverse() -> None:
    reach = norm.ppf(0.95) + norm.ppf(0.8)
    assert detectable_drop(0.3, 100) == pytest.approx(reach * 0.03) == pytest.approx(2.49 * 0.03, rel=2e-3)
    assert required_cases(0.05, 0.3) == math.ceil((reach * 0.3 / 0.05) ** 2) == 223
    assert detectable_drop(0.3, 223) <= 0.05 < detectable_drop(0.3, 222)


def test_more_cases() -> None:
    assert cases_needed_more(0.05, 0.3, 100) == 123
    assert cases_needed_more(0.05, 0.01, 20) == math.ceil(norm.ppf(0.95) ** 2 * 0.95 / 0.05 - 20) == 32
    assert cases_needed_more(0.05, 0.3, 500) == 1


def test_what_is_assumed_of_a_baseline_without_repeated_samples() -> None:
    """Two identical runs disagree on 9.1 % of cases at 80 % accuracy, on 2.7 % at 95 %."""
    assert assumed_deviation(0.8, 1) ** 2 == pytest.approx(0.0914, abs=5e-5)
    assert assumed_deviation(0.95, 1) ** 2 == pytest.approx(0.0271, abs=5e-5)
    assert assumed_deviation(0.8, 4) == pytest.approx(assumed_deviation(0.8, 1) / 2)
