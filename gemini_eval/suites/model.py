"""A suite as the rest of the house sees it: checked, with every name resolved. `wire.py` is the same as users write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from gemini_eval.answer import AnswerRule
from gemini_eval.assertions.confidence import Source
from gemini_eval.assertions.tree import Assertion, Written
from gemini_eval.errors import Fault, Place
from gemini_eval.gates import Gate
from gemini_eval.labels import Labels
from gemini_eval.metrics.extraction.tree import Fields
from gemini_eval.rubrics.pairwise import Pairwise
from gemini_eval.rubrics.people import PeopleLabels
from gemini_eval.safe.code import Use
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.suites.data.source import DataSource
from gemini_eval.suites.tuned import PREFIX, TunedModel
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Expected, Json, Outcome, Strategy, Task


@dataclass(frozen=True, slots=True)
class Setting:
    """One generation parameter with where it came from, for `render --explain`."""

    value: Json
    origin: str
    place: Place | None = None


Settings: TypeAlias = Mapping[str, Setting]
Require: TypeAlias = Literal["majority", "all", "any"] | int | float
"""How many samples of a case must pass: a word, a number of samples (int) or a mean score (float)."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How often each case is asked; None where this level is silent."""

    count: int | None = None
    vote: bool | None = None
    require: Require | None = None
    temperature: float | None = None

    def over(self, lower: Samples) -> Samples:
        """This level's keys over a lower level's. `vote` and `require` exclude each other: the nearer one wins."""
        spoken = self.vote is not None or self.require is not None
        return Samples(
            count=self.count if self.count is not None else lower.count,
            vote=self.vote if spoken else lower.vote,
            require=self.require if spoken else lower.require,
            temperature=self.temperature if self.temperature is not None else lower.temperature,
        )


@dataclass(frozen=True, slots=True)
class Example:
    vars: Mapping[str, Json]
    expected: Json


@dataclass(frozen=True, slots=True)
class Examples:
    """Few-shot examples. `pick` of them, or `per_label` of each label, chosen `by`; without either, all."""

    rows: tuple[Example, ...]
    pick: int | None = None
    per_label: int | None = None
    by: Literal["first", "random", "similar"] = "first"
    seed: int = 0
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One turn of a prompt: a template, or (`history`) the path of a variable that holds several turns."""

    role: Literal["system", "user", "model"]
    source: TemplateSource | None
    history: tuple[str | int, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    messages: tuple[PromptMessage, ...]
    strategy: Strategy = "zero_shot"
    examples: Examples | None = None
    answer: AnswerRule | None = None
    settings: Settings = field(default_factory=dict)
    vars: Mapping[str, Json] = field(default_factory=dict)
    assertions: tuple[Written, ...] = ()
    description: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """What answers. `answers` names a column of the data instead of a model to ask; `why` says who chose it.

    `tuned` is what the registry says where the suite wrote `tuned:ALIAS`; `id` is then the model behind it.

    `location` is part of each request's key; `implied` tells that nobody wrote it, so that a recording's own counts. `project`
    and `through` (the API) are for people; `target` is the workspace's target that it is asked at.
    """

    name: str
    id: str
    location: str = ""
    implied: bool = False
    project: str = ""
    through: str = ""
    target: str = ""
    settings: Settings = field(default_factory=dict)
    answers: str = ""
    file: Path | None = None
    why: str = ""
    place: Place | None = None
    tuned: TunedModel | None = None

    @property
    def written(self) -> str:
        """The id as the suite has it."""
        return f"{PREFIX}{self.tuned.alias}" if self.tuned else self.id

    @property
    def seat(self) -> str:
        """Who is asked: the same model in two locations is two."""
        return f"{self.id} @ {self.location}" if self.location else self.id


@dataclass(frozen=True, slots=True)
class Judges:
    """The models that judge rubrics, by name; `chosen` is the one where a rubric names none, '' where it must. `target` is where
    they are asked; `broken` tells that the suite's own are misshapen, so that no rubric is blamed for it. `people` are
    the verdicts that a judge is checked by."""

    models: Mapping[str, Model] = field(default_factory=dict)
    chosen: str = ""
    target: str = ""
    broken: bool = False
    people: Mapping[str, PeopleLabels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variant:
    """One prompt x one model x one set of parameters. `prompt` is None where the data holds the request or the answers."""

    name: str
    prompt: Prompt | None
    model: Model
    settings: Settings = field(default_factory=dict)
    gated: bool = True
    was: str = ""
    description: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class HistoryTurn:
    role: Literal["user", "model"]
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One row: variables and what is expected. `ordinal` is its place in the suite, from 0."""

    id: str
    ordinal: int
    vars: Mapping[str, Json]
    expected: Expected | None = None
    tags: tuple[str, ...] = ()
    cluster: str = ""
    threshold: float | None = None
    assertions: tuple[Written, ...] = ()
    samples: Samples = Samples()
    settings: Settings = field(default_factory=dict)
    must_pass: bool = False
    skip: str = ""
    xfail: str = ""
    expected_outcome: Outcome | None = None
    draft: bool = False
    system: str = ""
    turns: tuple[HistoryTurn, ...] = ()
    row: Mapping[str, Json] = field(default_factory=dict)
    place: Place | None = None

    def column(self, name: str) -> Json:
        """A column of the case's row; a case written with `vars` has these for columns. None where it has no such column."""
        return self.row.get(name, self.vars.get(name))


@dataclass(frozen=True, slots=True)
class InlineCase:
    """A case as written inline, its place kept; it becomes `Case`s only when the cases are streamed."""

    fields: Mapping[str, Json]
    place: Place


@dataclass(frozen=True, slots=True)
class Axes:
    """`matrix:`: the product of the axes' values, less what `exclude` matches."""

    axes: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    exclude: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    path: Path
    root: Path
    workspace: Workspace
    description: str = ""
    task: Task | None = None
    labels: Labels | None = None
    order: tuple[str, ...] = ()
    fields: Fields | None = None
    abstain: Labels | None = None
    answer: AnswerRule | None = None
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    settings: Settings = field(default_factory=dict)
    overrides: Settings = field(default_factory=dict)
    samples: Samples = Samples()
    vars: Mapping[str, Json] = field(default_factory=dict)
    forced_vars: Mapping[str, Json] = field(default_factory=dict)
    matrix: Axes = Axes()
    sources: tuple[DataSource, ...] = ()
    cases: tuple[InlineCase, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    judges: Judges = Judges()
    pairwise: tuple[Pairwise, ...] = ()
    threshold: float | None = None
    gates: tuple[Gate, ...] = ()
    confidence: Mapping[str, Source] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    several_labels: bool = False
    """Answers are lists of labels, and so is `expected`."""
    code: Use = "refuse"
    """Whether functions that its assertions name may be run: the user's word, not the suite's."""
    sha256: str = ""
    warnings: tuple[Fault, ...] = ()
