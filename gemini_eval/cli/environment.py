"""The process's environment: an env file read into it, and what its variables say about terminals and CI."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from gemini_eval.errors import Fault, FileRefusedError, InputError, Place
from gemini_eval.safe.files import read_text


def load_env_file(path: Path) -> None:
    """`KEY=VALUE` lines into the environment; what is set already stays. Raises `InputError` with the line."""
    try:
        lines = read_text(path).splitlines()
    except FileRefusedError as error:
        raise InputError([Fault(f"--env-file: {error.reason}", None, error.hint)]) from error
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        key, sign, value = text.partition("=")
        if not sign or not key.strip().isidentifier():
            raise InputError([Fault("this is not KEY=VALUE", Place(str(path), number, 1), "write one variable a line")])
        os.environ.setdefault(key.strip(), value.strip().strip("\"'"))


def wants_color(stream_is_terminal: bool) -> bool:
    """https://no-color.org; FORCE_COLOR for CI logs that show it."""
    if os.environ.get("NO_COLOR"):
        return False
    return stream_is_terminal or bool(os.environ.get("FORCE_COLOR"))


def terminal_width() -> int:
    """Columns of the terminal (or COLUMNS), from 40 to 160; 100 where there is none."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 160))


def is_ci() -> bool:
    return bool(os.environ.get("CI"))


def from_checkout(path: str) -> str:
    """A path as GitHub's annotations name files: from the top of the checkout, `$GITHUB_WORKSPACE`. As it is where that is unset
    or the file lies elsewhere."""
    top = os.environ.get("GITHUB_WORKSPACE")
    if not top or not path:
        return path
    file = Path.cwd() / path
    whole, above = file.parent.resolve() / file.name, Path(top).resolve()
    return str(whole.relative_to(above)) if whole.is_relative_to(above) else path


def stdout_is_terminal() -> bool:
    return sys.stdout.isatty()
