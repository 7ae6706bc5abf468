"""`run`: suites asked, judged, recorded, summarised; and the same for a resumed run and for `score`, which asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from gemini_eval.engine.jobs import Ask, Budget, Ending, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.errors import Fault, InputError, LateInputError, NothingSelectedError, RunError, UsageError
from gemini_eval.gates import GateResult, decide_exit, evaluate_gates, tags_of
from gemini_eval.judging import Answered, judge_case
from gemini_eval.providers import Opening, kind_of, open_provider
from gemini_eval.runs.cases import CaseLog
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import AnswerRecord, utc_stamp
from gemini_eval.runs.store import AnswerStore
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.check import Census, check_cases
from gemini_eval.suites.load import LoadOptions, figure_context, load_suite
from gemini_eval.suites.model import Suite
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.model import Summary
from gemini_eval.types import CaseResult, Family, Json, Provider, Recording
from gemini_eval.verbs.expand import Expansion, Ticket
from gemini_eval.verbs.selection import Selection
from gemini_eval.version import __version__


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `run` takes beside the suites. `say` is the voice for people; `progress` gets (done, failed, total) for each case."""

    load: LoadOptions = LoadOptions()
    selection: Selection = Selection()
    samples: int | None = None
    jobs: int | None = None
    resume: RunFolder | None = None
    budget: Budget | None = None
    max_failures: int | None = None
    recordings: tuple[Path, ...] = ()
    recordings_only: bool = False
    scoring: bool = False
    strict: bool = False
    name: str = ""
    say: Callable[[str], None] = lambda _line: None
    progress: Callable[[int, int, int], None] | None = None

    @property
    def ask_nobody(self) -> bool:
        return self.recordings_only or self.scoring


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a run left: its folder, its summary, its gates, and how it ended."""

    folder: RunFolder
    suites: tuple[Suite, ...]
    summary: Summary
    gates: tuple[GateResult, ...]
    ending: Ending
    exit_status: int
    warnings: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Prepared:
    """Suites loaded and checked, nothing sent yet."""

    suites: tuple[Suite, ...]
    censuses: tuple[Census, ...]
    renderer: TemplateRenderer
    remarks: tuple[Fault, ...] = ()

    @property
    def warnings(self) -> tuple[Fault, ...]:
        pairs = zip(self.suites, self.censuses, strict=True)
        return (*(fault for suite, census in pairs for fault in (*suite.warnings, *census.warnings)), *self.remarks)


def prepare(paths: Sequence[str | Path | Suite], options: LoadOptions, renderer: TemplateRenderer) -> Prepared:
    """Load every suite and read every row. Raises `InputError` with the faults of all of them."""
    renderer.start()
    suites: list[Suite] = []
    censuses: list[Census] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            suite = path if isinstance(path, Suite) else load_suite(path, options)
            censuses.append(check_cases(suite, renderer))
            suites.append(suite)
        except InputError as error:
            faults += error.faults
    names = [suite.name for suite in suites]
    faults += [
        Fault(f'two suites are named "{name}"', hint="give each its own `name`") for name in set(names) if names.count(name) > 1
    ]
    if any(fault.severity == "error" for fault in faults):
        raise InputError(dict.fromkeys(faults))
    return Prepared(tuple(suites), tuple(censuses), renderer)


def run_suites(paths: Sequence[str | Path | Suite], options: RunOptions) -> Outcomes:
    """Everything from files to exit status. Raises `InputError` with nothing sent, `RunError` where what was sent is kept."""
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        prepared = prepare(paths, options.load, renderer)
        providers = open_providers(prepared.suites, options, stack)
        expansion = Expansion(
            renderer,
            options.selection,
            providers,
            asked_samples=options.samples,
            kept=_store([options.resume.answers] if options.resume else [], stack),
            offline=_store(options.recordings, stack),
            ask_nobody=options.ask_nobody,
        )
        blocks = expansion.blocks(prepared.suites)
        first = next(blocks, None)
        if first is None:
            raise NothingSelectedError("no case is left to run", "see what there is with: gemini-eval list SUITE")
        live = _live(providers)
        prepared.remarks = _remarks(first, live)
        folder = options.resume or create_folder(prepared, options)
        stack.enter_context(folder.lock())
        if options.resume:
            _resumed(folder, prepared, options)
        return _ask_and_judge(prepared, options, folder, chain((first,), blocks), live)


def _remarks(block: Sequence[Job], live: Mapping[str, Provider]) -> tuple[Fault, ...]:
    """What providers say of the first request of each variant in a block."""
    found: dict[str, Fault] = {}
    for job in block:
        ticket, provider = job.ticket, live.get(job.provider)
        assert isinstance(ticket, Ticket)
        variant = ticket.judge.variant
        request = job.asks[0].request if job.asks else None
        if provider is None or request is None or variant.name in found:
            continue
        remark = provider.remark(request)
        found[variant.name] = Fault(f"{variant.name}: {remark}" if remark else "", variant.place, severity="warning")
    return tuple(fault for fault in found.values() if fault.reason)


def _store(paths: Sequence[Path], stack: ExitStack) -> AnswerStore | None:
    there = [path for path in paths if path.exists()]
    return stack.enter_context(AnswerStore(there)) if there else None


def _live(providers: Mapping[str, Provider | Recording]) -> dict[str, Provider]:
    return {name: provider for name, provider in providers.items() if not isinstance(provider, Recording)}


def open_providers(suites: Sequence[Suite], options: RunOptions, stack: ExitStack) -> dict[str, Provider | Recording]:
    """The provider of each model that a selected variant uses, by model id. `stack` closes recordings, the engine the rest.

    Where nobody is to be asked only recordings are opened: a model then need not be installed.
    """
    providers: dict[str, Provider | Recording] = {}
    for suite in suites:
        for variant in options.selection.variants(suite):
            model = variant.model
            kind = kind_of(model.id)
            if model.answers or model.id in providers or (options.ask_nobody and not (kind and kind.saved)):
                continue
            provider = open_provider(model.id, Opening(model.file, options.say))
            providers[model.id] = provider
            if isinstance(provider, Recording):
                stack.callback(provider.close)
    return providers


def create_folder(prepared: Prepared, options: RunOptions) -> RunFolder:
    suites = prepared.suites
    header = {"name": options.name, "tool": f"gemini-eval {__version__}", **_described(prepared, options)}
    return RunFolder.create(suites[0].workspace.store_folder, [suite.name for suite in suites], header)


def _described(prepared: Prepared, options: RunOptions) -> dict[str, Json]:
    """What the header says of a run that is under way."""
    load = options.load
    return {
        "status": "running",
        "partial": options.selection.partial,
        "warnings": [f"{fault.place}: {fault.reason}" if fault.place else fault.reason for fault in prepared.warnings],
        "suites": [describe_suite(suite, options.selection) for suite in prepared.suites],
        "options": {
            "models": list(load.models),
            "settings": dict(load.settings),
            "variables": dict(load.variables),
            "target": load.target,
            "samples": options.samples,
            "drafts": options.selection.drafts,
        },
    }


def _resumed(folder: RunFolder, prepared: Prepared, options: RunOptions) -> RunFolder:
    """The saved run, its header brought up to date. Raises `UsageError` where it was of other suites."""
    before = [suite["name"] for suite in folder.header.get("suites") or []]
    now = [suite.name for suite in prepared.suites]
    if before and set(before) != set(now):
        reason = f"the run {folder.id} was of {', '.join(before)}, not of {', '.join(now)}"
        raise UsageError(reason, "name its suites, or start a new run")
    folder.update_header(**_described(prepared, options))
    return folder


def describe_suite(suite: Suite, selection: Selection) -> dict[str, Json]:
    """What a report says of a suite without reading its files again."""
    from gemini_eval.suites.workspace import shown

    return {
        "name": suite.name,
        "path": shown(suite.path),
        "sha256": suite.sha256,
        "task": suite.task or "",
        "description": suite.description,
        "labels": list(suite.labels.names) if suite.labels else [],
        "variants": [
            {
                "name": variant.name,
                "prompt": variant.prompt.name if variant.prompt else "",
                "strategy": variant.prompt.strategy if variant.prompt else "",
                "model": variant.model.id,
                "location": variant.model.location,
                "why": variant.model.why,
                "gated": variant.gated,
            }
            for variant in selection.variants(suite)
        ],
    }


# ---- the run ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sink:
    """Keeps each answer as it arrives, judges each case as it is complete."""

    answers: AnswerLog
    cases: CaseLog
    tallies: Mapping[str, SuiteTally]
    max_failures: int | None
    progress: Callable[[int, int, int], None] | None
    total: int
    done: int = 0
    failed: int = 0
    lost: set[str] = field(default_factory=set)

    def answered(self, job: Job, ask: Ask) -> None:
        ticket = job.ticket
        assert isinstance(ticket, Ticket)
        assert ask.answer is not None
        suite, variant = ticket.judge.suite, ticket.judge.variant
        model, location = (ask.request.model, ask.request.location) if ask.request else (variant.model.id, "")
        self.answers.append(
            AnswerRecord(
                n=self.answers.next_n,
                key=ask.key,
                suite=suite.name,
                variant=variant.name,
                case=ticket.case.id,
                sample=ask.index,
                model=model,
                location=location,
                answer=ask.answer,
                at=utc_stamp(datetime.now(UTC)),
            )
        )

    def finished(self, job: Job) -> bool:
        ticket = job.ticket
        assert isinstance(ticket, Ticket)
        result = judge_case(ticket.judge, ticket.case, ticket.samples, [_answered(ask) for ask in job.asks])
        self.cases.append(result)
        self.tallies[result.suite].add(result)
        self.done += 1
        self.failed += _counts_as_failure(result)
        if self.progress:
            self.progress(self.done, self.failed, self.total)
        return self.max_failures is None or self.failed < self.max_failures


def _answered(ask: Ask) -> Answered:
    assert ask.answer is not None
    return Answered(ask.index, ask.key, ask.answer)


def _counts_as_failure(result: CaseResult) -> bool:
    return result.passed is False or result.outcome.family is Family.NOT_DELIVERED


def _ask_and_judge(
    prepared: Prepared, options: RunOptions, folder: RunFolder, blocks: Iterator[Sequence[Job]], live: Mapping[str, Provider]
) -> Outcomes:
    """Ask, judge and record. What stops the run half-way leaves the judged cases readable, the answers resumable."""
    tallies = {suite.name: _tally(suite, options) for suite in prepared.suites}
    failure: RunError | InputError | None = None
    with AnswerLog(folder.answers) as answers, CaseLog(folder.cases) as cases:
        sink = _Sink(answers, cases, tallies, options.max_failures, options.progress, _total(prepared, options.selection))
        try:
            ending = run_jobs(blocks, live, sink, slots=options.jobs, budget=options.budget)
        except (RunError, InputError) as error:
            failure, ending = error, Ending(stopped=True)
    outcomes = conclude(folder, prepared.suites, tallies.values(), options=options, ending=ending, warnings=prepared.warnings)
    if failure is not None:
        raise failure if isinstance(failure, RunError) else LateInputError(failure.faults)
    return outcomes


def _tally(suite: Suite, options: RunOptions) -> SuiteTally:
    context = replace(figure_context(suite), variants=tuple(variant.name for variant in options.selection.variants(suite)))
    return SuiteTally(suite.name, context, tags=tags_of(suite.gates), recordings_only=options.recordings_only)


def _total(prepared: Prepared, selection: Selection) -> int:
    """Cases to be judged, before -k and the like narrow them."""
    pairs = zip(prepared.suites, prepared.censuses, strict=True)
    counts = ((census.cases - census.skipped, len(selection.variants(suite))) for suite, census in pairs)
    return sum(min(cases, selection.number or cases) * variants for cases, variants in counts)


def conclude(
    folder: RunFolder,
    suites: Sequence[Suite],
    tallies: Iterable[SuiteTally],
    *,
    options: RunOptions,
    ending: Ending,
    warnings: tuple[Fault, ...],
) -> Outcomes:
    """Tallies -> summary, gates, exit status; all of it goes into the run's header."""
    summary = Summary({tally.suite: tally.summary() for tally in tallies})
    partial = options.selection.partial or ending.stopped or ending.spent or ending.interrupted
    gates: list[GateResult] = []
    for suite in suites:
        chosen = {variant.name for variant in options.selection.variants(suite)}
        gated = [variant.name for variant in suite.variants if variant.gated and variant.name in chosen]
        own = [gate for gate in suite.gates if not gate.variant or gate.variant in chosen]
        if not suite.gates or own:
            gates += evaluate_gates(own, summary.suites[suite.name], gated, partial=partial)
    status = decide_exit(gates, summary, options.strict, recordings_only=options.recordings_only)
    if ending.interrupted or ending.spent:
        status = 130 if ending.interrupted else 3
    elif ending.stopped:
        status = max(status, 1)
    cut = ending.stopped or ending.spent
    state = "interrupted" if ending.interrupted else "stopped" if cut else "invalid" if summary.invalid else "done"
    folder.update_header(
        status=state,
        exit_status=status,
        partial=partial,
        summary=summary.to_json(),
        gates=[gate.to_json() for gate in gates],
    )
    return Outcomes(folder, tuple(suites), summary, tuple(gates), ending, status, warnings)
