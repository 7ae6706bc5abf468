from __future__ import annotations

import datetime
import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.safe.yaml_writer import write_yaml

MISREAD = [
    *("", "~", "null", "NULL", "yes", "No", "ON", "off", "y", "N", "true", "False", "<<", "="),
    *("1", "-1", "+1", "0o17", "017", "0x1F", "1_000", "1e5", "1.5", ".5", "5.", ".inf", "-.INF", ".nan"),
    *(
        "12:30",
        "190:20:30",
        "2024-01-02",
        "- a",
        "? a",
        "-",
        "---",
        "...",
        "a: b",
        "a #b",
        "#",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
    ),
    *(
        "|",
        ">",
        "{a}",
        "[a]",
        "'",
        '"',
        " a",
        "a ",
        "a:",
        "\ta",
        "a\nb",
        "a\nb\n",
        "a\n\n",
        "\n",
        "\n\na",
        " \n",
        "  a\nb",
        "a \nb",
    ),
    *("a\r\nb", "\r", "a\x85b", "a\u2028b\nc", "\ufeffa", "\x1b[0m", "\U0010ffff"),
]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(MISREAD)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | text
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=12
)


def same(one, other):
    """Equal, and of equal kinds all the way down: 1 is not True, nor 1.0."""
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@given(values)
@settings(max_examples=300, deadline=None)
def test_the_reader_gives_back_what_was_written(value):
    assert same(value, read_yaml(write_yaml(value), path="x"))


@pytest.mark.parametrize("value", MISREAD)
def test_a_reader_of_yaml_1_1_sees_the_same_text(value):
    assert yaml.safe_load(write_yaml({"key": value, "list": [value]})) == {"key": value, "list": [value]}


def test_the_whole_form():
    value = {
        "version": 1,
        "labels": ["no", "긍정"],
        "prompts": {"text": "Hello {{ name }}\n  and more\n"},
        "cases": [{"vars": {"text": "it's", "n": None, "x": 1e16}, "tags": []}, {}],
        "nested": [[1, 2], [True]],
    }
    assert write_yaml(value) == (
        "version: 1\n"
        "labels:\n"
        "  - 'no'\n"
        "  - 긍정\n"
        "prompts:\n"
        "  text: |\n"
        "    Hello {{ name }}\n"
        "      and more\n"
        "cases:\n"
        "  - vars:\n"
        "      text: it's\n"
        "      'n': null\n"
        "      x: 1.0e+16\n"
        "    tags: []\n"
        "  - {}\n"
        "nested:\n"
        "  - - 1\n"
        "    - 2\n"
        "  - - true\n"
    )


def test_equal_parts_are_written_out():
    part = {"a": [1]}
    assert write_yaml([part, part]) == "- a:\n    - 1\n- a:\n    - 1\n"


@pytest.mark.parametrize("value", [{1, 2}, b"x", datetime.date(2024, 1, 2), object(), math.inf, math.nan, (1, 2)])
def test_what_json_lacks_is_refused(value):
    with pytest.raises(TypeError, match="YAML has no form for"):
        write_yaml({"key": value})
