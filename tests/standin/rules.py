"""Which rule a call meets: the first that matches, as often as it may."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from tests.standin.routes import Route
from tests.standin.script import Rule

_DATA = re.compile(r"<data-([0-9a-f]{32})>.*?</data-\1>", re.DOTALL)


class Rules:
    """Rules with what they count: how often each has applied, and how often each body was sent."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._applied = [0] * len(rules)
        self._attempts: Counter[bytes] = Counter()
        self._counts_attempts = any(rule.attempts is not None for rule in rules)

    def match(self, route: Route, call: int, raw: bytes, prompt: str) -> Rule | None:
        """The rule for call number `call` of this method; it counts as applied."""
        attempt = 0
        if self._counts_attempts:
            key = hashlib.sha256(raw).digest()
            self._attempts[key] += 1
            attempt = self._attempts[key]
        for index, rule in enumerate(self._rules):
            if (rule.times is None or self._applied[index] < rule.times) and _holds(rule, route, call, attempt, prompt):
                self._applied[index] += 1
                return rule
        return None


def _holds(rule: Rule, route: Route, call: int, attempt: int, prompt: str) -> bool:
    return (
        rule.method == route.method
        and (rule.calls is None or call in rule.calls)
        and (rule.attempts is None or attempt in rule.attempts)
        and (rule.model is None or rule.model == route.model)
        and (rule.contains is None or rule.contains in prompt)
        and (rule.outside_data is None or rule.outside_data in _DATA.sub("", prompt))
    )
