"""Both sides asked, round by round: pairs side by side, so that neither finds a better hour than the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TypeAlias

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.engine.jobs import Budget, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.errors import InputError, LateInputError
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import utc_stamp
from gemini_eval.runs.store import AnswerStore
from gemini_eval.suites.model import Suite
from gemini_eval.types import Provider, Recording
from gemini_eval.verbs.check.jobs import SideName, Spans, answered_blocks, blocks_of, drop_stale_replies, whole_blocks
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.rivals import SideRivals
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.sinks import ComparingSink, PairHearingSink, PairSink
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.hearings import Court
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.prepare import Prepared, live_of, make_ready, open_judges, open_providers, open_recordings

Judges: TypeAlias = Mapping[str, Provider | Recording]


@dataclass(slots=True)
class Asker:
    """Asks what is still open. One call of `rounds` asks the next rounds of every variant that is not done."""

    prepared: Prepared
    options: CheckOptions
    folder: RunFolder
    ending: Ending = field(default_factory=Ending)
    cached: int = 0
    started: str = field(default_factory=lambda: utc_stamp(datetime.now(UTC)))
    compared: set[str] = field(default_factory=set)
    """The questions about two variants' answers that are counted."""

    def all_rounds(self, askings: Sequence[Asking], known: Callable[[ExitStack], Known]) -> None:
        """Rounds until every variant is decided, the budget is spent, or the user has had enough. What a gate wants compared is
        compared once the first rounds are in; further ones matter to it only where an answer was not delivered before."""
        times = 0
        while left := [asking for asking in askings if not asking.done]:
            within = affordable(left, self.options.run.budget, self.ending)
            for asking in left:
                asking.done = asking.done or asking not in within
            if not within:
                break
            with ExitStack() as stack:
                found = known(stack)
                self._ask(within, found, self._judges(within, stack))
                if not times:
                    self._compare(askings, found)
            if self.ending.over:
                return
            times += 1
        if times > 1 and _with_comparisons(askings):
            with ExitStack() as stack:
                self._compare(askings, known(stack))

    def _judges(self, askings: Sequence[Asking], stack: ExitStack) -> Judges:
        wanted = any(asking.heard for asking in askings)
        return open_judges(self.prepared, self.options.run, stack) if wanted else {}

    def _ask(self, askings: Sequence[Asking], known: Known, judges: Judges) -> None:
        """The answers of the next rounds, then what judges say of them."""
        run = self.options.run
        expansion = Expansion(self.prepared.renderer, run.selection, known)
        spans = {id(asking): asking.next_rounds() for asking in askings}
        blocks = blocks_of(askings, spans, expansion, self.options.base_max_age_s)
        first = next(blocks, ())
        make_ready(first, live_of(known.providers))
        if any(job.missing for job in first):
            for provider in live_of(judges).values():
                provider.prepare()  # before answers are paid for that nobody could judge
        total = sum(asking.jobs + (asking.hearings if asking.heard else 0) for asking in askings)
        with AnswerLog(self.folder.answers) as answers:
            sink = PairSink(answers, known.cache, known.cached_seats, run.progress, total)
            self._run(chain((first,), blocks), known, sink)
        self.cached += sink.cached
        if heard := [asking for asking in askings if asking.heard]:
            self._hear(heard, spans, known, judges, counted=sink)
        if not self.ending.over:
            for asking in askings:
                asking.finish_rounds(spans[id(asking)][1])

    def hear_base(self, asking: Asking, known: Known) -> None:
        """Ask the judges about all that the base's side was answered so far."""
        with ExitStack() as stack:
            judges = self._judges([asking], stack)
            self._hear([asking], {id(asking): (0, asking.asked)}, known, judges, only="before")

    def _hear(
        self,
        askings: Sequence[Asking],
        spans: Spans,
        known: Known,
        judges: Judges,
        *,
        only: SideName | None = None,
        counted: PairSink | None = None,
    ) -> None:
        """Judges about the answers of these rounds, which the folder has. Where the check is over by now nobody is asked, and a
        case that lacks a reply is not marked. `counted` has what was done before."""
        run, renderer, over = self.options.run, self.prepared.renderer, self.ending.over
        with ExitStack() as stack:
            kept = stack.enter_context(AnswerStore([self.folder.answers]))
            replies = known.of_judges({} if over else judges, kept, ask_nobody=run.ask_no_judge)
            answered = Expansion(renderer, run.selection, known.answered(kept))
            court = Court(renderer, replies, over, again_before=self.started)
            if not replies.ask_nobody:
                court.sift = partial(drop_stale_replies, max_age_s=self.options.base_max_age_s)
            blocks = court.blocks(answered_blocks(askings, spans, answered, only))
            answers = stack.enter_context(AnswerLog(self.folder.answers))
            sink = PairHearingSink(answers, replies.cache, replies.cached_seats, run.progress, 0)
            if counted:
                sink.total, sink.done, sink.failed = counted.total, counted.done, counted.failed
            self._begin(blocks, replies, sink)

    def _compare(self, askings: Sequence[Asking], known: Known) -> None:
        """Judges about the answers of two variants, on both sides; nothing where no gate reads that."""
        run, renderer = self.options.run, self.prepared.renderer
        ours = _with_comparisons(askings)
        if not ours or self.ending.over:
            return
        with ExitStack() as stack:
            kept = stack.enter_context(AnswerStore([self.folder.answers]))
            replies = known.of_judges(self._judges(ours, stack), kept, ask_nobody=run.ask_no_judge)
            answered = Expansion(renderer, run.selection, known.answered(kept))
            court = Court(renderer, replies, rivals=SideRivals(askings, answered), pairs_alone=True, again_before=self.started)
            if not replies.ask_nobody:
                court.sift = partial(drop_stale_replies, max_age_s=self.options.base_max_age_s)
            blocks = court.blocks(whole_blocks(ours, answered))
            answers = stack.enter_context(AnswerLog(self.folder.answers))
            sink = ComparingSink(answers, replies.cache, replies.cached_seats, run.progress, 0, counted_keys=self.compared)
            self._begin(blocks, replies, sink)

    def _begin(self, blocks: Iterator[Sequence[Job]], replies: Known, sink: PairSink) -> None:
        try:
            first = next(blocks, ())
            make_ready(first, live_of(replies.providers))
            self._run(chain((first,), blocks), replies, sink)
        except InputError as error:  # a rubric that does not go with an answer
            raise LateInputError(error.faults) from error

    def _run(self, blocks: Iterator[Sequence[Job]], known: Known, sink: PairSink) -> None:
        run = self.options.run
        ending = run_jobs(
            blocks,
            live_of(known.providers),
            sink,
            slots=run.jobs,
            budget=run.budget.after(self.ending) if run.budget else None,
            elsewhere=known.cache,
            say=run.say,
        )
        self.ending = self.ending.then(ending)


