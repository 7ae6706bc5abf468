"""Mistakes in groups: what failing cases share, whatever their texts are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.stats import hypergeom

from gemini_eval.reports.mistakes import MOST_EXAMPLES, MOST_GROUPS, Example, Group, mistakes, tail
from gemini_eval.reports.mistakes_text import mistakes_lines
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.spans import paint
from gemini_eval.reports.words import words_of
from gemini_eval.types import AssertionResult, CaseResult, Expected, FieldProblem, FieldReport, Outcome, Verdict
from tests.support.results import case, sample, streams, unanswered


def asked(number: int, text: str, *, right: bool, tags: tuple[str, ...] = ()) -> CaseResult:
    return case(number, "refund", sample("refund" if right else "billing", "refund"), vars={"text": text}, tags=tags)


def names(groups: tuple[Group, ...]) -> list[tuple[str, int, int]]:
    return [(group.name, group.failed, group.of) for group in groups]


def test_labels_tags_and_words_by_hand() -> None:
    wrong = [asked(n, f"My parcel {n} is late", right=False, tags=("lang=en", "late")) for n in range(5)]
    right = [asked(n, f"Money {n} back, please", right=True, tags=("lang=en",)) for n in range(5, 15)]
    blocked = case(15, "refund", unanswered(Outcome.BLOCKED), vars={"text": "parcel!"})
    (found,) = mistakes([*wrong, *right, blocked])
    assert (found.suite, found.variant, found.cases, found.failed) == ("tickets", "few", 16, 6)
    assert names(found.groups["labels"]) == [("refund → billing", 5, 16), ("refund → no answer", 1, 16)]
    assert names(found.groups["tag"]) == [("late", 5, 5), ("lang=en", 5, 15)]
    assert names(found.groups["word"]) == [("parcel", 6, 6), ("late", 5, 5)]
    assert found.groups["labels"][0].examples == tuple(Example(f"c{n}", f"My parcel {n} is late") for n in range(3))


def test_words_that_passing_cases_have_as_often_are_not_listed() -> None:
    (found,) = mistakes([asked(n, "parcel", right=n % 2 == 0) for n in range(40)])
    assert found.groups["word"] == ()


def test_korean_words_are_found_whatever_follows_them() -> None:
    wrong = [
        asked(n, text, right=False) for n, text in enumerate(["환불을 원해요", "환불이 안 돼요", "언제 환불되나요", "환불!"])
    ]
    right = [asked(n, "배송이 늦어요", right=True) for n in range(4, 12)]
    (found,) = mistakes([*wrong, *right])
    assert names(found.groups["word"])[0] == ("환불", 4, 4)


def test_words_that_stand_in_the_same_cases_are_one_group() -> None:
    wrong = [asked(n, "배송이 늦어요", right=False) for n in range(6)]
    right = [asked(n, "교환이 늦어요", right=True) for n in range(6, 18)]
    (found,) = mistakes([*wrong, *right])
    assert names(found.groups["word"]) == [("배송, 송이", 6, 6)]


def test_fields_of_an_object_that_differ() -> None:
    expected = Expected({"name": "A", "size": {"width": 1, "height": 2}, "tags": ["x", "y"]})
    answer = '{"name": "A", "size": {"width": 1}, "tags": ["x", "z"], "colour": "red"}'
    one = replace(
        case(0, "refund", sample("billing", "refund")), expected=expected, answer=answer, expected_label=None, label=None
    )
    other = replace(one, case_id="c1", passed=True)
    (found,) = mistakes([one, other])
    assert names(found.groups["field"]) == [("colour", 1, 1), ("size.height", 1, 2), ("tags", 1, 2)]
    assert [group.examples[0].text for group in found.groups["field"]] == ["∅ → red", "2 → ∅", "x, y → x, z"]
    assert found.groups["labels"] == ()


def test_declared_fields_are_wrong_where_their_comparators_say_so() -> None:
    report = FieldReport(
        {"speed": (1, 0, 0, 0), "ports": (1, 1, 0, 0), "colour": (0, 0, 1, 0), "": (0, 0, 0, 1)},
        (
            FieldProblem("wrong", "ports", "ports.1", 4, 5),
            FieldProblem("missing", "colour", "colour", "red"),
            FieldProblem("hallucinated", "", "weight", found="2 kg"),
        ),
    )
    judged = sample("billing", "refund", 0, AssertionResult("fields", Verdict(False, 0.5, "", report)))
    one = replace(case(0, "refund", judged), expected=Expected({"speed": "1.2 Gbps"}), answer='{"speed": "1200 Mbps"}')
    (found,) = mistakes([replace(one, expected_label=None, label=None)])
    groups = [(group.name, group.failed, group.of, group.examples[0].text) for group in found.groups["field"]]
    assert groups == [("colour", 1, 1, "red → ∅"), ("ports", 1, 1, "4 → 5"), ("weight", 1, 1, "∅ → 2 kg")]
    assert found.groups["assertion"] == ()


def test_an_answer_that_is_no_label_is_shown_and_a_tag_of_every_case_is_not() -> None:
    odd = replace(asked(0, "money back", right=False, tags=("all", "odd")), label=None)
    odd = replace(odd, samples=(replace(odd.samples[0], label=None, answer="Refund? " * 9),))
    (found,) = mistakes([odd, asked(1, "parcel", right=True, tags=("all",))])
    (group,) = found.groups["labels"]
    assert (group.name, group.examples[0].text) == ("refund → no label", f'"{("Refund? " * 9)[:40]}"  money back')
    assert names(found.groups["tag"]) == [("odd", 1, 1)]


def test_a_run_without_a_delivered_case_says_so() -> None:
    (line,) = mistakes_lines("run", [], ReportOptions(), delivered=False)
    assert paint(line, False) == "No case was delivered in run."


def test_assertions_that_fail_and_answers_that_did_not_come() -> None:
    def short(number: int, passed: bool) -> CaseResult:
        judged = sample("refund", "refund", 0, AssertionResult("short", Verdict(passed, 0.0, "12 words, at most 3")))
        return replace(case(number, "refund", judged, passed=passed), expected_label=None)

    blocked = replace(case(3, "refund", unanswered(Outcome.BLOCKED), reason="finish reason safety"), expected_label=None)
    (found,) = mistakes([short(0, False), short(1, True), short(2, False), blocked])
    assert names(found.groups["assertion"]) == [("short", 2, 3), ("blocked", 1, 1)]
    assert [one.text for group in found.groups["assertion"] for one in group.examples] == [
        "12 words, at most 3",
        "12 words, at most 3",
        "finish reason safety",
    ]


def test_what_stands_aside() -> None:
    lost = case(0, "refund", unanswered(Outcome.QUOTA))
    draft, known = (asked(1, "x", right=False) for _ in range(2))
    assert mistakes([lost, replace(draft, draft=True), replace(known, xfail="known"), asked(2, "x", right=True)]) == []


def test_the_column_that_holds_the_answer_is_no_text_of_the_question() -> None:
    wrong = [replace(asked(n, "", right=False), vars={"reply": "billing"}) for n in range(5)]
    wrong = [replace(one, samples=(replace(one.samples[0], output="billing"),)) for one in wrong]
    (found,) = mistakes([*wrong, *(asked(n, "y", right=True) for n in range(5, 15))])
    assert found.groups["word"] == () and found.groups["labels"][0].examples[0].text == ""


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))), st.data())
def test_the_tail_is_scipys(sizes: tuple[int, int, int], data: st.DataObject) -> None:
    cases, having, failed = sizes
    least = data.draw(st.integers(max(0, having + failed - cases), min(having, failed)))
    assert tail(least, having, failed, cases) == pytest.approx(float(hypergeom.sf(least - 1, cases, failed, having)), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The PARCEL, isn't here: don't “worry”", ["parcel", "isn't", "here", "worry"]),
        ("환불을 환불", ["환불", "불을", "환불"]),
        ("감사합니다", ["감사", "사합"]),
        ("GPT-4 모델", ["gpt", "모델"]),
        ("a 12345 b", []),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
        ("x" * 41, []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert list(words_of(text)) == words


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_words(text: str) -> None:
    assert all(word and not word.isspace() for word in words_of(text))


def hostile(stream: list[CaseResult], texts: list[Any]) -> list[CaseResult]:
    return [replace(one, vars={"a": texts[n % len(texts)], "b": n}) for n, one in enumerate(stream)]


@settings(max_examples=60, deadline=None)
@given(
    streams(), st.lists(st.text(max_size=60) | st.integers() | st.lists(st.text(max_size=5), max_size=2), min_size=1, max_size=4)
)
def test_any_stream_is_grouped_and_fits_the_terminal(stream: list[CaseResult], texts: list[Any]) -> None:
    found = mistakes(hostile(stream, texts))
    for one in found:
        for groups in one.groups.values():
            assert len(groups) <= MOST_GROUPS
            assert all(0 < group.failed <= group.of and 0 < len(group.examples) <= MOST_EXAMPLES for group in groups)
    lines = [paint(line, False) for line in mistakes_lines("run", found, ReportOptions(width=60))]
    assert lines and not any("\x1b" in line or "\n" in line for line in lines)


def test_both_languages() -> None:
    found = mistakes(
        [asked(0, "parcel", right=False), asked(1, "parcel", right=False), *(asked(n, "y", right=True) for n in range(2, 9))]
    )
    english = [paint(line, False) for line in mistakes_lines("run", found, ReportOptions())]
    assert english == [
        "tickets · few: 2 of 9 cases failed",
        "",
        "Labels (expected → answered)",
        "  2 of 9   22%  refund → billing",
        "                c0  parcel",
        "                c1  parcel",
        "",
        "Words that failing cases share",
        "  2 of 2  100%  parcel",
        "                c0  parcel",
        "                c1  parcel",
    ]
    korean = [paint(line, False) for line in mistakes_lines("run", found, ReportOptions(lang="ko"))]
    assert korean[0] == "tickets · few: 9건 중 2건 실패"
    assert korean[3] == "  9건 중 2건   22%  refund → billing"
    assert [paint(line, False) for line in mistakes_lines("run", [], ReportOptions(lang="ko"))] == [
        "run: 실패한 케이스가 없습니다."
    ]
