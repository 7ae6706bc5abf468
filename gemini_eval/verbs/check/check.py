"""`check`: the working tree held against its merge base, on evidence, before anything is merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TypeAlias

from gemini_eval.comparison.model import Moved
from gemini_eval.errors import InputError
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace, find_workspace, shown
from gemini_eval.verbs.check.bar import deleted_suites
from gemini_eval.verbs.check.base import BaseFiles, base_files, base_ref, working_tree
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import SuitePair, pair_suite
from gemini_eval.verbs.check.policy import bound_budget, check_policy
from gemini_eval.verbs.check.session import decide_session
from gemini_eval.verbs.check.sides import Session
from gemini_eval.verbs.discover import discover_suites, suites_in
from gemini_eval.verbs.prepare import Prepared, prepare
from gemini_eval.verbs.run import Outcomes

Named: TypeAlias = str | Path | Suite


def check_suites(paths: Sequence[Named], ref: str, options: CheckOptions) -> Outcomes:
    """Every suite named, or all of the workspace's: head's cases asked by both sides' prompts, and decided.

    Raises `InputError` with nothing sent (a fault, no merge base, the base's policy), `RunError` where what was sent is kept.
    """
    with both_revisions(paths, ref, options) as both, ExitStack() as stack:
        check_policy(both.base.workspace, both.prepared.suites, both.prepared.censuses)
        options = replace(options, run=replace(options.run, budget=bound_budget(both.base.workspace, options.run.budget)))
        session = Session(
            kind="check",
            pairs=both.pairs,
            prepared=both.prepared,
            sides=(both.base.side(), working_tree(both.workspace, both.base.repository)),
            policy=both.base.workspace,
            moved=both.deleted,
            notes=(*both.base.broken, *(both.base.changed_recordings(both.workspace) if options.run.recordings_only else ())),
            command=_command(both.base.ref, paths),
        )
        return decide_session(session, options, stack)


@dataclass(frozen=True, slots=True)
class Both:
    """The working tree beside its merge base, loaded and paired. `deleted` are the base's suites that are gone."""

    workspace: Workspace
    base: BaseFiles
    prepared: Prepared
    pairs: tuple[SuitePair, ...]
    deleted: tuple[Moved, ...] = ()


@contextmanager
def both_revisions(paths: Sequence[Named], ref: str, options: CheckOptions) -> Iterator[Both]:
    """Both sides' files, as long as the context lasts; no path means every suite of the workspace. Raises `InputError`, faults of
    the base's files named by its commit."""
    starts = [Path(path.path if isinstance(path, Suite) else path).absolute() for path in paths] or [Path.cwd()]
    workspace = find_workspace(starts[0])
    with ExitStack() as stack:
        base = stack.enter_context(base_files(workspace, base_ref(workspace, ref), starts))
        renderer = stack.enter_context(TemplateRenderer())
        chosen: list[Named] = list(paths) or list(suites_in(workspace.folder, workspace))
        prepared = prepare(chosen, options.run.load, renderer)
        try:
            pairs, deleted = _paired(prepared.suites, base, options, everything=not paths)
            if not pairs and not deleted:
                discover_suites(workspace)  # says that there is none
            yield Both(workspace, base, prepared, pairs, deleted)
        except InputError as error:
            error.faults = base.readable(error)
            raise


def _paired(
    suites: Sequence[Suite], base: BaseFiles, options: CheckOptions, *, everything: bool
) -> tuple[tuple[SuitePair, ...], tuple[Moved, ...]]:
    """The head's suites beside the base's, by path, else by name; and those that are gone."""
    found = {suite.name: base.load(suite, options.run.load) for suite in suites}
    lost = {suite.name for suite in suites if found[suite.name] is None}
    others: dict[str, Suite] = {}
    if lost or everything:
        home = base.repository.top / base.workspace.folder.relative_to(base.top)
        others = {suite.name: suite for suite in base.others(home, [suite.path for suite in suites])}
    pairs = []
    for suite in suites:
        pair = pair_suite(suite, found[suite.name] or others.pop(suite.name, None), options.run.selection.variants(suite))
        pairs.append(replace(pair, unreadable=pair.base is None and suite.path in base.unreadable))
    gone: Mapping[str, str] = {shown(suite.path).replace(f"{base.top}/", ""): suite.name for suite in others.values()}
    return tuple(pairs), tuple(deleted_suites(gone)) if everything else ()


def _command(ref: str, paths: Sequence[Named]) -> str:
    names = [quote(shown(path.path) if isinstance(path, Suite) else str(path)) for path in paths]
    return " ".join(["gemini-eval check --base", quote(ref), *names])
