"""Embedding models asked through the official client, against a real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gemini_eval.metrics.embedding_models import ToEmbed, unpacked
from gemini_eval.metrics.similar import Similar
from gemini_eval.prompts import Asked, embedding_request
from gemini_eval.providers import Opening, kind_of, price_of
from gemini_eval.providers.embedding.provider import EmbeddingModel
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Habits, Json, Outcome, Request, Response
from tests.reliability.world import service_account
from tests.standin import Body, ExpireToken, Info, Refuse, Reset, Rule, Script, StandIn

KNOWN = {"The parcel comes on Friday.": (1.0,), "Friday is when it comes.": (0.8, 0.6)}
TEXTS = tuple(KNOWN)
VERTEX: Json = {"api": "vertex", "project": "p1", "location": "us-central1"}
KEY = "not-a-real-key-0123456789"


@dataclass(slots=True)
class World:
    server: StandIn

    def ask(self, requests: Sequence[Request], target: Json = VERTEX) -> list[Response]:
        model = self.model(requests[0].model, target)

        async def work() -> list[Response]:
            try:
                return list(await model.ask_together(requests))
            finally:
                await model.close()

        return asyncio.run(work())

    def model(self, name: str, target: Json = VERTEX) -> EmbeddingModel:
        model = EmbeddingModel(name, Opening(target=target, location=str(target.get("location", ""))))
        model.prepare()
        return model

    def trouble(self, *requests: Request, target: Json = VERTEX) -> ProviderError:
        with pytest.raises(ProviderError) as raised:
            self.ask(requests, target)
        return raised.value

    def calls(self) -> list[tuple[str, Json]]:
        return [(seen.path, seen.body) for seen in self.server.requests if "embed" in seen.path or "predict" in seen.path]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """`request.param` are the server's rules, where a test gives some."""
    rules = request.param if hasattr(request, "param") else ()
    with StandIn(Script(rules=rules, embeddings=KNOWN)) as server:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(tmp_path, server.url)))
        monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", server.url)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        yield World(server)


def requests_for(model: str, *texts: str, dimensions: int = 768) -> list[Request]:
    return [embedding_request(Asked(model, "us-central1", Habits()), ToEmbed(model, text, dimensions)) for text in texts]


def cosine(replies: Sequence[Response], dimensions: int = 768) -> float:
    one, other = (unpacked(reply, dimensions) for reply in replies)
    return float(one @ other)


# ---- calls -----------------------------------------------------------------------------------------------------


def test_the_newer_model_is_asked_one_text_a_call_on_vertex_ai(world: World) -> None:
    model = "gemini-embedding-001"
    replies = [world.ask([request])[0] for request in requests_for(model, *TEXTS)]
    assert cosine(replies) == pytest.approx(0.8)
    assert world.model(model).bundle_of(requests_for(model, "x")[0]) == ""
    assert world.calls() == [
        (
            "/v1/projects/p1/locations/us-central1/publishers/google/models/gemini-embedding-001:predict",
            {
                "instances": [{"content": text, "task_type": "SEMANTIC_SIMILARITY"}],
                "parameters": {"outputDimensionality": 768, "autoTruncate": False},
            },
        )
        for text in TEXTS
    ]
    assert [(reply.usage.prompt, reply.cost_micros) for reply in replies] == [(7, 1), (6, 1)]


def test_the_older_models_are_asked_many_texts_a_call(world: World) -> None:
    replies = world.ask(requests_for("text-multilingual-embedding-002", *TEXTS, dimensions=256))
    assert cosine(replies, 256) == pytest.approx(0.8)
    assert [body["instances"] for _, body in world.calls()] == [
        [{"content": text, "task_type": "SEMANTIC_SIMILARITY"} for text in TEXTS]
    ]
    assert [(reply.usage.prompt, reply.cost_micros) for reply in replies] == [(7, None), (6, None)]
    model = world.model("text-embedding-005")
    short, same, shorter, long = (
        model.bundle_of(one)
        for one in (
            *requests_for("text-embedding-005", "a", "b"),
            *requests_for("text-embedding-005", "a", dimensions=9),
            *requests_for("text-embedding-005", "a" * 801),
        )
    )
    assert short == same != shorter and long == ""


def test_the_second_generation_takes_its_task_from_the_text(world: World) -> None:
    replies = [world.ask([request])[0] for request in requests_for("gemini-embedding-2", *TEXTS)]
    assert cosine(replies) == pytest.approx(0.8)
    path, body = world.calls()[0]
    assert path.endswith("/gemini-embedding-2:embedContent")
    assert body["content"]["parts"] == [{"text": f"task: sentence similarity | query: {TEXTS[0]}"}]
    assert body["embedContentConfig"] == {"outputDimensionality": 768, "autoTruncate": False}


