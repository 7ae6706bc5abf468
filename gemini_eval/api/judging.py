"""`judge`: one assertion, one output, one verdict; nothing is asked and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gemini_eval.api.values import PYTHON, at, in_memory, plain
from gemini_eval.assertions.evaluate import Scene, evaluate
from gemini_eval.assertions.tree import Assertion, Removal, leaves
from gemini_eval.errors import Fault, Faults, InputError, UsageError, ValueRefusedError, did_you_mean
from gemini_eval.judging.judge import Judge
from gemini_eval.metrics.build import ParameterError, needs_expected
from gemini_eval.safe.code import use_of
from gemini_eval.safe.json_text import clean_text, dump_json
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.safe.yaml_writer import write_yaml
from gemini_eval.suites.build.answers import build_answer_rule, build_labels
from gemini_eval.suites.build.assertions import build_assertions
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.fields import build_fields
from gemini_eval.suites.cases import expected_of
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Case, Model, Suite, Variant
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Expected, Json, Response, Verdict

_VARIANT = Variant("", None, Model("", ""))


def judge(
    assertion: Any,
    output: Any,
    *,
    expected: Any = None,
    vars: Mapping[str, Any] | None = None,
    labels: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    answer: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    fields: Mapping[str, Any] | None = None,
    allow_code: bool = False,
) -> Verdict:
    """What one assertion says of one output, exactly as in a run.

    `assertion` has its YAML form: `"exact_match"`, `{"contains": "refund"}`, a group (`all_of`, `any_of`, `some_of`, `not`), or
    YAML text (`"length: {words: {max: 20}}"`); name, threshold, `of` and `{"from": "vars.city"}` work as in a suite. `output` is
    what the model said: text, a `Response`, or any other JSON value, which stands for its JSON text. `expected`, `vars`,
    `labels`, `answer` and `fields` are what the case and the suite would say. `{"python": "module:function"}` needs `allow_code`,
    unless an installed package offers it.

    Raises:
        InputError: the assertion or what is given beside it is wrong, or the assertion needs something that is not given.
    """
    suite, check = _built(assertion, {"labels": labels, "answer": answer, "fields": fields}, allow_code)
    variables = plain(vars or {}, "`vars`")
    wanted = expected if isinstance(expected, Expected) else expected_of(plain(expected, "`expected`"))
    judging = Judge.of(suite, _VARIANT)
    scope = {"vars": variables, "expected": wanted.value if wanted else None}
    _check_needs(check, judging, wanted, scope)
    response = _response(output)
    try:
        found = judging.rule.find(response.text)
    except ValueRefusedError as error:
        return Verdict(None, 0.0, f"the answer can't be looked for: {error.reason}")
    folded = judging.expected_of(Case("", 0, variables, wanted))
    names = judging.labels.aliases if judging.labels else {}
    scene = Scene(response, found, folded, variables, names, suite.fields, written=wanted.value if wanted else None)
    return evaluate([check], scene)[0].verdict


def _built(assertion: Any, keys: Mapping[str, Any], allow_code: bool) -> tuple[Suite, Assertion]:
    faults = Faults()
    here = Path.cwd()
    context = in_memory(faults, Workspace(here))
    context.code = use_of(allow_code)
    built = build_assertions(context, Cursor.at([_written(assertion)], at()))
    if any(isinstance(item, Removal) for item in built):
        faults.add("`remove` takes an assertion out of a suite; there is nothing to judge", at())
    suite = Suite("judge", here / PYTHON, here, context.workspace)
    given = {key: plain(value, f"`{key}`") for key, value in keys.items() if value is not None}
    if given:
        suite = _with_keys(suite, context, given)
    faults.raise_if_any()
    (check,) = built
    assert not isinstance(check, Removal)
    return suite, check


def _written(assertion: Any) -> Json:
    """The assertion as a value. Text with a colon or several lines is YAML; any other text names a metric."""
    if isinstance(assertion, str) and (":" in assertion or "\n" in assertion):
        return read_yaml(assertion, path=PYTHON)
    return plain(assertion, "the assertion")


def _with_keys(suite: Suite, context: Context, given: Mapping[str, Json]) -> Suite:
    """`labels`, `answer` and `fields`, checked as those of a suite's file."""
    from gemini_eval.suites.shape import check_shape
    from gemini_eval.suites.wire import SuiteWire

    tree: Any = read_yaml(write_yaml({"version": 1, "name": suite.name, **given}), path=PYTHON)
    if check_shape(SuiteWire, tree, context.faults):
        return suite
    top = Cursor.top(tree)
    rule = build_answer_rule(context, top.get("answer"))
    labels = build_labels(context, top.get("labels"), rule.folds if rule else frozenset())
    fields = build_fields(context, top.get("fields"), None, labels, "extraction")
    return replace(suite, answer=rule, labels=labels, fields=fields)


def _check_needs(check: Assertion, judging: Judge, expected: Expected | None, scope: Mapping[str, Json]) -> None:
    """Every reference leads somewhere, what needs `expected` has it, and with labels it is one."""
    faults = []
    labels = judging.labels
    for value in expected.alternatives if labels and expected else ():
        if labels and labels.canonical(value) is None:
            hint = did_you_mean(value, labels.names) or f"the labels are {', '.join(labels.names)}"
            faults.append(Fault(f"`expected` is {value!r}, which is no label", at(), hint))
    for leaf in leaves(check):
        try:
            metric = leaf.bind(scope)
        except ParameterError as error:
            faults.append(Fault(f"{leaf.name}: {error.reason}", at(), error.hint))
            continue
        if expected is None and needs_expected(metric):
            faults.append(Fault(f"{leaf.name} needs `expected`", at(), "pass expected=…"))
    if faults:
        raise InputError(faults)


def _response(output: Any) -> Response:
    if isinstance(output, Response):
        return output
    value = plain(output, "`output`")
    if value is None:
        raise UsageError("`output` is None", "give the text that the model answered; no answer is an empty text")
    return Response(clean_text(value if isinstance(value, str) else dump_json(value).decode()))
