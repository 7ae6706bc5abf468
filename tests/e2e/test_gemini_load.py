"""Model ids and parameters that are wrong: told while the suite is loaded, with the line, the caret and the right form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from tests.reliability.world import World, developer, vertex, world
from tests.standin import StandIn

SUITE = """\
version: 1
name: numbers
models: {model}
prompts: {{ask: {{text: 'Number {{{{ number }}}}'}}}}
params: {params}
data: rows.csv
"""
PLAIN = "gemini-4-hydrogen"
LINE, COLUMN = 3, len("models: ") + 1
ENDPOINT = "projects/cellar-9/locations/us-central1/endpoints/9003"
OURS = "projects/wine-cellar-31/locations"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Google's own environment is that of Vertex AI; nothing is ever sent."""
    folder = tmp_path_factory.mktemp("load")
    with StandIn() as server:
        made = world(folder / "work", server, 3, environment=vertex(server.url, folder))
        yield made
        assert made.server.stats()["requests"] == 0


def errors(one: World, model: str, params: str = "{}", environment: Mapping[str, str] | None = None) -> str:
    """What is told of the errors; warnings of models that are retired one day are left out."""
    one.environment = environment or vertex(one.server.url, one.folder.parent)
    (one.folder / "suite.yaml").write_text(SUITE.format(model=model, params=params))
    ended = one.call("validate", "suite.yaml")
    assert ended.status == 2, ended
    blocks = ("\n" + ended.stderr).replace("\nsuite.yaml", "\n\0suite.yaml").split("\0")
    return "".join(block for block in blocks if ": warning: " not in block).strip()


def told(line: str, place: str, reason: str, mend: str = "") -> str:
    """One error as it is printed; `place` is what the caret stands under."""
    number = 3 if line.startswith("models") else 5
    column = line.index(place) + 1
    text = f"suite.yaml:{number}:{column}: error: {reason}\n  | {line}\n  | {' ' * (column - 1)}^"
    return f"{text}\n  mend: {mend}" if mend else text


class Spelling(NamedTuple):
    written: str
    reason: str
    mend: str


VERTEX = [
    Spelling(
        '"9003"',
        '"9003" is an endpoint\'s number, which does not say where the endpoint is',
        f"write {OURS}/LOCATION/endpoints/9003",
    ),
    Spelling("endpoints/9003", '"endpoints/9003" does not say where the endpoint is', f"write {OURS}/LOCATION/endpoints/9003"),
    Spelling(
        "projects/cellar-9/endpoints/9003",
        '"projects/cellar-9/endpoints/9003" does not say in which location',
        "write projects/cellar-9/locations/LOCATION/endpoints/9003",
    ),
    Spelling(
        f"{{id: {ENDPOINT}, location: europe-west1}}",
        f'the endpoint "{ENDPOINT}" is in us-central1, but location says europe-west1',
        "write location: us-central1 for this model, or name one that is in europe-west1",
    ),
    Spelling(
        f"{{id: {PLAIN}, location: us-central1-a}}",
        '"us-central1-a" (location) is no location',
        "us-central1-a is a zone; write its region: us-central1",
    ),
    Spelling("Gemini-4-Hydrogen", 'model ids are in lower case, not "Gemini-4-Hydrogen"', f"write {PLAIN}"),
    Spelling(f"google/{PLAIN}", f'"google/{PLAIN}" is spelled as other tools do', f"write {PLAIN}"),
    Spelling(f"vertex_ai/{PLAIN}", f'"vertex_ai/{PLAIN}" is spelled as other tools do', f"write {PLAIN}"),
    Spelling(f"models/{PLAIN}", f'"models/{PLAIN}" is a spelling of the developer API', f"write {PLAIN}"),
    Spelling(
        f"publishers/google/{PLAIN}", f'"publishers/google/{PLAIN}" lacks models/', f"write publishers/google/models/{PLAIN}"
    ),
    Spelling(f"{PLAIN}:generateContent", f'"{PLAIN}:generateContent" ends in a method', f"write {PLAIN}"),
    Spelling(
        "projects/cellar-9/locations/eu/models/12",
        '"projects/cellar-9/locations/eu/models/12" is a model in the registry, which answers nothing itself',
        "write the endpoint that it is deployed to: projects/cellar-9/locations/eu/endpoints/ID",
    ),
    Spelling(
        "tunedModels/wine",
        '"tunedModels/wine": the developer API no longer has tuned models',
        f"write the full endpoint of one on Vertex AI: {OURS}/LOCATION/endpoints/ID",
    ),
]


