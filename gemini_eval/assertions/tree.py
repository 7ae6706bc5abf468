"""The assertion tree: metrics with names, weights and thresholds, and groups of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from gemini_eval.assertions.custom import Custom
from gemini_eval.errors import Place
from gemini_eval.metrics.build import ParameterError, build_metric
from gemini_eval.metrics.similar import Similar
from gemini_eval.paths import MISSING, Path, lookup
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.safe.code import Code
from gemini_eval.types import Json, Metric
from gemini_eval.vertex import VERTEX, build_service_metric


@dataclass(frozen=True, slots=True)
class Reference:
    """`{from: vars.city}`: a parameter that each case fills in."""

    path: Path
    text: str

    def resolve(self, scope: Mapping[str, Json]) -> Json:
        value = lookup(scope, self.path)
        if value is MISSING:
            raise ParameterError(f"the case has no {self.text}", hint="write it in the case, or take the reference out")
        return value


@dataclass(frozen=True, slots=True)
class Check:
    """One metric as the suite uses it. `metric` is None where references leave its parameters to each case."""

    name: str
    metric_name: str
    parameters: Json = MISSING
    metric: Metric | None = None
    of: Path = ()
    negate: bool = False
    weight: float = 1.0
    threshold: float | None = None
    measured: bool = False
    explicit_name: bool = False
    final: bool = False
    description: str = ""
    place: Place | None = None

    def bind(self, scope: Mapping[str, Json]) -> Metric:
        """The metric for one case. Raises `ParameterError` where a reference leads nowhere or to a value of the wrong kind."""
        if self.metric is not None:
            return self.metric
        parameters = _filled(self.parameters, scope)
        return build_service_metric(parameters) if self.metric_name == VERTEX else build_metric(self.metric_name, parameters)


@dataclass(frozen=True, slots=True)
class Group:
    """`all_of`, `any_of`, or `some_of` with `at_least` or a weighted `threshold`."""

    name: str
    kind: Literal["all_of", "any_of", "some_of"]
    children: tuple[Assertion, ...]
    at_least: int | None = None
    negate: bool = False
    weight: float = 1.0
    threshold: float | None = None
    measured: bool = False
    explicit_name: bool = False
    final: bool = False
    description: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """`{name: label, remove: true}`: takes an assertion of a higher level out."""

    name: str
    place: Place | None = None


Assertion: TypeAlias = Check | Group
Written: TypeAlias = Check | Group | Removal


@dataclass(frozen=True, slots=True)
class Merged:
    """The assertions of several levels added up; `missing` are removals that removed nothing, `kept` removals of final ones."""

    assertions: tuple[Assertion, ...]
    missing: tuple[Removal, ...] = ()
    kept: tuple[Written, ...] = field(default=())


def merge(levels: Iterable[Sequence[Written]]) -> Merged:
    """Suite, prompt, case add up. An explicit name overrides its like, in place; one that we made is numbered instead."""
    merged: dict[str, Assertion] = {}
    missing: list[Removal] = []
    kept: list[Written] = []
    for level in levels:
        for item in level:
            above = merged.get(item.name)
            overrides = isinstance(item, Removal) or item.explicit_name
            if above is not None and above.final and overrides:
                kept.append(item)
            elif isinstance(item, Removal):
                if merged.pop(item.name, None) is None:
                    missing.append(item)
            elif above is not None and not overrides:
                name = _numbered(item.name, merged)
                merged[name] = replace(item, name=name)
            else:
                merged[item.name] = item
    return Merged(tuple(merged.values()), tuple(missing), tuple(kept))


def references(parameters: Json) -> list[Reference]:
    """Every reference inside an assertion's parameters."""
    if isinstance(parameters, Reference):
        return [parameters]
    if isinstance(parameters, dict):
        return [found for value in parameters.values() for found in references(value)]
    if isinstance(parameters, list):
        return [found for value in parameters for found in references(value)]
    return []


def leaves(assertion: Assertion) -> list[Check]:
    if isinstance(assertion, Check):
        return [assertion]
    return [leaf for child in assertion.children for leaf in leaves(child)]


def named_checks(assertions: Iterable[Assertion], prefix: str = "") -> Iterator[tuple[str, Check]]:
    """Every check with its name in figures: a group's children are `group/child`."""
    for assertion in assertions:
        if isinstance(assertion, Group):
            yield from named_checks(assertion.children, f"{prefix}{assertion.name}/")
        else:
            yield prefix + assertion.name, assertion


def asks_about_fields(assertions: Iterable[Assertion]) -> bool:
    """Whether one of them judges the fields that the suite declares."""
    return any(leaf.metric_name == "fields" for assertion in assertions for leaf in leaves(assertion))


def has_rubrics(assertions: Iterable[Written]) -> bool:
    """Whether judging these asks a judge, the evaluation service or an embedding model."""
    return any(map(asks_somebody, _every(assertions)))


def asks_somebody(check: Check) -> bool:
    """Whether judging it asks a judge, the evaluation service or an embedding model."""
    if check.metric_name == Similar.NAME:
        return bool(check.metric.model if isinstance(check.metric, Similar) else embedding_model_in(check.parameters))
    return check.metric_name == VERTEX or isinstance(check.metric, Rubric)


def embedding_model_in(parameters: Json) -> Json:
    """The model that `similar` names among its parameters, None where that is the packaged one."""
    return parameters.get("model") if isinstance(parameters, dict) else None


def code_of(assertions: Iterable[Written]) -> tuple[Code, ...]:
    """The functions that judging these calls."""
    return tuple(leaf.metric.code for leaf in _every(assertions) if isinstance(leaf.metric, Custom))


def rubrics_of(assertions: Iterable[Written]) -> list[tuple[str, Rubric]]:
    """The rubrics among these, by their names in figures."""
    found = named_checks(item for item in assertions if not isinstance(item, Removal))
    return [(name, check.metric) for name, check in found if isinstance(check.metric, Rubric)]


def _every(assertions: Iterable[Written]) -> Iterator[Check]:
    return (leaf for item in assertions if not isinstance(item, Removal) for leaf in leaves(item))


def _filled(parameters: Json, scope: Mapping[str, Json]) -> Json:
    if isinstance(parameters, Reference):
        return parameters.resolve(scope)
    if isinstance(parameters, dict):
        return {key: _filled(value, scope) for key, value in parameters.items()}
    if isinstance(parameters, list):
        return [_filled(value, scope) for value in parameters]
    return parameters


def _numbered(name: str, taken: Mapping[str, object]) -> str:
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
