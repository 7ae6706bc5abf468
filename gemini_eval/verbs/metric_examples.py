"""One example of each metric, as a suite writes it, and what is judged. The reference shows what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gemini_eval.types import Json, Metric


@dataclass(frozen=True, slots=True)
class Example:
    """An assertion in YAML; the answer; the case's `expected` (None for none), the suite's labels, the response's own fields.
    `replies` are what somebody says who is asked, `metric` the assertion where the registry's metrics don't hold it."""

    assertion: str
    answer: str = ""
    expected: Json = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    response: Mapping[str, Json] = field(default_factory=dict)
    replies: tuple[str, ...] = ()
    metric: Metric | None = field(default=None, repr=False)


WEATHER = {"calls": ({"name": "get_weather", "args": {"city": "Seoul", "days": 3}},)}
_LOGPROBS = {"logprobs": (("Par", -0.05), ("is", -0.15))}
_DECLARED = "[{function_declarations: [{name: get_weather, parameters: {type: OBJECT, properties: {city: {type: STRING}}}}]}]"

EXAMPLES: Mapping[str, Example] = {
    "label": Example("label", "환불", "refund", {"refund": ("환불",), "billing": ()}),
    "exact_match": Example("exact_match", "Paris.", "Paris"),
    "equals": Example("equals: {any: [Paris, Paname], fold: [case, end_punctuation]}", "paris."),
    "contains": Example("contains: {all: [refund, 7 days], fold: [case]}", "Refunds take 7 days."),
    "starts_with": Example("starts_with: Dear", "Hello Ann"),
    "ends_with": Example("ends_with: '?'", "Which one do you mean?"),
    "regex": Example(r"regex: '^[A-Z]{3}-\d+$'", "ABC-17"),
    "has_number": Example("has_number: 1320", "It costs US$ 1,320.00 in all."),
    "numeric": Example("numeric: {value: 100, tolerance: 1%}", "100.5"),
    "length": Example("length: {words: {max: 3}}", "It is red wine"),
    "levenshtein": Example("levenshtein: {min_similarity: 0.8}", "kitten", "kittens"),
    "token_f1": Example("token_f1: {threshold: 0.6}", "The Eiffel Tower, in Paris", "Eiffel tower"),
    "rouge": Example("rouge: {type: rougeL, threshold: 0.8}", "The cat lay on the mat.", "The cat sat on the mat."),
    "bleu": Example("bleu", "The cat sat on a mat.", "The cat sat on the mat."),
    "chrf": Example("chrf", "The cat sat on a mat.", "The cat sat on the mat."),
    "gleu": Example("gleu", "The cat sat on a mat.", "The cat sat on the mat."),
    "meteor": Example("meteor", "The cats are sitting on mats", "The cat is sitting on a mat"),
    "similar": Example("similar: {threshold: 0.7}", "소포는 금요일에 도착할 예정입니다.", "배송은 금요일로 예상됩니다."),
    "is_json": Example("is_json: {anywhere: true}", 'Here it is: {"speed": 1200}'),
    "json_schema": Example("json_schema: {type: object, required: [speed]}", '{"sped": 1200}'),
    "json_field": Example("json_field: {path: speed, equals: 1200, tolerance: 1%}", '{"speed": 1205}'),
    "json_match": Example("json_match", '{"a": 1, "b": 3}', {"a": 1, "b": 2}),
    "is_xml": Example("is_xml: {elements: [answer.city]}", "<answer><city>Seoul</city></answer>"),
    "is_html": Example("is_html", "<p><b>Hi</p></b>"),
    "is_sql": Example("is_sql: {dialect: bigquery, tables: [users]}", "SELECT id FROM `app.payments`"),
    "fields": Example("fields", '{"product": "R-7", "speed": 1200, "ports": 4}', {"product": "R-7", "speed": 1300, "weight": 2}),
    "calls": Example("calls: [{name: get_weather, args: {city: {contains: Seo}}}]", response=WEATHER),
    "call_name": Example("call_name: {any: [get_weather, get_time]}", response=WEATHER),
    "call_args": Example("call_args: {keys: [city], values: {days: 2}}", response=WEATHER),
    "call_f1": Example("call_f1: {value: [get_weather, get_time], threshold: 0.6}", response=WEATHER),
    "is_valid_call": Example(f"is_valid_call: {{tools: {_DECLARED}}}", response=WEATHER),
    "refusal": Example("refusal", "I'm sorry, but I can't help with that."),
    "finish_reason": Example("finish_reason: {any: [stop, max_tokens]}", response={"finish_reason": "max_tokens"}),
    "latency": Example("latency: 2000", response={"latency_ms": 2350.0}),
    "cost": Example("cost: 0.001", response={"cost_micros": 420}),
    "tokens": Example("tokens: {output: {max: 50}}", response={"usage": {"prompt": 120, "output": 31}}),
    "perplexity": Example("perplexity: 1.5", response=_LOGPROBS),
    "perplexity_score": Example("perplexity_score: 0.4", response=_LOGPROBS),
}
