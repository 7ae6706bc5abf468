"""What the server lets in: paths, credentials, bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin import Access, Script, StandIn
from tests.unit.standin.asking import DEVELOPER, EXPRESS, KEY, TOKEN, TUNED, VERTEX, Clock, Got, body_of, call, text_of


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def server(running: StandIn) -> StandIn:
    running.reset(Script())
    return running


def error_of(got: Got) -> tuple[int, str, str]:
    """Status, word and the reason of an ErrorInfo where there is one, in Google's shape."""
    error = got.body["error"]
    assert error["code"] == got.status and error["message"]
    return got.status, error["status"], next((detail["reason"] for detail in error.get("details", [])), "")


# ---- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (DEVELOPER, KEY),
        (VERTEX, TOKEN),
        (VERTEX.replace("/v1/", "/v1beta1/"), TOKEN),
        (VERTEX.replace("us-central1", "global"), TOKEN),
        (VERTEX.replace(":", "%3A"), TOKEN),
        (TUNED, TOKEN),
        (TUNED.replace("/v1/", "/v1beta1/"), TOKEN),
        (EXPRESS, KEY),
        (EXPRESS.replace("/v1/", "/v1beta1/"), KEY),
        (f"{EXPRESS}?key=the-key", {}),
        (f"{DEVELOPER}?key=the-key", {}),
    ],
)
def test_each_way_to_ask(server: StandIn, path: str, headers: dict[str, str]) -> None:
    assert text_of(call(server, path, headers=headers)) == "positive"
    assert call(server, path.replace("generateContent", "countTokens"), headers=headers).body["totalTokens"] == 3


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", DEVELOPER),
        ("POST", DEVELOPER.replace("generateContent", "embedContent")),
        ("POST", DEVELOPER.replace("/v1beta/", "/v2/")),
        ("POST", "/"),
        ("POST", "/v1/projects/p/publishers/google/models/gemini-2.5-flash:generateContent"),
        ("POST", "/v1/projects/p/locations/l/publishers/meta/models/gemini-2.5-flash:generateContent"),
        ("POST", "/v1/projects/p/locations/l/endpoints/9003"),
        ("GET", "/token"),
    ],
)
def test_a_path_that_is_none(server: StandIn, verb: str, path: str) -> None:
    assert error_of(call(server, path, verb=verb)) == (404, "NOT_FOUND", "")


def test_a_model_that_is_none(server: StandIn) -> None:
    assert error_of(call(server, DEVELOPER.replace("gemini", "gpt"))) == (404, "NOT_FOUND", "")
    server.reset(Script(models=("gemini-9",)))
    assert error_of(call(server)) == (404, "NOT_FOUND", "")
    assert call(server, DEVELOPER.replace("gemini-2.5-flash", "gemini-9")).status == 200
    assert call(server, TUNED, headers=TOKEN).status == 200


