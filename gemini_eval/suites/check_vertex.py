"""What assertions of the evaluation service need of each case, told before the first request; and what such assertions ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from gemini_eval.assertions.tree import Check
from gemini_eval.errors import Faults, did_you_mean
from gemini_eval.metrics.build import ParameterError
from gemini_eval.metrics.similar import Similar
from gemini_eval.providers import EVALUATION_SERVICE
from gemini_eval.suites.model import Case, Suite
from gemini_eval.vertex import VERTEX
from gemini_eval.vertex.metric import ServiceMetric
from gemini_eval.vertex.raters import OWN_NAMES, PROMPT, REFERENCE, Pairwise, Pointwise, VersionedRubric


@dataclass(slots=True)
class VertexRules:
    """`asked` are the evaluation service and embedding models, each with its location as the suite writes it."""

    suite: Suite
    asked: set[tuple[str, str]] = field(default_factory=set)
    _told: bool = False

    def check(self, check: Check, case: Case, faults: Faults) -> None:
        """One assertion, whatever it is, beside one case."""
        if check.metric_name not in (VERTEX, Similar.NAME):
            return
        try:
            metric = check.bind({"vars": case.vars, "expected": case.expected.value if case.expected else None})
        except ParameterError:
            return  # told with the references of all assertions
        if isinstance(metric, Similar):
            self.asked.add((metric.model, metric.location))
            return
        assert isinstance(metric, ServiceMetric)
        self.asked.add((EVALUATION_SERVICE, metric.location))
        if isinstance(metric, Pointwise | Pairwise):
            self._check_template(metric, check, case, faults)
        elif isinstance(metric, VersionedRubric):
            self._check_prompt(check, faults)
            self._check_expected(metric.needs_reference, check, case, faults)

    def _check_template(self, metric: Pointwise | Pairwise, check: Check, case: Case, faults: Faults) -> None:
        for name in metric.names:
            if name not in OWN_NAMES and name not in case.vars:
                hint = did_you_mean(name, [*OWN_NAMES, *case.vars]) or f"it sees {', '.join((*OWN_NAMES[:3], *case.vars))}"
                faults.add(f"the template of {check.name} shows {{{name}}}, which case {case.id} lacks", case.place, hint)
        if PROMPT in metric.names:
            self._check_prompt(check, faults)
        self._check_expected(REFERENCE in metric.names, check, case, faults)

    def _check_expected(self, needed: bool, check: Check, case: Case, faults: Faults) -> None:
        if needed and case.expected is None and not case.draft:
            faults.add(f"case {case.id} has no `expected`, which {check.name} shows the service", case.place, "add it")

    def _check_prompt(self, check: Check, faults: Faults) -> None:
        """Answers in the data come without what was asked; told once, not for each case."""
        for name in (variant.name for variant in self.suite.variants if variant.model.answers and not self._told):
            reason = f"{check.name} shows the prompt, but the answers of {name} are in the data: nothing is asked there"
            faults.add(reason, check.place, "write a template over the case's variables")
            self._told = True
