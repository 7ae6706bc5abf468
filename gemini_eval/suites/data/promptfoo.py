"""The special columns of a promptfoo table (`__expected`, `__metadata:KEY`, …) in our words.

Its own reference: https://www.promptfoo.dev/docs/configuration/test-cases and …/docs/configuration/expected-outputs.
"""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.errors import Place
from gemini_eval.suites.data.promptfoo_assertions import assertion_of
from gemini_eval.suites.data.rows import RowRefusedError, number_in, tag_list, text_of
from gemini_eval.types import Json

_EXPECTED, _METADATA, _CONFIG = "__expected", "__metadata:", "__config:"
_KEPT_OUT = ("__providerOutput",)
_REFUSED = {
    "__prefix": "write the prefix into the prompt's template",
    "__suffix": "write the suffix into the prompt's template",
    "__provider": "choose the model in the suite: models, variants",
    "__providers": "choose the model in the suite: models, variants",
}
_KNOWN = (_EXPECTED, _METADATA, _CONFIG, "__description", "__threshold", "__metric", *_KEPT_OUT, *_REFUSED)


def is_promptfoo(values: Mapping[str, Json]) -> bool:
    """True for a row with an `__expected` or a `__metadata:KEY` column."""
    special = [name for name in values if name.startswith("__")]
    return any(_is_expected(name) or name.startswith(_METADATA) for name in special) if special else False


def promptfoo_fields(values: Mapping[str, Json], place: Place) -> tuple[dict[str, Json], frozenset[str]]:
    """The case fields that the special columns give, and the columns that are therefore no variables.

    Each `__expected…` becomes an item of `assert`. Where exactly one of them is a plain value, it is the case's `expected` too,
    for labels. `not-guardrails` alone means that a block is right. `__metadata:KEY` gives the tag `KEY=value` (a key that ends in
    `[]` one tag for each part between commas).

    Raises:
        RowRefusedError: an assertion or a column that has no equal here.
    """
    special = [name for name in values if name.startswith("__")]
    _check_columns(special, values, place)
    expected = [name for name in special if _is_expected(name) and text_of(values[name]).strip()]
    blocked = [text_of(values[name]).strip() for name in expected] == ["not-guardrails"]
    asserts = [] if blocked else _asserts(expected, values, place)
    fields: dict[str, Json] = {"expected_outcome": "blocked"} if blocked else {"assert": asserts} if asserts else {}
    equal = [item["exact_match"] for item in asserts if isinstance(item, dict) and "exact_match" in item]
    if len(equal) == 1:
        fields["expected"] = equal[0]
    tags = [tag for name in special if name.startswith(_METADATA) for tag in _tags(name.removeprefix(_METADATA), values[name])]
    if tags:
        fields["tags"] = tags
    if description := text_of(values.get("__description")).strip():
        fields["description"] = description
    if text_of(values.get("__threshold")).strip():
        fields["threshold"] = _number("__threshold", values["__threshold"], place)
    return fields, frozenset(special)


def _is_expected(name: str) -> bool:
    rest = name.removeprefix(_EXPECTED)
    return rest != name and (not rest or (rest.isdecimal() and len(rest) <= 4))


def _check_columns(special: list[str], values: Mapping[str, Json], place: Place) -> None:
    for name in special:
        if values[name] in (None, ""):
            continue
        if name in _REFUSED:
            raise RowRefusedError(f"the promptfoo column {name} has no equal here", place, _REFUSED[name])
        if not (name in _KNOWN or _is_expected(name) or name.startswith((_METADATA, _CONFIG))):
            raise RowRefusedError(f"unknown promptfoo column {name}", place, "rename it; __ begins promptfoo's own")


def _asserts(names: list[str], values: Mapping[str, Json], place: Place) -> list[Json]:
    names = sorted(names, key=lambda name: int(name.removeprefix(_EXPECTED) or 0))
    metric = text_of(values.get("__metric")).strip()
    found: list[Json] = []
    for name in names:
        item = assertion_of(text_of(values[name]), place)
        more: dict[str, Json] = {"name": metric} if metric and len(names) == 1 else {}
        threshold = values.get(f"{_CONFIG}{name}:threshold")
        if text_of(threshold).strip():
            more["threshold"] = _number(f"{_CONFIG}{name}:threshold", threshold, place)
        found.append({**(item if isinstance(item, dict) else {item: None}), **more} if more else item)
    return found


def _tags(key: str, value: Json) -> list[str]:
    if value in (None, ""):
        return []
    name = key.removesuffix("[]")
    return [f"{name}={part}" for part in (tag_list(value) if name != key else [text_of(value)])]


def _number(name: str, value: Json, place: Place) -> float:
    number = number_in(text_of(value))
    if number is None:
        raise RowRefusedError(f"{name} must be a number, found {value!r:.40}", place, "write 0.8")
    return number
