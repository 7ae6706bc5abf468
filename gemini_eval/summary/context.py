"""What a suite has that counting and gates depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gemini_eval.rubrics.people import PeopleLabels


@dataclass(frozen=True, slots=True)
class SourceContext:
    """Of one confidence source who says it, as reports have it, and the tag of the cases to calibrate by ('' for halves)."""

    said_by: str = ""
    fit: str = ""


@dataclass(frozen=True, slots=True)
class FigureContext:
    """What a suite has, so that a gate's names are checked at load.

    `assertions` are all names, a group's children as `group/child`; `common` those that judge every case. `tags` is None where
    only the data knows them. `fields` are the names of all declared fields, dotted. `abstains` tells that some answers count as
    abstentions. `order` holds the labels from lowest to highest, `sources` the names of confidence sources (the calibrated ones
    among them), `about` tells more of each by its name, `asked` the figures with a number that gates ask for, as (figure,
    argument). `pairs` are the comparisons by judges, with the variant that each is a figure of and the one it is held against;
    `juries` the assertions that several judges judge; `people` the verdicts that judges are held against, by the judge.
    """

    labels: tuple[str, ...] = ()
    assertions: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    fields: tuple[str, ...] = ()
    has_votes: bool = False
    abstains: bool = False
    order: tuple[str, ...] = ()
    several_labels: bool = False
    sources: tuple[str, ...] = ()
    about: Mapping[str, SourceContext] = field(default_factory=dict)
    asked: tuple[tuple[str, str], ...] = ()
    pairs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    juries: tuple[str, ...] = ()
    people: Mapping[str, PeopleLabels] = field(default_factory=dict)
