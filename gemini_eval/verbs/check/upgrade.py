"""`upgrade`: a model changed for another over many suites, decided in one table, and written into the suites on demand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from gemini_eval.comparison.model import Comparison, Side, VariantComparison
from gemini_eval.errors import Place, UsageError
from gemini_eval.safe.files import read_text, write_whole
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.stats.decision import Decision
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


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What came of it, and where the old model is written: (suite, place) of each that could be edited."""

    outcomes: Outcomes
    places: tuple[tuple[str, Place], ...]


def compare_models(paths: Sequence[str | Path], old: str, new: str, options: CheckOptions) -> Upgraded:
    """Every variant that asks `old`, beside itself with `new`. Raises `UsageError` where no suite asks `old`."""
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
    return Upgraded(outcomes, tuple(_places(pairs)))


def _pair(path: str | Path, old: str, new: str, options: CheckOptions) -> SuitePair | None:
    """The suite as it is beside itself with the other model, of the variants that ask the old one; None where none does."""
    now = load_suite(path, options.run.load)
    chosen = [variant for variant in options.run.selection.variants(now) if variant.model.id == old]
    if not chosen:
        return None
    then = {variant.name: variant for variant in load_suite(path, replace(options.run.load, swap=(old, new))).variants}
    return with_models(now, ((variant, then[variant.name]) for variant in chosen))


def _places(pairs: Sequence[SuitePair]) -> list[tuple[str, Place]]:
    found = {
        (pair.head.name, variant.base.model.place)
        for pair in pairs
        for variant in pair.variants
        if variant.base and variant.base.model.place
    }
    return sorted(((suite, place) for suite, place in found if place), key=lambda item: (item[1].path, -item[1].line))


def regressed_suites(comparison: Comparison) -> frozenset[str]:
    """The suites of which a variant got worse, by the margin or within it."""
    return frozenset(variant.suite for variant in comparison.variants if _is_worse(variant))


def _is_worse(variant: VariantComparison) -> bool:
    return any(test.gating and test.verdict in WORSE for test in variant.tested)


def write_model(places: Sequence[tuple[str, Place]], old: str, new: str) -> tuple[list[str], list[str]]:
    """Put the new model in the old one's place: (files written, places where the old one does not stand as it is). Each file is
    read again afterwards; comments and layout stay."""
    written: list[str] = []
    missed: list[str] = []
    for path in dict.fromkeys(place.path for _, place in places):
        lines = read_text(Path(path)).splitlines(keepends=True)
        before = list(lines)
        for place in (place for _, place in places if place.path == path):
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
