"""The tables of a report as plain texts: one for the variants, and of a variant its labels, confusions, tags and assertions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gemini_eval.reports.grid import Grid
from gemini_eval.reports.grids_confidence import confidence_grids
from gemini_eval.reports.shown import ABSENT, cost, count, decimal, duration, percent, tokens, with_interval
from gemini_eval.reports.view import SuiteView
from gemini_eval.summary.model import ConfusionMatrix, SuiteSummary, TagSummary, VariantSummary
from gemini_eval.types import Family, Figure, Outcome

MOST_ROWS = 20


Cell = Callable[[VariantSummary], str]


def variants_grid(suite: SuiteSummary, declared: SuiteView) -> Grid:
    """One row a variant. Outcomes other than judged, votes, labels and prices have columns only where they occur."""
    variants = list(suite.variants.values())
    columns = [(name, cell) for name, cell, occurs in _columns(declared) if any(occurs(variant) for variant in variants)]
    rows = tuple((variant.variant, *(cell(variant) for _, cell in columns)) for variant in variants)
    return Grid("Variants", ("variant", *(name for name, _ in columns)), rows)


def _columns(declared: SuiteView) -> Iterator[tuple[str, Cell, Callable[[VariantSummary], bool]]]:
    some_gated = len({variant.gated for variant in declared.variants}) > 1
    yield "gated", lambda v: "yes" if declared.is_gated(v.variant) else "no", lambda _: some_gated
    yield "passed", _passed, lambda _: True
    yield "pass rate", lambda v: with_interval(v.figures.get("pass_rate")), lambda v: _has(v, "pass_rate")
    yield "accuracy", lambda v: with_interval(v.figures.get("accuracy")), lambda v: _has(v, "accuracy")
    yield "micro F1", lambda v: decimal(_value(v, "micro_f1")), lambda v: _has(v, "hamming_loss")
    yield "macro F1", lambda v: decimal(_value(v, "macro_f1")), lambda v: _has(v, "macro_f1")
    yield "Hamming loss", lambda v: decimal(_value(v, "hamming_loss")), lambda v: _has(v, "hamming_loss")
    yield "quadratic kappa", lambda v: decimal(_value(v, "quadratic_kappa")), lambda v: _has(v, "quadratic_kappa")
    yield "steps off", lambda v: decimal(_value(v, "mae_steps"), 2), lambda v: _has(v, "mae_steps")
    yield "field F1", lambda v: decimal(_value(v, "field_f1.micro")), lambda v: bool(v.fields)
    yield "hallucinated", lambda v: percent(_value(v, "hallucinated_rate")), lambda v: bool(v.fields)
    yield "vote share", lambda v: percent(_value(v, "vote_share")), lambda v: _has(v, "vote_share")
    yield "not judged", lambda v: str(v.unjudged), lambda v: bool(v.unjudged)
    for outcome in Outcome:
        if outcome is not Outcome.JUDGED:
            yield _outcome_name(outcome), _outcome_cell(outcome), _occurs(outcome)
    yield "tokens in / out", _tokens, lambda v: _has(v, "prompt_tokens") or _has(v, "output_tokens")
    yield "p50 / p95", _latency, lambda v: _has(v, "p50_latency")
    yield "cost", lambda v: cost(v.cost_micros, v.cost_unknown, v.answers), lambda v: bool(v.answers)
    yield "judges", _judges, lambda v: v.judges is not None


def _judges(variant: VariantSummary) -> str:
    """What judging its answers cost."""
    found = variant.judges
    return cost(found.cost_micros, found.cost_unknown, found.replies) if found else ABSENT


def _passed(variant: VariantSummary) -> str:
    judged = variant.passed + variant.failed
    return f"{variant.passed}/{judged}" if judged else ABSENT


def _outcome_name(outcome: Outcome) -> str:
    family = "no answer" if outcome.family is Family.NO_ANSWER else "not delivered"
    kind = outcome.value.replace("_", " ")
    return f"{family}: {kind}"


def _outcome_cell(outcome: Outcome) -> Cell:
    return lambda variant: str(variant.outcomes.get(outcome, 0))


def _occurs(outcome: Outcome) -> Callable[[VariantSummary], bool]:
    return lambda variant: bool(variant.outcomes.get(outcome))


def _tokens(variant: VariantSummary) -> str:
    return f"{tokens(_value(variant, 'prompt_tokens'))} / {tokens(_value(variant, 'output_tokens'))}"


def _latency(variant: VariantSummary) -> str:
    return f"{duration(_value(variant, 'p50_latency'))} / {duration(_value(variant, 'p95_latency'))}"


def _has(variant: VariantSummary, name: str) -> bool:
    return _value(variant, name) is not None


def _value(variant: VariantSummary, name: str) -> float | None:
    figure = variant.figures.get(name)
    return figure.value if figure else None


# ---- one variant -----------------------------------------------------------------------------------------


def detail_grids(variant: VariantSummary) -> Iterator[Grid]:
    """Labels and their confusions; fields; confidence sources; tags and assertions where there is more than one."""
    if variant.labels and variant.confusion and any(map(sum, variant.confusion.rows)):
        yield labels_grid(variant)
        yield confusion_grid(variant.confusion)
    elif not variant.confusion and any(label.support for label in variant.labels.values()):
        yield labels_grid(variant)
    if variant.fields:
        yield fields_grid(variant)
    yield from confidence_grids(variant)
    if len(variant.tags) > 1:
        yield _tags(variant)
    if len(variant.assertions) > 1:
        yield _assertions(variant)


def labels_grid(variant: VariantSummary) -> Grid:
    rows = [
        (name, percent(label.precision.value), percent(label.recall.value), decimal(label.f1.value), count(label.support))
        for name, label in variant.labels.items()
    ]
    return _limited("Labels", ("label", "precision", "recall", "F1", "cases"), rows)


def fields_grid(variant: VariantSummary) -> Grid:
    """Declared fields in their order, then others where there were some."""
    rows = [
        (
            name or "(not declared)",
            percent(found.precision.value),
            percent(found.recall.value),
            decimal(found.f1.value),
            *(count(part) if part else "·" for part in (found.right, found.wrong, found.missing, found.hallucinated)),
        )
        for name, found in variant.fields.items()
    ]
    return _limited("Fields", ("field", "precision", "recall", "F1", "right", "wrong", "missing", "hallucinated"), rows)


def confusion_grid(matrix: ConfusionMatrix) -> Grid:
    """Rows are expected, columns answered; the extra columns only where they count something."""
    every = (*matrix.labels, *matrix.EXTRA_COLUMNS)
    kept = [n for n in range(len(every)) if n < len(matrix.labels) or any(row[n] for row in matrix.rows)]
    rows = [
        (label, *(count(row[n]) if row[n] else "·" for n in kept)) for label, row in zip(matrix.labels, matrix.rows, strict=True)
    ]
    return Grid("Confusion", ("expected", *(every[n] for n in kept)), tuple(rows))


def confusions_grid(matrix: ConfusionMatrix) -> Grid:
    """The same as a list, the most frequent first, for a matrix that is too wide."""
    every = (*matrix.labels, *matrix.EXTRA_COLUMNS)
    wrong = [
        (weight, label, every[n])
        for label, row in zip(matrix.labels, matrix.rows, strict=True)
        for n, weight in enumerate(row)
        if weight and every[n] != label
    ]
    wrong.sort(key=lambda item: -item[0])
    return _limited("Confusion", ("expected", "answered", "cases"), [(label, said, count(n)) for n, label, said in wrong])


def _tags(variant: VariantSummary) -> Grid:
    with_labels = any(_differ(tag) for tag in variant.tags.values())
    found = sorted(variant.tags.items(), key=lambda item: _rate(item[1].figures.get("pass_rate")))
    rows = [
        (
            name,
            str(tag.cases),
            with_interval(tag.figures.get("pass_rate")),
            *([with_interval(tag.figures.get("accuracy"))] if with_labels else []),
        )
        for name, tag in found
    ]
    return _limited("Tags", ("tag", "cases", "pass rate", *(["accuracy"] if with_labels else [])), rows)


def _differ(tag: TagSummary) -> bool:
    accuracy = tag.figures.get("accuracy")
    return accuracy is not None and accuracy.value != _rate(tag.figures.get("pass_rate"))


def _rate(figure: Figure | None) -> float:
    return figure.value if figure and figure.value is not None else 2.0


def _assertions(variant: VariantSummary) -> Grid:
    broken = any(found.could_not_judge for found in variant.assertions.values())
    rows = [
        (
            f"{name} (measured)" if found.measured else name,
            str(found.cases),
            with_interval(found.pass_rate),
            decimal(found.score.value),
            *([str(found.could_not_judge)] if broken else []),
        )
        for name, found in variant.assertions.items()
    ]
    return _limited(
        "Assertions", ("assertion", "cases", "pass rate", "mean score", *(["could not judge"] if broken else [])), rows
    )


def _limited(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Grid:
    return Grid(title, header, tuple(rows[:MOST_ROWS]), max(0, len(rows) - MOST_ROWS))
