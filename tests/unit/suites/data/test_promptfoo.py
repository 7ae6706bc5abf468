from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gemini_eval.errors import Fault, Place
from gemini_eval.metrics.build import build_metric
from gemini_eval.suites.data.promptfoo_assertions import assertion_of
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.rows import RowRefusedError
from gemini_eval.suites.data.source import DataSource, RawCase
from gemini_eval.types import Json

SUITE = Place("suite.yaml", 3, 7, "data: x")
HERE = Place("t.csv", 2)


def read(tmp_path: Path, *rows: tuple[str, ...]) -> list[RawCase | Fault]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = tmp_path / "t.csv"
    path.write_text(text.getvalue())
    return list(iter_raw_cases(DataSource((path,), ("t.csv",), SUITE)))


def test_special_columns_become_fields_and_the_rest_variables(tmp_path: Path) -> None:
    head = ("q", "__expected2", "__expected1", "__metadata:lang", "__metadata:topic[]", "__description", "__threshold")
    (case,) = read(
        tmp_path,
        (*head, "__config:__expected1:threshold", "__providerOutput"),
        ("hi", "not-icontains: sorry", "hello there", "ko", "a, b", "greets", "0.5", "0.7", "hey"),
    )
    assert isinstance(case, RawCase)
    assert case.fields == {
        "assert": [{"exact_match": "hello there", "threshold": 0.7}, {"not": {"contains": {"value": "sorry", "fold": ["case"]}}}],
        "expected": "hello there",
        "tags": ["lang=ko", "topic=a", "topic=b"],
        "description": "greets",
        "threshold": 0.5,
        "vars": {"q": "hi"},
    }
    assert case.row["__providerOutput"] == "hey"


def test_empty_cells_say_nothing_and_a_metric_names_a_single_assertion(tmp_path: Path) -> None:
    head = ("q", "__expected", "__metric", "__prefix")
    first, second, third = read(tmp_path, head, ("a", "", "m", ""), ("b", "is-json", "shape", ""), ("c", "x", "", "Say: "))
    assert isinstance(first, RawCase) and first.fields == {"vars": {"q": "a"}}
    assert isinstance(second, RawCase) and second.fields == {"assert": [{"is_json": None, "name": "shape"}], "vars": {"q": "b"}}
    assert isinstance(third, Fault) and third.reason == "the promptfoo column __prefix has no equal here"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Paris", {"exact_match": "Paris"}),
        ("Note: contains: x", {"exact_match": "Note: contains: x"}),
        ("equals: a:b", {"exact_match": "a:b"}),
        ("contains:refund", {"contains": "refund"}),
        ("icontains: Refund", {"contains": {"value": "Refund", "fold": ["case"]}}),
        ('contains-any: a, "b, c"', {"contains": {"any": ["a", "b, c"]}}),
        ("icontains-all: a,b", {"contains": {"all": ["a", "b"], "fold": ["case"]}}),
        ("starts-with: Dear", {"starts_with": "Dear"}),
        (r"not-regex: ^\d+$", {"not": {"regex": r"^\d+$"}}),
        ("is-json", "is_json"),
        ("not-is-json", {"not": "is_json"}),
        ('is-json: {"type": "object"}', {"json_schema": {"type": "object"}}),
        ("finish-reason: length", {"finish_reason": "max_tokens"}),
        ("levenshtein(3): Paris", {"levenshtein": {"value": "Paris", "max_distance": 3}}),
        ("levenshtein: Paris", {"levenshtein": {"value": "Paris", "max_distance": 5}}),
        ("latency(1500)", {"latency": 1500}),
        ("not-cost(0.01):", {"not": {"cost": 0.01}}),
        ("contains-json", {"is_json": {"anywhere": True}}),
        ('contains-json: {"type": "object"}', {"json_schema": {"schema": {"type": "object"}, "anywhere": True}}),
        ("is-xml", "is_xml"),
        ("is-xml: a.b, a.c", {"is_xml": {"elements": ["a.b", "a.c"]}}),
        ("not-contains-xml", {"not": {"is_xml": {"anywhere": True}}}),
        ("is-html", "is_html"),
        ("contains-html", {"is_html": {"anywhere": True}}),
        ("is-sql", "is_sql"),
        ("contains-sql", {"is_sql": {"anywhere": True}}),
        ("word-count: 5", {"length": {"words": 5}}),
        ("not-is-refusal", {"not": "refusal"}),
        ("guardrails", {"finish_reason": {"any": ["stop", "max_tokens", "other"]}}),
        ("rouge-n(0.6): a cat", {"rouge": {"value": "a cat", "type": "rouge1", "threshold": 0.6}}),
        ("not-bleu: a cat", {"not": {"bleu": {"value": "a cat", "threshold": 0.5}}}),
        ("gleu: a cat", {"gleu": {"value": "a cat", "threshold": 0.5}}),
        ("meteor(1): a cat", {"meteor": {"value": "a cat", "threshold": 1.0}}),
        ("perplexity(3)", {"perplexity": 3}),
        ("perplexity-score(0.4)", {"perplexity_score": 0.4}),
        ("perplexity-score", "perplexity_score"),
        ("tool-call-f1(0.5): a, b", {"call_f1": {"value": ["a", "b"], "threshold": 0.5}}),
        ("is-valid-function-call", "is_valid_call"),
        ("llm-rubric: It is polite.", {"rubric": "It is polite."}),
        ("not-llm-rubric(0.8): It is rude.", {"not": {"rubric": "It is rude.", "scale": [0, 10], "threshold": 8.0}}),
        ("model-graded-closedqa: It names a city.", {"closed_qa": "It names a city."}),
        ("g-eval: It is coherent.", {"g_eval": {"criteria": "It is coherent.", "scale": [1, 5], "threshold": 3.8}}),
        ("answer-relevance(0.7)", {"relevance": None, "scale": [0, 10], "threshold": 7.0}),
        ("context-faithfulness", {"context_faithfulness": None}),
        ("context-relevance", {"context_relevance": None}),
        ("contains", {"exact_match": "contains"}),
        ("similar", {"exact_match": "similar"}),
        ("similar: hello", {"similar": {"value": "hello", "threshold": 0.8}}),
        ("not-similar(0.7): a: b", {"not": {"similar": {"value": "a: b", "threshold": 0.7}}}),
        ("similar:cosine(0.9): hello", {"similar": {"value": "hello", "threshold": 0.9}}),
        ("similar:dot: hello", {"similar": {"value": "hello", "by": "dot", "threshold": 0.8}}),
        ("not-similar:euclidean(1): hello", {"not": {"similar": {"value": "hello", "by": "euclidean", "threshold": 0.5}}}),
        ("similar:dotted lines", {"similar": {"value": "dotted lines", "threshold": 0.8}}),
        ("rouge-l: a cat", {"rouge": {"value": "a cat", "type": "rougeL", "threshold": 0.75}}),
        ("trajectory: a parabola", {"exact_match": "trajectory: a parabola"}),
    ],
)
def test_cells_in_our_words(cell: str, expected: Json) -> None:
    assert assertion_of(cell, HERE) == expected


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("javascript: output.length > 3", 'the promptfoo assertion "javascript" can\'t be taken over'),
        ("not-select-best: rude", 'the promptfoo assertion "select-best" can\'t be taken over'),
        ("factuality: Paris", 'the promptfoo assertion "factuality" can\'t be taken over'),
        ("context-recall(0.9): Paris", 'the promptfoo assertion "context-recall" can\'t be taken over'),
        ("llm-rubric(8): It is polite.", "llm-rubric: 8 is no share"),
        ("similar(x): hello", "similar: 'x' is no number"),
        ("python: len(output) > 3", 'the promptfoo assertion "python" can\'t be taken over'),
        ("trace-span-count", 'the promptfoo assertion "trace-span-count" can\'t be taken over'),
        ("trajectory:tool-used: search", 'the promptfoo assertion "trajectory:tool-used" can\'t be taken over'),
        ("file://check.py", 'the promptfoo assertion "file" can\'t be taken over'),
        ("levenshtein(x): a", "levenshtein: 'x' is no number"),
        ("latency", "latency: '' is no number"),
        ("finish-reason: tired", "finish-reason: unknown 'tired'"),
        ("not-moderation(1): x", 'the promptfoo assertion "moderation" can\'t be taken over'),
        ("not-guardrails", 'the promptfoo assertion "not-guardrails" can\'t be taken over: a blocked answer is not judged'),
        ("word-count: few", "word-count: 'few' is no number"),
    ],
)
def test_what_has_no_equal_is_a_fault(cell: str, reason: str) -> None:
    with pytest.raises(RowRefusedError) as refused:
        assertion_of(cell, HERE)
    assert refused.value.fault.reason == reason
    assert refused.value.fault.hint


