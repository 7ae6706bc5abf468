"""`rubric:` and the rubrics that have a name -> `Rubric`, with its judges, scale and threshold."""

from __future__ import annotations

from gemini_eval.metrics.wording import show
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.rubrics.wording import Scale
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.judges import choose_jurors
from gemini_eval.suites.build.rubric_texts import G_EVAL, build_text
from gemini_eval.suites.cursor import Cursor

BESIDE = ("judge", "scale")
"""Keys that stand beside a rubric, and beside no other assertion."""
WIDEST = 100


def build_rubric(context: Context, kind: str, value: Cursor, item: Cursor) -> Rubric | None:
    """None with a fault where something is wrong; every part is looked at."""
    before = len(context.faults.errors)
    text = build_text(context, kind, value)
    jurors = choose_jurors(context, item, item.get("judge") if isinstance(item.value, dict) else None)
    beside = item if isinstance(item.value, dict) else Cursor.at({}, item.place)
    scale, threshold = _graded(context, value, beside) if kind == G_EVAL else _scaled(context, beside)
    at_least = _at_least(context, beside.get("at_least"), len(jurors))
    if text is None or not jurors or len(context.faults.errors) > before:
        return None
    return Rubric(text.source.text, jurors, text.source, at_least, scale, threshold, text.steps, text.context)


def _scaled(context: Context, beside: Cursor) -> tuple[Scale | None, float | None]:
    scale = _scale(context, beside.get("scale"))
    return scale, _threshold(context, beside, scale)


def _graded(context: Context, value: Cursor, beside: Cursor) -> tuple[Scale | None, float | None]:
    """Of `g_eval`, which has its own scale, 1 to 5 where it says none."""
    for key in ("scale", "threshold"):
        if beside.get(key) is not None:
            context.faults.add(f"`{key}` belongs inside `g_eval`", beside.entry(key).key, f"g_eval: {{criteria: …, {key}: …}}")
    if not isinstance(value.value, dict):
        return None, None
    scale = _scale(context, value.get("scale")) if value.get("scale") else (1, 5)
    threshold = value.get("threshold")
    if threshold is None:
        context.faults.add("`g_eval` needs `threshold`: from which score on an answer passes", value.place, "threshold: 4")
    elif not isinstance(threshold.value, int | float) or isinstance(threshold.value, bool):
        context.faults.add(f"`threshold` is {show(threshold.value)}; it must be a number", threshold.place)
    elif scale and not scale[0] <= threshold.value <= scale[1]:
        context.faults.add(f"`threshold` is {threshold.value:g}, which is not on the scale {list(scale)}", threshold.place)
    else:
        return scale, float(threshold.value)
    return scale, None


def _scale(context: Context, cursor: Cursor | None) -> Scale | None:
    if cursor is None:
        return None
    match cursor.value:
        case [int(low), int(high)] if low < high <= low + WIDEST and not isinstance(low, bool):
            return low, high
    hint = "the worst and the best score, for example: scale: [1, 5]"
    context.faults.add(f"`scale` is {show(cursor.value)}; it must be two whole numbers, the lower first", cursor.place, hint)
    return None


def _threshold(context: Context, item: Cursor, scale: Scale | None) -> float | None:
    """On the scale, so it needs one; and a scale needs to know what passes."""
    cursor = item.get("threshold")
    if cursor is None:
        if scale:
            hint = f"for example: threshold: {scale[1] - 1}"
            context.faults.add("`scale` needs `threshold`: from which score on an answer passes", item.entry("scale").key, hint)
        return None
    if not isinstance(cursor.value, int | float) or isinstance(cursor.value, bool):
        return None  # told with the keys that all assertions have
    if item.get("scale") is None:
        context.faults.add("the `threshold` of a rubric needs `scale`", cursor.place, "for example: scale: [1, 5]")
    elif scale and not scale[0] <= cursor.value <= scale[1]:
        context.faults.add(f"`threshold` is {cursor.value:g}, which is not on the scale {list(scale)}", cursor.place)
    return float(cursor.value)


def _at_least(context: Context, cursor: Cursor | None, jurors: int) -> int:
    """How many of a jury must say yes; by default more than half."""
    if cursor is None:
        return jurors // 2 + 1
    value = cursor.value
    if not isinstance(value, int) or isinstance(value, bool):
        context.faults.add(f"`at_least` is {show(value)}; it must be a whole number", cursor.place)
    elif jurors and not 1 <= value <= jurors:
        judges = "1 judge" if jurors == 1 else f"{jurors} judges"
        context.faults.add(f"`at_least` is {value} of {judges}", cursor.place)
    else:
        return value
    return 1
