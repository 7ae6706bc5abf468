from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        (MISSING, " <a><b/></a>\n", (True, 1.0, "the output is XML")),
        (MISSING, "<?xml version='1.0' encoding='utf-16'?><a>é</a>", (True, 1.0, "the output is XML")),
        (MISSING, "<a><b></a>", (False, 0.0, "the output is no XML: mismatched tag, line 1, column 9")),
        (MISSING, "<a/> and", (False, 0.0, "the output is no XML: junk after document element, line 1, column 6")),
        (MISSING, "", (False, 0.0, "the output is no XML: no element found, line 1, column 1")),
        (MISSING, "a\ud800", (False, 0.0, "the output is no XML: half of a surrogate pair")),
        (MISSING, ["<a/>"], (False, 0.0, "the output is a list, no XML")),
        (
            MISSING,
            '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
            (False, 0.0, "the output is no XML: the DOCTYPE on line 1 declares its own entities or elements"),
        ),
        ({"elements": ["a.b", "a"]}, "<a><b/></a>", (True, 1.0, "the output is XML with a.b and a")),
        ({"elements": ["a.b", "a.c"]}, "<a><b/></a>", (False, 0.5, "the output is XML, but it has no a.c")),
        ({"anywhere": True}, "So 3 < 4: <a><b>x</b></a>.", (True, 1.0, "the output holds XML")),
        ({"anywhere": True}, "```xml\n<?xml version='1.0'?>\n<a/>\n```", (True, 1.0, "the output holds XML")),
        ({"anywhere": True, "elements": ["a.c"]}, "<a/> <a><c/></a>", (True, 1.0, "the output holds XML with a.c")),
        ({"anywhere": True, "elements": ["a.c"]}, "<a/>", (False, 0.0, "the output holds XML, but it has no a.c")),
        ({"anywhere": True}, "<b> is bold", (False, 0.0, 'there is no well-formed element in "<b> is bold"')),
        ({"anywhere": True}, "<a>" * 300_000, (None, 0.0, "too many tags to look for XML among them")),
    ],
)
def test_is_xml(judge, parameters, answer, verdict):
    assert judge("is_xml", parameters, answer) == verdict


def test_refused(refusal):
    assert refusal("is_xml", {"elements": ["a..b"]}) == (
        '"a..b" is no path of elements',
        "write names joined by dots",
        ("elements", 0),
    )
