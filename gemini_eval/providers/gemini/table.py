"""The dated table of Gemini's models (`models.json`): limits, prices, how they think, when they are retired.

A model that is not in it is asked like any other; nothing is then known of its price, and none of its limits is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.message import snake
from gemini_eval.providers.prices import MILLION, Price, Tier
from gemini_eval.safe.files import read_bytes
from gemini_eval.safe.json_text import read_json
from gemini_eval.types import Json

WARNED_BEFORE = timedelta(days=60)
ROOM_TO_THINK = 256
"""Fewer output tokens than this are used up by thinking before an answer begins."""

NO_TARGET: Mapping[str, Json] = MappingProxyType({})
Faults: TypeAlias = list[tuple[str, str, str]]
_APIS = {Api.VERTEX: "Vertex AI", Api.EXPRESS: "Vertex AI", Api.DEVELOPER: "the developer API"}
_COLUMNS = {Api.VERTEX: "vertex", Api.EXPRESS: "vertex", Api.DEVELOPER: "developer"}


@dataclass(frozen=True, slots=True)
class Thinking:
    """`budget` is (least, most) tokens and `levels` the words that the model takes: () where it refuses that setting, None where
    nobody says. 0 turns thinking off where `kind` is optional."""

    kind: Literal["none", "optional", "always"]
    by_default: bool
    budget: tuple[int, ...] | None = None
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TuningLimits:
    """What data a model may be tuned on: tokens of an example, examples, bytes of the file, examples to validate by."""

    example_tokens: int
    examples: int
    bytes: int
    validation_examples: int


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model. `prices` are (first day or None, price), the latest last; `retires` is by API; None and '' where not known."""

    id: str
    apis: tuple[str, ...]
    input_tokens: int | None = None
    output_tokens: int | None = None
    prices: tuple[tuple[date | None, Price], ...] = ()
    thinking: Thinking | None = None
    retires: Mapping[str, date] = field(default_factory=dict)
    replacement: str = ""
    adapter_sizes: tuple[int, ...] | None = None
    tuning: TuningLimits | None = None

    def price(self, day: date) -> Price | None:
        """What holds on a day."""
        begun = [price for first, price in self.prices if first is None or first <= day]
        return begun[-1] if begun else None


def entry(model_id: str, target: Mapping[str, Json] = NO_TARGET) -> ModelEntry | None:
    """The model that an id means, also by a full path or with a version (-001); None for an unknown or a tuned one.

    What the workspace says of it (`models` of the target, under the id as written or its last part) goes over the table.
    """
    name = model_id.rpartition("/")[2].partition("@")[0]
    stem, _, version = name.rpartition("-")
    known = _table().get(name) or (_table().get(stem) if len(version) == 3 and version.isdecimal() else None)
    stated = (target.get("models") or {}).get(model_id) or (target.get("models") or {}).get(name)
    return _overridden(known or ModelEntry(name, ()), stated) if stated else known


def known_models() -> tuple[str, ...]:
    """Every id in the table."""
    return tuple(_table())


def as_of() -> date:
    """The day on which the table's facts were gathered."""
    return date.fromisoformat(_document()["as_of"])


def _overridden(known: ModelEntry, own: Mapping[str, Json]) -> ModelEntry:
    """The model with what the workspace says of it: prices in US dollars for a million tokens, one day of retirement for all."""
    changes: dict[str, Json] = {name: own[name] for name in ("input_tokens", "output_tokens") if own.get(name)}
    if own.get("price"):
        changes["prices"] = ((None, _own_price(own["price"])),)
    if own.get("retires"):
        day = date.fromisoformat(str(own["retires"]))
        changes["retires"] = dict.fromkeys(_COLUMNS.values(), day)
    thinking = own.get("thinking")
    if thinking:
        base = known.thinking or Thinking("optional", by_default=False)
        changes["thinking"] = Thinking(
            thinking.get("kind") or base.kind,
            base.by_default if thinking.get("by_default") is None else thinking["by_default"],
            base.budget if thinking.get("budget") is None else tuple(thinking["budget"]),
            base.levels if thinking.get("levels") is None else tuple(word.upper() for word in thinking["levels"]),
        )
    return replace(known, **changes)


def price_of(model_id: str, target: Mapping[str, Json], day: date | None = None) -> Price | None:
    """What a model costs on a day (today): by the target's `prices`, under the id as written or its last part, else the table's;
    None for an unknown price, which that of a tuned model is."""
    own = target.get("prices") or {}
    stated = own.get(model_id) or own.get(model_id.rpartition("/")[2])
    if stated:
        return _own_price(stated)
    known = entry(model_id, target)
    return known.price(day or datetime.now(UTC).date()) if known else None


def retirement_warning(model_id: str, today: date, api: Api | None = None, target: Mapping[str, Json] = NO_TARGET) -> str:
    """A sentence from 60 days before a model is retired, and ever after; '' where nothing is to be said.

    Without an API the first that retires it counts.
    """
    known = entry(model_id, target)
    apis = [api] if api else [Api.VERTEX, Api.DEVELOPER]
    days = [(known.retires[_COLUMNS[one]], one) for one in apis if known and _COLUMNS[one] in known.retires]
    if not known or not days or today < min(days)[0] - WARNED_BEFORE:
        return ""
    day, where = min(days)
    left = (day - today).days
    told = (
        f"was retired on {_APIS[where]} on {day}"
        if left < 0
        else f"will be retired on {_APIS[where]} on {day} ({_in_days(left)})"
    )
    instead = f"; Google names {known.replacement} in its place" if known.replacement else ""
    routed = ", and requests may be answered by another model" if left < 0 else ""
    return f"{known.id} {told}{routed}{instead} (model table of {as_of()})"


