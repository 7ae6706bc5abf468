"""The engine against a provider that counts what it is asked."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence

import pytest

from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.engine.local import Budget, Ending, run_jobs
from gemini_eval.trouble import ProviderError
from gemini_eval.types import Failure, Habits, Limits, Message, Outcome, Request, Response


class Counting:
    """Answers with the request's text; every third request fails. Remembers how many were in flight at once."""

    slots: int | None = 4
    limits = Limits()
    habits = Habits()
    cached = False

    def __init__(self) -> None:
        self.asked = self.now = self.most = 0
        self.closed = False

    def prepare(self) -> None:
        self.prepared = True

    async def ask(self, request: Request) -> Response:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(3):
            await asyncio.sleep(0)
        self.now -= 1
        if int(request.messages[0].text) % 3 == 2:
            raise ProviderError(Outcome.QUOTA, "no quota", hint="wait")
        return Response(request.messages[0].text, cost_micros=10)

    def remark(self, request: Request) -> str:
        return ""

    async def close(self) -> None:
        self.closed = True


class Keeping:
    """A sink that keeps what it gets and stops after `most` cases."""

    def __init__(self, most: int = 10**9) -> None:
        self.answers: list[tuple[int, str]] = []
        self.cases: list[int] = []
        self.most = most

    def answered(self, job: Job, ask: Ask) -> None:
        answer = ask.answer
        self.answers.append(
            (int(str(job.ticket)), answer.text if isinstance(answer, Response) else f"lost: {getattr(answer, 'reason', '')}")
        )

    def finished(self, job: Job) -> bool:
        self.cases.append(int(str(job.ticket)))
        return len(self.cases) < self.most


def jobs(count: int, known: int = 0) -> Iterator[Sequence[Job]]:
    for start in range(0, count, 10):
        yield [
            Job(i, "p", [Ask(0, f"{i}", Request("m", (Message("user", str(i)),)), Response("known") if i < known else None)])
            for i in range(start, min(start + 10, count))
        ]


def test_all_is_asked_within_the_slots_and_failures_are_answers(provider: Counting) -> None:
    sink = Keeping()
    assert run_jobs(jobs(30), {"p": provider}, sink) == Ending(sent=30, cost_micros=200)
    assert sorted(sink.answers) == [(i, "lost: no quota (wait)" if i % 3 == 2 else str(i)) for i in range(30)]
    assert sorted(sink.cases) == list(range(30))
    assert (provider.asked, provider.most, provider.closed) == (30, 4, True)


def test_what_is_known_is_not_asked(provider: Counting) -> None:
    sink = Keeping()
    run_jobs(jobs(20, known=15), {"p": provider}, sink)
    assert provider.asked == 5
    assert len(sink.answers) == len(sink.cases) == 20


def test_the_budget_ends_a_run(provider: Counting) -> None:
    sink = Keeping()
    assert run_jobs(jobs(40), {"p": provider}, sink, budget=Budget(requests=7)) == Ending(
        cut="the budget of 7 requests is spent", sent=7, cost_micros=50
    )
    assert provider.asked == len(sink.answers) == 7
    costly = Counting()
    assert run_jobs(jobs(40), {"p": costly}, Keeping(), slots=1, budget=Budget(cost_micros=50)) == Ending(
        cut="the budget of $0.00005 is spent", sent=7, cost_micros=50
    )
    assert costly.asked == 7  # the sixth answer brings five with a price: 0, 1, 3, 4, 6


def test_the_sink_stops_a_run(provider: Counting) -> None:
    sink = Keeping(most=3)
    assert run_jobs(jobs(40), {"p": provider}, sink, slots=1) == Ending(
        stopped=True, sent=provider.asked, cost_micros=10 * (provider.asked - provider.asked // 3)
    )
    assert len(sink.cases) < 8


def test_what_the_sink_raises_ends_the_run_and_closes_the_provider(provider: Counting) -> None:
    class Full(Keeping):
        def answered(self, job: Job, ask: Ask) -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_jobs(jobs(20), {"p": provider}, Full())
    assert provider.closed


def test_it_works_inside_a_running_loop(provider: Counting) -> None:
    async def notebook() -> Ending:
        return run_jobs(jobs(12), {"p": provider}, Keeping())

    assert asyncio.run(notebook()) == Ending(sent=12, cost_micros=80)
    assert provider.asked == 12


@pytest.fixture
def provider() -> Counting:
    return Counting()


def test_a_failure_is_an_answer_of_its_own_kind() -> None:
    assert Failure(Outcome.QUOTA, "x").outcome.family == "not_delivered"


class Interrupting(Keeping):
    """A sink in which Ctrl-C is pressed, `times` times, at the third case."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def finished(self, job: Job) -> bool:
        super().finished(job)
        for _ in range(self.times if len(self.cases) == 3 else 0):
            signal.raise_signal(signal.SIGINT)
        return True


def test_where_nobody_can_be_asked_jobs_are_handed_back_in_order() -> None:
    sink = Keeping()
    assert run_jobs(jobs(25, known=25), {}, sink) == Ending()
    assert sink.answers == [(i, "known") for i in range(25)]
    assert sink.cases == list(range(25))
    few = Keeping(most=3)
    assert run_jobs(jobs(25, known=25), {}, few) == Ending(stopped=True)
    assert few.cases == [0, 1, 2]


def test_ctrl_c_ends_it_after_the_case_at_hand_and_twice_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    once, twice = Interrupting(1), Interrupting(2)
    assert run_jobs(jobs(25, known=25), {}, once) == Ending(interrupted=True)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs(25, known=25), {}, twice)
    assert once.cases == twice.cases == [0, 1, 2]
    assert signal.getsignal(signal.SIGINT) is before
