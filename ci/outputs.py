"""What the scripts read and write around themselves: settings, the working folder, step outputs, messages in the log."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PREFIX = "GEMINI_EVAL_CI_"
OUTPUT = "GITHUB_OUTPUT"


class Trouble(Exception):
    """Something that ends the script, in plain words, with the exit status that it ends with."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


def setting(name: str, default: str = "") -> str:
    """`$GEMINI_EVAL_CI_NAME` without white space around it; the default where it is empty."""
    return os.environ.get(PREFIX + name, "").strip() or default


def folder() -> Path:
    """The working folder, `$GEMINI_EVAL_CI_DIR`: what the steps leave for each other."""
    path = setting("DIR")
    if not path:
        raise Trouble(f"{PREFIX}DIR names no folder")
    return Path(path).absolute()


def before() -> Path:
    """What an earlier try of the same job left in its working folder."""
    return folder().with_name(folder().name + ".before")


def write_json(name: str, value: Mapping[str, Any]) -> None:
    """Into the working folder, which git is not to see: it may lie in the checkout."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder() / ".gitignore").write_text("*\n", encoding="utf-8")
    (folder() / name).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any] | None:
    """None where there is no such file, or none of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def step_outputs(values: Mapping[str, str]) -> None:
    """Outputs for the workflow's own conditions; printed where there is no GitHub. Values are ours: words and numbers."""
    lines = []
    for name, value in values.items():
        if not value.isprintable():
            raise Trouble(f"the output {name} would not be one line")
        lines.append(f"{name}={value}\n")
    path = os.environ.get(OUTPUT)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(lines)
    say("".join(lines).rstrip())


def say(text: str) -> None:
    """To the log. What others wrote can't pass for a command to the runner: no line of it begins with `::` or has `##[` in it."""
    print(*map(_uncommanded, text.splitlines()), sep="\n", flush=True)


def _uncommanded(line: str) -> str:
    line = line.replace("##[", "## [")
    return f"· {line}" if line.lstrip().startswith("::") else line


def say_warning(text: str) -> None:
    _annotate("warning", text)


def say_error(text: str) -> None:
    _annotate("error", text)


def _annotate(level: str, text: str) -> None:
    """As an annotation on GitHub, with the escapes that workflow commands ask for; else as a plain line."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::{level} title=gemini-eval::{escaped}", flush=True)
    else:
        print(f"{level}: {text}", file=sys.stderr, flush=True)