def thinking_faults(model_id: str, params: Mapping[str, Json], target: Mapping[str, Json] = NO_TARGET) -> Faults:
    """(name, reason, hint) of a thinking setting that the model does not take, of too little room beside its thoughts, and of
    more output than it can give."""
    known = entry(model_id, target)
    if known is None:
        return []
    given = {snake(name): value for name, value in params.items() if value is not None}
    inside = given.get("thinking_config")
    own = {snake(name): (value, "thinking_config") for name, value in inside.items()} if isinstance(inside, Mapping) else {}
    own |= {name: (given[name], name) for name in ("thinking_budget", "thinking_level") if name in given}
    found = list(_setting_faults(known, own)) if known.thinking else []
    most = given.get("max_output_tokens")
    if type(most) is not int:
        return found
    if known.output_tokens is not None and most > known.output_tokens:
        reason = f"{known.id} gives at most {known.output_tokens:,} tokens, not {most:,}"
        found.append(("max_output_tokens", reason, f"max_output_tokens: {known.output_tokens}"))
    unset = "thinking_budget" not in own and "thinking_level" not in own
    if known.thinking and known.thinking.by_default and unset and most < ROOM_TO_THINK:
        reason = f"{known.id} thinks by default, and {most} output tokens are used up by thoughts before it answers"
        found.append(("max_output_tokens", reason, _line_to_add(known.thinking)))
    return found


# ---- thinking ----------------------------------------------------------------------------------------------


def _setting_faults(known: ModelEntry, own: Mapping[str, tuple[Json, str]]) -> Iterator[tuple[str, str, str]]:
    thinking = known.thinking
    assert thinking is not None
    budget, at_budget = own.get("thinking_budget", (None, ""))
    level, at_level = own.get("thinking_level", (None, ""))
    if thinking.kind == "none":
        for at in dict.fromkeys(at for at in (at_budget, at_level) if at):
            yield at, f"{known.id} does not think", "take it out"
        return
    if type(budget) is int and (why := _budget_fault(thinking, budget)):
        yield at_budget, f"{known.id} {why}", _line_to_add(thinking)
    if isinstance(level, str) and thinking.levels is not None and level.upper() not in thinking.levels:
        takes = f"takes {', '.join(thinking.levels)} as thinking_level" if thinking.levels else "takes no thinking_level"
        yield at_level, f"{known.id} {takes}, not {level}" if thinking.levels else f"{known.id} {takes}", _line_to_add(thinking)


def _budget_fault(thinking: Thinking, budget: int) -> str:
    if thinking.budget is None or budget == -1:
        return ""
    if not thinking.budget:
        return "takes no thinking_budget"
    least, most = thinking.budget
    if budget == 0:
        return "" if thinking.kind == "optional" else "always thinks: thinking_budget can't be 0"
    return "" if least <= budget <= most else f"takes a thinking_budget from {least} to {most:,}, not {budget:,}"


def _line_to_add(thinking: Thinking) -> str:
    """The setting that thinks least."""
    if thinking.budget and thinking.kind == "optional":
        return "thinking_budget: 0"
    if thinking.budget:
        return f"thinking_budget: {thinking.budget[0]}, with more max_output_tokens than that"
    return f"thinking_level: {thinking.levels[0] if thinking.levels else 'LOW'}"


def _in_days(count: int) -> str:
    return "today" if count == 0 else "tomorrow" if count == 1 else f"in {count} days"


# ---- reading the table -------------------------------------------------------------------------------------


@cache
def _document() -> Mapping[str, Json]:
    document: Mapping[str, Json] = read_json(read_bytes(Path(__file__).with_name("models.json")))
    return document


@cache
def _table() -> Mapping[str, ModelEntry]:
    return {row["id"]: _entry(row) for row in _document()["models"]}


def _entry(row: Mapping[str, Json]) -> ModelEntry:
    thinking = row["thinking"]
    return ModelEntry(
        id=row["id"],
        apis=tuple(row["apis"]),
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        prices=tuple((date.fromisoformat(price["from"]) if price["from"] else None, _price(price)) for price in row["prices"]),
        thinking=Thinking(thinking["kind"], thinking["by_default"], _range(thinking["budget"]), _words(thinking["levels"]))
        if thinking
        else None,
        retires={api: date.fromisoformat(day) for api, day in row["retires"].items() if day},
        replacement=row["replacement"] or "",
        adapter_sizes=None if row["adapter_sizes"] is None else tuple(row["adapter_sizes"]),
        tuning=TuningLimits(**row["tuning"]) if row.get("tuning") else None,
    )


def _price(row: Mapping[str, Json]) -> Price:
    base = Tier(row["input"], row["output"], row["cached_input"])
    long = row["long"]
    return Price(base, Tier(long["input"], long["output"], long["cached_input"]), long["over"]) if long else Price(base)


def _range(budget: Json) -> tuple[int, ...] | None:
    if not budget:
        return None if budget is None else ()
    return (budget["min"], budget["max"])


def _words(levels: Json) -> tuple[str, ...] | None:
    return None if levels is None else tuple(levels or ())


def _own_price(prices: Mapping[str, Json]) -> Price:
    cached = prices.get("cached_input")
    return Price(Tier(_micros(prices["input"]), _micros(prices["output"]), None if cached is None else _micros(cached)))


def _micros(dollars: float) -> int:
    """Dollars for a million tokens -> micro-USD for a million tokens."""
    return round(dollars * MILLION)
