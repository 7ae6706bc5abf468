"""The YAML form of a metric's parameters, as pydantic checks it and as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, fields, is_dataclass
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

from gemini_eval.errors import did_you_mean
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import either, show
from gemini_eval.paths import MISSING, Missing, Path, lookup, write_path
from gemini_eval.types import Json, Metric

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a map",
}


def check_parameters(metric: type[Metric], parameters: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters as the metric's constructor takes them. Raises ParameterError, its path within `parameters`."""
    from pydantic import ValidationError

    try:
        checked: dict[str, Json] = _adapter(metric).validate_python(parameters)
    except ValidationError as error:
        raise _explain(metric, parameters, error.errors(include_url=False)) from None
    return checked


def parameter_kinds(hint: Any) -> tuple[Any, ...]:
    """The alternatives of a field's type, `Missing` left out: `(str, int)` for `str | int | Missing`."""
    kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    return tuple(kind for kind in kinds if kind is not Missing)


def parameters_of(kind: type[Any]) -> list[Field[Any]]:
    """The fields that are parameters: those that the constructor takes."""
    return [field for field in fields(kind) if field.init]


@cache
def form_schema(metric: type[Metric]) -> dict[str, Json]:
    """JSON Schema (2020-12) of the map of parameters."""
    schema: dict[str, Json] = _adapter(metric).json_schema()
    return schema


@cache
def _adapter(metric: type[Metric]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(_typed_map(metric))


def _typed_map(kind: type[Any]) -> Any:
    """A dataclass as a map: unknown keys refused, types strict, so that `"5"` is no number and `true` is not 1."""
    from pydantic import ConfigDict, with_config
    from typing_extensions import TypedDict

    hints = get_type_hints(kind, include_extras=True)
    keys: dict[str, Any] = {}
    for field in parameters_of(kind):
        form = _form(hints[field.name])
        required = field.default is NO_DEFAULT and field.default_factory is NO_DEFAULT
        keys[field.name] = form if required else NotRequired[form]
    made: Any = TypedDict(kind.__name__, keys)  # type: ignore[misc]  # made at run time
    return with_config(ConfigDict(extra="forbid", strict=True))(made)


def _form(hint: Any) -> Any:
    """A list for a tuple, a map for a dataclass, the type itself otherwise."""
    from pydantic import AfterValidator, Strict

    kinds = parameter_kinds(hint)
    if len(kinds) > 1:
        return Any if Any in kinds else reduce(or_, (_form(kind) for kind in kinds))
    (kind,) = kinds
    if get_origin(kind) is tuple:
        return Annotated[tuple[_form(get_args(kind)[0]), ...], Strict(False)]  # type: ignore[misc]  # made at run time
    if isinstance(kind, type) and is_dataclass(kind):
        make: Any = kind
        return Annotated[_typed_map(kind), AfterValidator(lambda parameters: make(**parameters))]
    return kind


def _explain(metric: type[Metric], parameters: Mapping[str, Json], errors: Sequence[ErrorDetails]) -> ParameterError:
    """The deepest of the errors, with every type that would have been right."""
    placed = [(_real_path(parameters, error["loc"]), error) for error in errors]
    path, first = max(placed, key=lambda item: len(item[0]))
    context = first.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, ParameterError):
        return ParameterError(raised.reason, raised.hint, path + raised.path)
    if first["type"] == "missing":
        return ParameterError(f"{metric.NAME} needs `{first['loc'][-1]}`", f"add `{first['loc'][-1]}: …`", path)
    if first["type"] == "extra_forbidden":
        known = _known_keys(metric, path[:-1])
        hint = did_you_mean(path[-1], known) or (f"known are {', '.join(known)}" if known else "it takes no parameters")
        return ParameterError(f'{metric.NAME} has no parameter "{write_path(path)}"', hint, path)
    rights = list(dict.fromkeys(_right(error) for place, error in placed if place == path and _right(error)))
    if "a number" in rights and "a whole number" in rights:
        rights.remove("a whole number")
    actual = lookup(parameters, path)
    words = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
    reason = f"{metric.NAME}: `{write_path(path)}` is {show(actual)}; it must be {either(rights)}"
    return ParameterError(reason, did_you_mean(actual, words), path)


def _right(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"]).replace("'", "")
    return _KINDS.get(error["type"], error["msg"].removeprefix("Input should be "))


def _real_path(parameters: Mapping[str, Json], loc: tuple[int | str, ...]) -> Path:
    """Where in the value an error stands: pydantic also names the branches of a union, which are not there."""
    path: Path = ()
    for step in loc:
        if lookup(parameters, (*path, step)) is not MISSING:
            path = (*path, step)
    return path


def _known_keys(metric: type[Metric], path: Path) -> list[str]:
    """The keys that the map at `path` may have."""
    schema = form_schema(metric)
    found = schema
    for step in path:
        found = found.get("properties", {}).get(str(step), {})
        options = [found, *found.get("anyOf", ())]
        found = next((_resolved(schema, option) for option in options if "properties" in _resolved(schema, option)), {})
    return list(found.get("properties", ()))


def _resolved(schema: dict[str, Json], part: dict[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = schema.get("$defs", {}).get(part["$ref"].rpartition("/")[2], {}) if "$ref" in part else part
    return found
