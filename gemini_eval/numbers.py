"""Numbers in text, read as people write them, and compared exactly: everything is a Decimal, so 0.1 is 0.1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import islice
from unicodedata import category

from gemini_eval.safe.regex import compile_pattern
from gemini_eval.text import fold_width
from gemini_eval.types import Json

MINUS = "-−–"
SIGNS = "+" + MINUS
LONGEST = 1000
"""Characters of the longest text that is read as one number."""
MOST_NUMBERS = 50_000
"""Numbers that are looked at in one text, so that a text of a megabyte takes well under a second."""

CURRENCY_WORDS = frozenset(
    (  # noqa: SIM905  # a line of codes reads better than fifty literals
        "USD EUR GBP JPY KRW CNY RMB INR CHF CAD AUD NZD SGD HKD TWD SEK NOK DKK PLN CZK HUF RON BGN BRL MXN ARS CLP COP ZAR TRY "
        "RUB UAH THB IDR VND MYR PHP ILS AED SAR EGP PKR BDT KZT 원 円 元 圓 KR KČ ZŁ RS FR"
    ).split()
)

_NUMBER_CHARS = frozenset("0123456789.,'’\u00a0\u2009\u202f")
_THREES = compile_pattern(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?")
_POINTS = compile_pattern(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})")
_SPACES = compile_pattern(r"[1-9][0-9]{0,2}(?:(?: [0-9]{3})+|(?:'[0-9]{3})+)(?:[.,][0-9]+)?")
_COMMA = compile_pattern(r"[0-9]+,[0-9]+")
_SPACE_LIKE = str.maketrans({"’": "'", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
_EXACT = Context(prec=60, Emax=999999, Emin=-999999, traps=[])


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be from the expected one: an absolute amount, or `percent` of the expected number's size."""

    amount: Decimal = Decimal(0)
    percent: bool = False

    def allows(self, actual: Decimal, expected: Decimal) -> bool:
        if not self.amount:
            return actual == expected
        room = _EXACT.multiply(abs(expected), self.amount / 100) if self.percent else self.amount
        return abs(_EXACT.subtract(actual, expected)) <= room

    def __str__(self) -> str:
        return plain(self.amount) + ("%" if self.percent else "")


def parse_tolerance(value: Json) -> Tolerance:
    """`0.5` or `"1%"`. Raises ValueError with the reason where it is neither, or negative."""
    percent = isinstance(value, str) and value.strip().endswith("%")
    amount = as_number(value)
    if amount is None or amount < 0 or not amount.is_finite():
        raise ValueError(f"a tolerance is a number from 0 up (0.5) or a share of the expected number (1%), not {value!r}")
    return Tolerance(amount, percent)


def as_number(value: Json) -> Decimal | None:
    """A JSON number, or a text that is one (`read_number`); None for everything else, booleans and NaN included."""
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def read_number(text: str) -> Decimal | None:
    """The number that a whole text is, None where it is none.

    Currency (sign, ISO code), thousands separators, a percent sign and a trailing full stop are dropped: `US$ 1,320.00.` is 1320
    and `45%` is 45. A comma before exactly three digits separates thousands, any other single comma is a decimal comma; where
    both marks occur, the last is the decimal mark. No unit, no word, no fraction is read.
    """
    body = text.strip()
    body = _plain_digits(body).rstrip(".。") if len(body) <= LONGEST else ""
    digits = [index for index, char in enumerate(body) if "0" <= char <= "9"]
    if not digits:
        return None
    first, end = digits[0], digits[-1] + 1
    if first and body[first - 1] == ".":
        first -= 1
    head, tail = "".join(body[:first].split()), "".join(body[end:].split())
    signs = [char for char in head if char in SIGNS]
    if len(signs) > 1 or not _is_currency(head.strip(SIGNS)) or not (tail == "%" or _is_currency(tail)):
        return None
    number = _decimal(body[first:end])
    return -number if number is not None and signs and signs[0] in MINUS else number


