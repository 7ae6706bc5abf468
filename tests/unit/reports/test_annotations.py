"""GitHub's workflow commands: what they say, how many, and that no text breaks out of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.comparison.model import BarMove, Moved
from gemini_eval.gates import GateStatus
from gemini_eval.reports.annotations import workflow_commands
from gemini_eval.safe.terminal import for_terminal
from tests.unit.reports.compared import COMPARED_RUNS, compared, forty, gate, held, regressed, view_of
from tests.unit.reports.examples import failing
from tests.unit.reports.snapshots import check


def read(line: str) -> tuple[str, dict[str, str], str]:
    """As GitHub's runner reads a command: its level, properties and message."""
    head, _, data = line.removeprefix("::").partition("::")
    level, _, rest = head.partition(" ")
    pairs = (pair.partition("=") for pair in rest.split(","))
    found = {name: _unescaped(text.replace("%2C", ",").replace("%3A", ":")) for name, _, text in pairs}
    return level, found, _unescaped(data)


def _unescaped(text: str) -> str:
    return text.replace("%0A", "\n").replace("%25", "%")


def test_whole() -> None:
    runs = {**{name: make() for name, make in COMPARED_RUNS.items()}, "failing, compared with nothing": failing()}
    said = ["\n".join([name, *workflow_commands(view), ""]) for name, view in runs.items()]
    check("compared.annotations.txt", "\n".join(said).encode())


def test_a_gate_that_a_regression_tells_is_said_once() -> None:
    assert len(workflow_commands(regressed())) == 1
    fails = gate(GateStatus.FAILS, "worse", "no_regression: pass_rate")
    default = view_of(compared(held(80, 12, 2, 6, gate="")), gates=[fails])
    assert len(workflow_commands(default)) == 1
    other = replace(default, gates=(gate(GateStatus.FAILS, "case-00", "must_pass"), *default.gates))
    assert [read(line)[1]["title"] for line in workflow_commands(other)] == [
        "Regressed: wine · few@flash",
        "Gate fails: wine · few@flash",
    ]


def test_nothing_that_does_not_gate_is_an_error() -> None:
    assert not workflow_commands(view_of(compared(held(80, 12, 2, 6, gating=False))))
    assert not workflow_commands(view_of(compared(held(80, 12, 2, 6), gated=False)))
    assert not workflow_commands(view_of(compared(held(80, 12, 2, 6), model_changed=True)))


@pytest.mark.parametrize("count", [10, 11, 40])
def test_ten_of_a_level(count: int) -> None:
    variants = [compared(held(80, 12, 2, 6), suite=f"s{n}") for n in range(count)]
    moved = tuple(Moved(BarMove.GATE_REMOVED, f"s{n}", path=f"s{n}.yaml") for n in range(count))
    levels = [read(line) for line in workflow_commands(view_of(*variants, bar_moved=moved))]
    assert [level for level, _, _ in levels] == ["error"] * 10 + ["warning"] * 10
    assert levels[9][2] == ("31 more of these are in the report." if count == 40 else levels[9][2])
    assert ("more of these" in levels[19][2]) is (count > 10)


def test_a_file_without_a_line() -> None:
    variant = replace(compared(held(80, 12, 2, 6)), path="", line=7)
    (line,) = workflow_commands(view_of(variant))
    assert line.startswith("::error file=wine.yaml,line=7,title=")
    (nowhere,) = workflow_commands(replace(view_of(replace(variant, suite="gone", line=0)), suites=()))
    assert nowhere.startswith("::error title=")


HELD = compared(held(80, 12, 2, 6))
GATES = forty().gates


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.integers(0, 9))
def test_no_text_breaks_out(text: str, line: int) -> None:
    variant = replace(HELD, suite=text or "s", path=text or "p", line=line)
    moved = Moved(BarMove.GATE_LOOSENED, text, text, text, text, text, path=text, line=line)
    for command in workflow_commands(replace(view_of(variant, bar_moved=(moved,)), gates=GATES)):
        assert "\n" not in command
        assert "\r" not in command
        level, found, _ = read(command)
        assert level in {"error", "warning"}
        assert set(found) <= {"file", "line", "title"}
        if "file" in found and text and found["file"] != "suite-00.yaml":
            assert found["file"] == for_terminal(text)
