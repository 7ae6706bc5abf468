"""Model spellings and where they are asked: Vertex AI, its express mode, or the Gemini developer API.

Sources: Vertex AI REST reference (`projects.locations.publishers.models`, `projects.locations.endpoints`), Gemini API reference
(`models.generateContent`), and google-genai 2.34 for the environment variables and which of them wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.providers.gemini.spelling import Form, Spelling, is_location, location_mend, read_spelling
from gemini_eval.types import Json


class Api(StrEnum):
    VERTEX = "vertex"
    EXPRESS = "express"
    DEVELOPER = "developer"


GLOBAL = "global"
PROJECT_VARIABLES = ("GOOGLE_CLOUD_PROJECT",)
LOCATION_VARIABLES = ("GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION")
KEY_VARIABLES = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
SWITCHES = ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")
BASE_URL_VARIABLES = {
    Api.VERTEX: "GOOGLE_VERTEX_BASE_URL",
    Api.EXPRESS: "GOOGLE_VERTEX_BASE_URL",
    Api.DEVELOPER: "GOOGLE_GEMINI_BASE_URL",
}
"""In each list the first that is set wins, as in the official client."""

NAMES = {Api.VERTEX: "Vertex AI", Api.EXPRESS: "Vertex AI in express mode", Api.DEVELOPER: "the developer API"}
_MULTI_REGIONS = ("us", "eu")


@dataclass(frozen=True, slots=True)
class Access:
    """Through which door is asked. `why` is what decided it: a variable, the target, or nothing that was set.

    `location` is the target's or the environment's, '' where neither has one; `location_from` says whose it is, likewise.
    """

    api: Api
    project: str = ""
    location: str = ""
    base_url: str = ""
    why: str = ""
    location_from: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where one model is asked. `base` is scheme, host and port; `path` begins with the API's version; `model` is the last name
    in it: a model id, or an endpoint's number."""

    base: str
    path: str
    model: str
    project: str
    location: str

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    def url(self, method: str = "generateContent") -> str:
        return f"{self.base}/{self.path}:{method}"


def read_access(target: Mapping[str, Json], environment: Mapping[str, str]) -> Access:
    """Who is asked: a target's word, else the environment's. Raises `UsageError` for an `api` that is none."""
    project = str(target.get("project") or "")
    own_location = str(target.get("location") or "")
    api, why = _api(target, project, environment)
    base_url = environment.get(BASE_URL_VARIABLES[api], "").strip().rstrip("/")
    if api is not Api.VERTEX:
        return Access(api, "", own_location, base_url, why, "the target" if own_location else "")
    variable, location = _first(environment, LOCATION_VARIABLES)
    return Access(
        api,
        project or _first(environment, PROJECT_VARIABLES)[1],
        own_location or location,
        base_url,
        why,
        "the target" if own_location else variable,
    )


def api_key(environment: Mapping[str, str]) -> tuple[str, str]:
    """(variable, key) of the key that is used; ('', '') where none is set."""
    return _first(environment, KEY_VARIABLES)


def _api(target: Mapping[str, Json], project: str, environment: Mapping[str, str]) -> tuple[Api, str]:
    said = target.get("api")
    if said:
        if said not in list(Api):
            raise UsageError(f'a target\'s api is vertex, express or developer, not "{said}"', did_you_mean(said, Api))
        return Api(str(said)), "the target"
    if project:
        return Api.VERTEX, "the target's project"
    switch, value = _first(environment, SWITCHES)
    project_variable, _ = _first(environment, PROJECT_VARIABLES)
    key_variable, _ = api_key(environment)
    if switch and value.lower() not in ("true", "1"):
        return Api.DEVELOPER, switch
    if switch:
        return (Api.EXPRESS, f"{switch} and {key_variable}") if key_variable and not project_variable else (Api.VERTEX, switch)
    if project_variable:
        return Api.VERTEX, project_variable
    return (Api.DEVELOPER, key_variable) if key_variable else (Api.VERTEX, "")


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    return next(((name, value) for name in names if (value := environment.get(name, "").strip())), ("", ""))


# ---- what is wrong with a spelling -------------------------------------------------------------------------


