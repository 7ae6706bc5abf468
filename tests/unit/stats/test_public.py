"""What the room shows, and that naming it loads nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gemini_eval import stats
from gemini_eval.stats import Decision, PairedDecision, paired_decision


def test_the_names() -> None:
    assert stats.__all__ == ["Decision", "PairedDecision", "paired_decision"]
    assert set(stats.__all__) <= set(dir(stats))
    assert isinstance(paired_decision([1], [1]), PairedDecision)
    assert [str(one) for one in Decision] == [
        "regressed",
        "regressed_within_margin",
        "improved",
        "no_regression_beyond_margin",
        "inconclusive",
    ]


def test_another_name_is_none() -> None:
    with pytest.raises(AttributeError, match=r"module 'gemini_eval\.stats' has no attribute 'paired'"):
        stats.paired  # noqa: B018


def test_the_room_and_its_rates_load_neither_numpy_nor_scipy() -> None:
    probe = "import sys, gemini_eval.stats.rates; print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
