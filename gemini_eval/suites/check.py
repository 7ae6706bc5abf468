"""The pass over every row before the first request: ids, expected, variables, references, leakage. It asks nobody anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from gemini_eval.assertions.tree import Check, Merged, asks_somebody, leaves, merge
from gemini_eval.errors import Fault, Faults, Place, TemplateRefusedError, did_you_mean
from gemini_eval.metrics.build import ParameterError, needs_expected
from gemini_eval.metrics.document import read_expected
from gemini_eval.metrics.extraction.tree import Fields
from gemini_eval.paths import write_path
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.safe.templates import TemplateFacts, TemplateRenderer, TemplateSource
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.check_likelihoods import LikelihoodRules
from gemini_eval.suites.check_people import PeopleRules
from gemini_eval.suites.check_rubrics import RubricRules
from gemini_eval.suites.check_vertex import VertexRules
from gemini_eval.suites.model import Case, Prompt, Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.types import Expected, Json

RESERVED = frozenset({"vars", "examples", "labels", "case_id"})
"""Names that templates see besides variables; a variable so named is reached by `vars.NAME`."""

TEMPLATE_MEND = "write {{ name }} for a value, {% … %} for a statement, each closed as it was opened"
MAX_FAULTS = 200
MOST_HELD = 10_000
"""Cases that are kept in memory between the pass and the run, about 2 kB each."""

MAX_ALIKE = 5
"""So many cases that lack the same thing are told one by one."""


@dataclass(slots=True)
class Census:
    """What the pass found: how many cases, skipped and draft ones among them, and cases by tag. `held` are the cases themselves
    where there are few, so that they need not be read again; None where they are too many to be held. `judges` are the names
    of the judges that are asked, `services` the evaluation service and embedding models, each with its location as written."""

    cases: int = 0
    skipped: int = 0
    drafts: int = 0
    must_pass: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    judges: frozenset[str] = frozenset()
    services: frozenset[tuple[str, str]] = frozenset()
    held: list[Case] | None = field(default_factory=list)
    warnings: tuple[Fault, ...] = ()


def check_cases(suite: Suite, renderer: TemplateRenderer) -> Census:
    """Raises `InputError` with the faults of every template and row (the first 200)."""
    faults = Faults()
    checks = [_PromptCheck.of(suite, prompt, renderer, faults) for prompt in _prompts(suite)]
    rubrics = RubricRules(suite, renderer)
    services = VertexRules(suite)
    people = PeopleRules(suite)
    likelihoods = LikelihoodRules.of(suite, renderer, faults)
    rules = _RowRules(suite, checks, rubrics, services)
    census = Census()
    for found in iter_cases(suite):
        if isinstance(found, Fault):
            faults.extend([found])
        else:
            rules.check(found, faults)
            people.see(found)
            likelihoods.check(found, faults)
            _count(census, found)
        if faults.error_count >= MAX_FAULTS:
            break
    if not census.cases and not faults.error_count:
        faults.add("the suite has no cases", Place(shown(suite.path)), "`where`, `split` and `limit` may have left none")
    rules.finish(faults, census.cases)
    people.finish(faults)
    census.judges = frozenset(rubrics.judges) | likelihoods.judges
    census.services = frozenset(services.asked)
    if not faults.error_count:
        _check_gate_tags(suite, census, faults)
        _check_fit_tags(suite, census, faults)
    faults.raise_if_any()
    census.warnings = faults.warnings
    return census


def _prompts(suite: Suite) -> list[Prompt]:
    return list({variant.prompt.name: variant.prompt for variant in suite.variants if variant.prompt}.values())


def _count(census: Census, case: Case) -> None:
    census.cases += 1
    census.skipped += bool(case.skip)
    census.drafts += case.draft
    census.must_pass += case.must_pass
    if case.tags:
        census.tags.update(case.tags)
    if census.held is not None:
        census.held.append(case)
        if len(census.held) > MOST_HELD:
            census.held = None


def _check_gate_tags(suite: Suite, census: Census, faults: Faults) -> None:
    for gate in suite.gates:
        if gate.tag and gate.tag not in census.tags:
            faults.add(
                f'no case has the tag "{gate.tag}", which a gate asks about',
                Place(shown(suite.path)),
                did_you_mean(gate.tag, census.tags),
            )


def _check_fit_tags(suite: Suite, census: Census, faults: Faults) -> None:
    for name, source in suite.confidence.items():
        if source.fit and source.fit not in census.tags:
            hint = did_you_mean(source.fit, census.tags) or "columns: {tags: [split]} makes the tag split=VALUE of a column"
            faults.add(f'no case has the tag "{source.fit}", which {name} is calibrated by', source.place, hint)


# ---- templates -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _PromptCheck:
    """What a prompt needs of each case, and the examples that no case may equal."""

    prompt: Prompt
    needed: frozenset[str]
    example_names: tuple[tuple[str, ...], ...]
    example_keys: frozenset[bytes]

    @classmethod
    def of(cls, suite: Suite, prompt: Prompt, renderer: TemplateRenderer, faults: Faults) -> _PromptCheck:
        needed: set[str] = set()
        for message in prompt.messages:
            if message.source is None:
                needed.update(map(str, message.history[1:2]))
                continue
            try:
                needed |= _needed(renderer.inspect(message.source))
            except TemplateRefusedError as error:
                place = _template_place(error, message.source) or message.place
                faults.add(error.reason, place, error.hint or TEMPLATE_MEND)
        given = {*prompt.vars, *suite.vars, *suite.forced_vars}
        if "expected" in needed:
            faults.add("a template never sees `expected`", prompt.place, "name the column differently if the prompt needs it")
        needed = needed - given - {"expected"}
        examples = [_compared(row.vars, needed) for row in (prompt.examples.rows if prompt.examples else ())]
        names = tuple(dict.fromkeys(tuple(sorted(example)) for example in examples))
        keys = frozenset(canonical_json(example) for example in examples)
        return cls(prompt, frozenset(needed), names, keys)


def _compared(variables: Mapping[str, Json], needed: AbstractSet[str]) -> dict[str, Json]:
    """What tells whether an example is a case: the variables that the prompt asks of a case, else all of the example's."""
    return {name: variables[name] for name in needed} if needed and needed <= variables.keys() else dict(variables)


