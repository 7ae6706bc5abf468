"""The two or three plain sentences that every report opens with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from shlex import quote
from typing import NamedTuple

from gemini_eval.comparison.model import Comparison
from gemini_eval.gates import GateResult, GateStatus
from gemini_eval.gates.model import MUST_PASS_ALL
from gemini_eval.reports.comparison_sentences import closing, cost_sentence, has_own_results, must_pass_broken, opening
from gemini_eval.reports.headline import Headline, headline
from gemini_eval.reports.options import Lang
from gemini_eval.reports.shown import ABSENT, cost, count, money, percent
from gemini_eval.reports.view import RunView
from gemini_eval.reports.wordings import WORDINGS, counted, word
from gemini_eval.summary.figures import figure_name
from gemini_eval.summary.model import SuiteSummary, VariantSummary
from gemini_eval.summary.pairs import lost_of
from gemini_eval.types import Family, Outcome

MOST_SUITES = 3
MOST_GATES = 3
_MOST = 4
BAR_MOVED = "bar_moved: "
"""How the gates begin that a policy makes of moves of the bar."""


def sentences(view: RunView, lang: Lang = "en") -> tuple[str, ...]:
    """What became of the run, for someone who has never seen a report: how many are right, the gates, what is missing, the cost.

    Nothing is said that the summary does not hold: a figure that is absent has no sentence. What to do comes last.
    """
    wanted = advice(view, lang)
    return (*findings(view, lang), *([wanted.sentence] if wanted else []))


class Advice(NamedTuple):
    """`sentence` holds `command` in backticks."""

    sentence: str
    command: str


def advice(view: RunView, lang: Lang = "en") -> Advice | None:
    """How to go on where the run did not end well: resume it, record what no recording answers, or have a maintainer ask it. A
    verb of `tune` says that itself."""
    if view.verb.startswith("tune "):
        return None
    comparison = view.comparison
    if comparison and comparison.not_recorded and comparison.command:
        return Advice(word(lang, "maintainer", command=comparison.command), comparison.command)
    again = comparison.command if comparison and comparison.command else _command(view, "run")
    verb, command = "resume", f"{again} --resume {quote(view.id)}"
    if _has_results(view) and view.status not in {"stopped", "interrupted"}:
        invalid = [variant for _, variant in view.variants() if variant.invalid]
        if not invalid:
            return None
        if {outcome for variant in invalid for outcome in _outcomes(variant, Family.NOT_DELIVERED)} == {Outcome.NOT_RECORDED}:
            verb, command = "record", _command(view, "record")
    return Advice(word(lang, verb, command=command), command)


def findings(view: RunView, lang: Lang = "en") -> tuple[str, ...]:
    """The sentences without what to do."""
    return tuple(_findings(view, lang))


def model_lines(view: RunView, lang: Lang = "en") -> tuple[str, ...]:
    """Each model once: its id, through which API, project and location, and why that model."""
    models = dict.fromkeys(
        " · ".join(filter(None, (variant.model, variant.through, _where(variant.project, variant.location), variant.why)))
        for suite in view.suites
        for variant in suite.variants
        if variant.model
    )
    if len(models) == 1:
        return (word(lang, "model", model=next(iter(models))),)
    return tuple(word(lang, "models", model=model) if n == 0 else f"  {model}" for n, model in enumerate(models))


def _where(project: str, location: str) -> str:
    return " / ".join(part for part in (project, location) if part)


def _findings(view: RunView, lang: Lang) -> Iterator[str]:
    variants = [variant for _, variant in view.variants()]
    if not _has_results(view):
        yield word(lang, "unfinished")
        return
    if view.ended:
        yield word(lang, "cut", why=view.ended.rstrip("."))
    if view.summary.invalid:
        worst = max((variant for variant in variants if variant.invalid), key=lambda variant: variant.not_delivered)
        yield _invalid(worst, lang)
    else:
        if view.status in {"stopped", "interrupted"}:
            yield from () if view.ended else (word(lang, view.status),)
        elif view.partial:
            yield word(lang, "partial")
        if view.comparison:
            yield from _compared(view, view.comparison, lang)
            return
        yield from _results(view, variants, lang)
    yield from _cost(view, variants, lang)


def _invalid(variant: VariantSummary, lang: Lang) -> str:
    """What was not delivered: cases, else the pairs of a comparison by judges."""
    name = next((name for name in variant.pairs if lost_of(name) in variant.invalid_reason), "")
    if name:
        pair = variant.pairs[name]
        total = pair.judged + pair.lost
        return word(lang, "invalid_pairs", lost=pair.lost, total=total, name=name, variant=variant.variant)
    kinds = _kinds(variant, Family.NOT_DELIVERED, lang)
    return word(lang, "invalid", lost=variant.not_delivered, total=variant.cases, kinds=kinds, variant=variant.variant)


def _has_results(view: RunView) -> bool:
    """Whether it came to its end: a comparison in which nothing had to be asked has no suite in its summary."""
    return bool(view.summary.suites) or view.comparison is not None


# ---- two sides -------------------------------------------------------------------------------------------


def _compared(view: RunView, comparison: Comparison, lang: Lang) -> Iterator[str]:
    """What came of the comparison, then gates that failed beside it. Money is left out where there is much to say."""
    said = list(opening(comparison, lang))
    own = has_own_results(comparison)
    gates = tuple(gate for gate in view.gates if not gate.gate.startswith(BAR_MOVED))
    forbidden = len(gates) < len(view.gates)
    view = replace(view, gates=gates)
    if own:
        said += _results(view, [variant for _, variant in view.variants()], lang)
    else:
        told = {f"must_pass: {case_id}" for case_id in must_pass_broken(comparison)}
        failing = [gate for gate in view.gates if gate.status is GateStatus.FAILS and not tests_a_pair(gate)]
        said += _gates([gate for gate in failing if gate.gate not in told], set(), lang)
    said += closing(comparison, lang, forbidden=forbidden)
    yield from said
    if own:
        yield from _cost(view, [variant for _, variant in view.variants()], lang)
    elif len(said) < _MOST:
        yield from cost_sentence(comparison, lang)


def tests_a_pair(gate: GateResult) -> bool:
    """Whether it is decided by the comparison, which tells it in its own words."""
    return gate.gate.startswith(("no_regression", "no_worse"))


# ---- how many are right ----------------------------------------------------------------------------------


def _results(view: RunView, variants: list[VariantSummary], lang: Lang) -> Iterator[str]:
    if not sum(variant.cases for variant in variants):
        yield word(lang, "no_cases")
        return
    suites = [suite for suite in view.summary.suites.values() if any(variant.cases for variant in suite.variants.values())]
    failing = {gate.suite for gate in view.gates if gate.status is GateStatus.FAILS}
    suites.sort(key=lambda suite: suite.suite not in failing)
    told: set[GateResult] = set()
    for suite in suites[:MOST_SUITES]:
        first = headline(suite, view.suite(suite.suite))
        gate = _told_gate(view, suite, first)
        told |= {gate} if gate else set()
        prefix = f"{suite.suite}: " if len(suites) > 1 else ""
        yield prefix + _right(suite, first, gate, lang)
        if first is not None:
            yield from (prefix + sentence for sentence in _missing(first.variant, lang))
    if len(suites) > MOST_SUITES:
        yield counted(lang, "more_suites", len(suites) - MOST_SUITES)
    yield from _gates(view.gates, told, lang, partial=view.partial)
    unexpected = sum(variant.unexpected_passes.count for variant in variants)
    if unexpected and view.exit_status == 1 and not any(gate.status is GateStatus.FAILS for gate in view.gates):
        yield counted(lang, "unexpected", unexpected)


def _told_gate(view: RunView, suite: SuiteSummary, first: Headline | None) -> GateResult | None:
    """The one gate of the suite that fails, where the sentence on how many are right can say it."""
    failing = [gate for gate in view.gates if gate.status is GateStatus.FAILS and gate.suite == suite.suite]
    if first is None or len(failing) != 1 or failing[0].variant != first.variant.variant:
        return None
    wanted = (f"{first.figure.name} >= ", f"{first.figure.name} > ")
    text = failing[0].gate
    told = text == MUST_PASS_ALL.text or (text.startswith(wanted) and " and " not in text)
    return failing[0] if told else None


def _right(suite: SuiteSummary, first: Headline | None, gate: GateResult | None, lang: Lang) -> str:
    if first is None:
        variants = list(suite.variants.values())
        if any(variant.unjudged for variant in variants):
            return _preferred(variants, lang) or word(lang, "nothing_judged")
        return word(lang, "nothing_delivered", kinds=_kinds(variants[0], Family.NOT_DELIVERED, lang))
    key = "right" if first.figure.name == "accuracy" else "pass"
    values = {"right": count(first.right), "total": count(first.figure.n), "variant": _which(first, lang)}
    if gate is None:
        return word(lang, key, **values)
    if gate.gate == MUST_PASS_ALL.text:
        return word(lang, f"{key}_not_all", **values)
    return word(lang, f"{key}_below", gate=gate.gate, **values)


def _preferred(variants: Sequence[VariantSummary], lang: Lang) -> str:
    """The first comparison by judges, where nothing else was judged; '' where there is none."""
    for variant in variants:
        for name, pair in variant.pairs.items():
            rate = variant.figures.get(figure_name("win_rate", name))
            if rate is not None and rate.value is not None:
                told = {"name": name, "variant": variant.variant, "over": pair.over}
                return counted(lang, "compared_by_judges", rate.n, rate=percent(rate.value), **told)
    return ""


def _which(first: Headline, lang: Lang) -> str:
    name = first.variant.variant
    if first.variants == 1:
        return name
    if first.gated == 1:
        return word(lang, "only_gated", variant=name, n=first.variants)
    if first.gated in {0, first.variants}:
        return word(lang, "best", variant=name, n=first.variants)
    return word(lang, "best_gated", variant=name, n=first.gated)


def _missing(variant: VariantSummary, lang: Lang) -> Iterator[str]:
    for key, family in (("no_answer", Family.NO_ANSWER), ("lost", Family.NOT_DELIVERED)):
        n = variant.families.get(family, 0)
        if n:
            yield counted(lang, key, n, kinds=_kinds(variant, family, lang))


def _outcomes(variant: VariantSummary, family: Family) -> Mapping[Outcome, int]:
    return {outcome: n for outcome in Outcome if outcome.family is family and (n := variant.outcomes.get(outcome, 0))}


def _kinds(variant: VariantSummary, family: Family, lang: Lang) -> str:
    """`quota`, or `12 quota, 2 request failed`."""
    found = _outcomes(variant, family)
    if len(found) == 1:
        return word(lang, next(iter(found)))
    order = "{n} {kind}" if lang == "en" else "{kind} {n}"
    return ", ".join(order.format(n=n, kind=word(lang, outcome)) for outcome, n in found.items())


# ---- gates, money, what to do ----------------------------------------------------------------------------

_BY_WEIGHT = (GateStatus.FAILS, GateStatus.WARNING, GateStatus.INCONCLUSIVE, GateStatus.NOT_EVALUATED, GateStatus.HOLDS)


def _gates(gates: Iterable[GateResult], told: set[GateResult], lang: Lang, *, partial: bool = False) -> Iterator[str]:
    """The gravest status that was not told yet; a gate asked of several variants counts once. In a partial run alone a warning
    is what would fail."""
    gates = list(gates)
    total = len({(gate.suite, gate.gate) for gate in gates})
    for status in _BY_WEIGHT:
        found = list(dict.fromkeys((gate.suite, gate.gate) for gate in gates if gate.status is status and gate not in told))
        if not found or (status is GateStatus.HOLDS and len(found) < total):
            continue
        names = [gate for _, gate in found]
        more = [f"+{len(names) - MOST_GATES}"] if len(names) > MOST_GATES else []
        shown = "; ".join([*names[:MOST_GATES], *more])
        if status in {GateStatus.HOLDS, GateStatus.NOT_EVALUATED} and shown == MUST_PASS_ALL.text:
            return
        plain = "warned" if status is GateStatus.WARNING and not partial else status.value
        key = f"{plain}_of_several" if len(found) == 1 < total else plain
        yield counted(lang, key if key in WORDINGS else plain, total, k=len(found), names=shown)
        return


def _cost(view: RunView, variants: Sequence[VariantSummary], lang: Lang) -> Iterator[str]:
    answers = sum(variant.answers for variant in variants)
    unknown = sum(variant.cost_unknown for variant in variants)
    spent = money(sum(variant.cost_micros for variant in variants))
    if not answers:
        return
    judges = _judges(variants)
    told = [word(lang, "judges", judges=judges) if judges != ABSENT else word(lang, "judges_unknown")] if judges else []
    if view.cached and not unknown and any(variant.cost_micros for variant in variants):
        yield counted(lang, "from_cache", answers, money=spent, cached=view.cached, paid=money(view.paid_micros))
        yield from told
        return
    key = "cost" if not unknown else "cost_unknown" if unknown == answers else "cost_part"
    if key == "cost" and judges not in {"", ABSENT}:
        yield counted(lang, "cost_judged", answers, money=spent, judges=judges)
        return
    yield counted(lang, key, answers, unknown=unknown, money=spent)
    yield from told


def _judges(variants: Sequence[VariantSummary]) -> str:
    """What the judges of all variants cost; '' where there was none, `ABSENT` for no known price."""
    found = [variant.judges for variant in variants if variant.judges]
    total = (
        sum(each.cost_micros for each in found),
        sum(each.cost_unknown for each in found),
        sum(each.replies for each in found),
    )
    return cost(*total) if found else ""


def _command(view: RunView, verb: str) -> str:
    paths = [quote(suite.path) for suite in view.suites if suite.path]
    return " ".join(["gemini-eval", verb, *paths])
