"""One byte of one prompt, or of one row, is changed between two runs."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.finding import Finding, broken
from tests.reliability.world import World, echoing, world, write_rows
from tests.standin import StandIn

PROMPTS = "{first: {text: 'Number {{ number }}'}, second: {text: 'Number {{ number }}!'}}"


def one_byte(folder: Path, *, cases: int) -> Finding:
    """Two prompts: a byte of one of them, a byte of one row, a byte of an assertion, a byte in a comment."""
    with StandIn(echoing(), strict=False) as server:
        one = world(folder / "work", server, cases, prompts=PROMPTS)
        asked = {"the first run": _asked(one)}
        asked["nothing changed"] = _asked(one)
        _change(one, "{{ number }}!", "{{ number }}?")
        asked["a byte of one prompt"] = _asked(one)
        write_rows(one.folder, [*range(cases - 1), "x"])
        asked["a byte of one row"] = _asked(one)
        _change(one, "{8}", "{7,8}")
        asked["the assertion"] = _asked(one)
        _change(one, "data: rows.csv", "data: rows.csv  # the rows")
        asked["a comment"] = _asked(one)
    wanted = dict(zip(asked, (2 * cases, 0, cases, 2, 0, 0), strict=True))
    checks = {f"{what}: {asked[what]} asked, not {count}": asked[what] == count for what, count in wanted.items()}
    return Finding(
        "one byte of one prompt changed",
        "exactly the affected cases are asked again",
        f"2 prompts × {cases} cases; asked again after " + ", ".join(f"{what}: {asked[what]}" for what in list(asked)[1:]),
        broken(checks),
    )


def _asked(one: World) -> int:
    before = one.calls()
    ended = one.run()
    assert ended.status == 0, ended.stderr
    return one.calls() - before


def _change(one: World, old: str, new: str) -> None:
    path = one.folder / "suite.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
