"""What changed in the requests themselves: `render --base` prints it, `run --changed-since` goes by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from difflib import unified_diff

from gemini_eval.comparison.model import State
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import Request
from gemini_eval.verbs.check.asking import known_for
from gemini_eval.verbs.check.check import Named, both_revisions
from gemini_eval.verbs.check.options import CheckOptions
from gemini_eval.verbs.check.survey import both_sides, survey
from gemini_eval.verbs.expand import Expansion

CONTEXT = 2


@dataclass(slots=True)
class RenderedDifference:
    """One way in which requests of a variant differ: `lines` as a unified diff of its first case, and how many `cases` have the
    same lines removed and added. A variant that one side does not have has a `note` instead."""

    suite: str
    variant: str
    case_id: str = ""
    lines: tuple[str, ...] = ()
    cases: int = 0
    note: str = ""


@dataclass(slots=True)
class Differences:
    """Everything that differs, and how many variants do not."""

    found: list[RenderedDifference] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)


def rendered_differences(paths: Sequence[Named], ref: str, options: CheckOptions) -> Differences:
    """Every request of the working tree beside the merge base's; nothing is sent. Raises `InputError`."""
    differences = Differences()
    with both_revisions(paths, ref, options) as both, ExitStack() as stack:
        suites = [suite for pair in both.pairs for suite in (pair.head, pair.asked_base) if suite]
        expansion = Expansion(both.prepared.renderer, options.run.selection, known_for(suites, options, None, None)(stack))
        for pair in both.pairs:
            for variant in pair.variants:
                name = pair.head.name, variant.head.name
                if variant.asked_base is None:
                    differences.found.append(RenderedDifference(*name, note="the base does not have it"))
                    continue
                sides = both_sides(pair, variant, expansion, 1)
                found = list(_grouped(name, ((base.requests[0], head.requests[0], head.case.id) for head, base in sides)))
                differences.found += found
                differences.unchanged += [] if found else [name]
            gone = [RenderedDifference(pair.head.name, old.name, note="only the base has it") for old in pair.removed]
            differences.found += gone
    return differences


def changed_variants(paths: Sequence[Named], ref: str, options: CheckOptions) -> dict[str, frozenset[str]]:
    """The variants whose requests, cases or judging are not those of the merge base, by suite; every suite is there."""
    with both_revisions(paths, ref, options) as both, ExitStack() as stack:
        suites = [suite for pair in both.pairs for suite in (pair.head, pair.asked_base) if suite]
        expansion = Expansion(both.prepared.renderer, options.run.selection, known_for(suites, options, None, None)(stack))
        found: dict[str, set[str]] = {pair.head.name: set() for pair in both.pairs}
        for variant in survey(both.pairs, expansion):
            if variant.state is not State.UNCHANGED:
                found[variant.name[0]].add(variant.name[1])
    return {suite: frozenset(names) for suite, names in found.items()}


def _grouped(name: tuple[str, str], sides: Iterator[tuple[Request, Request, str]]) -> Iterator[RenderedDifference]:
    """One entry for each set of removed and added lines, with the context of its first case."""
    groups: dict[tuple[str, ...], RenderedDifference] = {}
    for base, head, case_id in sides:
        before, after = request_lines(base), request_lines(head)
        if before == after:
            continue
        changes = tuple(line for line in _diff(before, after, 0) if not line.startswith("@@"))
        group = groups.get(changes)
        if group is None:
            lines = tuple(line for line in _diff(before, after, CONTEXT) if not line.startswith("@@"))
            group = groups[changes] = RenderedDifference(*name, case_id, lines)
        group.cases += 1
    yield from groups.values()


def _diff(before: Sequence[str], after: Sequence[str], context: int) -> list[str]:
    return list(unified_diff(before, after, lineterm="", n=context))[2:]


def request_lines(request: Request) -> list[str]:
    """A request as lines: model and place, each parameter, then what is said, by role."""
    where = f"{request.model} @ {request.location}" if request.location else request.model
    lines = [f"model: {where}"]
    lines += [f"{key}: {canonical_json(value).decode()}" for key, value in sorted(request.params.items()) if key != "labels"]
    for role, text in [("system", request.system), *((message.role, message.text) for message in request.messages)]:
        if text:
            lines += [f"[{role}]", *text.splitlines()]
    return lines
