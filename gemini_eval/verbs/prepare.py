"""Before the first request: suites loaded, every row checked, providers opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.engine.jobs import Job
from gemini_eval.errors import Fault, InputError, UsageError
from gemini_eval.providers import Opening, file_in, kind_of, open_provider
from gemini_eval.runs.store import AnswerStore
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.build.models import service_of
from gemini_eval.suites.check import Census, check_cases
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Case, Model, Suite
from gemini_eval.suites.workspace import Workspace, find_workspace, shown
from gemini_eval.types import Provider, Recording
from gemini_eval.verbs.expand import Ticket
from gemini_eval.verbs.options import RunOptions


@dataclass(slots=True)
class Prepared:
    """Suites loaded and checked, nothing sent yet."""

    suites: tuple[Suite, ...]
    censuses: tuple[Census, ...]
    renderer: TemplateRenderer
    remarks: tuple[Fault, ...] = ()

    @property
    def workspace(self) -> Workspace:
        """The first suite's, or the current folder's."""
        return self.suites[0].workspace if self.suites else find_workspace(Path.cwd())

    @property
    def judges(self) -> tuple[tuple[Suite, Model], ...]:
        """Each judge that is asked, the evaluation service and embedding models where they are, with their suite."""
        found: list[tuple[Suite, Model]] = []
        for suite, census in zip(self.suites, self.censuses, strict=True):
            found += [(suite, suite.judges.models[name]) for name in sorted(census.judges)]
            found += [(suite, service_of(suite, *service)) for service in sorted(census.services)]
        return tuple(found)

    @property
    def held(self) -> dict[str, Sequence[Case]]:
        """The cases of each suite that has few enough of them."""
        pairs = zip(self.suites, self.censuses, strict=True)
        return {suite.name: census.held for suite, census in pairs if census.held is not None}

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


def open_providers(suites: Sequence[Suite], options: RunOptions, stack: ExitStack) -> dict[str, Provider | Recording]:
    """The provider of each model that a selected variant uses, by its seat. `stack` closes recordings, the engine the rest.

    Where nobody is to be asked only recordings are opened: a model then need not be installed.
    """
    providers: dict[str, Provider | Recording] = {}
    for suite in suites:
        for variant in options.selection.variants(suite):
            model = variant.model
            kind = kind_of(model.id)
            if model.answers or model.seat in providers or (options.ask_nobody and not (kind and kind.saved)):
                continue
            providers[model.seat] = _opened(suite, model, options, stack)
    return providers


def open_recordings(options: RunOptions, stack: ExitStack) -> AnswerStore | None:
    """What `--recordings-only` answers from; damaged lines are told, since what they held counts as not recorded."""
    if not options.recordings:
        return None
    store = stack.enter_context(AnswerStore(options.recordings))
    for path, line in store.damaged:
        options.say(f"{shown(path)}:{line} is damaged: it answers nothing")
    return store


def open_judges(prepared: Prepared, options: RunOptions, stack: ExitStack) -> dict[str, Provider | Recording]:
    """The provider of each judge, by its seat; where no judge may be asked, of recordings alone."""
    providers: dict[str, Provider | Recording] = {}
    for suite, model in prepared.judges:
        kind = kind_of(model.id)
        if kind is not None and model.seat not in providers and (kind.saved or not options.ask_no_judge):
            providers[model.seat] = _opened(suite, model, options, stack)
    return providers


def _opened(suite: Suite, model: Model, options: RunOptions, stack: ExitStack) -> Provider | Recording:
    _refuse_without_file(model)
    target = suite.workspace.place(model.target)
    provider = open_provider(model.id, Opening(model.file, options.say, model.location, target, options.timeout_s))
    if isinstance(provider, Recording):
        stack.callback(provider.close)
    return provider


def _refuse_without_file(model: Model) -> None:
    """A tuned model that is known by its hash alone answers from recordings and the cache, but can't be asked."""
    name = file_in(model.tuned.model) if model.tuned else ""
    if model.tuned and name and model.file is None:
        mend = "copy it there, or train it again: gemini-eval tune start SUITE --backend local"
        raise UsageError(f"tuned:{model.tuned.alias} can't be asked: its adapter {name} is not there", mend)


def live_of(providers: Mapping[str, Provider | Recording]) -> dict[str, Provider]:
    """Those that are asked: recordings have their answers already."""
    return {seat: provider for seat, provider in providers.items() if not isinstance(provider, Recording)}


def make_ready(block: Sequence[Job], live: Mapping[str, Provider]) -> None:
    """Find what asking needs (credentials) for the models that a block lacks answers of. Raises `InputError`."""
    for seat in dict.fromkeys(job.provider for job in block if job.missing):
        live[seat].prepare()


def remarks_on(block: Sequence[Job], live: Mapping[str, Provider]) -> tuple[Fault, ...]:
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
