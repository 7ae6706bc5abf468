"""Asking and judging a run's cases: in one stream, or in two passes where judges are asked about the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gemini_eval.engine.jobs import Budget, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.errors import InputError, RunError
from gemini_eval.runs.cases import CaseLog
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import utc_stamp
from gemini_eval.runs.store import AnswerStore
from gemini_eval.suites.model import Suite
from gemini_eval.summary.build import SuiteTally
from gemini_eval.types import Provider, Recording
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.hearings import Court, HearingSink, KeepingSink
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.prepare import live_of
from gemini_eval.verbs.rivals import RivalAnswers
from gemini_eval.verbs.sink import RunSink


@dataclass(frozen=True, slots=True)
class Ways:
    """How answers come about: cases made jobs, the answers that are known, and who judges."""

    expansion: Expansion
    known: Known
    judges: Mapping[str, Provider | Recording]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a run asks for. `total` is how many cases it has, before -k and the like narrow them."""

    options: RunOptions
    folder: RunFolder
    tallies: Mapping[str, SuiteTally]
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How asking ended; `failure` is what stopped it half-way, `cached` counts answers that the cache gave."""

    ending: Ending
    cached: int = 0
    failure: RunError | InputError | None = None


def ask_and_judge(asking: Asking, blocks: Iterator[Sequence[Job]], known: Known) -> Ended:
    """One stream: each case is judged as its last answer comes in."""
    options = asking.options
    with AnswerLog(asking.folder.answers) as answers, CaseLog(asking.folder.cases) as cases:
        sink = RunSink(
            answers,
            known.cache,
            known.cached_seats,
            cases,
            asking.tallies,
            options.max_failures,
            options.progress,
            asking.total,
        )
        return _run(sink, blocks, known, options, options.budget)


def ask_and_hear(asking: Asking, blocks: Iterator[Sequence[Job]], ways: Ways, suites: Sequence[Suite]) -> Ended:
    """Two passes: first the answers, then the judges' replies about them, with what the first left of the budget. Replies are
    kept and cached as answers are. Where the first pass ended early nobody is asked in the second."""
    options, folder, known = asking.options, asking.folder, ways.known
    started = "" if options.scoring else utc_stamp(datetime.now(UTC))
    with AnswerLog(folder.answers) as answers:
        keeping = KeepingSink(answers, known.cache, known.cached_seats, 2 * asking.total, options.progress)
        first = _run(keeping, blocks, known, options, options.budget)
    over = first.ending.over
    with ExitStack() as stack:
        kept = stack.enter_context(AnswerStore([folder.answers]))
        judges = known.of_judges({} if over else ways.judges, kept, ask_nobody=options.ask_no_judge)
        again = replace(ways.expansion, known=known.answered(kept))
        court = Court(again.renderer, judges, over, rivals=RivalAnswers(again), again_before=started)
        answers = stack.enter_context(AnswerLog(folder.answers))
        sink = HearingSink(
            answers,
            judges.cache,
            judges.cached_seats,
            stack.enter_context(CaseLog(folder.cases)),
            asking.tallies,
            options.max_failures,
            options.progress,
            2 * asking.total,
            done=keeping.done,
        )
        budget = options.budget.after(first.ending) if options.budget else None
        second = _run(sink, court.blocks(again.blocks(suites)), judges, options, budget)
    return Ended(first.ending.then(second.ending), keeping.cached, first.failure or second.failure)


def _run(
    sink: RunSink | KeepingSink, blocks: Iterator[Sequence[Job]], known: Known, options: RunOptions, budget: Budget | None
) -> Ended:
    """What stops it half-way is told, not raised: what was judged stays readable, the answers resumable."""
    try:
        ending = run_jobs(
            blocks,
            live_of(known.providers),
            sink,
            slots=options.jobs,
            budget=budget,
            elsewhere=known.cache,
            say=options.say,
        )
    except (RunError, InputError) as error:
        return Ended(Ending(stopped=True), sink.cached, error)
    return Ended(ending, sink.cached)
