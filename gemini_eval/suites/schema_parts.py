"""The parts of the suite's JSON Schema that no wire model holds: parameters, assertions and metrics, gates and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gemini_eval.metrics import METRICS
from gemini_eval.metrics.build import ParameterError, build_metric, parameter_schema
from gemini_eval.metrics.extraction.units import UNITS
from gemini_eval.metrics.parameters import ExtraMissingError
from gemini_eval.rubrics.named import NAMED
from gemini_eval.suites.build.assertions import GROUPS
from gemini_eval.suites.build.rubric_texts import G_EVAL, MOST_STEPS, RUBRIC, RUBRICS
from gemini_eval.suites.params import PARAMETERS
from gemini_eval.summary.figures import FIGURES
from gemini_eval.text import FOLDS
from gemini_eval.types import Json, Metric
from gemini_eval.vertex import METRICS as SERVICE_METRICS
from gemini_eval.vertex import VERTEX, build_service_metric

Schema = dict[str, Json]

_TEXT: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_SCALE: Schema = {
    **{"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    "description": "the worst and the best score",
}
_NUMBER = r"[-+]?(\d[\d_]*\.?\d*|\.\d+)(%|ms|s)?"
_OPERATOR = "(>=|<=|==|!=|>|<)"
_ARGUMENT = r"""\s*\[\s*("(\\.|[^"\\])*"|'(\\.|[^'\\])*')\s*\]"""

_SOURCE = r"\s*\(\s*[A-Za-z_][A-Za-z0-9_.]*"


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def closed(properties: Mapping[str, Json], **more: Json) -> Schema:
    """A map with these keys and no other."""
    return {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}


def definitions() -> dict[str, Schema]:
    """By name, everything that markers in the wire models and `ref`s in here point at."""
    return {
        "file": closed({"file": _TEXT}, required=["file"], description="the content of a file"),
        "from": closed(
            {"from": {"type": "string", "pattern": r"^(\$\.)?(vars|expected)(\.|$)"}},
            required=["from"],
            description="a value of the case: vars.city, expected.speed",
        ),
        "params": _params(),
        "assertion": _assertion(),
        **_metrics(),
        **_vertex(),
        **_fields(),
        "gate": _gate(),
        "condition": _condition(),
        "paired_figure": {"type": "string", "pattern": f"^\\s*{_figures(paired=True)}\\s*$"},
        "margin": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\s*(\d+\.?\d*|\.\d+)\s*%?\s*$"}]},
    }


# ---- params ----------------------------------------------------------------------------------------------


def _params() -> Schema:
    """Every generation parameter, in snake_case and in Google's camelCase."""
    properties: dict[str, Schema] = {}
    for name, parameter in PARAMETERS.items():
        value = {"anyOf": [dict(parameter.kind), ref("file")], "description": parameter.says}
        properties[name] = value
        properties[_camel(name)] = value
    return closed(properties)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


# ---- assertions ------------------------------------------------------------------------------------------


def _assertion() -> Schema:
    names = [metric.NAME for metric in METRICS]
    kinds = {
        **{name: ref(_definition(name)) for name in names},
        **{group: {"type": "array", "items": ref("assertion"), "minItems": 1} for group in GROUPS},
        "not": ref("assertion"),
        RUBRIC: {"anyOf": [_TEXT, ref("file")], "description": "asks a judge whether the answer meets this text"},
        "python": {**_TEXT, "description": "package.module:function, or a metric that an installed package offers"},
        **{name: _named_rubric(name) for name in NAMED},
        G_EVAL: _g_eval(),
        VERTEX: ref(VERTEX),
    }
    common: dict[str, Schema] = {
        "name": _TEXT,
        "weight": {"type": "number", "minimum": 0},
        "threshold": {"type": "number"},
        "of": {
            "type": "string",
            "pattern": r"^(\$\.)?(output|answer|thought|calls)(\.|$)",
            "description": "what it judges: output.speed",
        },
        "description": {"type": "string"},
        "final": _FLAG,
        "at_least": {"type": "integer", "minimum": 1},
        "judge": {
            "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}],
            "description": "one of `judges`, or a list of them: a jury",
        },
        "scale": _SCALE,
    }
    rubrics = {"anyOf": [{"required": [name]} for name in RUBRICS]}
    needs: dict[str, Json] = {
        "at_least": {"anyOf": [{"required": ["some_of"]}, *rubrics["anyOf"]]},
        "judge": rubrics,
        "scale": {"required": ["threshold"], **rubrics},
    }
    one = closed({**kinds, **common}, oneOf=[{"required": [kind]} for kind in kinds], dependencies=needs)
    removal = closed({"name": _TEXT, "remove": {"const": True}}, required=["name", "remove"])
    return {"anyOf": [{"enum": [*(name for name in names if _may_be_bare(name)), *_bare_rubrics()]}, one, removal]}


