"""`doctor`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from gemini_eval.cli.environment import stdout_is_terminal, terminal_width, wants_color
from gemini_eval.cli.options import option
from gemini_eval.safe.terminal import for_terminal

if TYPE_CHECKING:
    from gemini_eval.verbs.doctor_google import Found

SIGNS = {"ok": "✓", "warning": "!", "broken": "✗"}
PLAIN_SIGNS = {"ok": "+", "warning": "!", "broken": "x"}
COLOURS = {"ok": "green", "warning": "yellow", "broken": "red"}
NAME_COLUMNS = 15


@click.command("doctor")
@option("--model", default="", metavar="ID", help="Check this model instead of the default one.")
@option("--target", default="", metavar="NAME", help="At this target of the workspace.")
@option("--json", "as_json", is_flag=True, help="As JSON.")
def command(model: str, target: str, as_json: bool) -> int:
    """Check this machine and the workspace; print what was found and the mends.

    A Gemini model is asked once, for at most 16 tokens: credentials, project, reachability, quota. No other model is asked. Exit
    status 2 where something is broken that the model needs, else 0.
    """
    from gemini_eval.verbs.doctor import Screen, examine

    screen = Screen(sys.stdout.encoding or "ascii", terminal_width(), stdout_is_terminal())
    checks = examine(Path.cwd(), screen, model, target)
    found = _as_json(checks) if as_json else _as_text(checks)
    return 2 if any(check.state == "broken" for check in found) else 0


def _as_json(checks: Iterable[Found]) -> list[Found]:
    from gemini_eval.safe.json_text import pretty_json

    found = list(checks)
    sys.stdout.buffer.write(pretty_json([check.to_json() for check in found]))
    return found


def _as_text(checks: Iterable[Found]) -> list[Found]:
    """Each check as it is done, then what it comes to."""
    found = []
    for check in checks:
        found.append(check)
        for line in _lines(check):
            _echo(line)
    broken, warned = (sum(check.state == state for check in found) for state in ("broken", "warning"))
    if broken:
        _echo(f"\n{broken} broken, {warned} to know of")
    else:
        _echo("\nready" + (f", {warned} to know of" if warned else ""))
    return found


def _lines(check: Found) -> Iterator[str]:
    signs = SIGNS if _can_show("✓✗") else PLAIN_SIGNS
    sign = click.style(signs[check.state], fg=COLOURS[check.state], bold=True)
    columns = min(terminal_width(), 80)
    texts = _wrapped(for_terminal(check.found), columns)
    yield f"{sign} {check.check:<{NAME_COLUMNS}} {texts[0]}"
    mend = _wrapped(f"mend: {for_terminal(check.mend)}", columns) if check.mend else []
    for line in (*texts[1:], *mend):
        yield f"{'':<{NAME_COLUMNS + 3}}{line}"


def _wrapped(text: str, columns: int) -> list[str]:
    return wrap(text, columns - NAME_COLUMNS - 3, break_long_words=False, break_on_hyphens=False) or [""]


def _echo(line: str) -> None:
    """What the terminal's encoding lacks is written as an escape: a doctor must not fail on that."""
    encoding = sys.stdout.encoding or "ascii"
    click.echo(line.encode(encoding, "backslashreplace").decode(encoding), color=wants_color(stdout_is_terminal()))


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
