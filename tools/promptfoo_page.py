"""docs/from-promptfoo.md: each of promptfoo's assertions in our words, with an answer that passes and one that fails, both judged
anew; and what is there in place of those that can't be taken over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gemini_eval.api.judging import judge
from gemini_eval.assertions.custom import Custom
from gemini_eval.errors import Place
from gemini_eval.safe.code import find_code
from gemini_eval.safe.json_text import dump_json
from gemini_eval.suites.data.promptfoo_assertions import REFUSED, assertion_of
from gemini_eval.types import Json, Response, Subject, Verdict

HERE = Place("the table")
PLAIN = re.compile(r"[A-Za-z_][\w .-]*")
WORDS_OF_YAML = ("true", "false", "null", "yes", "no", "on", "off")


@dataclass(frozen=True, slots=True)
class Row:
    """A cell of a promptfoo table; an answer that passes and one that fails: a text, or fields of a response. `more` is what the
    suite says beside it."""

    cell: str
    passes: str | Mapping[str, Any]
    fails: str | Mapping[str, Any]
    more: Mapping[str, Json] = field(default_factory=dict)

    @property
    def assertion(self) -> Json:
        return assertion_of(self.cell, HERE)

    def verdicts(self) -> tuple[Verdict, Verdict]:
        found = self.assertion
        if self.more:
            found = {found: self.more}
        return judge(found, _response(self.passes)), judge(found, _response(self.fails))


def _call(name: str, **args: Json) -> dict[str, Json]:
    return {"calls": ({"name": name, "args": args},)}


_CITY = {"name": "get_weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}
_TOOLS = {"tools": [{"function_declarations": [_CITY]}]}
ROWS = (
    Row("Paris", "Paris", "Paris, France"),
    Row("equals: Paris", "Paris", "paris"),
    Row("contains: refund", "Your refund is on its way", "Refund sent"),
    Row("icontains: refund", "Refund sent", "Money sent"),
    Row("contains-any: hot, warm", "It is warm", "It is cold"),
    Row("contains-all: red, wine", "A red wine", "A wine"),
    Row("icontains-any: hot, warm", "WARM", "cold"),
    Row("icontains-all: red, wine", "Red Wine", "Red"),
    Row("starts-with: Dear", "Dear Ann", "Hello Ann"),
    Row(r"regex: \d{3}", "Room 101", "Room 7"),
    Row("word-count: 3", "It is red", "Red"),
    Row("levenshtein(2): kitten", "kittens", "sitting"),
    Row("similar(0.7): Delivery is expected on Friday.", "The package will arrive on Friday.", "The battery lasts two days."),
    Row("similar:dot(0.7): Delivery is expected on Friday.", "The package will arrive on Friday.", "The battery lasts two days."),
    Row("similar:euclidean(0.8): Delivery is expected on Friday.", "The package will arrive on Friday.", "The battery lasts."),
    Row("rouge-n(0.6): the cat sat on the mat", "the cat sat on a mat", "a dog ran"),
    Row("rouge-l(0.6): the cat sat on the mat", "the cat sat on a mat", "a dog ran"),
    Row("bleu(0.4): the cat sat on the mat", "the cat sat on a mat", "a dog ran"),
    Row("gleu: the cat sat on the mat", "the cat sat on a mat", "a dog ran"),
    Row("meteor: the cat sat on the mat", "the cat sat on a mat", "a dog ran"),
    Row("is-json", '{"speed": 1200}', "speed is 1200"),
    Row('is-json: {"required": ["speed"]}', '{"speed": 1200}', '{"sped": 1200}'),
    Row("contains-json", 'Here: {"speed": 1200}', "speed is 1200"),
    Row('contains-json: {"required": ["speed"]}', 'Here: {"speed": 1200}', 'Here: {"sped": 1200}'),
    Row("is-xml", "<a><b/></a>", "<a><b></a>"),
    Row("is-xml: a.b", "<a><b/></a>", "<a/>"),
    Row("contains-xml", "Here: <a/>", "Here: a"),
    Row("is-html", "<p>Hi</p>", "Hi"),
    Row("contains-html", "Here: <p>Hi</p>", "Hi"),
    Row("is-sql", "SELECT id FROM users", "SELECT FROM WHERE"),
    Row("contains-sql", "```sql\nSELECT id FROM users\n```", "No query"),
    Row("is-refusal", "I'm sorry, but I can't help with that.", "Here is how."),
    Row("not-is-refusal", "Here is how.", "I'm sorry, but I can't help with that."),
    Row("guardrails", "Here is how.", {"finish_reason": "safety"}),
    Row("finish-reason: stop", "Done.", {"finish_reason": "max_tokens"}),
    Row("latency(2000)", {"latency_ms": 900.0}, {"latency_ms": 2350.0}),
    Row("cost(0.001)", {"cost_micros": 420}, {"cost_micros": 4200}),
    Row("perplexity(1.5)", {"avg_logprob": -0.1}, {"avg_logprob": -0.9}),
    Row("perplexity-score(0.4)", {"avg_logprob": -0.1}, {"avg_logprob": -0.9}),
    Row("tool-call-f1: get_weather", _call("get_weather"), _call("get_time")),
    Row("is-valid-function-call", _call("get_weather", city="Seoul"), _call("get_weather", city=5), _TOOLS),
    Row("is-valid-openai-function-call", _call("get_weather", city="Seoul"), _call("get_time"), _TOOLS),
    Row("is-valid-openai-tools-call", _call("get_weather", city="Seoul"), _call("get_time"), _TOOLS),
)
JUDGED = (
    *("llm-rubric: It is polite.", "llm-rubric(0.8): It is polite.", "grade: It is polite.", "g-eval: It is coherent."),
    *("model-graded-closedqa: It names a city.", "answer-relevance(0.7)", "context-faithfulness", "context-relevance"),
)
"""Cells that ask a judge."""
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "e2e" / "folders" / "data_promptfoo"
"""Where a file of promptfoo's lies as the module that it becomes, and is run."""


