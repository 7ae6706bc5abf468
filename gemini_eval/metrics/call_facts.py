"""The function calls of a response: their names and arguments, and how reasons show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gemini_eval.metrics.wording import clip, either, show
from gemini_eval.types import Json, Response


class Call(NamedTuple):
    name: str
    args: Mapping[str, Json]


def calls_of(response: Response) -> list[Call]:
    """Every call that the model made, in its order."""
    found = []
    for call in response.calls:
        args = call.get("args") if isinstance(call, dict) else None
        name = call.get("name") if isinstance(call, dict) else None
        found.append(Call(str(name or ""), args if isinstance(args, dict) else {}))
    return found


def plain(name: str) -> str:
    """A function's or an argument's name in one short line, without quotes."""
    return show(name)[1:-1]


def show_calls(calls: Sequence[Call]) -> str:
    """`get_weather(city="Seoul") and get_time()`; `no function was called`."""
    shown = [f"{plain(call.name)}({', '.join(_show_args(call.args))})" for call in calls]
    return f"called {clip(either(shown, 'and'), 200)}" if shown else "no function was called"


def _show_args(args: Mapping[str, Json]) -> list[str]:
    """By name, as a server may give arguments in any order."""
    return [f"{plain(key)}={show(args[key], 30)}" for key in sorted(args)]
