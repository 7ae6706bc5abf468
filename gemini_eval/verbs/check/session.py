"""One comparison of two asked sides, from what changed to the exit status: what `check`, `aa` and `upgrade` share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.comparison.gating import DEFAULT_MARGIN, wishes_of, within_of
from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import PASS_RATE, SideMarks
from gemini_eval.comparison.testing import Wish
from gemini_eval.errors import NothingSelectedError
from gemini_eval.runs.cases import CaseLog
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.redacted import refuse_without_answers
from gemini_eval.stats.looks import first_samples
from gemini_eval.verbs.check.asking import Asker, known_for
from gemini_eval.verbs.check.conclude import conclude
from gemini_eval.verbs.check.gone import stand_ins
from gemini_eval.verbs.check.judged import Sides, Written, judge_whole
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import needed_by_gates
from gemini_eval.verbs.check.rivals import SideRivals
from gemini_eval.verbs.check.rounds import Asking, rounds_for
from gemini_eval.verbs.check.sides import Asked, Session, asked_variants
from gemini_eval.verbs.check.survey import Surveyed, survey
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.header import described, refuse_another
from gemini_eval.verbs.hearings import Court
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.prepare import open_judges
from gemini_eval.verbs.retention import expire
from gemini_eval.verbs.run import Outcomes, keep_no_texts


def decide_session(session: Session, options: CheckOptions, stack: ExitStack) -> Outcomes:
    """Survey, ask, judge, decide, record. Raises as `check_suites`."""
    if options.run.resume is not None:
        refuse_without_answers(options.run.resume)
        refuse_another(options.run.resume, session.kind, session.heads)
    else:
        for line in expire(session.prepared.workspace).left:
            options.run.say(line)
    surveyed = _surveyed(session, options)
    if options.run.selection.partial and surveyed and not any(found.cases for found in surveyed):
        raise NothingSelectedError("no case is selected", "see what there is with: gemini-eval list SUITE")
    askings = _askings(session, surveyed, options)
    folder = _folder(session, askings, options, stack)
    cache = _cache(session, options, stack)
    asker = Asker(session.prepared, options, folder)
    asker.all_rounds(askings, known_for(session.suites, options, folder, cache))
    session = _with_notes(session, askings, asker, cache)
    sides, not_recorded = _judged(session, askings, options, folder)
    outcomes = conclude(Asked(session, tuple(surveyed), tuple(askings), asker, sides, not_recorded))
    keep_no_texts(folder, session.prepared.workspace)
    return outcomes


def _with_notes(session: Session, askings: Sequence[Asking], asker: Asker, cache: AnswerCache | None) -> Session:
    """The session with the notes of what stands in for bases that answer no more; and of `aa` where there is no noise to see."""
    run = asker.options.run
    steady = [asking for asking in askings if asking.itself and asking.surveyed.cold]
    with ExitStack() as stack:
        nobody = replace(asker.options, run=replace(run, scoring=True))
        known = known_for(session.suites, nobody, None, cache)(stack)
        expansion = Expansion(session.prepared.renderer, run.selection, known)
        baselines = session.policy.folder / session.policy.baselines if session.kind == "check" else None
        notes = stand_ins(askings, expansion, asker, cache, baselines)
    for asking in steady:
        rest = "what differs is the judges' noise" if asking.heard else "there is no noise to see"
        notes.append(f"{' · '.join(asking.surveyed.name)}: the model answers a request always alike, so {rest}")
    return replace(session, notes=(*session.notes, *notes))


def _surveyed(session: Session, options: CheckOptions) -> list[Surveyed]:
    """What changed; nothing is opened that costs."""
    with ExitStack() as stack:
        known = known_for(session.suites, options, None, None)(stack)
        expansion = Expansion(session.prepared.renderer, options.run.selection, known)
        return list(survey(session.pairs, expansion, itself=session.kind == "aa"))


# ---- what is asked ---------------------------------------------------------------------------------------


def _askings(session: Session, surveyed: Sequence[Surveyed], options: CheckOptions) -> list[Asking]:
    """The variants that are asked: those that changed, and those that a `no_worse` gate holds them against."""
    askings = _chosen(session, surveyed, options)
    judged = {suite.name for suite, _ in session.prepared.judges}
    for asking in askings:
        asking.heard = asking.surveyed.name[0] in judged
    return askings


def _chosen(session: Session, surveyed: Sequence[Surveyed], options: CheckOptions) -> list[Asking]:
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
    own = found.suite.head.samples
    rounds = 1 if found.cold else options.run.samples or (None if own.vote else own.count) or first_samples(found.cases)
    asking = _asking(found, _wishes(found), 0, replace(options, run=replace(options.run, samples=rounds)))
    asking.offset = 0 if found.cold else rounds
    asking.itself = True
    return asking


def _folder(session: Session, askings: Sequence[Asking], options: CheckOptions, stack: ExitStack) -> RunFolder:
    """A new run's folder, or that of the check that is resumed; `stack` holds it."""
    header = {**described(session.prepared, options.run, asked_variants(session.heads, askings)), "verb": session.kind}
    folder = options.run.resume
    if folder is None:
        names = [suite.name for suite in session.heads] or [session.kind]
        folder = RunFolder.create(session.prepared.workspace.store_folder, names, {"name": options.run.name, **header})
        stack.enter_context(folder.lock())
    else:
        stack.enter_context(folder.lock())
        folder.update_header(**header)
    return folder


def _cache(session: Session, options: CheckOptions, stack: ExitStack) -> AnswerCache | None:
    workspace = session.prepared.workspace
    if options.run.cache == "off" or options.run.ask_nobody or not workspace.keeps_texts:
        return None
    return stack.enter_context(AnswerCache(workspace.cache_file))


def _judged(session: Session, askings: Sequence[Asking], options: CheckOptions, folder: RunFolder) -> tuple[Sides, int]:
    """Both sides as whole cases, from the answers that this check has; and how many requests no recording answers."""
    run = replace(options.run, scoring=True, offline=True)
    sides = Sides.of(session.heads, asked_variants(session.heads, askings), recordings_only=run.recordings_only)
    with ExitStack() as stack:
        known: Known = known_for(session.suites, replace(options, run=run), folder, None)(stack)
        expansion = Expansion(session.prepared.renderer, run.selection, known)
        replies = known.of_judges(open_judges(session.prepared, run, stack), known.kept, ask_nobody=True)
        court = Court(session.prepared.renderer, replies, rivals=SideRivals(askings, expansion))
        before, after = (stack.enter_context(CaseLog(path)) for path in (folder.base_cases, folder.cases))
        written = Written(before, after, sides)
        not_recorded = judge_whole(askings, expansion, court, written, offline=run.recordings_only)
    return sides, not_recorded
