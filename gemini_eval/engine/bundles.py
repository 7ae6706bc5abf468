"""Requests that go together in one call: gathered for a moment, or until a call holds no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gemini_eval.engine.jobs import Ask
from gemini_eval.types import Answer, Bundling

GATHER_S = 0.02
"""How long the first request of a call waits for others; little beside any call's own time."""

Deliver: TypeAlias = Callable[[Sequence[Ask]], Awaitable[Sequence[Answer | None]]]


@dataclass(slots=True)
class _Bundle:
    asks: list[Ask]
    answers: asyncio.Future[Sequence[Answer | None]]
    full: asyncio.Event = field(default_factory=asyncio.Event)


class Bundles:
    """The calls of one lane that are being gathered. The first request of a call carries it: it waits for the others, has all of
    them delivered, and hands out the answers."""

    def __init__(self, provider: Bundling, deliver: Deliver) -> None:
        self._provider, self._deliver = provider, deliver
        self._open: dict[str, _Bundle] = {}

    async def answer(self, ask: Ask) -> Answer | None:
        assert ask.request is not None
        name = self._provider.bundle_of(ask.request)
        if not name:
            return (await self._deliver([ask]))[0]
        bundle = self._open.get(name)
        if bundle is None:
            return await self._carry(name, ask)
        place = len(bundle.asks)
        bundle.asks.append(ask)
        if place + 1 == self._provider.most_together:
            del self._open[name]
            bundle.full.set()
        return (await asyncio.shield(bundle.answers))[place]

    async def _carry(self, name: str, ask: Ask) -> Answer | None:
        bundle = _Bundle([ask], asyncio.get_running_loop().create_future())
        self._open[name] = bundle
        try:
            await self._gathered(bundle)
            if self._open.get(name) is bundle:
                del self._open[name]
            answers = await self._deliver(bundle.asks)
        except BaseException:
            bundle.answers.cancel()
            raise
        bundle.answers.set_result(answers)
        return answers[0]

    async def _gathered(self, bundle: _Bundle) -> None:
        try:
            async with asyncio.timeout(GATHER_S):
                await bundle.full.wait()
        except TimeoutError:
            return
