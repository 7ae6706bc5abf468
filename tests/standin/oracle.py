"""The oracle: right answers from a table, wrong ones at set rates, the same on every run."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import orjson
from scipy.special import betaincinv

from tests.standin.script import Oracle


class Answerer:
    """Says the usual answer to a body. It counts calls of each key, which `flakiness` hangs on, and of each prompt for `rate`."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self._calls: Counter[str] = Counter()
        self._chances: dict[str, float] = {}
        self._wrong = oracle.wrong or tuple(sorted(set(oracle.truth.values())))

    def answer(self, body: Any, prompt: str, model: str = "") -> str:
        oracle = self.oracle
        if oracle.echo:
            return body_key(body)[:8]
        key = self._key(prompt) if oracle.truth else None
        if key is None:
            return oracle.answer
        if oracle.rate is not None:
            right = self._is_right(key, prompt, model if oracle.by_model else "", oracle.rate)
            return oracle.truth[key] if right else self._wrong_answer(key)
        wrong = oracle.error_rate > 0 and _share(oracle.seed, key) < oracle.error_rate
        if oracle.flakiness > 0:
            self._calls[key] += 1
            wrong ^= _share(oracle.seed, key, self._calls[key]) < oracle.flakiness
        return self._wrong_answer(key) if wrong else oracle.truth[key]

    def _is_right(self, key: str, prompt: str, model: str, rate: float) -> bool:
        """By the key's own probability; lost for good where the prompt holds a harmful text that hits this key."""
        oracle = self.oracle
        for text, drop in oracle.drops.items():
            if text in prompt and _share(oracle.seed, key, "lost", text) < drop / rate:
                return False
        if key not in self._chances:
            first, second = rate * oracle.steadiness, (1 - rate) * oracle.steadiness
            self._chances[key] = float(betaincinv(first, second, _share(oracle.seed, key, "chance")))
        drawn = model + prompt
        self._calls[drawn] += 1
        return _share(oracle.seed, drawn, self._calls[drawn]) < self._chances[key]

    def _key(self, prompt: str) -> str | None:
        truth = self.oracle.truth
        for line in reversed(prompt.splitlines()):
            if line in truth:
                return line
            rest = line.partition(": ")[2]
            if rest in truth:
                return rest
        return None

    def _wrong_answer(self, key: str) -> str:
        choices = [answer for answer in self._wrong if answer != self.oracle.truth[key]] or ["none of these"]
        return choices[int(_share(self.oracle.seed, key, "choice") * len(choices))]


def body_key(body: Any) -> str:
    """SHA-256 of the body as canonical JSON, in hex."""
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _share(*parts: object) -> float:
    """A number in [0, 1) that is a function of `parts`."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
