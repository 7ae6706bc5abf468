"""What a template may do with a value: how it prints, and the filters and tests that were reviewed.

Left out on purpose: `attr` and `format` (ways round the sandbox), `random` (a prompt must render the same twice), `safe` and
`forceescape` (nothing is escaped unasked), and what no prompt needs: `center`, `wordwrap`, `urlize`, `xmlattr`, `pprint`,
`striptags`, `filesizeformat`, `urlencode`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

from jinja2 import Environment, Undefined, filters, pass_environment, tests
from jinja2.exceptions import TemplateRuntimeError
from markupsafe import escape

MAX_LENGTH = 1 << 20
"""The longest text or list that one operation may make."""


def text_of(value: object) -> str:
    """How a value prints: text as it is, null as nothing, booleans as `true` and `false`, lists and objects as JSON.

    Raises TemplateRuntimeError for what has no text: a function, or a sequence that nobody has listed yet.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Undefined):
        return str(value)
    if isinstance(value, list | tuple | dict):
        return to_json(value)
    if callable(value):
        raise TemplateRuntimeError("a function can't be printed: call it, with ()")
    raise TemplateRuntimeError(f"a {type(value).__name__} can't be printed: end the expression with |list or |join(', ')")


def to_json(value: object, indent: int | None = None) -> str:
    """JSON with its characters as they are, keys in their order, nothing escaped for HTML."""
    if indent is not None and not 0 <= indent <= 16:
        raise TemplateRuntimeError("tojson: indent is between 0 and 16")
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, default=_no_json)


def _no_json(value: object) -> NoReturn:
    str(value)  # an undefined value names itself
    raise TemplateRuntimeError(f"a {type(value).__name__} can't be written as JSON: end it with |list first")


def replace(value: object, old: object, new: object, count: int | None = None) -> str:
    text, before, after = text_of(value), text_of(old), text_of(new)
    found = text.count(before) if count is None else min(count, text.count(before))
    length = len(text) + found * (len(after) - len(before))
    if length > MAX_LENGTH:
        raise TemplateRuntimeError(f"replace would make {length:,} characters; the most is {MAX_LENGTH:,}")
    return text.replace(before, after, -1 if count is None else count)


def indent(value: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    if isinstance(width, int) and not 0 <= width <= 100:
        raise TemplateRuntimeError("indent: width is between 0 and 100")
    return filters.do_indent(text_of(value), width, first, blank)


@pass_environment
def join(environment: Environment, value: Any, separator: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        value = map(filters.make_attrgetter(environment, attribute), value)
    return text_of(separator).join(text_of(item) for item in value)


@pass_environment
def truncate(environment: Environment, value: object, *args: Any, **options: Any) -> str:
    return filters.do_truncate(environment, text_of(value), *args, **options)


def escape_text(value: object) -> str:
    """XML-escaped, as plain text: joining it with other text escapes nothing more."""
    return str(escape(text_of(value)))


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same filter, on a value as it prints (the stock ones turn null into "None")."""

    def on_text(value: object, *args: Any, **options: Any) -> Any:
        return function(text_of(value), *args, **options)

    return on_text


_OWN: Mapping[str, Callable[..., Any]] = {
    "string": text_of,
    "tojson": to_json,
    "replace": replace,
    "indent": indent,
    "join": join,
    "truncate": truncate,
    "e": escape_text,
    "escape": escape_text,
}
_ON_TEXT = ("capitalize", "lower", "title", "trim", "upper", "wordcount")
_STOCK = (
    *("abs", "batch", "count", "d", "default", "dictsort", "first", "float", "groupby", "int", "items", "last", "length", "list"),
    *("map", "max", "min", "reject", "rejectattr", "reverse", "round", "select", "selectattr", "slice", "sort", "sum", "unique"),
)
_TESTS = (
    *("defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "iterable"),
    *("sequence", "odd", "even", "divisibleby", "lower", "upper", "in", "eq", "equalto", "==", "ne", "!=", "lt", "lessthan", "<"),
    *("gt", "greaterthan", ">", "ge", ">=", "le", "<=", "filter", "test"),
)

_JINJA: Mapping[str, Callable[..., Any]] = filters.FILTERS
FILTERS = {name: _JINJA[name] for name in _STOCK} | {name: _of_text(_JINJA[name]) for name in _ON_TEXT} | dict(_OWN)
TESTS: Mapping[str, Callable[..., Any]] = {name: cast(Callable[..., Any], tests.TESTS[name]) for name in _TESTS}
