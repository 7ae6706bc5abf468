"""Which examples are learned from together, and in which order: pure, and the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BATCH = 8
"""Examples a step."""
WIDTH_STEP = 8
"""Rectangles are so many positions wide or a multiple of it: each new shape costs the library a preparation of its own."""
SORTED_TOGETHER = 8 * BATCH
"""Examples of like length go together, chosen among so many, so that little is padded and the order is still random."""
TOKENS_AT_ONCE = 1024
"""A batch of longer examples is computed in parts of at most so many tokens, padding included; the step is the same."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One example as the model sees it: the prompt, then the answer that is learned."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def length(self) -> int:
        """Positions that are computed: all tokens but the last, after which nothing is asked."""
        return len(self.prompt) + len(self.answer) - 1


def epoch_batches(examples: Sequence[Tokens], seed: int, epoch: int) -> list[list[Tokens]]:
    """Every example once. The order depends on seed and epoch alone, so that a training that goes on has the same."""
    draw = random.Random(f"{seed}/{epoch}")
    shuffled = list(examples)
    draw.shuffle(shuffled)
    ordered: list[Tokens] = []
    for start in range(0, len(shuffled), SORTED_TOGETHER):
        ordered += sorted(shuffled[start : start + SORTED_TOGETHER], key=lambda example: example.length)
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    draw.shuffle(batches)
    return batches


def parts_of(batch: Sequence[Tokens], most: int = TOKENS_AT_ONCE) -> Iterator[list[Tokens]]:
    """The batch in parts of at most `most` tokens, padding included; an example longer than that goes alone."""
    part: list[Tokens] = []
    for example in batch:
        longest = max(other.length for other in [*part, example])
        if part and longest * (len(part) + 1) > most:
            yield part
            part = []
        part.append(example)
    yield part


@dataclass(frozen=True, slots=True)
class Padded:
    """`ids` is a row of positions for each example; `places` count them row by row: those after which a token of `targets` is to
    come."""

    ids: list[list[int]]
    places: list[int]
    targets: list[int]


def padded(examples: Sequence[Tokens]) -> Padded:
    """The examples as one rectangle; what is filled up on the right is seen by nobody to its left."""
    width = -(-max(example.length for example in examples) // WIDTH_STEP) * WIDTH_STEP
    ids: list[list[int]] = []
    places: list[int] = []
    targets: list[int] = []
    for row, example in enumerate(examples):
        seen = [*example.prompt, *example.answer][:-1]
        ids.append(seen + [0] * (width - len(seen)))
        first = row * width + len(example.prompt) - 1
        places += range(first, first + len(example.answer))
        targets += example.answer
    return Padded(ids, places, targets)
