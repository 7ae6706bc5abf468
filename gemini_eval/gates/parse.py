"""A gate as a suite writes it (text or map) -> `Gate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from gemini_eval.errors import did_you_mean
from gemini_eval.gates.grammar import parse_conditions, parse_figure
from gemini_eval.gates.model import FigureRef, Gate, GateError
from gemini_eval.summary.context import FigureContext
from gemini_eval.summary.figures import FIGURES
from gemini_eval.types import Json

T = TypeVar("T")

DEFAULT_MARGIN = 0.05
_COMMON = ("name", "description", "final")
_KEYS = {"require": ("variant", "tag"), "no_regression": ("variant",), "no_worse": ()}


def parse_gate(spec: Json, *, known: FigureContext) -> Gate:
    """`NAME OP NUMBER and …`, or a map with exactly one of `require`, `no_regression`, `no_worse`. Raises `GateError`."""
    if isinstance(spec, str):
        return _of_its_variant(Gate(spec.strip(), conditions=parse_conditions(spec, known)), known)
    if not isinstance(spec, Mapping):
        raise GateError(f"a gate is a text or a map, not {_shown(spec)}", "write: accuracy >= 0.9")
    kinds = [key for key in _KEYS if key in spec]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none"
        hint = _unknown_key_hint(spec) if not kinds else "write two gates"
        raise GateError(f"a gate has exactly one of require, no_regression, no_worse; this has {found}", hint)
    _only(spec, (kinds[0], *_KEYS[kinds[0]], *_COMMON))
    gate = _BY_KIND[kinds[0]](spec[kinds[0]], known)
    variant = _one_of(spec, "variant", known.variants) or gate.variant
    gate = _of_its_variant(replace(gate, variant=variant), known)
    gate = replace(gate, tag=_tag(spec, known), name=_text(spec, "name"), description=_text(spec, "description"))
    return replace(gate, text=_scoped(gate), final=_flag(spec, "final"))


def _of_its_variant(gate: Gate, known: FigureContext) -> Gate:
    """A comparison by judges is a figure of one variant, and so is a gate on it. Raises `GateError` where it is of several."""
    figures = [one.figure for one in gate.conditions if one.figure.kind.argument == "comparison"]
    compared = {known.pairs[figure.argument][0]: figure.name for figure in figures}
    for variant, figure in compared.items():
        if len(compared) > 1 or gate.variant not in ("", variant):
            other = gate.variant if gate.variant not in ("", variant) else next(name for name in compared if name != variant)
            raise GateError(f"{figure} is a figure of {variant}, not of {other}", "write a gate for each variant")
    over = dict.fromkeys(known.pairs[figure.argument][1] for figure in figures)
    return replace(gate, variant=next(iter(compared), gate.variant), over=tuple(over))


def tags_of(gates: Sequence[Gate]) -> tuple[str, ...]:
    """The tags that gates ask about: a tally keeps all figures of these."""
    return tuple(dict.fromkeys(gate.tag for gate in gates if gate.tag))


def compared_by_gates(gates: Sequence[Gate]) -> frozenset[str]:
    """The comparisons by judges whose figures gates ask for."""
    figures = (condition.figure for gate in gates for condition in gate.conditions)
    return frozenset(figure.argument for figure in figures if figure.kind.argument == "comparison")


def asked_of(gates: Sequence[Gate]) -> tuple[tuple[str, str], ...]:
    """The figures with a number that gates ask for, as (figure, argument): a summary computes these."""
    figures = [condition.figure for gate in gates for condition in gate.conditions]
    return tuple(dict.fromkeys((figure.kind.name, figure.argument) for figure in figures if figure.kind.number))


# ---- the three kinds -------------------------------------------------------------------------------------


def _require(spec: Json, known: FigureContext) -> Gate:
    if not isinstance(spec, str):
        raise GateError(f"require is a text, not {_shown(spec)}", 'write: require: "accuracy >= 0.9"', key="require")
    return Gate(spec.strip(), conditions=_at("require", lambda: parse_conditions(spec, known)))


def _no_regression(spec: Json, known: FigureContext) -> Gate:
    inner = _inner(spec, "no_regression", ("metric", "margin"))
    metric, margin = _metric(inner, "no_regression", known)
    return Gate(f"no_regression: {metric.name}, margin {margin:g}", "no_regression", metric=metric, margin=margin)


def _no_worse(spec: Json, known: FigureContext) -> Gate:
    inner = _inner(spec, "no_worse", ("variant", "than", "metric", "margin"))
    metric, margin = _metric(inner, "no_worse", known)
    variant, than = (_one_of(inner, key, known.variants, "no_worse.") for key in ("variant", "than"))
    if not variant or not than:
        missing = "than" if variant else "variant"
        raise GateError(f"no_worse needs {missing}", "write: {variant: tuned, than: few, metric: accuracy}", key="no_worse")
    if variant == than:
        raise GateError(f'no_worse compares "{variant}" with itself', "name another variant", key="no_worse.than")
    text = f"{variant} no worse than {than}: {metric.name}, margin {margin:g}"
    return Gate(text, "no_worse", variant=variant, than=than, metric=metric, margin=margin)


_BY_KIND: dict[str, Callable[[Json, FigureContext], Gate]] = {
    "require": _require,
    "no_regression": _no_regression,
    "no_worse": _no_worse,
}


def _metric(inner: Mapping[str, Json], kind: str, known: FigureContext) -> tuple[FigureRef, float]:
    """The metric and the margin, which is in the metric's unit: points of a share as 0.05 or 5%."""
    key = f"{kind}.metric"
    written = inner.get("metric")
    if not isinstance(written, str):
        but = "" if written is None else f", not {_shown(written)}"
        raise GateError(f"{kind} needs the name of a metric{but}", "write: metric: accuracy", key=key)
    metric = _at(key, lambda: parse_figure(written, known))
    if not metric.kind.paired:
        able = ", ".join(figure.usage for figure in FIGURES if figure.paired)
        raise GateError(f"{metric.name} can't be tested between two runs", f"these can: {able}", key=key)
    margin = _margin(inner.get("margin", DEFAULT_MARGIN), f"{kind}.margin")
    if metric.kind.unit != "score" and margin >= 1:
        hint = f"write {margin / 100:g} or {margin:g}%" if margin < 100 else ""
        raise GateError(f"a margin of {margin:g} can never be exceeded", hint, key=f"{kind}.margin")
    return metric, margin


