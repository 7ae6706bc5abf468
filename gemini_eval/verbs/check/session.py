"""One comparison of two asked sides, from what changed to the exit status: what `check`, `aa` and `upgrade` share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.comparison.gating import DEFAULT_MARGIN, wishes_of, within_of
from gemini_eval.comparison.model import Comparison, Kind, Moved, Side, State, VariantComparison
from gemini_eval.comparison.sides import PASS_RATE, SideMarks
from gemini_eval.comparison.testing import Wish
from gemini_eval.gates import GateResult, GateStatus, decide_exit
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.folder import RunFolder
from gemini_eval.stats.looks import first_samples
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace
from gemini_eval.summary.model import Summary
from gemini_eval.types import Outcome
from gemini_eval.verbs.check.asking import Asker, known_for
from gemini_eval.verbs.check.bar import moved_bar
from gemini_eval.verbs.check.decide import compared, gates_of
from gemini_eval.verbs.check.judged import Sides, judge_whole
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import SuitePair, needed_by_gates
from gemini_eval.verbs.check.rounds import Asking, rounds_for
from gemini_eval.verbs.check.survey import Surveyed, survey
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.header import described
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.prepare import Prepared
from gemini_eval.verbs.run import Outcomes

_COMPARISON = codec_of(Comparison)


@dataclass(frozen=True, slots=True)
class Session:
    """Two sides, ready to be asked. `policy` is the workspace that binds, `moved` and `notes` what is known beforehand, `command`
    how to do the same again."""

    kind: Kind
    pairs: tuple[SuitePair, ...]
    prepared: Prepared
    sides: tuple[Side, Side]
    policy: Workspace
    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()
    command: str = ""

    @property
    def heads(self) -> tuple[Suite, ...]:
        return tuple(pair.head for pair in self.pairs)

    @property
    def suites(self) -> tuple[Suite, ...]:
        """Both sides', whose models are opened."""
        return (*self.heads, *(pair.asked_base for pair in self.pairs if pair.asked_base))


def decide_session(session: Session, options: CheckOptions, stack: ExitStack) -> Outcomes:
    """Survey, ask, judge, decide, record. Raises as `check_suites`."""
    surveyed = _surveyed(session, options)
    askings = _askings(session, surveyed, options)
    folder = _folder(session, askings, options)
    stack.enter_context(folder.lock())
    cache = _cache(session, options, stack)
    asker = Asker(session.prepared.renderer, options, folder, session.suites)
    asker.all_rounds(askings, known_for(session.suites, options, folder, cache))
    sides = _judged(session, askings, options, folder)
    return _concluded(session, surveyed, askings, asker, sides)


def _surveyed(session: Session, options: CheckOptions) -> list[Surveyed]:
    """What changed; nothing is opened that costs."""
    with ExitStack() as stack:
        known = known_for(session.suites, options, None, None)(stack)
        expansion = Expansion(session.prepared.renderer, options.run.selection, known)
        return list(survey(session.pairs, expansion, itself=session.kind == "aa"))


# ---- what is asked ---------------------------------------------------------------------------------------


def _askings(session: Session, surveyed: Sequence[Surveyed], options: CheckOptions) -> list[Asking]:
    """The variants that are asked: those that changed, and those that a `no_worse` gate holds them against."""
    if session.kind == "aa":
        return [_asking_itself(found, options) for found in surveyed]
    chosen: list[tuple[Surveyed, tuple[Wish, ...]]] = []
    within = 0
    for pair in session.pairs:
        own = [found for found in surveyed if found.suite is pair]
        active = {found.pair.head.name for found in own if found.state is not State.UNCHANGED}
        needed = active | needed_by_gates(pair.head.gates, active)
        chosen += [(found, _wishes(found)) for found in own if found.pair.head.name in needed]
        within += sum(gate.variant in needed for gate, _ in within_of(pair.head.gates))
    comparisons = within + sum(wish.gating for _, wishes in chosen for wish in wishes)
    return [_asking(found, wishes, comparisons, options) for found, wishes in chosen]


def _wishes(found: Surveyed) -> tuple[Wish, ...]:
    if found.state is not State.COMPARED:
        return ()
    head = found.pair.head
    gating = wishes_of(found.suite.head.gates, head.name, gated=head.gated, default=True)
    return gating or (Wish(PASS_RATE, DEFAULT_MARGIN, gating=False),)


def _asking(found: Surveyed, wishes: tuple[Wish, ...], comparisons: int, options: CheckOptions) -> Asking:
    figures = [wish.figure for wish in wishes]
    figures += [wish.figure for _, wish in within_of(found.suite.head.gates)]
    base, head = found.pair.base, found.pair.head
    before = SideMarks(base.name if base else head.name, figures, base.model.id if base else "")
    after = SideMarks(head.name, figures, head.model.id)
    if found.state is not State.COMPARED:
        return Asking(found, before, after, wishes, 1, 1, comparisons)
    most = options.max_samples if any(wish.gating for wish in wishes) else 1
    first, last, probing = rounds_for(found, options.run.samples, most)
    return Asking(found, before, after, wishes, first, last, comparisons, probing)


def _asking_itself(found: Surveyed, options: CheckOptions) -> Asking:
    """A fixed number of rounds, the candidate's after the baseline's; of a model that answers always alike one for both."""
    rounds = 1 if found.cold else options.run.samples or first_samples(found.cases)
    asking = _asking(found, _wishes(found), 0, replace(options, run=replace(options.run, samples=rounds)))
    asking.offset = 0 if found.cold else rounds
    return asking