@pytest.mark.parametrize("spelling", VERTEX, ids=lambda spelling: spelling.written)
def test_a_wrong_spelling(spelling: Spelling, one: World) -> None:
    line = f"models: {spelling.written}"
    assert errors(one, spelling.written) == told(line, spelling.written, spelling.reason, spelling.mend)


DEVELOPER = [
    Spelling(
        ENDPOINT,
        f'"{ENDPOINT}" is a path of Vertex AI, but the developer API is asked (because of GEMINI_API_KEY)',
        "set GOOGLE_CLOUD_PROJECT=cellar-9 (or the target's project) to ask Vertex AI",
    ),
    Spelling(
        f"{{id: {PLAIN}, location: us-central1}}",
        "the developer API has no locations, but location says us-central1",
        "take the location out, or set GOOGLE_CLOUD_PROJECT (or the target's project) to ask Vertex AI",
    ),
]


@pytest.mark.parametrize("spelling", DEVELOPER, ids=lambda spelling: spelling.written)
def test_a_spelling_that_is_wrong_on_the_developer_api(spelling: Spelling, one: World) -> None:
    line = f"models: {spelling.written}"
    found = errors(one, spelling.written, environment=developer(one.server.url))
    assert found == told(line, spelling.written, spelling.reason, spelling.mend)


class Parameter(NamedTuple):
    model: str
    params: str
    place: str
    reason: str
    mend: str = ""


FLASH, PRO, ALWAYS = "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3.5-flash"
PARAMETERS = [
    Parameter(PLAIN, "{temprature: 1}", "temprature", 'unknown parameter "temprature"', 'did you mean "temperature"?'),
    Parameter(PLAIN, "{temperature: hot}", "hot", "parameter \"temperature\" takes a number from 0 to 2, not 'hot'"),
    Parameter(
        PLAIN,
        "{speech_config: {}}",
        "{}}",
        'parameter "speech_config" is about media, which version 1 of the suite language does not have',
        "take it out",
    ),
    Parameter(
        FLASH,
        "{max_output_tokens: 16}",
        "16",
        f"{FLASH} thinks by default, and 16 output tokens are used up by thoughts before it answers",
        "thinking_budget: 0",
    ),
    Parameter(
        FLASH,
        "{thinking_budget: 99999}",
        "99999",
        f"{FLASH} takes a thinking_budget from 1 to 24,576, not 99,999",
        "thinking_budget: 0",
    ),
    Parameter(FLASH, "{thinking_level: low}", "low", f"{FLASH} takes no thinking_level", "thinking_budget: 0"),
    Parameter(
        PRO,
        "{thinking_budget: 0}",
        "0",
        f"{PRO} always thinks: thinking_budget can't be 0",
        "thinking_budget: 128, with more max_output_tokens than that",
    ),
    Parameter(
        ALWAYS,
        "{thinking_level: XHIGH}",
        "XHIGH",
        f"{ALWAYS} takes MINIMAL, LOW, MEDIUM, HIGH as thinking_level, not XHIGH",
        "thinking_level: MINIMAL",
    ),
    Parameter(
        FLASH,
        "{max_output_tokens: 100000}",
        "100000",
        f"{FLASH} gives at most 65,536 tokens, not 100,000",
        "max_output_tokens: 65536",
    ),
]


@pytest.mark.parametrize("wrong", PARAMETERS, ids=lambda wrong: f"{wrong.model} {wrong.params}")
def test_a_wrong_parameter(wrong: Parameter, one: World) -> None:
    found = errors(one, wrong.model, wrong.params)
    assert found == told(f"params: {wrong.params}", wrong.place, wrong.reason, wrong.mend)


def test_all_of_them_are_told_at_once(one: World) -> None:
    found = errors(one, "endpoints/9003", "{temprature: 1, toppings: 2}")
    assert [line.partition(": error: ")[2] for line in found.splitlines() if ": error: " in line] == [
        '"endpoints/9003" does not say where the endpoint is',
        'unknown parameter "temprature"',
        'unknown parameter "toppings"',
    ]
    assert found.endswith("3 errors; nothing was sent")


def test_camel_case_is_taken(one: World) -> None:
    (one.folder / "suite.yaml").write_text(
        SUITE.format(model=PLAIN, params="{thinkingLevel: LOW, topK: 5, maxOutputTokens: 512}")
    )
    ended = one.call("validate", "suite.yaml")
    assert (ended.status, ended.stderr) == (0, "")
