"""The splits of a suite's data, as Google's guide to tuning calls them, and a suite over another split than its own."""

from __future__ import annotations

from dataclasses import replace

from gemini_eval.suites.model import Suite

TRAIN, VALIDATION, TEST = "train", "validation", "test"


def in_split(suite: Suite, split: str, *, whole: bool = False) -> Suite:
    """The suite with the rows of one split for its cases, and nothing of it decided. `whole` takes all rows of the split: a
    `limit` is for asking."""
    sources = tuple(
        replace(source, split=replace(source.split, use=split), limit=None if whole else source.limit)
        for source in suite.sources
        if source.split is not None
    )
    return replace(suite, sources=sources, cases=(), gates=())
