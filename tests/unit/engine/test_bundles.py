"""Requests that one call takes together: gathered, asked again together, and apart where one of them is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gemini_eval.engine.jobs import Ask, Budget, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Answer, Habits, Limits, Message, Outcome, Request, Response

BUSY = ProviderError(Outcome.QUOTA, "HTTP 429", trouble=Trouble.CONGESTED, retry_after_s=0.01)
DOWN = ProviderError(Outcome.REQUEST_FAILED, "HTTP 503", trouble=Trouble.PASSING)
GONE = ProviderError(Outcome.REQUEST_FAILED, "HTTP 404", trouble=Trouble.CLOSED)
WRONG = ProviderError(Outcome.REQUEST_FAILED, "HTTP 400")


@dataclass(slots=True)
class Calls:
    """Requests of one model go together, at most three, those of the model "alone" not. `refused` are texts that no call may
    hold, and why; `troubles` are met by the first calls, whatever they hold; so many
    as `hanging` have no answer."""

    refused: Mapping[str, ProviderError] = field(default_factory=dict)
    troubles: list[ProviderError] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)
    hanging: int = 0
    most_together: int = 3
    slots: int | None = None
    limits: Limits = field(default_factory=Limits)
    habits: Habits = field(default_factory=Habits)
    cached: bool = False

    def prepare(self) -> None: ...

    def bundle_of(self, request: Request) -> str:
        return "" if request.model == "alone" else request.model

    async def ask(self, request: Request) -> Response:
        return (await self.ask_together([request]))[0]

    async def ask_together(self, requests: Sequence[Request]) -> Sequence[Response]:
        texts = [request.messages[0].text for request in requests]
        self.calls.append(texts)
        await asyncio.sleep(0)
        if len(self.calls) <= self.hanging:
            await asyncio.Event().wait()
        if self.troubles:
            raise self.troubles.pop(0)
        for text in texts:
            if text in self.refused:
                raise self.refused[text]
        return [Response(f"{text}!") for text in texts]

    def remark(self, request: Request) -> str:
        return ""

    async def close(self) -> None: ...


@dataclass(slots=True)
class Kept:
    answers: dict[str, Answer] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)

    def answered(self, job: Job, ask: Ask) -> None:
        assert ask.answer is not None
        self.answers[str(job.ticket)], self.attempts[str(job.ticket)] = ask.answer, ask.attempts

    def finished(self, job: Job) -> bool:
        return True


def run(provider: Calls, *asked: str, budget: Budget | None = None) -> tuple[dict[str, str], Ending, Kept]:
    """`asked` are MODEL:TEXT; what came of each, by its text."""
    kept = Kept()
    pairs = [text.split(":") for text in asked]
    jobs = [Job(text, "p", [Ask(0, text, Request(model, (Message("user", text),)))]) for model, text in pairs]
    ending = run_jobs(iter([jobs]), {"p": provider}, kept, budget=budget)
    said = {case: answer.text if isinstance(answer, Response) else answer.reason for case, answer in kept.answers.items()}
    return dict(sorted(said.items())), ending, kept


def test_requests_of_one_kind_go_together_as_many_as_a_call_holds() -> None:
    provider = Calls()
    answers, ending, _ = run(provider, "m:a", "m:b", "n:c", "m:d", "alone:e", "m:f", "alone:g")
    assert answers == {text: f"{text}!" for text in "abcdefg"}
    assert sorted(provider.calls) == [["a", "b", "d"], ["c"], ["e"], ["f"], ["g"]]
    assert ending.sent == 5


def test_a_call_that_is_refused_for_now_is_asked_again_as_one() -> None:
    provider = Calls(troubles=[BUSY, DOWN])
    answers, ending, kept = run(provider, "m:a", "m:b", "m:c")
    assert answers == {"a": "a!", "b": "b!", "c": "c!"}
    assert provider.calls == [["a", "b", "c"]] * 3
    assert (ending.sent, kept.attempts) == (3, {"a": 3, "b": 3, "c": 3})


def test_one_wrong_request_spoils_none_beside_it() -> None:
    provider = Calls({"b": WRONG})
    answers, _, _ = run(provider, "m:a", "m:b", "m:c")
    assert answers == {"a": "a!", "b": "HTTP 400", "c": "c!"}
    assert sorted(provider.calls) == [["a"], ["a", "b", "c"], ["b"], ["b", "c"], ["c"]]


def test_a_closed_service_is_asked_no_more() -> None:
    provider = Calls(troubles=[GONE] * 9)
    answers, ending, _ = run(provider, "m:a", "m:b", "m:c")
    assert answers == {"a": "HTTP 404", "b": "HTTP 404", "c": "HTTP 404"}
    assert (ending.sent, ending.cut) == (1, "HTTP 404")


def test_a_budget_counts_calls() -> None:
    provider = Calls()
    answers, ending, _ = run(provider, *(f"m:{number}" for number in range(9)), budget=Budget(requests=2))
    assert (len(answers), len(provider.calls)) == (6, 2)
    assert ending.cut == "the budget of 2 requests is spent"


def test_a_call_has_its_time() -> None:
    provider = Calls(hanging=1, limits=Limits(timeout_s=0.01))
    answers, ending, kept = run(provider, "m:a", "m:b")
    assert answers == {"a": "a!", "b": "b!"}
    assert (ending.sent, kept.attempts) == (2, {"a": 2, "b": 2})
