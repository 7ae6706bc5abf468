"""Case -> Request: turns rendered, parameters merged, each sample's seed drawn. Pure but for the template worker."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from gemini_eval.errors import Fault, InputError, Place, TemplateRefusedError
from gemini_eval.metrics.embedding_models import ToEmbed
from gemini_eval.paths import MISSING, lookup
from gemini_eval.rubrics.question import AnyQuestion
from gemini_eval.safe.json_text import read_record
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.check import RESERVED
from gemini_eval.suites.model import Case, Example, Examples, Prompt, PromptMessage, Samples, Setting, Suite, Variant
from gemini_eval.types import Habits, Json, Message, Request, Role
from gemini_eval.vertex.metric import Instance

BATCH = 64


@dataclass(frozen=True, slots=True)
class Rendered:
    """A case's turns as text."""

    system: str
    messages: tuple[Message, ...]


def render_cases(renderer: TemplateRenderer, suite: Suite, variant: Variant, cases: Sequence[Case]) -> list[Rendered]:
    """Raises `InputError` that names the case and the template's line."""
    if variant.prompt is None:
        return [_from_data(case) for case in cases]
    rendered: list[Rendered] = []
    for start in range(0, len(cases), BATCH):
        rendered += _render_batch(renderer, suite, variant.prompt, cases[start : start + BATCH])
    return rendered


def _render_batch(renderer: TemplateRenderer, suite: Suite, prompt: Prompt, cases: Sequence[Case]) -> list[Rendered]:
    shared: dict[str, Json] = {"labels": list(suite.labels.names) if suite.labels else []}
    rows = [_row(prompt, case) for case in cases]
    if prompt.examples and prompt.examples.by == "similar":
        for row, case in zip(rows, cases, strict=True):
            row["examples"] = _as_seen(choose_examples(prompt.examples, suite, case))
    else:
        shared["examples"] = _as_seen(choose_examples(prompt.examples, suite)) if prompt.examples else []
    turns = [_render_message(renderer, message, shared, rows, cases) for message in prompt.messages]
    return [_assemble(prompt.messages, [turn[i] for turn in turns]) for i in range(len(cases))]


def _row(prompt: Prompt, case: Case) -> dict[str, Json]:
    variables = {**prompt.vars, **case.vars}
    by_name = {name: value for name, value in variables.items() if name not in RESERVED}
    return {**by_name, "vars": variables, "case_id": case.id}


def _render_message(
    renderer: TemplateRenderer,
    message: PromptMessage,
    shared: Mapping[str, Json],
    rows: Sequence[Mapping[str, Json]],
    cases: Sequence[Case],
) -> list[list[Message]] | list[str]:
    """For each case: the text of a template, or the turns of a history."""
    if message.source is None:
        return [_history(message, row, case) for row, case in zip(rows, cases, strict=True)]
    try:
        return renderer.render(message.source, shared, rows)
    except TemplateRefusedError as error:
        raise InputError([_fault(error, message, cases)]) from error


def _fault(error: TemplateRefusedError, message: PromptMessage, cases: Sequence[Case]) -> Fault:
    case = cases[error.row] if error.row is not None and error.row < len(cases) else None
    of_case = f" (case {case.id})" if case else ""
    place = Place(error.path, error.line) if error.path else message.place
    return Fault(f"{error.reason}{of_case}", place, error.hint)


def _history(message: PromptMessage, row: Mapping[str, Json], case: Case) -> list[Message]:
    value = lookup(row, message.history)
    written = ".".join(map(str, message.history))
    if value is MISSING or not isinstance(value, list):
        raise InputError([Fault(f"case {case.id}: {written} must be a list of turns", case.place, "write [{role, content}, …]")])
    try:
        return [read_turn(turn) for turn in value]
    except ValueError as error:
        raise InputError([Fault(f"case {case.id}: {written}: {error}", case.place)]) from error


ROLES: Mapping[str, Role] = {"user": "user", "model": "model", "assistant": "model"}


def read_turn(turn: Json) -> Message:
    """`{role, content | parts}`, where `assistant` reads as `model`. Raises ValueError with the reason."""
    if not isinstance(turn, dict):
        raise ValueError(f"a turn is a map with role and content, not {turn!r}")
    role = ROLES.get(str(turn.get("role")))
    content = turn.get("content")
    if content is None and isinstance(turn.get("parts"), list):
        content = "".join(part.get("text", "") if isinstance(part, dict) else str(part) for part in turn["parts"])
    if role is None:
        raise ValueError(f"the role of a turn is user or model, not {turn.get('role')!r}")
    if not isinstance(content, str):
        raise ValueError(f"a turn needs role and content, this has {', '.join(map(str, turn))}")
    return Message(role, content)


def _assemble(messages: Sequence[PromptMessage], turns: Sequence[str | list[Message]]) -> Rendered:
    system = ""
    said: list[Message] = []
    for message, turn in zip(messages, turns, strict=True):
        if isinstance(turn, list):
            said += turn
        elif message.role == "system":
            system = turn
        else:
            said.append(Message(message.role, turn))
    return Rendered(system, tuple(said))


def _from_data(case: Case) -> Rendered:
    """A row of a tuning file is its own request."""
    return Rendered(case.system, tuple(Message(turn.role, turn.text) for turn in case.turns))


# ---- examples --------------------------------------------------------------------------------------------


