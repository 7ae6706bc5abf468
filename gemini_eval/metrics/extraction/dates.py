"""Dates as people write them, read only where there is one reading.

ISO 8601 (`2024-03-05`, `20240305`), the year first with any of `-/.`, a month's English name, `2024년 3월 5일`,
`2024年3月5日`, and `25/12/2024`, where the 25 can only be a day. `03/04/2024` is March to some and April to others, so it is no
date; neither are two digits of a year, a month without its day, or a moment of a day.
"""

from __future__ import annotations

from datetime import date

from gemini_eval.safe.regex import Pattern, compile_pattern

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_NUMBER_OF = {name: n for n, month in enumerate(_MONTHS, 1) for name in (month, month[:3])} | {"sept": 9}
LONGEST = 40
_YEAR_FIRST = compile_pattern(r"([0-9]{4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})")
_COMPACT = compile_pattern(r"[0-9]{8}")
_YEAR_LAST = compile_pattern(r"([0-9]{1,2})([-/.])([0-9]{1,2})([-/.])([0-9]{4})")
_EAST = compile_pattern(r"([0-9]{4}) ?[년年] ?([0-9]{1,2}) ?[월月] ?([0-9]{1,2}) ?[일日]")
_DAY_FIRST = compile_pattern(r"(?i)([0-9]{1,2})(?:st|nd|rd|th)?[ -](?:of )?([a-z]{3,9})\.?,?[ -]([0-9]{4})")
_MONTH_FIRST = compile_pattern(r"(?i)([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")


def read_date(text: str) -> date | None:
    """The one day that a whole text names; None where it names none, or may name two."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        return None
    if _COMPACT.fullmatch(text):
        return _day(text[:4], text[4:6], text[6:])
    if parts := _parts(_YEAR_FIRST, text):
        return _day(parts[0], parts[2], parts[4]) if parts[1] == parts[3] else None
    if parts := _parts(_EAST, text):
        return _day(*parts)
    if parts := _parts(_DAY_FIRST, text):
        return _named(parts[2], parts[1], parts[0])
    if parts := _parts(_MONTH_FIRST, text):
        return _named(parts[2], parts[0], parts[1])
    parts = _parts(_YEAR_LAST, text)
    return _year_last(*parts) if parts else None


def _parts(pattern: Pattern, text: str) -> tuple[str, ...]:
    """The groups of a pattern that the whole text matches; () where it does not."""
    found = pattern.fullmatch(text)
    return tuple(group or "" for group in found.groups) if found else ()


def _year_last(one: str, first: str, other: str, second: str, year: str) -> date | None:
    """Day and month in either order, where only one of them is a date or both are the same."""
    readings = {_day(year, other, one), _day(year, one, other)} - {None}
    return readings.pop() if first == second and len(readings) == 1 else None


def _named(year: str, month: str, day: str) -> date | None:
    number = _NUMBER_OF.get(month.lower())
    return _day(year, str(number), day) if number else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
