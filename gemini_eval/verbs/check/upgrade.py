"""`upgrade`: a model changed for another over many suites, decided in one table, and written into the suites on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TypeAlias

from gemini_eval.comparison.model import Side, State, VariantComparison
from gemini_eval.errors import Place, UsageError
from gemini_eval.gates import GateStatus
from gemini_eval.safe.files import read_text, write_whole
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.stats.decision import Decision
from gemini_eval.suites.build.models import Swap
from gemini_eval.suites.load import load_suite
from gemini_eval.suites.workspace import find_workspace
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.pairs import SuitePair, with_models
from gemini_eval.verbs.check.session import decide_session
from gemini_eval.verbs.check.sides import Session
from gemini_eval.verbs.discover import discover_suites
from gemini_eval.verbs.prepare import prepare
from gemini_eval.verbs.run import Outcomes

WORSE = (Decision.REGRESSED, Decision.REGRESSED_WITHIN_MARGIN)

Places: TypeAlias = Sequence[tuple[str, Place]]
"""(suite, place) of each model that could be edited."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What came of it, and where the old model is written: (suite, place) of each that could be edited. `left` are the suites in
    which it should stay, with why; `nothing` says why it should in all of them, '' where it need not."""

    outcomes: Outcomes
    places: tuple[tuple[str, Place], ...]
    left: Mapping[str, str]
    nothing: str


def compare_models(paths: Sequence[str | Path], old: str, new: str, options: CheckOptions) -> Upgraded:
    """Every variant that asks `old`, beside itself with `new`. Raises `UsageError` where no suite asks `old`, or one of the
    two is no model's id."""
    for flag, model in (("--from", old), ("--to", new)):
        if not model.strip():
            raise UsageError(f"{flag}: no model is named", f"for example: {flag} gemini-3.5-flash")
    workspace = find_workspace(Path(paths[0]).absolute() if paths else Path.cwd())
    files = list(paths) or discover_suites(workspace)
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        pairs = [pair for path in files if (pair := _pair(path, old, new, options)) is not None]
        if not pairs:
            raise UsageError(f"--from {old}: no suite asks it", "see which models there are: gemini-eval list SUITE")
        prepared = prepare([pair.head for pair in pairs], options.run.load, renderer)
        sides = Side(old), Side(new)
        words = ["gemini-eval upgrade", *map(str, paths), "--from", old, "--to", new]
        command = " ".join([words[0], *map(quote, words[1:])])
        session = Session("upgrade", tuple(pairs), prepared, sides, workspace, command=command)
        outcomes = decide_session(session, options, stack)
    places = tuple(_places(pairs))
    return Upgraded(outcomes, places, _left(pairs, places, old, outcomes), _why_nothing(outcomes))


def _pair(path: str | Path, old: str, new: str, options: CheckOptions) -> SuitePair | None:
    """The suite as it is beside itself with the other model, of the variants that ask the old one; None where none does."""
    now = load_suite(path, options.run.load)
    chosen = [variant for variant in options.run.selection.variants(now) if old in (variant.model.id, variant.model.written)]
    if not chosen:
        return None
    then = {variant.name: variant for variant in load_suite(path, replace(options.run.load, swap=Swap(old, new))).variants}
    return with_models(now, ((variant, then[variant.name]) for variant in chosen))


def _places(pairs: Sequence[SuitePair]) -> list[tuple[str, Place]]:
    found = {
        (pair.head.name, variant.base.model.place)
        for pair in pairs
        for variant in pair.variants
        if variant.base and variant.base.model.place
    }
    return sorted(((suite, place) for suite, place in found if place), key=lambda item: (item[1].path, -item[1].line))


def write_model(upgraded: Upgraded, old: str, new: str) -> tuple[list[str], list[str]]:
    """Put the new model in the old one's place, but for the suites that are left: (files written, places where the old one does
    not stand as it is). Each file is read again beforehand; comments and layout stay."""
    written: list[str] = []
    missed: list[str] = []
    kept = {place for suite, place in upgraded.places if suite in upgraded.left}
    places = [place for _, place in upgraded.places if place not in kept]
    for path in dict.fromkeys(place.path for place in places):
        lines = read_text(Path(path)).splitlines(keepends=True)
        before = list(lines)
        for place in (place for place in places if place.path == path):
            line = lines[place.line - 1]
            at = line.find(old, max(0, place.column - 1))
            if at < 0:
                missed.append(str(place))
            else:
                lines[place.line - 1] = line[:at] + new + line[at + len(old) :]
        if lines != before:
            write_whole(Path(path), "".join(lines).encode())
            written.append(path)
    return written, missed


# ---- where the old model stays ---------------------------------------------------------------------------


def _why_nothing(outcomes: Outcomes) -> str:
    if outcomes.exit_status in (3, 130):
        return "the comparison did not come to its end"
    return "only a part of the cases was asked" if outcomes.folder.header["partial"] else ""


def _left(pairs: Sequence[SuitePair], places: Places, old: str, outcomes: Outcomes) -> dict[str, str]:
    """The suites in which the old model stays, with why; two suites may share the place where it is written."""
    assert outcomes.comparison is not None
    left: dict[str, str] = {}
    for pair in pairs:
        name = pair.head.name
        variants = [variant for variant in outcomes.comparison.variants if variant.suite == name]
        gates = [gate for gate in outcomes.gates if gate.suite == name and gate.status is GateStatus.FAILS]
        why = _not_compared(pair, places, old) or next(filter(None, map(_why_not, variants)), "")
        if not why and gates:
            why = f"the gate `{gates[0].gate}` of {gates[0].variant} fails: {gates[0].reason}"
        if why:
            left[name] = why
    for name, place in places:
        other = next((suite for suite, shared in places if shared == place and suite in left), None)
        if other is not None and name not in left:
            left[name] = f"it shares the model with {other}, which is left"
    return left


def _not_compared(pair: SuitePair, places: Places, old: str) -> str:
    """A variant that asks the old model by the same words, and was not selected."""
    assert pair.base is not None
    compared = {variant.head.name for variant in pair.variants}
    where = {place for suite, place in places if suite == pair.head.name}
    asking = (variant for variant in pair.base.variants if old in (variant.model.id, variant.model.written))
    rest = (variant for variant in asking if variant.name not in compared)
    found = next((variant.name for variant in rest if variant.model.place in where), "")
    return f"{found} asks the model too, and was not compared" if found else ""


def _why_not(variant: VariantComparison) -> str:
    if any(test.verdict in WORSE for test in variant.tested):
        return "it got worse"
    broken = next((flip.case_id for flip in variant.newly_failing if flip.must_pass), "")
    if broken:
        return f"{broken} must pass, and newly fails"
    if variant.left_out:
        return f"{variant.left_out} of {variant.left_out + variant.paired} cases were not delivered on both sides"
    return f"it is not decided: {variant.why}" if variant.state is State.NOT_DECIDED else ""
