"""`vertex:` -> a metric of the evaluation service, and where that is asked."""

from __future__ import annotations

from dataclasses import replace

from gemini_eval.assertions.tree import Check, references
from gemini_eval.metrics.build import ParameterError
from gemini_eval.providers import EVALUATION_SERVICE
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.models import check_service
from gemini_eval.suites.cursor import Cursor
from gemini_eval.types import Json
from gemini_eval.vertex import build_service_metric, name_in


def build_vertex(context: Context, value: Cursor, parameters: Json, check: Check) -> Check | None:
    """The assertion with its metric, which is built for each case where references are left; None with a fault."""
    try:
        name = name_in(parameters)
        metric = None if references(parameters) else build_service_metric(parameters)
    except ParameterError as error:
        context.faults.add(error.reason, value.walk(error.path).place, error.hint)
        return None
    inner = parameters[name] if isinstance(parameters, dict) and isinstance(parameters[name], dict) else {}
    _check_asked(context, value, inner)
    named = check.name if check.explicit_name else f"vertex {name}"
    return replace(check, name=named, parameters=parameters, metric=metric)


def _check_asked(context: Context, value: Cursor, parameters: dict[str, Json]) -> None:
    """The service, and the model that it is to ask, may be asked from here."""
    check_service(context, value, EVALUATION_SERVICE, str(parameters.get("location") or ""))
    judging = parameters.get("model")
    if isinstance(judging, str) and not context.workspace.allows_model(judging):
        allowed = ", ".join(context.workspace.allow_models)
        reason = f'the workspace does not allow the model "{judging}", which is to judge'
        context.faults.add(reason, value.place, f"allow_models: {allowed}")