# ---- credentials -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        (VERTEX, {}, (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")),
        (VERTEX, KEY, (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")),
        (VERTEX, {"Authorization": "Bearer "}, (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")),
        (VERTEX, {"Authorization": "Basic the-token"}, (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")),
        (VERTEX, {"Authorization": "Bearer other"}, (401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED")),
        (TUNED, {}, (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")),
        (EXPRESS, TOKEN, (403, "PERMISSION_DENIED", "")),
        (DEVELOPER, {}, (403, "PERMISSION_DENIED", "")),
        (DEVELOPER, {"x-goog-api-key": "other"}, (400, "INVALID_ARGUMENT", "API_KEY_INVALID")),
        (f"{DEVELOPER}?key=other", {}, (400, "INVALID_ARGUMENT", "API_KEY_INVALID")),
    ],
)
def test_who_is_not_let_in(server: StandIn, path: str, headers: dict[str, str], expected: tuple[int, str, str]) -> None:
    server.reset(Script(access=Access(tokens=("the-token",), keys=("the-key",))))
    assert error_of(call(server, path, headers=headers)) == expected
    assert call(server, path.partition("?")[0], headers={**KEY, **TOKEN}).status == 200


def test_a_given_token_ends_when_it_expires() -> None:
    clock = Clock()
    grant = "grant_type=refresh_token&refresh_token=r"
    with StandIn(Script(access=Access(expires_in=60)), now=clock) as server:
        given = call(server, "/token", grant, headers={})
        assert given == Got(200, {"access_token": "stand-in-token-1", "expires_in": 60, "token_type": "Bearer"})
        header = {"Authorization": "Bearer stand-in-token-1"}
        clock.now += 59.9
        assert call(server, VERTEX, headers=header).status == 200
        clock.now += 0.1
        assert call(server, VERTEX, headers=header).status == 401


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("grant_type=password", "unsupported_grant_type"),
        ("", "unsupported_grant_type"),
        ("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b", "invalid_grant"),
    ],
)
def test_a_token_is_given_for_a_grant_alone(server: StandIn, form: str, word: str) -> None:
    got = call(server, "/token", form, headers={})
    assert (got.status, got.body["error"]) == (400, word)


# ---- bodies ------------------------------------------------------------------------------------------------------------

WAYS = pytest.mark.parametrize(
    ("path", "headers"), [(DEVELOPER, KEY), (VERTEX, TOKEN), (EXPRESS.replace("/v1/", "/v1beta1/"), KEY)]
)
ONE = [{"role": "user", "parts": [{"text": "?"}]}]


@WAYS
@pytest.mark.filterwarnings("ignore:.* is not a valid")  # google-genai's own word on enum words that it lacks
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"contents": "?"}',
        b"\xff",
        {},
        {"contents": []},
        {"contents": ONE, "generationconfig": {}},
        {"contents": ONE, "generationConfig": {"temprature": 0}},
        {"contents": ONE, "generationConfig": {"temperature": "warm"}},
        {"contents": ONE, "generationConfig": {"thinkingConfig": {"thinkingBudget": 1, "effort": 2}}},
        {"contents": ONE, "generationConfig": {"responseSchema": {"type": "OBJEKT"}}},
        {"contents": ONE, "safetySettings": [{"category": "HARM_CATEGORY_RUDENESS", "threshold": "BLOCK_NONE"}]},
        {"contents": ONE, "tools": [{"googleSearching": {}}]},
        {"contents": [{"role": "user", "parts": [{"txt": "?"}]}]},
        {"contents": [{"role": "assistant", "parts": [{"text": "?"}]}]},
    ],
)
def test_a_body_that_the_api_does_not_take(server: StandIn, path: str, headers: dict[str, str], body: object) -> None:
    assert error_of(call(server, path, body, headers=headers)) == (400, "INVALID_ARGUMENT", "")


@WAYS
def test_a_body_with_nearly_everything(server: StandIn, path: str, headers: dict[str, str]) -> None:
    schema = {"type": "OBJECT", "properties": {"wine": {"type": "STRING", "enum": ["Rioja"]}}, "required": ["wine"]}
    body = {
        "contents": [*ONE, {"role": "model", "parts": [{"text": "!"}]}, *ONE],
        "systemInstruction": {"parts": [{"text": "Be short."}]},
        "generationConfig": {
            "temperature": 0,
            "topP": 0.9,
            "topK": 40,
            "maxOutputTokens": 100,
            "stopSequences": ["\n"],
            "seed": 7,
            "candidateCount": 1,
            "presencePenalty": 0.1,
            "frequencyPenalty": 0.1,
            "responseMimeType": "application/json",
            "responseSchema": schema,
            "responseLogprobs": True,
            "logprobs": 3,
            "thinkingConfig": {"thinkingBudget": 0, "includeThoughts": False},
        },
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "tools": [{"functionDeclarations": [{"name": "order", "description": "Order.", "parameters": schema}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["order"]}},
        "cachedContent": "cachedContents/1",
    }
    assert call(server, path, body, headers=headers).status == 200
    assert server.requests[0].body == body


@pytest.mark.parametrize(("path", "headers", "status"), [(DEVELOPER, KEY, 400), (VERTEX, TOKEN, 200)])
def test_labels_belong_to_vertex(server: StandIn, path: str, headers: dict[str, str], status: int) -> None:
    assert call(server, path, body_of("?", labels={"team": "cellar"}), headers=headers).status == status


def test_counting_the_tokens_of_a_whole_request(server: StandIn) -> None:
    counting = DEVELOPER.replace("generateContent", "countTokens")
    whole = {"model": "models/gemini-2.5-flash", **body_of("x" * 30), "systemInstruction": {"parts": [{"text": "y" * 10}]}}
    assert call(server, counting, {"generateContentRequest": whole}) == Got(200, {"totalTokens": 10})
    assert error_of(call(server, counting, {"generateContentRequest": whole, "more": 1})) == (400, "INVALID_ARGUMENT", "")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"contents": "?"}', b'{"contents": [1]}', b'{"contents": {"parts": 3}}'])
def test_a_fast_server_refuses_what_it_can_not_read(body: bytes) -> None:
    with StandIn(fast=True) as server:
        assert error_of(call(server, body=body)) == (400, "INVALID_ARGUMENT", "")
        assert text_of(call(server, body={**body_of("?"), "anything": 1})) == "positive"


NAMES = st.sampled_from(["contents", "role", "parts", "text", "generationConfig", "responseLogprobs", "systemInstruction", "x"])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["user", "model", "?"])
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3))


