from __future__ import annotations

import pytest

SEOUL = {"name": "get_weather", "args": {"city": "Seoul", "days": 3}}
BUSAN = {"name": "get_weather", "args": {"city": "Busan"}}
TIME = {"name": "get_time", "args": {}}
SAID = 'called get_weather(city="Seoul", days=3)'


@pytest.mark.parametrize(
    ("parameters", "calls", "verdict"),
    [
        ([{"name": "get_weather"}], [SEOUL], (True, 1.0, SAID)),
        ([{"name": "get_weather", "args": {"city": {"contains": "Seo"}, "days": 3.0}}], [SEOUL], (True, 1.0, SAID)),
        (
            [{"name": "get_weather", "args": {"city": {"contains": "Busan"}}}],
            [SEOUL],
            (False, 0.0, f'{SAID}; get_weather expected (get_weather: city: the answer does not contain "Busan": "Seoul")'),
        ),
        (
            [{"name": "get_weather", "args": {"days": "3"}}],
            [SEOUL],
            (False, 0.0, f'{SAID}; get_weather expected (get_weather: days is 3, text "3" expected)'),
        ),
        (
            [{"name": "get_weather", "args": {"unit": "C"}}],
            [SEOUL],
            (False, 0.0, f"{SAID}; get_weather expected (get_weather: unit is missing)"),
        ),
        ([{"name": "get_time"}], [SEOUL], (False, 0.0, f"{SAID}; get_time expected")),
        ([{"name": "get_weather"}], [], (False, 0.0, "no function was called; get_weather expected")),
        ([], [], (True, 1.0, "no function was called")),
        ([], [TIME], (False, 0.0, "called get_time(); 1 more than expected")),
        ([{"name": "get_weather"}], [SEOUL, TIME], (False, 0.5, f"{SAID} and get_time(); 1 more than expected")),
        ({"value": [{"name": "get_weather"}], "others": True}, [SEOUL, TIME], (True, 1.0, f"{SAID} and get_time()")),
        ([{"name": "get_time"}, {"name": "get_weather"}], [SEOUL, TIME], (True, 1.0, f"{SAID} and get_time()")),
        (
            {"value": [{"name": "get_time"}, {"name": "get_weather"}], "order": "exact"},
            [SEOUL, TIME],
            (False, 0.333, f"{SAID} and get_time(); get_weather expected"),
        ),
    ],
)
def test_calls(judge, parameters, calls, verdict):
    assert judge("calls", parameters, "", calls=tuple(calls)) == verdict


def test_each_call_stands_for_one_expected_call(judge):
    two = [{"name": "get_weather"}, {"name": "get_weather", "args": {"city": "Seoul"}}]
    assert judge("calls", two, "", calls=(SEOUL, BUSAN))[:2] == (True, 1.0)
    assert judge("calls", two, "", calls=(BUSAN, SEOUL))[:2] == (True, 1.0)
    assert judge("calls", two, "", calls=(SEOUL,))[:2] == (False, 0.5)


def test_what_is_no_call_of_ours(judge):
    assert judge("calls", [{"name": "f"}], "", calls=("text", {"args": 5}))[0] is False
    assert judge("calls", [{"name": "f"}], "", calls=(TIME,) * 300)[0] is None


def test_refused(refusal):
    assert refusal("calls", [{"args": {}}]) == ("a call needs the function's `name`", "for example {name: get_weather}", (0,))
    assert refusal("calls", [{"name": "f", "arg": 1}]) == ('a call has no "arg"', "it has name and args", (0, "arg"))
    assert refusal("calls", [{"name": "f", "args": [1]}])[2] == (0, "args")
    nested = refusal("calls", [{"name": "f", "args": {"a": {"levenshtein": {"max_distance": -1}}}}])
    assert nested[2] == (0, "args", "a", "levenshtein", "max_distance")
