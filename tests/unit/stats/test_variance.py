"""Where the noise comes from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f_oneway

from gemini_eval.errors import UsageError
from gemini_eval.stats.variance import VarianceParts, variance_parts

NAN = float("nan")


def test_the_parts_make_the_f_of_one_way_analysis_of_variance() -> None:
    generator = np.random.default_rng(4)
    samples = (generator.random((40, 5)) < generator.beta(2, 1, (40, 1))).astype(float)
    found = variance_parts(samples)
    assert found.within is not None
    assert 1 + 5 * found.between / found.within == pytest.approx(f_oneway(*samples).statistic)
    assert found.within == pytest.approx(samples.var(axis=1, ddof=1).mean())
    assert found.within_share == pytest.approx(found.within / (found.within + found.between))
    assert (found.cases, found.samples) == (40, 200)


def test_the_standard_error_of_what_was_asked() -> None:
    """With the same samples again it is that of the case means, where the parts are not cut off at 0."""
    samples = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1], [0, 1, 1]], dtype=float)
    found = variance_parts(samples)
    assert found.standard_error(4, 3) == pytest.approx(samples.mean(axis=1).std(ddof=1) / 2)
    assert found.unchanged_deviation(3) == pytest.approx((2 * samples.var(axis=1, ddof=1).mean() / 3) ** 0.5)


def test_unequal_counts_on_average_find_the_truth() -> None:
    generator = np.random.default_rng(6)
    cases = 20_000
    samples = generator.normal(0.5, 0.06, (cases, 1)) + generator.normal(0, 0.08, (cases, 4))
    samples[generator.random(samples.shape) < 0.4] = NAN
    found = variance_parts(np.clip(samples, 0, 1))
    assert (found.between**0.5, (found.within or 0) ** 0.5) == pytest.approx((0.06, 0.08), rel=0.03)


def test_the_extremes() -> None:
    assert variance_parts([[1, 1], [0, 0]]) == VarianceParts(0.5, 0.0, 2, 4)
    assert variance_parts([[1, 0], [0, 1]]) == VarianceParts(0.0, 0.5, 2, 4)
    assert variance_parts([[1, 0]]) == VarianceParts(0.0, 0.5, 1, 2)
    assert variance_parts([[1], [0], [NAN]]) == VarianceParts(0.5, None, 2, 2)
    assert variance_parts([[1, 1]]).within_share is None
    assert variance_parts([[1], [0]]).within_share is None
    assert variance_parts([[1, 1], [0, 0]]).within_share == 0


def test_what_can_not_be_known() -> None:
    with pytest.raises(UsageError, match="no case has two samples, so its noise is not known"):
        variance_parts([[1], [0]]).unchanged_deviation(3)
    with pytest.raises(UsageError, match="no case was delivered"):
        variance_parts([[NAN]])
