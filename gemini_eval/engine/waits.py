"""Requests that another process is asking, through the cache that both share: one of the two pays, both have the answer."""

from __future__ import annotations

import asyncio
from typing import TypeAlias

from gemini_eval.engine.jobs import Elsewhere
from gemini_eval.runs.records import AnswerRecord

POLL_S = 0.05

Arrived: TypeAlias = AnswerRecord | None
"""None: the other one gave up, and the request is ours."""


class Waits:
    """All such requests of a run are looked up together, twenty times a second."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        self._waiting: dict[str, asyncio.Future[Arrived]] = {}
        self._poller: asyncio.Task[None] | None = None

    async def arrival(self, key: str) -> Arrived:
        """Wait for another's answer. Raises what the look-up raises."""
        if key not in self._waiting:
            self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        return await asyncio.shield(self._waiting[key])

    def stop(self) -> None:
        """Wait no longer; whoever waited is told that nothing came."""
        if self._poller is not None:
            self._poller.cancel()
        for future in self._waiting.values():
            if not future.done():
                future.set_result(None)

    async def _poll(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(POLL_S)
                arrived, ours = await asyncio.to_thread(self._elsewhere.settled, list(self._waiting))
                for key in (*arrived, *ours):
                    self._waiting.pop(key).set_result(arrived.get(key))
        except Exception as error:
            for future in self._waiting.values():
                future.set_exception(error)
            self._waiting.clear()
