"""The suites of a workspace, where nobody names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gemini_eval.errors import FileRefusedError, UsageError
from gemini_eval.safe.files import read_text
from gemini_eval.suites.tuned import REGISTRY
from gemini_eval.suites.workspace import FILE_NAME, Workspace

ENDINGS = (".yaml", ".yml")


def discover_suites(workspace: Workspace) -> list[Path]:
    """Every suite of a workspace. Raises `UsageError` where a folder that it names is not there, or it has none."""
    missing = [name for name in workspace.suites if not (workspace.folder / name).exists()]
    if missing:
        raise UsageError(f"`suites` of the workspace names {missing[0]}, which is not there", f"mend {FILE_NAME}")
    found = suites_in(workspace.folder, workspace)
    if not found:
        raise UsageError(f"{workspace.folder} holds no suite", "name one, or say `suites: [FOLDER]` in the workspace file")
    return found


def suites_in(folder: Path, workspace: Workspace) -> list[Path]:
    """Every suite below the folders that the workspace names (`suites:`), else below `folder`; hidden folders, links and other
    workspaces inside are passed over."""
    tops = [folder / name for name in workspace.suites] or [folder]
    return sorted({path for top in tops if top.exists() for path in _below(top, top=True)})


def _below(folder: Path, *, top: bool = False) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    entries = sorted(folder.iterdir())
    if not top and any(entry.name == FILE_NAME for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _below(entry)
        elif entry.suffix in ENDINGS and is_suite(entry):
            yield entry


def is_suite(path: Path) -> bool:
    """Whether a file says `version:` at its top level, and is none of the workspace's own. An unreadable one is told of later."""
    if path.name in (FILE_NAME, REGISTRY) or not path.is_file():
        return False
    try:
        return any(line.startswith("version:") for line in read_text(path).splitlines())
    except FileRefusedError:
        return True
