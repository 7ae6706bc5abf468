"""What a judge can be asked: a rubric about one answer, or which of two answers meets it better."""

from __future__ import annotations

from typing import Protocol

from gemini_eval.safe.templates import TemplateSource
from gemini_eval.types import Answer, Json


class AnyQuestion(Protocol):
    """One judge, asked one thing. Hashable, since replies are found by it. `rubric` is a template yet to be rendered, in the
    templates' process."""

    @property
    def judge(self) -> str: ...

    @property
    def rubric(self) -> TemplateSource: ...

    def instruction(self) -> str:
        """The system instruction."""
        ...

    def text(self, rubric: str) -> str:
        """What is asked, with the rubric as it was rendered."""
        ...

    def schema(self) -> Json:
        """The reply's response schema, in Gemini's notation."""
        ...

    def broken(self, reply: Answer | None) -> str:
        """Why a reply is no verdict; '' where it is one."""
        ...
