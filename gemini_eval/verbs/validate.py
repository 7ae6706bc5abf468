"""`validate`: suites loaded and every row checked, nothing sent; and what a suite could never show, told beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.errors import Fault, InputError, Place
from gemini_eval.gates import Gate
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.build.models import NO_MODEL
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.check import Census
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.verbs.discover import ENDINGS, is_suite
from gemini_eval.verbs.prepare import prepare

MEANS = frozenset(("pass_rate", "accuracy", "score", "no_label_rate", "no_answer_rate", "blocked_rate", "cut_off_rate"))
"""Figures that are a mean over cases, which the numbers of `stats.power` are about."""

_NOT_FLAT = (".json", ".jsonl", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Validated:
    """A suite without a fault. `cases` are those that are asked; `requests` is the most that a run of all variants sends."""

    suite: Suite
    variants: int
    cases: int
    samples: int
    requests: int
    gates: int
    warnings: tuple[Fault, ...]


def validate_suites(paths: Sequence[str | Path], options: LoadOptions) -> list[Validated]:
    """Check suites, templates and every row. Raises `InputError` with all faults of all of them.

    A suite in which nobody chose a model has a warning.
    """
    with TemplateRenderer() as renderer:
        prepared = prepare(paths, replace(options, need_model=False), renderer)
    return [_validated(suite, census) for suite, census in zip(prepared.suites, prepared.censuses, strict=True)]


def too_few_cases(paths: Sequence[str | Path], options: LoadOptions) -> list[Fault]:
    """A warning for each margin that a suite can never certify. Raises `InputError` as `validate_suites`."""
    with TemplateRenderer() as renderer:
        prepared = prepare(paths, replace(options, need_model=False), renderer)
    pairs = zip(prepared.suites, prepared.censuses, strict=True)
    return [fault for suite, census in pairs for fault in never_certified(suite, census)]


def suite_files(arguments: Sequence[str]) -> list[str]:
    """The suites that arguments name, in order, each once: a folder stands for those in it. Raises `InputError`."""
    found = [path for argument in arguments for path in _suites_of(argument)]
    return list({str(Path(path).absolute()): path for path in reversed(found)}.values())[::-1]


def _suites_of(argument: str) -> list[str]:
    folder = Path(argument)
    if not folder.is_dir():
        return [argument]
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and is_suite(path))
    if not files:
        raise InputError([Fault(f"{argument} holds no suite", hint="a suite is a .yaml file that begins with: version: 1")])
    return [str(path) for path in files]


# ---- one suite -------------------------------------------------------------------------------------------


def _validated(suite: Suite, census: Census) -> Validated:
    asked = sum(not variant.model.answers for variant in suite.variants)
    cases = census.cases - census.skipped - census.drafts
    return Validated(
        suite,
        variants=len(suite.variants),
        cases=cases,
        samples=suite.samples.count or 1,
        requests=asked * _answers(suite, cases),
        gates=len(suite.gates),
        warnings=(*suite.warnings, *census.warnings, *_without_model(suite), *never_certified(suite, census)),
    )


def _answers(suite: Suite, cases: int) -> int:
    """How many answers one variant is asked for; cases are read again only where they may ask for samples of their own."""
    count = suite.samples.count or 1
    inline = any("samples" in case.fields for case in suite.cases)
    if not inline and not any(file.endswith(_NOT_FLAT) for source in suite.sources for file in source.shown):
        return cases * count
    found = (case for case in iter_cases(suite) if not isinstance(case, Fault))
    return sum(case.samples.count or count for case in found if not case.skip and not case.draft)


def _without_model(suite: Suite) -> Iterator[Fault]:
    if any(not variant.model.id and not variant.model.answers for variant in suite.variants):
        yield Fault(NO_MODEL.reason, Place(shown(suite.path)), NO_MODEL.hint, "warning")


def never_certified(suite: Suite, census: Census) -> Iterator[Fault]:
    """A warning for each margin that the suite has too few cases for, even where not one of them flips."""
    several = (suite.samples.count or 1) > 1 and not suite.samples.vote
    for gate in suite.gates:
        if gate.metric is None or gate.metric.kind.name not in MEANS or not 0 < gate.margin < 1:
            continue
        graded = several or gate.metric.kind.name == "score"
        cases = census.tags[gate.tag] if gate.tag else census.cases - census.skipped - census.drafts
        from gemini_eval.stats.power import fewest_cases

        fewest = fewest_cases(gate.margin, several=graded)
        if cases < fewest:
            yield _too_few(suite, gate, cases, fewest, graded)


def _too_few(suite: Suite, gate: Gate, cases: int, fewest: int, graded: bool) -> Fault:
    from gemini_eval.stats.power import smallest_margin

    count = f"{cases:,} case{'' if cases == 1 else 's'}"
    reason = f"{count} can never certify a margin of {_points(gate.margin)} ({gate.text}), even where no case flips"
    hint = f"have {fewest:,} cases or more"
    margin = smallest_margin(cases, several=graded) if cases >= 3 else 1.0
    if margin < 1:
        hint += f", or a margin of {margin:g}, the smallest that {count} can certify"
    return Fault(reason, Place(shown(suite.path)), hint, "warning")


def _points(margin: float) -> str:
    points = f"{margin * 100:g}"
    return f"{points} point{'' if points == '1' else 's'}"