def _bare_rubrics() -> list[str]:
    return [name for name, named in NAMED.items() if named.takes != "criterion"]


def _named_rubric(name: str) -> Schema:
    """Nothing more, a criterion, or where the context is."""
    about = "asks a judge; a rubric that has a name"
    if NAMED[name].takes == "criterion":
        return {"anyOf": [_TEXT, ref("file")], "description": about}
    bare: Schema = {"enum": [None, name]}
    if NAMED[name].takes == "context":
        return {"anyOf": [bare, closed({"context": ref("from")}, required=["context"])], "description": about}
    return {**bare, "description": about}


def _g_eval() -> Schema:
    text: Schema = {"anyOf": [_TEXT, ref("file")]}
    steps: Schema = {"type": "array", "items": text, "minItems": 1, "maxItems": MOST_STEPS}
    parts: dict[str, Json] = {"criteria": text, "steps": steps, "scale": _SCALE, "threshold": {"type": "number"}}
    return closed(parts, required=["criteria", "threshold"], description="asks a judge to go through steps, and to score")


def _may_be_bare(name: str) -> bool:
    """Whether the metric's name alone is an assertion."""
    try:
        build_metric(name)
    except ExtraMissingError:
        return True
    except ParameterError:
        return False
    return True


def _definition(name: str) -> str:
    return f"metric_{name}"


def _metrics() -> dict[str, Schema]:
    """Each metric's schema, and beside it those that it refers to, under its name."""
    found: dict[str, Schema] = {}
    for metric in METRICS:
        name = _definition(metric.NAME)
        schema = _metric_schema(metric, name)
        for inner, definition in schema.pop("$defs", {}).items():
            found[f"{name}_{inner}"] = definition
        found[name] = schema
    return found


def _vertex() -> dict[str, Schema]:
    """What may stand below `vertex`: a name, or a map of one name to its parameters."""
    bare = [metric.NAME for metric in SERVICE_METRICS if _builds(metric.NAME)]
    kinds = {metric.NAME: _rewritten(parameter_schema(metric), "#/$defs/") for metric in SERVICE_METRICS}
    one = {"type": "object", "properties": kinds, "additionalProperties": False, "minProperties": 1, "maxProperties": 1}
    return {VERTEX: {"anyOf": [{"enum": bare}, one], "description": "a metric of the Vertex AI evaluation service"}}


def _builds(name: str) -> bool:
    try:
        build_service_metric(name)
    except ParameterError:
        return False
    return True


def _metric_schema(metric: type[Metric], name: str) -> Schema:
    """References stand for values inside lists too; inner definitions carry the metric's name."""
    schema: Schema = _rewritten(parameter_schema(metric), f"#/$defs/{name}_")
    return schema


def _rewritten(value: Json, prefix: str) -> Json:
    if isinstance(value, list):
        return [_rewritten(item, prefix) for item in value]
    if not isinstance(value, dict):
        return value
    if value in _REFERENCES:
        return ref(next(iter(value["properties"])))
    rewritten = {key: _rewritten(item, prefix) for key, item in value.items()}
    if isinstance(value.get("$ref"), str):
        rewritten["$ref"] = value["$ref"].replace("#/$defs/", prefix)
    if rewritten.get("type") == "array" and rewritten.get("items"):
        rewritten["items"] = {"anyOf": [rewritten["items"], ref("from"), ref("file")]}
    return rewritten


