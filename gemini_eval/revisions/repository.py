"""A git repository: its commits, what HEAD and a base have in common, and whether files changed since."""

from __future__ import annotations

import os
import shlex
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from string import hexdigits

from gemini_eval.errors import UsageError
from gemini_eval.revisions.git import ask, failed, said
from gemini_eval.revisions.tree import MAX_BYTES, MAX_FILES, Materialised, write_tree

_USUAL = ("refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master")
_FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"
_NO_REPOSITORY = (b"not a git repository", b"must be run in a work tree", b"cannot use bare repository")
_MOST_NAMES = 5_000


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a working tree; `top` is the folder of it. Nothing here changes the tree, the index or a ref."""

    top: Path

    def resolve(self, ref: str) -> str:
        """The full id of the commit that a branch, a tag, an id or an expression of git's names. Raises `UsageError`."""
        if not ref or ref.startswith("-") or any(unicodedata.category(char) in {"Cc", "Cs"} for char in ref):
            raise UsageError(f"{ref!r} is no git revision", "name a branch, a tag or a commit id, as origin/main")
        commit = self._commit_of(ref)
        if not commit:
            raise UsageError(f'git knows no commit "{ref}" here', self._mend_of_unknown(ref))
        return commit

    def head(self) -> str:
        """The full id of the commit that is checked out. Raises `UsageError` where there is none yet."""
        commit = self._commit_of("HEAD")
        if not commit:
            raise UsageError("the repository has no commit yet", "make the first one: git add . && git commit")
        return commit

    def merge_base(self, ref: str) -> str:
        """The full id of the best commit that HEAD and `ref` both come from. Raises `UsageError` where none is known here."""
        head, other = self.head(), self.resolve(ref)
        done = ask(self.top, "merge-base", head, other)
        if done.status == 0:
            return said(done)
        if done.status != 1:
            raise failed(f"compare HEAD with {ref}", done)
        if self._is_shallow():
            mend = shlex.join(["git", "fetch", "--unshallow", self._remote_and_branch(ref)[0] or "origin"])
            raise UsageError(f"this shallow clone does not reach back to where HEAD and {ref} parted", mend)
        mend = self._fetch_line(ref)
        hint = "name a base that HEAD comes from" + (f", or fetch this one anew: {mend}" if mend else "")
        raise UsageError(f"HEAD and {ref} have no commit in common", hint)

    def is_dirty(self, paths: Iterable[Path] = (), without: Path | None = None) -> bool:
        """Whether something at or below `paths` (none: anywhere) differs from HEAD or is untracked; ignored files do not count,
        and nothing at or below `without`.

        No filter that the repository configures is run: a file that one would change (LFS) may count as changed where its time
        stamp did.

        Raises:
            UsageError: git can't tell, as of a path outside the repository.
        """
        words = ("status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=dirty", "--no-renames", "--")
        specs = [f":(literal){os.path.abspath(path)}" for path in paths]
        if without and without.resolve().is_relative_to(self.top.resolve()):
            specs.append(f":(exclude,literal){os.path.abspath(without)}")
        done = ask(self.top, "--no-literal-pathspecs", *words, *specs, config=self._without_filters())
        if done.status:
            raise failed("tell what changed", done)
        return bool(done.stdout)

    def tracked_as(self, path: Path) -> Path | None:
        """As what git holds `path` or files below it; None where it holds none. Case does not count, since some file systems take
        such names for the same.

        Raises:
            UsageError: a path outside the repository.
        """
        spec = f":(icase,literal){os.path.abspath(path)}"
        done = ask(self.top, "--no-literal-pathspecs", "ls-files", "-z", "--full-name", "--", spec)
        if done.status:
            raise failed(f"list {path}", done)
        if not done.stdout:
            return None
        depth = len((path.parent.resolve() / path.name).relative_to(self.top.resolve()).parts)
        first = Path(os.fsdecode(done.stdout.partition(b"\0")[0]))
        return self.top.joinpath(*first.parts[:depth])

    def nearest(self, commit: str, folder: Path, name: str) -> Path | None:
        """The folder, `folder` or the nearest above it, in which a commit has a file called `name`; None where there is none.

        Folders are relative to the top. Raises `UsageError` where git can't list the commit.
        """
        folders = {str(above / name): above for above in (folder, *folder.parents)}
        done = ask(self.top, "ls-tree", "-z", "--full-tree", commit, "--", *folders)
        if done.status:
            raise failed(f"list the files of {commit[:12]}", done)
        entries = (entry.partition("\t") for entry in os.fsdecode(done.stdout).split("\0"))
        files = {path for facts, _, path in entries if " blob " in facts}
        return next((above for path, above in folders.items() if path in files), None)

    def default_remote_branch(self) -> str | None:
        """The branch that a change is most likely meant for, as people write it (`origin/main`); None where none is known."""
        done = ask(self.top, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        named = (said(done),) if done.status == 0 else ()
        found = next((ref for ref in (*named, *_USUAL) if self._commit_of(ref)), None)
        return found.removeprefix("refs/remotes/").removeprefix("refs/heads/") if found else None

    def materialise(
        self, commit: str, folder: Path, into: Path, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES
    ) -> Materialised:
        """Write the files below `folder` (relative to the top) as they are in `commit`, below `into`/`folder`.

        `into` is new or empty; it gets an empty folder `.git`, so that it counts as a git top level too. Contents are what the
        commit holds: attributes, filters and LFS play no part. Files are 0600, folders 0700, links only those that stay inside
        `into`. A folder that the commit does not have gives no file.

        Raises:
            UsageError: no such commit, or `folder` is no plain relative path.
            InputError: over `max_files` files or `max_bytes` bytes, or the clone does not hold them.
            RunError: `into` is not empty or can't be written. What was written until then stays.
        """
        return write_tree(self.top, self.resolve(commit), folder, into, max_files=max_files, max_bytes=max_bytes)

    def _commit_of(self, ref: str) -> str:
        """'' where there is none."""
        done = ask(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        return said(done) if done.status == 0 else ""

    def _is_shallow(self) -> bool:
        return said(ask(self.top, "rev-parse", "--is-shallow-repository")) == "true"

    def _without_filters(self) -> dict[str, str]:
        """Settings that switch off every filter which the user's or the repository's configuration declares."""
        listed = ask(self.top, "config", "--null", "--name-only", "--get-regexp", _FILTERS)
        names = filter(None, os.fsdecode(listed.stdout).split("\0"))
        return {name: "false" if name.endswith(".required") else "" for name in names}

    # ---- mends ---------------------------------------------------------------------------------------------

    def _mend_of_unknown(self, ref: str) -> str:
        remote, branch = self._remote_and_branch(ref)
        fetch = self._fetch_line(ref)
        if fetch and "/" not in ref and not _is_id(ref):
            fetch += f", and name it {remote}/{ref}"
        listed = ask(self.top, "for-each-ref", f"--count={_MOST_NAMES}", "--format=%(refname:short)")
        known = {name.removeprefix(f"{remote}/"): name for name in said(listed).splitlines()}
        close = get_close_matches(branch, known, 1) if _is_plain(branch) else ()
        near = next((f'did you mean "{known[name]}"?' for name in close), "")
        if fetch:
            return f"{near} Else fetch it: {fetch}" if near else f"fetch it: {fetch}"
        return near or "name a branch, a tag or a commit id; git branch --all lists the branches"

    def _fetch_line(self, ref: str) -> str:
        """The command that brings `ref` here; '' without a remote, or where `ref` is no plain name."""
        remote, branch = self._remote_and_branch(ref)
        if not remote or not _is_plain(branch):
            return ""
        what = branch if _is_id(branch) else f"{branch}:refs/remotes/{remote}/{branch}"
        return shlex.join(["git", "fetch", *(["--unshallow"] if self._is_shallow() else []), remote, what])

    def _remote_and_branch(self, ref: str) -> tuple[str, str]:
        """`origin/main` as its two parts; a name without a remote's goes to `origin`, else to the first remote ('': none)."""
        remotes = said(ask(self.top, "remote")).splitlines()
        name = ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
        for remote in remotes:
            if name.startswith(f"{remote}/"):
                return remote, name.removeprefix(f"{remote}/")
        return "origin" if "origin" in remotes else next(iter(remotes), ""), name


def find_repository(start: Path) -> Repository | None:
    """The repository whose working tree a file or folder is in; None where it is in none.

    Working trees of `git worktree` and submodules are repositories of their own. Raises `UsageError` where there is no git to
    ask, or git takes the repository for somebody else's.
    """
    folder = start if start.is_dir() else start.parent
    done = ask(folder, "rev-parse", "--show-toplevel")
    if done.status == 0:
        return Repository(Path(said(done)))
    if any(words in done.stderr for words in _NO_REPOSITORY):
        return None
    raise failed(f"look for a repository at {folder}", done)


def _is_plain(branch: str) -> bool:
    """Whether it is a name, and no expression of git's."""
    return bool(branch) and not any(char in branch for char in "~^:@{}*?[\\ ")


def _is_id(text: str) -> bool:
    return len(text) >= 40 and not text.strip(hexdigits)
