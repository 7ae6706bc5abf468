"""The one table of figures: `list --figures` prints it, gates are checked against it, summaries are computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from gemini_eval.summary import agreement, confidence, ordered, pairs
from gemini_eval.summary import compute as c
from gemini_eval.summary import compute_fields as f
from gemini_eval.summary.tally import Counts
from gemini_eval.types import Figure, Outcome

Argument: TypeAlias = Literal["", "label", "field", "assertion", "source", "comparison", "jury", "judge"]
Needs: TypeAlias = Literal[
    "",
    "labels",
    "one label",
    "several labels",
    "order",
    "fields",
    "assertions",
    "votes",
    "prices",
    "confidence",
    "abstention",
    "pairwise",
    "jury",
    "people",
]
Unit: TypeAlias = Literal["share", "score", "coefficient", "ms", "USD", "tokens", "cases", "steps"]
"""`share` is in 0..1, `coefficient` in -1..1, `score` whatever its metric says (0..1 as a rule)."""


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One figure. `argument` is what its brackets name, a confidence source what its parentheses do, with `number` after it where
    it takes one; `needs` what a suite must have, or (prices) the run's models. `paired` figures can be tested against another
    run, so by `no_regression` and `no_worse`. `usual` are the numbers that every summary has."""

    name: str
    description: str
    unit: Unit
    compute: c.Compute
    argument: Argument = ""
    needs: Needs = ""
    paired: bool = True
    number: Literal["", "share", "confidence"] = ""
    usual: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """How a gate writes it: `recall["label"]`, `coverage(source, 0.9)`."""
        return self.named(", ".join([self.argument, *self.usual[:1]])) if self.argument else self.name

    def of(self, counts: Counts, argument: str = "") -> Figure:
        return replace(self.compute(counts, argument), name=self.named(argument))

    def named(self, argument: str) -> str:
        """With what it is of; a source and its number are written `votes, 0.8`."""
        return f"{self.name}({argument})" if self.argument == "source" else figure_name(self.name, argument)


def _of_source(name: str, about: str, part: Callable[[confidence.Pairs, float], Figure], **more: Any) -> FigureKind:
    return FigureKind(name, about, "share", c.of_source(part), "source", "confidence", paired=False, **more)


_CHANCE = "every case has the same expected label, or every answer is the same, so chance alone would agree"

_FIELD_PARTS: tuple[tuple[str, str, f.Part, str], ...] = (
    ("precision", "precision", lambda field: field.precision, f.NONE_GIVEN),
    ("recall", "recall", lambda field: field.recall, f.NONE_EXPECTED),
    ("f1", "F1", lambda field: field.f1, f.NONE_EXPECTED),
)

_AGAINST_PEOPLE: tuple[tuple[str, str, Unit, Callable[[agreement.PeopleCounts], Figure]], ...] = (
    ("judge_kappa", "agreement of a judge with people beyond chance (Cohen)", "coefficient", agreement.judge_kappa),
    ("judge_tpr", "share of what people say yes to that a judge says yes to", "share", agreement.judge_tpr),
    ("judge_tnr", "share of what people say no to that a judge says no to", "share", agreement.judge_tnr),
)

