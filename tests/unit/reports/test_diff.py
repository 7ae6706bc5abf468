"""Differences, and what a failing case shows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.reports.diff import Part, is_short, leaves, letter_diff, line_diff, structured, word_diff
from gemini_eval.reports.field_changes import FieldChange, changed_lines, leaf_changes

words = st.text(st.sampled_from("ab 가\t"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)


def test_words() -> None:
    assert word_diff("The wine is white.", "The wine is red.") == [
        Part("same", "The wine is "),
        Part("gone", "white. "),
        Part("new", "red."),
    ]


def test_letters_of_a_single_word_and_of_white_space() -> None:
    assert word_diff("Riesling", "Rieslinge") == [Part("same", "Riesling"), Part("new", "e")]
    assert word_diff("a b", "a  b") == [Part("same", "a "), Part("new", " "), Part("same", "b")]


def test_letters() -> None:
    assert letter_diff("1200", "1300") == [Part("same", "1"), Part("gone", "2"), Part("new", "3"), Part("same", "00")]
    assert letter_diff("White wine", "Red wine") == [Part("gone", "White"), Part("new", "Red"), Part("same", " wine")]
    assert letter_diff("a", "") == [Part("gone", "a")]
    assert letter_diff("a" * 2_001, "a") == [Part("gone", "a" * 2_001), Part("new", "a")]


def test_lines_with_what_is_round_them() -> None:
    old, new = "\n".join("abcdefgh"), "\n".join("abcdXfgh")
    assert line_diff(old, new, context=1) == [
        Part("same", "…"),
        Part("same", "d"),
        Part("gone", "e"),
        Part("new", "X"),
        Part("same", "f"),
        Part("same", "…"),
    ]


def test_leaves_of_json_that_differ() -> None:
    expected, actual = {"a": 1, "b": [1, {"c": "x"}], "d": {}}, {"a": 1.5, "b": [1, {"c": "x"}, 2], "e": None}
    assert list(changed_lines(leaf_changes(expected, actual))) == [
        Part("gone", "a: 1"),
        Part("new", "a: 1.5"),
        Part("new", "b.2: 2"),
        Part("gone", "d: {}"),
        Part("new", "e: null"),
    ]


def test_leaves_that_differ_one_by_one() -> None:
    expected, actual = {"a": 1, "b": [1, {"c": "x"}], "d": {}}, {"a": 1.5, "b": [1, {"c": "x"}, 2], "e": None}
    assert list(leaf_changes(expected, actual)) == [
        FieldChange("a", "differs", "1", "1.5"),
        FieldChange("b.2", "not expected", None, "2"),
        FieldChange("d", "not answered", "{}", None),
        FieldChange("e", "not expected", None, "null"),
    ]
    assert list(leaf_changes({"a: b": 1, "a": {"b": 2}}, {"a": {"b": 3}})) == [
        FieldChange("a.b", "differs", "2", "3"),
        FieldChange("a: b", "not answered", "1", None),
    ]
    assert list(leaf_changes({}, [1])) == [
        FieldChange("", "not answered", "{}", None),
        FieldChange("0", "not expected", None, "1"),
    ]


def test_structured() -> None:
    assert structured(' {"a": 1}') == {"a": 1}
    assert structured([1]) == [1]
    assert [structured(value) for value in ('{"a": ', "text", 3, None, "12")] == [None] * 5


def test_short() -> None:
    assert is_short("a" * 200, "b\n")
    assert not is_short("a" * 201, "b")
    assert not is_short("a", "b\nc")


def test_large_texts_are_compared_in_time() -> None:
    old, new = "a b " * 40_000, "b a a " * 40_000
    assert len(word_diff(old, new)) > 1
    assert len(line_diff(old.replace(" ", "\n"), new.replace(" ", "\n"))) > 1


@settings(max_examples=80)
@given(words, words)
def test_parts_give_both_texts_back(old: str, new: str) -> None:
    parts = word_diff(old, new)
    assert "".join("".join(part.text.split()) for part in parts if part.change != "new") == "".join(old.split())
    assert "".join("".join(part.text.split()) for part in parts if part.change != "gone") == "".join(new.split())
    letters = letter_diff(old, new)
    assert "".join(part.text for part in letters if part.change != "new") == old
    assert "".join(part.text for part in letters if part.change != "gone") == new


@settings(max_examples=80)
@given(values)
def test_a_value_has_no_difference_to_itself(value: object) -> None:
    assert list(leaf_changes(value, value)) == []
    assert all("\n" not in text.replace("\\n", "") for _, text in leaves(value))
