# ruff: noqa: E501  (whole messages and texts, one to a line)
from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import InputError, Place
from gemini_eval.safe.yaml_reader import YamlMap, place_of, read_yaml


def refusals(text: str) -> list[str]:
    """'line:column reason (hint)' of every fault."""
    with pytest.raises(InputError) as caught:
        read_yaml(text, path="s.yaml")
    assert all(fault.place is not None and fault.place.path == "s.yaml" for fault in caught.value.faults)
    return [
        f"{fault.place.line}:{fault.place.column} {fault.reason} ({fault.hint})" for fault in caught.value.faults if fault.place
    ]


# ---- values ----


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(
            (word, word)
            for word in (
                "no",
                "No",
                "on",
                "yes",
                "off",
                "y",
                "nUll",
                "tRue",
                "1_000",
                "12:30",
                "0b1",
                "2026-01-01",
                "=",
                "<<",
                "1e",
                "+",
                ".",
                "-.",
                "٣",
            )
        ),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        ("0", 0),
        ("-7", -7),
        ("+3", 3),
        ("007", 7),
        ("0o17", 15),
        ("0xfF", 255),
        ("18446744073709551615", 2**64 - 1),
        ("-0", 0),
        ("000000000000000000000000000012", 12),
        ("0x0000000000000000000000001", 1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("-1e3", -1000.0),
        ("1E-400", 0.0),
        ("+.5e+1", 5.0),
        ("'1'", "1"),
        ('"null"', "null"),
        ("'it''s'", "it's"),
        ('"\\x41\\n\\u2028"', "A\n\u2028"),
        ("a#b", "a#b"),
    ],
)
def test_scalars_follow_the_core_schema(written: str, value: object) -> None:
    tree = read_yaml(f"k: {written}\n", path="s.yaml")
    assert tree == {"k": value}
    assert isinstance(tree, YamlMap) and type(tree["k"]) is type(value)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff", "--- ~\n...\n"])
def test_an_empty_file_is_none(text: str) -> None:
    assert read_yaml(text, path="s.yaml") is None


def test_keys_are_text_as_written() -> None:
    assert read_yaml("1: a\n1.0: b\ntrue: c\n~: d\n0x1F: e\n'': f\n? |\n  x\n: g", path="s") == {
        "1": "a",
        "1.0": "b",
        "true": "c",
        "~": "d",
        "0x1F": "e",
        "": "f",
        "x\n": "g",
    }


def test_only_line_feeds_and_returns_end_a_line() -> None:
    tree = read_yaml("a: x\u2028y\x85z\r\nb: |\r\n  1\u2029\r\n  2\r\nc: [1,\r 2]\n", path="s")
    assert tree == {"a": "x\u2028y\x85z", "b": "1\u2029\n2\n", "c": [1, 2]}
    assert place_of(tree, ["c"]) == Place("s", 5, 4, "c: [1,")
    assert place_of(tree, ["c", 1]) == Place("s", 6, 2, " 2]")


# ---- faults ----


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "a: 1\nb: {c: 1, c: 2}\na: 2\n1: x\n'1': y",
            [
                '2:11 the key "c" is written twice, on lines 2 and 2 (keep one of the two, or rename one)',
                '3:1 the key "a" is written twice, on lines 1 and 3 (keep one of the two, or rename one)',
                '5:1 the key "1" is written twice, on lines 4 and 5 (keep one of the two, or rename one)',
            ],
        ),
        (
            "a: !!python/object/apply:os.system [x]",
            ["1:4 the tag !!python/object/apply:os.system is not allowed (take it out, or quote the text)"],
        ),
        (
            "a: !x b\nc: ! {}",
            [
                "1:4 the tag !x is not allowed (take it out, or quote the text)",
                "2:4 the tag ! is not allowed (take it out, or quote the text)",
            ],
        ),
        ("%TAG ! tag:x,2000:\n---\na", ["1:1 tags are not allowed (take the %TAG line out)"]),
        (
            "t: {{ name }} x\nu: {{ b }}",
            [
                '1:4 an unquoted text cannot begin with {{ (put the text in quotes, "{{ … }}", or begin it on the next line after |)'
            ],
        ),
        (
            "t: {{ a }}\nu: {{ b }}",
            [
                '1:4 an unquoted text cannot begin with {{ (put the text in quotes, "{{ … }}", or begin it on the next line after |)',
                '2:4 an unquoted text cannot begin with {{ (put the text in quotes, "{{ … }}", or begin it on the next line after |)',
            ],
        ),
        ("? [a]\n: b", ["1:3 a map or a list as a key (a key is text; quote it where it has brackets or braces)"]),
        ("a: &x 1\n*x : 2", ["2:1 the alias *x as a key (write the key out)"]),
        (": x", ['1:1 a key is missing before the colon (put the text in quotes: "…")']),
        ("? ''\n: x\n? \n: y", ["3:2 a key is missing before the colon (write the key, or quote the text)"]),
        ("{: x}", ['1:2 a key is missing before the colon (put the text in quotes: "…")']),
        ("a: &a [*a]", ["1:8 the alias *a stands inside what it repeats (write the part out, or move the anchor)"]),
        (
            "base: &base 1\nb: *bse\nc: *c",
            [
                '2:4 no anchor &bse above this alias (did you mean "base"?)',
                "3:4 no anchor &c above this alias (or quote the text)",
            ],
        ),
        ("<<: 1", ["1:5 a merge key (<<) takes a map or a list of maps (name anchors of maps: <<: [*a, *b])"]),
        ("<<: {a: 1}\n<<: {b: 1}", ["2:1 a second merge key (<<) in one map (merge a list: <<: [*first, *second])"]),
        (
            "a: .inf\nb: [-.INF, .nan]\nc: 18446744073709551616\nd: 1e999",
            [
                "1:4 .inf is no number that can be compared (quote it to keep it as text)",
                "2:5 -.INF is no number that can be compared (quote it to keep it as text)",
                "2:12 .nan is no number that can be compared (quote it to keep it as text)",
                '3:4 the whole number "18446744073709551616" does not fit 64 bits (quote it to keep it as text)',
                '4:4 the number "1e999" is out of range (quote it to keep it as text)',
            ],
        ),
        ("a: 1\n---\nb: 2", ["2:1 a second document begins here (keep one document in a file)"]),
        (
            "a: x\n  b\x1bc",
            [
                '2:4 a control character U+001B, which YAML does not allow (delete it, or write it as an escape in double quotes: "\\x1b")'
            ],
        ),
        (
            "a: \ud800",
            [
                '1:4 a control character U+D800, which YAML does not allow (delete it, or write it as an escape in double quotes: "\\x1b")'
            ],
        ),
    ],
)
def test_what_is_refused(text: str, faults: list[str]) -> None:
    assert refusals(text) == faults


