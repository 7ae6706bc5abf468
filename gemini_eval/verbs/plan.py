"""`plan`: what a run would ask, what the cache answers, and what it may cost; it spends nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from gemini_eval.assertions.tree import Check, asks_somebody, leaves
from gemini_eval.cache.answers import AnswerCache
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.pairs import pairs_of
from gemini_eval.metrics.embedding_models import ToEmbed
from gemini_eval.metrics.similar import Similar
from gemini_eval.prompts import samples_of
from gemini_eval.providers import most_output_tokens, price_of
from gemini_eval.providers.embedding.checks import goes_alone
from gemini_eval.providers.evaluation.wire import MOST_TOGETHER
from gemini_eval.providers.prices import Price, cost_micros
from gemini_eval.rubrics.question import AnyQuestion
from gemini_eval.rubrics.rubric import Question, Rubric
from gemini_eval.runs.records import request_key
from gemini_eval.suites.build.models import service_of
from gemini_eval.suites.check_likelihoods import likelihoods_of
from gemini_eval.suites.model import Case, Suite
from gemini_eval.types import Json, Request, Usage
from gemini_eval.verbs.baseline import baseline_deviation, baseline_file
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.render import RenderedCase, render_suites
from gemini_eval.vertex import VERTEX
from gemini_eval.vertex.metric import ServiceMetric

CHARACTERS_A_TOKEN = 4
"""The usual estimate where no tokeniser is at hand; the plan says that it is one."""

ASSUMED_DISAGREEMENT = 0.1
"""Share of cases on which two runs of an unchanged prompt disagree: measured 9 % at 80 % accuracy, 3 % at 95 %."""

LOOKED_UP = 512
"""Cases whose requests are looked up in the cache at once."""


@dataclass(slots=True)
class JudgePlan:
    """What judges are asked about a variant's answers, as if no two were alike; their answers' length is not known yet, so
    `least` counts none of it. Costs as in `VariantPlan`. `together` counts instances and texts that go to the evaluation service
    and to embedding models in calls of many."""

    alone: int = 0
    least: int | None = 0
    most: int | None = 0
    together: Counter[str] = field(default_factory=Counter)
    embedded: set[int] = field(default_factory=set)
    """Hashes of the texts that are known beforehand, which an embedding model is asked once."""

    @property
    def requests(self) -> int:
        return self.alone + sum(math.ceil(count / MOST_TOGETHER) for count in self.together.values())


@dataclass(slots=True)
class VariantPlan:
    """Tokens are estimates, of all requests. `requests` counts those to be sent, `cached` those that the cache answers. `least`
    and `most` (1e-6 USD, None for an unknown price) are what the former cost with one output token each and with as many as they
    may have. `minutes` is what the target's quota makes of them, None without one; `smallest_drop` (0..1) is what a comparison
    with one sample a case would find 8 times in 10, by the `deviation` of a case's difference: the baseline's where it tells,
    else an assumed one."""

    suite: str
    variant: str
    model: str
    cases: int = 0
    requests: int = 0
    cached: int = 0
    input_tokens: int = 0
    most_output_tokens: int = 0
    least: int | None = 0
    most: int | None = 0
    minutes: float | None = None
    deviation: float = math.sqrt(ASSUMED_DISAGREEMENT)
    from_baseline: bool = False
    judged: JudgePlan = field(default_factory=JudgePlan)

    @property
    def smallest_drop(self) -> float:
        from gemini_eval.stats.power import detectable_drop

        return detectable_drop(self.deviation, self.cases) if self.cases else math.inf


def plan_suites(paths: Sequence[str | Path | Suite], options: RunOptions) -> list[VariantPlan]:
    """One entry for each selected variant. Every case is rendered, so that a fault is told now. Raises `InputError`."""
    plans: dict[tuple[str, str], VariantPlan] = {}
    cases = render_suites(paths, options)
    with ExitStack() as stack:
        cache: AnswerCache | None = None
        while chunk := list(islice(cases, LOOKED_UP)):
            if cache is None:
                cache = _open_cache(chunk[0].suite, options, stack)
            there = cache.find([request_key(request) for request in _cacheable(chunk)]) if cache else {}
            for rendered in chunk:
                key = (rendered.suite.name, rendered.variant.name)
                plan = plans.setdefault(key, VariantPlan(*key, rendered.variant.model.id))
                if plan.cases == 0:
                    _measure(plan, rendered)
                _add(plan, rendered, there)
    return list(plans.values())


def _measure(plan: VariantPlan, rendered: RenderedCase) -> None:
    """The noise of the committed baseline's answers, where there is one."""
    found = baseline_deviation(baseline_file(rendered.suite.workspace, plan.suite), plan.variant)
    if found is not None:
        plan.deviation, plan.from_baseline = found, True


def _open_cache(suite: Suite, options: RunOptions, stack: ExitStack) -> AnswerCache | None:
    file = suite.workspace.cache_file
    return stack.enter_context(AnswerCache(file)) if options.cache == "use" and file.exists() else None


def _cacheable(chunk: Sequence[RenderedCase]) -> Iterator[Request]:
    for rendered in chunk:
        yield from rendered.requests


def _add(plan: VariantPlan, rendered: RenderedCase, there: Json) -> None:
    model = rendered.variant.model
    target = rendered.suite.workspace.place(model.target)
    price = price_of(model.id, target)
    plan.cases += 1
    for request in rendered.requests:
        if request_key(request) in there:
            plan.cached += 1
            continue
        tokens, most = _input_tokens(request), _most_tokens(request, target)
        plan.requests += 1
        plan.input_tokens += tokens
        plan.most_output_tokens += most
        plan.least = _plus(plan.least, tokens, 1, price)
        plan.most = _plus(plan.most, tokens, most, price)
    plan.minutes = _minutes(plan, target)
    _add_judges(plan.judged, rendered, max((_most_tokens(request, target) for request in rendered.requests), default=0))


