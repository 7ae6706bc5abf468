from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gemini_eval import Result, RunError, run, score, suite
from gemini_eval.reports.sentences import sentences
from gemini_eval.reports.view import RunView
from gemini_eval.runs.folder import RunFolder
from gemini_eval.safe.terminal import for_terminal
from tests.support.cli import clean_environment

EVIL = "<img src=x onerror=alert(1)>&\"'</td>\x1b[31m"


@pytest.fixture
def result(reviews: Any) -> Result:
    return run(suite(task="sentiment", data=reviews, expected="label", model={"answers": "said"}, gate="accuracy >= 0.9"))


def test_cases_are_a_sequence(result: Result):
    cases = result.cases
    assert len(cases) == 3
    assert [case.vars["text"] for case in cases] == ["great", "bad", "dull"]
    assert [cases[0].ordinal, cases[2].ordinal, cases[-1].ordinal] == [0, 2, 2]
    assert [case.ordinal for case in cases[1:]] == [1, 2] and cases[5:] == []
    assert [case.ordinal for case in reversed(cases)] == [2, 1, 0]
    assert cases[0] in cases and cases.index(cases[1]) == 1
    assert repr(cases) == f"<3 cases of {result.id}>"
    with pytest.raises(IndexError):
        cases[3]


def test_failures_are_those_that_count(result: Result):
    assert [(case.vars["text"], case.passed) for case in result.failures] == [("bad", False)]
    assert (len(result.failures), len(result.failures[:5])) == (1, 1)


def test_cases_see_what_score_rewrote(result: Result, reviews: Any):
    cases = result.cases
    assert [case.passed for case in cases] == [True, False, True]
    lax = suite(
        task="sentiment",
        data=reviews,
        expected="label",
        model={"answers": "said"},
        labels={"positive": [], "negative": ["neutral"]},
    )
    score(result, lax)
    assert [case.passed for case in cases] == [True, True, True]


def test_a_damaged_line_is_told(result: Result):
    file = result.path / "cases.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1].replace(b"bad", b"bat") + lines[2])
    assert result.cases[0].passed
    with pytest.raises(RunError, match=rf"cases.jsonl: the line at byte {len(lines[0])}: .* \(judge the saved answers again"):
        result.cases[1]


def test_a_run_without_cases_has_none(result: Result):
    (result.path / "cases.jsonl").unlink()
    assert (len(result.cases), list(result.cases), result.cases[:1]) == (0, [], [])
    with pytest.raises(IndexError):
        result.cases[0]


def test_summary_gates_and_sentences(result: Result):
    variant = result.summary.suites["sentiment"].variants["data@said"]
    assert (variant.cases, variant.passed, variant.figures["accuracy"].value) == (3, 2, 2 / 3)
    assert [(gate.gate, str(gate.status)) for gate in result.gates] == [("accuracy >= 0.9", "fails")]
    assert result.sentences == sentences(RunView.of(RunFolder.open(result.path)))
    assert result.sentences[0].startswith("Right 2 of 3 (data@said)")


def test_to_pandas(result: Result):
    frame = result.to_pandas()
    assert list(frame.columns) == [
        *("suite", "variant", "case_id", "outcome", "passed", "score", "expected", "answer", "expected_label", "label", "output"),
        *("reason", "samples", "vote", "latency_ms", "cost_usd", "tags", "cluster", "vars.text", "vars.said", "vars.other"),
    ]
    assert frame["passed"].tolist() == [True, False, True]
    assert str(frame["passed"].dtype) == "boolean"
    assert frame[["vars.text", "expected", "answer", "output"]].values.tolist() == [
        ["great", "positive", "positive", "positive"],
        ["bad", "negative", "neutral", "neutral"],
        ["dull", "negative", "negative", "negative"],
    ]


def test_to_pandas_without_pandas_says_how_to_get_it(result: Result, folder: Path):
    program = (
        "import sys; sys.modules['pandas'] = None\n"
        "import gemini_eval\n"
        "made = gemini_eval.suite(data=[{'a': 'x'}], model={'answers': 'a'})\n"
        "try: gemini_eval.run(made).to_pandas()\n"
        "except gemini_eval.UsageError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=clean_environment(folder), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "error: to_pandas needs pandas, which is not installed (pip install 'gemini-eval[notebook]')\n"


class Tags(HTMLParser):
    """Every start tag with its attributes, and all text but the line ends between tags, which show nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[tuple[str, tuple[tuple[str, str | None], ...]]] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        if data != "\n":
            self.words.append(data)


def test_a_notebook_shows_it(result: Result):
    shown = Tags()
    shown.feed(result._repr_html_())
    words = shown.words
    assert words[:4] == [*result.sentences, "Model: answers:said · the suite", "variant"]
    assert [words[words.index("data@said") + n] for n in range(3)] == ["data@said", "3", "2"]
    assert "accuracy >= 0.9" in words
    assert words[-6:] == [
        *(result.failures[0].case_id, "data@said", "negative", "neutral"),
        'label: expected negative, answered "neutral", which is no label',
        result.id,
    ]


def test_html_escapes_whatever_a_model_or_a_suite_says():
    made = suite(
        data=[{"said": EVIL, EVIL: EVIL, "wanted": EVIL + "x"}],
        expected="wanted",
        model={EVIL: {"answers": "said"}},
        assert_=["exact_match"],
    )
    result = run(made)
    assert len(result.failures) == 1
    shown = Tags()
    shown.feed(result._repr_html_())
    assert {tag for tag, _ in shown.tags} == {"div", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert {name for _, attributes in shown.tags for name, _ in attributes} == {"class", "style"}
    assert for_terminal(EVIL) in shown.words
    assert "\x1b" not in result._repr_html_()


def test_html_shows_the_first_failures_and_counts_the_rest():
    rows = [{"said": "x" * 1000, "wanted": f"y{number}"} for number in range(12)]
    result = run(suite(data=rows, expected="wanted", model={"answers": "said"}, assert_=["exact_match"]))
    page = result._repr_html_()
    assert "… and 2 more in <code>.failures</code>" in page
    assert "x" * 159 + "…" in page and "x" * 160 not in page.replace("x" * 159 + "…", "")
