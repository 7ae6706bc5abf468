"""A value of the wrong kind anywhere in a suite: told at its place, in the users' words, with a mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.suites import faults_of

SUITE = """\
version: 1
name: tickets
{}
cases: [{{id: a, vars: {{text: one}}, expected: x}}]
"""
OTHER_KEYS = {
    "prompts": "prompts: {p: {text: '{{ text }}'}}",
    "models": "models: {m: gemini-3.5-flash-lite}",
    "judges": "judges: {j: gemini-3.5-flash-lite}",
}
PLACES = """\
description task labels order fields other_fields abstain answer prompts models judges pairwise param_sets variants params samples
vars matrix data assert measure threshold confidence gate
fields.a fields.a.text fields.a.number fields.a.number.unit fields.a.number.tolerance fields.a.list fields.a.list.item
fields.a.object fields.a.label fields.a.text.fold fields.a.text.similarity fields.a.optional
answer.regex answer.fold answer.as answer.match
samples.count samples.vote samples.require samples.temperature
prompts.p prompts.p.text prompts.p.system prompts.p.messages prompts.p.examples prompts.p.params prompts.p.assert prompts.p.vars
models.m models.m.id models.m.params models.m.answers
judges.j judges.j.id judges.j.params judges.j.checked_by judges.j.location
confidence.c confidence.c.verbal confidence.c.verbal.judge confidence.c.verbal.words confidence.c.from confidence.c.scale
confidence.c.calibrate confidence.c.calibrate.fit
pairwise.p pairwise.p.variant pairwise.p.over pairwise.p.judge pairwise.p.rubric
data.file data.columns data.where data.split data.limit data.split.ratio
variants.v variants.v.prompt variants.v.params variants.v.gated
gate.0 gate.0.no_regression gate.0.no_worse gate.0.require gate.0.tag gate.0.variant gate.0.name gate.0.no_regression.margin
assert.0 assert.0.not assert.0.any_of assert.0.some_of assert.0.contains assert.0.contains.any assert.0.contains.fold
assert.0.equals.any assert.0.length assert.0.length.words assert.0.length.words.max assert.0.regex assert.0.json_schema
assert.0.rubric assert.0.g_eval assert.0.calls assert.0.fields assert.0.label assert.0.json_field assert.0.rouge.type
assert.0.similar assert.0.python assert.0.vertex assert.0.levenshtein.min_similarity assert.0.latency.max_ms
params.response_schema params.temperature params.stop_sequences
"""
WRONG = ("3", "true", "word", "[3]", "{some: thing}", "[[a]]", "{a: [b]}", "1.5", "''")
INTERNAL = re.compile(
    r"list\[|dict\[|tuple\[|NoneType|constrained|pydantic|msgspec|<(map|list|text|one|word|other)>|Mapping|YamlMap|YamlList"
    r"|\bdict\b|\bstr\b|isinstance|validator|Traceback|object at 0x|None\b"
)


def written(place: str, value: str) -> str:
    """The suite's key, with the value at its place below: `gate.0.require` and 3 -> `gate: [{require: 3}]`."""
    first, *steps = place.split(".")
    for step in reversed(steps):
        value = f"[{value}]" if step == "0" else f"{{{step}: {value}}}"
    return "\n".join([f"{first}: {value}", *(line for key, line in OTHER_KEYS.items() if key != first)])


@pytest.mark.parametrize("place", PLACES.split())
def test_a_value_of_the_wrong_kind_is_told_in_the_words_of_users(place: str, tmp_path: Path) -> None:
    for value in WRONG:
        told = faults_of(tmp_path, SUITE.format(written(place, value)))
        assert not [fault for fault in told if INTERNAL.search(fault)], f"{place}: {value}"
        assert len(told) == len(set(told)), f"{place}: {value}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("gate: {require: accuracy >= 0.9}", "`gate` is a map; it must be a list"),
        ("gate: 3", "`gate` is 3; it must be a list"),
        ("assert: {equals: x}", "`assert` is a map; it must be a list"),
    ],
)
def test_what_must_be_a_list_is_told_once_and_with_a_mend(line: str, told: str, tmp_path: Path) -> None:
    line = "\n".join([line, *OTHER_KEYS.values()])
    mend = "write it in brackets, or begin each item with a dash"
    assert [fault for fault in faults_of(tmp_path, SUITE.format(line)) if told in fault] == [
        f"3:{len(told.partition('`')[2].partition('`')[0]) + 3} {told} ({mend})"
    ]
