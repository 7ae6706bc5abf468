"""Metrics that the Vertex AI evaluation service computes. Pure: what it is to be asked, and what its replies say.

`METRICS` is the registry of what may stand below `vertex`.
"""

from __future__ import annotations

from gemini_eval.errors import did_you_mean
from gemini_eval.metrics.build import ParameterError, build_kind
from gemini_eval.metrics.wording import show
from gemini_eval.types import Json
from gemini_eval.vertex.metric import ServiceMetric
from gemini_eval.vertex.raters import Pairwise, Pointwise, VersionedRubric
from gemini_eval.vertex.texts import Bleu, ExactMatch, Rouge
from gemini_eval.vertex.tools import ToolCallValid, ToolNameMatch, ToolParameterKeyMatch, ToolParameterKvMatch

VERTEX = "vertex"
METRICS: tuple[type[ServiceMetric], ...] = (
    ExactMatch,
    Bleu,
    Rouge,
    ToolCallValid,
    ToolNameMatch,
    ToolParameterKeyMatch,
    ToolParameterKvMatch,
    Pointwise,
    Pairwise,
    VersionedRubric,
)
_BY_NAME = {metric.NAME: metric for metric in METRICS}


def name_in(value: Json) -> str:
    """The metric that `vertex: value` names. Raises ParameterError where it names none, or several."""
    if not isinstance(value, str) and not (isinstance(value, dict) and len(value) == 1):
        raise ParameterError(f"vertex takes one metric of the evaluation service, not {show(value)}", "for example vertex: bleu")
    name = value if isinstance(value, str) else next(iter(value))
    if name not in _BY_NAME:
        known = f"known are {', '.join(_BY_NAME)}"
        raise ParameterError(f'the evaluation service has no metric "{name}"', did_you_mean(name, _BY_NAME) or known, (name,))
    return str(name)


def build_service_metric(value: Json) -> ServiceMetric:
    """The metric that `vertex: value` means: a name, or a map of one name to its parameters. Raises ParameterError."""
    name = name_in(value)
    try:
        built = build_kind(_BY_NAME[name], value[name]) if isinstance(value, dict) else build_kind(_BY_NAME[name])
    except ParameterError as error:
        raise ParameterError(error.reason, error.hint, (name, *error.path)) from None
    assert isinstance(built, ServiceMetric)
    return built
