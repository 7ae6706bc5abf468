"""Where each spelling of a model is asked, and what is said of a wrong one."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.errors import UsageError
from gemini_eval.providers.gemini.address import Access, Address, Api, address_faults, address_of
from gemini_eval.providers.gemini.spelling import is_gemini, is_location

VERTEX = Access(Api.VERTEX, "p1", "us-central1", why="GOOGLE_CLOUD_PROJECT", location_from="the target")
BARE = Access(Api.VERTEX, "p1")
EXPRESS = Access(Api.EXPRESS, why="GOOGLE_GENAI_USE_VERTEXAI and GOOGLE_API_KEY")
DEVELOPER = Access(Api.DEVELOPER, why="GEMINI_API_KEY")
BASE = "publishers/google/models/gemini-2.5-flash"


@pytest.mark.parametrize(
    ("access", "model", "location", "url"),
    [
        (BARE, "gemini-2.5-flash", "", f"https://aiplatform.googleapis.com/v1/projects/p1/locations/global/{BASE}"),
        (BARE, "gemini-2.5-flash", "us", f"https://aiplatform.us.rep.googleapis.com/v1/projects/p1/locations/us/{BASE}"),
        (BARE, "gemini-2.5-flash", "eu", f"https://aiplatform.eu.rep.googleapis.com/v1/projects/p1/locations/eu/{BASE}"),
        (
            VERTEX,
            "gemini-2.5-flash",
            "",
            f"https://us-central1-aiplatform.googleapis.com/v1/projects/p1/locations/us-central1/{BASE}",
        ),
        (
            VERTEX,
            "gemini-2.5-flash",
            "europe-west4",
            f"https://europe-west4-aiplatform.googleapis.com/v1/projects/p1/locations/europe-west4/{BASE}",
        ),
        (VERTEX, BASE, "", f"https://us-central1-aiplatform.googleapis.com/v1/projects/p1/locations/us-central1/{BASE}"),
        (
            VERTEX,
            f"projects/p2/locations/us-central1/{BASE}",
            "",
            f"https://us-central1-aiplatform.googleapis.com/v1/projects/p2/locations/us-central1/{BASE}",
        ),
        (
            BARE,
            "projects/p2/locations/europe-west4/endpoints/9003",
            "",
            "https://europe-west4-aiplatform.googleapis.com/v1/projects/p2/locations/europe-west4/endpoints/9003",
        ),
        (
            Access(Api.VERTEX, "p1", "us-east1", location_from="GOOGLE_CLOUD_LOCATION"),
            "projects/p2/locations/global/endpoints/9003",
            "",
            "https://aiplatform.googleapis.com/v1/projects/p2/locations/global/endpoints/9003",
        ),
        (EXPRESS, "gemini-2.5-flash", "", f"https://aiplatform.googleapis.com/v1/{BASE}"),
        (EXPRESS, BASE, "global", f"https://aiplatform.googleapis.com/v1/{BASE}"),
        (DEVELOPER, "gemini-2.5-flash", "", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash"),
        (DEVELOPER, "models/gemma-3-27b-it", "", "https://generativelanguage.googleapis.com/v1beta/models/gemma-3-27b-it"),
        (
            Access(Api.VERTEX, "p1", base_url="http://127.0.0.1:8080"),
            "gemini-2.5-flash",
            "",
            f"http://127.0.0.1:8080/v1/projects/p1/locations/global/{BASE}",
        ),
        (Access(Api.DEVELOPER, base_url="https://proxy.example/g"), "m", "", "https://proxy.example/g/v1beta/models/m"),
    ],
)
def test_where_a_model_is_asked(access: Access, model: str, location: str, url: str) -> None:
    assert address_faults(model, location, access) == ("", "")
    assert address_of(model, location, access).url() == f"{url}:generateContent"


def test_an_address_in_parts() -> None:
    address = address_of("gemini-2.5-flash", "us", Access(Api.VERTEX), "p9")
    assert address == Address(
        "https://aiplatform.us.rep.googleapis.com", f"v1/projects/p9/locations/us/{BASE}", "gemini-2.5-flash", "p9", "us"
    )
    assert address.host == "aiplatform.us.rep.googleapis.com"
    assert address.url("countTokens").endswith("/gemini-2.5-flash:countTokens")


def test_without_a_project_nothing_is_asked_of_vertex() -> None:
    with pytest.raises(UsageError, match=r'no Google Cloud project is known to ask "gemini-2\.5-flash" with'):
        address_of("gemini-2.5-flash", "", Access(Api.VERTEX))


ENDPOINT = "projects/p1/locations/us-central1/endpoints/9003"


@pytest.mark.parametrize(
    ("access", "model", "location", "reason", "hint"),
    [
        (VERTEX, "9003", "", '"9003" is an endpoint\'s number, which does not say where the endpoint is', f"write {ENDPOINT}"),
        (VERTEX, "endpoints/9003", "", '"endpoints/9003" does not say where the endpoint is', f"write {ENDPOINT}"),
        (
            BARE,
            "endpoints/9003",
            "us-east1",
            '"endpoints/9003" does not say where the endpoint is',
            f"write {ENDPOINT}".replace("us-central1", "us-east1"),
        ),
        (
            Access(Api.VERTEX),
            "endpoints/9003",
            "",
            '"endpoints/9003" does not say where the endpoint is',
            "write projects/PROJECT/locations/LOCATION/endpoints/9003",
        ),
        (
            VERTEX,
            "projects/p1/endpoints/9003",
            "",
            '"projects/p1/endpoints/9003" does not say in which location',
            f"write {ENDPOINT}",
        ),
        (
            VERTEX,
            "locations/us-central1/endpoints/9003",
            "",
            '"locations/us-central1/endpoints/9003" does not say in which project',
            f"write {ENDPOINT}",
        ),
        (
            VERTEX,
            "tunedModels/wine",
            "",
            '"tunedModels/wine": the developer API no longer has tuned models',
            "write the full endpoint of one on Vertex AI: projects/p1/locations/us-central1/endpoints/ID",
        ),
        (
            VERTEX,
            "tuned:tickets/e4",
            "",
            '"tuned:tickets/e4" is looked up in gemini-eval.tuned.yaml, and does not stand there',
            "see what does: gemini-eval tune list",
        ),
        (
            VERTEX,
            "projects/p1/locations/us-central1/models/77",
            "",
            '"projects/p1/locations/us-central1/models/77" is a model in the registry, which answers nothing itself',
            "write the endpoint that it is deployed to: projects/p1/locations/us-central1/endpoints/ID",
        ),
        (
            VERTEX,
            "models/gemini-2.5-flash",
            "",
            '"models/gemini-2.5-flash" is a spelling of the developer API',
            "write gemini-2.5-flash",
        ),
        (
            VERTEX,
            "projects/p1/locations/europe-west4/endpoints/9",
            "",
            'the endpoint "projects/p1/locations/europe-west4/endpoints/9" is in europe-west4, but location says us-central1',
            "write location: europe-west4 for this model, or name one that is in us-central1",
        ),
        (
            BARE,
            f"projects/p1/locations/us-central1/{BASE}",
            "europe-west4",
            f'the model "projects/p1/locations/us-central1/{BASE}" is in us-central1, but location says europe-west4',
            "write location: us-central1 for this model, or name one that is in europe-west4",
        ),
        (
            VERTEX,
            "google/gemini-2.5-flash",
            "",
            '"google/gemini-2.5-flash" is spelled as other tools do',
            "write gemini-2.5-flash",
        ),
        (VERTEX, "Gemini-2.5-Flash", "", 'model ids are in lower case, not "Gemini-2.5-Flash"', "write gemini-2.5-flash"),
        (
            VERTEX,
            "gemini-2.5-flash:generateContent",
            "",
            '"gemini-2.5-flash:generateContent" ends in a method',
            "write gemini-2.5-flash",
        ),
        (
            VERTEX,
            "publishers/google/gemini-3",
            "",
            '"publishers/google/gemini-3" lacks models/',
            "write publishers/google/models/gemini-3",
        ),
        (
            VERTEX,
            "publishers/anthropic/models/x",
            "",
            '"publishers/anthropic/models/x" is a model of anthropic, which does not answer in Gemini\'s format',
            "name one of publishers/google",
        ),
        (
            VERTEX,
            "gemini-2.5 flash?",
            "",
            "a model id with ' ', '?' in it: 'gemini-2.5 flash?'",
            "it has letters, digits, dashes, dots and slashes",
        ),
        (
            VERTEX,
            "models/../x",
            "",
            "a model id with an empty part: 'models/../x'",
            "write it without // and .., and with no slash at its ends",
        ),
        (VERTEX, "model/x", "", '"model/x" is no model id', 'did you mean "models"?'),
        (
            VERTEX,
            "projects/P 1/locations/us-central1/endpoints/9",
            "",
            "a model id with ' ' in it: 'projects/P 1/locations/us-central1/endpoints/9'",
            "it has letters, digits, dashes, dots and slashes",
        ),
        (
            VERTEX,
            "projects/P1/locations/us-central1/endpoints/9",
            "",
            '"P1" in "projects/P1/locations/us-central1/endpoints/9" is no project',
            "a project id has lower-case letters, digits and dashes",
        ),
        (
            VERTEX,
            "projects/p1/locations/us-central1-a/endpoints/9",
            "",
            '"us-central1-a" in "projects/p1/locations/us-central1-a/endpoints/9" is no location',
            "us-central1-a is a zone; write its region: us-central1",
        ),
        (VERTEX, "gemini-2.5-flash", "US-Central1", '"US-Central1" (location) is no location', "write us-central1"),
        (VERTEX, "gemini-2.5-flash", "us-centrall", '"us-centrall" (location) is no location', 'did you mean "us-central1"?'),
        (
            VERTEX,
            "gemini-2.5-flash",
            "moon",
            '"moon" (location) is no location',
            "write global, us, eu or a region such as us-central1",
        ),
        (
            Access(Api.VERTEX, "p1", "x1", location_from="GOOGLE_CLOUD_LOCATION"),
            "gemini-2.5-flash",
            "",
            '"x1" (GOOGLE_CLOUD_LOCATION) is no location',
            "write global, us, eu or a region such as us-central1",
        ),
        (
            EXPRESS,
            ENDPOINT,
            "",
            f'express mode has no tuned endpoints: "{ENDPOINT}"',
            "set GOOGLE_CLOUD_PROJECT=p1 (or the target's project) and use Vertex AI with credentials",
        ),
        (
            EXPRESS,
            f"projects/p1/locations/global/{BASE}",
            "",
            f'express mode has no projects and locations: "projects/p1/locations/global/{BASE}"',
            "write gemini-2.5-flash, or set GOOGLE_CLOUD_PROJECT (or the target's project) to ask Vertex AI",
        ),
        (
            DEVELOPER,
            ENDPOINT,
            "",
            f'"{ENDPOINT}" is a path of Vertex AI, but the developer API is asked (because of GEMINI_API_KEY)',
            "set GOOGLE_CLOUD_PROJECT=p1 (or the target's project) to ask Vertex AI",
        ),
        (
            DEVELOPER,
            BASE,
            "",
            f'"{BASE}" is a path of Vertex AI, but the developer API is asked (because of GEMINI_API_KEY)',
            "write gemini-2.5-flash, or set GOOGLE_CLOUD_PROJECT (or the target's project) to ask Vertex AI",
        ),
        (
            DEVELOPER,
            "gemini-2.5-flash",
            "us-central1",
            "the developer API has no locations, but location says us-central1",
            "take the location out, or set GOOGLE_CLOUD_PROJECT (or the target's project) to ask Vertex AI",
        ),
        (
            Access(Api.VERTEX, "p1", base_url="127.0.0.1:8080"),
            "m",
            "",
            "GOOGLE_VERTEX_BASE_URL is no address of a server",
            "write it like https://HOST or http://127.0.0.1:8080",
        ),
        (
            Access(Api.DEVELOPER, base_url="https://me:secret@host"),
            "m",
            "",
            "GOOGLE_GEMINI_BASE_URL holds a user name or password",
            "take it out of the address",
        ),
        (
            Access(Api.DEVELOPER, base_url="http://host:port"),
            "m",
            "",
            "GOOGLE_GEMINI_BASE_URL is no address",
            "write it like https://HOST or http://127.0.0.1:8080",
        ),
    ],
)
def test_what_is_wrong_and_what_is_right(access: Access, model: str, location: str, reason: str, hint: str) -> None:
    assert address_faults(model, location, access) == (reason, hint)
    with pytest.raises(UsageError):
        address_of(model, location, access, "p0")


@pytest.mark.parametrize(
    ("model", "ours"),
    [
        *(
            (model, True)
            for model in ("gemini-3.8-flash", "gemma-4-31b-it", BASE, ENDPOINT, "models/x", "tunedModels/x", "9003", "tuned:x/y")
        ),
        *((model, True) for model in ("endpoints/9", "Gemini-2.5", "google/gemini-2.5-flash", "locations/x/endpoints/9")),
        *((model, False) for model in ("local:gemma-3-270m", "replay:gemini.jsonl", "gpt-5", "", "/models/x", "٣")),
    ],
)
def test_which_ids_are_ours(model: str, ours: bool) -> None:
    assert is_gemini(model) is ours


ACCESSES = st.sampled_from([VERTEX, BARE, EXPRESS, DEVELOPER])
PIECES = st.sampled_from(
    ["projects", "p1", "locations", "us-central1", "global", "publishers", "google", "models", "endpoints", "9", "gemini-3", ""]
)


@given(
    st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=9).map("/".join)),
    st.sampled_from(["", "us", "us-east1", "x"]),
    ACCESSES,
)
def test_any_text_is_an_address_of_google_or_told(model: str, location: str, access: Access) -> None:
    reason, hint = address_faults(model, location, access)
    assert bool(reason) == bool(hint)
    if not reason:
        address = address_of(model, location, access)
        assert urlsplit(address.url()).netloc.endswith(".googleapis.com")
        assert urlsplit(address.url()).path == f"/{address.path}:generateContent"
        assert is_location(address.location) is (access.api is Api.VERTEX)
