"""Accounts that ask on behalf of others: workload identity federation, impersonation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.reliability.accounts import FEDERATED, IMPERSONATED, TokenServices, federated_account
from tests.reliability.world import PROJECT, World, echoing, vertex, world
from tests.standin import StandIn

OTHER = "asker@cellar-9.iam.gserviceaccount.com"
IMPERSONATION = f"/v1/projects/-/serviceAccounts/{OTHER}:generateAccessToken"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[TokenServices]:
    with TokenServices(tmp_path) as running:
        yield running


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(echoing()) as running:
        yield running


def federated(server: StandIn, account: Path) -> Mapping[str, str]:
    return {
        "GOOGLE_APPLICATION_CREDENTIALS": str(account),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "GOOGLE_VERTEX_BASE_URL": server.url,
        "NO_GCE_CHECK": "true",
    }


def run_and_tokens(one: World) -> set[str]:
    """Run it; the tokens that its requests carried."""
    ended = one.run()
    assert ended.status == 0, ended.stderr
    tokens = {seen.headers["Authorization"] for seen in one.server.requests if seen.call}
    kept = b"".join(path.read_bytes() for path in one.store.rglob("*") if path.is_file())
    assert [token for token in (FEDERATED, IMPERSONATED) if token.encode() in kept] == []
    return tokens


def test_workload_identity(services: TokenServices, server: StandIn, tmp_path: Path) -> None:
    environment = {**federated(server, federated_account(tmp_path)), **services.environment}
    one = world(tmp_path / "work", server, 3, environment=environment)
    assert run_and_tokens(one) == {f"Bearer {FEDERATED}"}
    assert services.asked == [("/v1/token", "")]


def test_workload_identity_of_a_service_account(services: TokenServices, server: StandIn, tmp_path: Path) -> None:
    environment = {**federated(server, federated_account(tmp_path, impersonated=OTHER)), **services.environment}
    one = world(tmp_path / "work", server, 3, environment=environment)
    assert run_and_tokens(one) == {f"Bearer {IMPERSONATED}"}
    assert services.asked == [("/v1/token", ""), (IMPERSONATION, FEDERATED)]


def test_a_target_that_impersonates(services: TokenServices, server: StandIn, tmp_path: Path) -> None:
    environment = {**vertex(server.url, tmp_path), **services.environment}
    one = world(tmp_path / "work", server, 3, environment=environment)
    workspace = f"version: 1\ndefault_target: prod\ntargets: {{prod: {{project: cellar-9, impersonate: {OTHER}}}}}\n"
    (one.folder / "gemini-eval.yaml").write_text(workspace)
    assert run_and_tokens(one) == {f"Bearer {IMPERSONATED}"}
    assert [path for path, _ in services.asked] == [IMPERSONATION]
    assert {token for _, token in services.asked} <= {f"stand-in-token-{number}" for number in (1, 2)}
