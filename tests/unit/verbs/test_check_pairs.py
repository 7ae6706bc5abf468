"""Two versions of a suite: which variants are held against which, and what each side is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.verbs.check.pairs import needed_by_gates, pair_suite
from gemini_eval.verbs.check.survey import case_sets
from tests.support.suites import load

SUITE = """\
version: 1
name: tickets
prompts: {prompts}
models: {models}
vars: {{tone: {tone}}}
assert: [exact_match]
params: {{temperature: {temperature}}}
cases:
  - {{id: a, vars: {{text: one}}, expected: x}}
  - {{vars: {{text: two}}, expected: y}}
"""
DEFAULTS = {
    "prompts": '{few: {text: "{{ tone }} {{ text }}"}}',
    "models": "{m: local:gemma-3-270m}",
    "tone": "kind",
    "temperature": "0",
}


def suite(folder: Path, **parts: str):
    return load(folder, SUITE.format(**{**DEFAULTS, **parts}))


def pairs(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> tuple[dict[str, str | None], list[str]]:
    """Each variant of the head with the base's that it is held against; and the base's that are gone."""
    base, head = suite(tmp_path / "base", **before), suite(tmp_path / "head", **after)
    found = pair_suite(head, base, head.variants)
    return {pair.head.name: pair.base.name if pair.base else None for pair in found.variants}, [v.name for v in found.removed]


PROMPT = '{text: "{{ tone }} {{ text }}"}'


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({}, {}, ({"few@m": "few@m"}, [])),
        (
            {"models": "gemini-4-hydrogen"},
            {"models": "gemini-4-helium"},
            ({"few@gemini-4-helium": "few@gemini-4-hydrogen"}, []),
        ),
        ({}, {"prompts": f"{{many: {PROMPT}}}"}, ({"many@m": "few@m"}, [])),
        ({}, {"prompts": f"{{few: {PROMPT}, more: {PROMPT}}}"}, ({"few@m": "few@m", "more@m": None}, [])),
        ({"prompts": f"{{few: {PROMPT}, more: {PROMPT}}}"}, {}, ({"few@m": "few@m"}, ["more@m"])),
        (
            {"prompts": f"{{a: {PROMPT}, b: {PROMPT}}}"},
            {"prompts": f"{{c: {PROMPT}, d: {PROMPT}}}"},
            ({"c@m": None, "d@m": None}, ["a@m", "b@m"]),
        ),
    ],
)
def test_variants_pair(
    tmp_path: Path, before: dict[str, str], after: dict[str, str], wanted: tuple[dict[str, str | None], list[str]]
) -> None:
    assert pairs(tmp_path, before, after) == wanted


def test_the_base_is_asked_with_its_own_prompts_parameters_and_defaults(tmp_path: Path) -> None:
    base = suite(tmp_path / "base", tone="cold", temperature="0.7")
    head = suite(tmp_path / "head", tone="kind", temperature="0.2")
    found = pair_suite(head, base, head.variants)
    assert found.asked_base is not None
    assert found.asked_base.settings["temperature"].value == 0.7
    assert [(one.vars, other.vars, one.id == other.id) for one, other in found.cases()] == [
        ({"tone": "kind", "text": "one"}, {"tone": "cold", "text": "one"}, True),
        ({"tone": "kind", "text": "two"}, {"tone": "cold", "text": "two"}, True),
    ]
    assert case_sets(head, base).edited == frozenset()


def test_cases_in_both_edited_added_removed(tmp_path: Path) -> None:
    base = suite(tmp_path / "base")
    text = SUITE.format(**DEFAULTS)
    head = load(tmp_path / "head", text.replace("expected: x", "expected: z").replace("text: two", "text: three"))
    found = case_sets(head, base)
    new = next(iter(found.added))
    assert (found.both, found.edited, found.expected_edited) == (frozenset({"a"}), frozenset({"a"}), ("a",))
    assert len(found.removed) == 1 and found.removed[0] != new


def test_a_new_suite_has_no_other_side(tmp_path: Path) -> None:
    head = suite(tmp_path)
    found = pair_suite(head, None, head.variants)
    assert (found.asked_base, [pair.base for pair in found.variants]) == (None, [None])


def test_variants_that_no_worse_gates_need(tmp_path: Path) -> None:
    text = SUITE.format(**{**DEFAULTS, "prompts": f"{{few: {PROMPT}, more: {PROMPT}}}"})
    gates = load(tmp_path, text + "gate: [{no_worse: {variant: more@m, than: few@m, metric: pass_rate}}]\n").gates
    assert needed_by_gates(gates, ["more@m"]) == {"few@m"}
    assert needed_by_gates(gates, ["few@m"]) == {"more@m"}
    assert needed_by_gates(gates, []) == frozenset()
