"""google-genai and google-auth, pointed at the stand-in: they get what they would from Google."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google import genai
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request as Transport
from google.genai import errors, types
from google.oauth2.credentials import Credentials
from google.oauth2.service_account import Credentials as ServiceAccount

from tests.standin import Access, Answer, FunctionCall, Refuse, Rule, Script, StandIn
from tests.unit.standin.asking import TOKEN, TUNED, VERTEX, call

MODEL = "gemini-2.5-flash"


def vertex(url: str) -> genai.Client:
    options = types.HttpOptions(base_url=url)
    credentials = Credentials(token="the-token")
    return genai.Client(vertexai=True, project="p", location="us-central1", credentials=credentials, http_options=options)


def vertex_v1(url: str) -> genai.Client:
    options = types.HttpOptions(base_url=url, api_version="v1")
    credentials = Credentials(token="the-token")
    return genai.Client(vertexai=True, project="p", location="us-central1", credentials=credentials, http_options=options)


def express(url: str) -> genai.Client:
    return genai.Client(vertexai=True, api_key="the-key", http_options=types.HttpOptions(base_url=url))


def developer(url: str) -> genai.Client:
    return genai.Client(vertexai=False, api_key="the-key", http_options=types.HttpOptions(base_url=url))


Make = Callable[[str], genai.Client]
CLIENTS = [vertex, vertex_v1, express, developer]


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn(truth={"smells of cherry": "Rioja"}) as running:
        yield running


@pytest.fixture(scope="module")
def clients(server: StandIn) -> dict[Make, genai.Client]:
    return {make: make(server.url) for make in CLIENTS}


@pytest.fixture(params=CLIENTS, ids=lambda make: make.__name__)
def client(server: StandIn, clients: dict[Make, genai.Client], request: pytest.FixtureRequest) -> genai.Client:
    server.reset(Script(oracle=server.script.oracle))
    return clients[request.param]


def script(server: StandIn, answer: Answer) -> None:
    server.reset(Script(rules=(Rule(answer),), oracle=server.script.oracle))


def generate(
    client: genai.Client, contents: str = "Which wine?\nText: smells of cherry", **config: object
) -> types.GenerateContentResponse:
    return client.models.generate_content(model=MODEL, contents=contents, config=types.GenerateContentConfig(**config))  # type: ignore[arg-type]  # keywords as the test names them


# ---- answers ---------------------------------------------------------------------------------------------------


def test_text_with_its_counts(client: genai.Client) -> None:
    answer = generate(client, system_instruction="Answer with a name.")
    usage = answer.usage_metadata
    assert usage is not None and answer.candidates is not None
    assert (answer.text, answer.candidates[0].finish_reason) == ("Rioja", types.FinishReason.STOP)
    assert (answer.model_version, answer.response_id) == (MODEL, "stand-in-1")
    prompt = -(-len("Answer with a name.Which wine?\nText: smells of cherry") // 4)
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (prompt, 2, prompt + 2)


def test_thoughts_apart_from_the_text(client: genai.Client, server: StandIn) -> None:
    script(server, Answer(thoughts="Cherry, so Spain.", thoughts_tokens=120, cached_tokens=7))
    answer = generate(client, thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_budget=512))
    assert answer.candidates and answer.candidates[0].content and answer.candidates[0].content.parts
    assert [(part.text, part.thought) for part in answer.candidates[0].content.parts] == [
        ("Cherry, so Spain.", True),
        ("Rioja", None),
    ]
    usage = answer.usage_metadata
    assert usage is not None
    assert (answer.text, usage.thoughts_token_count, usage.cached_content_token_count) == ("Rioja", 120, 7)


def test_function_calls(client: genai.Client, server: StandIn) -> None:
    script(
        server, Answer(function_calls=(FunctionCall("order", {"wine": "Rioja", "bottles": 2}), FunctionCall("bill", id="call-2")))
    )
    declared = [types.FunctionDeclaration(name="order"), types.FunctionDeclaration(name="bill")]
    answer = generate(client, tools=[types.Tool(function_declarations=declared)])
    assert answer.function_calls is not None
    has_ids = client._api_client._http_options.api_version != "v1"
    assert [(called.name, called.args or {}, called.id) for called in answer.function_calls] == [
        ("order", {"wine": "Rioja", "bottles": 2}, None),
        ("bill", {}, "call-2" if has_ids else None),
    ]


def test_scripted_logprobs(client: genai.Client, server: StandIn) -> None:
    script(server, Answer(logprobs=(("Rio", -0.25), ("ja", -0.5))))
    answer = generate(client, response_logprobs=True, logprobs=1)
    assert answer.candidates and answer.candidates[0].logprobs_result
    candidate, result = answer.candidates[0], answer.candidates[0].logprobs_result
    assert [(chosen.token, chosen.log_probability) for chosen in result.chosen_candidates or ()] == [("Rio", -0.25), ("ja", -0.5)]
    assert [[best.token for best in top.candidates or ()] for top in result.top_candidates or ()] == [["Rio"], ["ja"]]
    assert candidate.avg_logprobs == -0.375


def test_logprobs_come_where_they_are_asked_for(client: genai.Client) -> None:
    answer = generate(client, response_logprobs=True)
    assert answer.candidates and answer.candidates[0].logprobs_result
    chosen = answer.candidates[0].logprobs_result.chosen_candidates or []
    assert [candidate.token for candidate in chosen] == ["Rioj", "a"]
    assert all(candidate.log_probability is not None and candidate.log_probability < 0 for candidate in chosen)


SPOKEN = ("STOP", "MAX_TOKENS")


@pytest.mark.parametrize("reason", [reason for reason in types.FinishReason if reason.name != "FINISH_REASON_UNSPECIFIED"])
def test_every_finish_reason(client: genai.Client, server: StandIn, reason: types.FinishReason) -> None:
    script(server, Answer(finish_reason=reason.value))
    answer = generate(client)
    assert answer.candidates is not None
    assert (answer.candidates[0].finish_reason, answer.text) == (reason, "Rioja" if reason.name in SPOKEN else None)


def test_a_finish_message(server: StandIn) -> None:
    """google-genai drops the developer API's, so it is read as it was sent."""
    script(server, Answer(finish_reason="RECITATION", finish_message="It recites."))
    ended = {"finishReason": "RECITATION", "finishMessage": "It recites."}
    assert call(server, VERTEX, headers=TOKEN).body["candidates"] == [ended]
    assert call(server).body["candidates"] == [{**ended, "index": 0}]


