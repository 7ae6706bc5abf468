"""`doctor` on Google: which variables are set, and, where a Gemini model is to be asked, whether it can be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gemini_eval.providers import Opening, kind_of, place_of
from gemini_eval.suites.tuned import PREFIX, find_tuned
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Json

State: TypeAlias = Literal["ok", "warning", "broken"]

VARIABLES = (
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_LOCATION",
    "GOOGLE_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "GOOGLE_VERTEX_BASE_URL",
    "GOOGLE_GEMINI_BASE_URL",
)


@dataclass(frozen=True, slots=True)
class Found:
    """One check. Only what the default model can't do without is `broken`."""

    check: str
    state: State
    found: str
    mend: str = ""

    def to_json(self) -> Json:
        return {"check": self.check, "state": self.state, "found": self.found, "mend": self.mend}


def variables() -> Found:
    """Which of Google's variables are set; what they hold is never read out."""
    given = [name for name in VARIABLES if os.environ.get(name)]
    missing = [name for name in VARIABLES if name not in given]
    parts = [f"{word} {', '.join(names)}" for word, names in (("set:", given), ("not set:", missing)) if names]
    return Found("Google", "ok", f"{'; '.join(parts)} (values are not shown)")


def google(workspace: Workspace | None, model: str, target: str) -> Iterator[Found]:
    """API, credentials, project, reachability and quota of `model`, else of the default one; nothing where that is no Gemini
    model.

    Asks once, for at most 16 tokens. Raises `InputError` for a target or a tuned model that the workspace does not have.
    """
    asked = model or (workspace.default_model if workspace else "")
    if workspace and asked.startswith(PREFIX):
        asked = find_tuned(workspace.folder, asked).model
    kind = kind_of(asked)
    if kind is None or kind.name != "gemini":
        return
    from gemini_eval.providers.gemini.probe import probe

    named = target or (workspace.default_target if workspace else "")
    chosen = workspace.place(named) if workspace else {}
    place = place_of(asked, "", chosen, os.environ)
    if place.reason:
        if model:
            yield Found("Google API", "broken", place.reason, place.hint)
        return  # of the default model it is told already
    for probed in probe(asked, Opening(location=place.location, target=chosen)):
        yield Found(probed.name, "ok" if probed.well else "broken", probed.found, probed.mend)
