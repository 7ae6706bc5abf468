"""The fault table: each fault with its check at the size that tests have time for, and at the size of the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from tests.reliability import (
    bits,
    bodies,
    disk,
    edits,
    expiry,
    kills,
    outages,
    sharing,
    signals,
    stalls,
    surroundings,
    throttle,
)
from tests.reliability.finding import Finding

Check: TypeAlias = Callable[[Path], Finding]


@dataclass(frozen=True, slots=True)
class Row:
    """`small` None: only the proof has it; `mounts`: it needs a file system of its own, which some systems do not give.

    Tests share their machine, so their bounds on time have some slack.
    """

    name: str
    small: Check | None
    full: Check
    mounts: bool = False


ROWS = (
    Row("killed", partial(kills.killed, kills=20, cases=120), partial(kills.killed, kills=200, cases=200)),
    Row(
        "killed, cached",
        partial(kills.killed, kills=1, cases=80, cached=True),
        partial(kills.killed, kills=5, cases=200, cached=True),
    ),
    Row(
        "disk full",
        partial(disk.limited_files, positions=6, cases=40),
        partial(disk.limited_files, positions=150, cases=40),
    ),
    Row("disk full, for real", None, partial(disk.small_disk, cases=60), mounts=True),
    Row(
        "throttled",
        partial(throttle.throttled, seconds=8, jobs=20, latency_ms=100, slack=1.25),
        partial(throttle.throttled, seconds=60),
    ),
    Row("throttled, Retry-After", None, partial(throttle.throttled, seconds=60, told="header")),
    Row("throttled, RetryInfo", None, partial(throttle.throttled, seconds=60, told="retry_info")),
    Row("burst", partial(outages.burst, cases=300, seconds=1), partial(outages.burst, cases=2000, seconds=10)),
    Row("outage", partial(outages.outage, cases=80, wait_s=2), partial(outages.outage, cases=1000, wait_s=20)),
    Row("no server", partial(outages.nobody_there, cases=20, wait_s=1), partial(outages.nobody_there, cases=200, wait_s=10)),
    Row("stalled", partial(stalls.stalled, cases=30), partial(stalls.stalled, cases=200, timeout_s=5)),
    Row("never answered", partial(stalls.hangs_for_good, cases=30), partial(stalls.hangs_for_good, cases=200, wait_s=15)),
    Row("truncated", partial(bodies.truncated, every=16), partial(bodies.truncated, every=1)),
    Row("odd bodies", partial(bodies.never_scored, actions=bodies.ODD[::2]), bodies.never_scored),
    Row("token expires", partial(expiry.renewed, cases=60), partial(expiry.renewed, cases=1000)),
    Row("token refused", partial(expiry.refused_for_good, cases=60), partial(expiry.refused_for_good, cases=1000)),
    Row("no new token", partial(expiry.token_endpoint_fails, cases=80), partial(expiry.token_endpoint_fails, cases=1000)),
    Row(
        "shared cache",
        partial(sharing.together, rounds=2, runs=2, cases=80),
        partial(sharing.together, rounds=10, runs=4, cases=500),
    ),
    Row("sharer killed", partial(sharing.one_is_killed, cases=60), partial(sharing.one_is_killed, cases=500)),
    Row("bit in a run", partial(bits.in_the_answers, flips=4, cases=30), partial(bits.in_the_answers, flips=100, cases=60)),
    Row("bit in cases", partial(bits.in_the_cases, flips=2, cases=30), partial(bits.in_the_cases, flips=50, cases=60)),
    Row("bit in the cache", partial(bits.in_the_cache, flips=4, cases=30), partial(bits.in_the_cache, flips=200, cases=60)),
    Row("Ctrl-C", partial(signals.once, cases=60, slack_s=2), partial(signals.once, cases=400, latency_ms=3000)),
    Row(
        "Ctrl-C, hanging",
        partial(signals.once_while_all_hangs, cases=60, slack_s=2),
        partial(signals.once_while_all_hangs, cases=400),
    ),
    Row("Ctrl-C twice", partial(signals.twice, cases=60, slack_s=2), partial(signals.twice, cases=400)),
    Row("surroundings", partial(surroundings.surroundings, cases=20), partial(surroundings.surroundings, cases=200)),
    Row("one byte", partial(edits.one_byte, cases=30), partial(edits.one_byte, cases=1000)),
)
