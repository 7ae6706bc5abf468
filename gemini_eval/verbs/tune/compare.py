"""`tune compare`: prompted and tuned variants on one test split; of several tuned ones one is chosen on validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gemini_eval.comparison.sides import SideMarks
from gemini_eval.errors import UsageError
from gemini_eval.gates.grammar import parse_figure
from gemini_eval.gates.model import FigureRef
from gemini_eval.providers import price_of
from gemini_eval.providers.prices import tuning_price
from gemini_eval.runs.cases import iter_cases
from gemini_eval.suites.load import LABELLED_TASKS, figure_context
from gemini_eval.suites.model import Suite, Variant
from gemini_eval.summary.model import VariantSummary
from gemini_eval.tuning.contest import (
    BreakEven,
    Contest,
    Contestant,
    Sweep,
    Training,
    break_even,
    contestant,
    hold,
    mistakes,
)
from gemini_eval.tuning.splits import TRAIN, VALIDATION, in_split
from gemini_eval.types import Figure, Json
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes, run_suites
from gemini_eval.verbs.tune.variants import Entered, rows_in

CUT = (3, 130)
"""Exit statuses of a run that decides nothing."""
PRICED_BY = "by the price of"


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """`training_usd` and `training_s` are what tuning took; instead of the former `training_price` (USD for a million tokens)
    with `epochs`. `base` is the model whose price a tuned one has where its own is not known. What is not said of these three the
    registry and the workspace say, where they know the tuned model."""

    run: RunOptions
    training_usd: float | None = None
    training_s: float | None = None
    training_price: float | None = None
    epochs: int | None = None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """`contest` is None where a run was cut short or is invalid: `outcomes` is that run."""

    outcomes: Outcomes
    contest: Contest | None = None


def compare_tuned(entry: Entered, options: CompareOptions) -> Compared:
    """Ask, choose, confirm. Raises `InputError` with nothing sent, `RunError` where what was sent is kept."""
    figures = deciding(entry.suite)
    winner, sweep = entry.tuned[0], None
    if len(entry.tuned) > 1:
        if not rows_in(entry.suite, VALIDATION):
            reason = f"{len(entry.tuned)} tuned variants, and no row in the split {VALIDATION} to choose one by"
            raise UsageError(reason, f"give rows the split {VALIDATION}, or name one tuned variant: the test split is asked once")
        chosen = asked(in_split(entry.of(*entry.tuned), VALIDATION), options.run)
        if chosen.exit_status in CUT:
            return Compared(chosen)
        sweep = _sweep(chosen, entry, figures[0].name)
        scores = {name: -1.0 if value is None else value for name, value in sweep.scores}
        winner = max(entry.tuned, key=lambda variant: scores[variant.name])
    tested = entry.of(*entry.prompted, winner)
    outcomes = asked(tested, options.run)
    if outcomes.exit_status in CUT:
        return Compared(outcomes)
    return Compared(outcomes, _contest(entry, tested, winner, figures, outcomes, sweep=sweep, options=options))


def asked(suite: Suite, options: RunOptions, verb: str = "tune compare") -> Outcomes:
    """A run that this verb made: `run --resume`, which would ask the suite as its file is, does not go on with it."""
    return run_suites([suite], replace(options, verb=verb))


def deciding(suite: Suite) -> tuple[FigureRef, ...]:
    """The figure that decides, and what is tested beside it."""
    if suite.task in LABELLED_TASKS:
        names = ["accuracy", "macro_f1"] if suite.labels else ["accuracy"]
    else:
        names = ["pass_rate", "field_f1.micro"] if suite.fields else ["pass_rate"]
    return tuple(parse_figure(name, figure_context(suite)) for name in names)


def _sweep(outcomes: Outcomes, entry: Entered, figure: str) -> Sweep:
    variants = outcomes.summary.suites[entry.suite.name].variants
    scores = tuple((variant.name, variants[variant.name].figures[figure].value) for variant in entry.tuned)
    return Sweep(VALIDATION, max(variants[variant.name].cases for variant in entry.tuned), scores)


def sides_of(outcomes: Outcomes, suite: Suite, figures: Sequence[FigureRef]) -> dict[str, SideMarks]:
    """The judged cases of a run, by variant."""
    sides = {variant.name: SideMarks(variant.name, figures, variant.model.id) for variant in suite.variants}
    for case in iter_cases(outcomes.folder.cases):
        sides[case.variant].add(case)
    return sides


def _contest(
    entry: Entered,
    suite: Suite,
    winner: Variant,
    figures: Sequence[FigureRef],
    outcomes: Outcomes,
    *,
    sweep: Sweep | None,
    options: CompareOptions,
) -> Contest:
    options = _known(suite, winner, options)
    summary = outcomes.summary.suites[suite.name].variants
    everyone = _measured(suite, winner, figures, summary, options.base)
    sides = sides_of(outcomes, suite, figures)
    prompted = [sides[variant.name] for variant in entry.prompted]
    held = hold(sides[winner.name], prompted, figures, suite.labels.names if suite.labels else ())
    examples = rows_in(entry.suite, TRAIN) or None  # rows to tune on may be elsewhere
    training = _training(everyone[-1], examples, options)
    contest = Contest(
        suite.name,
        entry.split,
        outcomes.folder.id,
        figures[0].name,
        everyone,
        winner.name,
        held,
        _paid_back(everyone, training),
        mistakes(summary[winner.name], sides[winner.name], list(sides.values()), figures[0]),
        training,
        sweep,
        examples,
        options.base if everyone[-1].figures["cost_per_1000"].reason.startswith(PRICED_BY) else "",
        outcomes.gates,
    )
    return replace(contest, exit_status=_status(contest, outcomes.exit_status, strict=options.run.strict))


def _measured(
    suite: Suite, winner: Variant, figures: Sequence[FigureRef], summary: Mapping[str, VariantSummary], base: str
) -> tuple[Contestant, ...]:
    """What was measured of each variant, the winner last."""
    found = []
    for variant in suite.variants:
        prompt = variant.prompt.name if variant.prompt else ""
        names = [figure.name for figure in figures]
        one = contestant(summary[variant.name], prompt, variant.model.id, names, tuned=variant is winner)
        found.append(_priced(one, base, _target(suite, winner)) if one.tuned else one)
    return tuple(found)


def _status(contest: Contest, gates: int, *, strict: bool) -> int:
    """1 where the tuned variant is worse than a prompt, else as the gates say; 4 where nothing is shown and that matters."""
    verdict = contest.against(contest.best_prompted.variant).verdict
    if any(one.verdict == "worse" for one in contest.held):
        return 1
    return 4 if strict and gates == 0 and verdict == "open" else gates


def _paid_back(everyone: Sequence[Contestant], training: Training) -> tuple[BreakEven, ...]:
    tuned = everyone[-1]
    return tuple(break_even(tuned, one, training) for one in everyone[:-1])


# ---- prices ----------------------------------------------------------------------------------------------------


def _target(suite: Suite, variant: Variant) -> Mapping[str, Json]:
    return suite.workspace.place(variant.model.target)


def _known(suite: Suite, winner: Variant, options: CompareOptions) -> CompareOptions:
    """With what the registry says of the tuned model, and the workspace of its base, where the command line says nothing."""
    tuned = winner.model.tuned
    if tuned is None:
        return options
    price, epochs = options.training_price, options.epochs
    if price is None:
        price = tuning_price(_target(suite, winner), tuned.base)
        epochs = int((tuned.parameters or {}).get("epochs") or 0) or None
    return replace(options, base=options.base or tuned.base, training_price=price, epochs=epochs)


def _priced(tuned: Contestant, base: str, target: Mapping[str, Json]) -> Contestant:
    """A tuned model whose price nobody states costs what its base does, where that is named: by measured tokens."""
    if tuned.value("cost_per_1000") is not None or not base:
        return tuned
    price = price_of(base, target)
    prompt, output = tuned.value("prompt_tokens"), tuned.value("output_tokens")
    if price is None or prompt is None or output is None:
        return tuned
    tier = price.tier(round(prompt))
    usd = (prompt * tier.input + output * tier.output) / 1e9
    figure = Figure("cost_per_1000", usd, n=tuned.figures["cost_per_1000"].n, reason=f"{PRICED_BY} {base}")
    return replace(tuned, figures={**tuned.figures, "cost_per_1000": figure})


def _training(tuned: Contestant, examples: int | None, options: CompareOptions) -> Training:
    """What tuning took, as told; or its tokens, as measured for the tuned variant's requests, times epochs and price."""
    prompt, output = tuned.value("prompt_tokens"), tuned.value("output_tokens")
    usd = options.training_usd
    if usd is None and None not in (options.training_price, options.epochs, examples, prompt, output):
        assert options.training_price is not None and options.epochs and examples is not None
        assert prompt is not None and output is not None
        usd = examples * (prompt + output) * options.epochs * options.training_price / 1e6
    return Training(usd, options.training_s)
