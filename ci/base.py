"""`where`: which revision a change is compared with, and that this clone reaches it."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess

from outputs import Trouble, before, folder, setting, step_outputs, write_json
from place import COMMIT, GITHUB, SAFE_NAME, Place, commit, read_place

DEPTHS = ("--depth=100", "--depth=1000", "--unshallow")
TIMEOUT_S = 180
USER_INFO = re.compile(r"//[^/@\s]+@")
QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never")
FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
OWN = tuple(f":(top,glob,icase)**/{name}" for name in (".gemini-eval", ".gemini-eval/**", ".gemini-eval-ci*/**"))
"""What the program and these scripts write, in any letters, since some file systems take them for the same: a change that brings
such files would bring answers of its own making."""


def where() -> int:
    """Write place.json and the outputs that the workflow's conditions ask for. What is wrong is status 2, as the program's."""
    _fresh_folder()
    try:
        place = read_place()
        _refuse_own_files()
        place = dataclasses.replace(place, head=_checked_out(place), base=_base(place))
        reach(place.base)
    except Trouble as trouble:
        write_json("outcome.json", {"status": 2, "reason": str(trouble)})
        raise
    write_json("place.json", dataclasses.asdict(place))
    step_outputs(
        {
            "base": place.base,
            "fork": _word(place.fork),
            "comment": _word(bool(place.number) and place.writes and setting("COMMENT", "true") == "true"),
            "publish": _word(place.writes and place.system == GITHUB and bool(setting("STATUS_NAME"))),
            "restore-cache": _word(not place.fork),
            "save-cache": _word(place.on_default_branch),
            "cache-key": f"gemini-eval-{_plain(place.default_branch)}-{_plain(place.name)}-",
        }
    )
    return 0


def _fresh_folder() -> None:
    """What stands there is of an earlier try (a cache put it back), or a link that somebody committed."""
    there = folder()
    if there.is_symlink():
        there.unlink()
    elif there.is_dir():
        shutil.rmtree(before(), ignore_errors=True)
        there.rename(before())


def _refuse_own_files() -> None:
    """Answers may come from the cache and from runs, so neither may come with the change that they judge."""
    found = _git("ls-files", "-z", "--", *OWN).stdout
    if found:
        first = found.partition("\0")[0]
        raise Trouble(f"{first!r} is committed: answers and runs are kept out of git, or a change could bring its own. Remove it")


def _checked_out(place: Place) -> str:
    """In a maintainer's job for a request the change is what is checked out; else the event has said it."""
    if place.system == GITHUB and place.event != "pull_request" and place.number:
        return _git("rev-parse", "HEAD").stdout.strip()
    return place.head


def _base(place: Place) -> str:
    """A commit id, or a name that this clone knows or `origin/NAME` that `reach` fetches."""
    given = setting("BASE") or place.base
    if not given or given.startswith(("-", "+")) or set(given) & set(" ~^:?*[\\") - set("~^" if _id_of(given) else ""):
        raise Trouble(f"{given!r} is no revision to compare with: give the input «base»")
    if setting("BASE"):
        return given if _id_of(given) or COMMIT.fullmatch(given) or given.startswith("origin/") else f"origin/{given}"
    if place.event == "pull_request":
        parents = _parents()
        if len(parents) == 2 and parents[1] == place.head:
            return parents[0]  # the merge that GitHub made: its first parent is the base, also where the event's is stale
    return given


def _parents() -> list[str]:
    """Of HEAD, as the commit itself has them: a shallow clone hides them elsewhere."""
    head = _git("cat-file", "commit", "HEAD").stdout.partition("\n\n")[0]
    return [commit(line.removeprefix("parent ")) for line in head.splitlines() if line.startswith("parent ")]


def reach(base: str) -> None:
    """Fetch until `git merge-base` finds a commit, at most `DEPTHS`. Raises `Trouble` where none of it helps."""
    if _merge_base(base):
        return
    head = _git("rev-parse", "HEAD").stdout.strip()
    shallow = _git("rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    told = ""
    for depth in DEPTHS if shallow else ("--no-recurse-submodules",):
        told = _fetch(depth, "origin", _source(base), head) and _fetch(depth, "origin", _source(base))
        if _merge_base(base):
            return
    raise Trouble(
        f"no commit that HEAD and {base} have in common is here{': ' + told if told else ''}. "
        "Check out the whole history: fetch-depth: 0 on GitHub, GIT_DEPTH: 0 on GitLab"
    )


def _source(base: str) -> str:
    """What to ask the remote for."""
    if not base.startswith("origin/"):
        return base
    name = base.removeprefix("origin/")
    return f"+{'' if name == 'HEAD' else 'refs/heads/'}{name}:refs/remotes/{base}"


def _fetch(*arguments: str) -> str:
    """What git said where it failed, else nothing."""
    try:
        _git(*FETCH, *arguments)
    except Trouble as trouble:
        return str(trouble)
    return ""


def _merge_base(base: str) -> bool:
    return _git("merge-base", "--end-of-options", base, "HEAD", check=False).returncode == 0


def _id_of(revision: str) -> str:
    done = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _git(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """git without hooks, prompts and helpers that the checked-out files could name. Raises `Trouble` where it fails."""
    try:
        done = subprocess.run(
            ["git", *QUIET, *arguments],
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Trouble(f"git {arguments[0]} took longer than {TIMEOUT_S} seconds") from error
    except OSError as error:
        raise Trouble(f"git can't be started: {error.strerror}") from error
    if check and done.returncode:
        said = USER_INFO.sub("//", " ".join(done.stderr.split()))[:300]
        raise Trouble(f"git {arguments[0]} failed: {said}")
    return done


def _plain(text: str) -> str:
    return "".join(char if SAFE_NAME.fullmatch(char) else "-" for char in text) or "-"


def _word(value: bool) -> str:
    return "true" if value else "false"
