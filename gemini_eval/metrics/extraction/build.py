"""Comparators from their YAML form. Every fault at once, each with its path in the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gemini_eval.errors import did_you_mean
from gemini_eval.labels import Labels
from gemini_eval.metrics.extraction.leaves import Bool, Date, Label, Number, OneOf, Text
from gemini_eval.metrics.extraction.tree import Comparator, Field, Fields, Items, Object
from gemini_eval.metrics.extraction.units import unit_of, unknown_unit
from gemini_eval.metrics.wording import either, show
from gemini_eval.numbers import Tolerance, parse_tolerance
from gemini_eval.paths import Path
from gemini_eval.text import FOLDS
from gemini_eval.types import Json

KINDS = ("text", "number", "date", "bool", "label", "one_of", "object", "list", "set", "multiset")
SequenceKind: TypeAlias = Literal["list", "set", "multiset"]
_SEQUENCES: Mapping[str, SequenceKind] = {"list": "list", "set": "set", "multiset": "multiset"}
MOST_DEPTH = 20
_EXAMPLES = {
    "object": "object: {width: number}",
    "list": "list: {item: text}",
    "set": "set: {item: text}",
    "multiset": "multiset: {item: text}",
    "one_of": "one_of: [a, b]",
}


@dataclass(slots=True)
class Builder:
    """`labels` are the suite's, for a bare `label`. `faults` gathers (path, reason, mend) of what is wrong."""

    labels: Labels | None = None
    ignore_others: bool = False
    faults: list[tuple[Path, str, str]] = field(default_factory=list)

    def fields(self, form: Mapping[str, Json]) -> Fields:
        """The whole of `fields:`; to be used only where `faults` stayed empty."""
        return Fields(self._object(form, ()), form)

    def _field(self, form: Json, path: Path, depth: int) -> Field | None:
        """A comparator's name, or a map with one comparator beside `optional`."""
        if isinstance(form, str):
            form = {form: None}
        if not isinstance(form, dict):
            self._fault(
                path,
                f"a field is a comparator's name or a map with one, not {show(form)}",
                f"known are {either(list(KINDS), 'and')}",
            )
            return None
        optional = form.get("optional", False)
        if not isinstance(optional, bool):
            self._fault((*path, "optional"), f"`optional` is {show(optional)}; it must be true or false", "")
        kinds = [str(key) for key in form if key != "optional"]
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            hint = did_you_mean(unknown[0], (*KINDS, "optional")) or (
                f"known are {either(list(KINDS), 'and')}; nested fields stand below `object:`"
            )
            self._fault((*path, unknown[0]), f'there is no comparator "{unknown[0]}"', hint)
            return None
        if len(kinds) != 1:
            has = f"this has {either(kinds, 'and')}" if kinds else "this has none"
            self._fault(path, f"a field has exactly one comparator, {has}", f"known are {', '.join(KINDS)}")
            return None
        made = self._comparator(kinds[0], form[kinds[0]], (*path, kinds[0]), depth)
        return Field(made, optional is True) if made is not None else None

    def _comparator(self, kind: str, form: Json, path: Path, depth: int) -> Comparator | None:
        if depth > MOST_DEPTH:
            self._fault(
                path, f"fields are nested deeper than {MOST_DEPTH} levels", "declare an inner object as a suite of its own"
            )
            return None
        if kind == "object":
            return self._object(form, path, depth) if self._is_map(kind, form, path) else None
        if kind in _SEQUENCES:
            return self._items(_SEQUENCES[kind], form, path, depth) if self._is_map(kind, form, path) else None
        return _LEAVES[kind](self, form, path)

    def _object(self, form: Mapping[str, Json], path: Path, depth: int = 0) -> Object:
        made = {}
        for name, inner in form.items():
            if not str(name):
                self._fault(path, "a field has no name", "give it the name that it has in the JSON")
            found = self._field(inner, (*path, name), depth + 1)
            if found is not None:
                made[str(name)] = found
        if not form:
            self._fault(path, "no field is declared", "for example: {speed: number}")
        return Object(made, self.ignore_others)

    def _items(self, kind: SequenceKind, form: Mapping[str, Json], path: Path, depth: int) -> Items | None:
        allowed = ("item", "order", "match_by") if kind == "list" else ("item", "match_by")
        self._known(form, allowed, path)
        order, match_by = form.get("order", "exact"), form.get("match_by", "")
        if order not in ("exact", "any"):
            self._fault(
                (*path, "order"), f"`order` is {show(order)}; it must be exact or any", did_you_mean(str(order), ("exact", "any"))
            )
        item = self._field(form.get("item"), (*path, "item"), depth + 1) if "item" in form else None
        if "item" not in form:
            self._fault(path, f"a {kind} needs `item`, the comparator of what is in it", f"for example {_EXAMPLES[kind]}")
        if item is None:
            return None
        if item.optional:
            self._fault((*path, "item", "optional"), "an item is not optional: what is not there is no item", "take it out")
        if "match_by" in form:
            self._match_by(match_by, item.comparator, kind != "list" or order == "any", path)
        return Items(item.comparator, kind, kind == "list" and order != "any", str(match_by))

    def _match_by(self, name: Json, item: Comparator, any_order: bool, path: Path) -> None:
        at = (*path, "match_by")
        if not any_order:
            self._fault(at, "`match_by` pairs items out of order, and this list's order counts", "add order: any, or take it out")
        elif not isinstance(item, Object):
            self._fault(at, "`match_by` names a field of the items, and these are no objects", "take it out")
        elif name not in item.fields:
            hint = did_you_mean(str(name), item.fields) or f"they have {either(list(item.fields), 'and')}"
            self._fault(at, f"the items have no field {show(name)}", hint)

    # ---- leaves ----------------------------------------------------------------------------------------------

    def _text(self, form: Json, path: Path) -> Text | None:
        if form is None:
            return Text()
        if not self._is_map("text", form, path, "text: {fold: [case]}"):
            return None
        self._known(form, ("fold", "similarity"), path)
        folds: Json = form.get("fold") or []
        similarity: Json = form.get("similarity")
        if not isinstance(folds, list):
            self._fault((*path, "fold"), f"`fold` is {show(folds)}; it must be a list", "for example [case]")
            folds = []
        for place, name in enumerate(folds):
            if not isinstance(name, str) or name not in FOLDS:
                hint = did_you_mean(str(name), FOLDS) or f"known are {', '.join(sorted(FOLDS))}"
                self._fault((*path, "fold", place), f"unknown fold {show(name)}", hint)
        if similarity is not None and (not _is_number(similarity) or not 0 < similarity <= 1):
            self._fault(
                (*path, "similarity"), f"`similarity` is {show(similarity)}; it is above 0 and at most 1", "for example 0.9"
            )
            similarity = None
        return Text(frozenset(map(str, folds)), None if similarity is None else float(similarity))

    def _number(self, form: Json, path: Path) -> Number | None:
        if form is None:
            return Number()
        if not self._is_map("number", form, path, "number: {unit: GHz}"):
            return None
        self._known(form, ("unit", "tolerance"), path)
        unit: Json = form.get("unit")
        tolerance = Tolerance()
        if unit is not None and (not isinstance(unit, str) or unit_of(unit) is None):
            self._fault((*path, "unit"), *unknown_unit(str(unit)))
        try:
            tolerance = parse_tolerance(form["tolerance"]) if form.get("tolerance") is not None else tolerance
        except ValueError as error:
            self._fault((*path, "tolerance"), str(error), "")
        return Number(str(unit or ""), tolerance)

    def _date(self, form: Json, path: Path) -> Date:
        self._bare("date", form, path)
        return Date()

    def _bool(self, form: Json, path: Path) -> Bool:
        self._bare("bool", form, path)
        return Bool()

    def _label(self, form: Json, path: Path) -> Label | None:
        """`label` alone takes the suite's labels; its own are a list, or a map label -> aliases."""
        if form is None:
            if self.labels is None:
                self._fault(path, "`label` needs labels", "write label: [red, white], or declare the suite's `labels`")
            return Label(self.labels) if self.labels is not None else None
        names: Json = {name: () for name in form if isinstance(name, str)} if isinstance(form, list) else form
        whole = isinstance(names, dict) and names and len(names) == len(form)
        if not whole or not all(isinstance(name, str) and _are_texts(also) for name, also in names.items()):
            self._fault(
                path, "`label` is a list of labels, or a map of labels with their aliases", "for example label: {red: [crimson]}"
            )
            return None
        labels = Labels({name: tuple(also or ()) for name, also in names.items()})
        for text, one, other in labels.clashes():
            self._fault(path, f'"{text}" stands for two labels, "{one}" and "{other}"', "give each label its own aliases")
        return Label(labels)

    def _one_of(self, form: Json, path: Path) -> OneOf | None:
        if not isinstance(form, list) or not form:
            self._fault(path, "`one_of` is a list of the values that may be", f"for example {_EXAMPLES['one_of']}")
            return None
        for place, value in enumerate(form):
            if value is None or isinstance(value, dict | list):
                self._fault((*path, place), f"{show(value)} is no single value", "declare a list or an object instead")
        return OneOf(tuple(form))

    # ---- what several need -----------------------------------------------------------------------------------

    def _fault(self, path: Path, reason: str, hint: str) -> None:
        self.faults.append((path, reason, hint))

    def _is_map(self, kind: str, form: Json, path: Path, example: str = "") -> bool:
        if isinstance(form, dict):
            return True
        self._fault(path, f"`{kind}` takes a map, not {show(form)}", f"for example {example or _EXAMPLES[kind]}")
        return False

    def _known(self, form: Mapping[str, Json], known: Sequence[str], path: Path) -> None:
        for key in form:
            if key not in known:
                hint = did_you_mean(str(key), known) or f"known here: {', '.join(known)}"
                self._fault((*path, key), f'unknown key "{key}"', hint)

    def _bare(self, kind: str, form: Json, path: Path) -> None:
        if form is not None:
            self._fault(path, f"`{kind}` has no parameters, and this is {show(form)}", f"write {kind} alone")


_LEAVES: Mapping[str, Callable[[Builder, Json, Path], Comparator | None]] = {
    "text": Builder._text,
    "number": Builder._number,
    "date": Builder._date,
    "bool": Builder._bool,
    "label": Builder._label,
    "one_of": Builder._one_of,
}


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_texts(value: Json) -> bool:
    return value is None or (isinstance(value, list | tuple) and all(isinstance(item, str) for item in value))