def find_numbers(text: str) -> Iterator[Decimal]:
    """The numbers in a text (the first 50,000), as `read_number` reads each; `1,2,3` are three.

    A sign counts where nothing stands right before it (`10-20` are 10 and 20); digits glued to the end of a Latin word (`A320`)
    are part of a name, not a number.
    """
    text = _plain_digits(text)
    for start, end in islice(_tokens(text), MOST_NUMBERS):
        before = text[max(0, start - 5) : start]
        if _in_a_name(before):
            continue
        numbers = _parts(text[start:end].rstrip(".,' ") if end - start <= LONGEST else "")
        negative = _is_negative(before)
        for index, number in enumerate(numbers):
            yield -number if negative and index == 0 else number


def plain(number: Decimal) -> str:
    """A number as a reason shows it: `1320`, not `1.32E+3`."""
    if number and -7 < number.adjusted() < 21:
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(number.normalize(_EXACT)) if number else "0"


def _decimal(token: str) -> Decimal | None:
    """One number without sign or currency, in any of the forms in use; None where its separators make no sense."""
    mantissa, mark, exponent = token.replace("E", "e").partition("e")
    if mark and not (exponent.lstrip("+-").isdigit() and len(exponent.lstrip("+-")) <= 4):
        return None
    mantissa = mantissa.translate(_SPACE_LIKE)
    if mantissa.replace(".", "", 1).isdigit():
        plain_text = mantissa
    elif _THREES.fullmatch(mantissa):
        plain_text = mantissa.replace(",", "")
    elif _POINTS.fullmatch(mantissa):
        plain_text = mantissa.replace(".", "").replace(",", ".")
    elif _SPACES.fullmatch(mantissa):
        plain_text = mantissa.replace(" ", "").replace("'", "").replace(",", ".")
    elif _COMMA.fullmatch(mantissa):
        plain_text = mantissa.replace(",", ".")
    else:
        return None
    return Decimal(plain_text + mark + exponent)


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where digits, with what may stand between, begin and end. By hand, as each search by a pattern costs the text's length."""
    at, length = 0, len(text)
    while at < length:
        if not "0" <= text[at] <= "9":
            at += 1
            continue
        start = at - 1 if at and text[at - 1] == "." else at
        while at < length and text[at] in _NUMBER_CHARS:
            at += 1
        at = _after_exponent(text, at)
        yield start, at


def _after_exponent(text: str, at: int) -> int:
    """The end of an exponent that begins at `at`; `at` where none does."""
    if text[at : at + 1] not in {"e", "E"}:
        return at
    first = at + 2 if text[at + 1 : at + 2] in {"+", "-"} else at + 1
    end = first
    while "0" <= text[end : end + 1] <= "9":
        end += 1
    following = text[end : end + 1]
    return at if not 1 <= end - first <= 4 or following.isalnum() or following == "_" else end


def _parts(token: str) -> list[Decimal]:
    number = _decimal(token) if token else None
    if number is not None:
        return [number]
    parts = token.replace(",", " ").replace("'", " ").split()
    numbers = [_decimal(part.strip(".")) for part in (parts if len(parts) > 1 else token.split(".")) if part.strip(".")]
    return [number for number in numbers if number is not None]


def _is_negative(before: str) -> bool:
    if before and category(before[-1]) == "Sc":
        before = before[:-1]
    if not before or before[-1] not in "-−":
        return False
    left = before[-2:-1]
    return not (left.isalnum() or left in tuple(")]}%._-"))


def _in_a_name(before: str) -> bool:
    last = before[-1:]
    return last == "_" or (last.isascii() and last.isalpha() and before[-3:].upper() not in CURRENCY_WORDS)


def _is_currency(mark: str) -> bool:
    if not mark or mark.upper() in CURRENCY_WORDS:
        return True
    return category(mark[-1]) == "Sc" and (len(mark) == 1 or (len(mark) <= 4 and mark[:-1].isalpha()))


def _plain_digits(text: str) -> str:
    """Every script's decimal digits (full-width, Arabic-Indic, …) as ASCII."""
    if text.isascii():
        return text
    digits = {ord(char): str(int(char)) for char in set(text) if char.isdecimal() and not char.isascii()}
    return fold_width(text.translate(digits))
