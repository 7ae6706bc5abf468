"""`Request` -> the JSON body of `generateContent`, equal to what the official client sends for the same call.

Source: google-genai 2.34; the parity tests capture its bodies. Parameters are converted once for each distinct set of them, since
all requests of a variant share theirs but for the seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers.gemini.address import GLOBAL, Api
from gemini_eval.providers.gemini.fields import SHORT_FORMS
from gemini_eval.providers.gemini.message import camel, snake, wired
from gemini_eval.providers.gemini.params import FIELDS, unsupported, unsupported_by
from gemini_eval.providers.gemini.schema import response_schema
from gemini_eval.safe.json_text import canonical_json, dump_json
from gemini_eval.types import Json, Request

KEPT = 64
"""Sets of parameters whose converted form is kept; a run has as many as variants and cases with their own."""

_BESIDE = frozenset(
    {"safety_settings", "tools", "tool_config", "labels", "cached_content", "model_armor_config", "service_tier", "store"}
)
_RENAMED = {"model_selection_config": "modelConfig"}
_CAMEL_INSIDE = {
    Api.DEVELOPER: frozenset({"google_search", "google_maps", "auth_config", "function_calling_config"}),
    Api.VERTEX: frozenset[str](),
    Api.EXPRESS: frozenset[str](),
}
"""Messages whose own names go in camelCase: the client converts them one by one for the developer API."""


@dataclass(frozen=True, slots=True)
class _Converted:
    """What a set of parameters becomes: `config` is generationConfig, `beside` what stands next to it."""

    config: dict[str, Json]
    beside: dict[str, Json]


class BodyMaker:
    """The bodies of one API's requests; `project` and `location` complete a short name of cached content on Vertex AI."""

    def __init__(self, api: Api, project: str = "", location: str = "") -> None:
        self._api, self._parent = api, f"projects/{project}/locations/{location or GLOBAL}" if project else ""
        self._kept: dict[bytes, _Converted] = {}

    def body(self, request: Request) -> dict[str, Json]:
        """A body whose parts are shared with others of equal parameters: not to be changed.

        Raises:
            ValueRefusedError: a parameter that `unsupported` or `unsupported_by` lists.
        """
        params = dict(request.params)
        seed, system = params.pop("seed", None), params.pop("system_instruction", None)
        system = request.system or system
        converted = self._converted(params)
        contents = [{"parts": [{"text": message.text}], "role": message.role} for message in request.messages]
        body: dict[str, Json] = {"contents": contents, **converted.beside}
        if system:
            body["systemInstruction"] = {"parts": [{"text": system}], "role": "user"}
        if request.params or system:
            body["generationConfig"] = converted.config if seed is None else {**converted.config, "seed": seed}
        return body

    def data(self, request: Request) -> bytes:
        """The body as it is sent. Raises `ValueRefusedError` as `body` does, and for text that no UTF-8 can hold."""
        return dump_json(self.body(request))

    def _converted(self, params: dict[str, Json]) -> _Converted:
        key = canonical_json(params)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = self._convert(params)
        return found

    def _convert(self, params: Mapping[str, Json]) -> _Converted:
        for name, why in (*unsupported(params), *unsupported_by(self._api, params)):
            raise ValueRefusedError(f"{name}: {why}")
        given = {snake(name): value for name, value in params.items() if value is not None}
        thinking = {name: given.pop(name) for name in SHORT_FORMS if name in given}
        if thinking:
            given["thinking_config"] = {**given.get("thinking_config", {}), **thinking}
        made = _Converted({}, {})
        for name, value in given.items():
            place = made.beside if name in _BESIDE else made.config
            written = self._written(name, value)
            if written is not None:
                place[_RENAMED.get(name) or camel(name)] = written
        return made

    def _written(self, name: str, value: Json) -> Json:
        if name == "response_schema":
            return response_schema(value) if value else None
        if name == "cached_content":
            return self._cached_content(value)
        written = wired(FIELDS[name], value)
        if name == "tools":
            return [self._outer(tool) for tool in _merged(written)]
        return self._outer(written) if name == "tool_config" else written

    def _outer(self, message: dict[str, Json]) -> dict[str, Json]:
        """A tool or tool_config: its own names in camelCase, and on the developer API those of some messages inside."""
        return {camel(name): self._inner(name, value) for name, value in message.items()}

    def _inner(self, name: str, value: Json) -> Json:
        return self._outer(value) if name in _CAMEL_INSIDE[self._api] else value

    def _cached_content(self, name: str) -> str:
        """`123` and `cachedContents/123` in full; what is full already, or no such name, stays."""
        short = name if "/" in name else f"cachedContents/{name}"
        if self._api is Api.DEVELOPER or not self._parent:
            return short
        if short.startswith("locations/"):
            return f"{self._parent.partition('/locations/')[0]}/{short}"
        return f"{self._parent}/{short}" if short.startswith("cachedContents/") else short


def _merged(tools: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """All functions in one tool, the last, as the client sends them; a tool that holds more keeps the rest in its place."""
    functions = [function for tool in tools for function in tool.get("function_declarations") or ()]
    rest = [
        {name: value for name, value in tool.items() if name != "function_declarations"}
        if tool.get("function_declarations")
        else tool
        for tool in tools
        if tool
    ]
    return [tool for tool in rest if tool] + ([{"function_declarations": functions}] if functions else [])
