"""A target of the workspace: where it asks, what it may ask, who pays; and budgets of the command line."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.reliability.world import MODEL, World, delivered, developer, echoing, vertex, words, world, write_rows
from tests.standin import StandIn

WORKSPACE = """\
version: 1
default_target: prod
targets:
  prod:
    project: cellar-9
    location: us-central1
    labels: {labels}
    limits: {limits}
    share: 0.5
    prices: {prices}
"""
PRICES = "{gemini-2.5-flash: {input: 1000, output: 10000}}"


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def targeted(
    server: StandIn, folder: Path, cases: int, *, labels: str = "{team: wine}", limits: str = "{}", latency_ms: float = 0.0
) -> World:
    one = world(folder / "work", server, cases, environment=vertex(server.url, folder))
    text = WORKSPACE.format(labels=labels, limits=limits, prices=PRICES)
    (one.folder / "gemini-eval.yaml").write_text(text)
    server.reset(echoing(latency_ms))
    return one


# ---- who pays ----------------------------------------------------------------------------------------------


def test_a_target_says_where_to_ask(server: StandIn, tmp_path: Path) -> None:
    one = targeted(server, tmp_path, 3)
    ended = one.run(GOOGLE_CLOUD_LOCATION="europe-west1")
    assert ended.status == 0
    assert words(ended.stdout).endswith(f"Model: {MODEL} · Vertex AI · cellar-9 / us-central1 · the suite")
    path = f"/v1/projects/cellar-9/locations/us-central1/publishers/google/models/{MODEL}:generateContent"
    assert {seen.path for seen in server.requests if seen.call} == {path}


def test_labels_reach_the_bill_and_not_the_key(server: StandIn, tmp_path: Path) -> None:
    one = targeted(server, tmp_path, 3, labels="{team: wine, stage: ci}")
    one.run()
    labels = [seen.body["labels"] for seen in server.requests if seen.call]
    assert labels == [{"suite": "numbers", "team": "wine", "stage": "ci"}] * 3

    text = (one.folder / "gemini-eval.yaml").read_text()
    (one.folder / "gemini-eval.yaml").write_text(text.replace("team: wine", "team: beer"))
    again = one.run()
    assert (again.status, one.calls()) == (0, 3)


def test_labels_name_the_commit(server: StandIn, tmp_path: Path) -> None:
    one = targeted(server, tmp_path, 1)
    git = [str(shutil.which("git")), "-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"]
    for words_ in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words_], cwd=one.folder, check=True, env={"HOME": str(tmp_path)})
    head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], cwd=one.folder, check=True, capture_output=True, text=True)
    one.run()
    (seen,) = [seen for seen in server.requests if seen.call]
    assert seen.body["labels"] == {"suite": "numbers", "commit": head.stdout.strip(), "team": "wine"}


def test_no_labels_without_a_target(server: StandIn, tmp_path: Path) -> None:
    one = world(tmp_path / "work", server, 2)
    server.reset(echoing())
    one.run()
    assert ["labels" in seen.body for seen in server.requests] == [False, False]


# ---- what it may ask ---------------------------------------------------------------------------------------


def test_requests_a_minute_are_kept(server: StandIn, tmp_path: Path) -> None:
    """A share of 0.5 of 1,200 a minute is 10 a second: a second's worth at once, then one by one."""
    one = targeted(server, tmp_path, 25, limits="{requests_per_minute: 1200}")
    assert one.run().status == 0
    times = [seen.time for seen in server.requests if seen.call]
    assert len(times) == 25
    assert 1.3 < times[-1] - times[0] < 6


def test_input_tokens_a_minute_are_kept(server: StandIn, tmp_path: Path) -> None:
    """Each request is 100 characters, 25 tokens; 6,000 a minute shared is 50 a second, two requests."""
    one = targeted(server, tmp_path, 6, limits="{input_tokens_per_minute: 6000}")
    write_rows(one.folder, [f"{number:0>93}" for number in range(6)])
    assert one.run().status == 0
    times = [seen.time for seen in server.requests if seen.call]
    assert [later - earlier > 0.3 for earlier, later in pairwise(times)][2:] == [True] * 3


def test_a_target_that_is_none(server: StandIn, tmp_path: Path) -> None:
    ended = targeted(server, tmp_path, 1).run("--target", "pro")
    assert (ended.status, ended.stderr) == (2, 'error: the workspace has no target "pro"\n  mend: did you mean "prod"?\n')


# ---- budgets -----------------------------------------------------------------------------------------------


def test_a_budget_of_requests(server: StandIn, tmp_path: Path) -> None:
    one = targeted(server, tmp_path, 40, latency_ms=5)
    ended = one.run("--max-requests", "13")
    assert (ended.status, one.calls(), len(delivered(one.acknowledged()))) == (3, 13, 13)
    told = words(ended.stdout)
    assert told.startswith("! This run was cut short, so it is partial: the budget of 13 requests is spent.")
    assert one.run("--resume").status == 0
    assert one.calls() == 40


def test_a_budget_of_money(server: StandIn, tmp_path: Path) -> None:
    """At these prices an answer costs 2 × $0.001 + 2 × $0.01; those under way when it is spent are paid as well."""
    one = targeted(server, tmp_path, 60, latency_ms=5)
    ended = one.run("--max-cost", "0.2", "-j", "4")
    assert ended.status == 3
    assert "the budget of $0.2 is spent" in words(ended.stdout)
    assert 10 <= one.calls() <= 10 + 4


def test_a_policy_is_not_overruled(server: StandIn, tmp_path: Path) -> None:
    one = targeted(server, tmp_path, 20)
    with (one.folder / "gemini-eval.yaml").open("a") as file:
        file.write("policy: {max_requests: 5}\n")
    assert (one.run("--max-requests", "100").status, one.calls()) == (3, 5)


def test_refresh_asks_again_and_keeps_the_answers(server: StandIn, tmp_path: Path) -> None:
    one = world(tmp_path / "work", server, 10, environment=developer(server.url))
    server.reset(echoing())
    counts = []
    for options in ([], ["--refresh"], [], ["--no-cache"], []):
        assert one.run(*options).status == 0
        counts.append(one.calls())
    assert counts == [10, 20, 20, 30, 30]
    assert len(one.cached_keys()) == 10


def test_the_first_failure_stops(server: StandIn, tmp_path: Path) -> None:
    one = targeted(server, tmp_path, 60, latency_ms=20)
    suite = one.folder / "suite.yaml"
    suite.write_text(suite.read_text().replace("^[0-9a-f]{8}$", "never"))
    ended = one.run("-x", "-j", "4")
    assert ended.status == 1
    assert one.calls() <= 9
