"""Twenty merge requests that change nothing and twenty that do harm, through the command line; and two that cheat or break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.scenes import BRIEF, CASES, Scene, interrupted_check, key_of, server_for, truth_of
from tests.standin import Answer, Rule, StandIn

SCENES = 20
UNCHANGED = range(SCENES)
HARMFUL = range(1000, 1000 + SCENES)
MOST_FALSE = 4
"""Of twenty; with 5 % false alarms five or more are expected in 0.3 % of such twenties."""
MINUTES = 15
"""Forty processes: one minute on a machine that is not busy otherwise."""
FEWEST_FOUND = 17
"""Of twenty; with a power of 98 % fewer are expected in 0.1 %."""


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    return truth_of((*UNCHANGED, *HARMFUL, 2000, 2001))


@pytest.fixture(scope="module")
def server(truth: dict[str, str]) -> Iterator[StandIn]:
    with server_for(truth) as running:
        yield running


@pytest.mark.timeout(MINUTES * 60)
def test_of_twenty_checks_with_nothing_changed_few_say_worse(server: StandIn, truth: dict[str, str], tmp_path: Path) -> None:
    scenes = [Scene.laid(number, tmp_path / str(number), server, truth) for number in UNCHANGED]
    told = [interrupted_check(scene, harm=False) for scene in scenes]
    assert sum(found.says_worse for found in told) <= MOST_FALSE, told
    assert {found.status for found in told} <= {0, 1}


@pytest.mark.timeout(MINUTES * 60)
def test_of_twenty_checks_with_a_true_drop_nearly_all_say_worse(server: StandIn, truth: dict[str, str], tmp_path: Path) -> None:
    scenes = [Scene.laid(number, tmp_path / str(number), server, truth) for number in HARMFUL]
    told = [interrupted_check(scene, harm=True) for scene in scenes]
    assert sum(found.says_worse for found in told) >= FEWEST_FOUND, told


def test_a_candidate_cut_off_in_a_tenth_of_the_cases_has_regressed(truth: dict[str, str], tmp_path: Path) -> None:
    cut = tuple(Rule(do=Answer(finish_reason="MAX_TOKENS"), contains=f"{BRIEF}\n{key_of(2000, n)}") for n in range(0, CASES, 10))
    with server_for(truth, cut) as server:
        scene = Scene.laid(2000, tmp_path / "cut", server, truth)
        scene.propose(BRIEF)
        ended = scene.check()
    found = scene.told(ended)
    assert (found.decision, ended.status) == ("regressed", 1), ended


def test_edited_expected_values_are_told_and_never_an_improvement(server: StandIn, truth: dict[str, str], tmp_path: Path) -> None:
    scene = Scene.laid(2001, tmp_path / "edited", server, truth)
    scene.edit_expected()
    ended = scene.check()
    assert scene.told(ended).decision == "rejudged", ended
    assert "The bar moved: 34 expected values edited." in ended.stdout.replace("\n  ", " "), ended
