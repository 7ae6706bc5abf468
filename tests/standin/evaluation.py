"""`evaluateInstances`: computed metrics by the reference packages, the others by what the oracle says of the filled template.

Tool metrics follow Google's description of them: the first call counts; names, parameter names and values are shares of the
reference's. The oracle answers a template with a number, or with CANDIDATE, TIE or BASELINE; anything else is no score.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import orjson

Say = Callable[[str], str]


def evaluation_json(version: str, body: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """The response to a request that was checked; made by Google's own message type. `say` is the oracle."""
    from google.protobuf import json_format

    field = next((name for name in body if name.endswith("Input")), "")
    fields = _rubric(body, say) if not field else _one(field, body[field], say) or _computed(field, body[field])
    response = import_module(f"google.cloud.aiplatform_{version}").EvaluateInstancesResponse
    return json_format.MessageToDict(json_format.ParseDict(fields, response.pb()()))


def _computed(field: str, given: Mapping[str, Any]) -> dict[str, Any]:
    stem = field.removesuffix("Input")
    score, spec = _SCORES[stem], given.get("metricSpec") or {}
    values = [{"score": score(one.get("prediction", ""), one.get("reference", ""), spec)} for one in given["instances"]]
    return {f"{stem}Results": {f"{stem}MetricValues": values}}


def _one(field: str, given: Mapping[str, Any], say: Say) -> dict[str, Any] | None:
    if field not in ("pointwiseMetricInput", "pairwiseMetricInput"):
        return None
    values = orjson.loads(given["instance"]["jsonInstance"])
    said = say(_filled(given["metricSpec"]["metricPromptTemplate"], values))
    if field == "pairwiseMetricInput":
        known = {"pairwiseChoice": said} if said in ("CANDIDATE", "TIE", "BASELINE") else {}
        return {"pairwiseMetricResult": {**known, "explanation": f"the oracle says {said}"}}
    return {"pointwiseMetricResult": {**_number(said), "explanation": f"the oracle says {said}"}}


def _rubric(body: Mapping[str, Any], say: Say) -> dict[str, Any]:
    (metric,) = body["metrics"]
    name = metric["predefinedMetricSpec"]["metricSpecName"]
    instance = body["instance"]
    said = say("\n".join(instance[part]["text"] for part in ("prompt", "reference", "response") if part in instance))
    if said == "ERROR":
        return {"metricResults": [{"error": {"code": 3, "message": f"{name} does not take this instance"}}]}
    verdicts = [{"verdict": said == "1", "reasoning": f"{name} asks for more"}]
    return {"metricResults": [{**_number(said), "rubricVerdicts": verdicts}]}


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Raises KeyError for a placeholder without a value, which the service would refuse."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)


def _number(text: str) -> dict[str, float]:
    try:
        return {"score": float(text)}
    except ValueError:
        return {}


# ---- computed ------------------------------------------------------------------------------------------------


def _exact(prediction: str, reference: str, _spec: Mapping[str, Any]) -> float:
    return float(prediction == reference)


def _bleu(prediction: str, reference: str, spec: Mapping[str, Any]) -> float:
    from sacrebleu import sentence_bleu

    effective = bool(spec.get("useEffectiveOrder"))
    return sentence_bleu(prediction, [reference], use_effective_order=effective).score / 100


@cache
def _scorer(kind: str, stem: bool, split: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([kind], use_stemmer=stem, split_summaries=split)


def _rouge(prediction: str, reference: str, spec: Mapping[str, Any]) -> float:
    kind = spec.get("rougeType") or "rougeL"
    scorer = _scorer(kind, bool(spec.get("useStemmer")), bool(spec.get("splitSummaries")))
    return float(scorer.score(reference, prediction)[kind].fmeasure)


def _first_call(text: str) -> tuple[str, dict[str, Any]] | None:
    try:
        call = orjson.loads(text)["tool_calls"][0]
        return call["name"], call["arguments"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None


def _valid(prediction: str, _reference: str, _spec: Mapping[str, Any]) -> float:
    return float(_first_call(prediction) is not None)


def _name(prediction: str, reference: str, _spec: Mapping[str, Any]) -> float:
    made, wanted = _first_call(prediction), _first_call(reference)
    return float(made is not None and wanted is not None and made[0] == wanted[0])


def _share(prediction: str, reference: str, meets: Callable[[str, Any, dict[str, Any]], bool]) -> float:
    made, wanted = _first_call(prediction), _first_call(reference)
    if made is None or wanted is None or made[0] != wanted[0]:
        return 0.0
    met = [meets(key, value, made[1]) for key, value in wanted[1].items()]
    return sum(met) / len(met) if met else 1.0


def _keys(prediction: str, reference: str, _spec: Mapping[str, Any]) -> float:
    return _share(prediction, reference, lambda key, _value, made: key in made)


def _values(prediction: str, reference: str, spec: Mapping[str, Any]) -> float:
    def alike(key: str, value: Any, made: dict[str, Any]) -> bool:
        if spec.get("useStrictStringMatch"):
            return key in made and made[key] == value
        return key in made and str(made[key]).lower() == str(value).lower()

    return _share(prediction, reference, alike)


_SCORES = {
    "exactMatch": _exact,
    "bleu": _bleu,
    "rouge": _rouge,
    "toolCallValid": _valid,
    "toolNameMatch": _name,
    "toolParameterKeyMatch": _keys,
    "toolParameterKvMatch": _values,
}
