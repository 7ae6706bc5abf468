"""YAML from outside, read event by event: YAML 1.2 core rules, bounded, every fault with its place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from gemini_eval.errors import Fault, InputError, Place, did_you_mean
from gemini_eval.safe.json_text import MAX_INT, MIN_INT
from gemini_eval.safe.yaml_tree import Node, Source, YamlList, YamlMap, as_written, place_of
from gemini_eval.safe.yaml_words import explain

__all__ = ["Node", "Source", "YamlList", "YamlMap", "as_written", "place_of", "read_yaml"]

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 50
MAX_EXPANDED = 100_000
MAX_FAULTS = 50

_STARTS = frozenset({yaml.MappingStartEvent, yaml.SequenceStartEvent})
_ENDS = frozenset({yaml.MappingEndEvent, yaml.SequenceEndEvent})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"![^\s,\[\]{}]{0,60}")
_UNMERGED = re.compile(r"^<{7} ", re.MULTILINE)
_TAG_DIRECTIVE = re.compile(r"^%TAG\b", re.MULTILINE)
# YAML 1.1, which the parser speaks, breaks lines at these; 1.2 does not. They travel as private characters.
_BREAKS = str.maketrans("\x85\u2028\u2029", "\U0010fff0\U0010fff1\U0010fff2")
_UNBREAKS = str.maketrans("\U0010fff0\U0010fff1\U0010fff2", "\x85\u2028\u2029")
_BREAK = re.compile("[\x85\u2028\u2029]")

# https://yaml.org/spec/1.2.2/#1032-tag-resolution
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAY_BE_NUMBER = frozenset("+-.0123456789")


def read_yaml(text: str, *, path: str) -> Node:
    """One YAML document as plain values that know their places; None for an empty text.

    YAML 1.2 core schema: `no`, `on`, `yes` stay text. Keys are text, a scalar key as it is written. Merge keys (`<<`) work, a
    map's own keys win. Refused: tags, duplicate keys, keys that are no scalar, .inf and .nan, integers beyond 64 bits, recursive
    aliases, aliases that expand to over 100,000 nodes, nesting over 50, several documents, over 16 MiB, control characters.

    Raises:
        InputError: every fault up to the first that stops the reading, each with place and mend; `path` names the file in them.
    """
    source = Source(path, text.removeprefix("\ufeff"))
    _check_text(source)
    builder = _Builder(source)
    parsed = source.text.translate(_BREAKS) if _BREAK.search(source.text) else source.text
    builder.swapped = parsed is not source.text
    try:
        for event in yaml.parse(parsed, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        builder.stop(*_syntax_fault(source, error))
    except yaml.YAMLError as error:
        builder.stop(0, f"this is no YAML: {error}", "check the file's encoding")
    if builder.faults:
        raise InputError(builder.faults)
    return builder.result


def _check_text(source: Source) -> None:
    text = source.text
    if len(text) > MAX_BYTES or (not text.isascii() and len(text.encode("utf-8", "replace")) > MAX_BYTES):
        raise InputError([Fault("the file is over 16 MiB", Place(source.path), "put the cases into a data file (JSONL, CSV)")])
    bad = _UNPRINTABLE.search(text)
    if bad:
        reason = f"a control character U+{ord(bad.group()):04X}, which YAML does not allow"
        hint = 'delete it, or write it as an escape in double quotes: "\\x1b"'
        raise InputError([Fault(reason, source.place(bad.start()), hint)])
    tag = _TAG_DIRECTIVE.search(text)
    if tag:
        raise InputError([Fault("tags are not allowed", source.place(tag.start()), "take the %TAG line out")])


def _syntax_fault(source: Source, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """Offset, reason and mend. What was never closed is shown where it opens."""
    unmerged = _UNMERGED.search(source.text)
    if unmerged:
        hint = "keep one side of <<<<<<< and >>>>>>>, or both, and take the marks out"
        return unmerged.start(), "the marks of a merge that is not done", hint
    problem = error.problem or ""
    never_closed = "unexpected end of stream" in problem or "expected ',' or" in problem
    mark: Any = (error.context_mark if never_closed else None) or error.problem_mark or error.context_mark
    offset = min(mark.index, len(source.text)) if mark is not None else 0
    before = source.place(offset).text[: source.place(offset).column - 1]
    return offset, *explain(problem, error.context or "", before, source.text[offset : offset + 1])


@dataclass(slots=True)
class _Frame:
    """A collection that is being filled. `key` is the one whose value comes next, None where a key comes next."""

    node: YamlMap | YamlList
    start: int
    anchor: str | None
    before: int
    is_key: bool
    height: int = 1
    key: str | None = None
    key_start: int = 0
    dropping: bool = False
    merging: bool = False
    merged: list[tuple[Any, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A finished anchored node: what it is, where it begins, how many nodes it stands for, how deep it nests."""

    node: Any
    start: int
    size: int
    height: int


