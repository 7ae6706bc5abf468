from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.cache.claims import LEASE_SECONDS, RENEW_SECONDS
from gemini_eval.types import Failure, Outcome
from tests.unit.cache.samples import by_key, key_of, record

A, B, C = map(key_of, "abc")


@dataclass(slots=True)
class Clock:
    time: float = 1_000_000.0

    def __call__(self) -> float:
        return self.time


def two(stack: ExitStack, folder: Path) -> tuple[AnswerCache, AnswerCache, Clock]:
    """Two owners of one file, as two processes are."""
    clock = Clock()
    first, second = (stack.enter_context(AnswerCache(folder / "cache.sqlite", clock)) for _ in range(2))
    return first, second, clock


def test_of_two_one_asks_and_both_have_the_answer(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, _ = two(stack, tmp_path)
        assert first.claim([A, B]) == set()
        assert second.claim([A, B, C]) == {A, B}
        assert first.claim([A, C]) == {C}
        assert second.settled([A, B]) == ({}, set())
        first.put(record("a"))
        first.flush()
        assert second.settled([A, B]) == (by_key(record("a")), set())


def test_an_answer_that_came_before_the_claim_need_not_be_asked(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, _ = two(stack, tmp_path)
        assert second.find([A]) == {}
        first.claim([A])
        first.put(record("a"))
        assert first.claim([A]) == {A}
        first.flush()
        assert second.claim([A, B]) == {A}
        assert second.settled([A]) == (by_key(record("a")), set())


def test_what_was_given_back_is_the_others(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, _ = two(stack, tmp_path)
        first.claim([A, B, C])
        second.claim([A, B, C])
        first.release([A])
        first.put(record("b", Failure(Outcome.QUOTA, "429")))
        assert second.settled([A, B, C]) == ({}, {A, B})
        assert first.claim([A, B]) == {A, B}


def test_giving_back_what_another_has_changes_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, _ = two(stack, tmp_path)
        first.claim([A])
        second.claim([B])
        second.release([A])
        second.put(record("a"))
        second.release([B])
        assert second.claim([A]) == {A}
        assert first.claim([B]) == set()


def test_the_claims_of_a_lease_that_is_over_are_free(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, clock = two(stack, tmp_path)
        first.claim([A])
        clock.time += LEASE_SECONDS - 0.1
        assert second.claim([A]) == {A}
        clock.time += 0.1
        assert second.settled([A]) == ({}, {A})
        assert first.claim([A]) == {A}


def test_a_lease_is_renewed_while_its_process_lives(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, clock = two(stack, tmp_path)
        first.claim([A])
        for _ in range(10):
            clock.time += RENEW_SECONDS
            first.flush()
        assert second.claim([A]) == {A}


def test_a_process_that_slept_over_its_lease_may_claim_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, clock = two(stack, tmp_path)
        first.claim([A])
        clock.time += 10 * LEASE_SECONDS
        assert second.claim([B]) == set()
        assert first.claim([C]) == set()
        assert second.claim([C]) == {C}
        assert second.claim([A]) == set()


def test_a_lease_from_a_clock_that_ran_ahead_binds_nobody(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, clock = two(stack, tmp_path)
        first.claim([A])
        clock.time -= 86_400
        assert second.claim([A]) == set()


def test_a_clock_that_was_set_back_ends_no_lease_for_long(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, clock = two(stack, tmp_path)
        first.claim([A])
        clock.time -= 86_400
        first.flush()
        assert second.claim([A]) == {A}


def test_closing_gives_all_back(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, second, _ = two(stack, tmp_path)
        first.claim([A, B])
        second.claim([A, B])
        first.put(record("a"))
        first.close()
        assert second.settled([A, B]) == (by_key(record("a")), {B})
