"""docs/from-promptfoo.md: its examples hold, and none of promptfoo's kinds is missing."""

from __future__ import annotations

import pytest

from gemini_eval.assertions.custom import Custom
from gemini_eval.metrics.build import build_metric
from gemini_eval.safe.code import Code
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.suites.data.promptfoo_assertions import BUILDERS, REFUSED, assertion_of
from gemini_eval.suites.data.rows import RowRefusedError
from gemini_eval.types import Response, Subject
from tests.support.cli import ROOT
from tools.promptfoo_page import FOLDER, HERE, PYTHON_ROWS, ROWS, PythonRow, Row, flow

KINDS = (
    *("answer-relevance", "bleu", "classifier", "contains", "contains-all", "contains-any", "contains-html"),
    *("contains-json", "contains-sql", "contains-xml", "context-faithfulness", "context-recall", "context-relevance"),
    *("conversation-relevance", "cost", "equals", "factuality", "finish-reason", "g-eval", "gleu", "guardrails"),
    *("icontains", "icontains-all", "icontains-any", "is-html", "is-json", "is-refusal", "is-sql"),
    *("is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call", "is-xml"),
    *("javascript", "latency", "levenshtein", "llm-rubric", "pi", "meteor", "model-graded-closedqa"),
    *("model-graded-factuality", "moderation", "perplexity", "perplexity-score", "python", "regex", "rouge-n"),
    *("ruby", "similar", "similar:cosine", "similar:dot", "similar:euclidean", "starts-with", "tool-call-f1"),
    *("skill-used", "trajectory:goal-success", "trajectory:tool-args-match", "trajectory:step-count"),
    *("trajectory:tool-sequence", "trajectory:tool-used", "trace-error-spans", "trace-span-count"),
    *("trace-span-duration", "search-rubric", "webhook", "word-count", "select-best", "max-score"),
)
"""promptfoo's `BaseAssertionTypesSchema` (src/types/index.ts), and the two that compare answers."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken_over_or_refused(kind: str) -> None:
    assert (kind in BUILDERS) is not (kind in REFUSED)


@pytest.mark.parametrize("kind", [*BUILDERS, *REFUSED])
def test_every_kind_is_on_the_page(kind: str) -> None:
    page = (ROOT / "docs" / "from-promptfoo.md").read_text()
    assert any(f"`{kind}{end}" in page for end in ("`", ":", "(")) or kind == "similar:cosine"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cell)
def test_what_the_page_shows_holds(row: Row) -> None:
    passing, failing = row.verdicts()
    assert (passing.passed, failing.passed) == (True, False), (passing, failing)
    assert read_yaml(flow(row.assertion), path="the page") == row.assertion
    ((name, value),) = row.assertion.items() if isinstance(row.assertion, dict) else ((row.assertion, None),)
    assert name == "not" or name == build_metric(name, value).NAME


@pytest.mark.parametrize("row", PYTHON_ROWS, ids=lambda row: row.written)
def test_what_the_page_shows_of_python_holds(row: PythonRow) -> None:
    passing, failing = row.verdicts()
    assert (passing.passed, failing.passed) == (True, False), (passing, failing)
    with pytest.raises(RowRefusedError, match="can't be taken over"):
        assertion_of(row.written, HERE)
    assert f'python: "{row.function}"' in (FOLDER / "python.yaml").read_text()


def test_promptfoo_s_own_context_is_no_verdict() -> None:
    def get_assert(output: str, context: object) -> bool:
        return context["vars"]["name"] in output  # type: ignore[index]

    subject = Subject("Ann", "Ann", Response("Ann"), vars={"name": "Ann"})
    verdict = Custom(Code("polite:get_assert", "", get_assert)).judge(subject)
    assert verdict.passed is None
    assert verdict.reason.startswith("polite:get_assert raised TypeError: 'Subject' object is not subscriptable (")


@pytest.mark.parametrize("found", ["true", None, {"pass": True, "score": 1, "reason": "", "named_scores": {}}])
def test_what_promptfoo_takes_besides_is_no_verdict(found: object) -> None:
    judged = Custom(Code("f", "", lambda _output, _context: found)).judge(Subject("a", "a", Response("a")))
    assert judged.passed is None
