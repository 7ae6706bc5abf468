from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING

PAGE = (
    "<!DOCTYPE html><html><head><title>a<b</title><SCRIPT>if (a<b) {}</SCRIPT></head>"
    "<body class='x>y'><!-- <b> --><ul><li>1<li>2</ul><svg><path d=''/></svg><my-tag>x</my-tag></body></html>"
)


@pytest.mark.parametrize(
    ("answer", "passed", "reason"),
    [
        (PAGE, True, "the output is HTML with 11 elements"),
        ("<p>Hi <b>there</b></p>\n", True, "the output is HTML with 2 elements"),
        ("<p>One<p>Two<br>", True, "the output is HTML with 3 elements"),
        ("Hi <b>there</b>", False, 'text stands before it, "Hi <b>there</b>"'),
        ("", False, 'text stands before it, ""'),
        ("<!-- only -->", False, "there is no element in it"),
        ("<div><b>x</div></b>", False, '</div> at "</div></b>", where <b> is open'),
        ("</p>", False, '</p> at "</p>", where nothing is open'),
        ("<foo>x</foo>", False, 'HTML has no element <foo> at "<foo>x</foo>"'),
        ("<p>5 < 6</p>", False, 'a bare < at "< 6</p>"'),
        ("<div/>", False, '<div/> at "<div/>" is no void element, so it stays open'),
        ("<div><br>", False, "<div> is never closed"),
        ("<a href='x>y</a>", False, 'a quoted value that is not closed at "<a href=\'x>y</a>"'),
        ("<script>x>", False, '<script> that is not closed at "<script>x>"'),
    ],
)
def test_is_html(judge, answer, passed, reason):
    reason = reason if passed else f"the output is no HTML: {reason}"
    assert judge("is_html", MISSING, answer) == (passed, float(passed), reason)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("Use <b>this</b>!", (True, 1.0, 'the text has HTML: "<b>this</b>"')),
        ("So:\n```html\n<ul><li>x</ul>\n```", (True, 1.0, 'a fence has HTML: "<ul><li>x</ul>"')),
        ("a std::vector<int> and 3 < 4", (False, 0.0, 'there is no complete HTML element in "a std::vector<int> and 3 < 4"')),
        ("<div><i>x</i>", (True, 1.0, 'the text has HTML: "<i>x</i>"')),
        ("<b>" * 300_000, (None, 0.0, "too many < to look for HTML among them")),
    ],
)
def test_anywhere(judge, answer, verdict):
    assert judge("is_html", {"anywhere": True}, answer) == verdict


def test_what_it_cannot_judge(judge, refusal):
    assert judge("is_html", MISSING, {"a": 1}) == (False, 0.0, "the output is an object, no HTML")
    assert refusal("is_html", {"anywhere": "yes"})[2] == ("anywhere",)
