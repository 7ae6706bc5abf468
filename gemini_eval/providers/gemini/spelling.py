"""How a Gemini model may be spelled in a suite, and what is right where it is spelled otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gemini_eval.errors import did_you_mean

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._@")
_PROJECT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.:")
_OURS = (
    "gemini-", "gemma-", "publishers/", "projects/", "locations/", "models/", "tunedmodels/", "endpoints/", "tuned:",
    "google/", "gemini/", "vertex_ai/",
)  # fmt: skip
_COLLECTIONS = ("projects", "locations", "publishers", "models", "endpoints", "tunedModels")
_WORDS = ("global", "us", "eu")
_REGIONS = (
    *_WORDS, "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
    "northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1", "europe-central2",
    "europe-north1", "europe-southwest1", "europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6",
    "europe-west8", "europe-west9", "europe-west12", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2",
    "asia-northeast3", "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2", "australia-southeast1",
    "australia-southeast2", "me-central1", "me-central2", "me-west1", "africa-south1",
)  # fmt: skip
"""For "did you mean" alone: a region that is not among them may be new, and is taken."""


class Form(StrEnum):
    PLAIN = "M"
    MODELS = "models/M"
    PUBLISHER = "publishers/google/models/M"
    FULL = "projects/P/locations/L/publishers/google/models/M"
    ENDPOINT = "projects/P/locations/L/endpoints/ID"


@dataclass(frozen=True, slots=True)
class Spelling:
    """A model id taken apart. Where it is wrong, `reason` and `hint` say so and the rest is empty."""

    form: Form = Form.PLAIN
    name: str = ""
    project: str = ""
    location: str = ""
    reason: str = ""
    hint: str = ""

    @property
    def full(self) -> str:
        """The id as it was written."""
        head = self.form.value.rpartition("/")[0].replace("/P/", f"/{self.project}/").replace("/L/", f"/{self.location}/")
        return f"{head}/{self.name}" if head else self.name


def is_gemini(model_id: str) -> bool:
    """Whether a model id means a model of Google's services, rightly spelled or not."""
    low = model_id.lower()
    return low.startswith(_OURS) or (low.isascii() and low.isdecimal())


def read_spelling(model_id: str, project: str = "", location: str = "") -> Spelling:
    """A model id taken apart. `project` and `location` are those at hand, for the mend of a short form."""
    own = _alien(model_id, project, location)
    if own[0]:
        return Spelling(reason=own[0], hint=own[1])
    parts = model_id.split("/")
    wrong = _unknown_characters(model_id, parts)
    if wrong[0]:
        return Spelling(reason=wrong[0], hint=wrong[1])
    match parts:
        case [name]:
            return Spelling(Form.PLAIN, name)
        case ["models", name]:
            return Spelling(Form.MODELS, name)
        case ["publishers", "google", "models", name]:
            return Spelling(Form.PUBLISHER, name)
        case ["projects", owner, "locations", place, "publishers", "google", "models", name]:
            return _placed(Spelling(Form.FULL, name, owner, place))
        case ["projects", owner, "locations", place, "endpoints", name]:
            return _placed(Spelling(Form.ENDPOINT, name, owner, place))
    return _short_or_odd(model_id, parts, project, location)


def is_location(text: str) -> bool:
    """`global`, `us`, `eu`, or a region such as `us-central1`."""
    area, _, place = text.partition("-")
    named = bool(area) and area.isascii() and area.isalpha() and area.islower()
    return text in _WORDS or (
        named and place.isascii() and place.isalnum() and place.islower() and place[0].isalpha() and place[-1].isdecimal()
    )


def location_mend(text: str) -> str:
    """What to write instead of a location that is none."""
    region = text.rpartition("-")[0]
    if is_location(region) and len(text) == len(region) + 2:
        return f"{text} is a zone; write its region: {region}"
    if is_location(text.strip().lower()):
        return f"write {text.strip().lower()}"
    return did_you_mean(text, _REGIONS) or "write global, us, eu or a region such as us-central1"