_REFERENCES = [closed({key: {"type": "string"}}, required=[key]) for key in ("from", "file")]


# ---- fields ----------------------------------------------------------------------------------------------


def _fields() -> dict[str, Schema]:
    """`fields:`, and one field in it: a comparator's name, or a map with one comparator beside `optional`."""
    item, none = ref("field"), {"type": "null"}
    forms: dict[str, Json] = {
        "text": closed(
            {
                "fold": {"type": "array", "items": {"enum": sorted(FOLDS)}},
                "similarity": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            }
        ),
        "number": closed({"unit": {"enum": sorted(UNITS)}, "tolerance": {"type": ["number", "string"]}}),
        "date": none,
        "bool": none,
        "label": {
            "anyOf": [
                {"type": "array", "items": _TEXT, "minItems": 1},
                {
                    "type": "object",
                    "additionalProperties": {"anyOf": [{"type": "array", "items": _TEXT}, none]},
                    "minProperties": 1,
                },
            ]
        },
        "one_of": {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1},
        "object": ref("fields"),
        "list": closed({"item": item, "order": {"enum": ["exact", "any"]}, "match_by": _TEXT}, required=["item"]),
        **{kind: closed({"item": item, "match_by": _TEXT}, required=["item"]) for kind in ("set", "multiset")},
    }
    for name in ("text", "number", "label"):
        forms[name] = {"anyOf": [forms[name], none]}
    bare = [name for name in forms if name in ("text", "number", "date", "bool", "label")]
    one = closed({**forms, "optional": _FLAG}, oneOf=[{"required": [name]} for name in forms])
    return {
        "fields": {"type": "object", "additionalProperties": item, "minProperties": 1},
        "field": {"anyOf": [{"enum": bare}, one]},
    }


# ---- gates -----------------------------------------------------------------------------------------------


def _gate() -> Schema:
    common: dict[str, Schema] = {"variant": _TEXT, "name": _TEXT, "description": _TEXT, "final": _FLAG}
    tested: dict[str, Schema] = {"metric": ref("paired_figure"), "margin": ref("margin")}
    without_variant = {key: schema for key, schema in common.items() if key != "variant"}
    worse = closed({"variant": _TEXT, "than": _TEXT, **tested}, required=["variant", "than", "metric"])
    return {
        "anyOf": [
            ref("condition"),
            closed({"require": ref("condition"), "tag": _TEXT, **common}, required=["require"]),
            closed({"no_regression": closed(tested, required=["metric"]), **common}, required=["no_regression"]),
            closed({"no_worse": worse, **without_variant}, required=["no_worse"]),
        ]
    }


def _condition() -> Schema:
    one = f"{_figures()}\\s*{_OPERATOR}\\s*{_NUMBER}"
    return {
        "type": "string",
        "pattern": f"^\\s*{one}(\\s+and\\s+{one})*\\s*$",
        "description": 'NAME OP NUMBER, joined by "and": accuracy >= 0.9, recall["refund"] >= 95%',
    }


def _figures(*, paired: bool = False) -> str:
    """A pattern of the figures that a gate can name."""
    kinds = [kind for kind in FIGURES if kind.paired or not paired]
    plain = _either(kind.name for kind in kinds if not kind.argument)
    bracketed = _either(kind.name for kind in kinds if kind.argument and kind.argument != "source")
    called = [kind for kind in kinds if kind.argument == "source"]
    with_number = [f"{_either(kind.name for kind in called if bool(kind.number) is wanted)}" for wanted in (False, True)]
    calls = f"|{with_number[0]}{_SOURCE}\\s*\\)|{with_number[1]}{_SOURCE}\\s*,\\s*{_NUMBER}\\s*\\)" if called else ""
    return f"({bracketed}{_ARGUMENT}{calls}|{plain})"


def _either(names: Iterable[str]) -> str:
    return f"({'|'.join(sorted(set(names)))})"
