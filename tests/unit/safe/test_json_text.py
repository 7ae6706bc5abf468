# ruff: noqa: E501  (whole messages and texts, one to a line)
from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.json_text import canonical_json, clean_text, dump_json, read_json, read_record

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=15
)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "line 1, column 1: there is no JSON here, the text is empty (give one JSON value)", 0),
        ("[1", "line 1, column 3: the JSON ends before it is complete (close every string, bracket and brace)", 2),
        ("[1] x", "line 1, column 5: text after the end of the JSON: 'x' (keep one JSON value and nothing after it)", 4),
        ('{\n "a" 1}', "line 2, column 6: expected ':', found '1' (separate items by commas, keys and values by colons)", 7),
        (
            "{a: 1}",
            "line 1, column 2: expected a key in double quotes, found 'a' (write keys as \"key\", with no comma after the last one)",
            1,
        ),
        ('"ab', 'line 1, column 1: a string that begins here is never closed (close it with ")', 0),
        (
            '"a\nb"',
            "line 1, column 3: a raw control character '\\n' in a string (escape it: \\n for a line break, \\t for a tab)",
            2,
        ),
        ('"\\d"', "line 1, column 2: an unknown escape at '\\\\' (write a backslash as \\\\)", 1),
        (
            "[1,]",
            "line 1, column 4: expected a value, found ']' (values are objects, lists, numbers, true, false, null and text in double quotes)",
            3,
        ),
        ("[1, NaN]", "line 1, column 5: NaN is no JSON number (use null for a missing number)", 4),
        ("[-Infinity]", "line 1, column 2: -Infinity is no JSON number (use null for a missing number)", 1),
        ('["1e400", 1e400]', "line 1, column 11: the number 1e400 is out of range (use a number below 1.8e308)", 10),
        (
            "18446744073709551616",
            "line 1, column 1: the whole number 18446744073709551616 does not fit 64 bits (write it as text, in quotes)",
            0,
        ),
        ('{"a": {"a": 1, "b": 2, "a": 3}}', "line 1, column 24: a key is written twice in one object (keep one of the two)", 23),
        ('{"a": 1, "\\u0061": 2}', "line 1, column 10: a key is written twice in one object (keep one of the two)", 9),
        (
            '["a", "\\uD800"]',
            "line 1, column 7: a string holds half of a surrogate pair (write the character itself, or both halves)",
            6,
        ),
        (
            '["\ud800"]',
            "line 1, column 2: a string holds half of a surrogate pair (write the character itself, or both halves)",
            1,
        ),
        ("[" * 101 + "]" * 101, "line 1, column 101: nested over 100 levels deep (nest at most 100 levels)", 100),
        (b'{"a":\n"\xff"}', "byte 7 (line 2) is not UTF-8: 0xff (save the text as UTF-8)", 7),
    ],
)
def test_refusals_name_the_place_the_reason_and_the_mend(text: str | bytes, message: str, offset: int) -> None:
    with pytest.raises(ValueRefusedError) as caught:
        read_json(text)
    assert (str(caught.value), caught.value.offset) == (message, offset)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        ("\ufeff 1 \n", 1),
        (b"\xef\xbb\xbf[]", []),
        ('"\\ud83d\\ude00 [[[["', "😀 [[[["),
        ("[" * 100 + "]" * 100, json.loads("[" * 100 + "]" * 100)),
        (json.dumps(["[" * 500, '\\"{' * 500]), ["[" * 500, '\\"{' * 500]),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ("[-9223372036854775808, 18446744073709551615]", [-(2**63), 2**64 - 1]),
    ],
)
def test_strict_json_is_read(text: str | bytes, value: object) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text", ["[" * 1_000_000, '{"a":' * 300_000, '"\\"' * 300_000, '"' + "\\" * 999_999, "9" * 1_000_000, "-" * 1_000_000]
)
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(ValueRefusedError):
        read_json(text)


@given(st.text(max_size=60) | st.text('[]{}",:\\ue0123456789.-+dD8tfn ', max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_as_the_standard_library_does_or_refused(text: str) -> None:
    try:
        value = read_json(text)
    except ValueRefusedError:
        return
    assert value == json.loads(text.removeprefix("\ufeff"))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_json(data)
    except ValueRefusedError as error:
        assert error.reason


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(value: object) -> None:
    for data in (dump_json(value), canonical_json(value)):
        assert read_json(data) == value == read_record(data)
    assert read_json(json.dumps(value)) == value


@given(st.dictionaries(TEXT, SCALARS, max_size=5))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "\ud800",
            "cannot be written as JSON: str is not valid UTF-8: surrogates not allowed (clean the text of lone surrogates)",
        ),
        ([2**64], "cannot be written as JSON: Integer exceeds 64-bit range (write an integer beyond 64 bits as text)"),
        ({1: 2}, "cannot be written as JSON: Dict key must be str (keys must be text)"),
    ],
)
def test_what_json_cannot_hold_is_refused(value: object, message: str) -> None:
    for write in (dump_json, canonical_json):
        with pytest.raises(ValueRefusedError) as caught:
            write(value)
        assert str(caught.value) == message


def test_nan_becomes_null_in_a_record_and_is_refused_in_a_hash() -> None:
    assert dump_json([math.nan, None]) == b"[null,null]"
    assert canonical_json({"b": None, "a": 1.5}) == b'{"a":1.5,"b":null}'
    with pytest.raises(ValueRefusedError, match="NaN and infinity are no JSON numbers"):
        canonical_json({"a": [(math.inf,)]})


def test_a_record_cut_off_is_refused() -> None:
    with pytest.raises(ValueRefusedError, match=r"not JSON: .*the file was changed or cut off"):
        read_record(b'{"a": 1')


@given(st.text(st.characters()))
def test_clean_text_can_be_written_and_keeps_its_length(text: str) -> None:
    clean = clean_text(text)
    assert len(clean) == len(text)
    assert read_json(dump_json(clean)) == clean
    assert clean == text or "\ufffd" in clean
