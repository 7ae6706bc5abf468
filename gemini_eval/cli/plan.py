"""`plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from gemini_eval.cli.options import loading, option, selecting, suite_paths
from gemini_eval.cli.running import run_options
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.verbs.plan import VariantPlan

NOTE = """Tokens are an estimate, 4 characters each. The drop is the smallest that a
comparison with one sample a case would find 8 times in 10, if two runs of an
unchanged prompt disagree on 10 % of the cases."""


@click.command("plan")
@suite_paths
@loading
@selecting
@option("--samples", type=click.IntRange(1, 1000), metavar="N", help="Ask every case N times.")
def command(suites: tuple[str, ...], **flags: Any) -> int:
    """What `run` would ask: requests, tokens, cost, and the smallest drop that the suite can show. It spends nothing."""
    return print_plan(suites, flags)


def print_plan(suites: Sequence[str], flags: Mapping[str, Any]) -> int:
    from gemini_eval.verbs.plan import plan_suites

    paths, options = run_options(suites, flags)
    plans = plan_suites(paths, options.run)
    for model in dict.fromkeys(plan.model for plan in plans):
        click.echo(for_terminal(model))
        click.echo(_table([plan for plan in plans if plan.model == model]))
    local = all(plan.model.startswith(("local:", "replay:", "answers:")) for plan in plans)
    price = "nothing to pay: no model here has a price" if local else "cost unknown: no price is known"
    click.echo(f"\n{sum(plan.requests for plan in plans):,} requests; {price}.\n{NOTE}")
    return 0


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
