"""Two answers to the same case, held against each other by judges, each in both orders. Pure: nobody is asked here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from gemini_eval.errors import Place
from gemini_eval.judgements import PairVerdict
from gemini_eval.rubrics.reply import MOST_SHOWN, read_object, shown_value
from gemini_eval.rubrics.rubric import Juror
from gemini_eval.rubrics.wording import DATA_RULES
from gemini_eval.safe.fence import fenced
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.types import Answer, Json

FIRST, SECOND, TIE = "first", "second", "tie"
CHOICES = (FIRST, SECOND, TIE)

_RULES = f"""You are a judge. You are given a rubric and two answers, and you say which of them meets the rubric better.

{DATA_RULES}
Which answer comes first, and how long it is, says nothing about how good it is.

Reply with JSON. First "reason": one or two sentences on what decides it, with the words of the answers that show it. Then
"better": "{FIRST}" or "{SECOND}" for the answer that meets the rubric better, "{TIE}" where both meet it equally well."""
_ASKED = """Rubric:
{rubric}

First answer:
{first}

Second answer:
{second}

Which answer meets the rubric better?"""

PAIR_VERSION = sha256(repr((_RULES, _ASKED, CHOICES)).encode()).hexdigest()[:8]
"""A hash of the words that judges are told, for a run's header."""


@dataclass(frozen=True, slots=True)
class PairQuestion:
    """One judge, asked about two texts in one order."""

    judge: str
    rubric: TemplateSource
    first: str
    second: str

    def instruction(self) -> str:
        return _RULES

    def text(self, rubric: str) -> str:
        return _ASKED.format(rubric=rubric, first=fenced(self.first), second=fenced(self.second))

    def schema(self) -> Json:
        properties = {"reason": {"type": "STRING"}, "better": {"type": "STRING", "enum": list(CHOICES)}}
        return {"type": "OBJECT", "properties": properties, "required": [*properties], "propertyOrdering": [*properties]}

    def broken(self, reply: Answer | None) -> str:
        return _read(reply).broken


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Whether `variant` answers better than `over`, by a rubric and one judge or a jury."""

    name: str
    variant: str
    over: str
    jurors: tuple[Juror, ...]
    source: TemplateSource
    place: Place | None = None

    def questions(self, ours: str, theirs: str) -> tuple[PairQuestion, ...]:
        """Two of each juror: ours first, then ours second. None where the answers are the same."""
        orders = ((ours, theirs), (theirs, ours)) if ours != theirs else ()
        return tuple(PairQuestion(juror.name, self.source, *order) for juror in self.jurors for order in orders)

    def judge(self, ours: str, theirs: str, reply: Callable[[PairQuestion], Answer | None]) -> PairVerdict:
        """A juror's word counts where both orders agree, else as a tie; the jury's is what more than half of it says, else a tie.
        One that a missing reply could turn is none."""
        if ours == theirs:
            return PairVerdict(self.over, 0.5, "both answers are the same")
        replies = [_read(reply(question)) for question in self.questions(ours, theirs)]
        votes = [_Vote(juror.name, *pair) for juror, pair in zip(self.jurors, _pairs(replies), strict=True)]
        orders = {vote.judge: (vote.forward.choice, vote.backward.choice) for vote in votes}
        said = "; ".join(vote.said for vote in votes)
        return PairVerdict(self.over, _decided([vote.share for vote in votes]), said, orders)


@dataclass(frozen=True, slots=True)
class _Choice:
    """One reply: what it chose, or why it chose nothing."""

    choice: str = ""
    reason: str = ""
    broken: str = ""


def _read(reply: Answer | None) -> _Choice:
    """Strictly by the schema, as verdicts are."""
    value, broken = read_object(reply, ("reason", "better"))
    if broken:
        return _Choice(broken=broken)
    if value["better"] not in CHOICES:
        return _Choice(broken=f"its choice is {shown_value(value['better'])}")
    return _Choice(value["better"], " ".join(value["reason"].split())[:MOST_SHOWN])


def _pairs(choices: Sequence[_Choice]) -> list[tuple[_Choice, _Choice]]:
    return list(zip(choices[::2], choices[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class _Vote:
    """One juror's two replies; `forward` had our answer first. Its share is 1 for ours, 0 for theirs, 0.5 for a tie."""

    judge: str
    forward: _Choice
    backward: _Choice
    share: float | None = field(init=False)

    def __post_init__(self) -> None:
        by_order = (_share(self.forward.choice, FIRST), _share(self.backward.choice, SECOND))
        share = None if None in by_order else by_order[0] if by_order[0] == by_order[1] else 0.5
        object.__setattr__(self, "share", share)

    @property
    def said(self) -> str:
        broken = self.forward.broken or self.backward.broken
        if broken:
            return f"no verdict of {self.judge}: {broken}"
        if self.forward.choice == self.backward.choice != TIE:
            return f"{self.judge} prefers whichever comes {self.forward.choice}, a tie: {self.forward.reason}"
        if self.forward.choice != self.backward.choice and self.share == 0.5:
            return f"{self.judge} decides in one order only, a tie: {self.forward.reason}"
        words = {1.0: "prefers this answer", 0.0: "prefers the other answer", 0.5: "calls it a tie"}
        assert self.share is not None
        return f"{self.judge} {words[self.share]}: {self.forward.reason}"


def _share(choice: str, ours: str) -> float | None:
    if not choice:
        return None
    return 0.5 if choice == TIE else float(choice == ours)


def _decided(shares: Sequence[float | None]) -> float | None:
    needed, open_ = len(shares) // 2 + 1, shares.count(None)
    for share in (1.0, 0.0):
        if shares.count(share) >= needed:
            return share
    turned = open_ and max(shares.count(1.0), shares.count(0.0)) + open_ >= needed
    return None if turned else 0.5
