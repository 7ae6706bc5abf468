"""Nothing is lost: every fault of the table at its full count, by the command line; the figures into docs/reliability.md."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.page import Origin, table, write_page
from tests.reliability.disk import may_mount
from tests.reliability.finding import Finding
from tests.reliability.table import ROWS, Row

COMMAND = "make proofs-reliability"
PACKAGES = ("aiohttp", "google-auth", "uvloop")
ABOUT = """\
What a run keeps and does when something goes wrong, measured on the real command line against a server on this machine that
speaks Gemini's formats and makes the faults. Smaller counts of the same checks are tests (`tests/reliability`)."""
HEAD = ("fault", "promise", "measured", "")


def main(arguments: Sequence[str] = ()) -> int:
    """0 where every promise is kept."""
    options = _options(arguments)
    origin = Origin.now(COMMAND, PACKAGES)
    rows = [row for row in ROWS if (row.small or options.counts == "full") and (not options.names or row.name in options.names)]
    left_out = [row for row in rows if row.mounts and not may_mount()]
    started = time.monotonic()
    findings = [_check(row, options.counts) for row in rows if row not in left_out]
    took = (
        f"{len(findings)} faults, {sum(not found.kept for found in findings)} promises not kept, in {_minutes(started)} minutes."
    )
    parts = [ABOUT, table(HEAD, [_cells(found) for found in findings], right_from=len(HEAD)), took]
    if left_out:
        parts.append(f"Not measured, since this system gives its users no file system of their own: {_named(left_out)}.")
    parts += [f"- {found.fault}: {breach}" for found in findings for breach in found.breaches]
    print("\n\n".join(parts[1:]))
    if options.counts == "full" and not options.names:
        print(f"\nwritten: {write_page('reliability.md', 'Reliability', origin, parts).name}")
    else:
        print("\nnothing is written: that takes a full run of everything")
    return 0 if all(found.kept for found in findings) else 1


def _check(row: Row, counts: str) -> Finding:
    started = time.monotonic()
    check = row.small if counts == "small" and row.small else row.full
    with TemporaryDirectory(prefix="gemini-eval-reliability-") as folder:
        found = check(Path(folder))
    print(f"{time.monotonic() - started:6.1f} s  {found}", file=sys.stderr, flush=True)
    return found


def _cells(found: Finding) -> list[str]:
    return [found.fault, found.promise, found.measured, "kept" if found.kept else "not kept"]


def _minutes(started: float) -> str:
    return f"{(time.monotonic() - started) / 60:.1f}"


def _named(rows: Sequence[Row]) -> str:
    return ", ".join(row.name for row in rows)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability")
    parser.add_argument("--counts", choices=("full", "small"), default="full", help="small: those of the tests")
    parser.add_argument("names", nargs="*", metavar="ROW", help="only these rows of the table")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
