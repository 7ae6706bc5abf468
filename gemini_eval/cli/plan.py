"""`plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from gemini_eval.cli.faults import print_faults
from gemini_eval.cli.options import asking, loading, selecting, suite_paths
from gemini_eval.cli.running import run_options
from gemini_eval.reports.shown import money
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.verbs.plan import VariantPlan

NOTE = """Tokens are an estimate, 4 characters each. The drop is the smallest that a
comparison with one sample a case would find 8 times in 10, if two runs of an
unchanged prompt disagree on 10 % of the cases."""
BASELINE_NOTE = "Where there is a baseline, the noise of its answers is taken instead."


@click.command("plan")
@suite_paths
@loading
@selecting
@asking
def command(suites: tuple[str, ...], **flags: Any) -> int:
    """What `run` would ask: requests, cached answers, tokens, cost, quota minutes, and the smallest drop that the suite can show.

    It spends nothing.
    """
    return print_plan(suites, flags)


def print_plan(suites: Sequence[str], flags: Mapping[str, Any]) -> int:
    from gemini_eval.verbs.plan import plan_suites
    from gemini_eval.verbs.validate import too_few_cases

    paths, options = run_options(suites, flags)
    plans = plan_suites(paths, options.run)
    for model in dict.fromkeys(plan.model for plan in plans):
        click.echo(for_terminal(model))
        click.echo(_table([plan for plan in plans if plan.model == model]))
    click.echo(f"\n{_total(plans)}.\n{_judges(plans)}{NOTE}")
    if any(plan.from_baseline for plan in plans):
        click.echo(BASELINE_NOTE)
    print_faults(too_few_cases(paths, options.run.load))
    return 0


def _total(plans: Sequence[VariantPlan]) -> str:
    requests, cached = sum(plan.requests for plan in plans), sum(plan.cached for plan in plans)
    found = f", and {cached:,} answer{'s' if cached != 1 else ''} from the cache" if cached else ""
    parts = [f"{requests:,} request{'s' if requests != 1 else ''}{found}", _price(plans)]
    minutes = [plan.minutes for plan in plans if plan.minutes is not None]
    if minutes and sum(minutes) < 1:
        parts.append("less than a minute by the target's limits")
    elif minutes:
        parts.append(f"at least {sum(minutes):,.1f} minutes by the target's limits")
    return "; ".join(parts)


def _judges(plans: Sequence[VariantPlan]) -> str:
    """What judges are asked beside; '' where there are none."""
    judged = [plan.judged for plan in plans if plan.judged.requests]
    if not judged:
        return ""
    requests = sum(plan.requests for plan in judged)
    known = [(plan.least, plan.most) for plan in judged if plan.least is not None and plan.most is not None]
    price = "cost unknown: no price is known" if len(known) < len(judged) else _span(known)
    return f"Judges: {requests:,} request{'s' if requests != 1 else ''} at most; {price}.\n"


def _span(costs: Sequence[tuple[int, int]]) -> str:
    least, most = (sum(side) for side in zip(*costs, strict=True))
    return f"{money(least)} to {money(most)}" if most else "nothing to pay"


def _price(plans: Sequence[VariantPlan]) -> str:
    known = [plan for plan in plans if plan.least is not None and plan.most is not None]
    unknown = [plan for plan in plans if plan.requests and plan not in known]
    least, most = sum(plan.least or 0 for plan in known), sum(plan.most or 0 for plan in known)
    if unknown and not most:
        return "cost unknown: no price is known"
    if not most:
        return "nothing to pay" if any(plan.cached for plan in plans) else "nothing to pay: no model here has a price"
    some = f", without {', '.join(dict.fromkeys(plan.model for plan in unknown))}, whose price is unknown" if unknown else ""
    return f"{money(least)} to {money(most)}{some}"


def _table(plans: Sequence[VariantPlan]) -> str:
    from tabulate import tabulate

    heads = ("suite", "variant", "cases", "requests", "tokens in", "tokens out", "drop")
    rows = [
        (
            *map(for_terminal, (plan.suite, plan.variant)),
            f"{plan.cases:,}",
            f"{plan.requests:,}",
            f"{plan.input_tokens:,}",
            f"≤ {plan.most_output_tokens:,}",
            f"{plan.smallest_drop * 100:.0f} points",
        )
        for plan in plans
    ]
    return tabulate(rows, heads, tablefmt="simple", disable_numparse=True, colalign=("left",) * 2 + ("right",) * 5)
