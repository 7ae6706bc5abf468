from __future__ import annotations

import pickle
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.paths import MISSING, lookup, parse_path, write_path

DOCUMENT = {"calls": [{"args": {"city": "Seoul"}}], "0": "name", "none": None, "flag": False}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("speed", ("speed",)),
        ("$.calls.0.args.city", ("calls", 0, "args", "city")),
        ("calls[0].args", ("calls", 0, "args")),
        ("$[0][1]", (0, 1)),
        ("$", ()),
        (" a.b ", ("a", "b")),
        ("007.-1.1e3", ("007", "-1", "1e3")),
        ("키.값", ("키", "값")),
    ],
)
def test_parse(text, path):
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "$.", "a..b", ".a", "a.", "a[", "a[x]", "a[-1]", "a[0]b", "[", "a[01]"])
def test_a_wrong_path_says_why(text):
    with pytest.raises(ValueError, match="path"):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("calls.0.args.city", "Seoul"),
        ("calls.1", MISSING),
        ("calls.args", MISSING),
        ("calls.0.args.city.0", MISSING),
        ("0", "name"),
        ("none", None),
        ("none.x", MISSING),
        ("flag", False),
        ("$", DOCUMENT),
    ],
)
def test_lookup(path, found):
    assert lookup(DOCUMENT, parse_path(path)) == found


def test_missing_is_one_value_everywhere():
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING
    assert deepcopy(MISSING) is MISSING
    assert repr(MISSING) == "MISSING"


@given(st.text(max_size=20))
def test_parsing_gives_a_path_or_a_reason_and_never_anything_else(text: str):
    try:
        path = parse_path(text)
    except ValueError as error:
        assert "path" in str(error)
    else:
        assert parse_path(write_path(path)) == path
