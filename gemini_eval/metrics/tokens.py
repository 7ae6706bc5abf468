from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.parameters import ParameterError, Range
from gemini_eval.metrics.wording import verdict
from gemini_eval.types import Subject, Usage, Verdict


@dataclass(frozen=True, slots=True)
class Tokens:
    """The model counted the right number of tokens: `{min, max}` for `prompt`, `output`, `thoughts` or `total` (all three)."""

    prompt: Range | None = None
    output: Range | None = None
    thoughts: Range | None = None
    total: Range | None = None

    NAME: ClassVar[str] = "tokens"
    READS: ClassVar[Literal["answer", "output", "response"]] = "response"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.prompt is None and self.output is None and self.thoughts is None and self.total is None:
            raise ParameterError("tokens counts nothing", "for example {output: {max: 64}}; or prompt, thoughts, total")

    def judge(self, subject: Subject) -> Verdict:
        usage = subject.response.usage
        wanted = {"prompt": self.prompt, "output": self.output, "thoughts": self.thoughts, "total": self.total}
        counts = {"prompt": usage.prompt, "output": usage.output, "thoughts": usage.thoughts, "total": _total(usage)}
        said, holds = [], True
        for name, allowed in wanted.items():
            count = counts[name]
            if allowed is None:
                continue
            if count is None:
                return Verdict(None, 0.0, f"the model did not say how many {name} tokens there were")
            holds = holds and count in allowed
            said.append(f"{count} {name} tokens, {allowed} expected")
        return verdict(holds, "; ".join(said))


def _total(usage: Usage) -> int | None:
    if usage.prompt is None or usage.output is None:
        return None
    return usage.prompt + usage.output + (usage.thoughts or 0)