_QUOTE = 'put the text in quotes: "…"'
_INDENT = "give entries of one map or list the same indentation"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("text: refund: yes", f"1:13 a colon inside an unquoted value ({_QUOTE})"),
        (
            "a: 1\n b: 2",
            f"2:3 a colon where no key can be: the line is indented too far, or goes on with a text ({_INDENT}, or {_QUOTE})",
        ),
        ("a:\n\tb: 1", "2:1 a tab used for indentation (indent with spaces)"),
        ("a: 'x\nb: 1\n", "1:4 a quoted text that begins here is never closed (close it with the quote it began with)"),
        ('a: "\\d+"', "1:5 an unknown escape in a double-quoted text (write \\\\ for a backslash, or use single quotes)"),
        ('a: "x" y', "1:8 text after a closing quote (put the whole text in quotes, the quotes inside it written '' or \\\")"),
        ("a: * b", f"1:5 an unquoted value begins with * or &, which are for aliases and anchors ({_QUOTE})"),
        ("a: @x", f"1:4 an unquoted value cannot begin with @ ({_QUOTE})"),
        ("a: `x`", f"1:4 an unquoted value cannot begin with ` ({_QUOTE})"),
        ("a: 50%\nb: %x", f"2:4 an unquoted value cannot begin with % ({_QUOTE})"),
        (
            "a: [1, 2\nb: 3",
            f"1:4 a list in [ ] that is not closed, or lacks a comma (close it with ], separate items by commas, or {_QUOTE})",
        ),
        (
            "a: {b: 1\nc: 3",
            f"1:4 a map in {{ }} that is not closed, or lacks a comma (close it with }}, separate entries by commas, or {_QUOTE})",
        ),
        ("a: 1\nb\nc: 2", "3:1 neither `key: value` nor the rest of a text above (add the colon, or indent the line)"),
        (
            "a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> other\n",
            "2:1 the marks of a merge that is not done (keep one side of <<<<<<< and >>>>>>>, or both, and take the marks out)",
        ),
        ("- a\nb: 1", f"2:1 a line that does not fit into the list above it ({_INDENT})"),
        ("a:\n  b: 1\n c: 2", f"3:2 a line that does not fit into the map above it ({_INDENT})"),
        ("a: | x\n  b", "1:6 text on the same line as | or > (begin the text on the next line, indented)"),
        ("a: - b", "1:4 a list item (-) where none can be (put the first - on a line of its own)"),
        ("a: !<x", f"1:7 a tag (!) that cannot be read ({_QUOTE})"),
        ("%YAML 3\n---\na", "1:8 a directive (%) that cannot be read (take the line out)"),
        ("%x\n", "1:3 a directive (%) that cannot be read (take the line out)"),
        ("a: [b, , c]", f"1:8 a value is missing here (write it, or {_QUOTE})"),
        ("a: 'x\n---\n'", "2:1 --- or ... inside a quoted text (indent that line)"),
    ],
)
def test_the_parsers_complaints_are_reworded(text: str, fault: str) -> None:
    assert refusals(text) == [fault]


