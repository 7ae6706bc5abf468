"""Records of answers: what is written comes back, and what was changed is noticed."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.runs.records import (
    PEEK_BYTES,
    AnswerRecord,
    decode,
    encode,
    is_failure,
    key_of,
    request_key,
    sequence_of,
    utc_stamp,
)
from gemini_eval.runs.sealed import DamagedError, seal, unseal
from gemini_eval.types import Failure, Message, Outcome, Request, Response, Usage

KEY = "0123456789abcdef" * 4

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.integers(0, 2**40)
floats = st.floats(allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
usages = st.builds(Usage, *[st.none() | numbers] * 4)
responses = st.builds(
    Response,
    text=texts,
    finish_reason=st.sampled_from(["stop", "max_tokens", "safety", "recitation", "blocked", "other"]),
    usage=usages,
    latency_ms=st.floats(0, 1e6),
    model_version=texts,
    cost_micros=st.none() | numbers,
    thought=texts,
    calls=st.lists(json_values, max_size=2).map(tuple),
    logprobs=st.lists(st.tuples(texts, floats), max_size=2).map(tuple),
    response_id=texts,
)
failures = st.builds(Failure, st.sampled_from(Outcome), texts)
records = st.builds(
    AnswerRecord,
    n=numbers,
    key=st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    suite=texts,
    variant=texts,
    case=texts,
    sample=numbers,
    model=texts,
    answer=responses | failures,
    at=texts,
    attempt=numbers,
)


def a_record(answer: Response | Failure, n: int = 7) -> AnswerRecord:
    return AnswerRecord(n, KEY, "tickets", "few@base", "t-1", 0, "gemini-2.5-flash", answer, "2025-01-31T10:20:30.123Z", 2)


def test_a_response_line_is_ordinary_json_without_defaults() -> None:
    line = encode(a_record(Response("refund", usage=Usage(prompt=12, output=1), latency_ms=412.5)))
    body = json.loads(line)
    assert line.endswith(b"\n")
    assert list(body)[-1] == "sum"
    del body["sum"]
    assert body == {
        "key": KEY,
        "n": 7,
        "suite": "tickets",
        "variant": "few@base",
        "case": "t-1",
        "sample": 0,
        "model": "gemini-2.5-flash",
        "at": "2025-01-31T10:20:30.123Z",
        "attempt": 2,
        "response": {"text": "refund", "usage": {"prompt": 12, "output": 1}, "latency_ms": 412.5},
    }


def test_a_failure_stands_right_after_the_key() -> None:
    line = encode(a_record(Failure(Outcome.QUOTA, 'the day\'s quota, "n":1, is used up')))
    assert line.startswith(b'{"key":"%b","failure":{"outcome":"quota","reason":' % KEY.encode())
    assert is_failure(line[:PEEK_BYTES])
    assert sequence_of(line) == 7


@settings(max_examples=150, deadline=None)
@given(records)
def test_what_is_encoded_comes_back(record: AnswerRecord) -> None:
    line = encode(record)
    assert line.count(b"\n") == 1
    assert decode(line) == record
    assert decode(line.replace(b"\n", b"\r\n")) == record
    assert key_of(line[:PEEK_BYTES]) == record.key.encode()
    assert is_failure(line[:PEEK_BYTES]) == isinstance(record.answer, Failure)
    assert sequence_of(line) == record.n


@settings(max_examples=60, deadline=None)
@given(records, st.data())
def test_any_flipped_bit_is_seen(record: AnswerRecord, data: st.DataObject) -> None:
    line = bytearray(encode(record))
    line[data.draw(st.integers(0, len(line) - 2))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DamagedError):
        for piece in bytes(line).splitlines(keepends=True):
            decode(piece)


@settings(max_examples=60, deadline=None)
@given(records, st.data())
def test_a_torn_or_doubled_line_is_seen(record: AnswerRecord, data: st.DataObject) -> None:
    line = encode(record)
    cut = data.draw(st.integers(1, len(line) - 2))
    for damaged in (line[:cut], line[cut:], line[:cut] + line, line[:-1] + line):
        with pytest.raises(DamagedError):
            decode(damaged)


def test_minus_infinity_survives() -> None:
    record = a_record(Response("a", logprobs=(("a", -math.inf),)))
    assert decode(encode(record)) == record


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"key":1}', "the record has no 'response'"),
        (b"[1]", "the line is not JSON"),
        (b'{"response":{"text":5}}', "Response can't be read: not str: 5"),
        (b'{"response":{"text":"a","finish_reason":"done"}}', "Response can't be read: not one of"),
        (b'{"response":{"text":"a","latency_ms":"fast"}}', "Response can't be read: not a number: 'fast'"),
        (b'{"response":{"text":"a","calls":"x"}}', "Response can't be read: not a list: 'x'"),
        (b'{"response":{"text":"a","logprobs":[["a"]]}}', "Response can't be read: zip"),
        (b'{"response":{}}', "Response can't be read"),
        (b'{"response":[]}', "Response is not an object"),
        (b'{"failure":{"outcome":"lost","reason":""}}', "Failure can't be read: 'lost' is not a valid Outcome"),
    ],
)
def test_a_sealed_line_that_is_no_record_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(DamagedError) as caught:
        decode(seal(body))
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(("name", "value"), [("key", "abc"), ("key", KEY.upper()), ("n", "7"), ("sample", True), ("suite", None)])
def test_a_field_of_the_wrong_type_is_refused(name: str, value: object) -> None:
    body = json.loads(encode(a_record(Response("a"))))
    del body["sum"]
    with pytest.raises(DamagedError):
        decode(seal(json.dumps(body | {name: value}).encode()))


def test_unknown_fields_of_a_later_version_are_passed_over() -> None:
    body = json.loads(encode(a_record(Response("a"))))
    body["response"]["mood"] = "calm"
    del body["sum"]
    assert decode(seal(json.dumps(body).encode())) == a_record(Response("a"))


def test_the_seal_tells_length_and_checksum() -> None:
    assert seal(b'{"a":1}') == b'{"a":1,"sum":"6.a702fc6e"}\n'
    assert unseal(b'{"a":1,"sum":"6.a702fc6e"}\n') == b'{"a":1'


REQUEST = Request("gemini-2.5-flash", (Message("user", "hi"),), "be brief", {"seed": 1, "temperature": 0}, "global", 0)


def test_the_key_is_the_same_whatever_the_order_of_parameters() -> None:
    turned = Request("gemini-2.5-flash", (Message("user", "hi"),), "be brief", {"temperature": 0, "seed": 1}, "global", 0)
    assert request_key(turned) == request_key(REQUEST)
    assert request_key(REQUEST) == "407b229ebc5f4bfbd4d572e6909c96b2ae03258bbeaf364275f87c3accf8c25e"


@pytest.mark.parametrize(
    "other",
    [
        Request("gemini-2.5-pro", REQUEST.messages, REQUEST.system, REQUEST.params, "global", 0),
        Request(REQUEST.model, (Message("model", "hi"),), REQUEST.system, REQUEST.params, "global", 0),
        Request(REQUEST.model, (Message("user", "hj"),), REQUEST.system, REQUEST.params, "global", 0),
        Request(REQUEST.model, (), REQUEST.system, REQUEST.params, "global", 0),
        Request(REQUEST.model, REQUEST.messages, "be brieg", REQUEST.params, "global", 0),
        Request(REQUEST.model, REQUEST.messages, REQUEST.system, {"seed": 2, "temperature": 0}, "global", 0),
        Request(REQUEST.model, REQUEST.messages, REQUEST.system, {"seed": 1}, "global", 0),
        Request(REQUEST.model, REQUEST.messages, REQUEST.system, REQUEST.params, "us-central1", 0),
        Request(REQUEST.model, REQUEST.messages, REQUEST.system, REQUEST.params, "global", 1),
    ],
)
def test_whatever_shapes_the_answer_changes_the_key(other: Request) -> None:
    assert request_key(other) != request_key(REQUEST)


def test_stamps_are_utc_with_milliseconds() -> None:
    assert utc_stamp(datetime(2025, 1, 31, 23, 59, 59, 999_999, UTC)) == "2025-01-31T23:59:59.999Z"
