"""Gates as suites write them: read, or refused with the place and the mend."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.gates import FigureContext, GateError, parse_gate, tags_of
from gemini_eval.gates.model import OPERATORS, Operator
from gemini_eval.types import Json

KNOWN = FigureContext(
    labels=("Red wine", 'say "hi"', "refund"),
    assertions=("label", "either", "either/contains"),
    common=("label",),
    variants=("zero", "few"),
    sources=("votes", "said", "said.calibrated"),
    tags=("lang=ko", "long"),
)


# ---- reading ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("accuracy >= 0.9", [("accuracy", ">=", 0.9)]),
        ("  accuracy>=90% ", [("accuracy", ">=", 0.9)]),
        ('recall["Red wine"] > .5', [('recall["Red wine"]', ">", 0.5)]),
        ("recall['say \"hi\"'] != 1", [('recall["say \\"hi\\""]', "!=", 1.0)]),
        ('recall["say \\"hi\\""] != 1', [('recall["say \\"hi\\""]', "!=", 1.0)]),
        ("p95_latency < 2s and mean_latency <= 800ms", [("p95_latency", "<", 2000.0), ("mean_latency", "<=", 800.0)]),
        ("p50_latency<1_500.5", [("p50_latency", "<", 1500.5)]),
        ("mcc >= -0.25 and cost <= 1.5", [("mcc", ">=", -0.25), ("cost", "<=", 1.5)]),
        (
            'pass_rate["either/contains"] == 100% and pass_rate >= +0.5',
            [('pass_rate["either/contains"]', "==", 1.0), ("pass_rate", ">=", 0.5)],
        ),
        ('score["label"] >= 3.5', [('score["label"]', ">=", 3.5)]),
        ("ece(said)<=10%", [("ece(said)", "<=", 0.1)]),
        ("brier( said.calibrated ) < .2", [("brier(said.calibrated)", "<", 0.2)]),
        (
            "accuracy_at_coverage(votes, 80%) >= 0.95 and coverage(votes,0.90) > 0",
            [("accuracy_at_coverage(votes, 0.8)", ">=", 0.95), ("coverage(votes, 0.9)", ">", 0.0)],
        ),
    ],
)
def test_a_gate_is_read(text: str, read: list[tuple[str, str, float]]) -> None:
    gate = parse_gate(text, known=KNOWN)
    assert [(condition.figure.name, condition.operator, condition.number) for condition in gate.conditions] == read
    assert gate.text == text.strip()


def test_operators_are_all_read() -> None:
    assert set(OPERATORS) == set(get_args(Operator))
    read = [parse_gate(f"accuracy {operator} 0.5", known=KNOWN).conditions[0].operator for operator in OPERATORS]
    assert read == list(OPERATORS)


@pytest.mark.parametrize(
    ("text", "error", "offset"),
    [
        ("", "expected a figure's name, but the gate ends (see: gemini-eval list --figures)", 0),
        ("acuracy >= 0.9", 'there is no figure "acuracy" (did you mean "accuracy"?)', 0),
        ("pass_rate >= 1 and zzz > 1", 'there is no figure "zzz" (see: gemini-eval list --figures)', 19),
        ("accuracy_at_coverages(votes, 0.8) >= 0.9", 'there is no figure "accuracy_at_coverages"', 0),
        ("recall(refund) >= 0.9", '"recall" takes no parentheses (write recall["label"])', 0),
        ("recall >= 0.9", 'recall needs the label it is of (write recall["label"])', 0),
        ("recall[refund] >= 0.9", 'expected a quoted name in brackets, found "refund" (write ["refund"])', 7),
        ('recall["refund" >= 0.9', 'expected a closing ], found ">="', 16),
        ('recall["Red vine"] >= 0.9', 'the suite has no label "Red vine" (did you mean "Red wine"?)', 7),
        ('pass_rate["zzz"] >= 0.9', 'the suite has no assertion "zzz" (the suite has "label", "either", "either/contains")', 10),
        ('accuracy["refund"] >= 0.9', "accuracy takes no brackets (write accuracy)", 9),
        ("accuracy", "expected a comparison after accuracy, but the gate ends (one of >= > <= < == !=)", 8),
        ("accuracy >=", "expected a number after >=, but the gate ends (write 0.9, 90%, 2s or 800ms)", 11),
        ("accuracy >= nan", 'expected a number after >=, found "nan" (write 0.9, 90%, 2s or 800ms)', 12),
        ("accuracy >= 90", "accuracy lies between 0 and 1, never at 90 (write 90% or 0.9)", 12),
        ("accuracy >= 190%", "accuracy lies between 0 and 1, never at 190%", 12),
        ("kappa >= 2", "kappa lies between -1 and 1, never at 2", 9),
        ("accuracy >= 2s", 'accuracy is in share, not in "s" (write 0.9 or 90%)', 12),
        ("p95_latency < 5%", 'p95_latency is in ms, not in "%" (write 800ms or 2s)', 14),
        ("accuracy >= 1.2.3", '"1.2.3" is not a number (write 0.9, 90%, 2s or 800ms)', 12),
        ("accuracy >= 1e999999999", 'accuracy is in share, not in "e999999999" (write 0.9 or 90%)', 12),
        ("accuracy = 0.9", "unexpected '=' (write ==)", 9),
        ("accuracy ≥ 0.9", "unexpected '≥' (write >=)", 9),
        ("accuracy >= 0.9 or cost < 1", 'unexpected "or" (write two gates: there is no "or")', 16),
        ("accuracy >= 0.9, cost < 1", 'unexpected "," (conditions are joined by "and")', 15),
        ('recall["refund >= 0.9', 'a quoted name without its closing quote (close it with ")', 7),
        ('recall["refund\\', 'a quoted name without its closing quote (close it with ")', 7),
        ("ece >= 0.1", 'expected the source that ece is of, found ">=" (write ece(votes))', 4),
        ('ece["said"] >= 0.1', 'expected the source that ece is of, found "[" (write ece(votes))', 3),
        ("ece(sad) >= 0.1", 'there is no confidence source "sad" (did you mean "said"?)', 4),
        ("ece(zzz) >= 0.1", 'there is no confidence source "zzz" (the suite has votes, said, said.calibrated)', 4),
        ("ece(votes.calibrated) >= 0", 'there is no confidence source "votes.calibrated" (write calibrate: true under votes)', 4),
        ("ece(said, 0.5) >= 0.1", 'expected a closing ), found "," (write ece(votes))', 8),
        ("ece(0.5) >= 0.1", 'expected the name of a confidence source, found "0.5" (write ece(votes))', 4),
        ("coverage(said) >= 0.1", 'expected a comma and the confidence after said, found ")" (write coverage(votes, 0.9))', 13),
        (
            "coverage(said",
            'expected a comma and the confidence after said, but the gate ends (write "coverage(votes, 0.9) …", in quotes)',
            13,
        ),
        ("coverage(said, 90) >= 0.1", "coverage lies between 0 and 1, never at 90 (write 90% or 0.9)", 15),
        ("coverage(said, x) >= 0.1", 'expected a confidence, found "x" (write coverage(votes, 0.9))', 15),
        (
            "accuracy_at_coverage(said, 0) >= 1",
            "the surest 0 % of the cases are none (write accuracy_at_coverage(votes, 0.8))",
            27,
        ),
        ("vote_share >= 0.9", "vote_share needs a vote (samples: {count: 5, vote: majority})", 0),
        (" and ".join(["cost < 1"] * 21), "more than 20 conditions (write several gates)", 256),
        ("cost < 1" + " " * 2_000, "a gate of 2,008 characters is longer than 2,000 (write several gates)", 2_000),
    ],
)
def test_what_can_not_be_read_says_where_why_and_how_to_mend_it(text: str, error: str, offset: int) -> None:
    with pytest.raises(GateError) as caught:
        parse_gate(text, known=KNOWN)
    assert (str(caught.value).startswith(error), caught.value.offset, caught.value.key) == (True, offset, ""), str(caught.value)


def test_a_suite_without_labels_or_with_votes() -> None:
    with pytest.raises(GateError, match="accuracy needs labels, and the suite has none"):
        parse_gate("accuracy >= 0.9", known=FigureContext())
    with pytest.raises(GateError, match="the suite has no assertions"):
        parse_gate('score["x"] >= 0.9', known=FigureContext())
    assert parse_gate("vote_share >= 0.6", known=FigureContext(has_votes=True)).conditions[0].number == 0.6


def test_maps_are_read() -> None:
    scoped = parse_gate(
        {"variant": "few", "tag": "lang=ko", "require": "accuracy >= 85%", "name": "Korean", "description": "d", "final": True},
        known=KNOWN,
    )
    assert (scoped.text, scoped.variant, scoped.tag, scoped.name, scoped.description, scoped.final) == (
        *("few, lang=ko: accuracy >= 85%", "few", "lang=ko", "Korean", "d", True),
    )
    kept = parse_gate({"no_regression": {"metric": 'recall["refund"]', "margin": "2%"}}, known=KNOWN)
    assert (kept.kind, kept.text, kept.margin) == ("no_regression", 'no_regression: recall["refund"], margin 0.02', 0.02)
    worse = parse_gate({"no_worse": {"variant": "few", "than": "zero", "metric": "macro_f1"}}, known=KNOWN)
    assert (worse.kind, worse.variant, worse.than, worse.margin) == ("no_worse", "few", "zero", 0.05)
    assert worse.text == "few no worse than zero: macro_f1, margin 0.05"
    assert tags_of([scoped, kept, scoped]) == ("lang=ko",)
    assert parse_gate({"tag": "x", "require": "cost < 1"}, known=replace(KNOWN, tags=None)).tag == "x"


@pytest.mark.parametrize(
    ("spec", "error", "key"),
    [
        (5, "a gate is a text or a map, not 5", ""),
        ({}, "a gate has exactly one of require, no_regression, no_worse; this has none", ""),
        (
            {"requires": "cost < 1"},
            'a gate has exactly one of require, no_regression, no_worse; this has none (did you mean "require"?)',
            "",
        ),
        (
            {"require": "cost < 1", "no_worse": {}},
            "a gate has exactly one of require, no_regression, no_worse; this has require and",
            "",
        ),
        ({"require": 0.9}, "require is a text, not 0.9", "require"),
        ({"require": "acuracy > 0.9"}, 'there is no figure "acuracy"', "require"),
        ({"require": "cost < 1", "varient": "few"}, 'unknown key "varient" (did you mean "variant"?)', "varient"),
        ({"require": "cost < 1", "variant": "fwe"}, 'the suite has no variant "fwe" (did you mean "few"?)', "variant"),
        ({"require": "cost < 1", "variant": ""}, "variant is a text, not ''", "variant"),
        ({"require": "cost < 1", "tag": "lang=k"}, 'no case has the tag "lang=k" (did you mean "lang=ko"?)', "tag"),
        ({"require": "cost < 1", "final": "yes"}, "final is true or false, not 'yes'", "final"),
        (
            {"no_regression": "accuracy"},
            "no_regression is a map, not 'accuracy' (write: no_regression: {metric, margin})",
            "no_regression",
        ),
        ({"no_regression": {"margin": 0.1}}, "no_regression needs the name of a metric", "no_regression.metric"),
        ({"no_regression": {"metric": "acuracy"}}, 'there is no figure "acuracy"', "no_regression.metric"),
        ({"no_regression": {"metric": "accuracy >= 1"}}, 'unexpected ">="', "no_regression.metric"),
        ({"no_regression": {"metric": "p95_latency"}}, "p95_latency can't be tested between two runs", "no_regression.metric"),
        (
            {"no_regression": {"metric": "accuracy", "margin": 5}},
            "a margin of 5 can never be exceeded (write 0.05 or 5%)",
            "no_regression.margin",
        ),
        (
            {"no_regression": {"metric": "accuracy", "margin": -0.1}},
            "margin is a number from 0, not -0.1",
            "no_regression.margin",
        ),
        (
            {"no_regression": {"metric": "accuracy", "margin": True}},
            "margin is a number from 0, not True",
            "no_regression.margin",
        ),
        ({"no_regression": {"metric": "accuracy"}, "tag": "lang=ko"}, 'unknown key "tag"', "tag"),
        ({"no_worse": {"variant": "few", "metric": "accuracy"}}, "no_worse needs than", "no_worse"),
        (
            {"no_worse": {"variant": "few", "than": "few", "metric": "accuracy"}},
            'no_worse compares "few" with itself',
            "no_worse.than",
        ),
        (
            {"no_worse": {"variant": "few", "than": "fwe", "metric": "accuracy"}},
            'the suite has no variant "fwe"',
            "no_worse.than",
        ),
    ],
)
def test_maps_that_can_not_be_read(spec: Json, error: str, key: str) -> None:
    with pytest.raises(GateError) as caught:
        parse_gate(spec, known=KNOWN)
    assert (str(caught.value).startswith(error), caught.value.key) == (True, key), str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.text("ac=<>[]()\"'\\.,%+-_0e 9and≥\n", max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused_with_an_offset_inside_it(text: str) -> None:
    for written in (text, f"cost < {text}", f'recall["refund"{text}'):
        try:
            parse_gate(written, known=KNOWN)
        except GateError as error:
            assert error.reason
            assert error.offset is not None
            assert 0 <= error.offset <= len(written)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.sampled_from(["accuracy", "few"]),
        lambda inner: st.dictionaries(
            st.sampled_from(["require", "no_worse", "no_regression", "variant", "than", "metric", "margin", "tag", "final"]),
            inner,
        ),
        max_leaves=8,
    )
)
def test_any_value_is_read_or_refused(spec: Json) -> None:
    try:
        parse_gate(spec, known=KNOWN)
    except GateError as error:
        assert error.reason
