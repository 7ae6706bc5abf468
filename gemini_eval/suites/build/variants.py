"""`variants:`, or the matrix prompts x models x param_sets -> variants with unique names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gemini_eval.errors import did_you_mean
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.settings import build_settings
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Model, Prompt, Setting, Variant

T = TypeVar("T", Model, Prompt)


def build_variants(
    context: Context, top: Cursor, prompts: Mapping[str, Prompt], models: Mapping[str, Model]
) -> tuple[Variant, ...]:
    sets = _param_sets(context, top.get("param_sets"))
    listed = top.get("variants")
    if listed is not None:
        built = [_listed(context, name, entry, prompts=prompts, models=models, sets=sets) for name, entry in listed.entries()]
        return tuple(variant for variant in built if variant is not None)
    return _matrix(prompts, models, sets)


def _param_sets(context: Context, cursor: Cursor | None) -> dict[str, dict[str, Setting]]:
    if cursor is None:
        return {}
    return {name: build_settings(context, entry, f"param set {name}") for name, entry in cursor.entries()}


def _matrix(
    prompts: Mapping[str, Prompt], models: Mapping[str, Model], sets: Mapping[str, dict[str, Setting]]
) -> tuple[Variant, ...]:
    """`prompt@model`, `+set` where there are sets: all parts always written, so a second model renames nothing."""
    variants = []
    for model in models.values():
        for prompt in (None,) if model.answers or not prompts else prompts.values():
            for set_name, settings in sets.items() or [("", {})]:
                name = f"{prompt.name if prompt else 'data'}@{model.name}" + (f"+{set_name}" if set_name else "")
                variants.append(Variant(name, prompt, model, settings, place=prompt.place if prompt else model.place))
    return tuple(variants)


def _listed(
    context: Context,
    name: str,
    entry: Cursor,
    *,
    prompts: Mapping[str, Prompt],
    models: Mapping[str, Model],
    sets: Mapping[str, dict[str, Setting]],
) -> Variant | None:
    if not isinstance(entry.value, dict):
        entry = Cursor.at({}, entry.place)
    model = _chosen(context, entry, "model", models)
    if model is None:
        return None
    if model.answers and entry.get("prompt") is not None:
        context.faults.add(
            f'model "{model.name}" has its answers in the data, so no prompt is asked', entry.entry("prompt").place
        )
    prompt = None if model.answers or not prompts else _chosen(context, entry, "prompt", prompts)
    if prompts and not model.answers and prompt is None:
        return None
    return Variant(
        name,
        prompt,
        model,
        _settings(context, name, entry.get("params"), sets),
        gated=entry.value.get("gated") is not False,
        was=entry.text("was"),
        description=entry.text("description"),
        place=entry.place,
    )


def _chosen(context: Context, entry: Cursor, key: str, known: Mapping[str, T]) -> T | None:
    """The prompt or model that a variant names, or the only one there is."""
    named = entry.get(key)
    if named is None:
        if len(known) == 1:
            return next(iter(known.values()))
        if known:
            context.faults.add(f"this variant must say which {key}", entry.place, f"one of {', '.join(known)}")
        return None
    found = known.get(str(named.value))
    if found is None and str(named.value) not in context.unbuilt:
        hint = did_you_mean(named.value, known) or (f"one of {', '.join(known)}" if known else f"the suite has no {key}s")
        context.faults.add(f'there is no {key} "{named.value}"', named.place, hint)
    return found


def _settings(
    context: Context, name: str, cursor: Cursor | None, sets: Mapping[str, dict[str, Setting]]
) -> Mapping[str, Setting]:
    if cursor is None:
        return {}
    if isinstance(cursor.value, str):
        if cursor.value not in sets:
            hint = did_you_mean(cursor.value, sets) or (f"one of {', '.join(sets)}" if sets else "write `param_sets`")
            context.faults.add(f'there is no param set "{cursor.value}"', cursor.place, hint)
        return sets.get(cursor.value, {})
    return build_settings(context, cursor, f"variant {name}")
