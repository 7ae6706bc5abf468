"""The one table of figures: `list --figures` prints it, gates are checked against it, summaries are computed from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from gemini_eval.summary import compute as c
from gemini_eval.summary import compute_fields as f
from gemini_eval.summary.tally import Counts
from gemini_eval.types import Figure, Outcome

Argument: TypeAlias = Literal["", "label", "field", "assertion"]
Needs: TypeAlias = Literal["", "labels", "fields", "assertions", "votes", "prices"]
Unit: TypeAlias = Literal["share", "score", "coefficient", "ms", "USD", "tokens", "cases"]
"""`share` is in 0..1, `coefficient` in -1..1, `score` whatever its metric says (0..1 as a rule)."""


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One figure. `argument` is what its brackets name; `needs` what a suite must have, or (prices) the run's models.
    `paired` figures can be tested against another run, so by `no_regression` and `no_worse`."""

    name: str
    description: str
    unit: Unit
    compute: c.Compute
    argument: Argument = ""
    needs: Needs = ""
    paired: bool = True

    @property
    def usage(self) -> str:
        return f'{self.name}["{self.argument}"]' if self.argument else self.name

    def of(self, counts: Counts, argument: str = "") -> Figure:
        return replace(self.compute(counts, argument), name=figure_name(self.name, argument))


@dataclass(frozen=True, slots=True)
class FigureContext:
    """What a suite has, so that a gate's names are checked at load.

    `assertions` are all names, a group's children as `group/child`; `common` those that judge every case. `tags` is None where
    only the data knows them. `fields` are the names of all declared fields, dotted.
    """

    labels: tuple[str, ...] = ()
    assertions: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    fields: tuple[str, ...] = ()
    has_votes: bool = False


_CHANCE = "every case has the same expected label, or every answer is the same, so chance alone would agree"

_FIELD_PARTS: tuple[tuple[str, str, f.Part, str], ...] = (
    ("precision", "precision", lambda field: field.precision, f.NONE_GIVEN),
    ("recall", "recall", lambda field: field.recall, f.NONE_EXPECTED),
    ("f1", "F1", lambda field: field.f1, f.NONE_EXPECTED),
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
        c.over_labels(lambda matrix: matrix.balanced_accuracy),
        "",
        "labels",
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
        c.over_labels(lambda matrix: matrix.kappa, why_none=_CHANCE),
        "",
        "labels",
    ),
    FigureKind(
        "mcc",
        "correlation with the expected labels (Matthews; Gorodkin's R_K)",
        "coefficient",
        c.over_labels(lambda matrix: matrix.mcc, why_none=_CHANCE),
        "",
        "labels",
    ),
    FigureKind("no_label_rate", "share of answers that are no label", "share", c.no_label_rate, "", "labels"),
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


def figures_of(counts: Counts) -> dict[str, Figure]:
    """Every figure that these counts can have, by its name; of labels and assertions one for each."""
    has = {
        "labels": bool(counts.confusion.labels),
        "fields": bool(counts.fields.names),
        "votes": bool(counts.votes),
        "assertions": bool(counts.assertions),
    }
    arguments: dict[Argument, tuple[str, ...]] = {
        "": ("",),
        "label": counts.confusion.labels,
        "field": counts.fields.names,
        "assertion": tuple(sorted(counts.assertions)),
    }
    kinds = [kind for kind in FIGURES if has.get(kind.needs, True)]
    figures = (kind.of(counts, argument) for kind in kinds for argument in arguments[kind.argument])
    return {figure.name: figure for figure in figures}
