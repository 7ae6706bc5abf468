"""One answer under one assertion tree -> assertion results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import structs

from gemini_eval.answer import Found
from gemini_eval.assertions.tree import Assertion, Check, Group, asks_somebody, leaves
from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.build import ParameterError
from gemini_eval.metrics.embedding_models import ToEmbed
from gemini_eval.metrics.similar import Similar
from gemini_eval.paths import MISSING, Path, lookup
from gemini_eval.rubrics.question import AnyQuestion
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Answer, AssertionResult, Expected, FieldReport, FieldRules, Json, Metric, Response, Subject, Verdict
from gemini_eval.vertex.metric import Instance, ServiceMetric

Inquiry: TypeAlias = AnyQuestion | Instance | ToEmbed
"""What a judge, the evaluation service or an embedding model is asked about one answer."""

_ASKING = (Rubric, ServiceMetric, Similar)


@dataclass(slots=True)
class Scene:
    """Everything assertions may look at for one sample. `found` is None where the suite's `answer` found nothing; `replies` are
    what judges said of it, `written` is `expected` as the case has it. One is made for every answer: frozen it takes four times
    as long to make."""

    response: Response
    found: Found | None
    expected: Expected | None
    vars: Mapping[str, Json]
    labels: Mapping[str, tuple[str, ...]]
    fields: FieldRules | None = None
    replies: Mapping[Inquiry, Answer] | None = None
    written: Json = None

    @property
    def scope(self) -> dict[str, Json]:
        """What references in assertions may name: `expected` as the case has it."""
        return {"vars": dict(self.vars), "expected": self.written}


def evaluate(assertions: Sequence[Assertion], scene: Scene) -> tuple[AssertionResult, ...]:
    return tuple([_evaluate(assertion, scene) for assertion in assertions])


def fields_of(results: Sequence[AssertionResult]) -> FieldReport | None:
    """What became of the answer's fields, as the first assertion that looked at them has it."""
    for result in results:
        found = result.verdict.fields
        if found is None and result.children:
            found = fields_of(result.children)
        if found is not None:
            return found
    return None


def questions_in(assertions: Sequence[Assertion], scene: Scene) -> Iterator[Inquiry]:
    """What the assertions ask judges, the evaluation service and embedding models about one sample."""
    for check in (leaf for assertion in assertions for leaf in leaves(assertion) if asks_somebody(leaf)):
        try:
            metric = check.bind(scene.scope)
        except ParameterError:
            continue  # its verdict says so
        value, problem = _subject_value(check, metric, scene)
        if isinstance(metric, _ASKING) and not problem:
            with suppress(ValueRefusedError):  # told likewise
                yield from metric.questions(_subject(value, scene))


def weighted_mean(results: Sequence[AssertionResult]) -> float:
    """Mean score by weight; 1.0 where nothing weighs."""
    total = scored = 0.0
    for result in results:
        total += result.weight
        scored += result.verdict.score * result.weight
    return scored / total if total else 1.0


def _evaluate(assertion: Assertion, scene: Scene) -> AssertionResult:
    if isinstance(assertion, Check):
        children: tuple[AssertionResult, ...] = ()
        verdict = _check(assertion, scene)
        if assertion.threshold is not None:
            verdict = _by_threshold(verdict, assertion.threshold)
    else:
        children = evaluate(assertion.children, scene)
        verdict = _group(assertion, children)
    if assertion.negate:
        verdict = _negated(verdict)
    return AssertionResult(assertion.name, verdict, assertion.weight, assertion.measured, children)


def _check(check: Check, scene: Scene) -> Verdict:
    metric = check.metric
    if metric is None:
        try:
            metric = check.bind(scene.scope)
        except ParameterError as error:
            return Verdict(None, 0.0, str(error))
    value, problem = _subject_value(check, metric, scene)
    if problem:
        return Verdict(False, 0.0, problem)
    subject = _subject(value, scene)
    try:
        if scene.replies and isinstance(metric, _ASKING):
            return metric.judge(subject, [scene.replies.get(question) for question in metric.questions(subject)])
        return metric.judge(subject)  # of one that asks: without a reply
    except ValueRefusedError as error:
        return Verdict(None, 0.0, error.reason)  # a pattern too costly for this text is no pass, and no failure of the answer


def _subject(value: Json, scene: Scene) -> Subject:
    return Subject(value, scene.response.text, scene.response, scene.expected, scene.vars, scene.labels, scene.fields)


def _subject_value(check: Check, metric: Metric, scene: Scene) -> tuple[Json, str]:
    if check.of:
        return pointed_at(check.of, scene.response, scene.found)
    if metric.READS != "answer":
        return scene.response.text, ""
    return (scene.found.value, "") if scene.found else (None, "no answer found in the output")


def pointed_at(path: Path, response: Response, found: Found | None) -> tuple[Json, str]:
    """What `of:` points at, or what is wrong: output, output.PATH (the output read as JSON), answer, thought, calls.PATH.

    `found` is None where no answer was found in the output.
    """
    head, rest = path[0], path[1:]
    written = ".".join(map(str, path))
    if head == "answer":
        return (found.value, "") if found else (None, "no answer found in the output")
    if head in ("output", "thought"):
        text = response.text if head == "output" else response.thought
        if not rest:
            return text, ""
        try:
            document = read_json(text)
        except ValueRefusedError as error:
            return None, f"{written} needs JSON, but the {head} is not: {error.reason}"
    else:
        document = list(response.calls)
    value = lookup(document, rest)
    return (None, f"the answer has no {written}") if value is MISSING else (value, "")


def _by_threshold(verdict: Verdict, threshold: float) -> Verdict:
    if verdict.passed is None:
        return verdict
    passed = verdict.score >= threshold
    sign = ">=" if passed else "<"
    return structs.replace(verdict, passed=passed, reason=f"{verdict.reason} (score {verdict.score:.3g} {sign} {threshold:g})")


def _group(group: Group, children: Sequence[AssertionResult]) -> Verdict:
    passed = sum(child.verdict.passed is True for child in children)
    unknown = sum(child.verdict.passed is None for child in children)
    score = max(child.verdict.score for child in children) if group.kind == "any_of" else weighted_mean(children)
    if group.threshold is not None:
        holds: bool | None = None if unknown else score >= group.threshold
        said = f"score {score:.3g}, needs >= {group.threshold:g}"
    else:
        needed = {"all_of": len(children), "any_of": 1}.get(group.kind, group.at_least or 1)
        holds = True if passed >= needed else (None if passed + unknown >= needed else False)
        said = f"{passed} of {len(children)} hold, needs {needed}"
    failed = "; ".join(child.verdict.reason for child in children if child.verdict.passed is not True)
    return Verdict(holds, score, said if holds or not failed else f"{said}: {failed}")


def _negated(verdict: Verdict) -> Verdict:
    if verdict.passed is None:
        return verdict
    return structs.replace(verdict, passed=not verdict.passed, score=1.0 - verdict.score, reason=f"not: {verdict.reason}")
