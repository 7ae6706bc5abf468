"""`run`: suites asked, judged, recorded, summarised; and the same for a resumed run and for `score`, which asks judges alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.comparison.model import Comparison
from gemini_eval.engine.jobs import Ending, Job
from gemini_eval.errors import Fault, LateInputError, NothingSelectedError, RunError
from gemini_eval.gates import Gate, GateResult, decide_exit, evaluate_gates, tags_of
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.redacted import redact_run, refuse_without_answers
from gemini_eval.runs.store import AnswerStore
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.load import figure_context
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.model import Summary
from gemini_eval.types import Provider, Recording
from gemini_eval.verbs.against import Relative, held_against, relative_of
from gemini_eval.verbs.asking import Asking, Ways, ask_and_hear, ask_and_judge
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.header import create_folder, update_folder
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.prepare import (
    Prepared,
    live_of,
    make_ready,
    open_judges,
    open_providers,
    open_recordings,
    prepare,
    remarks_on,
)
from gemini_eval.verbs.retention import expire
from gemini_eval.verbs.selection import Selection


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
    comparison: Comparison | None = None


def run_suites(paths: Sequence[str | Path | Suite], options: RunOptions) -> Outcomes:
    """Everything from files to exit status. Raises `InputError` with nothing sent, `RunError` where what was sent is kept."""
    if options.resume:
        refuse_without_answers(options.resume)
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        prepared = prepare(paths, options.load, renderer)
        if not options.resume:
            for line in expire(prepared.suites[0].workspace).left:
                options.say(line)
        options = replace(options, against=held_against(prepared.suites, options.against))
        providers = open_providers(prepared.suites, options, stack)
        judges = open_judges(prepared, options, stack)
        known = Known(
            providers,
            kept=_store([options.resume.answers] if options.resume else [], stack),
            offline=open_recordings(options, stack),
            ask_nobody=options.ask_nobody,
            cache=_cache(prepared.suites[0].workspace, options, {**providers, **judges}, stack),
            fresh=options.cache == "refresh",
        )
        expansion = Expansion(renderer, options.selection, known, prepared.held, asked_samples=options.samples)
        blocks = expansion.blocks(prepared.suites)
        first = next(blocks, None)
        if first is None:
            raise NothingSelectedError("no case is left to run", "see what there is with: gemini-eval list SUITE")
        live = live_of(providers)
        make_ready(first, live)
        if not options.resume:
            for provider in live_of(judges).values():
                provider.prepare()
        prepared.remarks = remarks_on(first, live)
        folder = options.resume or create_folder(prepared, options)
        stack.enter_context(folder.lock())
        if options.resume:
            update_folder(folder, prepared, options)
        return _ask_and_judge(prepared, options, folder, chain((first,), blocks), Ways(expansion, known, judges))


def _store(paths: Sequence[Path], stack: ExitStack) -> AnswerStore | None:
    there = [path for path in paths if path.exists()]
    return stack.enter_context(AnswerStore(there)) if there else None


def _cache(
    workspace: Workspace, options: RunOptions, providers: Mapping[str, Provider | Recording], stack: ExitStack
) -> AnswerCache | None:
    """The workspace's cache, where anybody is asked whose answers are worth keeping, and keeping texts is allowed."""
    wanted = any(provider.cached for provider in live_of(providers).values())
    if options.cache == "off" or not wanted or not workspace.keeps_texts:
        return None
    return stack.enter_context(AnswerCache(workspace.cache_file))


def _ask_and_judge(
    prepared: Prepared, options: RunOptions, folder: RunFolder, blocks: Iterator[Sequence[Job]], ways: Ways
) -> Outcomes:
    """Ask, judge and record. What stops the run half-way leaves the judged cases readable, the answers resumable."""
    tallies = {suite.name: _tally(suite, options) for suite in prepared.suites}
    asking = Asking(options, folder, tallies, _total(prepared, options.selection))
    heard = bool(prepared.judges)
    ended = ask_and_hear(asking, blocks, ways, prepared.suites) if heard else ask_and_judge(asking, blocks, ways.known)
    cache = ways.known.cache
    if cache is not None and cache.trouble:
        options.say(cache.trouble)
    outcomes = conclude(
        folder,
        prepared.suites,
        tallies.values(),
        options=options,
        ending=ended.ending,
        warnings=prepared.warnings,
        cached=ended.cached,
    )
    _keep_no_texts(folder, prepared.suites[0].workspace)
    failure = ended.failure
    if failure is not None:
        raise failure if isinstance(failure, RunError) else LateInputError(failure.faults)
    return outcomes


def _keep_no_texts(folder: RunFolder, workspace: Workspace) -> None:
    """What the workspace's `store` does not let be kept goes, now that it has been judged and counted."""
    answers, prompts = workspace.store.get("answers") == "none", workspace.store.get("prompts") == "hash"
    if answers or prompts:
        redact_run(folder, answers=answers, prompts=prompts)


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
    cached: int = 0,
) -> Outcomes:
    """Tallies -> summary, gates, exit status; all of it goes into the run's header."""
    summary = Summary({tally.suite: tally.summary() for tally in tallies})
    relative = relative_of(folder, suites, options.against) if not summary.invalid else Relative()
    partial = options.selection.partial or ending.over
    gates: list[GateResult] = []
    for suite in suites:
        chosen = {variant.name for variant in options.selection.variants(suite)}
        gated = [variant.name for variant in suite.variants if variant.gated and variant.name in chosen]
        own = [gate for gate in suite.gates if _variants_of(gate, suite) <= chosen]
        if not suite.gates or own:
            mine = [result for result in relative.gates if result.suite == suite.name]
            gates += evaluate_gates(own, summary.suites[suite.name], gated, partial=partial, relative=mine)
    status = _exit_status(gates, summary, suites, options, ending)
    asked = {"sent": ending.sent, "cached": cached, "cost_micros": ending.cost_micros}
    folder.update_header(
        **({} if options.scoring else {"asked": asked}),
        status=_state(summary, ending),
        exit_status=status,
        partial=partial,
        ended=ending.cut,
        summary=summary.to_json(),
        gates=[gate.to_json() for gate in gates],
        comparison=codec_of(Comparison).encode(relative.comparison) if relative.comparison else None,
    )
    return Outcomes(folder, tuple(suites), summary, tuple(gates), ending, status, warnings, relative.comparison)


def _variants_of(gate: Gate, suite: Suite) -> set[str]:
    """The variants without which a gate can't be asked: its own, and those that its figures compare."""
    named = {condition.figure.argument for condition in gate.conditions if condition.figure.kind.argument == "comparison"}
    return {pair.over for pair in suite.pairwise if pair.name in named} | ({gate.variant} if gate.variant else set())


def _exit_status(
    gates: Sequence[GateResult], summary: Summary, suites: Sequence[Suite], options: RunOptions, ending: Ending
) -> int:
    """130 interrupted, 3 cut short, then as the gates say; stopped at a failure is 1 at least."""
    if ending.interrupted or ending.cut:
        return 130 if ending.interrupted else 3
    policy = suites[0].workspace.on_inconclusive
    status = decide_exit(gates, summary, options.strict, on_inconclusive=policy, recordings_only=options.recordings_only)
    return max(status, 1) if ending.stopped else status


def _state(summary: Summary, ending: Ending) -> str:
    if ending.interrupted:
        return "interrupted"
    if ending.stopped or ending.cut:
        return "stopped"
    return "invalid" if summary.invalid else "done"
