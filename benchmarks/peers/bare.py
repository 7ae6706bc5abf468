"""The floor: no tool at all, a loop over the rows with aiohttp."""

from __future__ import annotations

import asyncio

import aiohttp

from benchmarks.peers import wine


async def main() -> None:
    template, address, slots = wine.template(), wine.address(), asyncio.Semaphore(wine.CONCURRENCY)

    async def right(session: aiohttp.ClientSession, row: dict[str, str]) -> bool:
        prompt = template.format(**row)
        async with slots, session.post(address, json=wine.request(prompt), headers=wine.HEADERS) as response:
            response.raise_for_status()
            return wine.answer(await response.json()) == row["expected"]

    async with aiohttp.ClientSession() as session:
        verdicts = await asyncio.gather(*(right(session, row) for row in wine.rows()))
    wine.tell(sum(verdicts) / len(verdicts), len(verdicts))


if __name__ == "__main__":
    asyncio.run(main())
