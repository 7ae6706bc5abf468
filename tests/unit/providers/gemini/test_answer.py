"""Bodies of both APIs, built by their official types, as answers; and any other body as an error that says what is wrong."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest
from google.cloud import aiplatform_v1 as v1
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.answer import answer_in, read_answer
from gemini_eval.providers.gemini.refusal import Asked
from gemini_eval.providers.prices import Price, Tier
from gemini_eval.runs.codec import codec_of
from gemini_eval.safe.json_text import dump_json
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Outcome, Response, Usage

ASKED = Asked(Api.VERTEX, "gemini-2.5-flash", "p1", "global")


def body(*parts: Json, **candidate: Json) -> Json:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", **candidate}]}


def refused(value: Json) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        answer_in(value, ASKED)
    return caught.value


def test_a_whole_answer_of_vertex_ai() -> None:
    """As the official message writes it (proto JSON: camelCase, defaults left out)."""
    candidate = v1.Candidate(
        content=v1.Content(
            role="model",
            parts=[
                v1.Part(text="I think ", thought=True),
                v1.Part(text="Red "),
                v1.Part(text="wine"),
                v1.Part(function_call=v1.FunctionCall(name="pour", args={"glasses": 2, "kind": {"a": [None]}})),
            ],
        ),
        finish_reason=v1.Candidate.FinishReason.STOP,
        avg_logprobs=-0.5,
        logprobs_result=v1.LogprobsResult(
            chosen_candidates=[
                v1.LogprobsResult.Candidate(token="Red ", token_id=7, log_probability=-1.0),
                v1.LogprobsResult.Candidate(token="wine", log_probability=0.0),
            ],
            top_candidates=[
                v1.LogprobsResult.TopCandidates(
                    candidates=[
                        v1.LogprobsResult.Candidate(token="Red ", token_id=7, log_probability=-1.0),
                        v1.LogprobsResult.Candidate(token="White ", token_id=8, log_probability=-1.5),
                    ]
                ),
                v1.LogprobsResult.TopCandidates(),
            ],
        ),
    )
    usage = v1.GenerateContentResponse.UsageMetadata(
        prompt_token_count=100,
        candidates_token_count=8,
        thoughts_token_count=20,
        cached_content_token_count=40,
        total_token_count=128,
    )
    message = v1.GenerateContentResponse(
        candidates=[candidate], usage_metadata=usage, model_version="gemini-2.5-flash", response_id="r1"
    )
    data = v1.GenerateContentResponse.to_json(message, use_integers_for_enums=False).encode()
    price = Price(Tier(300_000, 2_500_000, 30_000))
    assert read_answer(data, ASKED, latency_ms=12.5, price=price) == Response(
        text="Red wine",
        finish_reason="stop",
        usage=Usage(prompt=100, output=8, thoughts=20, cached=40),
        latency_ms=12.5,
        model_version="gemini-2.5-flash",
        cost_micros=89,
        thought="I think ",
        calls=({"name": "pour", "args": {"glasses": 2.0, "kind": {"a": [None]}}},),
        logprobs=(("Red ", -1.0), ("wine", 0.0)),
        avg_logprob=-0.5,
        response_id="r1",
        top_logprobs=((("Red ", -1.0), ("White ", -1.5)), ()),
    )


def test_a_whole_answer_of_the_developer_api() -> None:
    call = types.FunctionCall(id="c1", name="pour", args={"n": 1})
    content = types.Content(
        role="model", parts=[types.Part(text="hm", thought=True), types.Part(text="ok"), types.Part(function_call=call)]
    )
    candidate = types.Candidate(content=content, finish_reason=types.FinishReason.MAX_TOKENS, index=0, finish_message="too long")
    usage = types.GenerateContentResponseUsageMetadata(
        prompt_token_count=3, tool_use_prompt_token_count=4, thoughts_token_count=5
    )
    message = types.GenerateContentResponse(candidates=[candidate], usage_metadata=usage, model_version="m", response_id="r")
    data = message.model_dump_json(by_alias=True, exclude_none=True).encode()
    assert read_answer(data, Asked(Api.DEVELOPER, "m")) == Response(
        text="ok",
        finish_reason="max_tokens",
        usage=Usage(prompt=7, thoughts=5),
        model_version="m",
        thought="hm",
        calls=({"name": "pour", "args": {"n": 1}, "id": "c1"},),
        response_id="r",
        detail="too long",
    )


OWN_WORDS = {
    "STOP": ("stop", ""),
    "MAX_TOKENS": ("max_tokens", ""),
    "SAFETY": ("safety", ""),
    "RECITATION": ("recitation", ""),
    "IMAGE_RECITATION": ("recitation", "IMAGE_RECITATION"),
    **{
        word: ("safety", word)
        for word in ("BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "MODEL_ARMOR")
    },
}
FINISH = sorted(
    {reason.value for reason in types.FinishReason} | {reason.name for reason in v1.Candidate.FinishReason} | {"BRAND_NEW"}
)


@pytest.mark.parametrize("word", FINISH)
def test_every_finish_reason(word: str) -> None:
    reason, detail = OWN_WORDS.get(word, ("other", word))
    found = answer_in(body({"text": "x"}, finishReason=word), ASKED)
    assert (found.finish_reason, found.detail, found.text) == (reason, detail, "x")
    said = answer_in(body(finishReason=word, finishMessage="be\ncause\x1b"), ASKED)
    assert said.detail == (f"{detail}: be cause" if detail else "be cause")


def test_an_answer_without_a_finish_reason_or_content() -> None:
    assert answer_in({"candidates": [{}]}, ASKED) == Response("", "other", detail="no finish reason")
    assert answer_in({"candidates": [{"finishReason": "SAFETY"}]}, ASKED) == Response("", "safety")
    assert answer_in({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]}, ASKED) == Response(
        "", "max_tokens"
    )


@pytest.mark.parametrize("word", sorted({reason.value for reason in types.BlockedReason} | {"BRAND_NEW"}))
def test_a_blocked_prompt(word: str) -> None:
    feedback = {"promptFeedback": {"blockReason": word, "blockReasonMessage": "no"}, "usageMetadata": {"promptTokenCount": 4}}
    assert answer_in(feedback, ASKED) == Response("", "blocked", Usage(prompt=4), detail=f"{word}: no")


@pytest.mark.parametrize(("traffic", "cost"), [("ON_DEMAND", 3), ("ON_DEMAND_FLEX", None), ("PROVISIONED_THROUGHPUT", None)])
def test_only_traffic_at_the_listed_price_has_a_cost(traffic: str, cost: int | None) -> None:
    value = {**body({"text": "x"}), "usageMetadata": {"promptTokenCount": 10, "trafficType": traffic}}
    assert answer_in(value, ASKED, price=Price(Tier(300_000, 1))).cost_micros == cost


def test_enumerations_that_came_as_numbers() -> None:
    """Proto JSON writes so what its writer did not know by name."""
    assert answer_in(body({"text": "x"}, finishReason=99), ASKED).detail == "99"
    assert answer_in({"promptFeedback": {"blockReason": 77}}, ASKED) == Response("", "blocked", detail="77")


def test_no_candidates_though_the_model_ran() -> None:
    found = answer_in({"usageMetadata": {"promptTokenCount": 4}, "modelVersion": "m"}, ASKED)
    assert found == Response("", "other", Usage(prompt=4), model_version="m", detail="no candidates")


def test_words_for_numbers_that_json_lacks() -> None:
    chosen = {"chosenCandidates": [{"token": "a", "logProbability": "-Infinity"}]}
    found = answer_in(body({"text": "a"}, avgLogprobs="NaN", logprobsResult=chosen), ASKED)
    assert (found.avg_logprob, found.logprobs) == (None, (("a", -math.inf),))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb"a\ud83d", "a\ufffd"),
        (rb"\ude00\ud83d\ude00\ud83d", "\ufffd\U0001f600\ufffd"),
        (rb"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (rb"\\\ud83d\n\ud83dx", "\\\ufffd\n\ufffdx"),
        (rb"\uD83D\uD83D\uDE00", "\ufffd\U0001f600"),
    ],
)
def test_half_of_a_surrogate_pair_becomes_the_replacement_character(data: bytes, text: str) -> None:
    found = read_answer(b'{"candidates": [{"content": {"parts": [{"text": "%s"}]}, "finishReason": "STOP"}]}' % data)
    assert found.text == text
    dump_json(found.text)


def test_lone_surrogates_in_a_parsed_body() -> None:
    value = body({"text": "\ud800"}, {"functionCall": {"name": "f\udc00", "args": {"\ud800": ["\ud800"]}}})
    found = answer_in(value, ASKED)
    assert (found.text, found.calls) == ("\ufffd", ({"name": "f\ufffd", "args": {"\ufffd": ["\ufffd"]}},))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the answer's body is an empty body"),
        (b"  \n", "the answer's body is an empty body"),
        (
            b'{"candidates": [{"cont',
            'the answer\'s body is JSON that is broken or cut off after 22 bytes: {"candidates": [{"cont',
        ),
        (b"<!doctype html><html><title>Sign in\x1b</title>", "the answer's body is a page in HTML: Sign in"),
        (b"<html><body><p>Bad <b>gateway</b>", "the answer's body is a page in HTML: Bad gateway"),
        (b"upstream reset", "the answer's body is no JSON: upstream reset"),
        (b'{"candidates": "\xff"}', 'the answer\'s body is JSON that is broken or cut off after 19 bytes: {"candidates": "�"}'),
        (b"[]", "the answer's body is JSON of another shape than an answer's: the body is a list, not an object"),
        (b"null", "the answer's body is JSON of another shape than an answer's: it has neither candidates nor promptFeedback"),
        (b"{}", "the answer's body is JSON of another shape than an answer's: it has neither candidates nor promptFeedback"),
    ],
)
def test_a_body_that_is_no_answer(data: bytes, reason: str) -> None:
    with pytest.raises(ProviderError) as caught:
        read_answer(data, ASKED)
    error = caught.value
    assert (error.outcome, error.trouble, error.reason) == (Outcome.REQUEST_FAILED, Trouble.PASSING, reason)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"candidates": {}}, "candidates is an object, not a list"),
        ({"candidates": [1]}, "candidates[0] is 1, not an object"),
        (body({"text": 5}), "a part's text is 5, not text"),
        (body({"text": "x", "thought": "yes"}), 'a part\'s thought is "yes", not true or false'),
        (body("x"), 'a part is "x", not an object'),
        (body({"functionCall": {"name": None, "args": []}}), "functionCall.args is a list, not an object"),
        (body({"text": "x"}, finishReason=1.5), "finishReason is 1.5, not text"),
        (body({"text": "x"}, avgLogprobs="low"), 'avgLogprobs is "low", not a number'),
        (body({"text": "x"}, logprobsResult={"chosenCandidates": 3}), "chosenCandidates is 3, not a list"),
        ({**body({"text": "x"}), "usageMetadata": {"promptTokenCount": -1}}, "promptTokenCount is -1, not a count"),
        ({**body({"text": "x"}), "usageMetadata": {"thoughtsTokenCount": 1.5}}, "thoughtsTokenCount is 1.5, not a count"),
        ({**body({"text": "x"}), "modelVersion": True}, "modelVersion is True, not text"),
    ],
)
def test_what_is_of_the_wrong_type_is_named(value: Json, what: str) -> None:
    error = refused(value)
    assert error.reason == f"the answer's body is JSON of another shape than an answer's: {what}"
    assert (error.outcome, error.trouble) == (Outcome.REQUEST_FAILED, Trouble.PASSING)


def test_arguments_that_no_record_can_hold() -> None:
    deep: Json = 1
    for _ in range(200):
        deep = [deep]
    assert refused(body({"functionCall": {"name": "f", "args": {"a": deep}}})).reason.endswith("nested over 100 levels deep")


def test_an_error_with_status_200_is_an_error() -> None:
    value = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}
    assert (refused(value).reason, refused(value).trouble) == ("HTTP 503: overloaded", Trouble.PASSING)
    assert refused([value]).reason == "HTTP 503: overloaded"


# ---- whatever comes --------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    [
        *(
            "candidates",
            "content",
            "parts",
            "text",
            "thought",
            "functionCall",
            "name",
            "args",
            "id",
            "finishReason",
            "finishMessage",
        ),
        *("avgLogprobs", "logprobsResult", "chosenCandidates", "token", "logProbability", "usageMetadata", "promptTokenCount"),
        *(
            "candidatesTokenCount",
            "promptFeedback",
            "blockReason",
            "modelVersion",
            "responseId",
            "error",
            "code",
            "message",
            "details",
        ),
    ]
)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats()
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=6) | st.sampled_from(["STOP", "NaN", "SAFETY"])
ANY = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)


def can_be_kept(found: Response) -> None:
    dump_json(codec_of(Response).encode(found))


@given(ANY)
def test_any_json_is_an_answer_or_an_error(value: Json) -> None:
    try:
        found = answer_in(value, ASKED)
    except ProviderError as error:
        assert error.reason.isprintable()
        return
    can_be_kept(found)


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_an_answer_or_an_error(data: bytes) -> None:
    with pytest.raises(ProviderError) as caught:
        read_answer(data, ASKED)
    assert caught.value.reason.isprintable()


WHOLE: Json = {
    **body({"text": "a", "thought": False}, {"functionCall": {"name": "f", "args": {"x": 1}}}, avgLogprobs=-1, finishMessage="m"),
    "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2},
    "modelVersion": "m",
    "responseId": "r",
}


def places(value: Json) -> list[tuple[Any, Any]]:
    """(container, key) of every value inside."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [(value, key) for key, _ in pairs] + [place for _, child in pairs for place in places(child)]


@given(st.data(), ANY)
def test_a_right_answer_with_one_wrong_value(data: st.DataObject, wrong: Json) -> None:
    value = orjson.loads(orjson.dumps(WHOLE))
    container, key = data.draw(st.sampled_from(places(value)))
    container[key] = wrong
    try:
        found = answer_in(value, ASKED)
    except ProviderError as error:
        assert error.reason.isprintable()
        return
    can_be_kept(found)


@given(st.integers(0, len(orjson.dumps(WHOLE)) - 1))
def test_a_cut_answer_is_never_an_answer(length: int) -> None:
    with pytest.raises(ProviderError) as caught:
        read_answer(orjson.dumps(WHOLE)[:length], ASKED)
    assert caught.value.trouble is Trouble.PASSING
