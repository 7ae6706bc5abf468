"""`similar` with a `model`: which embedding model is asked, and where."""

from __future__ import annotations

from gemini_eval.assertions.tree import Reference, embedding_model_in
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.models import check_service
from gemini_eval.suites.cursor import Cursor
from gemini_eval.types import Json


def check_embedding_model(context: Context, value: Cursor, parameters: Json) -> None:
    """It is the same for all cases, and may be asked from here."""
    model = embedding_model_in(parameters)
    if not model:
        return
    for name in ("model", "location"):
        if isinstance(parameters.get(name), Reference):
            context.faults.add(f"`{name}` can't be different in each case", value.entry(name).place, f"write the {name} here")
            return
    check_service(context, value.entry("model"), str(model), str(parameters.get("location") or ""))
