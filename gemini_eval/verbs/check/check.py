"""`check`: the working tree held against its merge base, on evidence, before anything is merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from gemini_eval.comparison.model import Moved
from gemini_eval.errors import InputError
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import find_workspace, shown
from gemini_eval.verbs.check.bar import deleted_suites
from gemini_eval.verbs.check.base import BaseFiles, base_files, base_ref, working_tree
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import SuitePair, pair_suite
from gemini_eval.verbs.check.policy import check_policy
from gemini_eval.verbs.check.session import Session, decide_session
from gemini_eval.verbs.discover import discover_suites
from gemini_eval.verbs.prepare import Prepared, prepare
from gemini_eval.verbs.run import Outcomes


def check_suites(paths: Sequence[str | Path | Suite], ref: str, options: CheckOptions) -> Outcomes:
    """Every suite named, or all of the workspace's: head's cases asked by both sides' prompts, and decided.

    Raises `InputError` with nothing sent (a fault, no merge base, the base's policy), `RunError` where what was sent is kept.
    """
    start = Path(paths[0].path if isinstance(paths[0], Suite) else paths[0]).absolute() if paths else Path.cwd()
    workspace = find_workspace(start)
    named = base_ref(workspace, ref)
    with ExitStack() as stack:
        base = stack.enter_context(base_files(workspace, named))
        renderer = stack.enter_context(TemplateRenderer())
        chosen = list(paths) or list(discover_suites(workspace))
        prepared = _prepared(chosen, options, renderer)
        check_policy(base.workspace, prepared.suites, prepared.censuses)
        pairs, deleted = _paired(prepared.suites, base, options, everything=not paths)
        session = Session(
            kind="check",
            pairs=pairs,
            prepared=prepared,
            sides=(base.side(), working_tree(workspace, base.repository)),
            policy=base.workspace,
            moved=deleted,
            notes=tuple(base.broken),
            command=_command(named, paths),
        )
        try:
            return decide_session(session, options, stack)
        except InputError as error:
            raise InputError(base.readable(error)) from error


def _prepared(paths: Sequence[str | Path | Suite], options: CheckOptions, renderer: TemplateRenderer) -> Prepared:
    return prepare(paths, options.run.load, renderer) if paths else Prepared((), (), renderer)


def _paired(
    suites: Sequence[Suite], base: BaseFiles, options: CheckOptions, *, everything: bool
) -> tuple[tuple[SuitePair, ...], tuple[Moved, ...]]:
    """The head's suites beside the base's, by path, else by name; and those that are gone."""
    found = {suite.name: base.load(suite, options.run.load) for suite in suites}
    lost = {suite.name for suite in suites if found[suite.name] is None}
    others: dict[str, Suite] = {}
    if lost or everything:
        folders = [base.repository.top] if not everything else []
        folders += [_home(base)] if everything else []
        others = {suite.name: suite for suite in base.others(folders, [suite.path for suite in suites])}
    pairs = tuple(
        pair_suite(suite, found[suite.name] or others.pop(suite.name, None), options.run.selection.variants(suite))
        for suite in suites
    )
    gone: Mapping[str, str] = {shown(suite.path).replace(f"{base.top}/", ""): suite.name for suite in others.values()}
    return pairs, tuple(deleted_suites(gone)) if everything else ()


def _home(base: BaseFiles) -> Path:
    """The workspace's folder in the working tree."""
    return base.repository.top / base.workspace.folder.relative_to(base.top)


def _command(ref: str, paths: Sequence[str | Path | Suite]) -> str:
    from shlex import quote

    names = [quote(shown(path.path) if isinstance(path, Suite) else str(path)) for path in paths]
    return " ".join(["gemini-eval check --base", quote(ref), *names])