def _folder(session: Session, askings: Sequence[Asking], options: CheckOptions) -> RunFolder:
    """A new run's folder, or that of the check that is resumed."""
    header = {**described(session.prepared, options.run, _asked(session, askings)), "verb": session.kind}
    if options.run.resume is not None:
        options.run.resume.update_header(**header)
        return options.run.resume
    names = [suite.name for suite in session.heads] or [session.kind]
    return RunFolder.create(session.prepared.workspace.store_folder, names, {"name": options.run.name, **header})


def _asked(session: Session, askings: Sequence[Asking]) -> dict[str, list[str]]:
    """The variants that are asked, by suite; every suite is there."""
    found: dict[str, list[str]] = {suite.name: [] for suite in session.heads}
    for asking in askings:
        found[asking.surveyed.name[0]].append(asking.surveyed.name[1])
    return found


def _cache(session: Session, options: CheckOptions, stack: ExitStack) -> AnswerCache | None:
    workspace = session.prepared.workspace
    if options.run.cache == "off" or options.run.ask_nobody or not workspace.keeps_texts:
        return None
    return stack.enter_context(AnswerCache(workspace.cache_file))


# ---- what came of it -------------------------------------------------------------------------------------


def _judged(session: Session, askings: Sequence[Asking], options: CheckOptions, folder: RunFolder) -> Sides:
    """Both sides as whole cases, from the answers that this check has."""
    run = replace(options.run, scoring=True)
    sides = Sides.of(session.heads, _asked(session, askings), recordings_only=run.recordings_only)
    with ExitStack() as stack:
        known: Known = known_for(session.suites, replace(options, run=run), folder, None)(stack)
        expansion = Expansion(session.prepared.renderer, run.selection, known)
        judge_whole(askings, expansion, folder, sides, offline=run.recordings_only)
    return sides


def _concluded(session: Session, surveyed: Sequence[Surveyed], askings: Sequence[Asking], asker: Asker, sides: Sides) -> Outcomes:
    options, folder = asker.options, asker.folder
    before, after = sides.summaries()
    ending = asker.ending
    variants, together = compared(askings, folder)
    told = {(variant.suite, variant.variant) for variant in variants}
    rest = [VariantComparison(*found.name, State.UNCHANGED) for found in surveyed if found.name not in told]
    moved = [*session.moved, *(move for pair in session.pairs for move in moved_bar(pair, surveyed))]
    comparison = Comparison(
        session.kind,
        *session.sides,
        (*variants, *rest),
        tuple(moved),
        together,
        unaffected=_unaffected(session, surveyed),
        new_suites=tuple(pair.head.name for pair in session.pairs if pair.base is None),
        notes=session.notes,
        not_recorded=_not_recorded(before) + _not_recorded(after),
        command=session.command,
    )
    partial = options.run.selection.partial or ending.over
    asked = _asked(session, askings)
    gates = gates_of(session.heads, asked, (before, after), variants, partial=partial, absolute=options.absolute)
    if session.policy.policy.get("bar_moved") == "fail":
        gates += [_bar_gate(move) for move in moved]
    status = _status(session, gates, (before, after), asker)
    folder.update_header(
        asked={"sent": ending.sent, "cached": asker.cached, "cost_micros": ending.cost_micros},
        status=_state(after, asker),
        exit_status=status,
        partial=partial,
        ended=ending.cut,
        summary=after.to_json(),
        gates=[gate.to_json() for gate in gates],
        comparison=_COMPARISON.encode(comparison),
    )
    return Outcomes(folder, session.heads, after, tuple(gates), ending, status, session.prepared.warnings, comparison)


def _unaffected(session: Session, surveyed: Sequence[Surveyed]) -> tuple[str, ...]:
    """The suites of which no variant changed."""
    changed = {found.name[0] for found in surveyed if found.state is not State.UNCHANGED}
    return tuple(suite.name for suite in session.heads if suite.name not in changed)


def _not_recorded(summary: Summary) -> int:
    variants = (variant for suite in summary.suites.values() for variant in suite.variants.values())
    return sum(variant.outcomes.get(Outcome.NOT_RECORDED, 0) for variant in variants)


def _bar_gate(move: Moved) -> GateResult:
    what = move.what or f"{move.count} cases"
    reason = f"{what}: {move.before or 'none'} → {move.after or 'none'}" if move.before or move.after else what
    return GateResult(move.suite, f"bar_moved: {str(move.kind).replace('_', ' ')}", move.variant, GateStatus.FAILS, reason)


def _status(session: Session, gates: Sequence[GateResult], summaries: tuple[Summary, Summary], asker: Asker) -> int:
    """130 interrupted, 3 cut short or invalid, then as the gates say."""
    if asker.ending.interrupted or asker.ending.cut:
        return 130 if asker.ending.interrupted else 3
    before, after = summaries
    options = asker.options
    if before.invalid and not options.run.recordings_only:
        return 3
    policy, only = session.policy.on_inconclusive, options.run.recordings_only
    status = decide_exit(gates, after, options.run.strict, on_inconclusive=policy, recordings_only=only)
    return 4 if only and status == 0 and _not_recorded(before) else status


def _state(summary: Summary, asker: Asker) -> str:
    if asker.ending.interrupted:
        return "interrupted"
    if asker.ending.over:
        return "stopped"
    return "invalid" if summary.invalid else "done"
