"""deepeval: its test cases filled through aiohttp, judged by its ExactMatchMetric."""

from __future__ import annotations

import asyncio

import aiohttp
from deepeval import evaluate
from deepeval.evaluate.configs import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import ExactMatchMetric
from deepeval.test_case import LLMTestCase

from benchmarks.peers import wine


async def answered() -> list[LLMTestCase]:
    template, address, slots = wine.template(), wine.address(), asyncio.Semaphore(wine.CONCURRENCY)

    async def ask(session: aiohttp.ClientSession, row: dict[str, str]) -> LLMTestCase:
        prompt = template.format(**row)
        async with slots, session.post(address, json=wine.request(prompt), headers=wine.HEADERS) as response:
            response.raise_for_status()
            text = wine.answer(await response.json())
        return LLMTestCase(name=row["id"], input=prompt, actual_output=text, expected_output=row["expected"])

    async with aiohttp.ClientSession() as session:
        return await asyncio.gather(*(ask(session, row) for row in wine.rows()))


def main() -> None:
    result = evaluate(
        asyncio.run(answered()),
        [ExactMatchMetric()],
        async_config=AsyncConfig(max_concurrent=wine.CONCURRENCY),
        display_config=DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False),
        cache_config=CacheConfig(write_cache=False),
    )
    passed = [case.success for case in result.test_results]
    wine.tell(sum(passed) / len(passed), len(passed))


if __name__ == "__main__":
    main()