def _template_place(error: TemplateRefusedError, source: TemplateSource) -> Place | None:
    """The line of a template that an error is about; None for a template written in the suite."""
    if not error.path:
        return None
    lines = source.text.splitlines()
    known = error.path == source.path and 0 < error.line <= len(lines)
    return Place(error.path, error.line, text=lines[error.line - 1] if known else "")


def _needed(facts: TemplateFacts) -> set[str]:
    """The variables without which a template can't be rendered."""
    by_name = facts.variables - RESERVED - facts.optional
    by_attribute = {name for name in facts.vars_attributes if f"vars.{name}" not in facts.optional}
    return {*by_name, *by_attribute}


@dataclass(slots=True)
class _Lacking:
    """A variable that a prompt uses and cases lack: the first few of them, and how many there are."""

    prompt: Prompt
    name: str
    count: int = 0
    first: list[Fault] = field(default_factory=list)

    def faults(self, cases: int, suite: str) -> list[Fault]:
        """One fault in the template where no case has the variable; else one a case, up to a few."""
        if self.count == cases:
            reason = f'prompt {self.prompt.name} uses "{self.name}", which no case has'
            return [Fault(reason, _use_of(self.prompt, self.name), self.first[0].hint)]
        more = self.count - len(self.first)
        rest = [Fault(f'{more:,} more cases lack "{self.name}"', Place(suite), "as told above")] if more else []
        return [*self.first, *rest]


def _use_of(prompt: Prompt, name: str) -> Place | None:
    """The first line of the prompt's templates that has the name in it; the prompt where an include has it."""
    for message in prompt.messages:
        for number, line in enumerate(message.source.text.splitlines() if message.source and message.source.path else (), 1):
            if name in line:
                assert message.source is not None
                return Place(message.source.path, number, line.index(name) + 1, line)
    return prompt.place


# ---- rows ------------------------------------------------------------------------------------------------


