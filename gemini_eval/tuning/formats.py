"""Tuning files: one example a line of JSON, as Vertex AI reads it today (`contents`) or as its guide has it (`messages`).

Sources: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini-supervised-tuning-prepare for `contents`; the guide
to tuning Gemini text models for `messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from gemini_eval.errors import Place, did_you_mean
from gemini_eval.safe.json_text import dump_json
from gemini_eval.suites.data.rows import RowRefusedError
from gemini_eval.suites.data.tuning_rows import is_tuning_row, tuning_fields
from gemini_eval.tuning.example import TuningExample
from gemini_eval.types import Json, Message

Shape: TypeAlias = Literal["contents", "messages"]

_LEFT_OUT = "tuning data is text here: take it out"
_SYSTEM, _TURNS = ("systemInstruction", "system_instruction"), ("contents", "messages")
_BESIDE = ("id", "tags", "cluster", "split")
_REFUSED_AS_PARAMS = ("tools", "toolConfig", "tool_config", "generationConfig", "generation_config")


def line_of(example: TuningExample, shape: Shape) -> bytes:
    """The example's line, with its end. Raises `ValueRefusedError` for text that no JSON can hold."""
    return dump_json(SHAPES[shape](example)) + b"\n"


def read_example(values: Mapping[str, Json], place: Place) -> TuningExample | None:
    """The example that a row in either format is; None for a row that has no turns.

    Raises:
        RowRefusedError: the turns can't be read, or the row has what an example of text can't keep.
    """
    if not is_tuning_row(values):
        return None
    fields = tuning_fields(values, place)
    _refuse_lost(values, place)
    if params := fields.get("params"):
        raise RowRefusedError(f"{', '.join(params)}: an example holds turns alone", place, _LEFT_OUT)
    turns = [*fields["messages"], {"role": "model", "content": fields["expected"]}]
    return TuningExample(tuple(Message(turn["role"], turn["content"]) for turn in turns), fields.get("system", ""), place)


def _refuse_lost(values: Mapping[str, Json], place: Place) -> None:
    """Raise `RowRefusedError` for a key that is not read: what it holds would be lost, a system text for one letter."""
    key = next(name for name in _TURNS if isinstance(values.get(name), list))
    _refuse_others("", values, (key, *_SYSTEM, *_BESIDE, *_REFUSED_AS_PARAMS), place)
    turns = [(f"{key}.{index}", turn) for index, turn in enumerate(values[key])]
    for where, turn in [*turns, *((name, values.get(name)) for name in _SYSTEM)]:
        if not isinstance(turn, Mapping):
            continue
        held = "parts" if "parts" in turn else "content"
        _refuse_others(f"{where}: ", turn, ("role", held), place)
        parts = turn[held] if isinstance(turn[held], list) else [turn[held]]
        for index, part in enumerate(parts):
            if isinstance(part, Mapping):
                _refuse_others(f"{where}.{held}.{index}: ", part, ("text",), place)


def _refuse_others(where: str, values: Mapping[str, Json], known: Sequence[str], place: Place) -> None:
    for name in values:
        if name not in known:
            raise RowRefusedError(f'{where}"{name}" is not read', place, did_you_mean(name, known) or _LEFT_OUT)


def _contents(example: TuningExample) -> Json:
    turns = [{"role": turn.role, "parts": [{"text": turn.text}]} for turn in example.contents]
    system = {"systemInstruction": {"role": "system", "parts": [{"text": example.system}]}} if example.system else {}
    return {**system, "contents": turns}


def _messages(example: TuningExample) -> Json:
    turns = [{"role": turn.role, "content": turn.text} for turn in example.contents]
    system = [{"role": "system", "content": example.system}] if example.system else []
    return {"messages": system + turns}


SHAPES: Mapping[Shape, Callable[[TuningExample], Json]] = {"contents": _contents, "messages": _messages}
"""The formats by name."""