def _add_judges(plan: JudgePlan, rendered: RenderedCase, answer_tokens: int) -> None:
    """The questions about one case: of rubrics, in a vote, about its winner, else about each sample; of comparisons, which
    hold two answers each, and of confidence about one."""
    suite, case = rendered.suite, rendered.case
    if case.expected_outcome is not None:
        return
    judge = Judge.of(suite, rendered.variant)
    times = 1 if samples_of(suite, case, 1, None).vote else len(rendered.requests) or 1
    checks = [leaf for item in judge.assertions_of(case) for leaf in leaves(item)]
    _add_service(plan, case, [check for check in checks if check.metric_name == VERTEX], times)
    for similar in _asking_models(case, checks):
        _add_embeddings(plan, rendered, similar, times, answer_tokens)
    for rubric in (check.metric for check in checks if isinstance(check.metric, Rubric)):
        for juror in rubric.jurors:
            _add_question(plan, suite, Question(juror.name, rubric.source, "", rubric.scale, rubric.steps), times, answer_tokens)
    for pair in pairs_of(judge):
        for question in pair.questions("", " "):
            _add_question(plan, suite, question, 1, 2 * answer_tokens)
    asked = sum(map(_input_tokens, rendered.requests[:1]))
    for _, likelihood, _ in likelihoods_of(suite):
        likely = likelihood.question(suite.labels.names if suite.labels else ())
        _add_question(plan, suite, likely, 1, answer_tokens, beside=asked)


def _add_question(
    plan: JudgePlan, suite: Suite, question: AnyQuestion, times: int, answer_tokens: int, *, beside: int = 0
) -> None:
    """`answer_tokens` are those of the answers that it shows at most, `beside` those of what else it shows."""
    tokens = math.ceil(len(question.text(question.rubric.text) + question.instruction()) / CHARACTERS_A_TOKEN) + beside
    model = suite.judges.models[question.judge]
    target = suite.workspace.place(model.target)
    price, setting = price_of(model.id, target), model.settings.get("max_output_tokens")
    longest = int(setting.value) if setting else most_output_tokens(model.id, target) or 0
    for _ in range(times):
        plan.alone += 1
        plan.least = _plus(plan.least, tokens, 1, price)
        plan.most = _plus(plan.most, tokens + answer_tokens, longest, price)


def _add_service(plan: JudgePlan, case: Case, checks: Sequence[Check], times: int) -> None:
    """What the evaluation service is asked about one case; its price is not known."""
    scope = {"vars": case.vars, "expected": case.expected.value if case.expected else None}
    for metric in (check.bind(scope) for check in checks):
        assert isinstance(metric, ServiceMetric)
        count = times * metric.count(case.expected)
        plan.least = plan.most = None
        if metric.TOGETHER:
            plan.together[f"{metric.NAME} {metric.spec} {metric.location}"] += count
        else:
            plan.alone += count


def _asking_models(case: Case, checks: Sequence[Check]) -> Iterator[Similar]:
    scope = {"vars": case.vars, "expected": case.expected.value if case.expected else None}
    for check in checks:
        if check.metric_name == Similar.NAME and asks_somebody(check):
            metric = check.bind(scope)
            assert isinstance(metric, Similar)
            yield metric


def _add_embeddings(plan: JudgePlan, rendered: RenderedCase, metric: Similar, times: int, answer_tokens: int) -> None:
    """The answers to one case, and what they are compared with where that was not counted yet."""
    model = service_of(rendered.suite, metric.model, metric.location)
    price = price_of(model.id, rendered.suite.workspace.place(model.target))
    wanted = [
        ToEmbed(metric.model, text, metric.dimensions, metric.location) for text in metric.references(rendered.case.expected)
    ]
    new = {hash(one): one for one in wanted if hash(one) not in plan.embedded}
    plan.embedded.update(new)
    tokens = [math.ceil(len(one.sent) / CHARACTERS_A_TOKEN) for one in new.values()]
    for least, most in [*((count, count) for count in tokens), *([(0, answer_tokens)] * times)]:
        plan.least, plan.most = _plus(plan.least, least, 0, price), _plus(plan.most, most, 0, price)
    if goes_alone(model.id, model.through):
        plan.alone += len(new) + times
    else:
        plan.together[f"{model.id} {metric.dimensions} {metric.location}"] += len(new) + times


def _input_tokens(request: Request) -> int:
    characters = len(request.system) + sum(len(message.text) for message in request.messages)
    return math.ceil(characters / CHARACTERS_A_TOKEN)


def _most_tokens(request: Request, target: Json) -> int:
    return int(request.params.get("max_output_tokens") or most_output_tokens(request.model, target) or 0)


def _plus(total: int | None, prompt: int, output: int, price: Price | None) -> int | None:
    cost = cost_micros(Usage(prompt, output), price)
    return None if total is None or cost is None else total + cost


def _minutes(plan: VariantPlan, target: Json) -> float | None:
    """The longer of what the requests and what the input tokens take by the target's limits, times its share."""
    limits, share = target.get("limits") or {}, target.get("share") or 1.0
    pairs = ((plan.requests, limits.get("requests_per_minute")), (plan.input_tokens, limits.get("input_tokens_per_minute")))
    return max((amount / (limit * share) for amount, limit in pairs if limit), default=None)
