"""Gemini asked in every way there is, by the real command line: which address, which credential, what the report says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.world import KEY, MODEL, World, developer, echoing, express, vertex, words, world
from tests.standin import StandIn

ENDPOINT = "projects/cellar-9/locations/us-central1/endpoints/9003"
BODY = {
    "contents": [{"parts": [{"text": "Number 0"}], "role": "user"}],
    "generationConfig": {"maxOutputTokens": 32, "thinkingConfig": {"thinking_budget": 0}},
}
Environment = Callable[[str, Path], Mapping[str, str]]


@dataclass(frozen=True)
class Way:
    """How the model is asked: what is set, what the report's line on the model says, where the request goes."""

    name: str
    environment: Environment
    told: str
    path: str
    credential: tuple[str, str]
    model: str = MODEL
    cost: str = "$0.000018"


def google(**more: str) -> Environment:
    return lambda url, folder: vertex(url, folder, **more)


_KEYED, _TOKEN = ("x-goog-api-key", KEY), ("authorization", "Bearer stand-in-token-1")
WAYS = [
    Way(
        "developer API",
        lambda url, _: developer(url),
        f"{MODEL} · Gemini developer API · the suite",
        f"/v1beta/models/{MODEL}",
        _KEYED,
    ),
    Way(
        "express mode",
        lambda url, _: express(url),
        f"{MODEL} · Vertex AI, express mode · global · the suite",
        f"/v1/publishers/google/models/{MODEL}",
        _KEYED,
    ),
    Way(
        "Vertex AI, global",
        google(),
        f"{MODEL} · Vertex AI · wine-cellar-31 / global · the suite",
        f"/v1/projects/wine-cellar-31/locations/global/publishers/google/models/{MODEL}",
        _TOKEN,
    ),
    Way(
        "Vertex AI, a region of the environment",
        google(GOOGLE_CLOUD_LOCATION="europe-west1"),
        f"{MODEL} · Vertex AI · wine-cellar-31 / europe-west1 · the suite",
        f"/v1/projects/wine-cellar-31/locations/europe-west1/publishers/google/models/{MODEL}",
        _TOKEN,
    ),
    Way(
        "Vertex AI, a region of the suite",
        google(GOOGLE_CLOUD_LOCATION="europe-west1"),
        f"{MODEL} · Vertex AI · wine-cellar-31 / us-east4 · the suite",
        f"/v1/projects/wine-cellar-31/locations/us-east4/publishers/google/models/{MODEL}",
        _TOKEN,
        model=f"{{id: {MODEL}, location: us-east4}}",
    ),
    Way(
        "Vertex AI, a full path",
        google(),
        f"projects/cellar-9/locations/eu/publishers/google/models/{MODEL} · Vertex AI · cellar-9 / eu · the suite",
        f"/v1/projects/cellar-9/locations/eu/publishers/google/models/{MODEL}",
        _TOKEN,
        model=f"projects/cellar-9/locations/eu/publishers/google/models/{MODEL}",
    ),
    Way(
        "a tuned endpoint",
        google(GOOGLE_CLOUD_LOCATION="europe-west1"),
        f"{ENDPOINT} · Vertex AI · cellar-9 / us-central1 · the suite",
        f"/v1/{ENDPOINT}",
        _TOKEN,
        model=ENDPOINT,
        cost="unknown",
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn(echoing()) as running:
        yield running


def asked_of(server: StandIn, folder: Path, way: Way) -> World:
    server.reset(echoing())
    one = world(folder / "work", server, 3, environment=way.environment(server.url, folder))
    suite = one.folder / "suite.yaml"
    suite.write_text(suite.read_text().replace(f"models: {MODEL}", f"models: {way.model}"))
    return one


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_each_way_to_ask(way: Way, server: StandIn, tmp_path: Path) -> None:
    one = asked_of(server, tmp_path, way)
    ended = one.run(COLUMNS="160")

    assert (ended.status, ended.stderr) == (0, "")
    variant = f"ask@{MODEL}" if way.model.startswith("{") else f"ask@{way.model}"
    assert words(ended.stdout) == f"✓ 3 of 3 cases pass ({variant}). Cost {way.cost} for 3 answers. Model: {way.told}"
    calls = [seen for seen in server.requests if seen.call]
    assert {seen.path for seen in calls} == {f"{way.path}:generateContent"}
    name, value = way.credential
    assert {seen.headers.get(name) for seen in calls} == {value}
    assert [seen.query for seen in calls] == [{}] * 3
    assert sorted((seen.body for seen in calls), key=str)[0] == BODY
    assert server.stats()["tokens"] == (1 if way.credential == _TOKEN else 0)


def test_the_places_are_recorded(server: StandIn, tmp_path: Path) -> None:
    one = asked_of(server, tmp_path, WAYS[3])
    one.run()
    assert {(record.model, record.location) for record in one.acknowledged()} == {(MODEL, "europe-west1")}
    (suite,) = one.header()["suites"]
    shown = {name: suite["variants"][0][name] for name in ("model", "through", "project", "location", "why")}
    assert shown == {
        "model": MODEL,
        "through": "Vertex AI",
        "project": "wine-cellar-31",
        "location": "europe-west1",
        "why": "the suite",
    }


def test_another_place_is_another_request(server: StandIn, tmp_path: Path) -> None:
    """The cache answers for the place that was asked, and for no other; another project is the same model."""
    one = asked_of(server, tmp_path, WAYS[2])
    counts = []
    for more in ({}, {"GOOGLE_CLOUD_LOCATION": "us-east4"}, {"GOOGLE_CLOUD_PROJECT": "another"}, {}):
        one.run(**more)
        counts.append(one.calls())
    assert counts == [3, 6, 6, 6]


def test_the_same_answers_twice_ask_once(server: StandIn, tmp_path: Path) -> None:
    one = asked_of(server, tmp_path, WAYS[0])
    first, second = one.run(), one.run()
    assert (first.status, second.status, one.calls()) == (0, 0, 3)
    assert words(second.stdout).startswith(
        f"✓ 3 of 3 cases pass (ask@{MODEL}). Cost $0.000018 for 3 answers, 3 of them from the cache: $0.00 now."
    )
    assert one.call("report", "last", "--canonical").stdout.encode() == one.canonical()
