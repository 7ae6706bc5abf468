"""What the metrics have in common that score how much of a reference text an answer shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import failed, kind_of, show_both
from gemini_eval.paths import Missing
from gemini_eval.text import normalise, text_of
from gemini_eval.types import Json, Subject, Verdict

MOST_CHARACTERS = 100_000
"""Of the answer or a reference; beyond it a comparison would take seconds."""


def check_threshold(threshold: float) -> None:
    if not 0 <= threshold <= 1:
        raise ParameterError(f"threshold is {threshold:g}; it is from 0 to 1", path=("threshold",))


def compared_texts(subject: Subject, value: Json | Missing) -> tuple[str, ...]:
    """The answer, and what it is compared with; () where that is nothing, or one of them is no text."""
    values = (subject.value, *wanted_values(value, subject.expected))
    texts = [text for item in values if (text := text_of(item)) is not None]
    return tuple(map(normalise, texts)) if len(texts) == len(values) > 1 else ()


def judge_overlap(
    subject: Subject, value: Json | Missing, threshold: float, named: str, score: Callable[[str, Sequence[str]], float]
) -> Verdict:
    """`score` of the answer against the value, else `expected` and its alternatives; it passes from `threshold` on.

    `score` may raise ValueRefusedError where the texts are too long for it.
    """
    wanted = wanted_values(value, subject.expected)
    if not wanted:
        return NO_EXPECTED
    for whose, item in (("the answer", subject.value), *(("expected", item) for item in wanted)):
        if text_of(item) is None:
            return failed(f"{whose} is {kind_of(item)}; {named} compares text")
    answer, *texts = [normalise(text_of(item) or "") for item in (subject.value, *wanted)]
    longest = max(map(len, (answer, *texts)))
    if longest > MOST_CHARACTERS:
        return Verdict(None, 0.0, f"too long to compare: {longest:,} characters, at most {MOST_CHARACTERS:,}")
    try:
        found = min(1.0, score(answer, texts))
    except ValueRefusedError as error:
        return Verdict(None, 0.0, str(error))
    said = f"{named} {found:.3f}, at least {threshold:g} expected"
    if found >= threshold:
        return Verdict(True, found, said)
    expected, answered = show_both(texts[0], answer)
    return Verdict(False, found, f"{said}: expected {expected}, answered {answered}")
