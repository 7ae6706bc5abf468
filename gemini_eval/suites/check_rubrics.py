"""What rubrics need of each case, told before the first request."""

from __future__ import annotations

from dataclasses import dataclass, field

from gemini_eval.assertions.tree import Check
from gemini_eval.errors import Faults, Place, TemplateRefusedError, did_you_mean
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.safe.templates import TemplateRenderer, TemplateSource
from gemini_eval.suites.model import Case, Suite

SEEN = ("vars", "input", "answer", "output", "expected")
"""The names that a rubric's template sees."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """The variables without which a rubric can't be rendered, and whether it quotes `expected`."""

    variables: frozenset[str] = frozenset()
    expected: bool = False


@dataclass(slots=True)
class RubricRules:
    """Reads each rubric's template once; `judges` are the names of those that are asked."""

    suite: Suite
    renderer: TemplateRenderer
    judges: set[str] = field(default_factory=set)
    _needs: dict[TemplateSource, _Needs] = field(default_factory=dict)

    def check(self, check: Check, case: Case, faults: Faults) -> None:
        """One assertion, whatever it is, beside one case."""
        rubric = check.metric
        if not isinstance(rubric, Rubric):
            return
        self.judges.update(juror.name for juror in rubric.jurors)
        if rubric.source not in self._needs:
            self._needs[rubric.source] = self._read(rubric.source, check, faults)
        needs = self._needs[rubric.source]
        for name in sorted(needs.variables - case.vars.keys()):
            hint = did_you_mean(name, case.vars) or f"its variables are {', '.join(case.vars) or 'none'}"
            faults.add(f'the rubric {check.name} uses "vars.{name}", which case {case.id} lacks', case.place, hint)
        if needs.expected and case.expected is None and not case.draft:
            faults.add(f"case {case.id} has no `expected`, which the rubric {check.name} quotes", case.place, "add it")

    def _read(self, source: TemplateSource, check: Check, faults: Faults) -> _Needs:
        try:
            facts = self.renderer.inspect(source)
        except TemplateRefusedError as error:
            place = Place(error.path, error.line) if error.path else check.place
            faults.add(f"the rubric {check.name}: {error.reason}", place, error.hint)
            return _Needs()
        for name in sorted(facts.variables - set(SEEN)):
            hint = did_you_mean(name, SEEN) or f"it sees {', '.join(SEEN)}; a variable is vars.{name}"
            faults.add(f'the rubric {check.name} uses "{name}", which is not defined there', check.place, hint)
        needed = facts.variables - facts.optional
        if "input" in needed:
            self._check_input(check, faults)
        variables = frozenset(name for name in facts.vars_attributes if f"vars.{name}" not in facts.optional)
        return _Needs(variables, "expected" in needed)

    def _check_input(self, check: Check, faults: Faults) -> None:
        """Answers in the data come without what was asked."""
        for name in (variant.name for variant in self.suite.variants if variant.model.answers):
            reason = f"the rubric {check.name} quotes `input`, but the answers of {name} are in the data: nothing is asked there"
            faults.add(reason, check.place, "write the rubric over `vars`")
