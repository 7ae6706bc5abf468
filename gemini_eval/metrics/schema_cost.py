"""How many checks a JSON Schema asks for on one document, counted before it is asked.

A schema of ten lines that refers back to itself twice for the same value asks for 2^depth checks, and one whose definitions each
use the next one twice for 2^definitions; neither can be stopped once it runs. Counting them is O(schema x document).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import unquote

from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import show
from gemini_eval.paths import MISSING, Path, lookup
from gemini_eval.types import Json

MOST_CHECKS = 1_000_000
MOST_IN_A_ROW = 100
_HERE_ONE = ("not", "if", "then", "else")
_HERE_LIST = ("allOf", "anyOf", "oneOf")
_HERE_MAP = ("dependentSchemas", "dependencies")
_ALL_CHILDREN = ("contains", "unevaluatedProperties", "unevaluatedItems")

Step: TypeAlias = tuple[str, Json]
"""Which children a schema goes to: ("name", key), ("index", i), ("others", names), ("from", i), ("all", None)."""


@dataclass(slots=True)
class SchemaCost:
    """A schema's applicators as a graph: `schema` by identity -> the schemas it applies to the same value and to its children."""

    schema: Json
    has_references: bool = False
    _closures: dict[int, tuple[int, Counter[tuple[Step, int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node, path in _walk(self.schema, ()):
            for word in ("$ref", "$dynamicRef", "$recursiveRef", "$id"):
                if word in node and isinstance(node[word], str):
                    self._check_word(node, word, path)
        if self.has_references:
            for node, _ in _walk(self.schema, ()):
                self._closure(node, ())

    def exceeds(self, document: Json, most: int = MOST_CHECKS) -> bool:
        """Whether checking `document` takes more than `most` checks: each subschema on each value, as often as it is applied."""
        if not self.has_references or not isinstance(self.schema, dict):
            return False
        total = 0
        left: list[tuple[Json, Counter[int]]] = [(document, Counter({id(self.schema): 1}))]
        while left:
            value, applied = left.pop()
            children: dict[int | str, Counter[int]] = defaultdict(Counter)
            for node, times in applied.items():
                weight, edges = self._closures[node]
                total += weight * times
                for (step, target), count in edges.items():
                    for key in _children(value, step):
                        if isinstance(value[key], (dict, list)):
                            children[key][target] += count * times
                        else:
                            total += self._closures[target][0] * count * times
                if total > most:
                    return True
            left += [(value[key], counts) for key, counts in children.items()]
        return False

    def _check_word(self, node: Json, word: str, path: Path) -> None:
        """Only references that stay inside the document and can be followed without evaluating it are accepted."""
        if word == "$id":
            if path and not node[word].startswith("#"):
                raise ParameterError("json_schema: an inner $id changes what references mean", "take it out", (*path, "$id"))
            return
        self.has_references = True
        target = _target(self.schema, node[word]) if word == "$ref" else MISSING
        if not isinstance(target, (dict, bool)):
            hint = 'use "$ref": "#/$defs/name"; other documents and files are never read'
            raise ParameterError(f"json_schema: {word} {show(node[word])} leads nowhere in this schema", hint, (*path, word))

    def _closure(self, node: Json, open_: tuple[int, ...]) -> tuple[int, Counter[tuple[Step, int]]]:
        """How many schemas apply to the same value, and the (children, schema) pairs that follow, with how often."""
        if id(node) in self._closures:
            return self._closures[id(node)]
        if id(node) in open_:
            raise ParameterError("json_schema: a $ref leads back to itself for the same value", "go through a property or items")
        weight, edges = 1, Counter({(step, id(child)): 1 for step, child in _below(node)})
        if len(open_) > MOST_IN_A_ROW:
            raise ParameterError(f"json_schema: over {MOST_IN_A_ROW} schemas in a row for one value", "refer to the last")
        for inner in _beside(node, self.schema):
            inner_weight, inner_edges = self._closure(inner, (*open_, id(node)))
            weight += inner_weight
            edges.update(inner_edges)
        if weight > MOST_CHECKS:
            raise ParameterError(f"json_schema asks for over {MOST_CHECKS:,} checks of one value", "use each definition once")
        self._closures[id(node)] = weight, edges
        return weight, edges


def _walk(node: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    """Every schema in the document, wherever it is kept."""
    left = [(node, path)]
    while left:
        value, place = left.pop()
        if isinstance(value, dict):
            yield value, place
        if isinstance(value, (dict, list)):
            left += [(value[key], (*place, key)) for key in (value if isinstance(value, dict) else range(len(value)))]


def _target(schema: Json, reference: str) -> Json:
    """What a JSON pointer (RFC 6901) in a fragment leads to; MISSING for any other reference."""
    if reference == "#":
        return schema
    if not reference.startswith("#/"):
        return MISSING
    steps = [unquote(step).replace("~1", "/").replace("~0", "~") for step in reference[2:].split("/")]
    found = schema
    for step in steps:
        found = lookup(found, (int(step) if step.isascii() and step.isdigit() and isinstance(found, list) else step,))
    return found


def _beside(node: Json, schema: Json) -> Iterator[Json]:
    """Schemas that apply to the same value."""
    found = [node.get(word) for word in _HERE_ONE]
    for word in _HERE_LIST:
        found += node[word] if isinstance(node.get(word), list) else []
    for word in _HERE_MAP:
        found += node[word].values() if isinstance(node.get(word), dict) else []
    if isinstance(node.get("$ref"), str):
        found.append(_target(schema, node["$ref"]))
    return (inner for inner in found if isinstance(inner, dict))


def _below(node: Json) -> list[tuple[Step, Json]]:
    """Schemas that apply to children, with which."""
    names = node["properties"] if isinstance(node.get("properties"), dict) else {}
    found: list[tuple[Step, Json]] = [(("name", name), child) for name, child in names.items()]
    found += [(("all", None), child) for child in _values(node.get("patternProperties"))]
    found += [(("all", None), node.get(word)) for word in _ALL_CHILDREN]
    found.append((("others", frozenset(names)), node.get("additionalProperties")))
    listed: list[Json] = next((node[word] for word in ("prefixItems", "items") if isinstance(node.get(word), list)), [])
    found += [(("index", index), child) for index, child in enumerate(listed)]
    found += [(("from", len(listed)), node.get(word)) for word in ("items", "additionalItems")]
    return [(step, child) for step, child in found if isinstance(child, dict)]


def _values(value: Json) -> list[Json]:
    return list(value.values()) if isinstance(value, dict) else []


def _children(value: Json, step: Step) -> list[int | str]:
    """The keys or indexes of the children that a step goes to."""
    kind, which = step
    if isinstance(value, dict):
        if kind == "name":
            return [which] if which in value else []
        return [key for key in value if kind == "all" or (kind == "others" and key not in which)]
    if isinstance(value, list):
        if kind == "index":
            return [which] if which < len(value) else []
        return list(range(which if kind == "from" else 0, len(value))) if kind in ("all", "from") else []
    return []