class _RowRules:
    """The checks of one row; of the cases that lack the same thing the first few are told, and how many others do."""

    def __init__(self, suite: Suite, checks: Sequence[_PromptCheck], rubrics: RubricRules, services: VertexRules) -> None:
        self._suite, self._checks, self._rubrics, self._services = suite, checks, rubrics, services
        self._columns = tuple(variant.model.answers for variant in suite.variants if variant.model.answers)
        self._levels = [merge([suite.assertions, prompt.assertions]).assertions for prompt in _prompts(suite)] or [
            suite.assertions
        ]
        self._leaves = _distinct(leaf for level in self._levels for assertion in level for leaf in leaves(assertion))
        self._wanting = next((leaf.name for leaf in self._leaves if _wants_expected(leaf)), "")
        self._referring = [leaf for leaf in self._leaves if leaf.metric is None]
        self._judging = [leaf for leaf in self._leaves if asks_somebody(leaf) and leaf.metric is not None]
        self._asked = bool(checks)
        self._alike: Counter[str] = Counter()
        self._lacking: dict[tuple[str, str], _Lacking] = {}

    def check(self, case: Case, faults: Faults) -> None:
        self._check_expected(case, faults)
        samples = case.samples.over(self._suite.samples)
        if isinstance(samples.require, int) and samples.count is not None and samples.require > samples.count:
            reason = f"case {case.id} requires {samples.require} samples, but only {samples.count} are asked"
            faults.add(reason, case.place, "raise `count`")
        for check in self._checks:
            self._check_variables(check, case)
            self._check_leakage(check, case, faults)
        if not self._asked and not self._columns and not case.turns:
            reason = f"case {case.id} holds no request, and the suite has no prompt"
            self._tell(faults, "hold no request", reason, case, "write `prompts`")
        for column in self._columns:
            if not isinstance(case.column(column), (str, int, float)):
                reason = f'case {case.id} has no text in the column "{column}", which holds the answers'
                hint = did_you_mean(column, [*case.row, *case.vars]) or "fill it in, or name another column"
                self._tell(faults, f'have no text in the column "{column}"', reason, case, hint)
        for leaf in self._judging:
            self._check_asking(leaf, case, faults)
        self._rubrics.check_pairs(case, faults)
        if self._referring or case.assertions:
            self._check_bindings(case, faults)

    def finish(self, faults: Faults, cases: int) -> None:
        """After the last of `cases` rows: variables that cases lack, and how many cases were not told one by one."""
        for lacking in self._lacking.values():
            faults.extend(lacking.faults(cases, shown(self._suite.path)))
        for what, count in self._alike.items():
            if count > MAX_ALIKE:
                faults.add(f"{count - MAX_ALIKE:,} more cases {what}", Place(shown(self._suite.path)), "as told above")

    def _tell(self, faults: Faults, what: str, reason: str, case: Case, hint: str) -> None:
        """One of perhaps many cases that `what` is true of."""
        self._alike[what] += 1
        if self._alike[what] <= MAX_ALIKE:
            faults.add(reason, case.place, hint)

    def _check_expected(self, case: Case, faults: Faults) -> None:
        if case.expected is None:
            if self._wanting and not case.draft and case.expected_outcome is None:
                reason = f"case {case.id} has no `expected`, which {self._wanting} needs"
                self._tell(faults, "have no `expected`", reason, case, "add it, or mark the case `status: draft`")
            return
        if self._suite.fields is not None:
            self._check_fields(self._suite.fields, case, faults)
            return
        labels = self._suite.labels
        if labels is None:
            return
        if self._suite.several_labels and case.expected.any_of:
            reason = f"case {case.id} has `any_of`, which has no part where a case has several labels"
            faults.add(reason, case.place, "write the list of its labels")
        for value in self._expected_labels(case.expected):
            if labels.canonical(value) is None:
                hint = did_you_mean(value, labels.names) or f"the labels are {', '.join(labels.names)}"
                if isinstance(value, list):
                    hint = "several labels a case: answer: {as: list}"
                if self._suite.abstain and self._suite.abstain.canonical(value) is not None:
                    hint = "where no answer is the right one write expected_outcome: abstained"
                faults.add(f"case {case.id} expects {value!r}, which is no label", case.place, hint)

    def _check_fields(self, fields: Fields, case: Case, faults: Faults) -> None:
        """Everything in `expected` is a declared field, and of its comparator's kind."""
        for value in case.expected.alternatives if case.expected else ():
            for path, reason, hint in fields.faults(read_expected(value)):
                what = f"expected.{write_path(path)}" if path else "expected"
                said = f"case {case.id}: {what} is {reason}" if reason else f"case {case.id}: {what} is not declared in `fields`"
                kind = f"have an `{what}` that `fields` can't use"
                self._tell(faults, kind, said, case, hint if reason else _undeclared(hint, fields))

    def _expected_labels(self, expected: Expected) -> Sequence[Json]:
        if self._suite.several_labels and not expected.any_of:
            return expected.value if isinstance(expected.value, list) else [expected.value]
        return expected.alternatives

    def _check_variables(self, check: _PromptCheck, case: Case) -> None:
        for name in sorted(check.needed - case.vars.keys()):
            hint = did_you_mean(name, case.vars) or f"its variables are {', '.join(case.vars) or 'none'}"
            fault = Fault(f'prompt {check.prompt.name} uses "{name}", which case {case.id} lacks', case.place, hint)
            found = self._lacking.setdefault((check.prompt.name, name), _Lacking(check.prompt, name))
            found.count += 1
            found.first += [fault] if len(found.first) < MAX_ALIKE else []

    def _check_leakage(self, check: _PromptCheck, case: Case, faults: Faults) -> None:
        for names in check.example_names:
            if (
                all(name in case.vars for name in names)
                and canonical_json({name: case.vars[name] for name in names}) in check.example_keys
            ):
                reason = f"case {case.id} is also an example of prompt {check.prompt.name}: the model would be shown its answer"
                faults.add(reason, case.place, "take it out of the examples or out of the cases")

    def _check_bindings(self, case: Case, faults: Faults) -> None:
        """Every reference of an assertion leads to something in this case; what the case adds needs what it needs."""
        scope = {"vars": case.vars, "expected": case.expected.value if case.expected else None}
        merged = [merge([level, case.assertions]) for level in self._levels] if case.assertions else []
        self._check_merged(merged, faults)
        own = _distinct(leaf for one in merged for assertion in one.assertions for leaf in leaves(assertion))
        for leaf in (*self._referring, *(leaf for leaf in own if leaf not in self._leaves)):
            try:
                metric = leaf.bind(scope)
            except ParameterError as error:
                faults.add(f"case {case.id}, {leaf.name}: {error.reason}", case.place, error.hint)
                continue
            self._check_asking(leaf, case, faults)
            if case.expected is None and not case.draft and needs_expected(metric):
                faults.add(f"case {case.id} has no `expected`, which {leaf.name} needs", case.place, "add it")

    def _check_asking(self, leaf: Check, case: Case, faults: Faults) -> None:
        self._rubrics.check(leaf, case, faults)
        if asks_somebody(leaf):
            self._services.check(leaf, case, faults)

    def _check_merged(self, merged: Sequence[Merged], faults: Faults) -> None:
        """What a case takes out is there, under one of the prompts at least, and nothing final is touched."""
        for removal in merged[0].missing if merged else ():
            if all(removal in one.missing for one in merged):
                hint = did_you_mean(removal.name, [item.name for one in merged for item in one.assertions])
                faults.add(f'there is no assertion "{removal.name}" to remove', removal.place, hint)
        for item in merged[0].kept if merged else ():
            reason = f'the assertion "{item.name}" is final: it can be neither removed nor replaced'
            faults.add(reason, item.place, "give yours a name of its own")


def _undeclared(name: str, fields: Fields) -> str:
    return did_you_mean(name, [part for known in fields.names for part in known.split(".")]) or f"declare it: {name}: text"


def _wants_expected(leaf: Check) -> bool:
    if leaf.measured:
        return False
    return needs_expected(leaf.metric) if leaf.metric is not None else False


def _distinct(found: Iterable[Check]) -> list[Check]:
    kept: list[Check] = []
    for leaf in found:
        if leaf not in kept:
            kept.append(leaf)
    return kept
