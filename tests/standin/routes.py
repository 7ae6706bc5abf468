"""Paths of both APIs: which one is asked, for which model, for what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

_VERTEX = re.compile(
    r"/(?P<version>v1|v1beta1)/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
    r"/(?:publishers/google/models/(?P<model>[^/:]+)|endpoints/(?P<endpoint>[^/:]+))"
    r":(?P<method>generateContent|countTokens|predict|embedContent)"
)
_EXPRESS = re.compile(
    r"/(?P<version>v1|v1beta1)/publishers/google/models/(?P<model>[^/:]+)(?::(?P<method>generateContent|countTokens))?"
)
_DEVELOPER = re.compile(
    r"/(?P<version>v1beta)/models/(?P<model>[^/:]+)(?::(?P<method>generateContent|countTokens|batchEmbedContents))?"
)
EMBEDDING = ("predict", "embedContent", "batchEmbedContents")


_EVALUATION = re.compile(
    r"/(?P<version>v1|v1beta1)/projects/(?P<project>[^/]+)/locations/(?P<model>[^/:]+):(?P<method>evaluateInstances)"
)


_RESOURCES = re.compile(
    r"/(?P<version>v1|v1beta1)/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
    r"/(?P<kind>tuningJobs|endpoints)(?:/(?P<id>[^/:]+))?(?::(?P<verb>cancel|deployModel|undeployModel))?"
)
_OPERATION = re.compile(r"/(?P<version>v1|v1beta1|ui)/(?P<name>projects/[^:]+/operations/[^/:]+)")
"""Google's REST client looks at operations below /ui/, which the API serves as /v1/."""


@dataclass(frozen=True, slots=True)
class Route:
    """`api` is vertex, express, developer, or publisher: Vertex AI asked about a model, which a token and a key both open.

    `method` is generateContent, countTokens, evaluateInstances, one of EMBEDDING, get, or of tuning and deploying
    tuningJobs.create, endpoints.deployModel, operations.get…, where `model` is the resource's name, or that of what holds it.
    Else `model` is an endpoint's id where `tuned`, and for evaluateInstances the location.
    """

    api: str
    version: str
    method: str
    model: str
    tuned: bool = False

    @property
    def messages(self) -> str:
        """Whose messages it speaks: v1 or v1beta1 of Vertex AI, or developer."""
        return "developer" if self.api == "developer" else self.version


@lru_cache(4096)
def route_of(verb: str, raw_path: str) -> Route | None:
    """The route of a request line, None where there is none."""
    path = unquote(raw_path.partition("?")[0])
    if resource := _resource(verb, path):
        return resource
    if found := _VERTEX.fullmatch(path):
        api, model = "vertex", found["model"] or found["endpoint"]
    elif found := _EVALUATION.fullmatch(path):
        api, model = "vertex", found["model"]
    elif found := _EXPRESS.fullmatch(path):
        api, model = ("express" if found["method"] else "publisher"), found["model"]
    elif found := _DEVELOPER.fullmatch(path):
        api, model = "developer", found["model"]
    else:
        return None
    method = found["method"] or "get"
    if verb != ("GET" if method == "get" else "POST"):
        return None
    return Route(api, found["version"], method, model, tuned=bool(found.groupdict().get("endpoint")))


def _resource(verb: str, path: str) -> Route | None:
    """Tuning jobs, endpoints and the operations on them."""
    if verb == "GET" and (operation := _OPERATION.fullmatch(path)):
        return Route("vertex", operation["version"], "operations.get", operation["name"])
    found = _RESOURCES.fullmatch(path)
    if found is None or (found["verb"] and not found["id"]):
        return None
    known = {("GET", True): "get", ("GET", False): "list", ("POST", False): "create", ("DELETE", True): "delete"}
    action = found["verb"] if verb == "POST" and found["verb"] else known.get((verb, bool(found["id"])))
    if action is None or (found["verb"] and verb != "POST") or (found["kind"], action) == ("tuningJobs", "delete"):
        return None
    parent = f"projects/{found['project']}/locations/{found['location']}"
    name = f"{parent}/{found['kind']}/{found['id']}" if found["id"] else parent
    return Route("vertex", found["version"], f"{found['kind']}.{action}", name)
