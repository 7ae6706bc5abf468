from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import either, verdict
from gemini_eval.types import FinishReason, Subject, Verdict


@dataclass(frozen=True, slots=True)
class FinishReasonIs:
    """The model stopped for the given reason, or for `any` of several; `stop` where none is given."""

    value: FinishReason | None = None
    any: tuple[FinishReason, ...] | None = None

    NAME: ClassVar[str] = "finish_reason"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.any == ():
            raise ParameterError("finish_reason: `any` is empty, so nothing can pass", "list at least one", ("any",))
        if self.any is not None and self.value is not None:
            raise ParameterError("finish_reason has a value and `any`", "keep one", ("any",))

    def judge(self, subject: Subject) -> Verdict:
        reasons = self.any or (self.value or "stop",)
        actual = subject.response.finish_reason
        holds = actual in reasons
        return verdict(holds, f"finish reason {actual}" + ("" if holds else f", expected {either(list(reasons))}"))
