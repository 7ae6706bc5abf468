"""Plain values as YAML text that readers of YAML 1.1 and 1.2 understand alike."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import yaml

from gemini_eval.types import Json

_NEVER_FOLDED = 1 << 30
_MAY_BE_NUMBER = frozenset("+-.0123456789")
# Words that YAML 1.1 or 1.2 reads as a boolean, null, a merge key or a default value.
_WORDS = frozenset({"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "="})
# Line breaks of YAML 1.1 that are none in 1.2: only as escapes do both see the same text.
_OLD_BREAKS = frozenset("\x85\u2028\u2029")


def write_yaml(value: Json) -> str:
    """`value` as one YAML document in block style, keys in their own order; `read_yaml` gives the same value back.

    Every character that YAML may show is kept as it is. Text that any reader would take for something else is quoted; text of
    several lines is a block. Takes what JSON holds: None, booleans, finite numbers, text, lists, maps with text keys.

    Raises:
        TypeError: `value` holds something else.
    """
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, default_flow_style=False, sort_keys=False, width=_NEVER_FOLDED, indent=2
    )
    return text.removesuffix("...\n")


class _Dumper(yaml.SafeDumper):
    """What JSON holds and nothing else; no anchors, list items indented below their key."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def text(self, text: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))

    def number(self, number: float) -> yaml.Node:
        return self.represent_float(number) if math.isfinite(number) else self.refused(number)

    def refused(self, data: Any) -> NoReturn:
        raise TypeError(f"YAML has no form for {data!r:.60} ({type(data).__name__})")


_EXACT: dict[Any, Any] = {
    type(None): yaml.SafeDumper.represent_none,
    bool: yaml.SafeDumper.represent_bool,
    int: yaml.SafeDumper.represent_int,
    float: _Dumper.number,
    None: _Dumper.refused,
}
_AND_SUBCLASSES: dict[Any, Any] = {
    str: _Dumper.text,
    list: yaml.SafeDumper.represent_list,
    dict: yaml.SafeDumper.represent_dict,
}
_Dumper.yaml_representers, _Dumper.yaml_multi_representers = _EXACT, _AND_SUBCLASSES


def _style(text: str) -> str | None:
    """How a text must be written: as a block, in quotes, or (None) as the writer likes."""
    if not _OLD_BREAKS.isdisjoint(text):
        return '"'
    if "\n" in text:
        return "|" if text.strip() else '"'
    return "'" if text[:1] in _MAY_BE_NUMBER or text.casefold() in _WORDS else None
