"""Who is measured side by side: this program, the bare loop that is the floor, and the peers that are installed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import ROOT, command_line, python
from benchmarks.peers import wine
from benchmarks.peers.table import PEERS, Peer

OURS, FLOOR = "gemini-eval", "bare aiohttp loop"


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool says of its own result."""

    passed: int
    cases: int


@dataclass(frozen=True, slots=True)
class Contender:
    """How a tool is started in a folder of `wine_data`, without and with its cache (empty: not measured).

    `told` reads its result out of what it prints, and raises ValueError where there is none.
    """

    name: str
    version: str
    command: Sequence[str]
    told: Callable[[str], Told]
    cached: Sequence[str] = ()
    note: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def surroundings(self, folder: Path, url: str) -> dict[str, str]:
        """The environment it is started in. Every one reaches the server at `url`, with the same key."""
        own = {name: value.format(folder=folder, url=url) for name, value in self.environment.items()}
        shared = {"PYTHONPATH": str(ROOT), "BENCHMARK_URL": url, "GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": wine.KEY}
        return {**os.environ, **shared, **own}


def contenders(keys: Sequence[str] | None = None) -> tuple[list[Contender], list[Peer]]:
    """Those that can be measured, and the peers that are not installed; `keys` names the peers that are wanted, None for all."""
    wanted = [peer for peer in PEERS if keys is None or peer.key in keys]
    there = [_peer(peer) for peer in wanted if peer.installed]
    return [_floor(), _ours(), *there], [peer for peer in wanted if not peer.installed]


def _ours() -> Contender:
    run = command_line("run", "wine.yaml", "-j", str(wine.CONCURRENCY), "-q")
    return Contender(OURS, version("gemini-eval"), [*run, "--no-cache"], told_in_sentence, cached=run)


def _floor() -> Contender:
    return Contender(FLOOR, version("aiohttp"), python("-m", "benchmarks.peers.bare"), told_at_end)


def _peer(peer: Peer) -> Contender:
    told, cached = (told_in_list, peer.command(cached=True)) if peer.node else (told_at_end, [])
    return Contender(peer.name, peer.version, peer.command(), told, cached, peer.note, peer.environment)


def told_at_end(output: str) -> Told:
    """The last line is what `wine.tell` writes."""
    lines = output.strip().splitlines()
    said = json.loads(lines[-1] if lines else "")
    return Told(round(said["accuracy"] * said["cases"]), said["cases"])


def told_in_sentence(output: str) -> Told:
    """`9,000 of 10,000 cases pass`."""
    passed, cases = _numbers(r"([\d,]+)\s+of\s+([\d,]+)\s+cases\s+pass", output)
    return Told(passed, cases)


def told_in_list(output: str) -> Told:
    """`900 passed (90.00%)` and `100 failed (10.00%)`, and errors."""
    passed, failed, errors = _numbers(r"([\d,]+) passed \(.*?([\d,]+) failed \(.*?([\d,]+) errors?", output)
    return Told(passed, passed + failed + errors)


def _numbers(pattern: str, output: str) -> list[int]:
    found = re.search(pattern, output, re.DOTALL)
    if found is None:
        raise ValueError("its output tells no result")
    return [int(number.replace(",", "")) for number in found.groups()]
