"""The base side: the files of a commit, beside the working tree and without touching it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gemini_eval.comparison.model import Side
from gemini_eval.errors import Fault, InputError, RunError, UsageError
from gemini_eval.revisions.repository import Repository, find_repository
from gemini_eval.safe.files import read_bytes
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import FILE_NAME, Workspace, read_workspace, shown
from gemini_eval.verbs.discover import suites_in


@dataclass(slots=True)
class BaseFiles:
    """The files of `commit`, written below `top`; `workspace` is the one that they hold (none of the head's)."""

    repository: Repository
    ref: str
    commit: str
    top: Path
    workspace: Workspace
    broken: list[str] = field(default_factory=list)
    unreadable: set[Path] = field(default_factory=set)
    """The head's paths of suites that can't be loaded here."""

    def path_of(self, head: Path) -> Path:
        """Where a file of the working tree is at the base, whether or not it is there. Raises `UsageError` for one outside the
        repository."""
        try:
            return self.top / head.resolve().relative_to(self.repository.top.resolve())
        except ValueError:
            raise _outside(self.repository, head) from None

    def load(self, head: Suite, options: LoadOptions) -> Suite | None:
        """The base's version of a suite, by its path; None where there is none, or one that can't be loaded (`broken`)."""
        path = self.path_of(head.path)
        if not path.is_file():
            return None
        try:
            suite = load_suite(path, replace(options, need_model=False), self.workspace)
            refuse_unreadable(suite)
            return suite
        except InputError as error:
            self.unreadable.add(head.path)
            self.broken.append(f"{head.name}: the base's version can't be loaded: {self.readable(error)[0].reason}")
            return None

    def others(self, home: Path, known: Sequence[Path]) -> Iterator[Suite]:
        """The base's suites below a folder of the working tree, but for those whose path the head has."""
        taken = {self.path_of(path) for path in known}
        there = self.path_of(home)
        for path in suites_in(there, self.workspace) if there.is_dir() else ():
            if path in taken:
                continue
            try:
                yield load_suite(path, LoadOptions(need_model=False, code="leave"), self.workspace)
            except InputError:
                self.broken.append(f"{path.relative_to(self.top)}: deleted; the base's version can't be loaded either")

    def readable(self, error: InputError) -> tuple[Fault, ...]:
        """Faults of the base's files with the commit in place of the folder that they were written to."""
        return tuple(map(self._readable, error.faults))

    def _readable(self, fault: Fault) -> Fault:
        def told(text: str) -> str:
            return text.replace(f"{self.top}/", f"{self.commit[:12]}:")

        place = replace(fault.place, path=told(fault.place.path)) if fault.place else None
        return replace(fault, reason=told(fault.reason), hint=told(fault.hint), place=place)

    def changed_recordings(self, workspace: Workspace) -> list[str]:
        """Notes of recordings that are not the base's: what they answer is the candidate's own word."""
        notes = []
        for path in workspace.recording_files:
            other = self.path_of(path)
            if not other.is_file() or read_bytes(other) != read_bytes(path):
                notes.append(f"{shown(path)} is not the base's: its answers are this change's own word")
        return notes

    def side(self) -> Side:
        return Side(self.ref, commit=self.commit)


def refuse_unreadable(suite: Suite) -> None:
    """Raise `InputError` with the first row that can't be read."""
    for found in iter_cases(suite):
        if isinstance(found, Fault) and found.severity == "error":
            raise InputError([found])


@contextmanager
def base_files(workspace: Workspace, ref: str, starts: Sequence[Path]) -> Iterator[BaseFiles]:
    """The merge base of HEAD and `ref`, as long as the context lasts, with the workspace that `starts` (files or folders of the
    working tree) had there: a change can't leave it by a workspace file of its own, or by taking one away. Raises `UsageError`
    where there is no repository, no such revision or no merge base, or where `starts` had several workspaces, and `InputError`
    where the base's workspace file is wrong."""
    repository = repository_of(workspace.folder)
    refuse_committed_store(repository, workspace)
    commit = repository.merge_base(ref)
    ours = _inside(repository, workspace.folder) if workspace.path else Path()
    theirs = _base_home(repository, commit, starts)
    with _temporary_folder() as name:
        top = Path(name).resolve()
        written = repository.materialise(commit, _common(ours, ours if theirs is None else theirs), top)
        home = top / (ours if theirs is None else theirs)
        home.mkdir(parents=True, exist_ok=True)
        own = Workspace(folder=home) if theirs is None else read_workspace(home / FILE_NAME)
        yield BaseFiles(repository, ref, commit, top, own, [f"left out of the base: {what}" for what in written.left_out])


def _base_home(repository: Repository, commit: str, starts: Sequence[Path]) -> Path | None:
    """The folder, from the top, of the one workspace that all of `starts` had in the commit; None where they had none."""
    folders = dict.fromkeys(_inside(repository, start if start.is_dir() else start.parent) for start in starts)
    homes = list(dict.fromkeys(repository.nearest(commit, folder, FILE_NAME) for folder in folders))
    if len(homes) > 1:
        one, other = (f"{home / FILE_NAME}" if home is not None else "no workspace" for home in homes[:2])
        reason = f"the suites belong to several workspaces of the base ({one} and {other}), and each has a policy of its own"
        raise UsageError(reason, "check the suites of each workspace by themselves")
    return homes[0]


def _inside(repository: Repository, folder: Path) -> Path:
    """Relative to the repository's top, as git names it. Raises `UsageError` for a folder outside."""
    try:
        return folder.resolve().relative_to(repository.top.resolve())
    except ValueError:
        raise _outside(repository, folder) from None


def _common(one: Path, other: Path) -> Path:
    """The lowest folder that holds both."""
    return next(folder for folder in (one, *one.parents) if other.is_relative_to(folder))


def _outside(repository: Repository, path: Path) -> UsageError:
    return UsageError(f"{path} is not in the repository {repository.top}", "run the check in the repository that holds the suite")


def _temporary_folder() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="gemini-eval-base-")
    except OSError as error:
        reason = f"no temporary folder can be made: {(error.strerror or str(error)).lower()}"
        raise RunError(reason, "free some space, or let TMPDIR name a folder that can be written to") from error


def refuse_committed_store(repository: Repository, workspace: Workspace) -> None:
    """Raise `UsageError` where the store is in git: a change could then bring the answers that decide about it."""
    store = workspace.store_folder
    held = repository.tracked_as(store) if store.exists() else None
    if held:
        reason = f"{shown(held)} is committed, so that a change could bring its own answers"
        raise UsageError(reason, f"take it out of git: git rm -r --cached {shown(held)}")


def repository_of(folder: Path) -> Repository:
    repository = find_repository(folder)
    if repository is None:
        raise UsageError(f"{folder} is in no git repository, so there is no revision to compare with", "git init, and commit")
    return repository


def base_ref(workspace: Workspace, ref: str) -> str:
    """The revision that is meant where none is named: the remote's default branch. Raises `UsageError` where there is none."""
    if ref:
        return ref
    found = repository_of(workspace.folder).default_remote_branch()
    if not found:
        raise UsageError("--base: there is no branch to compare with", "name a revision: --base main")
    return found


def working_tree(workspace: Workspace, repository: Repository) -> Side:
    """The candidate: the working tree, uncommitted files included. The store is none of them, also where nothing hides it."""
    dirty = repository.is_dirty([workspace.folder], workspace.store_folder)
    return Side("working tree", commit=repository.head(), dirty=dirty)
