"""JSON in and out: strict for text from outside, fast for our own records, canonical for hashes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NoReturn

import orjson

from gemini_eval.errors import ValueRefusedError
from gemini_eval.types import Json

MAX_DEPTH = 100
MIN_INT, MAX_INT = -(2**63), 2**64 - 1

# The closing quote is optional, so that nothing ever backtracks and a scan is linear on any text.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_TOKEN = re.compile(_STRING.pattern + r"|[-+.\w]+|[\[\]{}:]", re.DOTALL)
_NOT_BRACKET = re.compile(r"[^\[\]{}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_KEPT = 40


class _Refused(Exception):
    """Raised inside the decoder's hooks, which do not know where they are."""

    def __init__(self, reason: str, hint: str, where: Callable[[str], int]) -> None:
        self.reason, self.hint, self.where = reason, hint, where


def read_json(data: bytes | str) -> Json:
    """One JSON document (RFC 8259) from outside, read strictly.

    Refused, beside broken syntax: NaN and infinities, numbers beyond a double's range, integers beyond 64 bits, a key that is
    written twice, nesting over 100, lone surrogates, invalid UTF-8, text after the document. A byte order mark is dropped.

    Raises:
        ValueRefusedError: with the reason, line and column, the mend, and `offset` in characters (in bytes for invalid UTF-8).
    """
    text = (_decode(data) if isinstance(data, bytes) else data).removeprefix("\ufeff")
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except _Refused as refused:
        _refuse(text, refused.where(text), refused.reason, refused.hint)
    except json.JSONDecodeError as error:
        error = _as_before_313(text, error)
        _refuse(text, error.pos, *_explain(text, error))
    except RecursionError:
        _refuse(text, 0, "the JSON is nested too deeply", f"nest at most {MAX_DEPTH} levels")
    if ("\\u" in text and _SURROGATE_ESCAPE.search(text)) or (not text.isascii() and _SURROGATE.search(text)):
        _check_surrogates(text)
    return value


def read_record(data: bytes) -> Json:
    """One JSON document that this program wrote (fast, not strict).

    Raises:
        ValueRefusedError: the bytes are no JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ValueRefusedError(f"not JSON: {error}", "the file was changed or cut off after it was written") from error


def dump_json(value: object) -> bytes:
    """Compact JSON in UTF-8, keys in their own order; NaN and infinities, which JSON lacks, become null.

    Text from a model goes through `clean_text` first.

    Raises:
        ValueRefusedError: the value holds what JSON cannot (lone surrogates, integers beyond 64 bits, keys that are no text).
    """
    return _dump(value, orjson.OPT_PASSTHROUGH_DATETIME)


def pretty_json(value: object) -> bytes:
    """JSON for people: as `dump_json`, indented by two, with a last newline."""
    return _dump(value, orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def canonical_json(value: object) -> bytes:
    """Compact JSON in UTF-8 with sorted keys: equal values give equal bytes, for hashes.

    Raises:
        ValueRefusedError: as `dump_json`, and for NaN and infinities, which would hash as null does.
    """
    data = _dump(value, orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_SORT_KEYS)
    if b"null" in data and _has_non_finite(value):
        raise ValueRefusedError("NaN and infinity are no JSON numbers", "use null for a missing number")
    return data


def clean_text(text: str) -> str:
    """`text` with each lone surrogate, which no UTF-8 file can hold, replaced by U+FFFD (same length)."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


# ---- how text is read ------------------------------------------------------------------------------------


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("a key is written twice in one object", "keep one of the two", _find_second_key)
    return found


def _float(token: str) -> float:
    value = float(token)
    if math.isinf(value):
        raise _Refused(f"the number {_cut(token)} is out of range", "use a number below 1.8e308", _finder(token))
    return value


def _int(token: str) -> int:
    value = int(token) if len(token) <= 20 else MAX_INT + 1
    if not MIN_INT <= value <= MAX_INT:
        raise _Refused(f"the whole number {_cut(token)} does not fit 64 bits", "write it as text, in quotes", _finder(token))
    return value


