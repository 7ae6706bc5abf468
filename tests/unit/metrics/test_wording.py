from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.metrics.wording import clip, either, first_difference, kind_of, show, show_both

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids),
)


def test_values_are_shown_as_json_in_one_line():
    values = ["a\nb", 5, 1.0, True, None, [1, "x"], {"a": [{}]}, {"a": {"b": {"c": {"d": 1}}}}]
    assert [show(value) for value in values] == [
        '"a⏎b"',
        "5",
        "1.0",
        "true",
        "null",
        '[1, "x"]',
        '{"a": [{}]}',
        '{"a": {"b": {"c": {…}}}}',
    ]


def test_clip_keeps_the_place_that_matters():
    text = "0123456789" * 20
    assert clip(text, 10) == "0123456789…"
    assert clip(text, 10, 100) == "…5678901234…"
    assert clip(text, 10, 199) == "…0123456789"
    assert clip("short", 10) == "short"


def test_both_texts_are_clipped_at_their_first_difference():
    assert show_both("a" * 100 + "x", "a" * 100 + "y", 6) == ('"…aaaaax"', '"…aaaaay"')
    assert show_both("abc", "ab") == ('"abc"', '"ab"')


def test_either():
    lists = [[], ["a"], ["a", "b"], ["a", "b", "c"], list("abcdefg"), list("abcdefghij")]
    assert [either(items) for items in lists] == [
        "",
        "a",
        "a or b",
        "a, b or c",
        "a, b, c, d, e, f or g",
        "a, b, c, d, e or 5 more",
    ]


def test_kinds():
    assert [kind_of(value) for value in (None, True, 1, 1.5, "a", [], {})] == [
        "null",
        "a boolean",
        "a number",
        "a number",
        "text",
        "a list",
        "an object",
    ]


@given(st.text(max_size=50), st.text(max_size=50))
def test_first_difference_is_where_a_plain_loop_finds_it(one: str, other: str):
    plain = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    assert first_difference(one, other) == plain


@settings(max_examples=40)
@given(JSON)
def test_any_value_is_shown_in_a_short_line(value: object):
    assert len(show(value)) <= 63 and "\n" not in show(value)
