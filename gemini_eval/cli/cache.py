"""`cache stats|verify|prune|clear|export|import`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gemini_eval.cli.options import Duration, option
from gemini_eval.errors import UsageError
from gemini_eval.safe.terminal import for_terminal
from gemini_eval.suites.workspace import find_workspace, shown

if TYPE_CHECKING:
    from gemini_eval.cache.maintenance import Pruned, Stats

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


class Size(click.ParamType[int]):
    """A number of bytes, with or without a unit: 500MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).strip().upper()
        digits = text.rstrip("BKMGT ")
        unit = UNITS.get(text[len(digits) :].strip() or "B")
        if unit is None or not digits.isascii() or not digits.replace(".", "", 1).isdigit():
            self.fail(f"{value!r} is no size; write 500MB or 2GB", param, ctx)
        return int(float(digits) * unit)


@click.group("cache")
def command() -> None:
    """The answers that are kept for other runs: what was asked once, with the same model, is not asked again.

    They are in .gemini-eval/cache.sqlite of the workspace. Failures are never kept, and a model's answers go when it answers as
    another version.
    """


@command.command("stats")
@option("--json", "as_json", is_flag=True, help="As JSON.")
def stats_command(as_json: bool) -> int:
    """What the cache holds, by model and version."""
    from gemini_eval.cache.maintenance import stats
    from gemini_eval.safe.json_text import pretty_json

    found = stats(_path())
    if as_json:
        sys.stdout.buffer.write(pretty_json({**found.to_json(), "path": shown(_path())}))
    else:
        _print_stats(found)
    return 0


@command.command("verify")
def verify_command() -> int:
    """Check every answer; remove those that are not as they were written.

    Exit status 1 where an answer was removed or an index was damaged, 3 where the file is beyond repair.
    """
    from gemini_eval.cache.maintenance import verify

    verified = verify(_path())
    for row in verified.removed:
        _say(f"removed {row}")
    if verified.repaired:
        _say("an index was damaged, and has been made anew")
    _say(f"{_answers(verified.whole)} whole, {len(verified.removed):,} removed")
    return 1 if verified.removed or verified.repaired else 0


@command.command("prune")
@option("--older-than", type=Duration(), metavar="TIME", help="Remove answers that are older (30d).")
@option("--max-size", type=Size(), metavar="SIZE", help="Remove the oldest until the file is no larger (500MB).")
@option("--keep-model", "models", multiple=True, metavar="PATTERN", help="Remove answers of other models (repeatable).")
def prune_command(older_than: float | None, max_size: int | None, models: tuple[str, ...]) -> int:
    """Make the cache smaller."""
    from gemini_eval.cache.maintenance import prune

    if older_than is None and max_size is None and not models:
        raise UsageError(
            "prune removes nothing by itself", "say --older-than 30d, --max-size 500MB or --keep-model 'gemini-2.5-*'"
        )
    try:
        before = None if older_than is None else datetime.now(UTC) - timedelta(seconds=older_than)
    except OverflowError as error:
        raise UsageError("--older-than: that is before all years", "for example: --older-than 30d") from error
    _print_pruned(prune(_path(), before=before, models=models, max_bytes=max_size))
    return 0


@command.command("clear")
def clear_command() -> int:
    """Remove every answer; also a file that is damaged or of a newer version."""
    from gemini_eval.cache.maintenance import clear

    _print_pruned(clear(_path()))
    return 0


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def export_command(file: Path) -> int:
    """Write the answers to FILE as a recording, which replay:FILE answers from and `cache import` reads."""
    from gemini_eval.cache.transfer import export_answers

    if not file.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}", "make it first")
    count = export_answers(_path(), file)
    _say(f"{_answers(count)} in {shown(file.absolute())}")
    return 0


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def import_command(files: tuple[Path, ...]) -> int:
    """Put the answers of recordings, exports or runs (answers.jsonl) into the cache.

    What is there already stays. Exit status 1 where a line is damaged; the others are taken.
    """
    from gemini_eval.cache.transfer import import_answers

    done = import_answers(_path(), files)
    for file, number, reason in done.damaged:
        click.echo(for_terminal(f"{file}:{number}: left out: {reason}"), err=True)
    _say(f"{_answers(done.added)} added, {done.there:,} there already")
    if done.other_versions:
        _say(f"{_answers(done.other_versions)} of other model versions left out")
    if done.failures:
        _say(f"{done.failures:,} failed {'request' if done.failures == 1 else 'requests'} left out")
    return 1 if done.damaged else 0


def _path() -> Path:
    return find_workspace(Path.cwd()).cache_file


def _print_stats(found: Stats) -> None:
    if not found.answers:
        _say(f"{shown(Path(found.path))}: no answers, {size_text(found.bytes)}")
        return
    _say(f"{shown(Path(found.path))}: {_answers(found.answers)}, {size_text(found.bytes)}")
    _say(f"from {_moment(found.oldest)} to {_moment(found.newest)}")
    for origin in found.origins:
        name = " ".join(part for part in (origin.model, origin.location and f"in {origin.location}") if part)
        version = f", version {origin.version}" if origin.version else ""
        _say(f"  {origin.answers:>9,}  {name}{version}")


def _print_pruned(pruned: Pruned) -> None:
    _say(f"removed {_answers(pruned.removed)}, {pruned.kept:,} stay")
    _say(f"{size_text(pruned.bytes_before)} before, {size_text(pruned.bytes_after)} now")


def _answers(count: int) -> str:
    return f"{count:,} {'answer' if count == 1 else 'answers'}"


def size_text(count: int) -> str:
    """`417 bytes`, `1.2 MB`."""
    if count < UNITS["KB"]:
        return f"{count} bytes"
    unit = next(name for name in ("TB", "GB", "MB", "KB") if count >= UNITS[name])
    return f"{count / UNITS[unit]:.1f} {unit}"


def _moment(stamp: str) -> str:
    """`2026-01-31T09:30:00.123Z` -> `2026-01-31 09:30 UTC`."""
    return f"{stamp[:10]} {stamp[11:16]} UTC"


def _say(text: str) -> None:
    click.echo(for_terminal(text))
