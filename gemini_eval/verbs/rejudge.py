"""Saved answers judged by the suite as it is now, where they were judged by another text. Nobody is asked, judges neither."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from gemini_eval.assertions.tree import code_of
from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.errors import InputError
from gemini_eval.judging.judge import Judge
from gemini_eval.prompts import samples_of
from gemini_eval.runs.store import AnswerStore
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Suite
from gemini_eval.types import Answer, CaseResult, Failure, SampleResult
from gemini_eval.verbs.expand import Ticket
from gemini_eval.verbs.hearings import Court, Hearing
from gemini_eval.verbs.known import Known


class SavedReplies:
    """What judges said in the run whose answers are judged again: `path` is the file of both, opened when it is first needed and
    until `stack` is left. The other run's would do for answers that both share, and so keep what can't differ alone."""

    def __init__(self, path: Path | None, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._court: Court | None = None

    def hearing(self, job: Job) -> Hearing | None:
        """The job's case with its judges' replies; None where one is not at hand, or a rubric quotes what a saved run lacks."""
        if self._court is None:
            there = [self._path] if self._path and self._path.exists() else []
            kept = self._stack.enter_context(AnswerStore(there)) if there else None
            renderer = self._stack.enter_context(TemplateRenderer())
            self._court = Court(renderer, Known({}, kept, ask_nobody=True))
        try:
            (hearing,) = self._court.hearings([job])
        except InputError:
            return None
        return None if hearing.not_recorded else hearing


class Rejudge:
    """Judges cases of `variant` again by `suite`; None for a suite judges nothing. Its cases are read when they are first needed,
    and held."""

    def __init__(self, suite: Suite | None, variant: str, replies: SavedReplies) -> None:
        self._suite, self._replies = suite, replies
        found = [known for known in suite.variants if known.name == variant] if suite else []
        self._judge = Judge.of(suite, found[0]) if suite and found else None
        self._cases: Mapping[str, Case] | None = None

    def judged_as(self, saved: CaseResult, wanted: str) -> CaseResult | None:
        """The saved case judged by the text whose hash is `wanted`; None where that is not today's, or the answers or what judges
        say of them are not at hand."""
        if self._judge is None or self._suite is None:
            return None
        if self._cases is None:
            self._cases = {case.id: case for case in iter_cases(self._suite) if isinstance(case, Case)}
        case = self._cases.get(saved.case_id)
        if case is None:
            return None
        asks = [_answered(sample) for sample in saved.samples]
        if any(code.function is None for code in code_of(self._judge.assertions_of(case))):
            return None  # code would have to be run that nobody allowed
        if self._judge.judged_by(case) != wanted or not asks or None in asks:
            return None
        ticket = Ticket(self._judge, case, samples_of(self._suite, case, 1, None))
        hearing = self._replies.hearing(Job(ticket, "", [ask for ask in asks if ask is not None]))
        return hearing.judged() if hearing else None


def _answered(sample: SampleResult) -> Ask | None:
    """The sample's answer; None where its text was not kept."""
    if sample.response is not None and sample.response.text.startswith("sha256:"):
        return None
    answer: Answer = sample.response if sample.response is not None else Failure(sample.outcome, sample.reason)
    return Ask(sample.index, sample.request_key, None, answer)
