"""`metrics`: the reference of the metrics, from their own docstrings and fields; each example is judged anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gemini_eval.metrics import METRICS
from gemini_eval.metrics.build import build_metric
from gemini_eval.metrics.forms import form_schema
from gemini_eval.metrics.parameters import ExtraMissingError
from gemini_eval.metrics.wording import show
from gemini_eval.paths import MISSING
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.safe.json_text import dump_json, read_record
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.types import Expected, Json, Metric, Response, Subject, Usage, Verdict
from gemini_eval.verbs.metric_examples import EXAMPLES, Example
from gemini_eval.vertex import VERTEX, build_service_metric
from gemini_eval.vertex.metric import ServiceMetric

READS = {
    "answer": "the extracted answer (the whole output where no `answer` is declared)",
    "output": "the whole output",
    "response": "the response's own figures",
}
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a map",
    "null": "",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    takes: str
    required: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """What there is to say of a metric. The first paragraph begins with one sentence that says what passes."""

    name: str
    paragraphs: tuple[str, ...]
    judged: str
    parameters: tuple[Parameter, ...]
    example: Example

    @property
    def verdict(self) -> Verdict:
        """What comes of the example, judged when it is asked for."""
        return judge_example(self.example)

    def record(self) -> Json:
        """As JSON."""
        parameters = [{"name": item.name, "takes": item.takes, "required": item.required} for item in self.parameters]
        return {
            "name": self.name,
            "about": list(self.paragraphs),
            "judges": self.judged,
            "parameters": parameters,
            "example": self._judged_example(),
        }

    def _judged_example(self) -> Json:
        example, verdict = self.example, self.verdict
        judged = {"passed": verdict.passed, "score": round(verdict.score, 4), "reason": verdict.reason}
        replies = {"replies": [*example.replies]} if example.replies else {}
        return {"assert": example.assertion, "answer": example.answer, "expected": example.expected, **replies, **judged}


def references() -> list[Reference]:
    """Of all metrics, in the registry's order."""
    return [reference_of(metric) for metric in METRICS]


def reference_of(metric: type[Metric]) -> Reference:
    return Reference(metric.NAME, paragraphs(metric), _judged(metric), parameters_in(metric), EXAMPLES[metric.NAME])


def parameters_in(metric: type[Metric]) -> tuple[Parameter, ...]:
    schema = form_schema(metric)
    required = schema.get("required", ())
    parameters = [Parameter(name, kind_of(part, schema), name in required) for name, part in schema["properties"].items()]
    return tuple(parameters)


def paragraphs(metric: type[Metric]) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.split()) for paragraph in (metric.__doc__ or "").strip().split("\n\n"))


def judge_example(example: Example) -> Verdict:
    fields = {**example.response, "usage": Usage(**example.response.get("usage", {}))}
    expected = None if example.expected is None else Expected(example.expected)
    subject = Subject(example.answer, example.answer, Response(example.answer, **fields), expected, {}, example.labels)
    try:
        metric = example.metric or _built(example.assertion)
    except ExtraMissingError as error:
        return Verdict(None, 0.0, str(error))
    if isinstance(metric, Rubric | ServiceMetric):
        return metric.judge(subject, [Response(reply) for reply in example.replies])
    return metric.judge(subject)


def _built(assertion: str) -> Metric:
    written = read_record(dump_json(read_yaml(assertion, path="the example")))
    ((name, value),) = written.items() if isinstance(written, dict) else ((written, MISSING),)
    return build_service_metric(value) if name == VERTEX else build_metric(name, value)


def example_lines(reference: Reference) -> list[str]:
    """The example and what comes of it, a line each."""
    example, verdict = reference.example, reference.verdict
    lines = [f"assert    {example.assertion}"]
    if example.answer or not example.response:
        lines.append(f"answer    {example.answer}")
    lines += [f"response  {name}: {show(_listed(value), 100)}" for name, value in example.response.items()]
    if example.expected is not None:
        lines.append(f"expected  {example.expected if isinstance(example.expected, str) else show(example.expected, 100)}")
    lines += [f"reply     {reply}" for reply in example.replies]
    ended = {True: "passes", False: "fails", None: "can't be judged"}[verdict.passed]
    return [*lines, f"verdict   {ended}, score {verdict.score:.3g}: {verdict.reason}"]


def _listed(value: Json) -> Json:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _judged(metric: type[Metric]) -> str:
    positional = f"A bare value stands for `{metric.POSITIONAL}`." if metric.POSITIONAL else "It takes no bare value."
    judged = f"Judges {READS[metric.READS]}. {positional}"
    if not metric.NEEDS_EXPECTED:
        return judged
    return judged + (
        " Without a value of its own it compares with the case's `expected`." if metric.POSITIONAL else " Needs `expected`."
    )


def kind_of(schema: Mapping[str, Json], whole: Mapping[str, Json]) -> str:
    """A JSON Schema in words: `text or a list of text`."""
    if "$ref" in schema:
        return kind_of(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in schema:
        return either(kind_of(part, whole) for part in schema["anyOf"])
    if "enum" in schema:
        return either(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        inner = kind_of(schema.get("items", {}), whole)
        return f"a list of {inner.removeprefix('a ')}" if "`" not in inner else f"a list of any of {inner.replace(' or ', ', ')}"
    if schema.get("type") == "object" and schema.get("properties"):
        return f"a map of {either((f'`{name}`' for name in schema['properties']), 'and')}"
    return _KINDS.get(schema.get("type", ""), "any value")


def either(kinds: Iterable[str], joint: str = "or") -> str:
    """The kinds once each; a whole number is a number, any value is all of them."""
    words = [word for word in dict.fromkeys(kinds) if word]
    if "any value" in words:
        return "any value"
    if "a number" in words and "a whole number" in words:
        words.remove("a whole number")
    return f"{', '.join(words[:-1])} {joint} {words[-1]}" if len(words) > 1 else "".join(words)
