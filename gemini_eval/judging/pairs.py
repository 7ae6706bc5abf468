"""A case's answer beside another variant's: what judges are asked about the two, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gemini_eval.judgements import PairVerdict
from gemini_eval.judging.case import Wanted, elected
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered, Replies, read_sample
from gemini_eval.rubrics.pairwise import Pairwise
from gemini_eval.safe.json_text import dump_json
from gemini_eval.suites.model import Case, Samples
from gemini_eval.types import Family


@dataclass(frozen=True, slots=True)
class Side:
    """The answers of one variant to a case."""

    judge: Judge
    samples: Samples
    answers: Sequence[Answered]


Rivals: TypeAlias = Mapping[str, Side]
"""The sides that a case's answer is held against, by their variant; one that the run leaves out has none."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """The answer that stands for the case: the vote's winner, else the first delivered sample's. `text` is None where there is
    none, and `why` says why; `lost` where it was not delivered."""

    sample: int
    text: str | None = None
    why: str = ""
    lost: bool = False


def pairs_of(judge: Judge) -> list[Pairwise]:
    """The comparisons in which the judge's variant is held against another."""
    return [pair for pair in judge.suite.pairwise if pair.variant == judge.variant.name]


def asked_about_pairs(side: Side, case: Case, rivals: Rivals) -> list[Wanted]:
    """What judges are to be asked. Nothing where one side has no answer, nor where the right answer is none."""
    wanted: list[Wanted] = []
    for pair in _compared(side, case, rivals):
        ours, theirs = _standing(side), _standing(rivals[pair.over])
        if ours.text is not None and theirs.text is not None:
            wanted += [Wanted(ours.sample, question, None, "") for question in pair.questions(ours.text, theirs.text)]
    return wanted


def judge_pairs(side: Side, case: Case, rivals: Rivals, replies: Replies) -> dict[str, PairVerdict]:
    """By the name of each comparison that the case is in."""
    return {
        pair.name: _judged(pair, _standing(side), _standing(rivals[pair.over]), replies) for pair in _compared(side, case, rivals)
    }


def _compared(side: Side, case: Case, rivals: Rivals) -> list[Pairwise]:
    if case.expected_outcome is not None:
        return []
    return [pair for pair in pairs_of(side.judge) if pair.over in rivals]


def _judged(pair: Pairwise, ours: _Standing, theirs: _Standing, replies: Replies) -> PairVerdict:
    """A side that was delivered without an answer loses; where one was not delivered there is no pair."""
    for side, whose in ((ours, pair.variant), (theirs, pair.over)):
        if side.lost:
            return PairVerdict(pair.over, None, f"not delivered: {whose}: {side.why}")
    if ours.text is not None and theirs.text is not None:
        return pair.judge(ours.text, theirs.text, replies.get(ours.sample, {}).get)
    share = (1 + (ours.text is not None) - (theirs.text is not None)) / 2
    told = [f"{whose}: {side.why}" for side, whose in ((ours, pair.variant), (theirs, pair.over)) if side.text is None]
    return PairVerdict(pair.over, share, "; ".join(told))


def _standing(side: Side) -> _Standing:
    read = [read_sample(side.judge, answered) for answered in side.answers]
    every = [sample for sample, _ in read]
    lost = [sample for sample in every if sample.outcome.family is Family.NOT_DELIVERED]
    if lost and (side.samples.vote or len(lost) == len(every)):
        return _Standing(0, why=lost[0].reason or lost[0].outcome.value.replace("_", " "), lost=True)
    at = elected(every) if side.samples.vote else next(n for n, sample in enumerate(every) if sample not in lost)
    if at is None:
        return _Standing(0, why="the vote is a tie" if any(sample.answer is not None for sample in every) else every[0].reason)
    sample, found = read[at]
    if sample.outcome.family is not Family.JUDGED or found is None:
        return _Standing(sample.index, why=sample.reason or "no answer found in the output")
    text = found.value if isinstance(found.value, str) else dump_json(found.value).decode()
    return _Standing(sample.index, text)
