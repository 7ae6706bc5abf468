"""Says that it was imported, which nothing here may bring about but the flag and the person's own environment."""

from __future__ import annotations

print("imported")


def polite(answer: str, context: object) -> bool:
    return "please" in answer.lower()
