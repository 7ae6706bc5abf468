"""`plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from gemini_eval.cli.options import loading, option, selecting, suite_paths
from gemini_eval.cli.running import run_options
from gemini_eval.safe.terminal import for_terminal

NOTE = """Tokens are an estimate, 4 characters each. The smallest drop is what a
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
    from tabulate import tabulate

    from gemini_eval.verbs.plan import plan_suites

    paths, options = run_options(suites, flags)
    plans = plan_suites(paths, options.run)
    rows = [
        (
            *map(for_terminal, (plan.suite, plan.variant, plan.model)),
            plan.cases,
            plan.requests,
            plan.input_tokens,
            plan.most_output_tokens,
            f"{plan.smallest_drop * 100:.0f} points",
        )
        for plan in plans
    ]
    heads = ("suite", "variant", "model", "cases", "requests", "input tokens", "output tokens at most", "smallest drop")
    click.echo(
        tabulate(
            rows, heads, tablefmt="simple", disable_numparse=True, maxheadercolwidths=12, colalign=("left",) * 3 + ("right",) * 5
        )
    )
    local = all(plan.model.startswith(("local:", "replay:", "answers:")) for plan in plans)
    price = "nothing to pay: no model here has a price" if local else "cost unknown: no price is known"
    click.echo(f"\n{sum(plan.requests for plan in plans):,} requests; {price}.\n{NOTE}")
    return 0
