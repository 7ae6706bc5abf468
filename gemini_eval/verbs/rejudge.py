"""Saved answers judged by the suite as it is now, where they were judged by another text."""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.assertions.tree import code_of, has_rubrics
from gemini_eval.judging.case import judge_case
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered
from gemini_eval.prompts import samples_of
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Suite
from gemini_eval.types import Answer, CaseResult, Failure, SampleResult


class Rejudge:
    """Judges cases of `variant` again by `suite`; None for a suite judges nothing. Its cases are read when they are first needed,
    and held."""

    def __init__(self, suite: Suite | None, variant: str) -> None:
        self._suite = suite
        found = [known for known in suite.variants if known.name == variant] if suite else []
        self._judge = Judge.of(suite, found[0]) if suite and found else None
        self._cases: Mapping[str, Case] | None = None

    def judged_as(self, saved: CaseResult, wanted: str) -> CaseResult | None:
        """The saved case judged by the text whose hash is `wanted`; None where that is not today's, or the answers are gone."""
        if self._judge is None or self._suite is None:
            return None
        if self._cases is None:
            self._cases = {case.id: case for case in iter_cases(self._suite) if isinstance(case, Case)}
        case = self._cases.get(saved.case_id)
        answers = [_answered(sample) for sample in saved.samples]
        if case is None:
            return None
        assertions = self._judge.assertions_of(case)
        if has_rubrics(assertions) or any(code.function is None for code in code_of(assertions)):
            return None  # a judge would have to be asked, or code to be run that nobody allowed
        if self._judge.judged_by(case) != wanted or not answers or None in answers:
            return None
        samples = samples_of(self._suite, case, 1, None)
        return judge_case(self._judge, case, samples, [answer for answer in answers if answer is not None])


def _answered(sample: SampleResult) -> Answered | None:
    """The sample's answer; None where its text was not kept."""
    if sample.response is not None and sample.response.text.startswith("sha256:"):
        return None
    answer: Answer = sample.response if sample.response is not None else Failure(sample.outcome, sample.reason)
    return Answered(sample.index, sample.request_key, answer)
