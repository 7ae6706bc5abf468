"""Every body is, as canonical JSON, what the official client sends for the same call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers.gemini.address import Access, Api, address_of
from gemini_eval.providers.gemini.body import KEPT, BodyMaker
from gemini_eval.safe.json_text import canonical_json, read_json
from gemini_eval.types import Json, Message, Request
from tests.unit.providers.gemini.calls import COMMON, DEVELOPER, VERTEX
from tests.unit.providers.gemini.capture import LOCATION, MODEL, PROJECT, OfficialClient, official_client, request

APIS = (Api.VERTEX, Api.DEVELOPER)
CALLS = [
    *((api, name, config) for api in APIS for name, config in COMMON.items()),
    *((Api.VERTEX, name, config) for name, config in VERTEX.items()),
    *((Api.DEVELOPER, name, config) for name, config in DEVELOPER.items()),
]
TURNS = (Message("user", "a"), Message("model", "b"), Message("user", "ü\U0001f600"))


@pytest.fixture(scope="module")
def official() -> Iterator[OfficialClient]:
    with official_client() as client:
        yield client


def maker(api: Api) -> BodyMaker:
    return BodyMaker(api, PROJECT, LOCATION)


@pytest.mark.parametrize(("api", "name", "config"), CALLS, ids=[f"{api}: {name}" for api, name, _ in CALLS])
def test_a_body_equals_the_official_clients(official: OfficialClient, api: Api, name: str, config: Json) -> None:
    _, sent = official.send(api, config)
    assert canonical_json(maker(api).body(request(config))) == canonical_json(sent)


@pytest.mark.parametrize("api", APIS)
def test_plain_system_and_turns(official: OfficialClient, api: Api) -> None:
    contents = [{"role": message.role, "parts": [{"text": message.text}]} for message in TURNS]
    cases: list[tuple[Request, Json, Json]] = [
        (request({}), None, "hi"),
        (request({}, "Be brief."), {"system_instruction": "Be brief."}, "hi"),
        (request({"temperature": 1}, "Be brief."), {"system_instruction": "Be brief.", "temperature": 1}, "hi"),
        (request({"system_instruction": "Be kind."}), {"system_instruction": "Be kind."}, "hi"),
        (request({}, messages=TURNS), None, contents),
    ]
    for asked, config, said in cases:
        _, sent = official.send(api, config, said)
        assert canonical_json(maker(api).body(asked)) == canonical_json(sent)


@pytest.mark.parametrize("api", APIS)
def test_the_path_is_the_official_clients(official: OfficialClient, api: Api) -> None:
    access = Access(api, PROJECT if api is Api.VERTEX else "", LOCATION if api is Api.VERTEX else "")
    models = [MODEL, f"publishers/google/models/{MODEL}", f"projects/{PROJECT}/locations/{LOCATION}/endpoints/9"]
    for model in models if api is Api.VERTEX else [MODEL, f"models/{MODEL}"]:
        path, _ = official.send(api, None, model=model)
        expected = path.replace("/v1beta1/", "/v1/")  # the client's default for Vertex AI is the beta
        assert address_of(model, "", access).url().partition("googleapis.com")[2] == expected


@pytest.mark.parametrize("api", APIS)
def test_what_the_client_refuses_is_refused(official: OfficialClient, api: Api) -> None:
    others = DEVELOPER if api is Api.VERTEX else VERTEX
    both = ("maps with a key", "cached content by location")  # taken by both, each in its own form
    for config in (config for name, config in others.items() if name not in both):
        with pytest.raises(ValueError, match="only supported in"):
            official.send(api, config)
        with pytest.raises(ValueRefusedError, match=r"only (Vertex AI|the developer API) takes it|additional_properties"):
            maker(api).body(request(config))


def test_short_forms_of_thinking_become_its_message() -> None:
    config = {"thinking_budget": 128, "include_thoughts": True}
    made = maker(Api.VERTEX).body(request(config))["generationConfig"]
    assert made == {"thinkingConfig": {"include_thoughts": True, "thinking_budget": 128}}
    assert maker(Api.VERTEX).body(request({"thinkingLevel": "xhigh"}))["generationConfig"] == {
        "thinkingConfig": {"thinking_level": "XHIGH"}
    }


def test_a_seed_goes_into_a_configuration_that_is_shared() -> None:
    make = maker(Api.VERTEX)
    params = {"temperature": 0, "labels": {"a": "b"}}
    first, second = (make.body(request({**params, "seed": seed})) for seed in (1, 2))
    assert first["generationConfig"] == {"temperature": 0.0, "seed": 1}
    assert second["generationConfig"] == {"temperature": 0.0, "seed": 2}
    assert first["labels"] is second["labels"]


def test_equal_parameters_are_converted_once_and_look_alikes_apart() -> None:
    make = maker(Api.VERTEX)
    base = {"response_mime_type": "application/json"}
    ones = [make.body(request({**base, "response_json_schema": {"const": one}}))["generationConfig"] for one in (1, True, 1.0, 1)]
    assert [canonical_json(one["responseJsonSchema"]) for one in ones] == [
        b'{"const":1}',
        b'{"const":true}',
        b'{"const":1.0}',
        b'{"const":1}',
    ]
    assert ones[0] is ones[3]


def test_what_is_kept_is_bounded() -> None:
    make = maker(Api.VERTEX)
    first = make.body(request({"max_output_tokens": 1}))["generationConfig"]
    for tokens in range(2, KEPT + 3):
        make.body(request({"max_output_tokens": tokens}))
    assert make.body(request({"max_output_tokens": 1}))["generationConfig"] == first


def test_data_is_the_body_in_bytes() -> None:
    asked = request({"temperature": 0.5}, "S", TURNS)
    assert read_json(maker(Api.VERTEX).data(asked)) == maker(Api.VERTEX).body(asked)


def test_wrong_parameters_are_refused_with_their_name() -> None:
    with pytest.raises(ValueRefusedError, match="temprature: Gemini has no such parameter: did you mean"):
        maker(Api.VERTEX).body(request({"temprature": 0}))
    with pytest.raises(ValueRefusedError, match="surrogate"):
        maker(Api.VERTEX).data(request({}, "\ud800"))