def test_a_fault_carries_its_whole_line() -> None:
    with pytest.raises(InputError) as caught:
        read_yaml("ok: 1\r\n  이름: x: y\r\n", path="dir/s.yaml")
    assert caught.value.faults[0].place == Place("dir/s.yaml", 2, 5, "  이름: x: y")


def test_faults_are_capped() -> None:
    assert len(refusals("".join(f"- !x {n}\n" for n in range(200)))) == 50


# ---- aliases and merge keys ----


def test_aliases_and_merge_keys_are_filled_in() -> None:
    text = """
x-base: &base {model: a, params: {temperature: 0}}
x-more: &more {model: b, seed: 1}
one: {<<: *base, model: c}
two:
  own: 1
  <<: [*base, *more]
three: *base
four: &four hello
five: [*four, *four]
six: {<<: {y: 1}, z: 2}
"""
    tree = read_yaml(text, path="s")
    assert isinstance(tree, YamlMap)
    assert tree["one"] == {"model": "c", "params": {"temperature": 0}}
    assert list(tree["two"].items()) == [("model", "a"), ("params", {"temperature": 0}), ("seed", 1), ("own", 1)]
    assert (tree["three"], tree["five"], tree["six"]) == (tree["x-base"], ["hello", "hello"], {"y": 1, "z": 2})
    assert tree["three"] is not tree["x-base"] and tree["three"]["params"] is not tree["x-base"]["params"]
    assert [str(tree["two"].key_place(key)) for key in tree["two"]] == ["s:2:16", "s:2:26", "s:3:26", "s:6:3"]
    assert str(tree["three"]["params"].value_place("temperature")) == "s:2:48"


def test_what_aliases_expand_to_is_bounded() -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    assert refusals(laughs) == ["6:25 aliases expand to over 100,000 nodes (repeat less, or put the cases into a data file)"]
    merges = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: *a{n - 1}, l{n}: *a{n - 1}}}\n" for n in range(1, 30)
    )
    assert len(refusals(merges)) == 1
    deep = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100))
    assert refusals(deep) == ["50:12 nested over 50 levels deep once *a48 is filled in (nest at most 50 levels)"]


def test_depth_counts_as_documented() -> None:
    assert read_yaml("[" * 50 + "]" * 50, path="s") is not None
    assert refusals("[" * 51 + "]" * 51) == ["1:51 nested over 50 levels deep (nest at most 50 levels)"]


HOSTILE = """
import sys, time
from gemini_eval.errors import InputError
from gemini_eval.safe.yaml_reader import read_yaml
n = 100_000
texts = ["[" * n, "{" * n, "[\\n" * n, "- " * n, "? " * n, "{a: " * n, "[[a]: " * n, "&a [" * n, "- - [" * n, "!x " * n, "* " * n,
    "".join(" " * i + "a:\\n" for i in range(1_000)), "%TAG !a! x\\n" * n, "a\\n...\\n" + "".join(f"%TAG !a{i}! x\\n" for i in range(n)),
    "%YAML 1.2\\n" * n, "a: '" + "x" * n, "a: " + "0" * n + "x", "a: 1e" + "9" * n, "a: " + "9" * n, "<<: " * n, "&a " * n, "x" * (17 * 2**20),
    "a: &a\\n" + "<<: *a\\n" * n, "'" * n, "|" * n, ": " * n, "a: |\\n" + " \\n" * n + "x"]
for text in texts:
    began = time.process_time()
    try:
        read_yaml(text, path="s")
        print("read", text[:10])
    except InputError as error:
        assert error.faults
    assert time.process_time() - began < 4, text[:20]
"""


def test_hostile_texts_neither_kill_nor_hang() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, env=env, timeout=100, check=False)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, ["read a: 0000000", "read " + "'" * 10], "")


def test_a_large_suite_is_read_quickly() -> None:
    case = "  - {id: c%d, vars: {text: 'This is text number %d', n: %d}, expected: refund, tags: [a, b]}\n"
    text = "cases:\n" + "".join(case % (n, n, n) for n in range(5_000))
    began = time.process_time()
    tree = read_yaml(text, path="s")
    assert time.process_time() - began < 3
    assert place_of(tree, ["cases", 4_999, "vars", "n"]) == Place("s", 5_001, 61, (case % (4_999, 4_999, 4_999)).rstrip())


# ---- properties ----

ODD = st.text("ab:-[]{},&*!|>'\"%@`#?~<1. \n\t\\=", max_size=40)


@given(st.text(max_size=40) | ODD)
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        tree = read_yaml(text, path="s")
    except InputError as error:
        assert error.faults
        for fault in error.faults:
            assert fault.place is not None and fault.place.line >= 1 and fault.place.column >= 1 and fault.reason and fault.hint
        return
    assert place_of(tree, []) is None or isinstance(tree, dict | list)


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@given(DATA, st.booleans())
@settings(max_examples=200, deadline=None)
def test_dumped_data_is_read_back(data: object, flow: bool) -> None:
    assert read_yaml(yaml.safe_dump(data, default_flow_style=flow, sort_keys=False), path="s") == data
