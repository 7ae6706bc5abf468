from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.regex import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("(?=a)", "RE2 has no look-ahead: match the whole and take the part you need in a group"),
        ("(?!a)", "RE2 has no negative look-ahead: use `not:` with a second assertion"),
        ("(?<=a)b", "RE2 has no look-behind: match the text before too, and take the rest in a group"),
        ("(?<!a)b", "RE2 has no negative look-behind: use `not:` with a second assertion"),
        ("(a)\\1", "RE2 has no back-references: write the repeated text out"),
        ("(?P<x>a)(?P=x)", "RE2 has no back-references: write the repeated text out"),
        ("(?P<x>a)\\k<x>", "RE2 has no back-references: write the repeated text out"),
        ("a++", "RE2 has no possessive repeats: write +; RE2 never backtracks, so none is needed"),
        ("(?>a)", "RE2 has no atomic groups: write (?:…); RE2 never backtracks, so none is needed"),
        ("a\\Z", "RE2 has no \\Z: write \\z for the end of the text"),
        ("(a", "every ( and [ needs its end; write \\( or \\[ for the character itself"),
        ("[a", "every ( and [ needs its end; write \\( or \\[ for the character itself"),
        ("*a", "write \\* \\+ \\? for the character itself"),
        ("a\\", "write \\\\ for a backslash"),
        ("a{1001}", "repeat at most 1,000 times, repeats inside repeats multiplied"),
        ("((a{100}){100}){100}", "repeat at most 1,000 times, repeats inside repeats multiplied"),
        ("(\\pL{0,1000})*(\\pL{0,1000})", "repeat less: repeats are written out"),
        ("((\\pL|a){0,100})*", "repeat less"),
        ("a" * 10_001, "use at most 10,000"),
        ("\ud800", "write the character itself"),
        ("\\pX", "the syntax is RE2's: https://github.com/google/re2/wiki/Syntax"),
    ],
)
def test_what_re2_lacks_is_named_with_an_alternative(pattern: str, hint: str) -> None:
    with pytest.raises(ValueRefusedError) as caught:
        compile_pattern(pattern)
    assert caught.value.hint == hint


def test_a_refusal_shows_the_pattern() -> None:
    with pytest.raises(ValueRefusedError, match=re.escape("the pattern '(?=a)' cannot be used: invalid perl operator: (?=")):
        compile_pattern("(?=a)")


def test_positions_count_characters() -> None:
    pattern = compile_pattern("(?P<number>[0-9]+)|(결제)")
    text = "가😀 결제 12"
    found = pattern.find_all(text)
    assert [(match.group(), match.start, match.end, match.groups) for match in found] == [
        ("결제", 3, 5, (None, "결제")),
        ("12", 6, 8, ("12", None)),
    ]
    assert [(match.group("number"), match.group(2), match.answer) for match in found] == [
        (None, "결제", "결제"),
        ("12", None, "12"),
    ]
    later = pattern.search(text, 4)
    assert later is not None and later.group() == "12"
    assert pattern.search(text, 100) is None
    with pytest.raises(IndexError):
        later.group("answer")


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("(x)?(?P<answer>b)(c)", "abc", "b"),
        ("(?P<answer>x)?(b)", "abc", "b"),
        ("(x)?(b)", "abc", "b"),
        ("b.", "abc", "bc"),
        ("(x)?b", "abc", "b"),
        ("(x*)b", "abc", ""),
    ],
)
def test_the_answer_is_the_named_group_else_the_first_that_took_part(pattern: str, text: str, answer: str) -> None:
    found = compile_pattern(pattern).search(text)
    assert found is not None and found.answer == answer


def test_a_whole_match_and_half_a_pair() -> None:
    pattern = compile_pattern("[가-힣]+")
    assert pattern.fullmatch("결제 ") is None
    assert compile_pattern("a.b").fullmatch("a\ud800b") is not None
    whole = pattern.fullmatch("결제")
    assert whole is not None and whole.group() == "결제"
    assert pattern == compile_pattern("[가-힣]+") and pattern.text == "[가-힣]+"


PATTERNS = ["a", "a*", "(a|b)+", "^a", "b$", "[^a]", "(가)|(b*)", "(?i)A", "\\bab", "a.b", "", "(?:a|(b))(c)?"]


@given(st.sampled_from(PATTERNS), st.text("ab가C😀 ", max_size=12))
@settings(max_examples=300, deadline=None)
def test_matches_are_those_of_the_standard_library(pattern: str, text: str) -> None:
    ours = compile_pattern(pattern)
    reference = re.compile(pattern, re.ASCII)
    found, expected = ours.search(text), reference.search(text)
    assert (found and (found.start, found.end, found.groups)) == (expected and (*expected.span(), expected.groups()))
    whole, expected = ours.fullmatch(text), reference.fullmatch(text)
    assert (whole and whole.groups) == (expected and expected.groups())
    if not reference.match(""):
        assert [match.group() for match in ours.find_all(text)] == [match.group() for match in reference.finditer(text)]


@given(st.text(max_size=30) | st.text("()[]{}*+?|\\^$.,1a-Z<>P=!:", max_size=25))
@settings(max_examples=300, deadline=None)
def test_any_pattern_compiles_or_is_refused(pattern: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except ValueRefusedError as error:
        assert error.reason and error.hint
        return
    for match in compiled.find_all("ab1 결제\n"):
        assert isinstance(match.answer, str)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}", "(a*)*b", "^(a|a?)+$", "(?:a?){500}a{500}"])
def test_patterns_that_hang_others_end_at_once(pattern: str) -> None:
    began = time.process_time()
    compile_pattern(pattern).search("a" * 5_000 + "!")
    assert time.process_time() - began < 2


def test_long_texts_are_searched_and_too_much_work_is_refused() -> None:
    text = "결제 12 " * 150_000
    found = compile_pattern("([0-9]+) $").search(text)
    assert found is not None and (found.start, found.answer) == (len(text) - 3, "12")
    assert len(compile_pattern("결제").find_all(text[:60_000])) == 10_000
    with pytest.raises(ValueRefusedError, match="a text of 900,000 characters is too long for the pattern"):
        compile_pattern("(.{0,1000})x").search(text)
