"""No credentials, wrong ones, ended ones; no such model, no quota: said once, with the mend, and nothing is stormed."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.world import MODEL, Watch, World, delivered, developer, echoing, failures, vertex, words, world
from tests.standin import Access, Info, Quota, Refuse, Rule, Script, Span, StandIn

WAYS = (
    "  mend: one of: (1) gcloud auth application-default login; (2) GOOGLE_APPLICATION_CREDENTIALS=FILE of a service account or"
    " of workload identity; (3) GEMINI_API_KEY for the Gemini developer API;"
    " or run without any account: --model local:gemma-3-270m\n"
)
START = 20
"""Requests at once when a run begins: so many may be on their way before the first refusal is heard."""


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def fresh(server: StandIn, folder: Path, cases: int, environment: Mapping[str, str] | None = None) -> World:
    server.reset(echoing())
    return world(folder / "work", server, cases, environment=environment)


# ---- no credentials ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"NO_GCE_CHECK": "true"}, "no Google credentials were found"),
        (
            {"GOOGLE_GENAI_USE_VERTEXAI": "false"},
            "the Gemini developer API needs an API key, and neither GOOGLE_API_KEY nor GEMINI_API_KEY is set",
        ),
    ],
    ids=["Vertex AI", "developer API"],
)
def test_no_credentials(environment: Mapping[str, str], reason: str, server: StandIn, tmp_path: Path) -> None:
    one = fresh(server, tmp_path, 3, environment)
    ended = one.run()
    assert (ended.status, ended.stdout, ended.stderr) == (2, "", f"error: {reason}\n{WAYS}")
    assert (one.calls(), list(one.store.glob("runs/2*"))) == (0, [])


def test_looking_for_credentials_takes_bounded_time(server: StandIn, tmp_path: Path) -> None:
    """A metadata server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        one = fresh(server, tmp_path, 3, {"GCE_METADATA_HOST": host, "GCE_METADATA_IP": host})
        watch = Watch()
        ended = one.run()
    assert (ended.status, ended.stdout, ended.stderr) == (
        2,
        "",
        f"error: no Google credentials were found within 10 seconds\n{WAYS}",
    )
    assert watch.seconds < 20


def test_credentials_that_do_not_work(server: StandIn, tmp_path: Path) -> None:
    one = fresh(server, tmp_path, 3, vertex(server.url, tmp_path))
    server.reset(Script(access=Access(failing=-1)))
    ended = one.run()
    assert (ended.status, ended.stdout) == (2, "")
    renew = WAYS.replace("one of:", "renew them; one of:")
    assert ended.stderr == f"error: the Google credentials don't work: invalid_grant: told to fail\n{renew}"
    assert (one.calls(), server.stats()["tokens"]) == (0, 1)


def test_a_key_that_is_no_key(server: StandIn, tmp_path: Path) -> None:
    one = fresh(server, tmp_path, 3, {"GEMINI_API_KEY": "schlüssel", "GOOGLE_GEMINI_BASE_URL": server.url})
    ended = one.run()
    assert (ended.status, ended.stderr) == (
        2,
        "error: GEMINI_API_KEY holds characters that no API key has\n  mend: copy the key again\n",
    )


# ---- refused while asking ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Closing:
    """A refusal after which nothing more is asked, and how the run tells it."""

    name: str
    refuse: Refuse
    told: str
    outcome: str = "request_failed"


