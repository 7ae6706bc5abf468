"""GitHub's workflow commands: what fails and what moved the bar, shown on the lines of the suites where it is said.

The format is that of GitHub's own toolkit (`@actions/core`, command.ts): `::error file=…,line=…,title=…::message`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from gemini_eval.comparison.model import Comparison, Tested, VariantComparison
from gemini_eval.gates import GateResult, GateStatus
from gemini_eval.reports.comparison_decisions import decision_sentences, held_sentence
from gemini_eval.reports.comparison_details import moved_what
from gemini_eval.reports.comparison_facts import Standing, standing_of_test
from gemini_eval.reports.view import RunView
from gemini_eval.safe.terminal import clip, for_terminal

MOST = 10
"""GitHub shows so many of a level for a step."""
_LONGEST = 500
_LONGEST_TITLE = 100
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


class Annotation(NamedTuple):
    level: Literal["error", "warning"]
    title: str
    message: str
    path: str = ""
    line: int = 0


def workflow_commands(view: RunView, file_of: Callable[[str], str] = str) -> tuple[str, ...]:
    """One line for each regressed gating comparison, each gate that fails otherwise, and each move of the bar; at most ten of a
    level, the last of them then says how many more there are. `file_of` names a file as GitHub does, from the checkout's top."""
    found = [*_regressed(view), *_gates(view), *_moved(view)]
    errors = _limited([one for one in found if one.level == "error"])
    limited = [*errors, *_limited([one for one in found if one.level == "warning"])]
    return tuple(_command(one._replace(path=file_of(one.path))) for one in limited)


def _regressed(view: RunView) -> Iterator[Annotation]:
    for variant, tested in _regressions(view.comparison):
        message = " ".join([*held_sentence(variant, tested, "en"), *decision_sentences(variant, tested, "en")])
        path = variant.path or view.suite(variant.suite).path
        yield Annotation("error", f"Regressed: {variant.suite} · {variant.variant}", message, path, variant.line)


def _regressions(comparison: Comparison | None) -> Iterator[tuple[VariantComparison, Tested]]:
    for variant in comparison.variants if comparison else ():
        for tested in variant.tested:
            if variant.gated and tested.gating and standing_of_test(tested, variant) is Standing.REGRESSED:
                yield variant, tested


def _gates(view: RunView) -> Iterator[Annotation]:
    """Those that no regression tells already."""
    told = {(variant.suite, variant.variant, tested.gate) for variant, tested in _regressions(view.comparison)}
    places = {(one.suite, one.variant): one for one in view.comparison.variants} if view.comparison else {}
    for gate in view.gates:
        if gate.status is not GateStatus.FAILS or _is_told(gate, told):
            continue
        place = places.get((gate.suite, gate.variant))
        path = (place.path if place else "") or view.suite(gate.suite).path
        title = " · ".join(part for part in (f"Gate fails: {gate.suite}", gate.variant) if part)
        yield Annotation("error", title, f"{gate.gate}: {gate.reason}", path, place.line if place else 0)


def _is_told(gate: GateResult, told: set[tuple[str, str, str]]) -> bool:
    """A test that no gate asked for ('') stands for the default gate of its variant."""
    default = gate.gate.startswith("no_regression") and (gate.suite, gate.variant, "") in told
    return default or (gate.suite, gate.variant, gate.gate) in told


def _moved(view: RunView) -> Iterator[Annotation]:
    for moved in view.comparison.bar_moved if view.comparison else ():
        texts = f" ({moved.before or 'none'} → {moved.after or 'none'})" if moved.before + moved.after else ""
        path = moved.path or view.suite(moved.suite).path
        yield Annotation("warning", "The bar moved", moved_what(moved) + texts, path, moved.line)


def _limited(found: Sequence[Annotation]) -> list[Annotation]:
    if len(found) <= MOST:
        return list(found)
    more = len(found) - MOST + 1
    return [*found[: MOST - 1], Annotation(found[0].level, "More", f"{more:,} more of these are in the report.")]


def _command(one: Annotation) -> str:
    properties = {
        "file": one.path,
        "line": str(one.line) if one.path and one.line else "",
        "title": clip(one.title, _LONGEST_TITLE),
    }
    told = ",".join(f"{name}={for_terminal(text).translate(_PROPERTY)}" for name, text in properties.items() if text)
    message = for_terminal(one.message if len(one.message) <= _LONGEST else f"{one.message[:_LONGEST]}…")
    return f"::{one.level} {told}::{message.translate(_DATA)}"
