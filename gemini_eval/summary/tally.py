"""Results of one variant, counted as they stream by. No case is kept."""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from gemini_eval.summary.agreement import JuryCounts, PeopleCounts, add_people
from gemini_eval.summary.confidence import Confidences
from gemini_eval.summary.confusion import Confusion, LabelTable, Miss
from gemini_eval.summary.context import FigureContext
from gemini_eval.summary.exact import FloatSum, ShareSum
from gemini_eval.summary.field_counts import FieldTally, field_samples
from gemini_eval.summary.label_sets import LabelSets
from gemini_eval.summary.latency import Latencies
from gemini_eval.summary.pairs import PairCounts
from gemini_eval.summary.samples import (
    CaseVerdicts,
    Labelled,
    abstentions,
    heard,
    is_right,
    labelled,
    outcomes,
    verdicts,
)
from gemini_eval.types import CaseResult, Family, Outcome, Response

NOTHING = FigureContext()
"""A suite without labels, assertions and sources."""

MAX_LISTED = 100
"""How many failing must-pass cases and unexpected passes keep their id; all are counted."""

MAX_NAMES = 10_000
"""How many distinct tags, and how many distinct assertions, are counted by name; the rest only as left out."""


class CaseCounts:
    """Cases by outcome, and how many passed. What a tag keeps."""

    __slots__ = ("failed", "labelled", "outcomes", "passed", "right", "unjudged")

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.passed = self.failed = self.unjudged = self.labelled = 0
        self.right = ShareSum()

    def add(self, result: CaseResult, found: Labelled) -> None:
        self.outcomes[result.outcome] += 1
        if result.outcome.family is Family.NOT_DELIVERED:
            return
        if result.passed is True:
            self.passed += 1
        elif result.passed is False or result.outcome.family is Family.NO_ANSWER:
            self.failed += 1
        else:
            self.unjudged += 1
        if found.samples:
            self.labelled += 1
            self.right.add(found.right, found.samples)

    @property
    def cases(self) -> int:
        return self.outcomes.total()

    def of_family(self, family: Family) -> int:
        return sum(count for outcome, count in self.outcomes.items() if outcome.family is family)


class AssertionCounts:
    """One assertion over all cases; each case weighs 1, shared by its samples."""

    __slots__ = ("_scores", "cases", "could_not_judge", "measured", "passes")

    def __init__(self) -> None:
        self.measured, self.cases, self.could_not_judge = False, 0, 0
        self.passes = ShareSum()
        self._scores = FloatSum()

    def add(self, verdicts: CaseVerdicts) -> None:
        self.measured = self.measured or verdicts.measured
        self.could_not_judge += verdicts.unknown
        if verdicts.scores:
            samples = len(verdicts.scores)
            self.cases += 1
            self.passes.add(verdicts.passes, samples)
            self._scores.add(sum(verdicts.scores) / samples)

    @property
    def mean_score(self) -> float | None:
        return self._scores.total / self.cases if self.cases else None


class Spend:
    """Tokens, latency and cost of every delivered response. `cost_micros` is in 1e-6 USD, over the `priced` responses."""

    def __init__(self) -> None:
        self.responses = self.priced = self.cost_micros = 0
        self.tokens: Counter[str] = Counter()
        self.counted: Counter[str] = Counter()
        self.latency = Latencies()

    def add(self, response: Response) -> None:
        self.responses += 1
        self.latency.add(response.latency_ms)
        if response.cost_micros is not None:
            self.priced += 1
            self.cost_micros += response.cost_micros
        usage = response.usage
        self._count("prompt", usage.prompt)
        self._count("output", usage.output)
        self._count("thoughts", usage.thoughts)
        if usage.prompt is not None and usage.output is not None:
            self._count("total", usage.prompt + usage.output + (usage.thoughts or 0))

    def _count(self, kind: str, tokens: int | None) -> None:
        if tokens is not None:
            self.tokens[kind] += tokens
            self.counted[kind] += 1


