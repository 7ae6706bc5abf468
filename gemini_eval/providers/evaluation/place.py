"""Where the evaluation service is asked, known while a suite is loaded."""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.errors import UsageError
from gemini_eval.providers import Place
from gemini_eval.providers.gemini.address import GLOBAL, NAMES, Address, Api, address_faults, address_of, read_access
from gemini_eval.providers.gemini.place import THROUGH
from gemini_eval.types import Json

_SPELLED = "evaluation-service"
"""What stands for a model's name where addresses are made."""


def place_of(_model_id: str, location: str, target: Mapping[str, Json], environment: Mapping[str, str]) -> Place:
    """As of a Gemini model, but that the service is a part of Vertex AI alone."""
    try:
        access = read_access(target, environment)
    except UsageError as error:
        return Place(location, reason=error.faults[0].reason, hint=error.faults[0].hint)
    if access.api is not Api.VERTEX:
        because = f" (because of {access.why})" if access.why else ""
        reason = f"the evaluation service is a part of Vertex AI, but {NAMES[access.api]} is asked{because}"
        return Place(location, reason=reason, hint="set GOOGLE_CLOUD_PROJECT (or the target's project) to ask Vertex AI")
    reason, hint = address_faults(_SPELLED, location, access)
    written = location or str(target.get("location") or "")
    return Place(
        location=written or access.location or GLOBAL,
        implied=not written and access.why != "the target",
        project=access.project,
        through=THROUGH[access.api],
        reason=reason,
        hint=hint,
    )


def service_address(location: str, target: Mapping[str, Json], environment: Mapping[str, str], project: str) -> Address:
    """`project` is the credentials' own. Raises `UsageError` where none is known."""
    return address_of(_SPELLED, location, read_access(target, environment), project)
