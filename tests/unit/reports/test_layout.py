"""Columns, wrapping, colours, signs and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.reports import shown
from gemini_eval.reports.signs import encode, signs_for
from gemini_eval.reports.spans import Span, columns, fit, paint, plain, wrap
from gemini_eval.reports.table import fitting, table
from gemini_eval.safe.terminal import width
from gemini_eval.types import Figure, Interval

HEADER = ("name", "rate", "cost")
ROWS = (("few", "91.0 %", "$0.10"), ("포도주", "8.5 %", "$1.00"))


def lines_of(lines: list[list[Span]]) -> list[str]:
    return [paint(line, False) for line in lines]


def test_table_aligns_wide_characters() -> None:
    assert lines_of(table(HEADER, ROWS)) == [
        "  name      rate   cost",
        "  few     91.0 %  $0.10",
        "  포도주   8.5 %  $1.00",
    ]


def test_table_that_does_not_fit_is_turned() -> None:
    assert lines_of(fitting(HEADER, ROWS, 22)) == [
        "  name     few  포도주",
        "  rate  91.0 %   8.5 %",
        "  cost   $0.10   $1.00",
    ]
    assert lines_of(fitting(HEADER, ROWS, 16)) == [
        "  name     few",
        "  rate  91.0 %",
        "  cost   $0.10",
        "",
        "  name  포도주",
        "  rate   8.5 %",
        "  cost   $1.00",
    ]
    assert lines_of(fitting(HEADER, ROWS[:1], 12)) == ["  name     …", "  rate  91.…", "  cost   $0…"]


def test_paint() -> None:
    line = [Span("ok", "good"), Span(" \x1b[2J", "bad"), Span("  ")]
    assert paint(line, False) == "ok \\x1b[2J"
    assert paint(line, True) == "\x1b[32mok\x1b[0m\x1b[31m \\x1b[2J\x1b[0m"


@settings(max_examples=100)
@given(st.text(st.sampled_from("ab가나 \u0301"), max_size=60), st.integers(10, 30))
def test_no_line_is_wider_than_it_may_be(text: str, most: int) -> None:
    parts = wrap(text, most, "  ")
    assert all(width(part) <= most for part in parts)
    assert "".join("".join(part.split()) for part in parts) == "".join(text.split())
    assert columns(fit([Span(text), Span(text)], most)) <= most


def test_plain_is_one_line() -> None:
    assert plain("a\nb\tc\x1b\u202e") == "a ⏎ b  c\\x1b\\u202e"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "✓ 91 – 가 é".encode()),
        ("ascii", b"+ 91 - \\uac00 \\xe9"),
        ("cp949", b"+ 91 - \xb0\xa1 \\xe9"),
        ("no-such", b"+ 91 - \\uac00 \\xe9"),
    ],
)
def test_encode(encoding: str, expected: bytes) -> None:
    assert encode(f"{signs_for(encoding).holds} 91 – 가 é", encoding) == expected


def test_numbers() -> None:
    assert [shown.percent(value) for value in (0.0, 0.915, 1.0, None)] == ["0.0 %", "91.5 %", "100.0 %", "–"]
    assert [shown.money(micros) for micros in (0, 1, 50, 1_500, 45_600, 100_000, 1_234_560_000)] == [
        "$0.00",
        "$0.000001",
        "$0.00005",
        "$0.0015",
        "$0.0456",
        "$0.10",
        "$1,234.56",
    ]
    assert [shown.cost(*args) for args in ((0, 0, 0), (5, 2, 2), (100_000, 1, 2), (0, 0, 2))] == ["–", "–", "$0.10+", "$0.00"]
    assert [shown.duration(ms) for ms in (None, 0.4, 999.4, 999.6, 12_345, 99_960)] == [
        "–",
        "0 ms",
        "999 ms",
        "1.0 s",
        "12.3 s",
        "1.7 min",
    ]
    assert [shown.tokens(value) for value in (None, 3.0, 38.54, 1234.5)] == ["–", "3", "38.5", "1,234"]
    assert shown.with_interval(Figure("x", 0.5, Interval(0.25, 0.75))) == "50.0 % (25.0–75.0)"
    assert [shown.with_interval(figure) for figure in (None, Figure("x", None), Figure("x", 0.5))] == ["–", "–", "50.0 %"]