def choose_examples(examples: Examples, suite: Suite, case: Case | None = None) -> tuple[Example, ...]:
    """The examples that a prompt shows: the same for every case, but under `by: similar`, nearest to the case last."""
    rows = list(examples.rows)
    if examples.by == "random":
        random.Random(examples.seed).shuffle(rows)
    elif examples.by == "similar" and case is not None:
        rows = _by_similarity(rows, case)
    if examples.per_label is not None and suite.labels:
        taken = _per_label(rows, suite, examples.per_label)
    else:
        taken = rows[: examples.pick] if examples.pick is not None else rows
    return tuple(reversed(taken)) if examples.by == "similar" else tuple(taken)


def _per_label(rows: Sequence[Example], suite: Suite, count: int) -> list[Example]:
    assert suite.labels is not None
    left = dict.fromkeys(suite.labels.names, count)
    taken = []
    for row in rows:
        label = suite.labels.canonical(row.expected)
        if label is not None and left[label] > 0:
            left[label] -= 1
            taken.append(row)
    return taken


def _by_similarity(rows: Sequence[Example], case: Case) -> list[Example]:
    from rapidfuzz import fuzz

    text = _joined(case.vars)
    return sorted(rows, key=lambda row: -fuzz.token_set_ratio(text, _joined(row.vars)))


def _joined(variables: Mapping[str, Json]) -> str:
    return " ".join(str(variables[name]) for name in sorted(variables))


def _as_seen(examples: Sequence[Example]) -> list[Json]:
    return [{"vars": dict(example.vars), "expected": example.expected} for example in examples]


# ---- requests --------------------------------------------------------------------------------------------


def settings_of(suite: Suite, variant: Variant, case: Case | None, samples: Samples) -> dict[str, Setting]:
    """suite < model < prompt < variant < case, `samples.temperature` over those, then `--set`."""
    layers = [suite.settings, variant.model.settings]
    if variant.prompt:
        layers.append(variant.prompt.settings)
    layers.append(variant.settings)
    if case:
        layers.append(case.settings)
    merged = {name: setting for layer in layers for name, setting in layer.items()}
    if samples.temperature is not None:
        merged["temperature"] = Setting(samples.temperature, "samples.temperature")
    return {**merged, **suite.overrides}


def samples_of(suite: Suite, case: Case | None, default_count: int, asked: int | None) -> Samples:
    """`--samples` > case > suite > the command's default."""
    samples = Samples(count=asked).over(case.samples.over(suite.samples) if case else suite.samples)
    return samples if samples.count is not None else Samples(default_count).over(samples)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: the model id as the request names it, its location, what it does where the suite is silent, and the billing
    labels of its target, over which the suite's own go."""

    model: str
    location: str
    habits: Habits
    labels: Mapping[str, str] = field(default_factory=dict)


def requests_of(asked: Asked, case: Case, rendered: Rendered, settings: Mapping[str, Setting], count: int) -> Iterator[Request]:
    """One request a sample; a deterministic model at temperature 0 is asked once, whatever `count`."""
    habits = asked.habits
    params = {name: setting.value for name, setting in settings.items()}
    seed = params.pop("seed", None)
    if asked.labels:
        params["labels"] = {**asked.labels, **params.get("labels", {})}
    temperature = params.get("temperature", habits.temperature)
    system = params.pop("system_instruction", None) or rendered.system
    cold = habits.deterministic and temperature == 0
    if seed is None and not cold:
        seed = habits.seed
    for index in range(1 if cold else count):
        own = params if seed is None else {**params, "seed": derive_seed(seed, case.id, index)}
        yield Request(asked.model, rendered.messages, system, own, asked.location, index)


def judge_request(
    asked: Asked, settings: Mapping[str, Setting], question: AnyQuestion, rubric: str, *, hearing: int = 0
) -> Request:
    """The request of one question; `rubric` is its rubric, rendered. Equal questions are equal requests, asked once: in each
    `hearing`, where the model does not reply always alike."""
    form = {"response_mime_type": "application/json", "response_schema": question.schema()}
    params = {**{name: setting.value for name, setting in settings.items()}, **form}
    if asked.labels:
        params["labels"] = {**asked.labels, **params.get("labels", {})}
    cold = params.get("temperature", asked.habits.temperature) == 0
    if asked.habits.seed is not None and not cold:
        params.setdefault("seed", asked.habits.seed)
    sample = 0 if cold and asked.habits.deterministic else hearing
    if sample and "seed" in params:
        params["seed"] = derive_seed(params["seed"], "", sample)
    turns = (Message("user", question.text(rubric)),)
    return Request(asked.model, turns, question.instruction(), params, asked.location, sample)


def service_request(asked: Asked, instance: Instance, prompt: str, *, hearing: int = 0) -> Request:
    """The request about one instance; `prompt` is what the model was asked. Equal instances are equal requests, asked once: in
    each `hearing` where a model judges."""
    params = {"metric": instance.metric, "spec": read_record(instance.spec.encode())}
    return Request(
        asked.model, (Message("user", instance.filled(prompt)),), "", params, asked.location, hearing if instance.rated else 0
    )


def embedding_request(asked: Asked, wanted: ToEmbed) -> Request:
    """The request for one embedding. Equal texts are equal requests, asked once."""
    return Request(asked.model, (Message("user", wanted.sent),), "", wanted.params, asked.location)


def derive_seed(seed: int, case_id: str, index: int) -> int:
    """A seed of 31 bits for one sample, so that equal cases draw apart and a run repeats itself."""
    digest = sha256(f"{seed}\0{case_id}\0{index}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
