"""Where the subcommands that name no suite ask: the workspace of the current folder, and its target."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.tuning.vertex.place import Seat, find_seat


def here(target: str) -> tuple[Workspace, Seat]:
    """Raises `UsageError`."""
    workspace = find_workspace(Path.cwd())
    return workspace, find_seat(workspace.place(target or workspace.default_target))