def test_the_developer_api_is_asked_many_texts_a_call(world: World) -> None:
    replies = world.ask(requests_for("gemini-embedding-001", *TEXTS), {"api": "developer"})
    assert cosine(replies) == pytest.approx(0.8)
    ((path, body),) = world.calls()
    assert (path, len(body["requests"])) == ("/v1beta/models/gemini-embedding-001:batchEmbedContents", 2)
    assert world.server.requests[-1].headers["x-goog-api-key"] == KEY
    assert [(reply.usage.prompt, reply.cost_micros) for reply in replies] == [(None, None)] * 2


def test_prices_are_the_targets_own_else_the_lists() -> None:
    found = [price_of(name, {}) for name in ("gemini-embedding-001", "text-embedding-005")]
    assert [price.base.input if price else None for price in found] == [150_000, None]
    own = price_of("text-embedding-005", {"prices": {"text-embedding-005": {"input": 0.1, "output": 0}}})
    assert own is not None and own.base.input == 100_000


# ---- troubles --------------------------------------------------------------------------------------------------


def refusing(do: Json, times: int | None = None) -> tuple[Rule, ...]:
    return (Rule(do, method="predict", times=times),)


@pytest.mark.parametrize(
    ("world", "outcome", "trouble", "words"),
    [
        (refusing(Refuse(429, retry_info=2.5)), Outcome.QUOTA, Trouble.CONGESTED, "HTTP 429"),
        (refusing(Refuse(503)), Outcome.REQUEST_FAILED, Trouble.PASSING, "HTTP 503"),
        (refusing(Refuse(400, message="Too long.")), Outcome.REQUEST_FAILED, Trouble.FINAL, "HTTP 400: Too long."),
        (
            refusing(Refuse(403, info=Info("IAM_PERMISSION_DENIED"))),
            Outcome.REQUEST_FAILED,
            Trouble.CLOSED,
            "HTTP 403: no permission",
        ),
        (refusing(Body("<html>", status=502, content_type="text/html")), Outcome.REQUEST_FAILED, Trouble.PASSING, "HTTP 502"),
        (refusing(Body("{")), Outcome.REQUEST_FAILED, Trouble.PASSING, "no answer of the model"),
        (refusing(Body("{}")), Outcome.REQUEST_FAILED, Trouble.PASSING, "0 embeddings for 1 texts"),
        (refusing(Reset()), Outcome.REQUEST_FAILED, Trouble.PASSING, "no connection to"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
    indirect=["world"],
)
def test_troubles_are_those_of_other_requests(world: World, outcome: Outcome, trouble: Trouble, words: str) -> None:
    error = world.trouble(*requests_for("gemini-embedding-001", TEXTS[0]))
    assert (error.outcome, error.trouble) == (outcome, trouble)
    assert words in error.reason
    assert len(world.calls()) == 1  # the client asks again by itself never


@pytest.mark.parametrize("world", [refusing(Refuse(429, retry_after="7"))], indirect=True)
def test_the_servers_wait_is_kept(world: World) -> None:
    assert world.trouble(*requests_for("gemini-embedding-001", TEXTS[0])).retry_after_s == 7


@pytest.mark.parametrize("world", [refusing(ExpireToken(), times=1)], indirect=True)
def test_a_token_that_is_refused_is_renewed_once(world: World) -> None:
    assert world.ask(requests_for("gemini-embedding-001", TEXTS[0]))
    assert len(world.calls()) == 2


@pytest.mark.parametrize("world", [refusing(Refuse(400, message="no: {credential}", tell_credential=True))], indirect=True)
def test_no_echo_of_a_credential_goes_further(world: World) -> None:
    error = world.trouble(*requests_for("gemini-embedding-001", TEXTS[0]))
    assert "[secret]" in error.reason and "stand-in-token" not in error.reason


def test_an_unknown_model_is_told(world: World) -> None:
    with socket.socket():
        error = world.trouble(*requests_for("text-embeddings-005", TEXTS[0]))
    assert error.trouble is Trouble.CLOSED
    assert "no such model text-embeddings-005 in location us-central1, project p1" in error.reason


def test_a_text_too_long_is_refused_rather_than_cut(world: World) -> None:
    error = world.trouble(*requests_for("gemini-embedding-001", "long " * 2_000))
    assert error.trouble is Trouble.FINAL and "The input token count is 2500" in error.reason


def test_fewer_numbers_than_were_asked_for_are_no_embedding(world: World) -> None:
    request = requests_for("gemini-embedding-001", TEXTS[0], dimensions=4_000)[0]
    assert world.trouble(request).trouble is Trouble.FINAL


def test_only_assertions_ask_it() -> None:
    kind = kind_of("gemini-embedding-001")
    assert kind is not None and kind.asked_by == "similar: {model: …}"
    assert Similar.NAME in kind.asked_by
