"""One comparison of two asked sides, from what changed to the exit status: what `check`, `aa` and `upgrade` share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from gemini_eval.assertions.tree import has_rubrics
from gemini_eval.cache.answers import AnswerCache
from gemini_eval.comparison.gating import DEFAULT_MARGIN, wishes_of, within_of
from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import PASS_RATE, SideMarks
from gemini_eval.comparison.testing import Wish
from gemini_eval.errors import Fault, InputError, NothingSelectedError, Place
from gemini_eval.runs.folder import RunFolder
from gemini_eval.stats.looks import first_samples
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.verbs.check.asking import Asker, known_for
from gemini_eval.verbs.check.conclude import conclude
from gemini_eval.verbs.check.gone import stand_ins
from gemini_eval.verbs.check.judged import Sides, judge_whole
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import needed_by_gates
from gemini_eval.verbs.check.rounds import Asking, rounds_for
from gemini_eval.verbs.check.sides import Asked, Session, asked_variants
from gemini_eval.verbs.check.survey import Surveyed, survey
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.header import described
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.run import Outcomes


def decide_session(session: Session, options: CheckOptions, stack: ExitStack) -> Outcomes:
    """Survey, ask, judge, decide, record. Raises as `check_suites`."""
    _refuse_judges(session)
    surveyed = _surveyed(session, options)
    if options.run.selection.partial and surveyed and not any(found.cases for found in surveyed):
        raise NothingSelectedError("no case is selected", "see what there is with: gemini-eval list SUITE")
    askings = _askings(session, surveyed, options)
    folder = _folder(session, askings, options)
    stack.enter_context(folder.lock())
    cache = _cache(session, options, stack)
    asker = Asker(session.prepared.renderer, options, folder, session.suites)
    asker.all_rounds(askings, known_for(session.suites, options, folder, cache))
    session = _with_notes(session, askings, asker, cache)
    sides, not_recorded = _judged(session, askings, options, folder)
    return conclude(Asked(session, tuple(surveyed), tuple(askings), asker, sides, not_recorded))


def _refuse_judges(session: Session) -> None:
    """Rounds are judged as they come in, and nobody asks a judge in between. Raises `InputError` where one would have to be."""
    heads = [suite for suite, _ in session.prepared.judges]
    bases = [pair.base for pair in session.pairs if pair.base is not None and _asks_judges(pair.base)]
    names = {suite.name: suite for suite in (*bases, *heads)}
    if names:
        hint = "leave it out; to look at both, run each and use `compare`"
        reason = "judges are not compared in this version of gemini-eval: the suite {} asks one"
        raise InputError([Fault(reason.format(name), Place(shown(suite.path)), hint) for name, suite in names.items()])


def _asks_judges(suite: Suite) -> bool:
    if any(source.likelihood for source in suite.confidence.values()):
        return True
    prompts = (prompt.assertions for prompt in suite.prompts.values())
    if any(map(has_rubrics, (suite.assertions, *prompts))):
        return True
    cases = iter_cases(suite) if suite.judges.models else ()
    return any(has_rubrics(case.assertions) for case in cases if isinstance(case, Case))


def _with_notes(session: Session, askings: Sequence[Asking], asker: Asker, cache: AnswerCache | None) -> Session:
    """The session with the notes of what stands in for bases that answer no more; and of `aa` where there is no noise to see."""
    run = asker.options.run
    steady = [" · ".join(asking.surveyed.name) for asking in askings if session.kind == "aa" and asking.surveyed.cold]
    with ExitStack() as stack:
        nobody = replace(asker.options, run=replace(run, scoring=True))
        known = known_for(session.suites, nobody, None, None)(stack)
        expansion = Expansion(session.prepared.renderer, run.selection, known)
        baselines = session.policy.folder / session.policy.baselines if session.kind == "check" else None
        notes = stand_ins(askings, expansion, asker.folder.answers, cache, baselines)
    notes += [f"{name}: the model answers a request always alike, so there is no noise to see" for name in steady]
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
    return asking


def _folder(session: Session, askings: Sequence[Asking], options: CheckOptions) -> RunFolder:
    """A new run's folder, or that of the check that is resumed."""
    header = {**described(session.prepared, options.run, asked_variants(session.heads, askings)), "verb": session.kind}
    if options.run.resume is not None:
        options.run.resume.update_header(**header)
        return options.run.resume
    names = [suite.name for suite in session.heads] or [session.kind]
    return RunFolder.create(session.prepared.workspace.store_folder, names, {"name": options.run.name, **header})


def _cache(session: Session, options: CheckOptions, stack: ExitStack) -> AnswerCache | None:
    workspace = session.prepared.workspace
    if options.run.cache == "off" or options.run.ask_nobody or not workspace.keeps_texts:
        return None
    return stack.enter_context(AnswerCache(workspace.cache_file))


def _judged(session: Session, askings: Sequence[Asking], options: CheckOptions, folder: RunFolder) -> tuple[Sides, int]:
    """Both sides as whole cases, from the answers that this check has; and how many requests no recording answers."""
    run = replace(options.run, scoring=True)
    sides = Sides.of(session.heads, asked_variants(session.heads, askings), recordings_only=run.recordings_only)
    with ExitStack() as stack:
        known: Known = known_for(session.suites, replace(options, run=run), folder, None)(stack)
        expansion = Expansion(session.prepared.renderer, run.selection, known)
        not_recorded = judge_whole(askings, expansion, folder, sides, offline=run.recordings_only)
    return sides, not_recorded
