"""Texts of tuning data that are evaluation cases too: equal, equal but for spelling, or nearly equal.

Near-duplicates are found by MinHash with banding (Broder, On the resemblance and containment of documents, 1997; Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3) and then measured exactly, so that none is named that is none. Two
texts as near as the usual threshold are found 998 times in 1,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, Literal, TypeAlias
from unicodedata import normalize

import numpy as np

from gemini_eval.text import FOLDS, fold, normalise

NEAR = 0.8
"""Share of their shingles that two texts have in common from which on they are near-duplicates."""

SHINGLE = 4
"""Letters. Those of Korean are the two or three that a syllable is written of, so that another particle is as small a change as
another ending is in English."""

SHORTEST = 20
"""Letters that a text needs before "nearly equal" means something."""

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))

Kind: TypeAlias = Literal["equal", "equal but for spelling", "nearly equal"]
Numbers: TypeAlias = np.ndarray[Any, Any]

_BANDS, _ROWS = 16, 4
_HASHES = _BANDS * _ROWS
_AT_ONCE = 2**16
"""Characters that are hashed at once."""

_MOST_IN_BAND = 4
"""Texts of one bucket that are looked at: where all are made by one template, every pair would be a candidate."""

_MOST_MEASURED = 4
_SLACK = 0.15
"""Three deviations of the share that signatures agree in."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A text of the first side and the text of the second that it equals, by their indices; `share` of shingles in common."""

    tuned: int
    evaluated: int
    kind: Kind
    share: float = 1.0


def find_leaks(tuned: Sequence[str], evaluated: Sequence[str], near: float = NEAR) -> list[Leak]:
    """For each text of `tuned` that one of `evaluated` is like, the nearest found; by `tuned`. Empty texts are like none."""
    found: dict[int, Leak] = {}
    exact = _first_places(evaluated)
    spelled = [folded(text) for text in evaluated]
    by_spelling = _first_places(spelled)
    rest: list[int] = []
    folds = [folded(text) for text in tuned]
    letters = [_letters(text) for text in folds]
    for index, text in enumerate(tuned):
        if not folds[index]:
            continue
        if text in exact:
            found[index] = Leak(index, exact[text], "equal")
        elif folds[index] in by_spelling:
            found[index] = Leak(index, by_spelling[folds[index]], "equal but for spelling")
        elif len(letters[index]) >= SHORTEST:
            rest.append(index)
    for leak in _near(letters, rest, [_letters(text) for text in spelled], near):
        found[leak.tuned] = leak
    return [found[index] for index in sorted(found)]


def folded(text: str) -> str:
    """A text without what spelling alone changes: case, width, white space, the marks it ends with, what can't be seen."""
    return _joined(fold(normalise(text if text.isascii() else text.translate(_UNSEEN)), FOLDS))


def _joined(text: str) -> str:
    """Without the spaces beside Korean, which one writer puts and another leaves out."""
    if text.isascii():
        return text
    words = text.split(" ")
    kept = ["" if _is_korean(one[-1:]) or _is_korean(other[:1]) else " " for one, other in pairwise(words)]
    return "".join(chain.from_iterable(zip(words, [*kept, ""], strict=True)))


def _is_korean(letter: str) -> bool:
    return "가" <= letter <= "힣"


def _letters(text: str) -> str:
    """With each Korean syllable as the letters that it is written of."""
    return text if text.isascii() else normalize("NFD", text)


def _first_places(texts: Sequence[str]) -> dict[str, int]:
    return {text: index for index, text in reversed(list(enumerate(texts)))}


# ---- near-duplicates -------------------------------------------------------------------------------------------


def _near(mine: Sequence[str], rest: Sequence[int], theirs: Sequence[str], near: float) -> Iterator[Leak]:
    long = [index for index, text in enumerate(theirs) if len(text) >= SHORTEST]
    if not rest or not long:
        return
    first, second = signatures([mine[index] for index in rest]), signatures([theirs[index] for index in long])
    for row, columns in _candidates(first, second, near - _SLACK):
        shares = [(shared(mine[rest[row]], theirs[long[column]]), -column) for column in columns]
        share, column = max(shares)
        if share >= near:
            yield Leak(rest[row], long[-column], "nearly equal", share)


def shared(one: str, other: str) -> float:
    """Jaccard: the share of all shingles of two texts that are in both."""
    first, second = _shingles(_letters(one)), _shingles(_letters(other))
    return len(first & second) / len(first | second)


