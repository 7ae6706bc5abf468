"""What every tool of the comparison asks, in standard Python: the rows, the prompt, the request and how a tool tells its result.

A peer is started in a folder that `benchmarks.wine_data` has filled; the server's address stands in BENCHMARK_URL.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA, PROMPT = "wine.csv", "prompt.txt"
MODEL = "gemini-2.5-flash"
KEY = "benchmark"
CONCURRENCY = 64
TEMPERATURE = 0

HEADERS = {"x-goog-api-key": KEY}


def rows() -> Iterator[dict[str, str]]:
    """The cases: `id`, `text`, `vintage`, `expected`."""
    with Path(DATA).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def template() -> str:
    """The few-shot prompt, with `{text}` and `{vintage}` for `str.format`."""
    return Path(PROMPT).read_text(encoding="utf-8")


def server() -> str:
    """`http://127.0.0.1:PORT`."""
    return os.environ["BENCHMARK_URL"]


def address() -> str:
    return f"{server()}/v1beta/models/{MODEL}:generateContent"


def request(prompt: str) -> dict[str, Any]:
    """The body of a request in the developer API's format."""
    return {
        "contents": [{"role": "user", "parts": [{"text": prompt}]}],
        "generationConfig": {"temperature": TEMPERATURE},
    }


def answer(body: dict[str, Any]) -> str:
    return str(body["candidates"][0]["content"]["parts"][0]["text"])


def tell(accuracy: float, cases: int) -> None:
    """The tool's own result, as the last line that it prints."""
    print(json.dumps({"accuracy": accuracy, "cases": cases}))