class _Builder:
    """Takes the parser's events, builds the tree, collects faults."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.result: Node = None
        self.swapped = False
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchor | None] = {}
        self._nodes = 0
        self._expanded = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind in _STARTS:
            self._open(event, kind is yaml.MappingStartEvent)
        elif kind in _ENDS:
            self._close()
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                self.stop(self.offset(event), "a second document begins here", "keep one document in a file")

    @staticmethod
    def offset(event: Any) -> int:
        """Where an event begins, in characters."""
        return int(event.start_mark.index)

    def fault(self, offset: int, reason: str, hint: str) -> None:
        self.faults.append(Fault(reason, self.source.place(offset), hint))
        if len(self.faults) >= MAX_FAULTS:
            raise InputError(self.faults)

    def stop(self, offset: int, reason: str, hint: str) -> NoReturn:
        """Raise what was collected and this, unless its line has a fault already that explains it."""
        line = self.source.line(offset)
        if not any(fault.place and fault.place.line == line for fault in self.faults):
            self.faults.append(Fault(reason, self.source.place(offset), hint))
        raise InputError(self.faults)

    # ---- events ----

    def _scalar(self, event: Any) -> None:
        start, text = self.offset(event), event.value
        if self.swapped:
            text = text.translate(_UNBREAKS)
        if event.tag is not None:
            self._refuse_tag(event)
        self._nodes += 1
        frame = self._stack[-1] if self._stack else None
        plain = event.implicit[0]
        if frame is not None and frame.key is None and type(frame.node) is YamlMap:
            value = text
            self._key(frame, text, start, plain)
        else:
            value = self._resolve(text, start) if plain else text
            self._value(value, start)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, start, 1, 0)

    def _open(self, event: Any, is_map: bool) -> None:
        start = self.offset(event)
        if event.tag is not None:
            self._refuse_tag(event)
        if len(self._stack) >= MAX_DEPTH:
            self.stop(start, f"nested over {MAX_DEPTH} levels deep", f"nest at most {MAX_DEPTH} levels")
        node = YamlMap(self.source, start) if is_map else YamlList(self.source, start)
        is_key = self._wants_key()
        if is_key:
            self._refuse_key(start)
        else:
            self._value(node, start)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(node, start, event.anchor, self._nodes, is_key))
        self._nodes += 1

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.merged and isinstance(frame.node, YamlMap):
            self._merge(frame.node, frame.merged)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = _Anchor(frame.node, frame.start, self._nodes - frame.before, frame.height)
        if self._stack:
            above = self._stack[-1]
            above.height = max(above.height, frame.height + 1)
            if frame.is_key:
                above.key, above.dropping = "", True

    def _alias(self, event: Any) -> None:
        start, name = self.offset(event), event.anchor
        if self._wants_key():
            self.fault(start, f"the alias *{name} as a key", "write the key out")
            self._stack[-1].key, self._stack[-1].dropping = "", True
            return
        anchor = self._anchors.get(name)
        if anchor is None:
            if name in self._anchors:
                self.fault(start, f"the alias *{name} stands inside what it repeats", "write the part out, or move the anchor")
            else:
                self.fault(start, f"no anchor &{name} above this alias", did_you_mean(name, self._anchors) or "or quote the text")
            self._value(None, start)
            return
        self._nodes += anchor.size
        self._expanded += anchor.size
        if self._expanded > MAX_EXPANDED:
            self.stop(start, f"aliases expand to over {MAX_EXPANDED:,} nodes", "repeat less, or put the cases into a data file")
        if len(self._stack) + anchor.height > MAX_DEPTH:
            self.stop(start, f"nested over {MAX_DEPTH} levels deep once *{name} is filled in", f"nest at most {MAX_DEPTH} levels")
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, anchor.height + 1)
        self._value(_copy(anchor.node), anchor.start)

    # ---- keys and values ----

    def _wants_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].key is None and type(self._stack[-1].node) is YamlMap

    def _key(self, frame: _Frame, text: str, start: int, plain: bool) -> None:
        frame.key, frame.key_start = text, start
        if plain and text == "<<":
            frame.merging = True
            if frame.merged:
                self.fault(start, "a second merge key (<<) in one map", "merge a list: <<: [*first, *second]")
        elif plain and not text:
            frame.dropping = True
            self.fault(start, "a key is missing before the colon", "write the key, or quote the text")
        elif text in frame.node:
            frame.dropping = True
            assert isinstance(frame.node, YamlMap)
            lines = f"lines {frame.node.key_place(text).line} and {self.source.line(start)}"
            self.fault(start, f"the key {_cut(text)} is written twice, on {lines}", "keep one of the two, or rename one")

    def _value(self, value: Any, start: int) -> None:
        if not self._stack:
            self.result = value
            return
        frame = self._stack[-1]
        node = frame.node
        if isinstance(node, YamlList):
            node.add(value, start)
            return
        if frame.merging:
            frame.merged.append((value, start))
        elif not frame.dropping and frame.key is not None:
            node.add(frame.key, value, frame.key_start, start)
        frame.key, frame.merging, frame.dropping = None, False, False

    def _merge(self, node: YamlMap, merged: list[tuple[Any, int]]) -> None:
        """Put the merged maps' keys before the map's own; own keys win, then earlier maps."""
        own = YamlMap.like(node)
        for key in node:
            own.put(key, node[key], node)
        node.clear()
        for value, start in merged:
            for part in value if isinstance(value, YamlList) else [value]:
                if not isinstance(part, YamlMap):
                    self.fault(start, "a merge key (<<) takes a map or a list of maps", "name anchors of maps: <<: [*a, *b]")
                    continue
                for key in part:
                    if key not in node:
                        node.put(key, part[key], part)
        for key in own:
            node.put(key, own[key], own)

    def _resolve(self, text: str, start: int) -> Node:
        """A plain scalar's value by the core schema."""
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text[0] not in _MAY_BE_NUMBER:
            return text
        if _INT.fullmatch(text):
            value = int(text, _base(text)) if len(text) <= 1_000 else MAX_INT + 1
            if not MIN_INT <= value <= MAX_INT:
                self.fault(start, f"the whole number {_cut(text)} does not fit 64 bits", "quote it to keep it as text")
            return value
        if _FLOAT.fullmatch(text):
            number = float(text)
            if math.isinf(number):
                self.fault(start, f"the number {_cut(text)} is out of range", "quote it to keep it as text")
            return number
        if _NOT_FINITE.fullmatch(text):
            self.fault(start, f"{text} is no number that can be compared", "quote it to keep it as text")
        return text

    # ---- refusals ----

    def _refuse_tag(self, event: Any) -> None:
        start = self.offset(event)
        written = _TAG.search(self.source.text, start)
        self.fault(start, f"the tag {written.group() if written else event.tag} is not allowed", "take it out, or quote the text")

    def _refuse_key(self, start: int) -> None:
        if self.source.text[start - 1 : start + 1] == "{{":
            hint = 'put the text in quotes, "{{ … }}", or begin it on the next line after |'
            self.fault(start - 1, "an unquoted text cannot begin with {{", hint)
        else:
            self.fault(start, "a map or a list as a key", "a key is text; quote it where it has brackets or braces")


def _copy(node: Any) -> Any:
    if isinstance(node, YamlMap):
        copy = YamlMap.like(node)
        for key, value in node.items():
            copy.put(key, _copy(value), node)
        return copy
    if isinstance(node, YamlList):
        items = YamlList.like(node)
        for index, value in enumerate(node):
            items.append_from(node, index, _copy(value))
        return items
    return node


def _base(text: str) -> int:
    return {"0o": 8, "0x": 16}.get(text[:2], 10)


def _cut(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:59]}…"'
