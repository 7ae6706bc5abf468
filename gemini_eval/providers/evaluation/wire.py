"""Requests about instances -> the body of one `evaluateInstances`, and its response -> one reply each.

Sources: `EvaluationService` of Vertex AI, v1 and v1beta1; rubrics, and the choice of the judging model, are in v1beta1 alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gemini_eval.providers.gemini.error_body import clean
from gemini_eval.safe.json_text import canonical_json, read_record
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Outcome, Request
from gemini_eval.vertex import METRICS

MOST_TOGETHER = 100
"""Instances of a call. Google states no bound; the largest answers then still make a body of a few megabytes."""

COMPUTED = frozenset(metric.NAME for metric in METRICS if metric.TOGETHER)
"""Metrics of which one call takes many instances; of the others it takes one."""

_CONGESTED, _PASSING = 8, (1, 4, 13, 14)
"""google.rpc.Code: RESOURCE_EXHAUSTED; CANCELLED, DEADLINE_EXCEEDED, INTERNAL and UNAVAILABLE."""


@dataclass(frozen=True, slots=True)
class Call:
    """`version` is the API's, `body` an EvaluateInstancesRequest as a map."""

    version: str
    body: Mapping[str, Json]


def metric_of(request: Request) -> str:
    return str(request.params["metric"])


def bundle_of(request: Request) -> str:
    """Instances of one metric with one specification go together."""
    metric = metric_of(request)
    return canonical_json([metric, request.params["spec"]]).decode() if metric in COMPUTED else ""


def call_of(requests: Sequence[Request], parent: str) -> Call:
    """`parent` is projects/P/locations/L."""
    metric, spec = metric_of(requests[0]), dict(requests[0].params["spec"])
    instances = [read_record(request.messages[0].text.encode()) for request in requests]
    if metric in COMPUTED:
        return Call("v1", {"location": parent, f"{metric}_input": {"metric_spec": spec, "instances": instances}})
    if metric == "rubric":
        shown = {name: {"text": text} for name, text in instances[0].items()}
        return Call("v1beta1", {"location": parent, "metrics": [{"predefined_metric_spec": spec}], "instance": shown})
    rater = _rater(metric, spec.pop("model", ""), spec.pop("samples", None), parent)
    filled = {"metric_spec": spec, "instance": {"json_instance": canonical_json(instances[0]).decode()}}
    body = {"location": parent, f"{metric}_metric_input": filled}
    return Call("v1beta1", {**body, "autorater_config": rater}) if rater else Call("v1", body)


def _rater(metric: str, model: str, samples: int | None, parent: str) -> dict[str, Json]:
    named = model if not model or "/" in model else f"{parent}/publishers/google/models/{model}"
    found: dict[str, Json] = {"autorater_model": named} if model else {}
    if samples is not None:
        found["sampling_count"] = samples
    return {**found, "flip_enabled": True} if found and metric == "pairwise" else found


def replies_in(metric: str, response: Mapping[str, Json], count: int) -> list[str]:
    """The text of each reply, as JSON. `response` is the message as a map. Raises `ProviderError` where some are missing."""
    if metric in COMPUTED:
        values = response.get(f"{metric}_results", {}).get(f"{metric}_metric_values", [])
        found = [{"score": value["score"]} if "score" in value else {} for value in values]
    elif metric == "rubric":
        found = [_rubric_reply(result) for result in response.get("metric_results", ())][:1]
    else:
        result = response.get(f"{metric}_metric_result")
        found = [] if result is None else [_rated(result)]
    if len(found) != count:
        reason = f"the answer's body has {len(found)} results for {count} instances"
        raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING, hint="it is asked again")
    return [canonical_json(reply).decode() for reply in found]


def _rated(result: Mapping[str, Json]) -> dict[str, Json]:
    kept = {name: result[name] for name in ("score", "explanation") if name in result}
    return {**kept, "choice": result["pairwise_choice"]} if "pairwise_choice" in result else kept


def _rubric_reply(result: Mapping[str, Json]) -> dict[str, Json]:
    """Without an explanation of its own the reasons of what does not hold. Raises `ProviderError` for an error in it."""
    error = result.get("error") or {}
    code = error.get("code", 0)
    if code:
        reason = f"the service could not judge (code {code}): {clean(str(error.get('message') or 'no message'))}"
        if code == _CONGESTED:
            raise ProviderError(Outcome.QUOTA, reason, trouble=Trouble.CONGESTED, hint="ask slower, or ask for more quota")
        raise ProviderError(Outcome.REQUEST_FAILED, reason, trouble=Trouble.PASSING if code in _PASSING else Trouble.FINAL)
    reply = _rated(result)
    failing = [str(verdict.get("reasoning", "")) for verdict in result.get("rubric_verdicts", ()) if not verdict.get("verdict")]
    return reply if reply.get("explanation") or not failing else {**reply, "explanation": "; ".join(filter(None, failing))}
