from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.safe.terminal import clip, for_terminal, is_wider, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 결제 😀\n\tnext", "plain 결제 😀\n\tnext"),
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("\x9b2J \x7f \x00 \r\x85", "\\x9b2J \\x7f \\x00 \\x0d\\x85"),
        ("a\u202eb\u2066c\u200f\u061c", "a\\u202eb\\u2066c\\u200f\\u061c"),
        ("\u2028\ud800", "\\u2028\\ud800"),
        ("[bold]no markup[/bold]", "[bold]no markup[/bold]"),
    ],
)
def test_what_steers_a_terminal_is_shown(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


@given(st.text(st.characters()))
def test_nothing_unsafe_is_left(text: str) -> None:
    shown = for_terminal(text)
    assert all(unicodedata.category(character) not in {"Cc", "Cs"} for character in shown if character not in "\n\t")
    assert all(
        unicodedata.bidirectional(character) not in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}
        for character in shown
    )
    assert shown.encode().decode() == shown == for_terminal(shown)


def test_width_counts_columns() -> None:
    assert [width(text) for text in ("abc", "결제", "e\u0301", "日a", "")] == [3, 4, 1, 3, 0]


@pytest.mark.parametrize(
    ("text", "columns", "clipped"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("결제하기", 5, "결제…"),
        ("결제", 4, "결제"),
        ("one\ntwo", 9, "one…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_a_line_is_clipped_to_its_columns(text: str, columns: int, clipped: str) -> None:
    assert clip(text, columns) == clipped


@given(st.text("a결e\u0301\n", max_size=12), st.integers(0, 12))
def test_a_clipped_line_fits(text: str, columns: int) -> None:
    assert width(clip(text, columns)) <= columns


@given(st.text("a결e\u0301\n", max_size=12), st.integers(-1, 12))
def test_wider_is_by_width_and_a_line_that_is_not_stays(text: str, columns: int) -> None:
    assert is_wider(text, columns) is (width(text) > columns)
    if "\n" not in text and not is_wider(text, columns):
        assert clip(text, columns) == text
