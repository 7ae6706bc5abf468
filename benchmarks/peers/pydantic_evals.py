"""pydantic-evals with a task that asks through aiohttp, and its own EqualsExpected."""

from __future__ import annotations

import asyncio

import aiohttp
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected

from benchmarks.peers import wine


async def main() -> None:
    template, address = wine.template(), wine.address()
    cases = [Case(name=row["id"], inputs=template.format(**row), expected_output=row["expected"]) for row in wine.rows()]
    dataset = Dataset[str, str, None](name="wine", cases=cases, evaluators=[EqualsExpected()])
    async with aiohttp.ClientSession() as session:

        async def ask(prompt: str) -> str:
            async with session.post(address, json=wine.request(prompt), headers=wine.HEADERS) as response:
                response.raise_for_status()
                return wine.answer(await response.json())

        report = await dataset.evaluate(ask, max_concurrency=wine.CONCURRENCY, progress=False)
    averages = report.averages()
    if averages is None or averages.assertions is None:
        raise SystemExit(f"nothing was judged: {report.failures[:1]}")
    wine.tell(averages.assertions, len(report.cases))


if __name__ == "__main__":
    asyncio.run(main())
