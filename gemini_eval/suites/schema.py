"""JSON Schema of suite and workspace files, generated from the models that check them; draft 7, which every editor reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gemini_eval.suites.inherit import APPENDABLE
from gemini_eval.suites.schema_parts import Schema, definitions, ref
from gemini_eval.suites.wire import ENTRY_KEYS, SuiteWire, name_of
from gemini_eval.suites.wire_workspace import WorkspaceWire
from gemini_eval.types import Json

DRAFT = "http://json-schema.org/draft-07/schema#"
_MARKER = "x-definition"
_NAMED = ("prompts", "models", "variants", "param_sets")


def suite_schema() -> Schema:
    """What a suite file may hold, `extends`, `include`, the appending keys and ignored `x-` keys among it."""
    schema = _generated(SuiteWire, "A gemini-eval suite")
    properties = schema["properties"]
    properties["gate"]["anyOf"][1] = ref("condition")
    for key in _NAMED:
        _allow_removal(properties[key])
    properties["extends"] = {"type": "string", "minLength": 1, "description": "a file that this one builds on"}
    properties["include"] = {
        "anyOf": [properties["extends"], {"type": "array", "items": properties["extends"]}],
        "description": "files whose keys this one takes in",
    }
    for key in APPENDABLE:
        properties[f"{key}+"] = {**properties[key], "description": f"appended to the `{key}` that is inherited"}
    schema["required"] = ["name"]
    schema["anyOf"] = [{"required": [key]} for key in ("version", "extends", "include")]
    schema["$defs"] |= definitions()
    return schema


def workspace_schema() -> Schema:
    """What `gemini-eval.yaml` may hold."""
    return _generated(WorkspaceWire, "A gemini-eval workspace")


SCHEMAS: Mapping[str, Callable[[], Schema]] = {"suite": suite_schema, "workspace": workspace_schema}
"""By the name of what they describe."""


def _generated(model: type[BaseModel], title: str) -> Schema:
    raw = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    schema: Schema = _tidy(raw)
    schema.pop("description", None)
    schema["patternProperties"] = {"^x-": {"description": "ignored: a place for anchors"}}
    schema["$defs"] = dict(schema.get("$defs", {}))
    return {"$schema": DRAFT, "title": title, **schema}


class _Generator(GenerateJsonSchema):
    """Names may be written as bare numbers; a union is told by `anyOf`, as its branches are chosen by kind, not one by one."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        if schema["function"]["function"] is not name_of:
            return super().function_before_schema(schema)
        return {"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer"}]}

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        union = super().tagged_union_schema(schema)
        branches = union.pop("oneOf", [])
        if "<one>" in schema["choices"]:
            branches = [_many(branch) if "additionalProperties" in branch else branch for branch in branches]
        return {**union, "anyOf": branches} if branches else union


def _many(branch: Schema) -> Schema:
    """A map of named entries, none of which has the name of a key that one entry written alone would have."""
    return {**branch, "propertyNames": {"not": {"enum": sorted(ENTRY_KEYS)}}}


def _tidy(value: Any) -> Json:
    """Markers made references; without titles, defaults and length limits, of which an editor has no use."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _MARKER in value:
        return ref(value[_MARKER])
    tidied: Schema = {}
    for key, item in value.items():
        if key in ("properties", "$defs"):
            tidied[key] = {_short(name) if key == "$defs" else name: _tidy(inner) for name, inner in item.items()}
        elif key == "$ref":
            tidied[key] = _short(item)
        elif key not in ("title", "default", "maxLength") and item != {"maxLength": 1 << 20}:
            tidied[key] = _tidy(item)
    return tidied


def _short(name: str) -> str:
    """`PromptWire` -> `prompt`."""
    head, slash, last = name.rpartition("/")
    return head + slash + last.removesuffix("Wire").lower()


def _allow_removal(schema: Schema) -> None:
    """An entry of a named map may be null in a file that extends another: null takes it out."""
    for branch in schema["anyOf"]:
        for form in (branch, *branch.get("anyOf", ())):
            if isinstance(form.get("additionalProperties"), dict):
                form["additionalProperties"] = {"anyOf": [form["additionalProperties"], {"type": "null"}]}
