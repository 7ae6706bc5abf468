"""From output to answer: the one extraction and normalisation.

Assertions, votes, the confusion matrix and data columns share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from msgspec import Struct

from gemini_eval.errors import ValueRefusedError
from gemini_eval.numbers import read_number
from gemini_eval.paths import MISSING, Path, lookup, parse_path
from gemini_eval.safe.json_text import read_json
from gemini_eval.safe.regex import Pattern, compile_pattern
from gemini_eval.text import FOLDS, fold, normalise
from gemini_eval.types import Json

Kind: TypeAlias = Literal["whole", "regex", "path", "last_line", "after"]
EXTRACTORS = ("regex", "path", "last_line", "after")


class Found(Struct, frozen=True):
    """An answer, the rule that found it, and where its match ends in the output (characters)."""

    value: Json
    rule: str
    end: int


@dataclass(frozen=True, slots=True)
class Extractor:
    """One way to find the answer in an output, and how to normalise what it finds."""

    kind: Kind = "whole"
    pattern: Pattern | None = None
    path: Path = ()
    marker: str = ""
    match: Literal["first", "last"] = "first"
    number: bool = False
    several: bool = False
    folds: frozenset[str] = frozenset()

    def find(self, output: str) -> Found | None:
        """None where there is no answer. Raises `ValueRefusedError` where the pattern is too costly for this output."""
        found = self._raw(output)
        if found is None:
            return None
        value = self.normalise(found.value)
        return None if value is None or value == "" else Found(value, found.rule, found.end)

    def normalise(self, value: Json) -> Json:
        """A text as answers are compared: NFC, strip, folds, `as: number` (None where it is no number), `as: list`. Other values
        stay."""
        if self.several:
            return [item for item in map(self._normalise, _items(value)) if item != ""]
        return self._normalise(value)

    def _normalise(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._normalise(item) for item in value]
        if not isinstance(value, str):
            return value
        text = fold(normalise(value), self.folds)
        return _plain_number(text) if self.number else text

    def _raw(self, output: str) -> Found | None:
        if self.kind == "whole":
            return Found(output, "output", len(output))
        if self.kind == "last_line":
            lines = [line for line in output.splitlines() if line.strip()]
            return Found(lines[-1], "last_line", len(output)) if lines else None
        if self.kind == "after":
            at = output.find(self.marker) if self.match == "first" else output.rfind(self.marker)
            return Found(output[at + len(self.marker) :], f"after {self.marker!r}", len(output)) if at >= 0 else None
        return self._by_path(output) if self.kind == "path" else self._by_regex(output)

    def _by_path(self, output: str) -> Found | None:
        try:
            value = lookup(read_json(output), self.path)
        except ValueRefusedError:
            return None
        # A complete JSON document ends before the output does, however the output ended.
        return None if value is MISSING else Found(value, f"path {'.'.join(map(str, self.path))}", len(output) - 1)

    def _by_regex(self, output: str) -> Found | None:
        assert self.pattern is not None
        matches = self.pattern.find_all(output) if self.match == "last" else [self.pattern.search(output)]
        last = matches[-1] if matches else None
        return Found(last.answer, f"regex {self.pattern.text}", last.end) if last else None


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """Extractors in order: the first that finds an answer counts."""

    extractors: tuple[Extractor, ...] = (Extractor(),)
    declared: bool = False

    def find(self, output: str) -> Found | None:
        for extractor in self.extractors:
            found = extractor.find(output)
            if found is not None:
                return found
        return None

    def normalise(self, value: Json) -> Json:
        """`expected` and labels as answers are: folds and `as`, no extraction."""
        return self.extractors[0].normalise(value)

    @property
    def folds(self) -> frozenset[str]:
        return self.extractors[0].folds

    @property
    def several(self) -> bool:
        """Whether answers are lists, as those of cases with several labels."""
        return self.extractors[0].several


PLAIN = AnswerRule()


def build_extractor(spec: Mapping[str, Json]) -> Extractor:
    """One item of `answer:` in its YAML form. Raises ValueError (reason) or ValueRefusedError (a bad pattern or path)."""
    kinds = [kind for kind in EXTRACTORS if spec.get(kind) not in (None, False)]
    if len(kinds) > 1:
        raise ValueError(f"an answer is found in one way, not by {' and '.join(kinds)}; use a list for a second try")
    folds = frozenset(spec.get("fold") or ())
    if unknown := folds - FOLDS:
        raise ValueError(f"unknown fold {sorted(unknown)[0]!r}; known are {', '.join(sorted(FOLDS))}")
    kind: Kind = kinds[0] if kinds else "whole"  # type: ignore[assignment]  # one of EXTRACTORS
    return Extractor(
        kind=kind,
        pattern=compile_pattern(spec["regex"]) if kind == "regex" else None,
        path=parse_path(spec["path"]) if kind == "path" else (),
        marker=spec["after"] if kind == "after" else "",
        match=spec.get("match") or "first",
        number=spec.get("as") == "number",
        several=spec.get("as") == "list",
        folds=folds,
    )


def build_answer(specs: Sequence[Mapping[str, Json]]) -> AnswerRule:
    """`answer:` in its YAML form, as a list."""
    return AnswerRule(tuple(build_extractor(spec) for spec in specs), declared=True)


def _items(value: Json) -> list[Json]:
    """A JSON array's items, those of a text between commas, or the value alone."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return [value]
    if value.lstrip().startswith("["):
        try:
            found = read_json(value)
        except ValueRefusedError:
            found = None
        if isinstance(found, list):
            return found
    return list(value.translate(_COMMAS).split(","))


_COMMAS = {ord(comma): "," for comma in "，、\n"}


def _plain_number(text: str) -> Json:
    number = read_number(text)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
