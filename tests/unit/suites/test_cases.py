"""The stream of cases: identity, matrix, dates, and the checks of every row."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import Fault, InputError
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.check import check_cases
from gemini_eval.suites.model import Case
from tests.support.suites import load

HEAD = 'version: 1\nname: x\nprompts: {text: "{{ a }}"}\n'


def cases(folder: Path, text: str, **files: str) -> list[str]:
    """`id vars` of each case, `! reason` of each fault."""
    found = iter_cases(load(folder, HEAD + text, **files))
    return [f"! {item.reason}" if isinstance(item, Fault) else f"{item.id} {dict(item.vars)}" for item in found]


def checked(folder: Path, text: str, head: str = HEAD, **files: str) -> list[str]:
    suite = load(folder, head + text, **files)
    with TemplateRenderer() as renderer:
        try:
            census = check_cases(suite, renderer)
        except InputError as error:
            return [fault.reason for fault in error.faults if fault.severity == "error"]
    return [f"{census.cases} cases"]


def test_the_id_is_of_the_content_and_equal_rows_are_numbered(tmp_path: Path) -> None:
    text = "cases: [{vars: {a: 1, b: 2}}, {vars: {b: 2, a: 1}}, {vars: {a: 1}}, {id: mine, vars: {a: 1}}]\n"
    found = cases(tmp_path, text)
    ids = [line.split()[0] for line in found]
    assert ids[1:3] == [f"{ids[0]}-2", "!"]
    assert found[2] == f"! this case equals an earlier one; its id is {ids[0]}-2"
    assert [ids[4], len(ids[0]), len(ids[3])] == ["mine", 12, 12]
    moved = cases(tmp_path, "cases: [{vars: {a: 1}}, {vars: {a: 1, b: 2}}]\n")
    assert [line.split()[0] for line in moved] == [ids[3], ids[0]]


def test_two_equal_ids_name_both_places(tmp_path: Path) -> None:
    suite = load(tmp_path, HEAD + "cases:\n  - {id: one, vars: {a: 1}}\n  - {id: one, vars: {a: 2}}\n")
    faults = [found for found in iter_cases(suite) if isinstance(found, Fault)]
    assert [fault.reason for fault in faults] == ['two cases have the id "one"']
    assert faults[0].hint.endswith("suite.yaml:5:5")
    assert faults[0].place is not None
    assert faults[0].place.line == 6


def test_a_matrix_multiplies_the_cases(tmp_path: Path) -> None:
    text = """
matrix: {lang: [en, ko], size: [{name: big, w: 9}, {name: small, w: 1}], exclude: [{lang: ko, size: {name: big, w: 9}}]}
cases: [{id: c, vars: {a: 1}}]
"""
    assert cases(tmp_path, text) == [
        "c[lang=en,size=big] {'a': 1, 'lang': 'en', 'name': 'big', 'w': 9}",
        "c[lang=en,size=small] {'a': 1, 'lang': 'en', 'name': 'small', 'w': 1}",
        "c[lang=ko,size=small] {'a': 1, 'lang': 'ko', 'name': 'small', 'w': 1}",
    ]


def test_suite_variables_are_defaults_and_do_not_change_ids(tmp_path: Path) -> None:
    plain = cases(tmp_path, "cases: [{vars: {a: 1}}]\n")
    filled = cases(tmp_path, "vars: {a: 0, tone: dry}\ncases: [{vars: {a: 1}}]\n")
    assert plain[0].split()[0] == filled[0].split()[0]
    assert filled[0].endswith("{'a': 1, 'tone': 'dry'}")


def test_a_variable_may_be_a_file(tmp_path: Path) -> None:
    found = cases(tmp_path, "cases: [{id: f, vars: {a: {file: text.txt}}}]\n", **{"text.txt": "hello\n"})
    assert found == ["f {'a': 'hello\\n'}"]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("{vars: {b: 1}}", ['prompt prompt uses "a", which no case has']),
        ("{vars: {a: 1}, skip: {reason: old, until: 2020-01-01}}", ["this ended on 2020-01-01: old"]),
        ("{vars: {a: 1}, assert: [contains: {from: vars.b}]}", ["the case has no vars.b"]),
        ("{vars: {a: 1}, assert: [exact_match]}", ["case ID has no `expected`, which exact_match needs"]),
        ("{vars: {a: 1}, must_pas: true}", ['unknown key "must_pas"']),
        ("{vars: {a: 1}, params: {temp: 1}}", ['unknown parameter "temp"']),
        ("{vars: {a: 1}, assert: [{name: gone, remove: true}]}", ['there is no assertion "gone" to remove']),
        ("{vars: {a: 1}}", ["1 cases"]),
    ],
)
def test_every_row_is_checked_before_a_request(tmp_path: Path, case: str, told: list[str]) -> None:
    try:
        found = checked(tmp_path, f"cases: [{case}]\n")
    except InputError as error:
        found = [fault.reason for fault in error.faults]
    assert len(found) == len(told)
    for actual, expected in zip(found, told, strict=True):
        assert set(expected.replace("7e5f6d6ca7a2", "").replace("ID", "").split()) <= set(actual.split())


def test_an_example_that_is_also_a_case_is_leakage(tmp_path: Path) -> None:
    head = 'version: 1\nname: x\nprompts: {text: "{{ a }}", examples: [{vars: {a: Merlot}, expected: red}]}\n'
    text = "cases: [{id: leak, vars: {a: Merlot, note: other}}, {id: fine, vars: {a: Syrah}}]\n"
    assert checked(tmp_path, text, head) == ["case leak is also an example of prompt prompt: the model would be shown its answer"]


def test_expected_is_never_seen_by_a_template(tmp_path: Path) -> None:
    head = 'version: 1\nname: x\nprompts: {text: "{{ a }} {{ expected }}"}\n'
    assert checked(tmp_path, "cases: [{vars: {a: 1}, expected: 2}]\n", head) == ["a template never sees `expected`"]


def test_a_label_that_is_none_is_told(tmp_path: Path) -> None:
    head = HEAD + "task: classification\nlabels: [red, white]\n"
    assert checked(tmp_path, "cases: [{id: c, vars: {a: 1}, expected: rose}]\n", head) == [
        "case c expects 'rose', which is no label"
    ]


def test_cases_are_cases(tmp_path: Path) -> None:
    suite = load(tmp_path, HEAD + "cases: [{id: c, vars: {a: 1}, tags: [x, 3], cluster: 7, must_pass: true}]\n")
    (case,) = iter_cases(suite)
    assert isinstance(case, Case)
    assert (case.tags, case.cluster, case.must_pass, case.ordinal) == (("x", "3"), "7", True, 0)


def test_leakage_is_seen_past_variables_that_only_examples_have(tmp_path: Path) -> None:
    head = 'version: 1\nname: x\nprompts: {text: "{{ a }}", examples: [{vars: {a: Merlot, why: dark}, expected: red}]}\n'
    assert checked(tmp_path, "cases: [{id: leak, vars: {a: Merlot}}]\n", head) == [
        "case leak is also an example of prompt prompt: the model would be shown its answer"
    ]