FIGURES: tuple[FigureKind, ...] = (
    FigureKind("pass_rate", "share of cases that pass", "share", c.pass_rate),
    FigureKind(
        "pass_rate", "share of answers that meet one assertion", "share", c.assertion_pass_rate, "assertion", "assertions"
    ),
    FigureKind("score", "mean score of one assertion", "score", c.score, "assertion", "assertions"),
    FigureKind("accuracy", "share of answers whose label is the expected one", "share", c.accuracy, "", "labels"),
    FigureKind(
        "balanced_accuracy",
        "mean recall of the labels that have cases",
        "share",
        c.over_matrix(lambda matrix: matrix.balanced_accuracy),
        "",
        "one label",
    ),
    FigureKind("precision", "share of the answers with this label that are right", "share", c.precision, "label", "labels"),
    FigureKind("recall", "share of this label's cases that are found", "share", c.recall, "label", "labels"),
    FigureKind("f1", "harmonic mean of a label's precision and recall", "share", c.f1, "label", "labels"),
    FigureKind(
        "macro_f1",
        "mean F1 of all labels",
        "share",
        c.over_labels(lambda matrix: matrix.macro_f1, every_label=True),
        "",
        "labels",
    ),
    FigureKind(
        "macro_precision",
        "mean precision of all labels",
        "share",
        c.over_labels(lambda matrix: matrix.macro_precision, every_label=True),
        "",
        "labels",
    ),
    FigureKind(
        "macro_recall",
        "mean recall of all labels",
        "share",
        c.over_labels(lambda matrix: matrix.macro_recall, every_label=True),
        "",
        "labels",
    ),
    FigureKind("micro_f1", "F1 of all labels' counts together", "share", c.over_labels(lambda m: m.micro_f1), "", "labels"),
    FigureKind(
        "weighted_f1", "mean F1 of all labels by their cases", "share", c.over_labels(lambda m: m.weighted_f1), "", "labels"
    ),
    FigureKind(
        "kappa",
        "agreement with the expected labels beyond chance (Cohen)",
        "coefficient",
        c.over_matrix(lambda matrix: matrix.kappa, _CHANCE),
        "",
        "one label",
    ),
    FigureKind(
        "mcc",
        "correlation with the expected labels (Matthews; Gorodkin's R_K)",
        "coefficient",
        c.over_matrix(lambda matrix: matrix.mcc, _CHANCE),
        "",
        "one label",
    ),
    FigureKind(
        "quadratic_kappa",
        "agreement beyond chance, errors weighing their steps squared",
        "coefficient",
        c.over_order(ordered.quadratic_kappa),
        "",
        "order",
        paired=False,
    ),
    FigureKind(
        "mae_steps", "mean steps from the expected label", "steps", c.over_order(ordered.mae_steps), "", "order", paired=False
    ),
    FigureKind("no_label_rate", "share of answers that are no label", "share", c.no_label_rate, "", "one label"),
    FigureKind("hamming_loss", "share of labels missed or too many", "share", c.hamming_loss, "", "several labels", paired=False),
    *(
        FigureKind(f"field_{name}.{kind}", description, "share", compute, "", "fields")
        for name, word, part, why in _FIELD_PARTS
        for kind, description, compute in (
            ("micro", f"{word} of all fields' counts together", f.micro(part, why)),
            ("macro", f"mean {word} of the fields that occur", f.macro(part)),
        )
    ),
    FigureKind(
        "field_precision",
        "share of this field's values that are right",
        "share",
        f.of_field(lambda field: field.precision, "no answer gives {}"),
        "field",
        "fields",
    ),
    FigureKind(
        "field_recall",
        "share of this field's expected values that are found",
        "share",
        f.of_field(lambda field: field.recall, "no delivered case expects {}"),
        "field",
        "fields",
    ),
    FigureKind(
        "field_f1",
        "harmonic mean of a field's precision and recall",
        "share",
        f.of_field(lambda field: field.f1, "no case expects {} and no answer gives it"),
        "field",
        "fields",
    ),
    FigureKind(
        "hallucinated_rate",
        "share of the fields in answers that nothing expected stands for",
        "share",
        f.micro(f.hallucinated, f.NONE_GIVEN),
        "",
        "fields",
    ),
    FigureKind("missing_rate", "share of the expected fields that answers lack", "share", f.micro(f.missing), "", "fields"),
    FigureKind("wrong_rate", "share of the expected fields with another value", "share", f.micro(f.wrong), "", "fields"),
    FigureKind("vote_share", "mean share of votes for the winner", "share", c.vote_share, "", "votes", paired=False),
    FigureKind("abstention_rate", "share of answers that abstain", "share", c.abstention_rate, "", "abstention", paired=False),
    _of_source("ece", "expected calibration error of a confidence source", confidence.ece),
    _of_source("brier", "mean squared distance of confidence and truth (Brier)", confidence.brier),
    _of_source("auroc", "chance that a right answer is surer than a wrong one", confidence.auroc),
    _of_source(
        "accuracy_at_coverage",
        "accuracy of the surest share of the cases",
        confidence.accuracy_at_coverage,
        number="share",
        usual=("0.8",),
    ),
    _of_source("coverage", "share of cases that are at least so sure", confidence.coverage, number="confidence", usual=("0.9",)),
    FigureKind(
        "win_rate",
        "share of cases whose answer judges prefer, ties counting half",
        "share",
        c.of_pair(pairs.win_rate),
        "comparison",
        "pairwise",
        paired=False,
    ),
    FigureKind(
        "position_bias",
        "share of a judge's comparisons that the order alone decided",
        "share",
        c.of_pair(pairs.position_bias),
        "comparison",
        "pairwise",
        paired=False,
    ),
    FigureKind(
        "judge_agreement",
        "agreement of a jury's judges beyond chance (Krippendorff's alpha)",
        "coefficient",
        c.of_jury(agreement.judge_agreement),
        "jury",
        "jury",
        paired=False,
    ),
    *(
        FigureKind(name, about, unit, c.of_judge(part), "judge", "people", paired=False)
        for name, about, unit, part in _AGAINST_PEOPLE
    ),
    FigureKind("no_answer_rate", "share delivered without an answer (blocked, empty, cut off…)", "share", c.no_answer_rate),
    FigureKind("blocked_rate", "share blocked", "share", c.outcome_rate(Outcome.BLOCKED)),
    FigureKind("cut_off_rate", "share cut off before the answer was complete", "share", c.outcome_rate(Outcome.CUT_OFF)),
    FigureKind("not_delivered_rate", "share of cases without any answer delivered", "share", c.not_delivered_rate, paired=False),
    FigureKind("cases", "cases asked, without xfail and drafts", "cases", c.cases, paired=False),
    FigureKind("p50_latency", "median time of an answer", "ms", c.latency_percentile(50), paired=False),
    FigureKind("p90_latency", "time that 90 % of the answers need at most", "ms", c.latency_percentile(90), paired=False),
    FigureKind("p95_latency", "time that 95 % of the answers need at most", "ms", c.latency_percentile(95), paired=False),
    FigureKind("p99_latency", "time that 99 % of the answers need at most", "ms", c.latency_percentile(99), paired=False),
    FigureKind("mean_latency", "mean time of an answer", "ms", c.mean_latency, paired=False),
    FigureKind("cost", "price of all answers", "USD", c.cost, "", "prices", paired=False),
    FigureKind("cost_per_1000", "price of a thousand answers", "USD", c.cost_per_1000, "", "prices", paired=False),
    FigureKind("prompt_tokens", "mean tokens of a request", "tokens", c.tokens("prompt"), paired=False),
    FigureKind("output_tokens", "mean tokens of an answer, without thoughts", "tokens", c.tokens("output"), paired=False),
    FigureKind("total_tokens", "mean tokens of request, thoughts and answer", "tokens", c.tokens("total"), paired=False),
)

