"""Ways to ask: one file each, imported only when chosen. `KINDS` is the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from gemini_eval.errors import did_you_mean
from gemini_eval.types import Habits, Json, Provider, Recording


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """`prefix` is how its model ids begin; `names_file` tells whether what follows it is a path. `module` has `open_provider`,
    `params`, where there is one, `unsupported`. `saved`: its answers are there already, so that nothing is asked."""

    name: str
    prefix: str
    module: str
    about: str
    names_file: Callable[[str], bool]
    params: str = ""
    habits: Habits = field(default_factory=Habits)
    saved: bool = False


KINDS: tuple[ProviderKind, ...] = (
    ProviderKind(
        "embedded",
        "local:",
        "gemini_eval.providers.local",
        "the embedded Gemma, or a GGUF file: local:gemma-3-270m, local:PATH.gguf",
        lambda rest: rest.endswith(".gguf"),
        "gemini_eval.providers.local_params",
        Habits(seed=0, temperature=0.0, deterministic=True),
    ),
    ProviderKind("replay", "replay:", "gemini_eval.providers.replay", "a recording: replay:FILE", lambda _rest: True, saved=True),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a provider may need besides the model id: the file behind it, where it has one, and a voice for people."""

    file: Path | None = None
    say: Callable[[str], None] = lambda _line: None


def kind_of(model_id: str) -> ProviderKind | None:
    return next((kind for kind in KINDS if model_id.startswith(kind.prefix)), None)


def habits_of(model_id: str) -> Habits:
    """What a model does where the suite is silent; it need not be installed for that to be known."""
    kind = kind_of(model_id)
    return kind.habits if kind else Habits()


def file_in(model_id: str) -> str:
    """The path that a model id names, '' where it names none: replay:FILE, replay:FILE#MODEL, local:PATH.gguf."""
    kind = kind_of(model_id)
    rest = model_id.removeprefix(kind.prefix).partition("#")[0] if kind else ""
    return rest if kind and kind.names_file(rest) else ""


def unknown_model(model_id: str) -> tuple[str, str]:
    """(reason, hint) for a model id that no provider answers."""
    known = ", ".join(kind.about for kind in KINDS)
    near = did_you_mean(model_id, ["local:gemma-3-270m"])
    return f'no provider answers the model "{model_id}"', near or f"this version knows {known}"


def parameter_faults(model_id: str, params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """(name, why) of each parameter that the model's provider can't take; [] where it takes any."""
    kind = kind_of(model_id)
    found: list[tuple[str, str]] = import_module(kind.params).unsupported(params) if kind and kind.params else []
    return found


def open_provider(model_id: str, opening: Opening) -> Provider | Recording:
    """The provider of one model id, which `kind_of` knows. Raises `UsageError` where it can't work on this machine."""
    kind = kind_of(model_id)
    assert kind is not None, model_id
    provider: Provider | Recording = import_module(kind.module).open_provider(model_id, opening)
    return provider
