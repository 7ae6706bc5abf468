"""`resume` and `keep`: the run folders of a job that was cut off or not finished, from one try of it to the next.

A try is taken over only by another try of the same job: the artifact (or GitLab's cache) belongs to one workflow run. So nobody
else's answers come in by this way.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from check import RESUMED
from outputs import before, folder, read_json, say, write_json
from place import look

STORE, RUNS = ".gemini-eval", "runs"
INVALID, SIGNALLED = 3, 128
"""Exit statuses of a run that can go on: this one, and from that one on those of signals."""


def resume() -> int:
    """Put the runs back, where there are some of this very commit and the last of them is not finished."""
    place = look()
    outcome = read_json(before() / "outcome.json") or {}
    then = read_json(before() / "place.json") or {}
    found = before() / RUNS
    if not found.is_dir() or not any(found.iterdir()):
        say("nothing to resume")
    elif any(then.get(key) != getattr(place, key) for key in ("name", "head", "base")):
        say("the earlier run is of another commit: not resumed")
    elif not _goes_on(outcome.get("status")):
        say(f"the earlier run was finished, with exit status {outcome.get('status')}: not resumed")
    else:
        _copy_runs(found, Path(STORE) / RUNS)
        write_json(RESUMED, {"from": sorted(entry.name for entry in found.iterdir())})
        say("resuming the earlier run")
    return 0


def _goes_on(status: object) -> bool:
    """None: the job was killed before the program ended."""
    return status is None or (isinstance(status, int) and (status == INVALID or status >= SIGNALLED))


def keep() -> int:
    """Copy the run folders to where the artifact is made of."""
    found = Path(STORE) / RUNS
    if found.is_dir():
        _copy_runs(found, folder() / RUNS)
    return 0


def _copy_runs(source: Path, target: Path) -> None:
    """Plain files and folders; a link is not followed and not copied. For this user alone, as the program keeps them."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=_links, copy_function=_copy)


def _links(parent: str, names: list[str]) -> set[str]:
    return {name for name in names if os.path.islink(os.path.join(parent, name))}


def _copy(source: str, target: str) -> str:
    shutil.copyfile(source, target)
    os.chmod(target, 0o600)
    return target