def address_faults(model_id: str, location: str, access: Access) -> tuple[str, str]:
    """(reason, hint) of what keeps a model from being asked there; ('', '') where it is right. `location` is the suite's."""
    variable = access.location_from if not location and access.location_from in LOCATION_VARIABLES else ""
    stated, whose = location or access.location, variable or ("location" if location else "the target's location")
    if stated and not is_location(stated):
        return f'"{stated}" ({whose}) is no location', location_mend(stated)
    if stated and access.api is not Api.VERTEX and (access.api, stated) != (Api.EXPRESS, GLOBAL):
        return f"{NAMES[access.api]} has no locations, but {whose} says {stated}", f"take the location out, or {_to_vertex()}"
    reason, hint = _base_url_fault(access)
    if reason:
        return reason, hint
    spelling = read_spelling(model_id, access.project, stated)
    if spelling.reason:
        return spelling.reason, spelling.hint
    by_api = {Api.VERTEX: _vertex_faults, Api.EXPRESS: _express_faults, Api.DEVELOPER: _developer_faults}
    return by_api[access.api](spelling, "" if variable else stated, access)


def _vertex_faults(spelling: Spelling, stated: str, access: Access) -> tuple[str, str]:
    """`stated` is a location that the suite or the target chose; a variable's is only a default, over which a full path wins."""
    if spelling.form is Form.MODELS:
        return f'"models/{spelling.name}" is a spelling of the developer API', f"write {spelling.name}"
    if spelling.location and stated and spelling.location != stated:
        kind = "the endpoint" if spelling.form is Form.ENDPOINT else "the model"
        reason = f'{kind} "{spelling.full}" is in {spelling.location}, but location says {stated}'
        return reason, f"write location: {spelling.location} for this model, or name one that is in {stated}"
    return "", ""


def _express_faults(spelling: Spelling, _stated: str, access: Access) -> tuple[str, str]:
    if spelling.form is Form.ENDPOINT:
        reason = f'express mode has no tuned endpoints: "{spelling.full}"'
        return reason, f"set GOOGLE_CLOUD_PROJECT={spelling.project} (or the target's project) and use Vertex AI with credentials"
    if spelling.form in (Form.FULL, Form.MODELS):
        return f'express mode has no projects and locations: "{spelling.full}"', f"write {spelling.name}, or {_to_vertex()}"
    return "", ""


def _developer_faults(spelling: Spelling, _stated: str, access: Access) -> tuple[str, str]:
    if spelling.form in (Form.PLAIN, Form.MODELS):
        return "", ""
    reason = f'"{spelling.full}" is a path of Vertex AI, but the developer API is asked (because of {access.why or "the target"})'
    mend = _to_vertex(spelling.project)
    return reason, mend if spelling.form is Form.ENDPOINT else f"write {spelling.name}, or {mend}"


def _to_vertex(project: str = "") -> str:
    return f"set GOOGLE_CLOUD_PROJECT{'=' + project if project else ''} (or the target's project) to ask Vertex AI"


def _base_url_fault(access: Access) -> tuple[str, str]:
    if not access.base_url:
        return "", ""
    name = BASE_URL_VARIABLES[access.api]
    try:
        parts = urlsplit(access.base_url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return f"{name} is no address", "write it like https://HOST or http://127.0.0.1:8080"
    if parts.username or parts.password:
        return f"{name} holds a user name or password", "take it out of the address"
    if not right or parts.query or parts.fragment:
        return f"{name} is no address of a server", "write it like https://HOST or http://127.0.0.1:8080"
    return "", ""


# ---- where a right spelling leads --------------------------------------------------------------------------


def address_of(model_id: str, location: str, access: Access, project: str = "") -> Address:
    """Where a model is asked, for which `address_faults` found none. `project` is that of the credentials, which is used where
    neither the path nor the target nor the environment names one.

    Raises:
        UsageError: what `address_faults` says, or no project is known.
    """
    reason, hint = address_faults(model_id, location, access)
    if reason:
        raise UsageError(reason, hint)
    spelling = read_spelling(model_id, access.project, "")
    name = spelling.name
    if access.api is Api.DEVELOPER:
        base = access.base_url or "https://generativelanguage.googleapis.com"
        return Address(base, f"v1beta/models/{name}", name, "", "")
    if access.api is Api.EXPRESS:
        base = access.base_url or vertex_base(GLOBAL)
        return Address(base, f"v1/publishers/google/models/{name}", name, "", "")
    where = spelling.location or location or access.location or GLOBAL
    whose = spelling.project or access.project or project
    if not whose:
        mend = "set GOOGLE_CLOUD_PROJECT, or project: in a target of gemini-eval.yaml"
        raise UsageError(f'no Google Cloud project is known to ask "{model_id}" with', mend)
    kind = "endpoints" if spelling.form is Form.ENDPOINT else "publishers/google/models"
    path = f"v1/projects/{whose}/locations/{where}/{kind}/{name}"
    return Address(access.base_url or vertex_base(where), path, name, whose, where)


def vertex_base(location: str) -> str:
    """`https://` and the host of one location of Vertex AI."""
    if location == GLOBAL:
        return "https://aiplatform.googleapis.com"
    if location in _MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"
