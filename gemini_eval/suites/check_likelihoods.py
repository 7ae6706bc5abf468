"""What confidence sources that ask a judge need of their template and of each case, told before the first request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gemini_eval.errors import Faults, Place, TemplateRefusedError, did_you_mean
from gemini_eval.rubrics.likelihood import Likelihood
from gemini_eval.safe.templates import TemplateFacts, TemplateRenderer
from gemini_eval.suites.model import Case, Suite

SEEN = ("input", "answer", "labels", "vars")
"""The names that the template of a confidence judge sees."""

Asked: TypeAlias = tuple[str, Likelihood, Place | None]


def likelihoods_of(suite: Suite) -> Iterator[Asked]:
    """Each source that asks a judge: its name, what is asked, and where it is written."""
    for name, source in suite.confidence.items():
        if source.likelihood is not None:
            yield name, source.likelihood, source.place


@dataclass(frozen=True, slots=True)
class LikelihoodRules:
    """By source, the variables that its template asks of a case; `judges` are the names of those that are asked."""

    needed: Mapping[str, frozenset[str]]
    judges: frozenset[str]

    @classmethod
    def of(cls, suite: Suite, renderer: TemplateRenderer, faults: Faults) -> LikelihoodRules:
        """Each template read once, with its faults."""
        needed: dict[str, frozenset[str]] = {}
        asked = list(likelihoods_of(suite))
        for name, likelihood, place in asked:
            try:
                facts = renderer.inspect(likelihood.source)
            except TemplateRefusedError as error:
                at = Place(error.path, error.line) if error.path else place
                faults.add(f"the confidence {name}: {error.reason}", at, error.hint)
                continue
            _check_names(name, facts, place, suite, faults)
            needed[name] = frozenset(known for known in facts.vars_attributes if f"vars.{known}" not in facts.optional)
        return cls(needed, frozenset(likelihood.juror.name for _, likelihood, _ in asked))

    def check(self, case: Case, faults: Faults) -> None:
        for name, needed in self.needed.items():
            for variable in sorted(needed - case.vars.keys()):
                hint = did_you_mean(variable, case.vars) or f"its variables are {', '.join(case.vars) or 'none'}"
                faults.add(f'the confidence {name} uses "vars.{variable}", which case {case.id} lacks', case.place, hint)


def _check_names(name: str, facts: TemplateFacts, place: Place | None, suite: Suite, faults: Faults) -> None:
    for unknown in sorted(facts.variables - set(SEEN)):
        if unknown == "expected":
            faults.add(f"the confidence {name}: its judge never sees `expected`", place, "who knows the answer can't doubt it")
            continue
        hint = did_you_mean(unknown, SEEN) or f"it sees {', '.join(SEEN)}; a variable is vars.{unknown}"
        faults.add(f'the confidence {name} uses "{unknown}", which is not defined there', place, hint)
    if "answer" not in facts.variables:
        faults.add(f"the template of the confidence {name} does not show the answer", place, "write {{ answer }} in it")
    if "input" in facts.variables - facts.optional:
        for variant in (variant.name for variant in suite.variants if variant.model.answers):
            reason = f"the confidence {name} shows `input`, but the answers of {variant} are in the data: nothing is asked there"
            faults.add(reason, place, "give it a `prompt` over `vars`")
