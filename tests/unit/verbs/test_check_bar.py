"""The bar moved: every edit that makes passing easier is told, and none that makes it harder."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.comparison.model import BarMove, Moved, State
from gemini_eval.types import Json
from gemini_eval.verbs.check.bar import differing, moved_bar
from gemini_eval.verbs.check.pairs import pair_suite
from gemini_eval.verbs.check.survey import Surveyed, case_sets
from tests.support.suites import load

SUITE = """\
version: 1
name: tickets
task: classification
labels: {refund: [환불], billing: []}
prompts: {few: {text: "{{ text }}"}}
models: {m: local:gemma-3-270m}
threshold: 0.5
samples: {count: 3, require: all}
assert:
  - contains: refund
gate:
  - accuracy >= 0.9
  - p95_latency <= 2s
  - {tag: lang=ko, require: accuracy >= 0.8}
  - no_regression: {metric: accuracy, margin: 0.05}
cases:
  - {id: a, vars: {text: one}, expected: refund, tags: [lang=ko], must_pass: true}
  - {id: b, vars: {text: two}, expected: billing, tags: [lang=ko]}
"""


def moved(tmp_path: Path, *edits: tuple[str, str], base: str = SUITE) -> list[Moved]:
    """The moves of a suite that is edited so."""
    text = base
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    before, after = load(tmp_path / "base", base), load(tmp_path / "head", text)
    pair = pair_suite(after, before, after.variants)
    sets = case_sets(after, before)
    return moved_bar(pair, [Surveyed(pair, variant, State.REJUDGED, sets) for variant in pair.variants])


def moves(tmp_path: Path, *edits: tuple[str, str], base: str = SUITE) -> list[tuple[str, str, str, str]]:
    """(kind, what, before, after) of them."""
    return [(str(move.kind), move.what, move.before, move.after) for move in moved(tmp_path, *edits, base=base)]


def test_nothing_moved(tmp_path: Path) -> None:
    assert moves(tmp_path) == []
    assert moves(tmp_path, ("{{ text }}", "Which queue? {{ text }}")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("accuracy >= 0.9", "accuracy >= 0.95"),
        ("margin: 0.05", "margin: 0.02"),
        ("p95_latency <= 2s", "p95_latency <= 1s"),
        ("threshold: 0.5", "threshold: 0.6"),
        ("  - contains: refund\n", "  - contains: refund\n  - length: {words: {max: 3}}\n"),
        ("gate:\n", "gate:\n  - macro_f1 >= 0.5\n"),
        ("cases:\n", "cases:\n  - {id: c, vars: {text: three}, expected: refund}\n"),
    ],
)
def test_what_is_harder_is_no_move(tmp_path: Path, old: str, new: str) -> None:
    assert moves(tmp_path, (old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "move"),
    [
        ("accuracy >= 0.9\n", "accuracy >= 0.8\n", (BarMove.GATE_LOOSENED, "accuracy", "accuracy >= 0.9", "accuracy >= 0.8")),
        ("  - p95_latency <= 2s\n", "", (BarMove.GATE_REMOVED, "p95_latency", "p95_latency <= 2s", "")),
        (
            "p95_latency <= 2s",
            "p95_latency <= 3s",
            (BarMove.GATE_LOOSENED, "p95_latency", "p95_latency <= 2s", "p95_latency <= 3s"),
        ),
        (
            "p95_latency <= 2s",
            "p95_latency >= 2s",
            (BarMove.GATE_CHANGED, "p95_latency", "p95_latency <= 2s", "p95_latency >= 2s"),
        ),
        (
            "margin: 0.05",
            "margin: 0.1",
            (BarMove.GATE_LOOSENED, "accuracy", "no_regression: accuracy, margin 0.05", "no_regression: accuracy, margin 0.1"),
        ),
        ("threshold: 0.5", "threshold: 0.4", (BarMove.THRESHOLD_LOWERED, "threshold", "0.5", "0.4")),
        ("require: all", "require: any", (BarMove.REQUIREMENT_LOOSENED, "samples.require", "all", "any")),
        ("[환불]", "[환불, money]", (BarMove.LABELS_CHANGED, "labels", "", "")),
        ("expected: billing", "expected: refund", (BarMove.EXPECTED_EDITED, "", "", "")),
        ("  - {id: b, vars: {text: two}, expected: billing, tags: [lang=ko]}\n", "", (BarMove.CASES_REMOVED, "", "", "")),
        (", must_pass: true", "", (BarMove.CASES_EXCUSED, "", "", "")),
        ("must_pass: true", "must_pass: true, skip: {reason: later}", (BarMove.CASES_EXCUSED, "", "", "")),
    ],
)
def test_what_is_easier_is_told(tmp_path: Path, old: str, new: str, move: tuple[BarMove, str, str, str]) -> None:
    kind, *texts = move
    assert moves(tmp_path, (old, new)) == [(str(kind), *texts)]


@pytest.mark.parametrize("after", ["true", "1.0", "'1'"])
def test_an_expected_value_of_another_kind_is_edited(tmp_path: Path, after: str) -> None:
    """Python takes `true` and 1.0 for 1."""
    base = SUITE.replace("task: classification\nlabels: {refund: [환불], billing: []}\n", "")
    base = base.replace("accuracy", "pass_rate").replace("expected: billing", "expected: 1")
    assert moves(tmp_path, ("expected: 1", f"expected: {after}"), base=base) == [("expected_edited", "", "", "")]


def test_an_assertion_that_reads_otherwise_or_is_gone(tmp_path: Path) -> None:
    changed = moves(tmp_path, ("contains: refund", "contains: re"))
    assert [(kind, what) for kind, what, *_ in changed] == [("assertions_changed", "contains")]
    gone = moves(tmp_path, ("assert:\n  - contains: refund\n", ""))
    assert [(kind, what, after) for kind, what, _, after in gone] == [("assertions_changed", "contains", "")]


def test_where_the_head_says_it(tmp_path: Path) -> None:
    """The line of what is looser; none of what is gone, or of keys whose place is not kept."""
    base = SUITE.replace("threshold: 0.5\n", "variants: {v: {prompt: few, model: m}}\nthreshold: 0.5\n")
    edits = [
        ("model: m}}", "model: m, gated: false}}"),
        ("threshold: 0.5", "threshold: 0.4"),
        ("contains: refund", "contains: re"),
        ("accuracy >= 0.9", "accuracy >= 0.7"),
        ("  - p95_latency <= 2s\n", ""),
        ("margin: 0.05", "margin: 0.1"),
        (", must_pass: true", ""),
    ]
    found = moved(tmp_path, *edits, base=base)
    assert {Path(move.path).name for move in found} == {"suite.yaml"}
    assert [(move.kind, move.line) for move in found] == [
        (BarMove.NO_LONGER_GATED, 7),
        (BarMove.ASSERTIONS_CHANGED, 11),
        (BarMove.THRESHOLD_LOWERED, 0),
        (BarMove.GATE_LOOSENED, 13),
        (BarMove.GATE_REMOVED, 0),
        (BarMove.GATE_LOOSENED, 15),
        (BarMove.CASES_EXCUSED, 0),
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("x", "x, threshold: 0", ("", '{"threshold":0}')),
        ("x", "re, threshold: 0", ('{"contains":"x"}', '{"contains":"re","threshold":0}')),
        ("x", "re, weight: 0", ('{"contains":"x"}', '{"contains":"re","weight":0}')),
        ("x", "re, weight: 1", ('{"contains":"x"}', '{"contains":"re"}')),
        ("x, weight: 2", "x, weight: 0.5", ('{"weight":2}', '{"weight":0.5}')),
        ("x, threshold: 1", "x, threshold: 0", ('{"threshold":1}', '{"threshold":0}')),
    ],
)
def test_weights_and_thresholds_are_told_with_what_else_moved(
    tmp_path: Path, before: str, after: str, told: tuple[str, str]
) -> None:
    base = SUITE.replace("- contains: refund", f"- {{contains: {before}}}")
    assert moves(tmp_path, (f"{{contains: {before}}}", f"{{contains: {after}}}"), base=base) == [
        ("assertions_changed", "contains", *told)
    ]


def test_a_negation_is_told(tmp_path: Path) -> None:
    changed = moves(tmp_path, ("- contains: refund", "- {not: {contains: re}, name: contains}"))
    assert changed == [("assertions_changed", "contains", '{"contains":"refund"}', '{"contains":"re","negate":true}')]


@pytest.mark.parametrize(("before", "after"), [("x", "x, weight: 1"), ("x, weight: 2", "x, weight: 2.0")])
def test_a_weight_written_otherwise_is_no_move(tmp_path: Path, before: str, after: str) -> None:
    base = SUITE.replace("- contains: refund", f"- {{contains: {before}}}")
    assert moves(tmp_path, (f"{{contains: {before}}}", f"{{contains: {after}}}"), base=base) == []


@pytest.mark.parametrize(("before", "after"), [("1", "true"), ("0", "false"), ("1", "1.0")])
def test_true_is_not_1_nor_1_as_text_1_point_0(tmp_path: Path, before: str, after: str) -> None:
    base = SUITE.replace("contains: refund", f"equals: {before}")
    assert moves(tmp_path, (f"equals: {before}", f"equals: {after}"), base=base) == [
        ("assertions_changed", "equals", f'{{"equals":{before}}}', f'{{"equals":{after}}}')
    ]


def test_variants_removed_and_no_longer_gated(tmp_path: Path) -> None:
    two = SUITE.replace('few: {text: "{{ text }}"}', 'few: {text: "{{ text }}"}, many: {text: "{{ text }}!"}')
    assert [move[:2] for move in moves(tmp_path, (', many: {text: "{{ text }}!"}', ""), base=two)] == [
        ("variant_removed", "many@m")
    ]
    listed = SUITE.replace("threshold:", "variants: {v: {prompt: few, model: m}}\nthreshold:")
    assert moves(tmp_path, ("model: m}}", "model: m, gated: false}}"), base=listed) == [
        ("no_longer_gated", "v", "gated: true", "gated: false")
    ]


def test_without_gates_every_case_had_to_pass(tmp_path: Path) -> None:
    bare = SUITE[: SUITE.index("gate:")] + SUITE[SUITE.index("cases:") :]
    assert moves(tmp_path, ("cases:", "gate: [accuracy >= 0.1]\ncases:"), base=bare) == [
        ("gate_removed", "every case must pass", "every case must pass", "")
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"kind": "length", "words": {"min": 1, "max": 3}}, {"kind": "length", "words": {"min": 1, "max": 9}}, ("max", 3, 9)),
        ({"kind": "length", "words": {"max": 3}}, {"kind": "length", "words": {"max": 9}}, ("max", 3, 9)),
    ],
)
def test_only_what_differs_is_told(before: Json, after: Json, told: tuple[str, int, int]) -> None:
    key, first, second = told
    assert differing(before, after) == ({"words": {key: first}}, {"words": {key: second}})


def test_what_is_on_one_side_alone_is_told_there() -> None:
    assert differing({"a": 1, "b": [1]}, {"b": [2], "c": 3}) == ({"a": 1, "b": [1]}, {"b": [2], "c": 3})
    assert differing({"a": 1}, {"a": 1}) == ({}, {})