def test_a_block_is_right_where_nothing_else_is_asked(tmp_path: Path) -> None:
    head = ("q", "__expected", "__expected2")
    alone, beside = read(tmp_path, head, ("a", "not-guardrails", ""), ("b", "not-guardrails", "contains: sorry"))
    assert isinstance(alone, RawCase) and alone.fields == {"expected_outcome": "blocked", "vars": {"q": "a"}}
    assert isinstance(beside, Fault) and beside.reason.endswith("a blocked answer is not judged")


def test_broken_values_are_faults(tmp_path: Path) -> None:
    faults = read(tmp_path, ("__expected", "__threshold", "__foo"), ("is-json: {", "", ""), ("x", "much", ""), ("x", "", "y"))
    assert [fault.reason.partition(" {")[0] for fault in faults if isinstance(fault, Fault)] == [
        "is-json: the schema is no JSON: line 1, column 2: the JSON ends before it is complete",
        "__threshold must be a number, found 'much'",
        "unknown promptfoo column __foo",
    ]


@pytest.mark.parametrize(
    "cell",
    [
        *("Paris", "icontains: a", "contains-all: a, b", "starts-with: a", "regex: a+", "is-json", 'is-json: {"type": "object"}'),
        *("finish-reason: stop", "levenshtein(3): a", "latency(5)", "cost(0.1)", "contains-json", "is-xml: a.b", "contains-xml"),
        *("contains-html", "is-sql", "contains-sql", "word-count: 5", "is-refusal", "guardrails", "rouge-n(0.6): a", "bleu: a"),
        *("gleu: a", "meteor: a", "perplexity(3)", "perplexity-score(0.4)", "tool-call-f1: a, b", "is-valid-function-call"),
        *("similar: a", "similar:dot: a", "similar:euclidean(0.5): a", "rouge-l: a"),
    ],
)
def test_what_a_cell_gives_is_an_assertion_that_exists(cell: str) -> None:
    found = assertion_of(cell, HERE)
    ((name, value),) = found.items() if isinstance(found, dict) else ((found, None),)
    assert name == build_metric(name, value).NAME
