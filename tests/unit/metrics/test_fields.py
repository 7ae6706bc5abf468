"""`fields`: comparators, pairing, counting, and what the verdict says."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.labels import Labels
from gemini_eval.metrics.build import build_metric
from gemini_eval.metrics.extraction.build import Builder
from gemini_eval.metrics.extraction.dates import read_date
from gemini_eval.metrics.extraction.infer import infer_fields
from gemini_eval.metrics.extraction.units import UNITS, in_unit
from gemini_eval.numbers import plain
from gemini_eval.paths import MISSING
from gemini_eval.safe.json_text import dump_json
from gemini_eval.types import Expected, Response, Subject

LABELS = Labels({"red": ("crimson",), "white": ()})
PRODUCT = {
    "product": "text",
    "speed": {"number": {"unit": "Mbps", "tolerance": "1%"}},
    "frequencies": {"set": {"item": {"number": {"unit": "GHz"}}}},
    "protocol": {"text": {"fold": ["case"]}, "optional": True},
    "released": "date",
    "wireless": "bool",
    "dimensions": {"object": {"width": "number", "height": "number"}},
    "offers": {"list": {"item": {"object": {"sku": "text", "price": "number"}}, "order": "any", "match_by": "sku"}},
}


def built(form, *, ignore=False):
    builder = Builder(LABELS, ignore_others=ignore)
    fields = builder.fields(form)
    assert not builder.faults
    return fields


def judged(form, expected, output, *, within="output", ignore=False, any_of=()):
    metric = build_metric("fields", {"within": within})
    subject = Subject(output, output, Response(output), Expected(expected, any_of), fields=built(form, ignore=ignore))
    return metric.judge(subject)


def counted(form, expected, found, **more):
    """(right, wrong, missing, hallucinated) of one field `f`."""
    report = judged({"f": form}, expected, dump_json(found).decode(), **more).fields
    return tuple(map(sum, zip(*report.counts.values(), strict=True))) if report.counts else (0, 0, 0, 0)


RIGHT, WRONG, MISSED, MADE_UP = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)


def test_the_verdict_names_what_is_wrong_missing_and_hallucinated():
    expected = {"product": "A", "speed": 3000, "dimensions": {"width": 1, "height": 2}, "offers": [{"sku": "b", "price": 3}]}
    output = (
        '{"product": "A", "speed": "0.1 Gbit/s", "dimensions": {"width": 1}, "colour": "red",'
        ' "offers": [{"sku": "x", "price": 2}, {"sku": "b", "price": 3}]}'
    )
    verdict = judged(PRODUCT, expected, output)
    assert (verdict.passed, round(verdict.score, 3)) == (False, 0.444)
    assert verdict.reason == (
        '4 of 9 fields are right: speed is "0.1 Gbit/s", expected 3000 (100 Mbps, not within 1%); missing: dimensions.height; '
        "hallucinated: offers.0.sku, offers.0.price and colour"
    )
    assert verdict.fields.counts == {
        "product": RIGHT,
        "speed": WRONG,
        "dimensions.width": RIGHT,
        "dimensions.height": MISSED,
        "offers.sku": (1, 0, 0, 1),
        "offers.price": (1, 0, 0, 1),
        "": MADE_UP,
    }


def test_a_right_answer_and_one_without_json():
    assert judged(PRODUCT, {"product": "A"}, '{"product": " A", "protocol": null}').reason == "the field is right"
    nothing = judged(PRODUCT, {"product": "A", "speed": 1}, "none")
    assert (nothing.passed, nothing.score) == (False, 0.0)
    assert nothing.reason == "the output is no JSON: line 1, column 1: expected a value, found 'n'"
    assert nothing.fields.counts == {"product": MISSED, "speed": MISSED}
    assert judged(PRODUCT, {"product": "A"}, "[1]").reason == "the output is a list, where an object is expected"


@pytest.mark.parametrize(
    ("form", "expected", "found", "counts"),
    [
        ("text", {"f": "a"}, {"f": " a"}, RIGHT),
        ("text", {"f": "a"}, {"f": "A"}, WRONG),
        ("text", {"f": "5"}, {"f": 5}, WRONG),
        ({"text": {"fold": ["case", "end_punctuation"]}}, {"f": "a"}, {"f": "A."}, RIGHT),
        ({"text": {"similarity": 0.7}}, {"f": "abcd"}, {"f": "abcx"}, RIGHT),
        ({"text": {"similarity": 0.8}}, {"f": "abcd"}, {"f": "abcx"}, WRONG),
        ("number", {"f": 5}, {"f": 5.0}, RIGHT),
        ("number", {"f": 1}, {"f": True}, WRONG),
        ("number", {"f": 5}, {"f": "5"}, WRONG),
        ({"number": {"tolerance": "10%"}}, {"f": 100}, {"f": 110}, RIGHT),
        ({"number": {"tolerance": "10%"}}, {"f": 100}, {"f": 110.1}, WRONG),
        ({"number": {"unit": "mm"}}, {"f": 61}, {"f": "6.1 cm"}, RIGHT),
        ({"number": {"unit": "mm"}}, {"f": "61 mm"}, {"f": 61}, RIGHT),
        ({"number": {"unit": "mm"}}, {"f": 61}, {"f": "61"}, WRONG),
        ({"number": {"unit": "mm"}}, {"f": 61}, {"f": "61 kg"}, WRONG),
        ("bool", {"f": True}, {"f": True}, RIGHT),
        ("bool", {"f": True}, {"f": 1}, WRONG),
        ("bool", {"f": False}, {"f": None}, WRONG),
        ("date", {"f": "2024-03-05"}, {"f": "March 5, 2024"}, RIGHT),
        ("date", {"f": "2024-03-05"}, {"f": "05/03/2024"}, WRONG),
        ("label", {"f": "red"}, {"f": "Crimson"}, RIGHT),
        ("label", {"f": "red"}, {"f": "white"}, WRONG),
        ({"label": ["a", "b"]}, {"f": "a"}, {"f": "c"}, WRONG),
        ({"one_of": ["5G", 4]}, {"f": 4}, {"f": 4.0}, RIGHT),
        ({"one_of": ["5G", 4]}, {"f": 4}, {"f": "4"}, WRONG),
        ("text", {"f": "a"}, {}, MISSED),
        ("text", {}, {"f": "a"}, MADE_UP),
        ("text", {"f": None}, {"f": None}, RIGHT),
        ("text", {"f": None}, {}, MISSED),
        ("text", {}, {"f": None}, MADE_UP),
        ({"text": None, "optional": True}, {"f": None}, {}, (0, 0, 0, 0)),
        ({"text": None, "optional": True}, {}, {"f": None}, (0, 0, 0, 0)),
        ({"text": None, "optional": True}, {"f": "a"}, {"f": None}, MISSED),
        ({"object": {"a": "text", "b": "text"}}, {"f": {"a": "x", "b": "y"}}, {}, (0, 0, 2, 0)),
        ({"object": {"a": "text", "b": "text"}}, {}, {"f": {"a": "x", "c": "y"}}, (0, 0, 0, 2)),
        ({"object": {"a": "text"}}, {"f": {"a": "x"}}, {"f": "x"}, (0, 0, 1, 1)),
        ({"object": {"a": "text"}}, {"f": {"a": "x"}}, {"f": None}, MISSED),
        ({"list": {"item": "text"}}, {"f": ["a", "b"]}, {"f": ["b", "a"]}, (0, 2, 0, 0)),
        ({"list": {"item": "text"}}, {"f": ["a", "b"]}, {"f": ["a"]}, (1, 0, 1, 0)),
        ({"list": {"item": "text", "order": "any"}}, {"f": ["a", "b"]}, {"f": ["b", "c", "a"]}, (2, 0, 0, 1)),
        ({"multiset": {"item": "text"}}, {"f": ["a", "a", "b"]}, {"f": ["b", "a", "b"]}, (2, 0, 1, 1)),
        ({"set": {"item": "text"}}, {"f": ["a", "a", "b"]}, {"f": ["b", "a", "b"]}, (2, 0, 0, 0)),
        ({"set": {"item": {"text": {"fold": ["case"]}}}}, {"f": ["a", "b", "b"]}, {"f": ["c", "A", "a", "c"]}, (1, 0, 1, 1)),
        ({"set": {"item": "text"}}, {"f": ["a", "a"]}, {}, (0, 0, 1, 0)),
        ({"set": {"item": "text"}}, {}, {"f": ["a", "a"]}, (0, 0, 0, 1)),
        ({"set": {"item": {"text": {"fold": ["case"]}}}}, {"f": ["a", "b"]}, {"f": ["B", "A"]}, (2, 0, 0, 0)),
        ({"set": {"item": {"number": {"tolerance": 0.1}}}}, {"f": [1.0, 1.1]}, {"f": [1.1, 1.2]}, (2, 0, 0, 0)),
        ({"set": {"item": "text"}}, {"f": []}, {"f": []}, RIGHT),
        ({"set": {"item": "text"}}, {"f": []}, {}, MISSED),
        ({"set": {"item": "text"}}, {"f": ["a", "b"]}, {"f": "a"}, (0, 0, 2, 1)),
        (
            {"set": {"item": {"object": {"a": "number", "b": "number"}}}},
            {"f": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]},
            {"f": [{"a": 3, "b": 5}, {"a": 1, "b": 2}]},
            (3, 1, 0, 0),
        ),
    ],
)
def test_one_field(form, expected, found, counts):
    assert counted(form, expected, found) == counts


def test_other_fields_are_ignored_where_the_suite_says_so():
    assert counted("text", {"f": "a"}, {"f": "a", "g": 1}) == (1, 0, 0, 1)
    assert counted("text", {"f": "a"}, {"f": "a", "g": 1}, ignore=True) == RIGHT


def test_of_alternatives_the_best_counts():
    verdict = judged({"f": "text"}, {"f": "a"}, '{"f": "b"}', any_of=({"f": "a"}, {"f": "b"}))
    assert verdict.passed


@pytest.mark.parametrize(
    ("within", "output", "reason"),
    [
        ("output", '```json\n{"f": "a"}\n```', None),
        ("fence", 'Here:\n```json\n{"f": "a"}\n```\nThat is all.', "the field is right (in a ``` fence)"),
        ("fence", '{"f": "a"}', "the field is right"),
        ("fence", 'It is {"f": "a"}.', None),
        ("prose", 'I think {x} it is {"f": "a"} {"', "the field is right (in the output's text)"),
    ],
)
def test_json_inside_text_counts_only_where_the_suite_says_so(within, output, reason):
    verdict = judged({"f": "text"}, {"f": "a"}, output, within=within)
    assert verdict.reason == reason if reason else verdict.reason.startswith("the output is no JSON")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-05", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("5 March 2024", "2024-03-05"),
        ("Mar. 5th, 2024", "2024-03-05"),
        ("2024년 3월 5일", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        ("25/12/2024", "2024-12-25"),
        ("03.03.2024", "2024-03-03"),
        ("03/04/2024", None),
        ("2024-02-30", None),
        ("2024-3/5", None),
        ("March 2024", None),
        ("5/3/24", None),
        ("5 Foo 2024", None),
        ("2024-03-05T10:00:00Z", None),
        ("", None),
    ],
)
def test_a_date_has_one_reading(text, day):
    found = read_date(text)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("3 Gbit/s", "Mbps", "3000"),
        ("3000Mbps", "Mbps", "3000"),
        ("1,5 GHz", "MHz", "1500"),
        ('27"', "cm", "68.58"),
        ("120 m2", "m²", "120"),
        ("1 GB", "MB", "1000"),
        ("1 GiB", "MiB", "1024"),
        ("5 ghz", "GHz", "5"),
        ("5 mb", "MB", None),
        ("up to 5 GHz", "GHz", None),
        ("5", "GHz", None),
        ("5 parsec", "m", None),
    ],
)
def test_numbers_with_units(text, unit, value):
    found = in_unit(text, unit)
    assert (plain(found) if found is not None else None) == value


def test_every_unit_is_its_own():
    assert all(plain(in_unit(f"7 {unit}", unit)) == "7" for unit in UNITS)


@pytest.mark.parametrize(
    ("form", "path", "reason"),
    [
        ({"f": "txt"}, ("f", "txt"), 'there is no comparator "txt"'),
        ({"f": 5}, ("f",), "a field is a comparator's name or a map with one, not 5"),
        ({"f": {"text": None, "number": None}}, ("f",), "a field has exactly one comparator, this has text and number"),
        ({"f": {"optional": True}}, ("f",), "a field has exactly one comparator, this has none"),
        ({"f": {"text": None, "optional": "yes"}}, ("f", "optional"), '`optional` is "yes"; it must be true or false'),
        ({"f": {"number": {"unit": "Mbsp"}}}, ("f", "number", "unit"), 'unknown unit "Mbsp"'),
        ({"f": {"text": {"similarity": 2}}}, ("f", "text", "similarity"), "`similarity` is 2; it is above 0 and at most 1"),
        ({"f": {"text": {"fold": ["cse"]}}}, ("f", "text", "fold", 0), 'unknown fold "cse"'),
        ({"f": {"date": {"x": 1}}}, ("f", "date"), '`date` has no parameters, and this is {"x": 1}'),
        ({"f": {"one_of": []}}, ("f", "one_of"), "`one_of` is a list of the values that may be"),
        ({"f": {"label": {"a": ["x"], "b": ["X"]}}}, ("f", "label"), '"X" stands for two labels, "a" and "b"'),
        ({"f": {"list": {}}}, ("f", "list"), "a list needs `item`, the comparator of what is in it"),
        ({"f": {"list": "text"}}, ("f", "list"), '`list` takes a map, not "text"'),
        (
            {"f": {"list": {"item": "text", "order": "some"}}},
            ("f", "list", "order"),
            '`order` is "some"; it must be exact or any',
        ),
        ({"f": {"set": {"item": "text", "match_by": "x"}}}, ("f", "set", "match_by"), None),
        ({"f": {"set": {"item": {"object": {"a": "text"}}, "match_by": "b"}}}, ("f", "set", "match_by"), None),
        ({"f": {"list": {"item": {"object": {"a": "text"}}, "match_by": "a"}}}, ("f", "list", "match_by"), None),
        ({"f": {"set": {"item": {"text": None, "optional": True}}}}, ("f", "set", "item", "optional"), None),
        ({"f": {"object": {}}}, ("f", "object"), "no field is declared"),
        ({"f": {"text": {"fld": []}}}, ("f", "text", "fld"), 'unknown key "fld"'),
    ],
)
def test_faults_of_a_declaration(form, path, reason):
    builder = Builder()
    builder.fields(form)
    assert [(at, said) for at, said, _ in builder.faults] == [(path, reason or builder.faults[0][1])]


def test_faults_of_expected():
    fields = built(PRODUCT)
    expected = {
        "speed": "fast",
        "released": "05/03/2024",
        "wireless": 1,
        "colour": "red",
        "offers": [{"price": "5"}],
        "dimensions": 3,
    }
    assert [(path, reason) for path, reason, _ in fields.faults(expected)] == [
        (("speed",), '"fast", which is not a number in Mbps'),
        (("released",), '"05/03/2024", which is not a date'),
        (("wireless",), "1, which is not true or false"),
        (("colour",), ""),
        (("offers", 0, "price"), '"5", which is not a number'),
        (("dimensions",), "3, which is not an object"),
    ]


def test_inferred_fields_are_strict_and_build():
    values = [{"a": 1, "b": "x", "c": {"d": True}, "e": [1, 2]}, {"a": 2, "c": {"d": False}, "e": []}]
    form = infer_fields(values)
    assert form == {
        "a": "number",
        "b": {"text": None, "optional": True},
        "c": {"object": {"d": "bool"}},
        "e": {"list": {"item": "number"}},
    }
    assert all(built(form).compare(value, value).problems == () for value in values)


# ---- any input -------------------------------------------------------------------------------------------

NAMES = st.sampled_from("abc")
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(-5, 5), st.sampled_from(["red", "5 GHz", "2024-03-05", "x", "X "])
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12)
LEAF_FORMS = st.sampled_from(
    [
        "text",
        "number",
        "date",
        "bool",
        "label",
        {"one_of": ["x", 1, True]},
        {"number": {"unit": "GHz", "tolerance": 1}},
        {"text": {"similarity": 0.5, "fold": ["case"]}},
    ]
)
FORMS = st.recursive(
    LEAF_FORMS,
    lambda inner: st.one_of(
        st.builds(lambda item, order: {"list": {"item": item, "order": order}}, inner, st.sampled_from(["exact", "any"])),
        st.builds(lambda kind, item: {kind: {"item": item}}, st.sampled_from(["set", "multiset"]), inner),
        st.builds(lambda fields: {"object": fields}, st.dictionaries(NAMES, inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)
DECLARED = st.dictionaries(NAMES, FORMS, min_size=1, max_size=3)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=3)


@settings(deadline=None)
@given(DECLARED, OBJECTS, JSON)
def test_any_json_under_any_comparator_gets_a_report(form, expected, found):
    report = built(form).compare(expected, found)
    assert all(min(parts) >= 0 for parts in report.counts.values())
    verdict = judged(form, expected, dump_json(found).decode())
    assert verdict.passed is (verdict.score == 1.0)
    assert 0 <= verdict.score <= 1


@settings(deadline=None)
@given(DECLARED, OBJECTS)
def test_equal_values_are_right(form, value):
    assert built(form, ignore=True).compare(value, value).problems == ()


@settings(deadline=None)
@given(DECLARED, OBJECTS, OBJECTS)
def test_what_is_expected_is_counted_whatever_is_answered(form, expected, found):
    """Right, wrong and missing add up to the same, and swapping the sides turns missing into hallucinated."""
    fields = built(form, ignore=True)
    there, back = (
        tuple(map(sum, zip(*report.counts.values(), strict=True))) or (0, 0, 0, 0)
        for report in (fields.compare(expected, found), fields.compare(found, expected))
    )
    assert there[0] == back[0]


def test_ten_fields_take_less_than_a_fifth_of_a_millisecond():
    form = {f"f{n}": "text" for n in range(6)} | {"n": "number", "d": "date", "b": "bool", "s": {"set": {"item": "text"}}}
    expected = {f"f{n}": f"value {n}" for n in range(6)} | {"n": 5, "d": "2024-03-05", "b": True, "s": ["x", "y"]}
    fields, metric = built(form), build_metric("fields")
    outputs = [dump_json(expected | {"n": n}).decode() for n in range(2_000)]
    subjects = [Subject(output, output, Response(output), Expected(expected), fields=fields) for output in outputs]
    start = process_time()
    for subject in subjects:
        metric.judge(subject)
    assert process_time() - start < 0.4 * 2  # 5,000 a second; twice that on a machine that is busy


def test_long_lists_are_paired_within_a_second():
    item = {"object": {"a": "number", "b": "number", "c": {"number": {"tolerance": 1}}}}
    fields = built({"f": {"set": {"item": item}}})
    expected = {"f": [{"a": n, "b": n, "c": n} for n in range(3_000)]}
    found = {"f": [{"a": n, "b": n + 1, "c": n} for n in range(3_000)]}
    start = process_time()
    assert fields.compare(expected, found) == fields.compare(expected, found)
    assert process_time() - start < 2


def test_without_expected(judge):
    assert judge("fields", MISSING, "{}") == (None, 0.0, "there is nothing to compare with: the case has no expected")
    assert judge("fields", MISSING, "{}", expected="text") == (False, 0.0, "expected is text; fields are those of an object")
