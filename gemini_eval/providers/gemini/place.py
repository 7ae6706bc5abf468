"""Where a Gemini model is asked, known while a suite is loaded: nobody is asked for it, and no credentials are needed."""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.errors import UsageError
from gemini_eval.providers import Place
from gemini_eval.providers.gemini.address import GLOBAL, Access, Api, address_faults, read_access
from gemini_eval.providers.gemini.spelling import read_spelling
from gemini_eval.types import Json

THROUGH = {Api.VERTEX: "Vertex AI", Api.EXPRESS: "Vertex AI, express mode", Api.DEVELOPER: "Gemini developer API"}


def place_of(model_id: str, location: str, target: Mapping[str, Json], environment: Mapping[str, str]) -> Place:
    """`location` is the one written beside the model; without one the path's, the target's and the environment's count in
    turn.
    """
    try:
        access = read_access(target, environment)
    except UsageError as error:
        return Place(location, reason=error.faults[0].reason, hint=error.faults[0].hint)
    reason, hint = address_faults(model_id, location, access)
    if reason:
        return Place(location, reason=reason, hint=hint)
    spelling = read_spelling(model_id)
    written = spelling.location or location or str(target.get("location") or "")
    return Place(
        location=_location(written, access),
        implied=not written and access.why != "the target",
        project=spelling.project or access.project,
        through=THROUGH[access.api],
    )


def _location(written: str, access: Access) -> str:
    """What stands in a request's key: express mode is asked globally, and the developer API has no locations."""
    if access.api is Api.DEVELOPER:
        return ""
    return GLOBAL if access.api is Api.EXPRESS else written or access.location or GLOBAL
