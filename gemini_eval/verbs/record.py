"""`record`: a run whose answers become a recording, so that it can be replayed without a model or a secret."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.recording import write_recording
from gemini_eval.runs.redacted import refuse_without_answers
from gemini_eval.safe.files import make_folder
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import Outcomes, run_suites


def record_suites(paths: Sequence[str | Path | Suite], options: RunOptions, to: Path | None) -> tuple[Outcomes, Path, int]:
    """Run, then write what was answered: (the run's outcomes, the recording, how many answers it holds)."""
    outcomes = run_suites(paths, options)
    refuse_without_answers(outcomes.folder)
    path = to or default_recording(outcomes.suites[0].workspace, [suite.name for suite in outcomes.suites])
    return outcomes, path, record_run(outcomes.folder, path)


def record_run(folder: RunFolder, path: Path) -> int:
    """Write the answers of a saved run as a recording, added to what the file holds already; how many it holds then."""
    make_folder(path.parent)
    sources = [path, folder.answers] if path.exists() else [folder.answers]
    return write_recording(sources, path)


def default_recording(workspace: Workspace, suites: Sequence[str]) -> Path:
    return workspace.folder / workspace.recordings / f"{suites[0]}.jsonl"