def test_a_finish_reason_that_no_client_knows(client: genai.Client, server: StandIn) -> None:
    script(server, Answer(finish_reason="SINGING"))
    with warnings.catch_warnings(action="ignore"):
        answer = generate(client)
    assert answer.candidates and answer.candidates[0].finish_reason
    assert answer.candidates[0].finish_reason.value == "SINGING"


@pytest.mark.parametrize(("text", "shown"), [("Rio", "Rio"), ("", None)])
def test_cut_off_with_partial_text_and_with_none(client: genai.Client, server: StandIn, text: str, shown: str | None) -> None:
    script(server, Answer(text=text, finish_reason="MAX_TOKENS", thoughts_tokens=8))
    answer = generate(client)
    assert answer.candidates and answer.candidates[0].content and answer.usage_metadata
    assert (answer.text, answer.candidates[0].content.role) == (shown, "model")
    assert answer.usage_metadata.thoughts_token_count == 8
    assert answer.usage_metadata.candidates_token_count == (1 if text else None)


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "OTHER"])
def test_a_blocked_prompt(client: genai.Client, server: StandIn, reason: str) -> None:
    script(server, Answer(block_reason=reason, block_message="Not this."))
    answer = generate(client)
    feedback = answer.prompt_feedback
    assert feedback is not None and feedback.block_reason is not None
    assert (answer.candidates, feedback.block_reason.value, feedback.block_reason_message) == (None, reason, "Not this.")


def test_no_candidates_at_all(client: genai.Client, server: StandIn) -> None:
    script(server, Answer(candidates=False))
    answer = generate(client)
    assert (answer.candidates, answer.prompt_feedback, answer.text) == (None, None, None)


def test_a_model_version_of_its_own_and_a_change_of_it(client: genai.Client, server: StandIn) -> None:
    newer = Rule(Answer(model_version="gemini-2.5-flash-002"), calls=(2,))
    server.reset(Script(rules=(newer,), model_version="gemini-2.5-flash-001"))
    assert [generate(client).model_version for _ in range(3)] == [f"gemini-2.5-flash-00{digit}" for digit in "121"]


# ---- everything else -------------------------------------------------------------------------------------------


def test_tokens_are_counted(client: genai.Client) -> None:
    assert client.models.count_tokens(model=MODEL, contents="x" * 41).total_tokens == 11


def test_a_model_is_found_and_another_is_not(client: genai.Client) -> None:
    found = client.models.get(model=MODEL)
    assert found.name in (f"models/{MODEL}", f"publishers/google/models/{MODEL}")
    with pytest.raises(errors.ClientError, match="404 NOT_FOUND"):
        client.models.get(model="gpt-4")


def test_an_error_is_the_clients_own(client: genai.Client, server: StandIn) -> None:
    server.reset(Script(rules=(Rule(Refuse(429, retry_info=1.5)),)))
    with pytest.raises(errors.ClientError) as raised:
        generate(client)
    assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert raised.value.details["error"]["details"] == [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"}
    ]


def test_a_tuned_endpoint(server: StandIn, clients: dict[Make, genai.Client]) -> None:
    server.reset(Script(rules=(Rule(Answer("tuned"), model="9003"),)))
    endpoint = "projects/p/locations/us-central1/endpoints/9003"
    assert clients[vertex].models.generate_content(model=endpoint, contents="x").text == "tuned"


# ---- tokens of a service account -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def account_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def account(folder: Path, server: StandIn, key: str) -> ServiceAccount:
    path = folder / "account.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "client_email": "eval@p.iam.gserviceaccount.com",
                "private_key": key,
                "token_uri": f"{server.url}/token",
            }
        )
    )
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    made: ServiceAccount = ServiceAccount.from_service_account_file(str(path), scopes=scopes)  # type: ignore[no-untyped-call]  # google-auth has no types
    return made


def test_a_service_account_gets_a_token_that_opens_vertex(tmp_path: Path, account_key: str) -> None:
    with StandIn(Script(access=Access(tokens=(), expires_in=1800))) as server:
        credentials = account(tmp_path, server, account_key)
        credentials.refresh(Transport())
        left = credentials.expiry - datetime.now(UTC).replace(tzinfo=None)
        assert (credentials.token, left > timedelta(minutes=29)) == ("stand-in-token-1", True)
        assert call(server, TUNED, headers={"Authorization": "Bearer stand-in-token-1"}).status == 200
        assert call(server, TUNED, headers={"Authorization": "Bearer stand-in-token-2"}).status == 401
        assert server.stats()["tokens"] == 1


def test_a_token_endpoint_that_fails(tmp_path: Path, account_key: str) -> None:
    with StandIn(Script(access=Access(failing=1, failure="invalid_grant"))) as server:
        credentials = account(tmp_path, server, account_key)
        with pytest.raises(RefreshError, match="invalid_grant: told to fail"):
            credentials.refresh(Transport())
        credentials.refresh(Transport())
        assert credentials.token == "stand-in-token-1"
