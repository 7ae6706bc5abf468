"""`rubric:` and the rubrics that have a name -> `Rubric`, with its judges, scale and threshold."""

from __future__ import annotations

from gemini_eval.metrics.wording import show
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.rubrics.wording import NAMED, Scale
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.judges import choose_jurors
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.workspace import root_of, shown

RUBRIC = "rubric"
RUBRICS = (RUBRIC, *NAMED)
BESIDE = ("judge", "scale")
"""Keys that stand beside a rubric, and beside no other assertion."""
WIDEST = 100


def build_rubric(context: Context, kind: str, value: Cursor, item: Cursor) -> Rubric | None:
    """None with a fault where something is wrong; every part is looked at."""
    before = len(context.faults.errors)
    source = _source(context, kind, value)
    jurors = choose_jurors(context, item, item.get("judge") if isinstance(item.value, dict) else None)
    beside = item if isinstance(item.value, dict) else Cursor.at({}, item.place)
    scale = _scale(context, beside.get("scale"))
    threshold = _threshold(context, beside, scale)
    at_least = _at_least(context, beside.get("at_least"), len(jurors))
    if source is None or not jurors or len(context.faults.errors) > before:
        return None
    return Rubric(source.text, jurors, source, at_least, scale, threshold)


def _source(context: Context, kind: str, value: Cursor) -> TemplateSource | None:
    written = value.value
    if kind != RUBRIC:
        if written is not None and written != kind:
            context.faults.add(f"`{kind}` has its own text, and takes no other", value.place, "write your own as `rubric: TEXT`")
            return None
        return TemplateSource(NAMED[kind], "", context.path.parent, context.root, fenced=True)
    if isinstance(written, dict) and written.keys() == {"file"}:
        return file_source(context, value.entry("file"))
    if not isinstance(written, str) or not written.strip() or written == kind:
        hint = "for example: rubric: The answer is polite, and says what happens next."
        said = "nothing" if written in (None, kind) else show(written)
        context.faults.add(f"a rubric is a text, not {said}", value.place, hint)
        return None
    writer = context.writer_of(value)
    return TemplateSource(written, "", writer.parent, root_of(writer), fenced=True)


def file_source(context: Context, entry: Cursor) -> TemplateSource | None:
    """The template in the file that `entry` names; None with a fault where it can't be read."""
    text, path = context.read(entry), context.resolve(entry)
    if text is None or path is None:
        return None
    return TemplateSource(text, shown(path), path.parent, root_of(context.writer_of(entry)), fenced=True)


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
