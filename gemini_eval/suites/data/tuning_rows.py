"""A row of a Gemini tuning file: the last model turn is what is expected, the turns before it are the request.

Formats: `{systemInstruction, contents: [{role, parts: [{text}]}]}` of today and the older `{messages: [{role, content}]}`
(Vertex AI, "Prepare supervised fine-tuning data").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from gemini_eval.errors import Place, did_you_mean
from gemini_eval.suites.data.rows import RowRefusedError, tag_list, text_of
from gemini_eval.types import Json

_ROLES = {"user": "user", "model": "model", "assistant": "model", "system": "system"}
_SYSTEM = ("systemInstruction", "system_instruction")
_PARAMS = ("tools", "toolConfig", "tool_config")
_CONFIG = ("generationConfig", "generation_config")
_CASE = ("id", "tags", "cluster")
_KNOWN = frozenset({"contents", "messages", *_SYSTEM, *_PARAMS, *_CONFIG, *_CASE})


def is_tuning_row(values: Mapping[str, Json]) -> bool:
    """True for a row with a list of turns under `contents` or `messages`; text there is an ordinary variable."""
    return isinstance(values.get("contents"), list) or isinstance(values.get("messages"), list)


def tuning_fields(values: Mapping[str, Json], place: Place) -> dict[str, Json]:
    """`messages`, `expected` and, where the row has them, `system`, `params`, id, tags, cluster; other columns are variables.

    Raises:
        RowRefusedError: the turns do not end with a user's and then a model's, or hold what is no text.
    """
    key = "contents" if isinstance(values.get("contents"), list) else "messages"
    turns = [_turn(turn, f"{key}.{index}", place) for index, turn in enumerate(values[key])]
    system = [_text(values[name], name, place) for name in _SYSTEM if values.get(name) is not None]
    while turns and turns[0]["role"] == "system":
        system.append(turns.pop(0)["content"])
    _check_turns(turns, key, place)
    fields: dict[str, Json] = {name: _case_value(name, values[name]) for name in _CASE if values.get(name) is not None}
    fields |= {"vars": {name: value for name, value in values.items() if name not in _KNOWN}}
    fields |= {"messages": turns[:-1], "expected": turns[-1]["content"]}
    if system:
        fields["system"] = "\n".join(system)
    params = _params(values, place)
    return fields | {"params": params} if params else fields


def _check_turns(turns: list[dict[str, str]], key: str, place: Place) -> None:
    if any(turn["role"] == "system" for turn in turns):
        _refuse(f"{key}: a system turn stands after another turn", place, "put the system text first")
    if not turns or turns[-1]["role"] != "model":
        last = turns[-1]["role"] if turns else "none at all"
        _refuse(f"{key}: the last turn must be the model's, it is {last}", place, "end with the answer that is expected")
    if len(turns) < 2 or turns[-2]["role"] != "user":
        _refuse(f"{key}: no user turn stands before the last model turn", place, "write what the user asked before the answer")


def _turn(turn: Json, where: str, place: Place) -> dict[str, str]:
    if not isinstance(turn, Mapping):
        _refuse(f"{where}: a turn must be an object with a role, found {turn!r:.40}", place, "write {role, parts: [{text}]}")
    role = turn.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        hint = did_you_mean(role, _ROLES) or "roles are user, model (or assistant) and system"
        _refuse(f"{where}: unknown role {role!r:.40}", place, hint)
    return {"role": _ROLES[role], "content": _text(turn, where, place)}


def _text(content: Json, where: str, place: Place) -> str:
    """The text of `{parts: [{text}]}`, of `{content}` or of text itself."""
    if isinstance(content, Mapping):
        content = content.get("parts", content.get("content"))
    if isinstance(content, str):
        return content
    parts = [content] if isinstance(content, Mapping) else content
    if not isinstance(parts, list) or not parts:
        _refuse(f"{where}: no text in the turn", place, "write parts: [{text: …}] or content: …")
    return "".join(_part(part, f"{where}.parts.{index}", place) for index, part in enumerate(parts))


def _part(part: Json, where: str, place: Place) -> str:
    if isinstance(part, Mapping) and isinstance(part.get("text"), str):
        return str(part["text"])
    found = ", ".join(map(str, part)) if isinstance(part, Mapping) else f"{part!r:.40}"
    return _refuse(f"{where}: only text is read, found {found or 'nothing'}", place, "media and calls are no part of version 1")


def _params(values: Mapping[str, Json], place: Place) -> dict[str, Json]:
    params: dict[str, Json] = {}
    for name in _CONFIG:
        config = values.get(name)
        if config is not None and not isinstance(config, Mapping):
            _refuse(f"{name}: must be an object, found {config!r:.40}", place, "")
        params |= dict(config or {})
    return params | {name: values[name] for name in _PARAMS if values.get(name) is not None}


def _case_value(name: str, value: Json) -> Json:
    return tag_list(value) if name == "tags" else text_of(value)


def _refuse(reason: str, place: Place, hint: str) -> NoReturn:
    raise RowRefusedError(reason, place, hint)