def _constant(token: str) -> NoReturn:
    raise _Refused(f"{token} is no JSON number", "use null for a missing number", _finder(token))


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_float, parse_int=_int, parse_constant=_constant)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"byte {error.start} (line {line}) is not UTF-8: 0x{data[error.start]:02x}"
        raise ValueRefusedError(reason, "save the text as UTF-8", error.start) from error


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    brackets = _NOT_BRACKET.sub("", _STRING.sub("", text))
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) <= MAX_DEPTH:
        return
    depth = 0
    for found in _tokens(text):
        depth += _STEP.get(found.group(), 0)
        if depth > MAX_DEPTH:
            _refuse(text, found.start(), f"nested over {MAX_DEPTH} levels deep", f"nest at most {MAX_DEPTH} levels")


def _check_surrogates(text: str) -> None:
    """`text` is JSON; it may still hold half a surrogate pair, raw or escaped."""
    for found in _STRING.finditer(text):
        token = found.group()
        if _SURROGATE.search(token) or (_SURROGATE_ESCAPE.search(token) and _SURROGATE.search(json.loads(token))):
            _refuse(text, found.start(), "a string holds half of a surrogate pair", "write the character itself, or both halves")


# ---- where and why -----------------------------------------------------------------------------------------


def _refuse(text: str, offset: int, reason: str, hint: str) -> NoReturn:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    raise ValueRefusedError(f"line {line}, column {column}: {reason}", hint, offset)


def _as_before_313(text: str, error: json.JSONDecodeError) -> json.JSONDecodeError:
    """A trailing comma: CPython 3.13 points at it, older ones at what follows it, which all are told of alike."""
    if not error.msg.startswith("Illegal trailing comma"):
        return error
    after = len(text) - len(text[error.pos + 1 :].lstrip())
    message = "Expecting property name enclosed in double quotes" if "object" in error.msg else "Expecting value"
    return json.JSONDecodeError(message, text, after)


def _explain(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    """Reason and mend of a syntax error."""
    if not text.strip():
        return "there is no JSON here, the text is empty", "give one JSON value"
    if error.pos >= len(text.rstrip()):
        return "the JSON ends before it is complete", "close every string, bracket and brace"
    shown = repr(text[error.pos])
    if error.msg == "Extra data":
        return f"text after the end of the JSON: {shown}", "keep one JSON value and nothing after it"
    if error.msg.startswith("Unterminated string"):
        return "a string that begins here is never closed", 'close it with "'
    if error.msg.startswith("Invalid control character"):
        return f"a raw control character {shown} in a string", "escape it: \\n for a line break, \\t for a tab"
    if "escape" in error.msg:
        return f"an unknown escape at {shown}", "write a backslash as \\\\"
    if error.msg.startswith("Expecting property name"):
        return f"expected a key in double quotes, found {shown}", 'write keys as "key", with no comma after the last one'
    if "delimiter" in error.msg:
        return f"expected {error.msg.split(chr(39))[1]!r}, found {shown}", "separate items by commas, keys and values by colons"
    return f"expected a value, found {shown}", "values are objects, lists, numbers, true, false, null and text in double quotes"


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text)


def _finder(token: str) -> Callable[[str], int]:
    def find(text: str) -> int:
        return next((found.start() for found in _tokens(text) if found.group() == token), 0)

    return find


def _find_second_key(text: str) -> int:
    """The offset of the first key that its object already has."""
    seen: list[set[str]] = [set()]
    before: re.Match[str] | None = None
    for found in _tokens(text):
        token = found.group()
        if token in "{[":
            seen.append(set())
        elif token in "}]" and len(seen) > 1:
            seen.pop()
        elif token == ":" and before is not None:
            key = json.loads(before.group())
            if key in seen[-1]:
                return before.start()
            seen[-1].add(key)
        before = found
    return 0


def _cut(token: str) -> str:
    return token if len(token) <= _KEPT else f"{token[:_KEPT]}… ({len(token)} digits)"


# ---- how values are written --------------------------------------------------------------------------------


def _dump(value: object, option: int) -> bytes:
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError as error:
        raise ValueRefusedError(f"cannot be written as JSON: {error}", _mend(str(error))) from error


def _mend(message: str) -> str:
    if "surrogates" in message:
        return "clean the text of lone surrogates"
    if "Integer" in message:
        return "write an integer beyond 64 bits as text"
    if "key" in message:
        return "keys must be text"
    return "use objects, lists, text, numbers, true, false and null only"


_FINITE = frozenset({str, int, bool, type(None)})


def _has_non_finite(value: object) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:  # a loop, as hashes are made of every answer
            if type(item) not in _FINITE and _has_non_finite(item):
                return True
    return False
