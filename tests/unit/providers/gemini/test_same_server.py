"""One server, asked by our provider and by the official client: both send it the same, and it takes both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

from gemini_eval.providers import Opening
from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.provider import Gemini
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.trouble import ProviderError
from gemini_eval.types import Json, Response
from tests.standin import StandIn
from tests.unit.providers.gemini.calls import COMMON, DEVELOPER, VERTEX
from tests.unit.providers.gemini.capture import LOCATION, MODEL, PROJECT, request

CALLS = [
    *((api, name, config) for api in (Api.VERTEX, Api.DEVELOPER) for name, config in COMMON.items()),
    *((Api.VERTEX, name, config) for name, config in VERTEX.items()),
    *((Api.DEVELOPER, name, config) for name, config in DEVELOPER.items()),
]


@dataclass(slots=True)
class Both:
    """The two clients of each API, and what they ask."""

    server: StandIn
    official: Mapping[Api, genai.Client]
    ours: Mapping[Api, Gemini]

    def send(self, api: Api, config: Json) -> tuple[list[Json], list[int], object]:
        """(the two bodies, the two statuses, what came of ours) of one call."""
        before = len(self.server.requests)
        outcome = asyncio.run(_ask(self.ours[api], config))
        try:
            own = orjson.loads(orjson.dumps(config))  # the client changes a schema in place
            self.official[api].models.generate_content(model=MODEL, contents="hi", config=own)
        except genai.errors.APIError:
            pass  # a refusal is told by its status
        seen = [captured for captured in self.server.requests[before:] if captured.path.endswith("generateContent")]
        return [captured.body for captured in seen], [captured.status for captured in seen], outcome


async def _ask(provider: Gemini, config: Json) -> Response | ProviderError:
    try:
        return await provider.ask(request(config))
    except ProviderError as error:
        return error
    finally:
        await provider.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with StandIn() as server, pytest.MonkeyPatch.context() as environment:
        options = types.HttpOptions(base_url=server.url)
        v1 = types.HttpOptions(base_url=server.url, api_version="v1")  # what the provider speaks; the client's own is v1beta1
        official = {
            Api.VERTEX: genai.Client(
                vertexai=True,
                project=PROJECT,
                location=LOCATION,
                credentials=Credentials(token="t"),  # type: ignore[no-untyped-call]  # google-auth is untyped
                http_options=v1,
            ),
            Api.DEVELOPER: genai.Client(vertexai=False, api_key="k" * 20, http_options=options),
        }
        key_file = tmp_path_factory.mktemp("keys") / "account.json"
        write_account(key_file, server.url)
        environment.setenv("GEMINI_API_KEY", "k" * 20)
        environment.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file))
        environment.setenv("GOOGLE_VERTEX_BASE_URL", server.url)
        environment.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        ours = {
            Api.VERTEX: Gemini(MODEL, Opening(target={"api": "vertex", "project": PROJECT, "location": LOCATION})),
            Api.DEVELOPER: Gemini(MODEL, Opening(target={"api": "developer"})),
        }
        for provider in ours.values():
            provider.prepare()
        yield Both(server, official, ours)
        for client in official.values():
            client.close()


def write_account(path: Path, url: str) -> None:
    """A service account's file with a key of its own, whose tokens the stand-in issues."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": pem,
        "client_email": "tests@p1.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{url}/token",
    }
    path.write_text(json.dumps(account), encoding="utf-8")


@pytest.mark.parametrize(("api", "name", "config"), CALLS, ids=[f"{api}: {name}" for api, name, _ in CALLS])
def test_the_server_is_sent_the_same_and_answers_alike(both: Both, api: Api, name: str, config: Json) -> None:
    bodies, statuses, outcome = both.send(api, config)
    assert len(bodies) == 2
    assert canonical_json(bodies[0]) == canonical_json(bodies[1])
    assert statuses[0] == statuses[1]
    assert isinstance(outcome, Response if statuses[0] == 200 else ProviderError), outcome
