"""What `run` and `score` give back: the summary at hand, the cases on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gemini_eval.api.cases import CaseSequence
from gemini_eval.comparison.model import Comparison
from gemini_eval.errors import Fault
from gemini_eval.gates import GateResult
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.model import Suite
from gemini_eval.summary.model import Summary
from gemini_eval.verbs.run import Outcomes

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Result:
    """One run. `summary` and `gates` are as they were when it ended; `warnings` are those of its suites; `comparison` is what it
    was held against and what came of it, None where it stands alone."""

    folder: RunFolder
    suites: tuple[Suite, ...]
    summary: Summary
    gates: tuple[GateResult, ...]
    exit_status: int
    warnings: tuple[Fault, ...] = ()
    comparison: Comparison | None = None

    @classmethod
    def of(cls, outcomes: Outcomes) -> Result:
        told = (outcomes.summary, outcomes.gates, outcomes.exit_status, outcomes.warnings, outcomes.comparison)
        return cls(outcomes.folder, outcomes.suites, *told)

    @property
    def id(self) -> str:
        """The run's id, by which `score`, `resume=` and the command line find it."""
        return self.folder.id

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path

    @property
    def passed(self) -> bool:
        """Every gate holds: the command line would have ended with 0."""
        return self.exit_status == 0

    @property
    def interrupted(self) -> bool:
        """Ctrl-C ended it: what was answered is here, and `run(…, resume=result)` goes on."""
        return self.exit_status == 130

    @property
    def cases(self) -> CaseSequence:
        """Every judged case of every variant, decoded when it is reached: index it, slice it, go through it."""
        return CaseSequence(self.folder.cases)

    @property
    def failures(self) -> CaseSequence:
        """The cases that failed or were not delivered; no drafts, none that were expected to fail."""
        from gemini_eval.reports.view import is_failing

        return CaseSequence(self.folder.cases, is_failing)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The two or three plain sentences that every report opens with."""
        from gemini_eval.reports.sentences import sentences
        from gemini_eval.reports.view import RunView

        return sentences(RunView.of(self.folder))

    def to_pandas(self) -> pandas.DataFrame:
        """One row a case; see `gemini_eval.api.frame.columns_of` for the columns. Raises `UsageError` where pandas is missing."""
        from gemini_eval.api.frame import frame_of

        return frame_of(self.cases)

    def __repr__(self) -> str:
        state = "interrupted" if self.interrupted else "passed" if self.passed else f"exit status {self.exit_status}"
        variants = [variant for suite in self.summary.suites.values() for variant in suite.variants.values()]
        passed, cases = sum(variant.passed for variant in variants), sum(variant.cases for variant in variants)
        return f"<Result {self.id}: {state}, {passed} of {cases} cases pass>"

    def _repr_html_(self) -> str:
        from gemini_eval.api.html import html_of
        from gemini_eval.reports.view import RunView

        return html_of(RunView.of(self.folder), self.failures)
