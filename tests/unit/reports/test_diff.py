"""Differences, and what a failing case shows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.reports.diff import Part, is_short, json_diff, leaves, line_diff, structured, word_diff

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
    assert json_diff(expected, actual) == [
        Part("gone", "a: 1"),
        Part("new", "a: 1.5"),
        Part("new", "b.2: 2"),
        Part("gone", "d: {}"),
        Part("new", "e: null"),
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


@settings(max_examples=80)
@given(values)
def test_a_value_has_no_difference_to_itself(value: object) -> None:
    assert json_diff(value, value) == []
    assert all("\n" not in leaf.replace("\\n", "") for leaf in leaves(value))
