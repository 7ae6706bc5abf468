"""Outputs that are closed or full, locales without UTF-8, data that is not text, rows of any size."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.reliability.finding import Finding
from tests.reliability.world import World, echoing, world
from tests.standin import StandIn
from tests.support.cli import PROGRAM, Ended, clean_environment

PROMISE = "a documented status, a named line, never a traceback; what was answered is kept"
NOISE = ("Traceback", "BrokenPipe", "Exception ignored")
LARGE = 50 * 2**20


def surroundings(folder: Path, *, cases: int) -> Finding:
    """One run for each of them."""
    breaches: list[str] = []
    statuses: dict[str, int] = {}
    with StandIn(echoing(), strict=False) as server:
        one = world(folder / "work", server, cases)
        assert one.run().status == 0
        whole = one.canonical()
        for name, (command, environment, allowed) in _OUTPUTS.items():
            one.forget()
            ended = _in_a_shell(command, one, environment)
            statuses[name] = ended.status
            breaches += [f"{name}: {breach}" for breach in _wrong(ended, allowed)]
            breaches += [] if one.canonical() == whole else [f"{name}: the results differ"]
        for name, (data, status, told) in _DATA.items():
            one.forget()
            (one.folder / "rows.csv").write_bytes(b"id,number\nr1,1\n" + data)
            ended = one.run()
            statuses[name] = ended.status
            breaches += [f"{name}: {breach}" for breach in _wrong(ended, (status,))]
            breaches += [] if told in ended.stderr else [f"{name}: told {ended.stderr.strip()}"]
            breaches += [f"{name}: {one.calls()} calls"] if ended.status and one.calls() else []
    measured = ", ".join(f"{name}: exit {status}" for name, status in statuses.items())
    return Finding("stdout closed, /dev/full, C locale, non-UTF-8 data, a 50 MB row", PROMISE, measured, tuple(breaches))


_OUTPUTS: Mapping[str, tuple[str, Mapping[str, str], tuple[int, ...]]] = {
    "stdout closed": ("ge run suite.yaml >&-", {}, (0, 3)),
    "a reader that leaves": ("ge run -v suite.yaml | head -1", {}, (0,)),
    "/dev/full": ("ge run suite.yaml > /dev/full", {}, (3,)),
    "C locale": ("ge run suite.yaml", {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}, (0,)),
}
_DATA: Mapping[str, tuple[bytes, int, str]] = {
    "non-UTF-8 data": (b"r2,\xff\xfe\n", 2, "rows.csv:3"),
    "a 50 MB row": (b"r2," + b"x" * LARGE + b"\n", 2, "rows.csv:3"),
}


def _wrong(ended: Ended, allowed: tuple[int, ...]) -> list[str]:
    found = [] if ended.status in allowed else [f"exit {ended.status}: {ended.stderr.strip()}"]
    return found + [f"{noise} in stderr" for noise in NOISE if noise in ended.stderr]


def _in_a_shell(command: str, one: World, environment: Mapping[str, str]) -> Ended:
    """A line in which `ge` is the program; its status is the program's."""
    script = f'set -o pipefail; ge() {{ {shlex.join(PROGRAM)} "$@"; }}; {command}'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=one.folder,
        env={**clean_environment(one.folder, one.environment), **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
