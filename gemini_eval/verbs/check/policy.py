"""The base's policy binds the candidate: what it forbids is told before any request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gemini_eval.engine.jobs import Budget
from gemini_eval.errors import Fault, InputError, Place
from gemini_eval.gates import Gate
from gemini_eval.suites.check import Census
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace, shown


def check_policy(base: Workspace, suites: Sequence[Suite], censuses: Sequence[Census]) -> None:
    """Raise `InputError` with everything that the base's `policy` (and `allow_models`) does not allow."""
    pairs = zip(suites, censuses, strict=True)
    faults = [
        fault
        for suite, census in pairs
        for fault in (*_models(base, suite, census), *_size(base, suite, census), *_gates(base, suite))
    ]
    if faults:
        raise InputError(faults)


def bound_budget(base: Workspace, budget: Budget | None) -> Budget | None:
    """The budget within what the base's policy lets a check send and cost."""
    requests, cost = base.policy.get("max_requests"), base.policy.get("max_cost")
    return budget if requests is None and cost is None else (budget or Budget()).within(requests, cost)


def _models(base: Workspace, suite: Suite, census: Census) -> Iterator[Fault]:
    """Models under test, and the judges that are asked."""
    models = {variant.model.name: variant.model for variant in suite.variants}.values()
    for model in (*models, *(suite.judges.models[name] for name in sorted(census.judges))):
        if model.id and not base.allows_model(model.id):
            yield Fault(
                f"the base's policy does not allow the model {model.id}",
                model.place or Place(shown(suite.path)),
                "use one that `allow_models` of the base's workspace names, or have that changed first",
            )


def _size(base: Workspace, suite: Suite, census: Census) -> Iterator[Fault]:
    least = base.policy.get("min_cases")
    cases = census.cases - census.skipped - census.drafts
    if least is not None and cases < least:
        yield Fault(f"the suite has {cases:,} cases, and the base's policy asks for {least:,} at least", Place(shown(suite.path)))


def _gates(base: Workspace, suite: Suite) -> Iterator[Fault]:
    most = base.policy.get("max_margin")
    for gate in suite.gates:
        if most is not None and gate.metric is not None and gate.margin > most:
            reason = f"the margin {gate.margin:g} ({gate.text}) is over the {most:g} that the base's policy allows"
            yield Fault(reason, Place(shown(suite.path)), f"write a margin of {most:g} or less")
    for wanted in base.policy.get("required_gates") or ():
        if not any(_is(gate, wanted) for gate in suite.gates):
            reason = f'the base\'s policy requires a gate "{wanted}", and the suite has none'
            yield Fault(reason, Place(shown(suite.path)), "add it to `gate:`")


def _is(gate: Gate, wanted: str) -> bool:
    """By its kind, its name, its text or a figure that it is about."""
    figures = {condition.figure.name for condition in gate.conditions} | ({gate.metric.name} if gate.metric else set())
    return wanted in {gate.kind, gate.name, gate.text, *figures}
