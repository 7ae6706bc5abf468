"""`prompts:` -> prompts with their templates read, their examples at hand and their strategy settled."""

from __future__ import annotations

from pathlib import PurePath

from gemini_eval.paths import parse_path
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.suites.build.answers import build_answer_rule
from gemini_eval.suites.build.assertions import build_assertions
from gemini_eval.suites.build.context import Context, as_mapping
from gemini_eval.suites.build.examples import build_examples
from gemini_eval.suites.build.settings import build_settings
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Prompt, PromptMessage
from gemini_eval.suites.workspace import root_of, shown
from gemini_eval.types import Strategy

_INLINE_HINT = "write an inline template as {text: …}"


def build_prompts(context: Context, cursor: Cursor | None) -> dict[str, Prompt]:
    prompts: dict[str, Prompt] = {}
    for name, entry in _entries(cursor):
        prompt = _build(context, name, entry)
        if prompt is None:
            context.unbuilt.add(name)
            continue
        if name in prompts:
            context.faults.add(f'two prompts are named "{name}"', entry.place, "write `prompts` as a map with a name for each")
        prompts[name] = prompt
    return prompts


def _entries(cursor: Cursor | None) -> list[tuple[str, Cursor]]:
    """A map of prompts, a list (named by file stem), or a single entry, as (name, entry)."""
    if cursor is None:
        return []
    value = cursor.value
    if isinstance(value, list):
        return [(_stem(item), item) for item in cursor.items()]
    if isinstance(value, str) or value.keys() & {"template", "text", "messages"}:
        return [(_stem(cursor), cursor)]
    return list(cursor.entries())


def _stem(entry: Cursor) -> str:
    file = entry.value if isinstance(entry.value, str) else entry.value.get("template")
    return PurePath(file).stem if isinstance(file, str) and "{{" not in file else "prompt"


def _build(context: Context, name: str, entry: Cursor) -> Prompt | None:
    if isinstance(entry.value, str):
        source = _file_source(context, entry)
        return Prompt(name, (PromptMessage("user", source, place=entry.place),), place=entry.place) if source else None
    messages = _messages(context, entry)
    if not messages:
        return None
    examples = build_examples(context, entry.get("examples"))
    answer = build_answer_rule(context, entry.get("answer"))
    strategy: Strategy = entry.value.get("strategy") or ("few_shot" if examples else "zero_shot")
    if strategy == "chain_of_thought" and answer is None:
        hint = "for example: answer: {regex: '(?i)answer:\\s*(.+)', match: last}"
        context.faults.add(
            "`chain_of_thought` needs `answer`, which finds the answer after the thinking", entry.entry("strategy").place, hint
        )
    if strategy == "few_shot" and examples is None and "strategy" in entry.value:
        context.faults.warn("`few_shot` without `examples`: the leakage check can't see examples in the template", entry.place)
    return Prompt(
        name,
        messages,
        strategy=strategy,
        examples=examples,
        answer=answer,
        settings=build_settings(context, entry.get("params"), f"prompt {name}"),
        vars=dict(as_mapping(entry.value.get("vars"))),
        assertions=tuple(build_assertions(context, entry.get("assert"))),
        description=entry.text("description"),
        place=entry.place,
    )


def _messages(context: Context, entry: Cursor) -> tuple[PromptMessage, ...]:
    ways = [key for key in ("template", "text", "messages") if entry.value.get(key) is not None]
    if len(ways) != 1:
        found = f"this has {' and '.join(ways)}" if ways else "this has none"
        context.faults.add(f"a prompt has one of template, text, messages; {found}", entry.place)
        return ()
    system = _system(context, entry.get("system"))
    if ways[0] != "messages":
        source = _source(context, entry)
        return (*system, PromptMessage("user", source, place=entry.place)) if source else ()
    turns = [_turn(context, item) for item in entry.entry("messages").items()]
    messages = (*system, *(turn for turn in turns if turn is not None))
    return messages if len(messages) == len(turns) + len(system) and _in_order(context, messages, entry) else ()


def _in_order(context: Context, messages: tuple[PromptMessage, ...], entry: Cursor) -> bool:
    """System first and once; the user's turn last."""
    roles = [message.role for message in messages]
    place = entry.entry("messages").place
    if "system" in roles[1:]:
        context.faults.add("the system message comes first, and once", place)
    elif not roles or messages[-1].role != "user" or messages[-1].source is None:
        context.faults.add("the last message is the user's", place, "end with {role: user, template: FILE}")
    else:
        return True
    return False


def _system(context: Context, cursor: Cursor | None) -> tuple[PromptMessage, ...]:
    if cursor is None:
        return ()
    source = _file_source(context, cursor) if isinstance(cursor.value, str) else _source(context, cursor)
    return (PromptMessage("system", source, place=cursor.place),) if source else ()


def _turn(context: Context, item: Cursor) -> PromptMessage | None:
    history = item.value.get("from")
    if history is not None:
        if any(item.value.get(key) is not None for key in ("role", "template", "text")):
            context.faults.add("`from` brings whole turns, so role, template and text have no place beside it", item.place)
            return None
        try:
            path = parse_path(history)
        except ValueError as error:
            context.faults.add(str(error), item.entry("from").place)
            return None
        if path[0] != "vars":
            context.faults.add(f'`from` begins with vars, not "{path[0]}"', item.entry("from").place, "for example: vars.history")
            return None
        return PromptMessage("user", None, path, item.place)
    role = item.value.get("role")
    if role is None:
        context.faults.add("a message needs `role`", item.place, "one of system, user, model")
        return None
    source = _source(context, item)
    return PromptMessage(role, source, place=item.place) if source else None


def _source(context: Context, entry: Cursor) -> TemplateSource | None:
    """`template: FILE` or `text: INLINE`."""
    if entry.value.get("text") is not None:
        writer = context.writer_of(entry.entry("text"))
        return TemplateSource(str(entry.value["text"]), "", writer.parent, root_of(writer))
    template = entry.get("template")
    if template is None:
        context.faults.add("a message needs `template` or `text`", entry.place)
        return None
    return _file_source(context, template)


def _file_source(context: Context, cursor: Cursor) -> TemplateSource | None:
    name = cursor.value
    if isinstance(name, str) and ("{{" in name or "{%" in name or "\n" in name):
        context.faults.add("this is a template's text, and a bare string names a file", cursor.place, _INLINE_HINT)
        return None
    text = context.read(cursor)
    path = context.resolve(cursor) if text is not None else None
    if text is None or path is None:
        return None
    return TemplateSource(text, shown(path), path.parent, root_of(context.writer_of(cursor)))
