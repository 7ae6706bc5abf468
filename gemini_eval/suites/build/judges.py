"""`judges:` and the workspace's `default_judge` -> who judges rubrics. They never enter the matrix of variants."""

from __future__ import annotations

from dataclasses import replace

from gemini_eval.errors import did_you_mean
from gemini_eval.rubrics.rubric import Juror
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.models import build_models, check_model, default_judge
from gemini_eval.suites.build.people import build_people
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Judges, Model

NOT_THEIRS = frozenset(
    ("response_schema", "response_json_schema", "response_mime_type", "system_instruction", "tools", "tool_config")
) | {"candidate_count"}
"""Parameters that would change the form of a verdict."""


def build_judges(context: Context, cursor: Cursor | None, target: str) -> Judges:
    """The suite's own, and beside them the workspace's, under its id. Where a rubric names none, the only one of the suite or
    the workspace's is meant."""
    named = build_models(context, cursor, target) if cursor is not None else {}
    for model in named.values():
        check_model(context, model, target)
        _check_settings(context, model)
    default = default_judge(context.workspace, target)
    chosen = next(iter(named)) if len(named) == 1 else default.name if default else ""
    models = {**({default.name: default} if default else {}), **named}
    return Judges(models, chosen, target, broken="judges" in context.broken, people=build_people(context, cursor))


def choose_jurors(context: Context, rubric: Cursor, judge: Cursor | None, what: str = "rubric") -> tuple[Juror, ...]:
    """Who judges `what`; () with a fault where that is not clear. `judge` is a name or a list of names."""
    judges = context.judges
    if judges.broken:
        return ()
    if judge is None:
        if not judges.chosen:
            _explain_nobody(context, rubric, what)
            return ()
        names = [(judges.chosen, rubric)]
    elif isinstance(judge.value, list):
        names = [(item.value, item) for item in judge.items()]
    else:
        names = [(judge.value, judge)]
    found = [_known(context, name, entry) for name, entry in names]
    if not names or len(set(map(str, (name for name, _ in names)))) < len(names):
        context.faults.add("a jury names each of its judges once", (judge or rubric).place)
        return ()
    return tuple(_juror(model) for model in found if model) if all(found) else ()


def _explain_nobody(context: Context, rubric: Cursor, what: str) -> None:
    known = context.judges.models
    if known:
        context.faults.add(f"this {what} must say which judge", rubric.place, f"judge: one of {', '.join(known)}")
    else:
        hint = "write `judges: {sure: gemini-2.5-pro}` in the suite, or `default_judge:` in gemini-eval.yaml"
        context.faults.add(f"a {what} needs a judge, and there is none", rubric.place, hint)


def _known(context: Context, name: object, entry: Cursor) -> Model | None:
    judges = context.judges
    model = judges.models.get(str(name))
    if model is None and str(name) not in context.unbuilt:
        known = f"one of {', '.join(judges.models)}" if judges.models else "write it under `judges:`"
        context.faults.add(f'there is no judge "{name}"', entry.place, did_you_mean(name, judges.models) or known)
    elif model is not None and model.place is None:
        check_model(context, replace(model, place=entry.place), judges.target)
    return model


def _juror(model: Model) -> Juror:
    params = {name: setting.value for name, setting in model.settings.items()}
    return Juror(model.name, model.id, canonical_json(params).decode())


def _check_settings(context: Context, model: Model) -> None:
    for name in sorted(NOT_THEIRS & model.settings.keys()):
        place = model.settings[name].place
        context.faults.add(f"a judge can't have `{name}`: its reply has the form of a verdict", place, "take it out")
