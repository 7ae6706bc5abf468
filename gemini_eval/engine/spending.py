"""What a run uses up, held against its budget."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.engine.jobs import Budget, Ending
from gemini_eval.types import Answer, Failure, Response


@dataclass(slots=True)
class Spending:
    """Counts into `ending`, and cuts the run short there where the budget is spent."""

    budget: Budget
    ending: Ending
    errors: int = 0

    def take(self) -> bool:
        """Whether the run goes on and its budget allows one more request, which is then counted."""
        budget, ending = self.budget, self.ending
        if ending.over:
            return False
        if budget.requests is not None and ending.sent + budget.used_requests >= budget.requests:
            self.cut(f"the budget of {budget.requests:,} requests is spent")
        elif budget.cost_micros is not None and ending.cost_micros + budget.used_micros >= budget.cost_micros:
            self.cut(f"the budget of ${_plain(budget.cost_micros / 1e6)} is spent")
        else:
            ending.sent += 1
            return True
        return False

    def count(self, answer: Answer) -> None:
        """An answer that was asked for has come, or its request was given up."""
        if isinstance(answer, Response):
            self.ending.cost_micros += answer.cost_micros or 0
            return
        assert isinstance(answer, Failure)
        self.errors += 1
        if self.budget.errors is not None and self.errors >= self.budget.errors:
            lost = "1 request was" if self.errors == 1 else f"{self.errors:,} requests were"
            self.cut(f"{lost} not delivered, the last one: {answer.reason}")

    def cut(self, why: str) -> None:
        self.ending.cut = self.ending.cut or why


def _plain(dollars: float) -> str:
    """`2`, `0.5`, `0.00005`."""
    return f"{dollars:.6f}".rstrip("0").rstrip(".")