def _placed(spelling: Spelling) -> Spelling:
    if not is_location(spelling.location):
        reason = f'"{spelling.location}" in "{spelling.full}" is no location'
        return Spelling(reason=reason, hint=location_mend(spelling.location))
    if not spelling.project or not set(spelling.project) <= _PROJECT:
        hint = "a project id has lower-case letters, digits and dashes"
        return Spelling(reason=f'"{spelling.project}" in "{spelling.full}" is no project', hint=hint)
    return spelling


def _alien(model_id: str, project: str, location: str) -> tuple[str, str]:
    """Spellings of other tools, and what is no model by itself."""
    if model_id.isascii() and model_id.isdecimal():
        reason = f'"{model_id}" is an endpoint\'s number, which does not say where the endpoint is'
        return reason, f"write {_endpoint(project, location, model_id)}"
    if model_id.startswith("tuned:"):
        return (
            f'"{model_id}" is looked up in gemini-eval.tuned.yaml, and does not stand there',
            "see what does: gemini-eval tune list",
        )
    head, _, name = model_id.partition("/")
    if head in ("google", "gemini", "vertex_ai") and name:
        return f'"{model_id}" is spelled as other tools do', f"write {name.rpartition('/')[2]}"
    stem, colon, method = model_id.rpartition(":")
    if colon and method.isalpha():
        return f'"{model_id}" ends in a method', f"write {stem}"
    if is_gemini(model_id) and model_id != model_id.lower() and "/" not in model_id:
        return f'model ids are in lower case, not "{model_id}"', f"write {model_id.lower()}"
    return "", ""


def _unknown_characters(model_id: str, parts: list[str]) -> tuple[str, str]:
    odd = sorted(set(model_id) - _NAME - {"/", ":"}) + ([":"] if ":" in parts[-1] else [])
    if odd:
        shown = ", ".join(repr(character) for character in odd[:5])
        return f"a model id with {shown} in it: {model_id!r}", "it has letters, digits, dashes, dots and slashes"
    if any(not part.strip(".") for part in parts):
        return f"a model id with an empty part: {model_id!r}", "write it without // and .., and with no slash at its ends"
    return "", ""


def _short_or_odd(model_id: str, parts: list[str], project: str, location: str) -> Spelling:
    reason, hint = f'"{model_id}" is no model id', f"write gemini-2.5-flash, {Form.FULL.value} or {Form.ENDPOINT.value}"
    match parts:
        case ["endpoints", number]:
            reason, hint = f'"{model_id}" does not say where the endpoint is', f"write {_endpoint(project, location, number)}"
        case ["projects", owner, "endpoints", number]:
            reason, hint = f'"{model_id}" does not say in which location', f"write {_endpoint(owner, location, number)}"
        case ["locations", place, "endpoints", number]:
            reason, hint = f'"{model_id}" does not say in which project', f"write {_endpoint(project, place, number)}"
        case ["tunedModels", name]:
            reason = f'"{model_id}": the developer API no longer has tuned models'
            hint = f"write the full endpoint of one on Vertex AI: {_endpoint(project, location)}"
        case ["projects", owner, "locations", place, "models", *_]:
            reason = f'"{model_id}" is a model in the registry, which answers nothing itself'
            hint = f"write the endpoint that it is deployed to: {_endpoint(owner, place)}"
        case ["projects", owner, "locations", place, "publishers", "google", name]:
            reason = f'"{model_id}" lacks models/'
            hint = f"write projects/{owner}/locations/{place}/publishers/google/models/{name}"
        case ["publishers", "google", name]:
            reason, hint = f'"{model_id}" lacks models/', f"write publishers/google/models/{name}"
        case ["publishers", publisher, *_] | ["projects", _, "locations", _, "publishers", publisher, *_] if (
            publisher != "google"
        ):
            reason = f'"{model_id}" is a model of {publisher}, which does not answer in Gemini\'s format'
            hint = "name one of publishers/google"
        case [collection, *_] if collection not in _COLLECTIONS:
            hint = did_you_mean(collection, _COLLECTIONS) or hint
    return Spelling(reason=reason, hint=hint)


def _endpoint(project: str, location: str, number: str = "ID") -> str:
    return f"projects/{project or 'PROJECT'}/locations/{location or 'LOCATION'}/endpoints/{number}"
