"""Options that several verbs share. Each has an environment variable: GEMINI_EVAL_ and the flag's name in capitals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

from gemini_eval.duration import read_duration
from gemini_eval.errors import UsageError, ValueRefusedError
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Json

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]


def option(*names: str, **settings: Any) -> Decorator[Any]:
    """A click option with its environment variable."""
    long = next(name for name in names if name.startswith("--"))
    variable = "GEMINI_EVAL_" + long.split("/")[0].removeprefix("--").replace("-", "_").upper()
    settings.setdefault("help", "")
    return click.option(*names, envvar=variable, show_envvar=False, **settings)


def several(options: Sequence[Decorator[Any]]) -> Decorator[Any]:
    def decorate(command: F) -> F:
        for add in reversed(options):
            command = add(command)
        return command

    return decorate


class Duration(click.ParamType[float]):
    """A span of time, as seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return value if isinstance(value, float) else read_duration(str(value))
        except ValueRefusedError as error:
            self.fail(f"{error.reason}; {error.hint}", param, ctx)


class Finite(click.FloatRange):
    """A number in a range. Python reads `nan` as one, which no limit stops: it is neither above nor below anything."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = float(super().convert(value, param, ctx))
        if not isfinite(found):
            self.fail(f"{value} is no number to compare with", param, ctx)
        return found


suite_paths = click.argument("suites", nargs=-1, required=True, metavar="SUITE[::CASE]…")

loading = several(
    [
        option("--model", "models", multiple=True, metavar="NAME|ID", help="Use this model (of the suite, or any id) instead."),
        option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Set a generation parameter over all levels."),
        option("--var", "variables", multiple=True, metavar="KEY=VALUE", help="Set a variable of every case."),
        option("--target", metavar="NAME", help="Ask this target of the workspace."),
        option("--allow-code", is_flag=True, help="Run the Python functions that the suite's assertions name: you trust them."),
        option(
            "--env-file", type=click.Path(path_type=Path), metavar="FILE", help="Read environment variables from KEY=VALUE lines."
        ),
    ]
)

selecting = several(
    [
        option("-k", "--keyword", metavar="EXPR", default="", help="Cases whose id or tags contain these words (and, or, not)."),
        option("-m", "--tag", metavar="EXPR", default="", help="Cases with these tags (and, or, not)."),
        option("-n", "--number", type=click.IntRange(min=1), metavar="N", help="The first N cases of each variant."),
        option("--prompt", "prompts", multiple=True, metavar="NAME", help="Only variants with this prompt."),
        option("--variant", "variants", multiple=True, metavar="NAME", help="Only this variant."),
        option("--failed", is_flag=True, help="Only what failed in the last run (or in --resume's)."),
        option("--errors-only", is_flag=True, help="Only what was not delivered in the last run (or in --resume's)."),
        option("--changed-since", metavar="REF", help="Only variants that changed since the merge base of this revision."),
        option("--drafts", is_flag=True, help="Draft cases too: asked and shown, counted nowhere."),
    ]
)

asking = several(
    [
        option("--samples", type=click.IntRange(1, 1000), metavar="N", help="Ask every case N times."),
        option("-j", "--jobs", type=click.IntRange(1, 1000), metavar="N", help="Requests at once; without it the pace adapts."),
        option("--max-requests", type=click.IntRange(min=1), metavar="N", help="Send at most N requests, then stop resumably."),
        option("--max-cost", type=Finite(min=0), metavar="USD", help="Stop resumably once answers cost this much."),
        option("--max-errors", type=click.IntRange(min=1), metavar="N", help="Stop resumably at the Nth request not delivered."),
        option("--wait", type=Duration(), metavar="TIME", help="Wait so long for a quota or an outage to pass (2m)."),
        option("--timeout", type=Duration(), metavar="TIME", help="Give one attempt so long (3m, or the target's)."),
        option("--no-cache", is_flag=True, help="Neither use the answer cache nor keep anything in it."),
        option("--refresh", is_flag=True, help="Ask again for what the cache has, and keep the new answers."),
    ]
)

checking = several(
    [
        option(
            "--max-samples",
            type=click.IntRange(1, 1000),
            default=10,
            metavar="N",
            help="Ask a case so often at most while the decision is open (10).",
        ),
        option(
            "--base-max-age",
            type=Duration(),
            metavar="TIME",
            help="Use a saved answer only if the other side's is this near in time (24h).",
        ),
        option("--resume", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on: what it answered is kept."),
        option("--strict", is_flag=True, help="What is undecided, and an xfail that passes, fails."),
        option("--name", metavar="NAME", default="", help="Name the run, to find it again."),
    ]
)

_lang = option("--lang", type=click.Choice(["en", "ko"]), default="en", help="The language of the opening sentences.")
_quiet = option("-q", "--quiet", is_flag=True, help="Print the opening sentences only.")


def _output(endings: str) -> Decorator[Any]:
    what = f"Write a report; its ending says the format: {endings} (repeatable)."
    kind = click.Path(path_type=Path)
    return option("-o", "--output", "outputs", multiple=True, type=kind, metavar="FILE", help=what)


telling = several([_output(".md, .json"), _lang, _quiet])
"""What every report of `tune` takes."""

reporting = several(
    [
        _output(".html, .md, .json, .csv…"),
        _lang,
        option("--brief", is_flag=True, help="One printable page: the sentences, one table, what fails."),
        option("--sticky", metavar="NAME", help="The name in the mark that a comparison's Markdown begins with."),
        _quiet,
        option("-v", "--verbose", count=True, help="Print more of each case."),
    ]
)


def key_values(pairs: Iterable[str], flag: str) -> dict[str, Json]:
    """`KEY=VALUE` pairs; a value that reads as JSON is that value, any other is text."""
    found: dict[str, Json] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"{flag} {pair}: this is not KEY=VALUE", f"for example: {flag} temperature=0")
        try:
            found[key] = read_json(text)
        except ValueRefusedError:
            found[key] = text
    return found


def split_cases(paths: Sequence[str]) -> tuple[list[str], dict[str, frozenset[str]]]:
    """`suite.yaml::case` -> the suites' paths, and the cases chosen of each, by its absolute path."""
    suites: dict[str, set[str] | None] = {}
    for path in paths:
        file, sign, case_id = path.partition("::")
        chosen = suites.setdefault(file, set() if sign else None)
        if not sign:
            suites[file] = None
        elif chosen is not None:
            chosen.add(case_id)
    return list(suites), {str(Path(file).absolute()): frozenset(ids) for file, ids in suites.items() if ids is not None}
