"""`list`: what is in a suite, as records; and the table of figures that gates can name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from gemini_eval.assertions.tree import Check, Group, Reference, Removal, Written
from gemini_eval.errors import Fault, Faults, InputError
from gemini_eval.metrics.document import read_expected
from gemini_eval.metrics.extraction.infer import infer_fields
from gemini_eval.paths import MISSING, write_path
from gemini_eval.safe.json_text import dump_json
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Case, Suite, Variant
from gemini_eval.suites.workspace import shown
from gemini_eval.summary.figures import FIGURES
from gemini_eval.types import Json

FIRST = 10
"""How many cases are shown where not all are asked for."""

MAX_FAULTS = 200


@dataclass(slots=True)
class CaseCounts:
    """How many cases a suite has, by kind and by tag, and the first of them."""

    cases: int = 0
    skipped: int = 0
    drafts: int = 0
    xfail: int = 0
    must_pass: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    first: list[Case] = field(default_factory=list)

    def add(self, case: Case) -> None:
        self.cases += 1
        self.skipped += bool(case.skip)
        self.drafts += case.draft
        self.xfail += bool(case.xfail)
        self.must_pass += case.must_pass
        self.tags.update(case.tags)
        if len(self.first) < FIRST:
            self.first.append(case)

    @property
    def kinds(self) -> dict[str, int]:
        """The kinds that stand apart, with their numbers, where there are any."""
        numbers = {"skipped": self.skipped, "drafts": self.drafts, "xfail": self.xfail, "must pass": self.must_pass}
        return {name: number for name, number in numbers.items() if number}


@dataclass(frozen=True, slots=True)
class Listing:
    suite: Suite
    counts: CaseCounts


def list_suites(paths: Sequence[str | Path], options: LoadOptions) -> list[Listing]:
    """Load suites and read their rows; templates are not looked at. Raises `InputError` with the faults of all of them."""
    faults = Faults()
    listings: list[Listing] = []
    for path in paths:
        suite = _loaded(path, options, faults)
        if suite is not None:
            listings.append(Listing(suite, _count(suite, faults)))
    faults.raise_if_any()
    return listings


def _loaded(path: str | Path, options: LoadOptions, faults: Faults) -> Suite | None:
    try:
        return load_suite(path, options)
    except InputError as error:
        faults.extend(error.faults)
        return None


def _count(suite: Suite, faults: Faults) -> CaseCounts:
    counts = CaseCounts()
    for found in iter_cases(suite):
        if isinstance(found, Case):
            counts.add(found)
        elif found.severity == "error":
            faults.extend([found])
            if len(faults.errors) >= MAX_FAULTS:
                break
    return counts


def all_cases(suite: Suite) -> Iterator[Case]:
    """The cases as a stream. The rows were read before, so a fault among them can only be a warning."""
    return (found for found in iter_cases(suite) if not isinstance(found, Fault))


def fields_form(suite: Suite) -> tuple[Json, bool]:
    """`fields:` as the suite declares them, else as its expected values have them; and whether they are declared."""
    if suite.fields is not None:
        return suite.fields.declared, True
    values = (value for case in all_cases(suite) if case.expected for value in case.expected.alternatives)
    return infer_fields(map(read_expected, values)), False


# ---- words -----------------------------------------------------------------------------------------------


def expected_text(case: Case) -> str:
    """What a case expects, on one line; alternatives joined by `|`."""
    if case.expected is None:
        return ""
    return " | ".join(_text(value) for value in case.expected.alternatives)


def assertion_lines(written: Sequence[Written], depth: int = 0) -> Iterator[tuple[int, str]]:
    """(depth, line) of each assertion and, below a group, of its members."""
    for item in written:
        if isinstance(item, Removal):
            yield depth, f"without {item.name}"
            continue
        yield depth, " ".join(filter(None, (item.name, _judged(item), *_remarks(item))))
        if isinstance(item, Group):
            yield from assertion_lines(item.children, depth + 1)


def _judged(item: Check | Group) -> str:
    """The metric and its parameters, where the name does not say them."""
    if isinstance(item, Group):
        least = f", at least {item.at_least}" if item.at_least is not None else ""
        return f"({item.kind}{least})" if item.name != item.kind or least else ""
    parameters = "" if item.parameters is MISSING else _text(as_written(item.parameters))
    if item.name not in (item.metric_name, f"not {item.metric_name}"):
        return f"({item.metric_name}{f': {parameters}' if parameters else ''})"
    return f"({parameters})" if parameters else ""


def _remarks(item: Check | Group) -> Iterator[str]:
    if isinstance(item, Check) and item.of:
        yield f"of {write_path(item.of)}"
    if item.negate and not item.name.startswith("not "):
        yield "· not"
    if item.weight != 1.0:
        yield f"· weight {item.weight:g}"
    if item.threshold is not None:
        yield f"· threshold {item.threshold:g}"
    if item.measured:
        yield "· measured only"
    if item.final:
        yield "· final"


def as_written(parameters: Json) -> Json:
    """Parameters as the suite wrote them: a reference is `{from: …}` again."""
    if isinstance(parameters, Reference):
        return {"from": parameters.text}
    if isinstance(parameters, dict):
        return {key: as_written(value) for key, value in parameters.items()}
    if isinstance(parameters, (list, tuple)):
        return [as_written(value) for value in parameters]
    return parameters


def _text(value: Json) -> str:
    return value if isinstance(value, str) else dump_json(value).decode()


# ---- JSON ------------------------------------------------------------------------------------------------


def listings_json(listings: Sequence[Listing], *, every_case: bool) -> Iterator[bytes]:
    """The machine form of `list SUITE…` in pieces: an array with an object for each suite, its cases last."""
    for index, listing in enumerate(listings):
        head = dump_json(_suite_json(listing))
        cases = all_cases(listing.suite) if every_case else iter(listing.counts.first)
        yield (b",\n" if index else b"[") + head[:-1] + b',"cases":['
        yield from _joined(dump_json(_case_json(case)) for case in cases)
        yield b"]}"
    yield b"]\n"


def _joined(items: Iterator[bytes]) -> Iterator[bytes]:
    first = next(items, b"")
    return chain((first,), (b"," + item for item in items))


def _suite_json(listing: Listing) -> Json:
    suite, counts = listing.suite, listing.counts
    return {
        "name": suite.name,
        "path": shown(suite.path),
        "description": suite.description,
        "task": suite.task,
        "labels": list(suite.labels.names) if suite.labels else [],
        "variants": [_variant_json(variant) for variant in suite.variants],
        "assertions": [_assertion_json(item) for item in suite.assertions],
        "prompts": {name: [_assertion_json(item) for item in prompt.assertions] for name, prompt in suite.prompts.items()},
        "gates": [{"gate": gate.text, "name": gate.name, "kind": gate.kind, "final": gate.final} for gate in suite.gates],
        "counts": {"cases": counts.cases, **{name.replace(" ", "_"): number for name, number in counts.kinds.items()}},
        "tags": dict(sorted(counts.tags.items())),
    }


def _variant_json(variant: Variant) -> Json:
    return {
        "name": variant.name,
        "prompt": variant.prompt.name if variant.prompt else None,
        "strategy": variant.prompt.strategy if variant.prompt else None,
        "model": variant.model.id or None,
        "why": variant.model.why,
        "gated": variant.gated,
    }


def _assertion_json(item: Written) -> Json:
    if isinstance(item, Removal):
        return {"name": item.name, "remove": True}
    common = {
        "name": item.name,
        "not": item.negate,
        "weight": item.weight,
        "threshold": item.threshold,
        "measured": item.measured,
    }
    if isinstance(item, Group):
        members = [_assertion_json(child) for child in item.children]
        return {**common, "group": item.kind, "at_least": item.at_least, "members": members}
    parameters = None if item.parameters is MISSING else as_written(item.parameters)
    return {**common, "metric": item.metric_name, "parameters": parameters, "of": write_path(item.of) if item.of else None}


def _case_json(case: Case) -> Json:
    expected = case.expected
    alternatives = {"any_of": list(expected.any_of)} if expected and expected.any_of else None
    return {"id": case.id, "tags": list(case.tags), "expected": alternatives or (expected.value if expected else None)}


# ---- figures ---------------------------------------------------------------------------------------------


def figure_records() -> list[dict[str, Json]]:
    """The table of figures: how a gate names each, what it is, its unit, what a suite must have for it."""
    return [
        {
            "name": kind.usage,
            "what": kind.description,
            "unit": kind.unit,
            "needs": kind.needs or None,
            "no_regression": kind.paired,
        }
        for kind in FIGURES
    ]