def _margin(written: Json, key: str) -> float:
    text = str(written).strip() if isinstance(written, (int, float, str)) and not isinstance(written, bool) else ""
    digits = text.removesuffix("%").strip()
    if not digits or len(digits) > 20 or not set(digits) <= set("0123456789.") or digits.count(".") > 1 or digits == ".":
        raise GateError(f"margin is a number from 0, not {_shown(written)}", "write 0.05 or 5%", key=key)
    return float(Fraction(digits) / (100 if text.endswith("%") else 1))


# ---- keys ------------------------------------------------------------------------------------------------


def _inner(spec: Json, kind: str, keys: tuple[str, ...]) -> Mapping[str, Json]:
    if not isinstance(spec, Mapping):
        raise GateError(f"{kind} is a map, not {_shown(spec)}", f"write: {kind}: {{{', '.join(keys)}}}", key=kind)
    _only(spec, keys, f"{kind}.")
    return spec


def _only(spec: Mapping[str, Json], keys: tuple[str, ...], prefix: str = "") -> None:
    for key in spec:
        if key not in keys:
            hint = did_you_mean(key, keys) or f"these are known here: {', '.join(keys)}"
            raise GateError(f'unknown key "{key}"', hint, key=f"{prefix}{key}")


def _unknown_key_hint(spec: Mapping[str, Json]) -> str:
    hints = (did_you_mean(key, _KEYS) for key in spec)
    return next((hint for hint in hints if hint), 'write: {variant: few, require: "accuracy >= 0.9"}')


def _one_of(spec: Mapping[str, Json], key: str, names: Sequence[str], prefix: str = "") -> str:
    name = _text(spec, key, prefix)
    if name and name not in names:
        hint = did_you_mean(name, names) or f"the suite has {', '.join(names[:8])}{', …' if len(names) > 8 else ''}"
        raise GateError(f'the suite has no variant "{name}"', hint, key=f"{prefix}{key}")
    return name


def _tag(spec: Mapping[str, Json], known: FigureContext) -> str:
    tag = _text(spec, "tag")
    if tag and known.tags is not None and tag not in known.tags:
        raise GateError(f'no case has the tag "{tag}"', did_you_mean(tag, known.tags), key="tag")
    return tag


def _text(spec: Mapping[str, Json], key: str, prefix: str = "") -> str:
    value = spec.get(key, "")
    if not isinstance(value, str) or (key in spec and not value):
        raise GateError(f"{key} is a text, not {_shown(value)}", key=f"{prefix}{key}")
    return value


def _flag(spec: Mapping[str, Json], key: str) -> bool:
    value = spec.get(key, False)
    if not isinstance(value, bool):
        raise GateError(f"{key} is true or false, not {_shown(value)}", key=key)
    return value


def _at(key: str, parse: Callable[[], T]) -> T:
    """What `parse` gives; its errors say which key they are in."""
    try:
        return parse()
    except GateError as error:
        raise GateError(error.reason, error.hint, error.offset, key) from None


def _scoped(gate: Gate) -> str:
    """The gate's text with what narrows it: `few, lang=ko: accuracy >= 0.9`."""
    scope = [gate.variant if gate.kind != "no_worse" else "", gate.tag]
    narrowed = ", ".join(part for part in scope if part)
    return f"{narrowed}: {gate.text}" if narrowed else gate.text


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