def _shingles(text: str) -> set[str]:
    return {text[at : at + SHINGLE] for at in range(max(1, len(text) - SHINGLE + 1))}


def signatures(texts: Sequence[str]) -> Numbers:
    """The smallest of each of 64 hashes over the shingles of each text: an array (texts, 64)."""
    found = np.empty((len(texts), _HASHES), dtype=np.uint32)
    random = np.random.default_rng(20_260_101)
    masks = random.integers(0, 2**32, _HASHES, dtype=np.uint32)
    factors = random.integers(0, 2**32, _HASHES, dtype=np.uint32) | np.uint32(1)
    for start, end in _portions(texts):
        hashes, starts = _hashed([text.ljust(SHINGLE, "\0") for text in texts[start:end]])
        for column in range(_HASHES):
            np.minimum.reduceat((hashes ^ masks[column]) * factors[column], starts, out=found[start:end, column])
    return found


def _portions(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > _AT_ONCE:
            yield start, index
            start, size = index, 0
        size += len(text)
    if start < len(texts):
        yield start, len(texts)


def _hashed(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """A hash for each shingle of each text, and where each text's begin."""
    lengths = np.array([len(text) for text in texts])
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    windows = codes[: len(codes) - SHINGLE + 1].copy()
    for step in range(1, SHINGLE):
        windows = windows * np.uint64(0x9E3779B97F4A7C15) + codes[step : len(codes) - SHINGLE + 1 + step]
    windows ^= windows >> np.uint64(29)
    windows *= np.uint64(0xBF58476D1CE4E5B9)
    ends = np.cumsum(lengths)
    whole = np.ones(len(windows), dtype=bool)
    for step in range(1, SHINGLE):  # a window that begins here would reach into the next text
        whole[ends[:-1] - step] = False
    counts = lengths - SHINGLE + 1
    return (windows[whole] >> np.uint64(32)).astype(np.uint32), np.concatenate(([0], np.cumsum(counts)[:-1]))


def _candidates(first: Numbers, second: Numbers, least: float) -> Iterator[tuple[int, list[int]]]:
    """Rows of `first`, each with the few rows of `second` whose signatures agree most, in at least the share `least`."""
    rows, columns = _colliding(first, second)
    agree = np.concatenate(
        [
            (first[rows[at : at + _AT_ONCE]] == second[columns[at : at + _AT_ONCE]]).mean(axis=1, dtype=np.float32)
            for at in range(0, len(rows), _AT_ONCE)
        ]
        or [np.empty(0, dtype=np.float32)]
    )
    kept = np.flatnonzero(agree >= least)
    order = kept[np.lexsort((columns[kept], -agree[kept], rows[kept]))]
    rows, columns = rows[order], columns[order]
    bounds = [*np.flatnonzero(np.diff(rows, prepend=-1)).tolist(), len(rows)]
    for begin, end in pairwise(bounds):
        yield int(rows[begin]), columns[begin : min(end, begin + _MOST_MEASURED)].tolist()


def _colliding(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Pairs of rows that agree in all hashes of one band at least, once each; of a full bucket the few that agree in the
    next band too, or come near to it."""
    pairs = []
    for band in range(_BANDS):
        mine, theirs = _band(first, band), _band(second, band)
        order = np.argsort(theirs, kind="stable")
        ordered = theirs[order]
        low = np.searchsorted(ordered, mine & ~_NEXT, "left")
        high = np.searchsorted(ordered, mine | _NEXT, "right")
        hit = np.flatnonzero(high > low)
        low, high = low[hit], high[hit]
        many = np.minimum(high - low, _MOST_IN_BAND)
        middle = np.searchsorted(ordered, mine[hit], "left") - _MOST_IN_BAND // 2
        left = np.clip(middle, low, high - many)
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        columns = order[np.repeat(left, many) + within]
        pairs.append(np.repeat(hit, many) * len(second) + columns)
    found = np.unique(np.concatenate(pairs))
    return found // len(second), found % len(second)


_NEXT = np.uint64(2**32 - 1)


def _band(signed: Numbers, band: int) -> Numbers:
    """For each row a number whose upper half is its band, the lower half the next band."""
    halves = []
    for which in (band, (band + 1) % _BANDS):
        key = np.zeros(len(signed), dtype=np.uint64)
        for column in range(which * _ROWS, (which + 1) * _ROWS):
            key = (key ^ signed[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        halves.append(key >> np.uint64(32))
    return halves[0] << np.uint64(32) | halves[1]
