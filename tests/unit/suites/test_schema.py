from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.gates import FigureContext, parse_gate
from gemini_eval.gates.model import OPERATORS
from gemini_eval.metrics import METRICS
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.suites.params import PARAMETERS
from gemini_eval.suites.schema import SCHEMAS, suite_schema
from gemini_eval.suites.workspace import FILE_NAME
from gemini_eval.summary.figures import FIGURES

ROOT = Path(__file__).resolve().parents[3]
SUITE = jsonschema_rs.Draft7Validator(suite_schema())
WORKSPACE = jsonschema_rs.Draft7Validator(SCHEMAS["workspace"]())
BASE = "version: 1\nname: tickets\nprompts: ../templates/tickets.j2\ndata: data/tickets.csv\n"


def read(text: str) -> Any:
    return read_yaml(text, path="suite.yaml")


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schema_is_a_draft_7_schema_without_loose_ends(kind: str) -> None:
    schema = SCHEMAS[kind]()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert jsonschema_rs.meta.is_valid(schema)
    named = {name.removeprefix("#/$defs/") for name in references(schema)}
    assert named == set(schema["$defs"])


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | {name for item in value.values() for name in references(item)}


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_suite_names_the_schema_and_fits_it(path: Path) -> None:
    text = path.read_text()
    assert text.partition("\n")[0] == "# yaml-language-server: $schema=../docs/suite.schema.json"
    assert [error.message for error in SUITE.iter_errors(read(text))] == []


def test_the_workspace_names_the_schema_and_fits_it() -> None:
    text = (ROOT / FILE_NAME).read_text()
    assert text.partition("\n")[0] == "# yaml-language-server: $schema=docs/workspace.schema.json"
    assert [error.message for error in WORKSPACE.iter_errors(read(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "x-anchors: {anything: [1, 2]}",
        "params: {temperature: 0, maxOutputTokens: 16, response_schema: {file: schemas/product.json}}",
        "labels: {billing: [결제], refund: null}\norder: [billing, 1]",
        "answer: [{regex: 'a', match: last, as: number}, {last_line: true}]",
        "models: [gemini-2.5-flash, {id: gemini-2.5-pro, location: global}]",
        "models: {base: gemini-2.5-flash}",
        "models: {id: gemini-2.5-flash}",
        "samples: {count: 5, require: {mean: 0.8}}",
        "samples: {count: 5, require: 3}",
        "variants: {few: {prompt: few, model: base, params: {temperature: 0}}, cot: null}",
        "assert: [label, is_json, contains: refund, not: {contains: sorry}]",
        "assert: [{name: brand, weight: 2, contains: {from: vars.brand}, of: output.product}]",
        "assert: [{contains: {any: [a, {from: expected.word}]}}, {length: {words: {max: 5}}}]",
        "assert: [{some_of: [label, {latency: 800}], at_least: 1}, {name: label, remove: true}]",
        "assert+: [{json_schema: {file: schemas/product.json}}]",
        "gate: accuracy >= 0.9",
        "gate:\n  - accuracy >= 90% and recall['Red wine'] > .5\n  - 'pass_rate[\"a \\\"b\\\"\"] == 1'",
        "gate: [{variant: few, tag: lang=ko, require: p95_latency < 2s}, {no_regression: {metric: accuracy, margin: 5%}}]",
        "gate: [{no_worse: {variant: tuned, than: few, metric: macro_f1, margin: 0.02}, final: true}]",
        "cases: [{id: 7, vars: {text: {file: a.txt}}, expected: {any_of: [a, b]}, skip: {reason: later, until: '2030-01-01'}}]",
    ],
)
def test_what_the_language_has_fits(text: str) -> None:
    assert [error.message for error in SUITE.iter_errors(read(f"{BASE}{text}\n"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "promts: a.j2",
        "params: {temprature: 0}",
        "params: {temperature: 3}",
        "answer: {regexp: a}",
        "samples: {count: 0}",
        "samples: {require: most}",
        "assert: [contians: refund]",
        "assert: [regex]",
        "assert: [{label: , contains: refund}]",
        "assert: [{name: nothing}]",
        "assert: [{contains: {from: secrets.key}}]",
        "assert: [{contains: refund, of: input}]",
        "assert: [{contains: refund, at_least: 2}]",
        "assert: [{length: {words: {most: 5}}}]",
        "gate: acuracy >= 0.9",
        "gate: [accuracy => 0.9]",
        "gate: [recall >= 0.9]",
        "gate: [{require: accuracy >= 0.9, varient: few}]",
        "gate: [{no_regression: {metric: p95_latency}}]",
        "gate: [{no_worse: {variant: tuned, metric: accuracy}}]",
        "cases: [{id: a, expcted: b}]",
        "prompts: {template: a.j2, strategy: many_shot}",
    ],
)
def test_what_the_language_lacks_does_not_fit(text: str) -> None:
    kept = "\n".join(line for line in BASE.splitlines() if not text.startswith(line.partition(":")[0] + ":"))
    assert not SUITE.is_valid(read(f"{kept}\n{text}\n"))


def test_a_suite_that_extends_another_need_not_repeat_its_version() -> None:
    assert SUITE.is_valid(read("name: mine\nextends: base.yaml\nparam_sets: {cold: null}\n"))
    assert not SUITE.is_valid(read("name: mine\n"))
    assert not SUITE.is_valid(read("version: 1\n"))


def test_every_metric_parameter_and_figure_is_in_it() -> None:
    assert all(
        SUITE.is_valid(read(f"{BASE}assert: [{{{metric.NAME}: {{from: vars.x}}}}]\n")) for metric in METRICS if metric.POSITIONAL
    )
    assert {f"metric_{metric.NAME}" for metric in METRICS} <= set(suite_schema()["$defs"])
    assert set(PARAMETERS) <= set(suite_schema()["$defs"]["params"]["properties"])
    assert all(SUITE.is_valid({**read(BASE), "gate": f"{figure.usage} >= 0.5"}) for figure in FIGURES)


KNOWN = FigureContext(labels=("label", 'a "b"'), assertions=("assertion",), variants=("few",), has_votes=True)
conditions = st.tuples(
    st.sampled_from([figure.usage for figure in FIGURES] + ["recall['label']", 'f1[ "label" ]', 'f1["a \\"b\\""]']),
    st.sampled_from(["", " ", "  "]),
    st.sampled_from(OPERATORS),
    st.sampled_from(["0", "1", "0.5", ".5", "+0.25", "1.", "0_0", "50%", "100%", "2s", "800ms"]),
).map(lambda parts: f"{parts[0]}{parts[1]}{parts[2]}{parts[1]}{parts[3]}")


@settings(max_examples=200, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=3).map(" and ".join))
def test_every_gate_that_the_program_reads_fits(text: str) -> None:
    try:
        parse_gate(text, known=KNOWN)
    except ValueError:
        return
    assert SUITE.is_valid({**read(BASE), "gate": text}), text
