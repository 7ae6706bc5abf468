"""Ways to ask: one file each, imported only when chosen. `KINDS` is the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from gemini_eval.errors import did_you_mean
from gemini_eval.metrics.embedding_models import is_embedding_model
from gemini_eval.providers.gemini.spelling import is_gemini
from gemini_eval.providers.local_id import EMBEDDED, PREFIX, parts_of
from gemini_eval.providers.prices import FREE, Price
from gemini_eval.types import Habits, Json, Provider, Recording


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """`claims` tells its model ids, wrongly spelled ones too; `file` the path in such an id, '' for none. `module` has
    `open_provider`; where they are named, `identity` has a function of that name, `place` has `place_of` and `checks` has
    `faults` and `warnings`. `saved`: its answers are there already, so that nothing is asked."""

    name: str
    claims: Callable[[str], bool]
    module: str
    about: str
    file: Callable[[str], str] = lambda _model_id: ""
    identity: str = ""
    place: str = ""
    checks: str = ""
    habits: Habits = field(default_factory=Habits)
    saved: bool = False
    asked_by: str = ""
    """It answers no prompts: only assertions like this one ask it."""


EVALUATION_SERVICE = "vertex:evaluation"
"""The name under which the evaluation service is asked, allowed and recorded."""


def _local_file(model_id: str) -> str:
    if model_id.startswith(PREFIX):
        return parts_of(model_id)[0]
    rest = model_id.removeprefix("local:")
    return rest if rest.endswith(".gguf") else ""


KINDS: tuple[ProviderKind, ...] = (
    ProviderKind(
        "embedded",
        lambda model_id: model_id.startswith("local:"),
        "gemini_eval.providers.local",
        "the embedded Gemma, tuned, or a GGUF file: local:gemma-3-270m, local:gemma-3-270m+ADAPTER.gguf, local:PATH.gguf",
        file=_local_file,
        identity="gemini_eval.providers.local_adapter",
        checks="gemini_eval.providers.local_params",
        habits=Habits(seed=0, temperature=0.0, deterministic=True),
    ),
    ProviderKind(
        "embedding",
        is_embedding_model,
        "gemini_eval.providers.embedding.provider",
        "Google's embedding models, by assertions",
        place="gemini_eval.providers.gemini.place",
        checks="gemini_eval.providers.embedding.checks",
        asked_by="similar: {model: …}",
    ),
    ProviderKind(
        "gemini",
        is_gemini,
        "gemini_eval.providers.gemini.provider",
        "Gemini: gemini-3.5-flash, projects/PROJECT/locations/LOCATION/endpoints/ID of a tuned model",
        place="gemini_eval.providers.gemini.place",
        checks="gemini_eval.providers.gemini.checks",
    ),
    ProviderKind(
        "replay",
        lambda model_id: model_id.startswith("replay:"),
        "gemini_eval.providers.replay",
        "a recording: replay:FILE",
        file=lambda model_id: model_id.removeprefix("replay:").partition("#")[0],
        saved=True,
    ),
    ProviderKind(
        EVALUATION_SERVICE,
        lambda model_id: model_id == EVALUATION_SERVICE,
        "gemini_eval.providers.evaluation.provider",
        "the Vertex AI evaluation service, by assertions",
        place="gemini_eval.providers.evaluation.place",
        checks="gemini_eval.providers.evaluation.checks",
        asked_by="vertex:",
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model is asked, known without asking anybody: `location` as part of its requests' keys (`implied` where nobody
    wrote it), `project` and `through` (the API) for people. `reason` and `hint` say what is wrong with the model's id there."""

    location: str = ""
    implied: bool = False
    project: str = ""
    through: str = ""
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ParameterFault:
    """One generation parameter that a model can't take, or not so."""

    name: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a provider may need besides the model id: the file behind it, a voice for people, where it is asked. `target` is the
    workspace's: project, limits, prices…; `timeout_s` goes over what it says of one attempt."""

    file: Path | None = None
    say: Callable[[str], None] = lambda _line: None
    location: str = ""
    target: Mapping[str, Json] = field(default_factory=dict)
    timeout_s: float | None = None


def kind_of(model_id: str) -> ProviderKind | None:
    return next((kind for kind in KINDS if kind.claims(model_id)), None)


def habits_of(model_id: str) -> Habits:
    """What a model does where the suite is silent; it need not be installed for that to be known."""
    kind = kind_of(model_id)
    return kind.habits if kind else Habits()


def file_in(model_id: str) -> str:
    """The path that a model id names, '' where it names none: replay:FILE, replay:FILE#MODEL, local:PATH.gguf."""
    kind = kind_of(model_id)
    return kind.file(model_id) if kind else ""


def identity_of(model_id: str, file: Path | None) -> str:
    """The id under which answers are kept and found again: where a file decides what is answered, by its content and not by its
    path. `file` is the one that the id names. Raises `UsageError` where it can't be read."""
    kind = kind_of(model_id)
    found: str = import_module(kind.identity).identity(model_id, file) if kind and kind.identity else model_id
    return found


def unknown_model(model_id: str) -> tuple[str, str]:
    """(reason, hint) for a model id that no provider answers."""
    known = "; ".join(kind.about for kind in KINDS if not kind.asked_by)
    listed: Sequence[str] = import_module("gemini_eval.providers.gemini.table").known_models()
    near = did_you_mean(model_id, [EMBEDDED, *listed])
    return f'no provider answers the model "{model_id}"', near or f"known are {known}"


def place_of(model_id: str, location: str, target: Mapping[str, Json], environment: Mapping[str, str]) -> Place:
    """Where a model is asked, by the location that was written ('' for none), the workspace's target and the environment."""
    kind = kind_of(model_id)
    if kind is None or not kind.place:
        return Place(location)
    found: Place = import_module(kind.place).place_of(model_id, location, target, environment)
    return found


def parameter_faults(model_id: str, through: str, params: Mapping[str, Json], target: Mapping[str, Json]) -> list[ParameterFault]:
    """What the model, asked `through` its API, can't take; [] where it takes all of it. `target` is the workspace's."""
    kind = kind_of(model_id)
    if kind is None or not kind.checks:
        return []
    found: list[ParameterFault] = import_module(kind.checks).faults(model_id, through, params, target)
    return found


def model_warnings(model_id: str, target: Mapping[str, Json]) -> list[str]:
    """What is worth knowing of a model before it is asked: that it is retired soon."""
    kind = kind_of(model_id)
    found: list[str] = import_module(kind.checks).warnings(model_id, target) if kind and kind.checks else []
    return found


def price_of(model_id: str, target: Mapping[str, Json]) -> Price | None:
    """What a model costs at a target of the workspace; None where no price is known."""
    kind = kind_of(model_id)
    found: Price | None = import_module(kind.checks).price_of(model_id, target) if kind and kind.checks else FREE
    return found


def most_output_tokens(model_id: str, target: Mapping[str, Json]) -> int | None:
    """How many tokens one answer may have where a request does not say; None where that is not known."""
    kind = kind_of(model_id)
    found: int | None = import_module(kind.checks).most_output_tokens(model_id, target) if kind and kind.checks else None
    return found


def open_provider(model_id: str, opening: Opening) -> Provider | Recording:
    """The provider of one model id, which `kind_of` knows. Raises `UsageError` where it can't work on this machine."""
    kind = kind_of(model_id)
    assert kind is not None, model_id
    provider: Provider | Recording = import_module(kind.module).open_provider(model_id, opening)
    return provider
