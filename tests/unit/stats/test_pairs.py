"""Pairing: what counts as a pair, the grid of the differences, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from gemini_eval.errors import UsageError
from gemini_eval.stats.pairs import group_codes, group_sums, pair

NAN = float("nan")


def test_a_case_that_one_side_did_not_deliver_leaves_both() -> None:
    pairs = pair([[1, 1], [NAN, NAN], [0, NAN], [1, 1]], [[1, 0], [1, 1], [1, 1], [NAN, NAN]])
    assert pairs.differences.tolist() == [-0.5, 1]
    assert (pairs.baseline.tolist(), pairs.candidate.tolist()) == ([1, 0], [0.5, 1])
    assert (pairs.n, pairs.cluster_count, pairs.clustered, pairs.pass_fail, pairs.single) == (2, 2, False, True, False)


def test_unequal_samples_share_a_grid() -> None:
    """1, 2 and 3 samples: differences are sixths."""
    pairs = pair([[1, NAN], [1, 1], [0, 1]], [[1, 0, 1], [0, 0, 0], [1, 1, NAN]])
    assert pairs.steps.tolist() == [-2, -6, 3]
    assert pairs.differences.tolist() == pytest.approx([-1 / 3, -1, 1 / 2])


def test_graded_scores_are_on_a_grid_of_hundredths() -> None:
    pairs = pair([[0.25], [0.333], [1]], [[0.75], [0.666], [1]])
    assert pairs.steps.tolist() == [50, 34, 0]
    assert pairs.differences.tolist() == pytest.approx([0.5, 0.333, 0])
    assert not pairs.pass_fail
    assert pair([[0.5, 0.25]], [[0.5, 0.5]]).steps.tolist() == [25]


def test_many_different_sample_counts_keep_whole_steps() -> None:
    counts = range(1, 41)
    baseline = np.full((40, 40), NAN)
    for row, count in enumerate(counts):
        baseline[row, :count] = 0
        baseline[row, 0] = 1
    pairs = pair(baseline, np.zeros((40, 1)))
    assert pairs.steps.tolist() == [-round(10**9 / count) for count in counts]


def test_one_dimension_is_one_sample() -> None:
    assert pair([1, 0], [0, 0]).single


def test_clusters_are_numbered_and_cases_without_one_stand_alone() -> None:
    assert group_codes(["a", "", "b", None, "a", ""], 6).tolist() == [0, 1, 2, 3, 0, 4]
    assert group_codes([7, 7, 0, (1, 2)], 4).tolist() == [0, 0, 1, 2]
    assert group_codes(None, 3).tolist() == [0, 1, 2]
    pairs = pair([1, 1, NAN, 1], [0, 1, 1, 0], ["b", "a", "c", "b"])
    assert (pairs.groups.tolist(), pairs.cluster_count, pairs.clustered) == ([0, 1, 0], 2, True)


def test_sums_of_clusters() -> None:
    values = np.array([[1, 2, 3, 4], [10, 20, 30, 40]])
    assert group_sums(values, np.array([1, 0, 1, 2]), 3).tolist() == [[2, 4, 4], [20, 40, 40]]


def test_rows_of_different_lengths_are_told_how_to_be_one_array() -> None:
    with pytest.raises(UsageError, match=r"the candidate is no array of numbers: .* \(fill shorter rows up with NaN\)"):
        pair([[1, 1], [1, 1]], [[1, 1], [1]])  # type: ignore[arg-type]
    assert pair([[1, None], [1, 1]], [[0, 1], [1, 1]]).steps.tolist() == [-1, 0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("baseline", "candidate", "clusters", "told"),
    [
        ([1, 0], [1], None, "the baseline has 2 cases and the candidate 1 (rows are paired: give both the same cases)"),
        ([[[1]]], [1], None, "the baseline has the shape (1, 1, 1) (give an array cases x samples)"),
        ([1], np.empty((1, 0)), None, "the candidate has the shape (1, 0) (give an array cases x samples)"),
        ([1, NAN], [NAN, 1], None, "no case was delivered on both sides (compare runs that share delivered cases)"),
        ([], [], None, "no case was delivered on both sides (compare runs that share delivered cases)"),
        ([1, 0], [1, 2], None, "the candidate holds 2 (scores are in 0..1: 1 for a pass, 0 for a fail, NaN for not delivered)"),
        (
            [1, -0.5],
            [1, 1],
            None,
            "the baseline holds -0.5 (scores are in 0..1: 1 for a pass, 0 for a fail, NaN for not delivered)",
        ),
        (
            [float("inf"), 1],
            [1, 1],
            None,
            "the baseline holds inf (scores are in 0..1: 1 for a pass, 0 for a fail, NaN for not delivered)",
        ),
        (
            ["yes"],
            [1],
            None,
            "the baseline is no array of numbers: could not convert string to float: 'yes' (fill shorter rows up with NaN)",
        ),
        ([1, 0], [1, 0], ["a"], "there are 1 clusters for 2 cases (name one cluster for each case)"),
    ],
)
def test_what_does_not_pair(baseline: object, candidate: object, clusters: list[str] | None, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        pair(baseline, candidate, clusters)  # type: ignore[arg-type]
    assert str(refused.value) == f"error: {told}"
