"""A suite file as users write it: shapes only. The JSON Schema is generated from these models; `build.py` gives them meaning.

A union's branch is chosen by the value's kind before anything is checked, so that a fault is told of the branch that was meant.
The tags of branches stand in a fault's path between `<` and `>`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from gemini_eval.suites.wire_base import Wire
from gemini_eval.suites.wire_confidence import Confidence
from gemini_eval.types import Json


def _kind(value: object) -> str:
    """The tag of a value's kind."""
    if isinstance(value, dict):
        return "<map>"
    if isinstance(value, list):
        return "<list>"
    return "<text>" if isinstance(value, str) else "<other>"


def _map_or_text(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<map>"


def _list_or_text(value: object) -> str:
    return "<text>" if isinstance(value, str) else "<list>"


def _map_or_list(value: object) -> str:
    return "<list>" if isinstance(value, list) else "<map>"


def _any_shape(value: object) -> str:
    kind = _kind(value)
    return "<map>" if kind == "<other>" else kind


def name_of(value: object) -> object:
    """A name may be written as a bare number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("not be empty")
    return value


def _example_choice(value: str) -> str:
    seed = value.removeprefix("random(").removesuffix(")")
    if value not in ("first", "random", "similar") and not (value == f"random({seed})" and seed.isdecimal()):
        raise ValueError("be first, random(SEED) or similar")
    return value


Name = Annotated[str, BeforeValidator(name_of), AfterValidator(_not_empty)]
Params = Annotated[dict[str, Any], WithJsonSchema({"x-definition": "params"})]
Assertion = Annotated[Any, WithJsonSchema({"x-definition": "assertion"})]
FieldsMap = Annotated[dict[str, Any], WithJsonSchema({"x-definition": "fields"})]
GateWire = Annotated[Any, WithJsonSchema({"x-definition": "gate"})]
Assertions = Annotated[list[Assertion], Field(description="assertions: each a metric's name or a map with one metric")]
Fold = Literal["case", "end_punctuation", "space", "width"]


class AnswerWire(Wire):
    regex: str | None = Field(None, description="RE2; the group named answer, else the first that took part, else the match")
    path: str | None = Field(None, description="dotted path into the output read as JSON")
    last_line: bool | None = Field(None, description="the last line that is not empty")
    after: str | None = Field(None, description="what follows this text")
    match: Literal["first", "last"] | None = Field(None, description="which match counts")
    as_: Literal["number", "list"] | None = Field(None, alias="as", description="a number, or a list: a JSON array or commas")
    fold: list[Fold] | None = Field(None, description="applied alike to answers, labels and expected")


Answer = Annotated[
    Annotated[AnswerWire, Tag("<map>")] | Annotated[list[AnswerWire], Tag("<list>")],
    Discriminator(_map_or_list),
]


class MeanWire(Wire):
    mean: float = Field(ge=0, le=1)


def _require_kind(value: object) -> str:
    if isinstance(value, dict):
        return "<mean>"
    return "<count>" if isinstance(value, int) else "<word>"


class SamplesWire(Wire):
    count: int | None = Field(None, ge=1, le=1000)
    vote: Literal["majority"] | None = None
    require: (
        Annotated[
            Annotated[Literal["majority", "all", "any"], Tag("<word>")]
            | Annotated[int, Field(ge=1), Tag("<count>")]
            | Annotated[MeanWire, Tag("<mean>")],
            Discriminator(_require_kind),
        ]
        | None
    ) = None
    temperature: float | None = Field(None, ge=0, le=2)


class MessageWire(Wire):
    role: Literal["system", "user", "model"] | None = None
    template: str | None = Field(None, description="a template file")
    text: str | None = Field(None, description="a template written here")
    from_: str | None = Field(None, alias="from", description="a variable that holds turns: vars.history")


class ExamplesFileWire(Wire):
    file: str | None = None
    inline: list[Any] | None = None
    pick: int | None = Field(None, ge=1)
    per_label: int | None = Field(None, ge=1)
    by: Annotated[str, AfterValidator(_example_choice)] | None = Field(None, description="first, random(SEED) or similar")
    columns: dict[str, Any] | None = None


Examples = Annotated[
    Annotated[ExamplesFileWire, Tag("<map>")] | Annotated[list[Any], Tag("<list>")] | Annotated[str, Tag("<text>")],
    Discriminator(_any_shape),
]


class PromptWire(Wire):
    template: str | None = Field(None, description="a template file")
    text: str | None = Field(None, description="a template written here")
    system: (
        Annotated[Annotated[MessageWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)] | None
    ) = Field(None, description="the system instruction: {template: FILE} or {text: …}")
    messages: list[MessageWire] | None = None
    strategy: Literal["zero_shot", "few_shot", "chain_of_thought"] | None = None
    examples: Examples | None = None
    answer: Answer | None = None
    params: Params | None = None
    vars: dict[str, Any] | None = None
    assert_: Assertions | None = Field(None, alias="assert")
    description: str | None = None


class ModelWire(Wire):
    id: str | None = None
    location: str | None = None
    params: Params | None = None
    answers: str | None = Field(None, description="a column of the data that already holds the answers")
    description: str | None = None


Prompt = Annotated[Annotated[PromptWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)]
Model = Annotated[Annotated[ModelWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)]


class CheckedByWire(Wire):
    file: str
    columns: dict[str, Any] | None = Field(None, description="id, verdict, assertion, variant, answer: the file's own names")


class JudgeWire(Wire):
    id: str
    location: str | None = None
    params: Params | None = None
    checked_by: (
        Annotated[
            Annotated[CheckedByWire, Tag("<map>")] | Annotated[str, Tag("<text>")],
            Discriminator(_map_or_text),
        ]
        | None
    ) = Field(None, description="a file of people's verdicts, to hold the judge's against")
    description: str | None = None


Judge = Annotated[Annotated[JudgeWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)]


class RubricFileWire(Wire):
    file: str


class PairwiseWire(Wire):
    variant: Name
    over: Name = Field(description="the variant that it is held against")
    rubric: Annotated[
        Annotated[RubricFileWire, Tag("<map>")] | Annotated[str, Tag("<text>")],
        Discriminator(_map_or_text),
    ] = Field(description="what the better answer meets better")
    judge: (
        Annotated[
            Annotated[list[Name], Tag("<list>")] | Annotated[Name, Tag("<text>")],
            Discriminator(_list_or_text),
        ]
        | None
    ) = Field(None, description="one of `judges`, or a list of them: a jury")
    description: str | None = None


class VariantWire(Wire):
    prompt: Name | None = None
    model: Name | None = None
    params: (
        Annotated[
            Annotated[str, Tag("<text>")] | Annotated[Params, Tag("<map>")],
            Discriminator(_map_or_text),
        ]
        | None
    ) = Field(None, description="the name of a param set, or parameters")
    gated: bool | None = None
    was: str | None = None
    description: str | None = None


class DatedWire(Wire):
    reason: str
    until: Annotated[date, Field(strict=False)] | None = None


class SplitWire(Wire):
    column: str | None = None
    by: str | None = Field(None, description="hash(cluster) or hash(id)")
    ratio: dict[str, float] | None = None
    seed: int | None = None
    use: str | None = None


class DataWire(Wire):
    file: str | None = None
    glob: str | None = None
    as_: str | None = Field(None, alias="as", description="with glob: the variable that holds each file's text")
    columns: dict[str, Any] | None = None
    where: dict[str, Any] | None = None
    limit: int | None = Field(None, ge=1)
    split: (
        Annotated[
            Annotated[SplitWire, Tag("<map>")] | Annotated[str, Tag("<text>")],
            Discriminator(_map_or_text),
        ]
        | None
    ) = None


DataItem = Annotated[Annotated[DataWire, Tag("<map>")] | Annotated[str, Tag("<text>")], Discriminator(_map_or_text)]
Data = Annotated[
    Annotated[DataWire, Tag("<map>")] | Annotated[list[DataItem], Tag("<list>")] | Annotated[str, Tag("<text>")],
    Discriminator(_any_shape),
]


class CaseWire(Wire):
    id: Name | None = None
    vars: dict[str, Any] | None = None
    expected: Json = None
    tags: list[Name] | None = None
    cluster: Name | None = None
    threshold: float | None = Field(None, ge=0, le=1)
    assert_: Assertions | None = Field(None, alias="assert")
    samples: SamplesWire | None = None
    params: Params | None = None
    matrix: dict[str, Any] | None = None
    must_pass: bool | None = None
    skip: DatedWire | None = None
    xfail: DatedWire | None = None
    expected_outcome: Literal["blocked", "empty", "recitation", "abstained"] | None = None
    status: Literal["draft", "ready"] | None = None
    description: str | None = None
    messages: list[Any] | None = None
    system: str | None = None


def _named_shape(value: object) -> str:
    """A map of named entries, one entry written as a map, a list, or a bare name."""
    if isinstance(value, dict) and ENTRY_KEYS & value.keys():
        return "<one>"
    return _any_shape(value)


ENTRY_KEYS = frozenset({"template", "text", "messages", "id", "answers"})

Prompts = Annotated[
    Annotated[dict[str, Prompt], Tag("<map>")]
    | Annotated[PromptWire, Tag("<one>")]
    | Annotated[list[Prompt], Tag("<list>")]
    | Annotated[str, Tag("<text>")],
    Discriminator(_named_shape),
]
Models = Annotated[
    Annotated[dict[str, Model], Tag("<map>")]
    | Annotated[ModelWire, Tag("<one>")]
    | Annotated[list[Model], Tag("<list>")]
    | Annotated[str, Tag("<text>")],
    Discriminator(_named_shape),
]


class SuiteWire(Wire):
    """One suite file."""

    version: Literal[1]
    name: Name
    description: str | None = None
    task: Literal["classification", "extraction", "sentiment"] | None = None
    labels: (
        Annotated[
            Annotated[list[Name], Tag("<list>")] | Annotated[dict[str, list[Name] | None], Tag("<map>")],
            Discriminator(_map_or_list),
        ]
        | None
    ) = None
    order: list[Name] | None = None
    fields: FieldsMap | None = Field(None, description="in extraction: each field's comparator")
    other_fields: Literal["hallucinated", "ignore"] | None = Field(None, description="fields that are not declared")
    abstain: list[Name] | None = Field(None, description="answers that count as none given")
    answer: Answer | None = None
    prompts: Prompts | None = None
    models: Models | None = None
    judges: dict[str, Judge] | None = Field(None, description="models that judge rubrics, by name")
    pairwise: dict[str, PairwiseWire] | None = Field(None, description="two variants' answers compared by judges, by name")
    param_sets: dict[str, Params] | None = None
    variants: dict[str, VariantWire] | None = None
    params: Params | None = None
    samples: SamplesWire | None = None
    vars: dict[str, Any] | None = None
    matrix: dict[str, Any] | None = None
    data: Data | None = None
    cases: list[CaseWire] | None = None
    assert_: Assertions | None = Field(None, alias="assert")
    measure: Assertions | None = None
    threshold: float | None = Field(None, ge=0, le=1)
    confidence: dict[str, Confidence] | None = Field(None, description="sources of how sure an answer is, by name")
    gate: (
        Annotated[Annotated[list[GateWire], Tag("<list>")] | Annotated[str, Tag("<text>")], Discriminator(_list_or_text)] | None
    ) = None


LATER = {
    "deps": "shared repositories",
}
"""Keys of the language that this version does not have yet, with what they are."""
