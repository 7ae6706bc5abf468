"""What the engine makes of troubles: asked again, slowed down, given up, cut short. The provider is told what to answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import pytest

from gemini_eval.engine.jobs import Ask, Budget, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.engine.patience import PASSING_ATTEMPTS
from gemini_eval.errors import UsageError
from gemini_eval.runs.records import AnswerRecord
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Answer, Failure, Habits, Limits, Message, Outcome, Request, Response, Usage

BUSY = ProviderError(Outcome.QUOTA, "HTTP 429", trouble=Trouble.CONGESTED, retry_after_s=0.01)
DOWN = ProviderError(Outcome.REQUEST_FAILED, "HTTP 503", trouble=Trouble.PASSING)
WRONG = ProviderError(Outcome.REQUEST_FAILED, "HTTP 400", hint="mend it")
GONE = ProviderError(Outcome.REQUEST_FAILED, "HTTP 404", trouble=Trouble.CLOSED)
HANG = "hang"


@dataclass(slots=True)
class Scripted:
    """Meets each request with the next of its `troubles` (None: an answer), and answers once they are used up."""

    troubles: Mapping[str, Sequence[ProviderError | str | None]] = field(default_factory=dict)
    every: ProviderError | None = None
    slots: int | None = None
    limits: Limits = field(default_factory=Limits)
    habits: Habits = field(default_factory=Habits)
    cached: bool = False
    missing: UsageError | None = None
    calls: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        if self.missing is not None:
            raise self.missing

    async def ask(self, request: Request) -> Response:
        text = request.messages[0].text
        left = self.troubles.get(text, ())
        met = self.calls.count(text)
        self.calls.append(text)
        await asyncio.sleep(0)
        trouble = left[met] if met < len(left) else self.every
        if trouble == HANG:
            await asyncio.Event().wait()
        if isinstance(trouble, ProviderError):
            raise trouble
        return Response(text, usage=Usage(prompt=3, output=1), cost_micros=1)

    def remark(self, request: Request) -> str:
        return ""

    async def close(self) -> None:
        self.calls.append("closed")


@dataclass(slots=True)
class Kept:
    """What came of each case, and the cases that were judged."""

    answers: dict[str, Answer] = field(default_factory=dict)
    cached: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)

    def answered(self, job: Job, ask: Ask) -> None:
        assert ask.answer is not None
        self.answers[str(job.ticket)] = ask.answer
        if ask.cached:
            self.cached.append(str(job.ticket))

    def finished(self, job: Job) -> bool:
        self.judged.append(str(job.ticket))
        return True


def one_each(*texts: str, lane: str = "p", elsewhere: bool = False) -> Iterator[Sequence[Job]]:
    """A job of one request for each text."""
    yield [Job(f"{n}", lane, [ask_for(text, elsewhere)]) for n, text in enumerate(texts)]


def ask_for(text: str, elsewhere: bool = False) -> Ask:
    return Ask(0, text, Request("m", (Message("user", text),)), elsewhere=elsewhere)


def text_of(answer: Answer) -> str:
    return answer.text if isinstance(answer, Response) else f"{answer.outcome}: {answer.reason}"


def run(
    provider: Scripted, *texts: str, budget: Budget | None = None, slots: int | None = None
) -> tuple[dict[str, str], Ending, list[str]]:
    """(what came of each case, how it ended, what people were told)."""
    kept, said = Kept(), list[str]()
    ending = run_jobs(one_each(*texts), {"p": provider}, kept, budget=budget, slots=slots, say=said.append)
    assert sorted(kept.judged) == sorted(kept.answers)
    return {case: text_of(answer) for case, answer in sorted(kept.answers.items())}, ending, said


def test_a_busy_model_is_asked_again_until_it_answers() -> None:
    provider = Scripted({"a": [BUSY] * PASSING_ATTEMPTS})  # a passing trouble would be given up
    answers, ending, said = run(provider, "a", "b")
    assert answers == {"0": "a", "1": "b"}
    assert (ending.sent, ending.cut) == (PASSING_ATTEMPTS + 2, "")
    assert said == ["slowing down, since the model refuses more: HTTP 429"]


def test_a_passing_trouble_is_met_again_four_times_at_most() -> None:
    assert run(Scripted({"a": [DOWN, DOWN]}), "a")[0] == {"0": "a"}
    provider = Scripted({"a": [DOWN, None]})
    assert run(provider, "a", "b")[1].sent == 3


def test_what_would_end_the_same_is_asked_once() -> None:
    provider = Scripted({"a": [WRONG]})
    answers, ending, said = run(provider, "a", "b")
    assert answers == {"0": "request_failed: HTTP 400 (mend it)", "1": "b"}
    assert (ending.sent, ending.cut, said) == (2, "", [])


def test_a_closed_model_is_asked_no_more_and_cuts_the_run() -> None:
    provider = Scripted(every=GONE)
    answers, ending, _ = run(provider, *map(str, range(200)), slots=4)
    assert ending.cut == "HTTP 404"
    assert 1 <= ending.sent <= 8
    assert set(answers.values()) == {"request_failed: HTTP 404"}


def test_another_model_goes_on_where_one_is_closed() -> None:
    closed, well = Scripted(every=GONE), Scripted()
    kept = Kept()
    blocks = iter([[Job(f"{name}{n}", name, [ask_for(f"{name}{n}")]) for n in range(50) for name in ("x", "y")]])
    ending = run_jobs(blocks, {"x": closed, "y": well}, kept, slots=2)
    assert ending.cut == ""
    assert [text_of(kept.answers[f"y{n}"]) for n in range(50)] == [f"y{n}" for n in range(50)]
    assert {text_of(kept.answers[f"x{n}"]) for n in range(50)} == {"request_failed: HTTP 404"}
    assert closed.calls.count("closed") == 1
    assert len(closed.calls) <= 6


def test_without_any_answer_the_run_gives_up_when_its_patience_ends() -> None:
    provider = Scripted(every=DOWN)
    answers, ending, said = run(provider, *map(str, range(100)), budget=Budget(wait_s=1.5), slots=20)
    assert ending.cut == "no answer for 1.5 s, the last trouble: HTTP 503"
    assert answers == {}
    assert said == ["the model does not answer; waiting up to 1.5 s for it: HTTP 503"]
    assert ending.sent < 40


def test_a_busy_model_too_is_given_up_when_patience_ends() -> None:
    answers, ending, _ = run(Scripted(every=BUSY), "a", "b", budget=Budget(wait_s=1.0))
    assert (answers, ending.cut) == ({}, "no answer for 1 s, the last trouble: HTTP 429")


def test_an_attempt_that_takes_too_long_is_broken_off_and_repeated() -> None:
    provider = Scripted({"a": [HANG]}, limits=Limits(timeout_s=0.05))
    assert run(provider, "a")[0] == {"0": "a"}
    assert provider.calls == ["a", "a", "closed"]


def test_the_budget_of_errors_cuts_the_run() -> None:
    provider = Scripted(every=WRONG)
    answers, ending, _ = run(provider, *map(str, range(50)), budget=Budget(errors=3), slots=1)
    assert ending.cut == "3 requests were not delivered, the last one: HTTP 400 (mend it)"
    assert len(answers) == 3


def test_equal_requests_under_way_are_sent_once() -> None:
    provider, kept = Scripted(), Kept()
    ending = run_jobs(one_each("same", "same", "same", "other"), {"p": provider}, kept)
    assert {case: text_of(answer) for case, answer in kept.answers.items()} == {
        "0": "same",
        "1": "same",
        "2": "same",
        "3": "other",
    }
    assert (ending.sent, ending.cost_micros) == (2, 2)
    assert sorted(kept.cached) == ["1", "2"]


def test_missing_credentials_stop_before_anything_is_sent() -> None:
    provider = Scripted(missing=UsageError("no credentials", "log in"))
    with pytest.raises(UsageError, match="no credentials"):
        run(provider, "a", "b")
    assert provider.calls == ["closed"]


def test_requests_a_minute_are_kept_to() -> None:
    """Ten a second, of which the first ten are a second's worth."""
    start = time.monotonic()
    run(Scripted(limits=Limits(requests_per_minute=600)), *map(str, range(25)))
    assert 1.3 < time.monotonic() - start < 6


