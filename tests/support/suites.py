"""Suites written into a folder, for tests that need real files."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from gemini_eval.errors import InputError
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite

WORKSPACE = "version: 1\ndefault_model: local:gemma-3-270m\n"
ANSWERED = """\
version: 1
name: tickets
prompts: {p: {text: "{{ text }}"}}
models: {said: {answers: said}}
assert: [exact_match]
cases: [{id: a, vars: {text: one, said: x}, expected: x}]
"""
"""A suite whose data has the answer: nobody is asked."""


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Write `files` (path -> text, dedented) below `folder`, beside a workspace file; the folder is returned."""
    for name, text in {"gemini-eval.yaml": WORKSPACE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
    return folder


def load(folder: Path, text: str, options: LoadOptions | None = None, **files: str) -> Suite:
    write_files(folder, {"suite.yaml": text, **files})
    return load_suite(folder / "suite.yaml", options)


def faults_of(folder: Path, text: str, **files: str) -> list[str]:
    """`line:column reason (hint)` of every fault that loading the suite tells."""
    try:
        load(folder, text, **files)
    except InputError as error:
        return [
            f"{fault.place.line}:{fault.place.column} {fault.reason} ({fault.hint})" if fault.place else fault.reason
            for fault in error.faults
        ]
    return []
