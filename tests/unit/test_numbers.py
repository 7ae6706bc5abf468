from __future__ import annotations

from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.numbers import MOST_NUMBERS, Tolerance, as_number, find_numbers, parse_tolerance, plain, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1320", "1320"),
        ("1,320.00", "1320"),
        (" US$ 1,320.00. ", "1320"),
        ("1.320,00 €", "1320"),
        ("1 320,5", "1320.5"),
        ("1'320.50", "1320.5"),
        ("1\u202f320", "1320"),
        ("1.320.000", "1320000"),
        ("12,34,567.8", "1234567.8"),
        ("1.320", "1.32"),
        ("3,5", "3.5"),
        ("0,123", "0.123"),
        ("1320,500", "1320.5"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("$-5", "-5"),
        ("-$5", "-5"),
        ("+5", "5"),
        ("45%", "45"),
        ("45 %.", "45"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("１，３２０", "1320"),
        ("٣٤", "34"),
        ("1,320원", "1320"),
        ("KRW 1,320", "1320"),
        ("5。", "5"),
    ],
)
def test_a_text_that_is_a_number(text, number):
    assert read_number(text) == Decimal(number)


NO_NUMBER = (
    "",
    "five",
    "5 Mbps",
    "1/2",
    "1,2,3",
    "1.2.3",
    "--5",
    "5-",
    "1,32,0",
    "1e99999",
    "1e",
    "5%%",
    "%5",
    "a5",
    "1 2",
    "5" * 1001,
)


@pytest.mark.parametrize("text", NO_NUMBER)
def test_a_text_that_is_none(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The price is US$ 1,320.00, down 5%.", ["1320", "5"]),
        ("10-20", ["10", "20"]),
        ("(-5) x=-6 \u22127 -$8", ["-5", "-6", "-7", "-8"]),
        ("a -- 5", ["5"]),
        ("A320, B2B, v3 and ID_4", []),
        ("USD1,320Mbps", ["1320"]),
        ("약1320원", ["1320"]),
        ("1,2,3", ["1", "2", "3"]),
        ("2024-05-01 and 192.168.1.1", ["2024", "5", "1", "192", "168", "1", "1"]),
        ("from 1e3 to 2e3x", ["1000", "2"]),
        ("0.5, .25", ["0.5", "0.25"]),
        ("none", []),
    ],
)
def test_numbers_in_a_text(text, numbers):
    assert list(find_numbers(text)) == [Decimal(number) for number in numbers]


def test_json_numbers_are_decimal_and_booleans_are_none():
    assert [as_number(value) for value in (1, 0.1, -2.50, 10**30, "1,000")] == [1, Decimal("0.1"), Decimal("-2.5"), 10**30, 1000]
    assert [as_number(value) for value in (True, None, [1], float("nan"), float("inf"))] == [None] * 5


def test_plain_shows_no_exponent_where_none_is_needed():
    shown = [plain(Decimal(text)) for text in ("1320.00", "1.32E+3", "0.500", "0E+5", "-0.0", "1E+30", "1E-9", "-7")]
    assert shown == ["1320", "1320", "0.5", "0", "0", "1E+30", "1E-9", "-7"]


@pytest.mark.parametrize(
    ("tolerance", "actual", "expected", "allowed"),
    [
        (0, "0.3", "0.3", True),
        (0.1, "0.3", "0.2", True),
        (0.1, "0.31", "0.2", False),
        ("1%", "1306.8", "1320", True),
        ("1%", "1306.79", "1320", False),
        ("1 %", "-99", "-100", True),
        ("10%", "0.1", "0", False),
        (1, "1e30", "1e30", True),
    ],
)
def test_tolerance(tolerance, actual, expected, allowed):
    assert parse_tolerance(tolerance).allows(Decimal(actual), Decimal(expected)) is allowed


def test_tolerance_is_shown_as_written():
    assert [str(parse_tolerance(value)) for value in (0.5, "1%", 2)] == ["0.5", "1%", "2"]


@pytest.mark.parametrize("value", [-1, "-1%", "x", "", True, None, float("nan"), float("inf")])
def test_a_wrong_tolerance_says_what_is_right(value):
    with pytest.raises(ValueError, match="a tolerance is a number from 0 up"):
        parse_tolerance(value)


@settings(max_examples=80)
@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_grouped_writing_reads_back(cents: int, places: int):
    number = Decimal(cents).scaleb(-places)
    assert read_number(f"{number:,f}") == number if places != 3 or abs(number) >= 1 else True
    assert list(find_numbers(f"It is {number:f}, they say")) == [number]


@settings(max_examples=80)
@given(st.text(alphabet="0123456789.,'+-−$%eE aA\u00a0１٣", max_size=30))
def test_any_text_is_read_without_an_error(text: str):
    found = list(find_numbers(text))
    whole = read_number(text)
    assert all(number.is_finite() for number in (*found, whole or Decimal(0)))


@pytest.mark.parametrize("unit", ["1 ", "9", "1,", "1.", "1a", "-", "١ ", "５"])
def test_a_megabyte_takes_under_a_second(unit):
    text = unit * (1_000_000 // len(unit))
    start = process_time()
    assert sum(1 for _ in find_numbers(text)) <= max(MOST_NUMBERS, len(text))
    assert read_number(text) is None
    assert process_time() - start < 1


def test_a_tolerance_of_nothing_is_exact():
    assert Tolerance().allows(Decimal("1.0"), Decimal(1))
    assert not Tolerance().allows(Decimal("1.0000000000000000000000000000000000001"), Decimal(1))
