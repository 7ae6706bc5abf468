"""What is the same for every case of a variant: its answer rule, labels and assertions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gemini_eval.answer import PLAIN, AnswerRule
from gemini_eval.assertions.digest import described, digest
from gemini_eval.assertions.tree import Assertion, Check, Group, merge
from gemini_eval.labels import Labels
from gemini_eval.metrics.build import ParameterError, build_metric
from gemini_eval.paths import MISSING
from gemini_eval.suites.model import Case, Suite, Variant
from gemini_eval.types import (
    Expected,
    Json,
)


@dataclass(frozen=True, slots=True)
class Judge:
    """What is the same for every case of a variant."""

    suite: Suite
    variant: Variant
    rule: AnswerRule
    labels: Labels | None
    abstain: Labels | None
    assertions: tuple[Assertion, ...]
    text: str
    """A hash of what is judged by, whatever the case: labels, threshold and assertions."""

    @classmethod
    def of(cls, suite: Suite, variant: Variant) -> Judge:
        prompt = variant.prompt
        rule = (prompt.answer if prompt else None) or suite.answer or PLAIN
        labels = replace(suite.labels, folds=rule.folds) if suite.labels else None
        assertions = merge([suite.assertions, prompt.assertions if prompt else ()]).assertions
        aliases = {name: list(also) for name, also in suite.labels.aliases.items()} if suite.labels else None
        fields = [suite.fields.declared, suite.fields.top.ignore_others] if suite.fields else None
        abstain = replace(suite.abstain, folds=rule.folds) if suite.abstain else None
        more = {
            **({"fields": fields} if fields else {}),
            **({"abstain": list(abstain.names)} if abstain else {}),
        }
        text = digest([aliases, suite.threshold, described(assertions), *([more] if more else [])])
        tools = _tools_of(suite, variant)
        judged = tuple(_with_tools(_with_folds(item, rule), tools) for item in assertions)
        return cls(suite, variant, rule, labels, abstain, judged, text)

    def assertions_of(self, case: Case) -> tuple[Assertion, ...]:
        return merge([self.assertions, case.assertions]).assertions if case.assertions else self.assertions

    def judged_by(self, case: Case) -> str:
        """A hash of all that a case is judged by. How the answer is found in the output is the prompt's, and not in it."""
        expected = [case.expected.value, list(case.expected.any_of)] if case.expected else None
        own = described(self.assertions_of(case)) if case.assertions else None
        outcome = str(case.expected_outcome) if case.expected_outcome else None
        return digest([self.text, expected, own, case.threshold, outcome])

    def expected_of(self, case: Case) -> Expected | None:
        """`expected` under the answer's folds; with labels, aliases stand for their label."""
        if case.expected is None:
            return None
        if not case.expected.any_of:
            return Expected(self._plain(case.expected.value))
        values = tuple(self._plain(value) for value in case.expected.any_of)
        return Expected(values[0], values)

    def _plain(self, value: Json) -> Json:
        if self.several:
            return list(self.several_of(value if isinstance(value, list) else [value]))
        label = self.labels.canonical(value) if self.labels else None
        return label if label is not None else self.rule.normalise(value)

    @property
    def several(self) -> bool:
        return self.labels is not None and self.rule.several

    def several_of(self, value: Json) -> tuple[str, ...]:
        assert self.labels is not None
        return self.labels.several(self.rule.normalise(value))


def _with_folds(assertion: Assertion, rule: AnswerRule) -> Assertion:
    """`label` compares names as the answer was folded."""
    if isinstance(assertion, Check) and assertion.metric_name == "label" and rule.folds:
        return replace(assertion, metric=build_metric("label", {"fold": sorted(rule.folds)}))
    return assertion


def _tools_of(suite: Suite, variant: Variant) -> Json:
    """The variant's `tools` parameter, None where it has none."""
    layers = (suite.overrides, variant.settings, variant.prompt.settings if variant.prompt else {}, variant.model.settings)
    return next((layer["tools"].value for layer in (*layers, suite.settings) if "tools" in layer), None)


def _with_tools(assertion: Assertion, tools: Json) -> Assertion:
    """`is_valid_call` knows what the variant declares."""
    if isinstance(assertion, Group):
        return replace(assertion, children=tuple(_with_tools(child, tools) for child in assertion.children))
    if tools and assertion.metric_name == "is_valid_call" and assertion.parameters in (MISSING, None, {}):
        try:
            return replace(assertion, metric=build_metric("is_valid_call", {"tools": list(tools)}))
        except ParameterError:  # tools that declare no function, as a search: the verdict says that nothing can be checked
            return assertion
    return assertion