class Counts:
    """Everything that figures are computed from. Memory: labels x labels + fields + assertions + sources of confidence."""

    def __init__(self, context: FigureContext = NOTHING) -> None:
        self.context = context
        self.cases = CaseCounts()
        self.answers: defaultdict[Outcome, ShareSum] = defaultdict(ShareSum)
        self.assertions: dict[str, AssertionCounts] = {}
        self.assertions_left_out = 0
        self.confusion = Confusion(context.labels)
        self.fields = FieldTally(context.fields)
        self.label_sets = LabelSets(context.labels)
        self.confidences = Confidences(context.sources, {name: about.fit for name, about in context.about.items()})
        self.abstained = ShareSum()
        self.votes: dict[float, int] = {}
        self.pairs: dict[str, PairCounts] = {}
        self.juries: dict[str, JuryCounts] = {}
        self.people = {judge: PeopleCounts() for judge in context.people}
        self.spend = Spend()

    def add(self, result: CaseResult, found: Labelled) -> None:
        self.cases.add(result, found)
        for pair, verdict in result.pairs.items():
            self.pairs.setdefault(pair, PairCounts()).add(verdict)
        self._add_heard(result)
        if result.outcome.family is Family.NOT_DELIVERED:
            self._add_unjudged(result)
            return
        seen = outcomes(result)
        for outcome in seen:
            self.answers[outcome].add(1, len(seen))
        for expected, answered in found.one:
            self.confusion.add(expected, answered, found.samples)
        for labels, given in found.several:
            self.label_sets.add(labels, frozenset() if isinstance(given, Miss) else given, found.samples)
        self.fields.add(field_samples(result))
        if result.vote is not None:
            self.votes[result.vote] = self.votes.get(result.vote, 0) + 1
        self.abstained.add(*abstentions(result, seen))
        if self.confidences.sources:
            self.confidences.add(result, is_right(result))
        for name, case_verdicts in verdicts(result, self.context.common).items():
            self._add_assertion(name, case_verdicts)

    def _add_heard(self, result: CaseResult) -> None:
        """What judges said, also where a broken one left the case not delivered."""
        for name, sample, said in heard(result):
            if said.jurors > 1 and (name in self.juries or len(self.juries) < MAX_NAMES):
                self.juries.setdefault(name, JuryCounts()).add(said)
            if self.people:
                texts = (sample.answer, sample.output)
                add_people(self.people, self.context.people, said, (result.case_id, name, result.variant, texts))

    def _add_unjudged(self, result: CaseResult) -> None:
        for name, case_verdicts in verdicts(result, ()).items():
            if case_verdicts.unknown:
                self._add_assertion(name, CaseVerdicts(case_verdicts.measured, unknown=case_verdicts.unknown))

    def _add_assertion(self, name: str, found: CaseVerdicts) -> None:
        counts = self.assertions.get(name)
        if counts is None:
            if len(self.assertions) >= MAX_NAMES:
                self.assertions_left_out += 1
                return
            counts = self.assertions[name] = AssertionCounts()
        counts.add(found)

    @property
    def table(self) -> LabelTable:
        """The counts by label, where a case has one label or several."""
        return self.label_sets.table if self.context.several_labels else self.confusion.matrix

    @property
    def delivered(self) -> int:
        return self.cases.cases - self.cases.of_family(Family.NOT_DELIVERED)


class Listed:
    """A count with the first `MAX_LISTED` ids by their order in the suite, whatever the order they came in."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[tuple[int, str, str]] = []

    def add(self, result: CaseResult, reason: str) -> None:
        self.count += 1
        insort(self._first, (result.ordinal, result.case_id, reason))
        del self._first[MAX_LISTED:]

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """(case id, reason)."""
        return tuple((case_id, reason) for _, case_id, reason in self._first)


class VariantTally:
    """One variant. xfail cases stay outside all rates (what they cost is counted), drafts are counted nowhere.

    `tags` names the tags that gates ask about: those keep all figures, every other tag only its cases.
    """

    def __init__(self, context: FigureContext = NOTHING, *, tags: Iterable[str] = ()) -> None:
        self.counts = Counts(context)
        self.scopes = {tag: Counts(context) for tag in tags}
        self.tags: dict[str, CaseCounts] = {}
        self.tags_left_out = 0
        self.judging = Spend()
        self._calibrates = any(about.fit for about in context.about.values())
        self.drafts = self.xfails = self.must_pass = 0
        self.unexpected_passes, self.must_pass_failed, self.must_pass_not_recorded = Listed(), Listed(), Listed()

    def add(self, result: CaseResult) -> None:
        if result.draft:
            self.drafts += 1
            return
        scopes = [self.counts, *(self.scopes[tag] for tag in dict.fromkeys(result.tags) if tag in self.scopes)]
        for sample in result.samples:
            if sample.response is not None:
                for scope in scopes:
                    scope.spend.add(sample.response)
        if result.xfail:
            self._add_xfail(result)
            return
        if self._calibrates and result.outcome.family is not Family.NOT_DELIVERED:
            for every in (self.counts, *self.scopes.values()):
                every.confidences.teach(result, is_right(result))
        found = labelled(result)
        for scope in scopes:
            scope.add(result, found)
        self._add_tags(result, found)
        self._add_must_pass(result)

    def add_judging(self, result: CaseResult, replies: Sequence[Response]) -> None:
        """What judges were asked about a case."""
        if not result.draft:
            for reply in replies:
                self.judging.add(reply)

    def _add_xfail(self, result: CaseResult) -> None:
        self.xfails += 1
        if result.passed is True:
            self.unexpected_passes.add(result, result.xfail)

    def _add_tags(self, result: CaseResult, found: Labelled) -> None:
        for tag in dict.fromkeys(result.tags):
            if tag not in self.tags and len(self.tags) >= MAX_NAMES:
                self.tags_left_out += 1
            else:
                self.tags.setdefault(tag, CaseCounts()).add(result, found)

    def _add_must_pass(self, result: CaseResult) -> None:
        if not result.must_pass:
            return
        self.must_pass += 1
        if result.outcome is Outcome.NOT_RECORDED:
            self.must_pass_not_recorded.add(result, "no recording answers it")
        elif result.passed is not True:
            nothing = "nothing judged" if result.outcome is Outcome.JUDGED else f"not passed: {result.outcome}"
            self.must_pass_failed.add(result, (result.reason or nothing)[:300])
