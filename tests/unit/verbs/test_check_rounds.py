"""How often cases are asked: first rounds, votes, own counts, equal requests, and which saved answers may be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import PASS_RATE, CaseMarks, SideMarks
from gemini_eval.comparison.testing import Ended, Wish
from gemini_eval.engine.jobs import Ask, Budget, Ending
from gemini_eval.runs.records import utc_stamp
from gemini_eval.stats.looks import Stop
from gemini_eval.suites.model import Case, Samples
from gemini_eval.types import Family, Response
from gemini_eval.verbs.check.asking import affordable
from gemini_eval.verbs.check.jobs import drop_stale
from gemini_eval.verbs.check.pairs import same_side
from gemini_eval.verbs.check.rounds import Asking, rounds_for
from gemini_eval.verbs.check.survey import CaseSets, Surveyed
from gemini_eval.verbs.expand import AskedCase
from tests.support.suites import load

SUITE = 'version: 1\nname: s\nprompts: {p: {text: "{{ t }}"}}\nmodels: gemini-4-hydrogen\nassert: [exact_match]\n'
CASES = "cases: [{id: a, vars: {t: one}, expected: x}, {id: b, vars: {t: two}, expected: y}]\n"


def surveyed(folder: Path, samples: str = "", **more: Any) -> Surveyed:
    suite = load(folder, SUITE + samples + CASES)
    pair = same_side(suite, suite.variants)
    told = {"changed": frozenset({"a"}), "cases": 2, "cold": False, "zero": False, **more}
    return Surveyed(pair, pair.variants[0], State.COMPARED, CaseSets(), **told)


def asking(found: Surveyed, first: int = 3, last: int = 10) -> Asking:
    return Asking(found, SideMarks("before"), SideMarks("after"), (), first, last, 1)


@pytest.mark.parametrize(
    ("samples", "told", "fixed", "wanted"),
    [
        ("", {}, None, (3, 10, False)),
        ("", {"cases": 500}, None, (1, 10, False)),
        ("", {}, 5, (5, 5, False)),
        ("", {"cold": True}, None, (1, 1, False)),
        ("", {"cold": True}, 5, (1, 1, False)),
        ("", {"zero": True}, None, (3, 10, True)),
        ("", {"zero": True, "cases": 500}, None, (1, 10, False)),
        ("samples: {count: 4}\n", {}, None, (4, 10, False)),
        ("samples: {count: 20}\n", {}, None, (20, 20, False)),
        ("samples: {count: 5, vote: majority}\n", {}, None, (3, 10, False)),
    ],
)
def test_rounds(tmp_path: Path, samples: str, told: dict[str, Any], fixed: int | None, wanted: tuple[int, int, bool]) -> None:
    assert rounds_for(surveyed(tmp_path, samples, **told), fixed, 10) == wanted


@pytest.mark.parametrize(("state", "asked", "jobs"), [(State.COMPARED, 0, 4), (State.COMPARED, 3, 2), (State.NEW, 0, 2)])
def test_how_much_is_asked_next(tmp_path: Path, state: State, asked: int, jobs: int) -> None:
    """Each case of both sides, then of the changed cases; a new variant has one side."""
    found = surveyed(tmp_path)
    found.state = state
    one = asking(found)
    one.asked = asked
    assert one.jobs == jobs


SILENT = Samples()


def asked(case_id: str, samples: Samples = SILENT, own: Samples = SILENT) -> AskedCase:
    return AskedCase(Case(case_id, 0, {}, samples=own), samples, ())


@pytest.mark.parametrize(
    ("case", "spans"),
    [
        (asked("a"), [(0, 3), (3, 4), (4, 5)]),
        (asked("b"), [(0, 1), (0, 0), (0, 0)]),
        (asked("a", Samples(5), own=Samples(5)), [(0, 5), (5, 5), (5, 5)]),
        (asked("b", Samples(5), own=Samples(5)), [(0, 5), (0, 0), (0, 0)]),
        (asked("a", Samples(5, vote=True)), [(0, 15), (15, 20), (20, 25)]),
        (asked("b", Samples(5, vote=True)), [(0, 5), (0, 0), (0, 0)]),
    ],
    ids=["changed", "the same request", "own count", "own count, the same request", "a vote", "a vote, the same request"],
)
def test_the_samples_of_a_round(tmp_path: Path, case: AskedCase, spans: list[tuple[int, int]]) -> None:
    found = asking(surveyed(tmp_path))
    assert [found.span(case, *rounds) for rounds in ((0, 3), (3, 4), (4, 5))] == spans


def test_next_rounds(tmp_path: Path) -> None:
    found = asking(surveyed(tmp_path))
    assert found.next_rounds() == (0, 3)
    found.asked = 3
    assert found.next_rounds() == (3, 4)
    probing = Asking(surveyed(tmp_path), SideMarks("before"), SideMarks("after"), (), 3, 10, 1, probing=True)
    assert probing.next_rounds() == (0, 2)
    probing.finish_rounds(2)
    assert (probing.asked, probing.done, probing.plan) == (1, True, None)


def test_two_gates_on_one_figure_stop_each_by_itself(tmp_path: Path) -> None:
    wide, narrow = Wish(PASS_RATE, 0.05), Wish(PASS_RATE, 0.01)
    before, after = ({f"c{n}": [1.0] * 3 for n in range(100)} for _ in range(2))
    after |= {f"c{n}": [1.0, 1.0, 0.0] for n in range(4)}
    found = Asking(surveyed(tmp_path), marked(before), marked(after), (wide, narrow), 3, 10, 1)
    found.finish_rounds(3)
    assert (found.stops, found.done) == ({wide: Ended(3, Stop.NO_REGRESSION)}, False)


def marked(cases: dict[str, list[float]]) -> SideMarks:
    side = SideMarks("one side")
    side.cases = {case: CaseMarks(family=Family.JUDGED, marks={"pass_rate": marks}) for case, marks in cases.items()}
    return side


# ---- saved answers ---------------------------------------------------------------------------------------

NOW = datetime.now(UTC)
DAY = 24 * 3600.0


def ask(key: str, hours: float | None, *, kept: bool = False) -> Ask:
    """Saved so many hours ago, in the cache or (`kept`) in the check that is resumed; None: still to be asked."""
    if hours is None:
        return Ask(0, key)
    at = utc_stamp(NOW - timedelta(hours=hours))
    return Ask(0, key, answer=Response("x"), cached=not kept, kept=kept, at=at)


@pytest.mark.parametrize("kept", [False, True], ids=["the cache's", "the resumed check's"])
@pytest.mark.parametrize(
    ("before", "after", "used"),
    [
        (1.0, None, (True, False)),
        (23.0, None, (True, False)),
        (25.0, None, (False, False)),
        (None, 30.0, (False, False)),
        (30.0, 29.0, (True, True)),
        (60.0, 30.0, (False, False)),
        (None, None, (False, False)),
    ],
)
def test_saved_answers_that_are_too_far_apart_are_not_used(
    before: float | None, after: float | None, used: tuple[bool, bool], kept: bool
) -> None:
    sides = ask("one", before, kept=kept), ask("other", after, kept=kept)
    drop_stale([sides[0]], [sides[1]], DAY)
    assert tuple(side.answer is not None for side in sides) == used
    assert all((side.cached or side.kept) == (side.answer is not None) for side in sides)


def test_one_request_on_both_sides_has_one_answer_however_old() -> None:
    sides = ask("same", 1000.0), ask("same", 1000.0)
    drop_stale([sides[0]], [sides[1]], DAY)
    assert all(side.answer for side in sides)


@pytest.mark.parametrize(
    ("samples", "budget", "rounds"),
    [
        ("", None, 2),
        ("", Budget(requests=28), 2),
        ("", Budget(requests=27), 1),
        ("", Budget(requests=25), 0),
        ("", Budget(cost_micros=2700), 1),
        ("samples: {count: 3, vote: majority}\n", Budget(requests=30), 1),
        ("samples: {count: 3, vote: majority}\n", Budget(requests=29), 0),
    ],
)
def test_what_a_budget_holds_of_two_variants(tmp_path: Path, samples: str, budget: Budget | None, rounds: int) -> None:
    """One changed case on two sides: two requests a round, of a vote of three six. 24 were sent, for 100 each."""
    both = [asking(surveyed(tmp_path, samples)) for _ in range(2)]
    for one in both:
        one.asked = 3
    assert affordable(both, budget, Ending(sent=24, cost_micros=2400)) == both[:rounds]


def test_what_was_not_asked_yet_is_asked_in_any_case(tmp_path: Path) -> None:
    one = asking(surveyed(tmp_path))
    assert affordable([one], Budget(requests=1), Ending(sent=24)) == [one]
