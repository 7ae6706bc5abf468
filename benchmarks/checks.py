"""`check` end to end, four hundred times: real repositories and command lines against a server whose truth is known."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.page import Origin, table, write_page
from tests.checks.scenes import (
    BRIEF,
    CASES,
    DROP,
    HARM,
    RATE,
    Scene,
    Told,
    interrupted_check,
    key_of,
    server_for,
    truth_of,
)
from tests.standin import Answer, Rule, StandIn

COMMAND = "make proofs-checks"
PACKAGES = ("aiohttp", "numpy", "scipy")
CHECKS = 200
FALSE_ALARMS = (1, 22)
"""Of 200 with nothing changed: what 5 % at most, seen through 200 draws, comes to."""
EDITED = 20
CUT = 20
PROCESSES = 2

ABOUT = f"""\
Each check is a repository of its own: a base commit, and a working tree whose prompt is another one, whose {CASES} rows are
shuffled and to which five are added. The server answers each case rightly with a probability of its own, Beta about
{RATE:.0%}, so that two equal runs disagree on 9 % of the cases. A check is ended by its budget after 250 requests and then
resumed, with the answer cache on. "Says worse" is p ≤ α, both `regressed…` decisions; `no_regression: {{metric: accuracy, margin:
0.05}}` is the gate. Smaller counts of the same are tests (`tests/checks`)."""


def main() -> int:
    """0 where every promise is kept."""
    origin = Origin.now(COMMAND, PACKAGES)
    started = time.monotonic()
    numbers = {name: range(first, first + count) for name, first, count in _KINDS}
    truth = truth_of(number for some in numbers.values() for number in some)
    cut = tuple(
        Rule(do=Answer(finish_reason="MAX_TOKENS"), contains=f"{BRIEF}\n{key_of(number, case)}")
        for number in numbers["cut"]
        for case in range(0, CASES, 10)
    )
    with server_for(truth, cut) as server, TemporaryDirectory(prefix="gemini-eval-checks-") as folder:
        run = _Runner(server, truth, Path(folder))
        unchanged = run.all(numbers["unchanged"], lambda scene: interrupted_check(scene, harm=False))
        harmful = run.all(numbers["harmful"], lambda scene: interrupted_check(scene, harm=True))
        edited = run.all(numbers["edited"], _edited)
        shortened = run.all(numbers["cut"], _cut)
    rows, kept = _rows(unchanged, harmful, edited, shortened)
    minutes = f"{(time.monotonic() - started) / 60:.1f} minutes."
    parts = [ABOUT, table(("checks", "what", "promised", "measured", ""), rows, right_from=3), minutes]
    print("\n\n".join(parts[1:]))
    print(f"\nwritten: {write_page('checks.md', 'Checks, end to end', origin, parts).name}")
    return 0 if kept else 1


_KINDS = (("unchanged", 0, CHECKS), ("harmful", 1000, CHECKS), ("edited", 2000, EDITED), ("cut", 3000, CUT))


class _Runner:
    def __init__(self, server: StandIn, truth: dict[str, str], folder: Path) -> None:
        self._server, self._truth, self._folder = server, truth, folder

    def all(self, numbers: Sequence[int], check: Callable[[Scene], Told]) -> list[Told]:
        def one(number: int) -> Told:
            return check(Scene.laid(number, self._folder / str(number), self._server, self._truth))

        with ThreadPoolExecutor(PROCESSES) as pool:
            found = list(pool.map(one, numbers))
        print(f"{len(found)} checks done", file=sys.stderr, flush=True)
        return found


def _edited(scene: Scene) -> Told:
    scene.edit_expected()
    return scene.told(scene.check())


def _cut(scene: Scene) -> Told:
    scene.propose(BRIEF)
    return scene.told(scene.check())


def _rows(
    unchanged: Sequence[Told], harmful: Sequence[Told], edited: Sequence[Told], cut: Sequence[Told]
) -> tuple[list[list[str]], bool]:
    worse, found = (sum(told.says_worse for told in some) for some in (unchanged, harmful))
    improved = sum(told.decision == "improved" for told in edited)
    regressed = sum((told.decision, told.status) == ("regressed", 1) for told in cut)
    requests, rounds = (sum(parts) / len(harmful) for parts in ([t.sent for t in harmful], [t.rounds for t in harmful]))
    calm = sum(told.rounds for told in unchanged) / len(unchanged)
    checks = [
        (
            len(unchanged),
            "nothing changed: says worse",
            f"{FALSE_ALARMS[0]} to {FALSE_ALARMS[1]}",
            str(worse),
            FALSE_ALARMS[0] <= worse <= FALSE_ALARMS[1],
        ),
        (
            len(harmful),
            f"a true drop of {DROP * 100:.0f} points (`{HARM}`): says worse",
            "≥ 188 (94 %)",
            str(found),
            found >= 188,
        ),
        (len(edited), "a third of `expected` edited: an improvement", "0", str(improved), improved == 0),
        (len(cut), "cut off in 10 % of the cases: regressed, exit 1", str(len(cut)), str(regressed), regressed == len(cut)),
    ]
    rows = [[str(n), what, promised, measured, "kept" if kept else "not kept"] for n, what, promised, measured, kept in checks]
    rows.append([str(len(harmful)), "rounds to find the drop, mean of at most 10", "–", f"{rounds:.1f}", ""])
    rows.append([str(len(unchanged)), "rounds where nothing changed, mean of at most 10", "–", f"{calm:.1f}", ""])
    rows.append([str(len(harmful)), "requests after resuming, mean", "–", f"{requests:.0f}", ""])
    return rows, all(kept for *_, kept in checks)


if __name__ == "__main__":
    sys.exit(main())