class Neighbour:
    """Another process that asks for what it is asked for: `brings` answers at the second look, and gives the rest up."""

    def __init__(self, brings: Iterable[str]) -> None:
        self.brings = set(brings)
        self.looks = 0

    def find(self, keys: Sequence[str]) -> Mapping[str, AnswerRecord]:
        return {key: _record(key) for key in keys if key in self.brings}

    def settled(self, keys: Iterable[str]) -> tuple[Mapping[str, AnswerRecord], set[str]]:
        self.looks += 1
        if self.looks == 1:
            return {}, set()
        asked = set(keys)
        found = {key: _record(key) for key in asked & self.brings}
        return found, asked - self.brings


def _record(key: str) -> AnswerRecord:
    return AnswerRecord(0, key, "s", "v", "c", 0, "m", Response(f"{key} from there"), at="2026-01-01T00:00:00.000Z")


def test_what_another_process_asks_is_waited_for_and_asked_here_where_it_gives_up() -> None:
    provider, kept = Scripted(), Kept()
    ending = run_jobs(one_each("a", "b", elsewhere=True), {"p": provider}, kept, elsewhere=Neighbour(["a"]))
    assert {case: text_of(answer) for case, answer in kept.answers.items()} == {"0": "a from there", "1": "b"}
    assert (ending.sent, kept.cached, provider.calls) == (1, ["0"], ["b", "closed"])


def test_an_equal_request_that_was_answered_since_is_not_sent_again() -> None:
    """One at a time, so that the first is over before the second begins: one of its block by it, a later one by the cache."""
    provider, kept = Scripted(), Kept()
    first, second, later = ask_for("a"), ask_for("a"), ask_for("b")
    second.twin, later.seen = first, True
    blocks = iter([[Job("first", "p", [first]), Job("between", "p", [ask_for("c")]), Job("second", "p", [second])]])
    more = iter([[Job("later", "p", [later])]])
    ending = run_jobs(chain(blocks, more), {"p": provider}, kept, slots=1, elsewhere=Neighbour("b"))
    assert {case: text_of(answer) for case, answer in kept.answers.items()} == {
        "first": "a",
        "between": "c",
        "second": "a",
        "later": "b from there",
    }
    assert (ending.sent, sorted(kept.cached)) == (2, ["later", "second"])


def test_a_failure_of_one_sample_is_one_answer_of_its_case() -> None:
    provider, kept = Scripted({"b": [WRONG]}), Kept()
    run_jobs(iter([[Job("case", "p", [ask_for("a"), ask_for("b")])]]), {"p": provider}, kept)
    assert kept.judged == ["case"]
    assert isinstance(kept.answers["case"], Failure | Response)
