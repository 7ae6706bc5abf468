"""Whether tuning data looks like the evaluation cases: labels, lengths, languages, vocabulary.

The guide asks that tuning data reflect what the model meets in production, which the evaluation cases stand for. A difference is
told where it is large and chance does not explain it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from gemini_eval.tuning.datum import Datum

LARGE = 0.1
"""Total variation distance of two distributions: the share of one that would have to change to become the other."""

LARGE_SHIFT = 0.2
"""Kolmogorov and Smirnov's distance of two distributions of lengths."""

LARGE_NEWS = 0.15
"""Share of the cases' words that tuning data lacks, over that of its own other half."""

UNLIKELY = 0.01
FEWEST = 20
"""Examples or cases that either side needs before they are compared."""

_LOOKED_AT = 400
"""Characters of a text that tell its script."""

_SCRIPTS = (
    (0x0041, 0x024F, "Latin letters"),
    (0x0370, 0x03FF, "Greek letters"),
    (0x0400, 0x052F, "Cyrillic letters"),
    (0x0590, 0x05FF, "Hebrew letters"),
    (0x0600, 0x06FF, "Arabic letters"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0E00, 0x0E7F, "Thai letters"),
    (0x1100, 0x11FF, "Hangul"),
    (0x3040, 0x30FF, "Kana"),
    (0x3130, 0x318F, "Hangul"),
    (0x3400, 0x9FFF, "Chinese characters"),
    (0xAC00, 0xD7A3, "Hangul"),
)


def differences(tuned: Sequence[Datum], evaluated: Sequence[Datum]) -> list[str]:
    """What is different, a sentence each; nothing where either side is too small to tell."""
    if min(len(tuned), len(evaluated)) < FEWEST:
        return []
    return [*_labels(tuned, evaluated), *_lengths(tuned, evaluated), *_languages(tuned, evaluated), *_words(tuned, evaluated)]


def _labels(tuned: Sequence[Datum], evaluated: Sequence[Datum]) -> Iterator[str]:
    first, second = (Counter(datum.label for datum in side if datum.label is not None) for side in (tuned, evaluated))
    if not first or not second:
        return
    for label in sorted(second.keys() - first.keys()):
        yield f"labels: no example has the label {label}, which {second[label]:,} evaluation cases expect"
    shared = _furthest(first, second)
    if shared:
        yield f"labels: {shared}"


def _languages(tuned: Sequence[Datum], evaluated: Sequence[Datum]) -> Iterator[str]:
    first, second = (Counter(script_of(datum.text) for datum in side) for side in (tuned, evaluated))
    shared = _furthest(first, second)
    if shared:
        yield f"languages, by their writing: {shared}"


def _lengths(tuned: Sequence[Datum], evaluated: Sequence[Datum]) -> Iterator[str]:
    import numpy as np
    from scipy.stats import ks_2samp

    first, second = (np.array([len(datum.text) for datum in side]) for side in (tuned, evaluated))
    test = ks_2samp(first, second, method="asymp")
    if test.statistic > LARGE_SHIFT and test.pvalue < UNLIKELY:
        usual, other = np.median(first), np.median(second)
        yield f"lengths: half the examples have over {usual:,.0f} characters, half the cases over {other:,.0f}"


def _words(tuned: Sequence[Datum], evaluated: Sequence[Datum]) -> Iterator[str]:
    """Held against how much is new in one half of the tuning data to the other, since some of a vocabulary always is."""
    known = {word for datum in tuned[::2] for word in _words_of(datum)}
    own = _news(tuned[1::2], known)
    other = _news(evaluated, known)
    if other - own > LARGE_NEWS:
        yield (
            f"vocabulary: {other:.0%} of the words in the cases are new to a half of the tuning data, "
            f"against {own:.0%} in its other half"
        )


def _words_of(datum: Datum) -> list[str]:
    return [word.strip(".,;:!?\"'()[]…。，、！？") for word in datum.text.casefold().split()]


def _news(data: Sequence[Datum], known: set[str]) -> float:
    words = list(chain.from_iterable(map(_words_of, data)))
    return sum(word not in known for word in words) / len(words) if words else 0.0


def _furthest(first: Counter[str], second: Counter[str]) -> str:
    """Where two distributions differ most, if they do; '' where they do not."""
    names = sorted(first.keys() | second.keys())
    n, m = first.total(), second.total()
    gaps = {name: first[name] / n - second[name] / m for name in names}
    if sum(map(abs, gaps.values())) / 2 <= LARGE:
        return ""
    from scipy.stats import chi2_contingency

    if chi2_contingency([[side[name] for name in names] for side in (first, second)]).pvalue >= UNLIKELY:
        return ""
    name = max(names, key=lambda each: abs(gaps[each]))
    return f"{name}, {first[name] / n:.0%} of the examples, {second[name] / m:.0%} of the cases"


def script_of(text: str) -> str:
    """The script that most letters of a text's beginning are of; Kana and Chinese characters together are Japanese."""
    counts: Counter[str] = Counter()
    for letter, count in Counter(text[:_LOOKED_AT]).items():
        counts[_script(letter)] += count
    counts.pop("", None)
    if not counts:
        return "no letters"
    if counts["Kana"]:
        counts["Kana"] += counts.pop("Chinese characters", 0)
    return counts.most_common(1)[0][0]


@cache
def _script(letter: str) -> str:
    code = ord(letter)
    if code < 0x80:
        return "Latin letters" if letter.isalpha() else ""
    return next((name for low, high, name in _SCRIPTS if low <= code <= high), "")