@pytest.mark.filterwarnings("ignore:.* is not a valid")
@settings(deadline=None)
@given(st.dictionaries(NAMES, ANYTHING, max_size=4), st.booleans())
def test_any_body_is_answered_or_refused(reader: StandIn, body: object, counting: bool) -> None:
    """Neither form of the server ever fails over what it reads, which leaving its block would tell."""
    for path, headers in ((DEVELOPER, KEY), (VERTEX, TOKEN)):
        asked = path.replace("generateContent", "countTokens") if counting else path
        assert call(reader, asked, body, headers=headers).status in (200, 400)


@pytest.fixture(scope="module", params=[True, False], ids=["fast", "strict"])
def reader(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with StandIn(fast=request.param) as server:
        yield server


# ---- what is seen --------------------------------------------------------------------------------------------------------


def test_a_captured_request(server: StandIn) -> None:
    call(server, f"{VERTEX}?alt=json", body_of("?"), headers={**TOKEN, "X-Goog-User-Project": "p"})
    call(server, "/nowhere", "text")
    first, second = server.requests
    assert (first.n, first.call, first.method, first.path, dict(first.query)) == (1, 1, "POST", VERTEX, {"alt": "json"})
    assert (first.headers["x-goog-user-project"], first.body, json.loads(first.raw)) == ("p", body_of("?"), body_of("?"))
    assert (first.status, second.status, second.n, second.call, second.body, second.raw) == (200, 404, 2, 0, None, b"text")
    assert first.time < second.time


def test_the_counts(server: StandIn) -> None:
    call(server)
    call(server, body="{")
    call(server, DEVELOPER.replace("generateContent", "countTokens"))
    call(server, "/nowhere")
    assert server.stats() == {
        "requests": 4,
        "calls": 2,
        "calls_by_method": {"generateContent": 2, "countTokens": 1},
        "answers": 1,
        "by_status": {"200": 2, "400": 1, "404": 1},
        "at_once": 0,
        "most_at_once": 1,
        "tokens": 0,
    }
    server.reset()
    assert (server.stats()["requests"], server.requests) == (0, [])


def test_a_large_body(server: StandIn) -> None:
    assert text_of(call(server, body=body_of("x" * 50_000_000))) == "positive"
    assert len(server.requests[0].raw) > 50_000_000