@dataclass(frozen=True, slots=True)
class PythonRow:
    """promptfoo's assertion, the function that it becomes, and an answer to each of the case's `vars` that passes, and one that
    fails."""

    written: str
    function: str
    passes: str
    fails: str
    vars: Mapping[str, Json] = field(default_factory=dict)

    def verdicts(self) -> tuple[Verdict, Verdict]:
        metric = Custom(find_code(self.function, FOLDER, "allow"))
        passing, failing = (Subject(answer, answer, Response(answer), vars=self.vars) for answer in (self.passes, self.fails))
        return metric.judge(passing), metric.judge(failing)


_ANN = {"name": "Ann"}
PYTHON_ROWS = (
    PythonRow("python: file://polite.py", "polite:get_assert", "Hello Ann", "Hello you", _ANN),
    PythonRow("python: file://polite.py:brief", "polite:brief", "Hello Ann", "Hello you there, all of you"),
    PythonRow("python: len(output) < 20", "polite:brief", "Hello Ann", "Hello you there, all of you"),
)
OUTCOME = ("not-guardrails", "`expected_outcome: blocked` of the case, where the cell stands alone in its row")
ABOUT = """A promptfoo table (CSV or any other format of [data](suite-language.md#data-files) with `__expected` columns) is read
as it stands: each cell becomes the assertion beside it, with the same defaults. `not-` before a kind is `not:`, a number in
parentheses its threshold."""
IN_SUITES = """A promptfoo configuration is not read: write its `assert` list in these words. `weight`, `threshold` and `metric`
are `weight`, `threshold` and `name`; an `assert-set` is `all_of`, with a threshold `some_of`; `transform` is `of:` or the suite's
[answer](suite-language.md#from-output-to-answer); a list as `value` is `any: […]`, or the case's `expected: {any_of: […]}`."""
BLOCKS = """Gemini's own block is no assertion, since there is no text to judge: the sample's
[outcome](suite-language.md#outcomes) is *blocked*, which counts 0 in every rate and has a column of its own. So `guardrails`
needs nothing: a blocked case has failed already. `expected_outcome: blocked` in a case says that a block is right, and
`blocked_rate <= 1%` is a gate."""

PYTHON = """A Python assertion is a file with a function in it, `get_assert` where none is named, or an expression. In a table it
is refused, since code in a data file is never run. In a suite the file, put beside `gemini-eval.yaml`, is a module, and its
function [one of your own](suite-language.md#functions-of-your-own), for which you say `--allow-code`; an expression becomes a
function:"""
PYTHON_OTHERWISE = """What differs: `context["vars"]["name"]` is `context.vars["name"]`. A score passes from 1 on, or from
`threshold`, where promptfoo takes every score above 0. Of a map `pass`, `score` and `reason` are known; other keys
(`component_results`, `named_scores`), text such as `"true"` and exceptions leave the case without a verdict."""


def promptfoo_parts() -> list[tuple[str, list[str], list[list[str]]] | str]:
    """The page: paragraphs, and tables as (heading, columns, rows)."""
    taken = [[_code(row.cell), _code(flow(row.assertion)), _shown(row.passes), _shown(row.fails)] for row in ROWS]
    taken.append([_code(OUTCOME[0]), OUTCOME[1], "a blocked answer", "any other"])
    refused: dict[str, list[str]] = {}
    for kind, mend in REFUSED.items():
        refused.setdefault(mend, []).append(_code(kind))
    return [
        ABOUT.replace("\n", " "),
        ("Taken over", ["promptfoo", "here", "passes", "fails"], taken),
        ("Asked of a judge", ["promptfoo", "here"], [[_code(cell), _code(flow(assertion_of(cell, HERE)))] for cell in JUDGED]),
        "The suite says who judges: `judges:`, or the workspace's `default_judge`.",
        ("Not taken over", ["promptfoo", "instead"], [[", ".join(kinds), mend] for mend, kinds in refused.items()]),
        "A row with one of these is an error that says so. Red teaming has no equal here.",
        *_python_parts(),
        "## Blocked answers",
        BLOCKS.replace("\n", " "),
        "## In a suite",
        IN_SUITES.replace("\n", " "),
    ]


def _python_parts() -> list[tuple[str, list[str], list[list[str]]] | str]:
    rows = [[_code(row.written), _code(f"python: {row.function}"), _shown(row.passes), _shown(row.fails)] for row in PYTHON_ROWS]
    functions = (FOLDER / "polite.py").read_text().partition("import annotations\n")[2].strip()
    return [
        ("Python", ["promptfoo", "here", "passes", "fails"], rows),
        PYTHON.replace("\n", " "),
        f"```python\n{functions}\n```",
        PYTHON_OTHERWISE.replace("\n", " "),
    ]


def flow(value: Json) -> str:
    """An assertion as YAML in one line."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if inner is None:
            return str(name)
        return f"{name}: {_inline(inner)}"
    return _inline(value)


def _inline(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_inline(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS_OF_YAML:
        return value
    return dump_json(value).decode()


def _response(answer: str | Mapping[str, Any]) -> Response:
    return Response(answer) if isinstance(answer, str) else Response("", **answer)


def _shown(answer: str | Mapping[str, Any]) -> str:
    if isinstance(answer, str):
        return _code(answer.replace("\n", "⏎").replace("```", "'''"))
    ((name, value),) = answer.items()
    return _code(f"{name}: {dump_json(list(value)).decode() if isinstance(value, tuple) else value}")


def _code(text: str) -> str:
    return f"`{text}`"
