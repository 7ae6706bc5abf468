"""Where reports go: the terminal, and each `-o` file by its ending."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gemini_eval.cli.environment import from_checkout, stdout_is_terminal, terminal_width, wants_color
from gemini_eval.errors import UsageError
from gemini_eval.reports import ReportOptions, RunView, report_for, sidecar, sidecar_path
from gemini_eval.reports.annotations import workflow_commands
from gemini_eval.reports.terminal import Terminal
from gemini_eval.runs.folder import RunFolder
from gemini_eval.safe.files import drain_stdout, write_stream


def report_options(flags: Mapping[str, Any]) -> ReportOptions:
    return ReportOptions(
        lang=flags.get("lang") or "en",
        color=wants_color(stdout_is_terminal()),
        width=terminal_width(),
        verbose=int(flags.get("verbose") or 0),
        quiet=bool(flags.get("quiet")),
        encoding=sys.stdout.encoding or "utf-8",
        brief=bool(flags.get("brief")),
        sticky=flags.get("sticky") or ReportOptions().sticky,
    )


def check_outputs(paths: Sequence[Path]) -> None:
    """Every `-o` has a known ending and a folder to go to, said before anything is asked or printed. Raises `UsageError`."""
    for path in paths:
        report_for(path)
        if path.is_dir():
            raise UsageError(f"-o {path}: this is a folder", "name a file")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"-o {path}: there is no folder {path.parent}", "make it first")


def write_reports(folder: RunFolder, flags: Mapping[str, Any]) -> None:
    """The report of a saved run, as `write_view`."""
    write_view(RunView.of(folder), flags)


def write_view(view: RunView, flags: Mapping[str, Any]) -> None:
    """The terminal's to stdout, then every `-o`; a step summary and annotations where a CI service takes them."""
    options = report_options(flags)
    files = [(path, report_for(path)) for path in flags.get("outputs") or ()]
    _print(Terminal().write(view, options))
    for path, report in files:
        write_stream(path, report.write(view, options))
        if report.SIDECAR:
            write_stream(sidecar_path(path), [sidecar(view, options)])
    if os.environ.get("GITHUB_ACTIONS") == "true":
        _print(f"{line}\n".encode() for line in workflow_commands(view, from_checkout))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _append(Path(summary), view, options)


def _print(chunks: Iterable[bytes]) -> None:
    """To stdout. A reader who leaves early, as `head` does, changes neither the files that are written nor the exit status."""
    try:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drain_stdout()


def write_canonical(folder: RunFolder) -> None:
    from gemini_eval.runs.canonical import canonical_lines
    from gemini_eval.runs.cases import iter_cases

    for line in canonical_lines(iter_cases(folder.cases, "canonical")):
        sys.stdout.buffer.write(line)


def _append(path: Path, view: RunView, options: ReportOptions) -> None:
    from gemini_eval.safe.files import open_append

    with open_append(path) as file:
        file.append(b"".join(report_for(Path("summary.md")).write(view, options)))
