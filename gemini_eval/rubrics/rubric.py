"""The assertion that asks a judge. Judging stays pure: it has questions, the engine brings the replies, and then it judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.judgements import Heard
from gemini_eval.paths import MISSING, Path, lookup
from gemini_eval.rubrics.reply import Ballot, read_reply
from gemini_eval.rubrics.wording import VERSION, Scale, instruction, question_text, reply_schema
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.types import Answer, Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class Juror:
    """A judge and what shapes its replies: its name in the suite, its model, its parameters as canonical JSON."""

    name: str
    model: str
    params: str = "{}"


@dataclass(frozen=True, slots=True)
class Question:
    """One judge, asked about one text, in `steps` where there are any."""

    judge: str
    rubric: TemplateSource
    judged: str
    scale: Scale | None = None
    steps: int = 0

    def instruction(self) -> str:
        return instruction(self.scale, self.steps)

    def text(self, rubric: str) -> str:
        return question_text(rubric, self.judged, self.scale)

    def schema(self) -> Json:
        return reply_schema(self.scale, self.steps)

    def broken(self, reply: Answer | None) -> str:
        return read_reply(reply, self.scale, self.steps).broken


@dataclass(frozen=True, slots=True)
class Rubric:
    """Whether the answer meets a text, by one judge or a jury (protocol `Metric`).

    Each juror says yes or no, or with `scale` gives a score, which is a yes from `threshold` on; `at_least` so many must say yes.
    The score is the jurors' mean: 1 for a yes, 0 for a no, and 0..1 for worst to best of the scale. `steps` is how many
    evaluation steps each goes through, 0 for none; `context` the path of the variable that is judged in place of the answer.
    `text` and `version` stand for the words that the judges read, so that they are part of what a case is judged by.
    """

    text: str
    jurors: tuple[Juror, ...]
    source: TemplateSource = field(compare=False)
    at_least: int = 1
    scale: Scale | None = None
    threshold: float | None = None
    steps: int = 0
    context: Path = ()
    version: str = field(default=VERSION, init=False)

    NAME: ClassVar[str] = "rubric"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def questions(self, subject: Subject) -> tuple[Question, ...]:
        """One for each juror."""
        value = lookup({"vars": dict(subject.vars)}, self.context) if self.context else subject.value
        judged = value if isinstance(value, str) else dump_json(None if value is MISSING else value).decode()
        return tuple(Question(juror.name, self.source, judged, self.scale, self.steps) for juror in self.jurors)

    def judge(self, subject: Subject, replies: Sequence[Answer | None] = ()) -> Verdict:
        """`replies` answer the questions in their order. A verdict that a missing reply could turn is none."""
        given = [*replies, *[None] * (len(self.jurors) - len(replies))]
        ballots = [read_reply(reply, self.scale, self.steps) for reply in given]
        whole = [ballot for ballot in ballots if not ballot.broken]
        yes = sum(self._is_yes(ballot) for ballot in whole)
        said = "; ".join(self._said(juror, ballot) for juror, ballot in zip(self.jurors, ballots, strict=True))
        heard = self._heard(ballots)
        if yes < self.at_least <= yes + len(ballots) - len(whole):
            return Verdict(None, 0.0, said, heard=heard)
        score = sum(map(self._share, whole)) / len(whole)
        jury = f"{yes} of {len(ballots)} judges say yes, needs {self.at_least}: " if len(ballots) > 1 else ""
        return Verdict(yes >= self.at_least, score, jury + said, heard=heard)

    def _heard(self, ballots: Sequence[Ballot]) -> Heard:
        names = tuple(juror.name for juror in self.jurors)
        values = {name: float(ballot.value) for name, ballot in zip(names, ballots, strict=True) if not ballot.broken}
        return Heard(names, values, self.scale, self.threshold)

    def _is_yes(self, ballot: Ballot) -> bool:
        return ballot.value >= self.threshold if self.scale and self.threshold is not None else ballot.value is True

    def _share(self, ballot: Ballot) -> float:
        low, high = self.scale or (0, 1)
        return (ballot.value - low) / (high - low)

    def _said(self, juror: Juror, ballot: Ballot) -> str:
        if ballot.broken:
            return f"no verdict of {juror.name}: {ballot.broken}"
        if self.scale is None:
            return f"{juror.name} says {'yes' if ballot.value else 'no'}: {ballot.reason}"
        sign = ">=" if self._is_yes(ballot) else "<"
        value = f"{ballot.value}"
        if ballot.said is not None:
            value = f"{ballot.value:.2f}, the mean by its probabilities, having said {ballot.said}"
        return f"{juror.name} gives {value} ({sign} {self.threshold:g}): {ballot.reason}"