BY_NAME: dict[tuple[str, bool], FigureKind] = {(kind.name, bool(kind.argument)): kind for kind in FIGURES}
"""By name and whether it takes an argument."""


def figure_name(name: str, argument: str = "") -> str:
    """As gates and reports write it: `recall["Red wine"]`."""
    if not argument:
        return name
    quoted = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}["{quoted}"]'


def kind_of(name: str) -> FigureKind | None:
    """Of a figure with what it is of: `recall["refund"]`, `ece(votes)`."""
    bare_name = name.replace("(", "[").partition("[")[0]
    return BY_NAME.get((bare_name, bare_name != name))


def figures_of(counts: Counts) -> dict[str, Figure]:
    """Every figure that these counts can have, by its name; of labels, assertions and confidence sources one for each."""
    has = {
        "labels": bool(counts.confusion.labels),
        "fields": bool(counts.fields.names),
        "one label": bool(counts.confusion.labels) and not counts.context.several_labels,
        "several labels": bool(counts.confusion.labels) and counts.context.several_labels,
        "votes": bool(counts.votes),
        "assertions": bool(counts.assertions),
        "confidence": bool(counts.confidences.sources),
        "order": bool(counts.context.order),
        "abstention": counts.context.abstains or bool(counts.votes),
        "pairwise": bool(counts.pairs),
        "jury": bool(counts.juries),
        "people": bool(counts.people),
    }
    kinds = [kind for kind in FIGURES if has.get(kind.needs, True)]
    figures = (kind.of(counts, argument) for kind in kinds for argument in _arguments(kind, counts))
    return {figure.name: figure for figure in figures}


def _arguments(kind: FigureKind, counts: Counts) -> Iterator[str]:
    if kind.argument == "label":
        yield from counts.confusion.labels
    elif kind.argument == "field":
        yield from counts.fields.names
    elif kind.argument == "assertion":
        yield from sorted(counts.assertions)
    elif kind.argument == "comparison":
        yield from sorted(counts.pairs)
    elif kind.argument == "jury":
        yield from sorted(counts.juries)
    elif kind.argument == "judge":
        yield from sorted(counts.people)
    elif kind.argument == "source":
        usual = (
            f"{source}, {number}" if number else source for source in counts.context.sources for number in kind.usual or ("",)
        )
        yield from dict.fromkeys([*usual, *(argument for name, argument in counts.context.asked if name == kind.name)])
    else:
        yield ""
