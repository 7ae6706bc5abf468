from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

from gemini_eval.labels import Labels
from gemini_eval.metrics.wanted import NO_EXPECTED, wanted_values
from gemini_eval.metrics.wording import either, failed, kind_of, passed, show
from gemini_eval.paths import MISSING
from gemini_eval.text import Fold, text_of
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class Label:
    """The answer is `expected`'s label, by its own name or by one of its aliases; aliases match case-folded.

    Of a list of labels (`answer: {as: list}`) the answer has exactly these, in any order. `fold` says how names are compared;
    it is the suite's `answer.fold`.
    """

    fold: tuple[Fold, ...] = ()

    NAME: ClassVar[str] = "label"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = True

    def judge(self, subject: Subject) -> Verdict:
        wanted = wanted_values(MISSING, subject.expected)
        if not wanted:
            return NO_EXPECTED
        if any(isinstance(value, list) for value in wanted):
            return _judge_set(wanted[0], subject, self.fold)
        names = [text_of(value) for value in wanted]
        if None in names:
            return failed(f"expected is {kind_of(wanted[names.index(None)])}, which is no label")
        labels = _labels(_frozen(subject.labels or {name: () for name in names if name is not None}), self.fold)
        canonical = [labels.canonical(name) for name in names]
        if None in canonical:
            return failed(f"expected {show(wanted[canonical.index(None)])} is none of the labels {_known(labels)}")
        expected = either([str(name) for name in canonical])
        answer = labels.canonical(text_of(subject.value))
        if answer is None:
            what = "is no label" if subject.labels else "is another"
            return failed(f"expected {expected}, answered {show(subject.value)}, which {what}")
        if answer in canonical:
            return passed(f"the answer is {answer}")
        return failed(f"expected {expected}, answered {answer}")


def _judge_set(wanted: Json, subject: Subject, folds: tuple[Fold, ...]) -> Verdict:
    """Several labels: the answer's are exactly the expected ones, in any order."""
    labels = _labels(_frozen(subject.labels or {str(name): () for name in wanted}), folds)
    expected, answered = set(labels.several(wanted)), set(labels.several([] if subject.value is None else subject.value))
    if expected == answered:
        return passed(f"the answer is {_listed(expected)}")
    unknown = sorted(item for item in answered if labels.canonical(item) is None)
    parts = [
        f"{_listed(expected - answered)} missing" if expected - answered else "",
        f"{_listed(answered - expected - set(unknown))} too many" if answered - expected - set(unknown) else "",
        f"{_listed(unknown)} no label" if unknown else "",
    ]
    return failed(f"expected {_listed(expected)}, answered {_listed(answered)}: {', '.join(filter(None, parts))}")


def _listed(names: Iterable[str]) -> str:
    return either([show(name) for name in sorted(names)], "and") or "none"


def _frozen(labels: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((label, tuple(aliases)) for label, aliases in labels.items())


@lru_cache(maxsize=256)
def _labels(items: tuple[tuple[str, tuple[str, ...]], ...], folds: tuple[Fold, ...]) -> Labels:
    return Labels(dict(items), frozenset(folds))


def _known(labels: Labels) -> str:
    return either(list(labels.names), "and")
