"""`tune compare`."""

from __future__ import annotations

from typing import Any

import click

from gemini_eval.cli.options import Duration, Finite, asking, loading, option, several, telling
from gemini_eval.cli.running import fail_code, run_options
from gemini_eval.cli.tune.output import finish_contest
from gemini_eval.reports.tuning import check_ending

entering = several(
    [
        option("--tuned", "tuned", multiple=True, metavar="VARIANT|MODEL", help="A tuned variant of the suite, or a model."),
        option("--tuned-prompt", metavar="NAME", default="", help="Ask tuned models by this prompt (the zero-shot one)."),
    ]
)


@click.command("compare")
@click.argument("suite", metavar="SUITE")
@entering
@option("--training-cost", type=Finite(min=0), metavar="USD", help="What tuning cost, for where it pays for itself.")
@option("--training-price", type=Finite(min=0), metavar="USD", help="Instead: the price of a million training tokens.")
@option("--epochs", type=click.IntRange(min=1), metavar="N", help="With --training-price: how often every example was learned.")
@option("--training-time", type=Duration(), metavar="TIME", help="How long tuning took (10m).")
@option("--base", metavar="MODEL", default="", help="A tuned model without a price of its own costs what this one does.")
@option("--strict", is_flag=True, help="Where nothing is shown either way the status is 4.")
@loading
@asking
@telling
def command(suite: str, tuned: tuple[str, ...], tuned_prompt: str, base: str, **flags: Any) -> int:
    """Ask prompted and tuned variants on the same test split, and say which to use.

    Of several tuned variants the best is chosen on the validation split; the test split is asked for that one alone.

    \b
    gemini-eval tune compare specs/tickets_tuning.yaml --tuned tuned:tickets/e4-a4
    gemini-eval tune compare SUITE --tuned tuned:a --tuned tuned:b --training-cost 3.20 -o tuning.md
    """
    from gemini_eval.verbs.tune.compare import CompareOptions, compare_tuned
    from gemini_eval.verbs.tune.variants import entered

    for path in flags["outputs"]:
        check_ending(path)
    prices = flags.pop("training_cost"), flags.pop("training_time"), flags.pop("training_price"), flags.pop("epochs")
    if (prices[2] is None) != (prices[3] is None):
        raise click.UsageError("--training-price and --epochs belong together")
    paths, options = run_options([suite], flags)
    entry = entered(paths[0], tuned, tuned_prompt, options.run.load)
    with options.bar():
        compared = compare_tuned(entry, CompareOptions(options.run, *prices, base))
    return fail_code(finish_contest(compared, flags))
