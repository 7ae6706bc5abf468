"""What rubrics need of each case, told before the first request."""

from __future__ import annotations

from dataclasses import dataclass, field

from gemini_eval.assertions.tree import Check
from gemini_eval.errors import Faults, Place, TemplateRefusedError, did_you_mean
from gemini_eval.paths import MISSING, lookup, write_path
from gemini_eval.rubrics.rubric import Juror, Rubric
from gemini_eval.safe.templates import TemplateRenderer, TemplateSource
from gemini_eval.suites.model import Case, Suite

SEEN = ("vars", "input", "answer", "output", "expected")
"""The names that a rubric's template sees."""
SEEN_OF_PAIRS = ("vars", "input", "expected")


@dataclass(frozen=True, slots=True)
class _Told:
    """A rubric as messages call it, with who judges by it; `variants` are those that a comparison is between."""

    what: str
    source: TemplateSource
    jurors: tuple[Juror, ...]
    place: Place | None
    variants: tuple[str, ...] = ()

    @property
    def seen(self) -> tuple[str, ...]:
        return SEEN_OF_PAIRS if self.variants else SEEN


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
    _needs: dict[tuple[TemplateSource, bool], _Needs] = field(default_factory=dict)

    def check(self, check: Check, case: Case, faults: Faults) -> None:
        """One assertion, whatever it is, beside one case."""
        rubric = check.metric
        if isinstance(rubric, Rubric):
            told = _Told(f"the rubric {check.name}", rubric.source, rubric.jurors, check.place)
            self._check(told, case, faults)
            if rubric.context and lookup({"vars": dict(case.vars)}, rubric.context) is MISSING:
                hint = f"its variables are {', '.join(case.vars) or 'none'}"
                faults.add(f"{told.what} judges {write_path(rubric.context)}, which case {case.id} lacks", case.place, hint)

    def check_pairs(self, case: Case, faults: Faults) -> None:
        """The suite's comparisons beside one case."""
        for pair in self.suite.pairwise if case.expected_outcome is None else ():
            told = _Told(f'the comparison "{pair.name}"', pair.source, pair.jurors, pair.place, (pair.variant, pair.over))
            self._check(told, case, faults)

    def _check(self, told: _Told, case: Case, faults: Faults) -> None:
        self.judges.update(juror.name for juror in told.jurors)
        key = (told.source, bool(told.variants))
        if key not in self._needs:
            self._needs[key] = self._read(told, faults)
        needs = self._needs[key]
        for name in sorted(needs.variables - case.vars.keys()):
            hint = did_you_mean(name, case.vars) or f"its variables are {', '.join(case.vars) or 'none'}"
            faults.add(f'{told.what} uses "vars.{name}", which case {case.id} lacks', case.place, hint)
        if needs.expected and case.expected is None and not case.draft:
            faults.add(f"case {case.id} has no `expected`, which {told.what} quotes", case.place, "add it")

    def _read(self, told: _Told, faults: Faults) -> _Needs:
        try:
            facts = self.renderer.inspect(told.source)
        except TemplateRefusedError as error:
            place = Place(error.path, error.line) if error.path else told.place
            faults.add(f"{told.what}: {error.reason}", place, error.hint)
            return _Needs()
        for name in sorted(facts.variables - set(told.seen)):
            hint = did_you_mean(name, told.seen) or f"it sees {', '.join(told.seen)}; a variable is vars.{name}"
            faults.add(f'{told.what} uses "{name}", which is not defined there', told.place, hint)
        if facts.includes:
            # What a case was judged by is a hash of the rubric's own text.
            faults.add(f"{told.what} includes {facts.includes[0]}", told.place, "write all of it in one text or one `{file: …}`")
        needed = facts.variables - facts.optional
        if "input" in needed:
            self._check_input(told, faults)
        variables = frozenset(name for name in facts.vars_attributes if f"vars.{name}" not in facts.optional)
        return _Needs(variables, "expected" in needed)

    def _check_input(self, told: _Told, faults: Faults) -> None:
        """Answers in the data come without what was asked, and two prompts ask two things."""
        about = [variant for variant in self.suite.variants if variant.name in told.variants or not told.variants]
        hint = "write the rubric over `vars`"
        for name in (variant.name for variant in about if variant.model.answers):
            reason = f"{told.what} quotes `input`, but the answers of {name} are in the data: nothing is asked there"
            faults.add(reason, told.place, hint)
        if told.variants and len({variant.prompt.name for variant in about if variant.prompt}) > 1:
            reason = f"{told.what} quotes `input`, but {' and '.join(told.variants)} have different prompts"
            faults.add(reason, told.place, hint)
