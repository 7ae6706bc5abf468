"""What a judge reads of a rubric: its own text, that of a named one, or criteria with their evaluation steps."""

from __future__ import annotations

from dataclasses import dataclass

from gemini_eval.metrics.wording import show
from gemini_eval.paths import Path, parse_path
from gemini_eval.rubrics.named import CONTEXT, CRITERION, NAMED
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.workspace import root_of, shown

RUBRIC, G_EVAL = "rubric", "g_eval"
RUBRICS = (RUBRIC, *NAMED, G_EVAL)
MOST_STEPS = 20
G_EVAL_KEYS = ("criteria", "steps", "scale", "threshold")
_G_EVAL_FORM = "for example: g_eval: {criteria: The reply is coherent., steps: [Read it., Look for jumps.], threshold: 4}"


@dataclass(frozen=True, slots=True)
class RubricText:
    """`steps` counts evaluation steps; `context` is the path of the variable that is judged in place of the answer."""

    source: TemplateSource
    steps: int = 0
    context: Path = ()


def build_text(context: Context, kind: str, value: Cursor) -> RubricText | None:
    """None with a fault where there is none."""
    if kind == G_EVAL:
        return _g_eval(context, value)
    if kind != RUBRIC:
        return _named(context, kind, value)
    source = rubric_source(context, value)
    return RubricText(source) if source else None


def rubric_source(context: Context, value: Cursor, kind: str = RUBRIC) -> TemplateSource | None:
    """A text of the suite's own, written here or as `{file: PATH}`."""
    written = value.value
    if isinstance(written, dict) and written.keys() == {"file"}:
        return file_source(context, value.entry("file"))
    if not isinstance(written, str) or not written.strip() or written == kind:
        said = "nothing" if written in (None, kind) else show(written)
        what, example = _EXAMPLES.get(kind, ("a rubric", "rubric: The answer is polite, and says what happens next."))
        context.faults.add(f"{what} is a text, not {said}", value.place, f"for example: {example}")
        return None
    writer = context.writer_of(value)
    return TemplateSource(written, "", writer.parent, root_of(writer), fenced=True)


def file_source(context: Context, entry: Cursor) -> TemplateSource | None:
    """The template in the file that `entry` names; None with a fault where it can't be read."""
    text, path = context.read(entry), context.resolve(entry)
    if text is None or path is None:
        return None
    return TemplateSource(text, shown(path), path.parent, root_of(context.writer_of(entry)), fenced=True)


_EXAMPLES = {
    "closed_qa": ("the criterion of closed_qa", "closed_qa: It names the city."),
    "criteria": ("`criteria`", "criteria: The reply is coherent."),
    "steps": ("a step", "steps: [Read it., Look for jumps.]"),
}


# ---- named ---------------------------------------------------------------------------------------------------


def _named(context: Context, kind: str, value: Cursor) -> RubricText | None:
    named, written = NAMED[kind], value.value
    if named.takes == "criterion":
        criterion = rubric_source(context, value, kind)
        return RubricText(_with_text(criterion, named.text.replace(CRITERION, criterion.text))) if criterion else None
    path: Path | None = ("vars", "context")
    if named.takes == "context" and isinstance(written, dict):
        path = _context_path(context, kind, value)
    elif written is not None and written != kind:
        hint = f"{kind}: {{context: {{from: vars.context}}}}" if named.takes == "context" else "write your own as `rubric: TEXT`"
        context.faults.add(f"`{kind}` has its own text, and takes no other", value.place, hint)
        return None
    if path is None:
        return None
    text = named.text.replace(CONTEXT, _expression(path))
    source = TemplateSource(text, "", context.path.parent, context.root, fenced=True)
    return RubricText(source, context=path if named.judges_context else ())


def _with_text(source: TemplateSource, text: str) -> TemplateSource:
    return TemplateSource(text, source.path, source.folder, source.root, fenced=True)


def _context_path(context: Context, kind: str, value: Cursor) -> Path | None:
    """Of `{context: {from: vars.passages}}`."""
    found = value.value.get("context")
    written = found.get("from") if isinstance(found, dict) and found.keys() == {"from"} else None
    try:
        path = parse_path(written) if isinstance(written, str) and value.value.keys() == {"context"} else ()
    except ValueError:
        path = ()
    if len(path) > 1 and path[0] == "vars":
        return path
    hint = f"{kind}: {{context: {{from: vars.context}}}}"
    context.faults.add(f"`{kind}` takes the variable that holds the context", value.place, hint)
    return None


def _expression(path: Path) -> str:
    """The path as a template reads it: `vars["context"][0]`."""
    return str(path[0]) + "".join(f"[{dump_json(step).decode()}]" for step in path[1:])


# ---- criteria and steps --------------------------------------------------------------------------------------


def _g_eval(context: Context, value: Cursor) -> RubricText | None:
    """Criteria, and below them the steps, numbered; criteria alone are their own single step."""
    written = value.value
    if not isinstance(written, dict):
        context.faults.add(f"`g_eval` is a map, not {show(written)}", value.place, _G_EVAL_FORM)
        return None
    for key in written:
        if key not in G_EVAL_KEYS:
            context.faults.add(f'`g_eval` has no "{key}"', value.entry(key).key, f"known are {', '.join(G_EVAL_KEYS)}")
    criteria = value.get("criteria")
    if criteria is None:
        context.faults.add("`g_eval` needs `criteria`", value.place, _G_EVAL_FORM)
    source = rubric_source(context, criteria, "criteria") if criteria else None
    steps = _steps(context, value.get("steps"))
    if source is None or steps is None:
        return None
    listed = "".join(f"\n{number}. {step}" for number, step in enumerate(steps, 1))
    text = f"{source.text}\n\nEvaluation steps:{listed}" if steps else source.text
    return RubricText(_with_text(source, text), len(steps) or 1)


def _steps(context: Context, cursor: Cursor | None) -> list[str] | None:
    if cursor is None:
        return []
    if not isinstance(cursor.value, list) or not 1 <= len(cursor.value) <= MOST_STEPS:
        context.faults.add(f"`steps` is a list of 1 to {MOST_STEPS} texts", cursor.place, "leave it out to judge by the criteria")
        return None
    found = [rubric_source(context, item, "steps") for item in cursor.items()]
    return [step.text for step in found if step] if all(found) else None
