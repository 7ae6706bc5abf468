"""One model's requests: sent when it is their turn, asked again where that may help, or given up."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Sequence

from gemini_eval.engine.bundles import Bundles
from gemini_eval.engine.jobs import Ask
from gemini_eval.engine.meter import Meter
from gemini_eval.engine.pace import Pace
from gemini_eval.engine.patience import Circuit, RetryBudget, backoff, may_retry
from gemini_eval.engine.spending import Spending
from gemini_eval.engine.turns import Turn, Turns, now
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Answer, Bundling, Failure, Outcome, Provider, Request, Response

CHARACTERS_A_TOKEN = 4
"""The usual estimate before the model has counted."""


class Lane:
    """`slots` fixes how many requests are under way at once; without it the pace finds out. `say` is the voice for people.

    `closed` is set once the model will answer nothing more today: every later request is then answered by that. What waits when
    the run is over (`stop`) ends without an answer.
    """

    def __init__(self, provider: Provider, slots: int | None, spending: Spending, say: Callable[[str], None]) -> None:
        fixed = min(slots, provider.slots) if slots and provider.slots else slots or provider.slots
        self.pace = Pace(fixed=fixed)
        self.closed: Failure | None = None
        self.pending = 0
        self._provider, self._spending, self._say = provider, spending, say
        self._bundling = provider if isinstance(provider, Bundling) else None
        self._bundles = Bundles(self._bundling, self._delivered) if self._bundling else None
        self._meter = Meter(provider.limits)
        self._circuit = Circuit(random.random, wait_s=spending.budget.wait_s)
        self._turns = Turns(self.pace, self._meter, self._circuit, self._give_up)
        self._budget = RetryBudget()
        self._told: set[Trouble] = set()
        self._last_trouble = ""
        self._answered_at = -math.inf
        self._prepared = False

    @property
    def has_room(self) -> bool:
        """Whether another case may be taken on: as many may wait as are under way."""
        together = self._bundling.most_together if self._bundling else 1
        return self.pending <= 2 * self.pace.limit * together

    async def prepare(self) -> None:
        """Before the first request: find the credentials. Raises `InputError`."""
        if not self._prepared:
            await asyncio.to_thread(self._provider.prepare)
            self._prepared = True

    async def answer(self, ask: Ask) -> Answer | None:
        """The answer, or why there is none; None where it was not asked to its end, since the run is over."""
        return await self._bundles.answer(ask) if self._bundles else (await self._delivered([ask]))[0]

    async def _delivered(self, asks: Sequence[Ask]) -> Sequence[Answer | None]:
        """The answers to one call: a request, or several that go together."""
        requests = [ask.request for ask in asks if ask.request is not None]
        tokens = sum(map(_estimated, requests))
        counted = 0
        failed_at = math.inf
        while self.closed is None:
            turn = await self._turns.take(tokens, again=asks[0].attempts > 0)
            if turn is None:
                return [None] * len(asks)
            if self.closed is not None or not self._spending.take():
                self._ended(turn, delivered=False)
                break
            for ask in asks:
                ask.attempts += 1
            try:
                return await self._attempt(requests, turn, tokens)
            except ProviderError as error:
                own = self._answered_at > failed_at
                failed_at = min(failed_at, now())
                self._troubled(turn, error, own)
                counted += error.trouble is Trouble.PASSING and (own or not turn.probe)
                if not may_retry(error.trouble, counted):
                    return await self._given_up(asks, error)
                if not await self._turns.pause(self._wait(error, asks[0].attempts)):
                    return [None] * len(asks)
        return [self.closed] * len(asks)

    async def _given_up(self, asks: Sequence[Ask], error: ProviderError) -> Sequence[Answer | None]:
        """A failure for each; but a call that is refused for what is in it may be so for one of several: its halves go apart."""
        if len(asks) == 1 or error.trouble is not Trouble.FINAL:
            return [_failure(error)] * len(asks)
        half = len(asks) // 2
        first, second = await asyncio.gather(self._delivered(asks[:half]), self._delivered(asks[half:]))
        return [*first, *second]

    async def close(self) -> None:
        await self._provider.close()

    def stop(self) -> None:
        """Nothing more is sent; what is under way may still end."""
        self._turns.stop()

    # ---- one attempt ---------------------------------------------------------------------------------------

    async def _attempt(self, requests: Sequence[Request], turn: Turn, tokens: int) -> Sequence[Response]:
        """Raises `ProviderError`, of which the pace and the circuit have yet to hear."""
        try:
            answers = await self._in_time(requests)
        except ProviderError:
            raise
        except BaseException:
            self._ended(turn, delivered=False)
            raise
        self._budget.paid()
        self._answered_at = now()
        counted = [answer.usage.prompt for answer in answers if answer.usage.prompt is not None]
        if counted:
            self._meter.settle(tokens, sum(counted), now())
        self._ended(turn, delivered=True)
        return answers

    async def _in_time(self, requests: Sequence[Request]) -> Sequence[Response]:
        limit = self._provider.limits.timeout_s
        if limit == math.inf:
            return await self._sent(requests)
        try:
            async with asyncio.timeout(limit):
                return await self._sent(requests)
        except TimeoutError as error:
            reason = f"no whole answer within {limit:g} seconds"
            hint = "a slow model needs --timeout, or limits.timeout of its target"
            raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING, hint=hint) from error

    async def _sent(self, requests: Sequence[Request]) -> Sequence[Response]:
        if self._bundling is not None:
            return await self._bundling.ask_together(requests)
        return [await self._provider.ask(requests[0])]

    def _ended(self, turn: Turn, *, delivered: bool) -> None:
        """An answer came, or the request says nothing of the next ones."""
        (self.pace.delivered if delivered else self.pace.failed)(turn.pace, now())
        self._circuit.answered()
        self._turns.pump()

    def _troubled(self, turn: Turn, error: ProviderError, own: bool) -> None:
        """`own`: others were answered since this request failed first, so that its trouble tells nothing of the model."""
        self._last_trouble = error.reason
        if error.trouble is Trouble.CONGESTED:
            self.pace.congested(turn.pace, now(), error.retry_after_s)
            self._circuit.congested(turn.probe, now())
            self._tell(error.trouble, f"slowing down, since the model refuses more: {error.reason}")
        elif error.trouble is Trouble.PASSING:
            self.pace.failed(turn.pace, now())
            (self._circuit.congested if own else self._circuit.failed)(turn.probe, now())  # the former counts the time alone
            if self._circuit.open:
                wait = self._spending.budget.wait_s
                self._tell(error.trouble, f"the model does not answer; waiting up to {wait:g} s for it: {error.reason}")
        else:
            if error.trouble is Trouble.CLOSED:
                self.closed = self.closed or _failure(error)
            self._ended(turn, delivered=False)
        self._turns.pump()

    def _wait(self, error: ProviderError, attempts: int) -> float:
        """Seconds until the next attempt; where the server is in trouble, retries also have a budget."""
        seconds = backoff(attempts, random.random, error.retry_after_s)
        if error.trouble is Trouble.PASSING and not self._circuit.open:
            seconds = max(seconds, self._budget.ready_in(now()))
            self._budget.take(now())
        return seconds

    def _tell(self, trouble: Trouble, line: str) -> None:
        """A word about each kind of trouble, once a run."""
        if trouble not in self._told:
            self._told.add(trouble)
            self._say(line)

    def _give_up(self) -> None:
        self._spending.cut(f"no answer for {self._spending.budget.wait_s:g} s, the last trouble: {self._last_trouble}")
        self.stop()


def _failure(error: ProviderError) -> Failure:
    return Failure(error.outcome, f"{error.reason} ({error.hint})" if error.hint else error.reason)


def _estimated(request: Request) -> int:
    """Input tokens, before the model has counted them."""
    characters = len(request.system) + sum(len(message.text) for message in request.messages)
    return math.ceil(characters / CHARACTERS_A_TOKEN)
