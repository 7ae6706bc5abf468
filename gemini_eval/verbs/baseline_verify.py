"""Baselines held against today's suites: what would be asked or judged otherwise. Nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.comparison.baseline import request_hash
from gemini_eval.errors import UsageError
from gemini_eval.judging.judge import Judge
from gemini_eval.runs.baseline import BaselineLine, read_header, read_lines
from gemini_eval.runs.records import request_key
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.model import Suite, Variant
from gemini_eval.verbs.baseline import baseline_file
from gemini_eval.verbs.expand import Expansion, checked_cases
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.prepare import Prepared, open_providers, prepare


@dataclass(slots=True)
class Verified:
    """How a suite of today stands to its baseline, by (variant, case): whose request changed, whose judging, what is missing in
    the baseline, and what only it has."""

    suite: str
    path: Path
    cases: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    judging: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_current(self) -> bool:
        return not (self.requests or self.judging or self.missing or self.left)


def verify(paths: Sequence[str | Path], options: RunOptions) -> list[Verified]:
    """Hold today's suites against their baselines; every line's seal is checked, nobody is asked. Raises `UsageError` where a
    suite has no baseline, `InputError` where one is damaged."""
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        prepared = prepare(paths, options.load, renderer)
        known = Known(open_providers(prepared.suites, options, stack))
        expansion = Expansion(renderer, options.selection, known)
        return [_verified(suite, prepared, expansion) for suite in prepared.suites]


def _verified(suite: Suite, prepared: Prepared, expansion: Expansion) -> Verified:
    path = baseline_file(suite.workspace, suite.name)
    if not path.exists():
        raise UsageError(f"the suite {suite.name} has no baseline {path}", "accept a run: gemini-eval baseline accept last")
    read_header(path)
    lines = {(line.variant, line.case): line for line in read_lines(path)}
    found = Verified(suite.name, path, len(lines))
    for variant in expansion.selection.variants(suite):
        for case_id, request, judged in _today(suite, variant, expansion, lines):
            line = lines.pop((variant.name, case_id), None)
            if line is None:
                found.missing.append((variant.name, case_id))
            elif line.request != request:
                found.requests.append((variant.name, case_id))
            elif line.judged != judged:
                found.judging.append((variant.name, case_id))
    found.left = sorted(lines)
    return found


def _today(
    suite: Suite, variant: Variant, expansion: Expansion, lines: Mapping[tuple[str, str], BaselineLine]
) -> Iterator[tuple[str, str, str]]:
    """(case id, hash of its requests, hash of what it is judged by), with as many samples as the baseline has."""
    judge = Judge.of(suite, variant)
    for case in expansion.selection.cases(suite, variant, checked_cases(suite)):
        line = lines.get((variant.name, case.id))
        count = sum(line.outcomes.values()) if line else 1
        for asked in expansion.asked_cases(judge, [case], count):
            if not case.xfail and not case.draft:
                yield case.id, request_hash([request_key(request) for request in asked.requests]), judge.judged_by(case)