def _with_comparisons(askings: Sequence[Asking]) -> list[Asking]:
    """Those of suites in which a gate reads what judges say of two variants."""
    return [asking for asking in askings if asking.surveyed.suite.head.pairwise]


def affordable(askings: Sequence[Asking], budget: Budget | None, ending: Ending) -> list[Asking]:
    """Those of which the budget holds another round, all together, at today's price; what is open of the others then stays so."""
    found: list[Asking] = []
    more = 0
    each = ending.cost_micros / max(1, ending.sent)
    for asking in askings:
        wanted = more + asking.requests if asking.asked else more
        sent, cost = ending.sent + wanted, ending.cost_micros + wanted * each
        over = budget is not None and (
            (budget.requests is not None and sent > budget.requests)
            or (budget.cost_micros is not None and cost > budget.cost_micros)
        )
        if asking.asked == 0 or not over:
            found.append(asking)
            more = wanted
    return found


def known_for(
    suites: Sequence[Suite], options: CheckOptions, folder: RunFolder | None, cache: AnswerCache | None
) -> Callable[[ExitStack], Known]:
    """Opens what answers, for as long as a stack is open: models, recordings, the answers of this check so far."""
    run = options.run

    def opened(stack: ExitStack) -> Known:
        providers = open_providers(suites, run, stack)
        kept = [folder.answers] if folder is not None and folder.answers.exists() else []
        return Known(
            providers,
            kept=stack.enter_context(AnswerStore(kept)) if kept else None,
            offline=open_recordings(run, stack),
            ask_nobody=run.ask_nobody,
            cache=cache,
            fresh=run.cache == "refresh",
        )

    return opened
