"""Where tuning is done, known before anybody is asked, and who asks there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gemini_eval.errors import UsageError
from gemini_eval.providers.gemini.address import GLOBAL, NAMES, Api, address_of, read_access
from gemini_eval.providers.gemini.credentials import find_token
from gemini_eval.types import Json

_SPELLED = "tuning"
"""What stands for a model's name where addresses are made."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One project in one region. `base` is scheme, host and port; `credentials` are google-auth's, with a token."""

    project: str
    location: str
    base: str
    credentials: Any

    @property
    def parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"


def find_seat(target: Mapping[str, Json]) -> Seat:
    """`target` is the workspace's. Raises `UsageError` where Vertex AI is not asked, or not in a region, or there are no
    credentials."""
    access = read_access(target, os.environ)
    if access.api is not Api.VERTEX:
        because = f" (because of {access.why})" if access.why else ""
        reason = f"models are tuned on Vertex AI, but {NAMES[access.api]} is asked{because}"
        raise UsageError(reason, "set GOOGLE_CLOUD_PROJECT (or the target's project) to ask Vertex AI")
    if access.location in ("", GLOBAL, "us", "eu"):
        said = f"not in {access.location}" if access.location else "and no region is named"
        reason = f"models are tuned in a region, {said}"
        raise UsageError(reason, "set GOOGLE_CLOUD_LOCATION=us-central1, or location: in a target of gemini-eval.yaml")
    found = find_token(str(target.get("impersonate") or ""))
    address = address_of(_SPELLED, "", access, found.project)
    return Seat(address.project, address.location, address.base, found.source)
