from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING

EXPECTED = {"name": "Ada", "size": {"width": 14, "height": 3}, "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("parameters", "output", "verdict"),
    [
        (
            MISSING,
            '{"tags": ["a", "b"], "size": {"height": 3.0, "width": 14}, "name": " Ada"}',
            (True, 1.0, "all 5 fields are right"),
        ),
        (
            MISSING,
            '{"name": "Ada", "size": {"width": 12, "height": 3}, "tags": ["a", "b"]}',
            (False, 0.8, "4 of 5 fields are right: size.width is 12, expected 14"),
        ),
        (
            MISSING,
            '{"name": "Ada", "size": {"width": "14"}, "tags": ["b", "a"], "extra": {"x": 1}}',
            (
                False,
                0.167,
                '1 of 6 fields are right: size.width is "14", expected 14; size.height is missing, expected 3;'
                ' tags.0 is "b", expected "a"; 2 more',
            ),
        ),
        (
            {"ignore_order": True},
            '{"name": "Ada", "size": {"width": 14, "height": 3}, "tags": ["b", "a", "c"]}',
            (False, 0.833, '5 of 6 fields are right: tags.2 is unexpected: "c"'),
        ),
        (
            {"tolerance": "20%", "ignore_order": True},
            '{"name": "Ada", "size": {"width": 12, "height": 3}, "tags": ["b", "a"]}',
            (True, 1.0, "all 5 fields are right"),
        ),
    ],
)
def test_json_match(judge, parameters, output, verdict):
    assert judge("json_match", parameters, output, expected=EXPECTED) == verdict


def test_a_document_of_another_kind(judge):
    assert judge("json_match", MISSING, '["Ada"]', expected={"name": "Ada"}) == (
        False,
        0.0,
        '0 of 2 fields are right: the document is ["Ada"], expected {"name": "Ada"}',
    )


@pytest.mark.parametrize(
    ("expected", "output", "score"),
    [
        ({"a": 1}, '{"a": true}', 0.0),
        ({"a": None}, "{}", 0.0),
        ({"a": []}, '{"a": {}}', 0.0),
        ({}, "{}", 1.0),
        ([], "[]", 1.0),
        ({}, '{"a": 1}', 0.0),
        ({"a": 1}, '{"a": {"b": 1}}', 0.0),
        ([1, 2, 3], "[1, 2]", 0.667),
        ("text", '"text"', 1.0),
        ('{"a": 1}', '{"a": 1}', 1.0),
        ("{oops", '"{oops"', 1.0),
    ],
)
def test_score_is_the_share_of_right_leaves(judge, expected, output, score):
    assert judge("json_match", MISSING, output, expected=expected)[:2] == (score == 1.0, score)


def test_out_of_order_items_are_paired_by_likeness(judge):
    output = '[{"a": 1, "b": 2}, {"a": 3, "b": 4}]'
    expected = [{"a": 3, "b": 5}, {"a": 1, "b": 2}]
    assert judge("json_match", {"ignore_order": True}, output, expected=expected) == (
        False,
        0.75,
        "3 of 4 fields are right: 1.b is 4, expected 5",
    )
    assert judge("json_match", {"ignore_order": True}, '[[2, 1], ["x"]]', expected=[["x"], [1, 2]])[0] is True


def test_the_best_alternative_counts(judge):
    assert judge("json_match", MISSING, '{"a": 1}', any_of=[{"a": 2}, {"a": 1}])[0] is True


def test_a_document_as_the_bare_value(judge):
    assert judge("json_match", {"a": 1}, '{"a": 1}')[0] is True
    assert judge("json_match", {"value": {"a": 1}, "ignore_order": True}, '{"a": 1}')[0] is True


def test_what_it_cannot_compare(judge):
    assert judge("json_match", MISSING, "no", expected={})[2].startswith("the output is no JSON: ")
    assert judge("json_match", MISSING, "{}")[0] is None


def test_refused(refusal):
    assert refusal("json_match", {"ignore_order": True, "tolerence": 1}) == (
        'json_match has no parameter "tolerence"',
        'did you mean "tolerance"?',
        ("tolerence",),
    )
    assert refusal("json_match", {"ignore_order": "yes"}) == (
        'json_match: `ignore_order` is "yes"; it must be true or false',
        "",
        ("ignore_order",),
    )
