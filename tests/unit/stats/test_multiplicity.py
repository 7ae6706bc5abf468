"""Holm and Benjamini-Hochberg against statsmodels, and what a header counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from gemini_eval.stats.multiplicity import Family, benjamini_hochberg, family, holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=50)


@settings(max_examples=12, deadline=None)
@given(p_values)
def test_as_statsmodels_has_them(p: list[float]) -> None:
    assert holm(p).tolist() == pytest.approx(multipletests(p, method="holm")[1].tolist(), abs=1e-12)
    assert benjamini_hochberg(p).tolist() == pytest.approx(multipletests(p, method="fdr_bh")[1].tolist(), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20, unique=True))
def test_order_is_irrelevant(p: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        assert adjust(p[::-1]).tolist() == adjust(p).tolist()[::-1]


def test_none_are_none() -> None:
    assert (holm([]).tolist(), benjamini_hochberg([]).tolist()) == ([], [])


def test_the_headers_count() -> None:
    p = [0.0001, 0.04, 0.05, *[0.5] * 37]
    assert family(p) == Family(comparisons=40, small=3, expected=2.0, after_holm=1)
    assert family(p, alpha=0.001) == Family(comparisons=40, small=1, expected=0.04, after_holm=0)