CLOSING = [
    Closing(
        "no permission",
        Refuse(403, info=Info("IAM_PERMISSION_DENIED", metadata={"permission": "aiplatform.endpoints.predict"})),
        "HTTP 403: no permission: The caller does not have permission (the account needs aiplatform.endpoints.predict:"
        " give it roles/aiplatform.user in project wine-cellar-31)",
    ),
    Closing(
        "the API is not enabled",
        Refuse(403, info=Info("SERVICE_DISABLED", metadata={"service": "aiplatform.googleapis.com"})),
        "HTTP 403: no permission: The caller does not have permission"
        " (gcloud services enable aiplatform.googleapis.com --project wine-cellar-31)",
    ),
    Closing(
        "no such model",
        Refuse(404, message="Publisher model was not found."),
        f"HTTP 404: no such model {MODEL} in location global, project wine-cellar-31: Publisher model was not found."
        " (check its spelling, whether it is retired, and whether it is offered in that location (global has the most))",
    ),
    Closing(
        "a quota for a day",
        Refuse(429, quota=Quota("GenerateRequestsPerDayPerProjectPerModel", value=250)),
        'HTTP 429: quota "GenerateRequestsPerDayPerProjectPerModel (250)" in global of project wine-cellar-31 is used up:'
        " Resource exhausted. Please try again later. (it does not fill up again soon: ask for more, take another project or"
        " model, or go on tomorrow with --resume)",
        outcome="quota",
    ),
]


@pytest.mark.parametrize("closing", CLOSING, ids=lambda closing: closing.name)
def test_a_refusal_for_good_ends_the_run_at_once(closing: Closing, server: StandIn, tmp_path: Path) -> None:
    one = fresh(server, tmp_path, 80, vertex(server.url, tmp_path))
    server.reset(echoing(20, rules=(Rule(closing.refuse, calls=Span(30)),)))
    watch = Watch()
    ended = one.run("--wait", "1h")
    assert (ended.status, ended.stderr) == (3, "")
    told = words(ended.stdout)
    assert told.startswith(f"! This run was cut short, so it is partial: {closing.told}. ")
    assert told.count(closing.told) == 1
    assert f"Resume it with `gemini-eval run suite.yaml --resume {one.run_folder.name}`." in told
    assert watch.seconds < 30

    kept, lost = delivered(one.acknowledged()), failures(one.acknowledged())
    refused = one.calls() - len(kept)
    assert len(kept) == 29
    assert refused <= 2 * START
    assert {failure.outcome for failure in lost} == {closing.outcome}

    server.reset(echoing())
    resumed = one.run("--resume")
    assert (resumed.status, one.calls()) == (0, 80 - 29)


def test_a_wrong_key_is_told_once(server: StandIn, tmp_path: Path) -> None:
    one = fresh(server, tmp_path, 200)
    server.reset(Script(access=Access(keys=("another-key-0123",)), latency_ms=20))
    ended = one.run()
    assert (ended.status, ended.stderr) == (3, "")
    told = words(ended.stdout)
    assert told.startswith(
        "! This run was cut short, so it is partial: HTTP 400: the API key is not valid: API key not valid. Please pass a valid"
        " API key. (set GOOGLE_API_KEY or GEMINI_API_KEY; https://aistudio.google.com/apikey). This run decides nothing:"
    )
    assert told.count("API key not valid") == 1
    assert one.calls() <= START


def test_a_key_that_is_mended_goes_on(server: StandIn, tmp_path: Path) -> None:
    one = fresh(server, tmp_path, 40)
    server.reset(echoing(rules=(Rule(Refuse(400, message="API key expired.", info=Info("API_KEY_EXPIRED")), calls=Span(11)),)))
    assert one.run().status == 3
    server.reset(echoing())
    one.environment = {**developer(server.url), "GEMINI_API_KEY": "another-key-of-the-stand-in"}
    assert one.run("--resume").status == 0
    assert (one.calls(), len(delivered(one.acknowledged()))) == (30, 40)


def test_a_request_that_is_refused_is_not_asked_again(server: StandIn, tmp_path: Path) -> None:
    """A 400 is of this request alone: the others go on, and one case may be missing."""
    one = fresh(server, tmp_path, 60)
    server.reset(echoing(rules=(Rule(Refuse(400, message="The input is too long."), contains="Number 17"),)))
    ended = one.run()
    assert (ended.status, one.calls()) == (0, 60)
    assert words(ended.stdout).startswith(
        f"✓ 59 of 59 cases pass (ask@{MODEL}). 1 more was not delivered (request failed) and counts nowhere."
    )
    (lost,) = failures(one.acknowledged())
    told = "HTTP 400: The input is too long. (the request itself is refused; see the model's limits and parameters)"
    assert (lost.outcome, lost.reason) == ("request_failed", told)
