"""Two versions of a suite -> what is asked on each side: the head's cases, by the prompts, parameters and models of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gemini_eval.gates import Gate, compared_by_gates
from gemini_eval.judging.judge import Judge
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Suite, Variant
from gemini_eval.types import Json
from gemini_eval.verbs.expand import checked_cases


@dataclass(frozen=True, slots=True)
class VariantPair:
    """One variant of the head beside the base's, None where the base has none. `asked_base` is the base's as it is asked: under
    the head's name, judged by the head's assertions."""

    head: Variant
    base: Variant | None = None
    asked_base: Variant | None = None


@dataclass(frozen=True, slots=True)
class SuitePair:
    """One suite at both sides. `asked_base` asks the head's cases as the base would: its prompts, parameters, models and variable
    defaults; expected values, assertions and labels are the head's. Both are None for a new suite, and
    for one that can't be loaded at the base (`unreadable`)."""

    head: Suite
    base: Suite | None
    asked_base: Suite | None
    variants: tuple[VariantPair, ...]
    removed: tuple[Variant, ...] = ()
    unreadable: bool = False

    def head_judge(self, pair: VariantPair) -> Judge:
        return Judge.of(self.head, pair.head)

    def base_judge(self, pair: VariantPair) -> Judge:
        assert self.asked_base is not None and pair.asked_base is not None
        return Judge.of(self.asked_base, pair.asked_base)

    def cases(self) -> Iterator[tuple[Case, Case]]:
        """The head's cases, each as the head asks it and as the base does; they differ where variable defaults do, and in the
        answers that the base's own data has."""
        if self.asked_base is None or self.base is None:
            yield from ((case, case) for case in checked_cases(self.head))
            return
        others = checked_cases(self.head) if self.asked_base.vars == self.head.vars else _cases(self.asked_base)
        rows = self._base_rows()
        for case, other in zip(checked_cases(self.head), others, strict=True):
            yield case, replace(other, row=rows[case.id]) if case.id in rows else other

    def _base_rows(self) -> Mapping[str, Mapping[str, Json]]:
        """The rows of the base's data by case id, where a variant of it takes its answers from a column."""
        columns = {pair.base.model.answers for pair in self.variants if pair.base} - {""}
        if self.base is None or self.base is self.head or not columns:
            return {}
        return {case.id: {name: case.column(name) for name in columns} for case in _cases(self.base)}


def _cases(suite: Suite) -> Iterator[Case]:
    return (found for found in iter_cases(suite) if isinstance(found, Case))


def pair_suite(head: Suite, base: Suite | None, variants: Sequence[Variant]) -> SuitePair:
    """`variants` are those of the head that are looked at. They pair by name, `was` first; what is left by its prompt or model,
    where that leaves no choice: a variant that is named after its model keeps its other side when the model changes."""
    head = with_gated_comparisons(head)
    if base is None:
        return SuitePair(head, None, None, tuple(VariantPair(variant) for variant in variants))
    others = _others(head.variants, base.variants)
    pairs = []
    for variant in variants:
        other = others.get(variant.name)
        pairs.append(VariantPair(variant, other, _as_asked(variant, other) if other else None))
    kept = {other.name for other in others.values()}
    removed = tuple(variant for variant in base.variants if variant.name not in kept)
    asked = tuple(pair.asked_base for pair in pairs if pair.asked_base)
    return SuitePair(head, base, _asked_base(head, base, asked), tuple(pairs), removed)


def _others(head: Sequence[Variant], base: Sequence[Variant]) -> dict[str, Variant]:
    """The head's variants, by name, that the base has, each with the base's."""
    known = {variant.name: variant for variant in base}
    found = {variant.name: other for variant in head if (other := known.get(variant.was) or known.get(variant.name))}
    for part in (_prompt_of, _model_of):
        taken = {other.name for other in found.values()}
        left = [[v for v in head if v.name not in found and not v.was], [v for v in base if v.name not in taken]]
        shares = [[part(variant) for variant in side] for side in left]
        for variant in left[0]:
            same = [other for other in left[1] if part(other) == part(variant)]
            if len(same) == 1 and shares[0].count(part(variant)) == 1:
                found[variant.name] = same[0]
    return found


def _prompt_of(variant: Variant) -> str:
    return variant.prompt.name if variant.prompt else ""


def _model_of(variant: Variant) -> str:
    return variant.model.name


def _as_asked(head: Variant, base: Variant) -> Variant:
    prompt = base.prompt
    if prompt is not None:
        prompt = replace(prompt, assertions=head.prompt.assertions if head.prompt else ())
    return replace(base, name=head.name, gated=head.gated, prompt=prompt)


def _asked_base(head: Suite, base: Suite, variants: tuple[Variant, ...]) -> Suite:
    own = base.workspace
    return replace(
        head,
        workspace=replace(own, folder=head.workspace.folder, store=head.workspace.store, recordings=head.workspace.recordings),
        answer=base.answer,
        prompts=base.prompts,
        variants=variants,
        settings=base.settings,
        vars=base.vars,
        samples=replace(head.samples, temperature=base.samples.temperature),
    )


def same_side(head: Suite, variants: Sequence[Variant]) -> SuitePair:
    """A suite beside itself."""
    head = with_gated_comparisons(head)
    pairs = tuple(VariantPair(variant, variant, variant) for variant in variants)
    return SuitePair(head, head, head, pairs)


def with_models(head: Suite, swapped: Iterable[tuple[Variant, Variant]]) -> SuitePair:
    """A suite beside itself with other models: (variant as it is, the same with the model it would get)."""
    head = with_gated_comparisons(head)
    pairs = tuple(VariantPair(after, before, before) for before, after in swapped)
    after = replace(head, variants=tuple(pair.head for pair in pairs))
    return SuitePair(after, head, head, pairs)


def with_gated_comparisons(head: Suite) -> Suite:
    """The suite with those comparisons by judges alone that a gate reads: nothing else of them would be told."""
    return replace(head, pairwise=tuple(pair for pair in head.pairwise if pair.name in compared_by_gates(head.gates)))


def needed_by_gates(gates: Sequence[Gate], active: Iterable[str]) -> frozenset[str]:
    """The variants that `no_worse` gates, and those on comparisons by judges, need beside those that are asked anyway."""
    asked = set(active)
    pairs = [{gate.variant, gate.than} for gate in gates if gate.kind == "no_worse"]
    pairs += [{gate.variant, *gate.over} for gate in gates if gate.over]
    return frozenset(name for names in pairs if names & asked for name in names - asked)
