"""The record of one answer: the one schema that runs, recordings and baselines share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from string import hexdigits

from gemini_eval.errors import ValueRefusedError
from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.sealed import DamagedError, seal, unseal
from gemini_eval.safe.json_text import canonical_json, dump_json, read_record
from gemini_eval.types import Answer, Failure, Json, Request, Response

WIRE_VERSION = 1
"""Part of every request key: raised when the way a request is sent changes, so that no older answer is taken for a new one's."""

KEY_CHARS = 64
KEY_START = len('{"key":"')
KEY_END = KEY_START + KEY_CHARS
FAILURE_MARK = b'","failure":'
PEEK_BYTES = KEY_END + len(FAILURE_MARK)
"""So much of a line tells its key and whether it is a failure: both stand first, at fixed places."""

_RESPONSE = codec_of(Response)
_FAILURE = codec_of(Failure)
_HEX = hexdigits.lower()


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One delivered or failed sample. `n` is its sequence number in the file, `key` the request's 64 hex digits, `at` the UTC
    time it arrived (ISO 8601 with milliseconds; '' in a recording), `attempt` the try that ended it, from 1; `cached` that this
    run did not ask for it but found it in the cache."""

    n: int
    key: str
    suite: str
    variant: str
    case: str
    sample: int
    model: str
    answer: Answer
    at: str = ""
    attempt: int = 1
    location: str = ""
    cached: bool = False


def utc_stamp(moment: datetime) -> str:
    """A moment in UTC as records and headers hold it: `2025-01-31T23:59:59.123Z`."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def request_key(request: Request) -> str:
    """SHA-256, in hex, of everything that shapes one answer; the same for equal requests on every machine.

    `labels` only say who pays, so they are no part of it.
    """
    whole = {
        "wire": WIRE_VERSION,
        "model": request.model,
        "location": request.location,
        "system": request.system,
        "messages": [(message.role, message.text) for message in request.messages],
        "params": {name: value for name, value in request.params.items() if name != "labels"},
        "sample": request.sample,
    }
    return sha256(canonical_json(whole)).hexdigest()


def encode(record: AnswerRecord) -> bytes:
    """The record as one sealed line: the key first, a failure right after it, a response last.

    Raises `ValueRefusedError` for text that no file can hold (lone surrogates): a provider cleans what it delivers.
    """
    body: dict[str, Json] = {"key": record.key}
    answer = record.answer
    if isinstance(answer, Failure):
        body["failure"] = _FAILURE.encode(answer)
    body["n"] = record.n
    body["suite"] = record.suite
    body["variant"] = record.variant
    body["case"] = record.case
    body["sample"] = record.sample
    body["model"] = record.model
    if record.location:
        body["location"] = record.location
    if record.at:
        body["at"] = record.at
    body["attempt"] = record.attempt
    if record.cached:
        body["cached"] = True
    if isinstance(answer, Response):
        body["response"] = _RESPONSE.encode(answer)
    return seal(dump_json(body))


def decode(line: bytes) -> AnswerRecord:
    """The record that a sealed line holds. Raises `DamagedError`."""
    body = read_object(line)
    try:
        answer: Answer = _FAILURE.decode(body["failure"]) if "failure" in body else _RESPONSE.decode(body["response"])
        record = AnswerRecord(
            body["n"],
            body["key"],
            body["suite"],
            body["variant"],
            body["case"],
            body["sample"],
            body["model"],
            answer,
            body.get("at", ""),
            body["attempt"],
            body.get("location", ""),
            body.get("cached", False),
        )
    except KeyError as error:
        raise DamagedError(f"the record has no {error}") from error
    _check_types(record)
    return record


def read_object(line: bytes) -> dict[str, Json]:
    """The JSON object of a sealed line, without its seal. Raises `DamagedError`."""
    try:
        body = read_record(unseal(line) + b"}")
    except ValueRefusedError as error:
        raise DamagedError(f"the line is not JSON: {error.reason}") from error
    if not isinstance(body, dict):
        raise DamagedError("the line is not an object")
    return body


def is_failure(line: bytes) -> bool:
    """Whether an encoded record is of a failure; its first `PEEK_BYTES` are enough."""
    return line.startswith(FAILURE_MARK, KEY_END)


def key_of(line: bytes) -> bytes:
    """The key of an encoded record, not checked; its first `PEEK_BYTES` are enough."""
    return line[KEY_START:KEY_END]


def model_part(line: bytes) -> bytes:
    """`"model":"…"` and, where the record has one, `,"location":"…"`, as they stand in an encoded record; b'' where they don't.

    Looked for, not parsed, as in `sequence_of`.
    """
    start = line.find(b'"model":"', KEY_END)
    ends = [end for end in (line.find(b',"at":', start), line.find(b',"attempt":', start)) if end >= 0]
    return line[start : min(ends)] if start >= 0 and ends else b""


def sequence_of(line: bytes) -> int:
    """The sequence number of a sealed record. Raises `DamagedError`.

    Looked for, not parsed: quotes inside strings are escaped and a failure holds no key `n`, so that the first one is the
    record's.
    """
    start = line.find(b'"n":', KEY_END)
    digits = line[start + 4 : line.find(b",", start)]
    if start < 0 or not digits.isdigit():
        raise DamagedError("the record has no sequence number")
    return int(digits)


def _check_types(record: AnswerRecord) -> None:
    texts = (record.key, record.suite, record.variant, record.case, record.model, record.at, record.location)
    numbers = (record.n, record.sample, record.attempt)
    if set(map(type, texts)) != {str} or set(map(type, numbers)) != {int}:
        raise DamagedError("a field of the record is of the wrong type")
    if len(record.key) != KEY_CHARS or record.key.strip(_HEX):
        raise DamagedError(f"the key is not {KEY_CHARS} hex digits: {record.key!r:.80}")
