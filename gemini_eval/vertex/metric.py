"""What the service's metrics have in common: instances to ask about, and a verdict once the replies are there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from gemini_eval.safe.json_text import canonical_json, dump_json, read_record
from gemini_eval.types import Answer, Expected, Json, Subject, Verdict
from gemini_eval.vertex.reply import Result, read_result


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing that the service is to judge. `spec`, which all instances of a metric share, and `values` are canonical JSON;
    `needs_prompt`: what the model was asked is yet to be put among the values. `location` is the one that the suite writes;
    `rated`: a model judges, which need not say the same another time."""

    metric: str
    spec: str
    values: str
    location: str = ""
    needs_prompt: bool = False
    rated: bool = False

    def filled(self, prompt: str) -> str:
        """The values with the prompt, where it is needed."""
        if not self.needs_prompt:
            return self.values
        return canonical_json({**read_record(self.values.encode()), "prompt": prompt}).decode()

    def broken(self, reply: Answer | None) -> str:
        """Why a reply is no result; '' where it is one, and where another one would say the same."""
        return read_result(reply).broken if self.rated else ""


@dataclass(frozen=True, slots=True)
class ServiceMetric(ABC):
    """Base of the metrics below `vertex` (protocol `Metric`); `location` is where the service is asked, '' for the target's."""

    location: str = field(default="", kw_only=True)

    NAME: ClassVar[str]
    READS: ClassVar[Literal["answer", "output", "response"]]
    POSITIONAL: ClassVar[str | None]
    NEEDS_EXPECTED: ClassVar[bool]
    TOGETHER: ClassVar[bool] = False
    """Whether one call takes many instances, all of one `spec`."""

    @property
    def spec(self) -> dict[str, Json]:
        return {}

    def questions(self, subject: Subject) -> tuple[Instance, ...]:
        """() where the answer can be judged without the service."""
        found = self.asked(subject)
        return found if isinstance(found, tuple) else ()

    def judge(self, subject: Subject, replies: Sequence[Answer | None] = ()) -> Verdict:
        """`replies` answer the questions in their order; one that is missing may leave no verdict."""
        found = self.asked(subject)
        if isinstance(found, Verdict):
            return found
        return self.verdict(subject, [read_result(reply) for reply in [*replies, *[None] * (len(found) - len(replies))]])

    @abstractmethod
    def asked(self, subject: Subject) -> tuple[Instance, ...] | Verdict:
        """What the service is asked, or the verdict that needs no asking."""

    @abstractmethod
    def verdict(self, subject: Subject, results: Sequence[Result]) -> Verdict: ...

    def count(self, expected: Expected | None) -> int:
        """How many instances a case is, for an estimate."""
        return 1

    def instance(self, spec: Mapping[str, Json], values: Mapping[str, Json], *, needs_prompt: bool = False) -> Instance:
        return Instance(
            self.NAME,
            canonical_json(spec).decode(),
            canonical_json(values).decode(),
            self.location,
            needs_prompt,
            not self.TOGETHER,
        )


def as_text(value: Json) -> str:
    return value if isinstance(value, str) else dump_json(value).decode()


def no_verdict(results: Sequence[Result]) -> Verdict:
    """Some reply is missing without which nothing can be said."""
    why = next(result.broken for result in results if result.broken)
    return Verdict(None, 0.0, f"no verdict of the evaluation service: {why}")
