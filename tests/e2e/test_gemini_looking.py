"""Looking before asking: `doctor` on a Gemini model, and what `plan` says of cache, price and quota."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.reliability.world import MODEL, World, developer, echoing, vertex, world, write_rows
from tests.standin import Access, Quota, Refuse, Rule, Script, StandIn

GOOGLES = ("Google API", "credentials", "project", "model", "quota")
KEYED = [
    ("Google API", "ok", "Gemini developer API (by GEMINI_API_KEY)", ""),
    ("credentials", "ok", "the API key in GEMINI_API_KEY", ""),
    ("project", "ok", "none needed", ""),
]
THERE = ("model", "ok", f"{MODEL} is there, and counts tokens", "")


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def doctor(
    server: StandIn, folder: Path, script: Script, environment: Mapping[str, str] | None = None
) -> tuple[int, list[tuple[str, ...]]]:
    """The exit status, and what it found of Google: check, state, what, mend; without times."""
    one = world(folder / "work", server, 1, environment=environment)
    server.reset(script)
    ended = one.call("doctor", "--model", MODEL, "--json")
    found = [check for check in json.loads(ended.stdout) if check["check"] in GOOGLES]
    return ended.status, [(check["check"], check["state"], _timeless(check["found"]), check["mend"]) for check in found]


def _timeless(text: str) -> str:
    return text.rpartition(" in ")[0] if text.endswith(" ms") else text


def test_all_is_well_on_the_developer_api(server: StandIn, tmp_path: Path) -> None:
    status, found = doctor(server, tmp_path, echoing())
    assert (status, found) == (0, [*KEYED, THERE, ("quota", "ok", f"one request went through ({MODEL})", "")])
    assert {name: count for name, count in server.stats()["calls_by_method"].items() if count} == {
        "countTokens": 1,
        "generateContent": 1,
    }
    assert server.requests[-1].body["generationConfig"] == {"maxOutputTokens": 16}


def test_all_is_well_on_vertex(server: StandIn, tmp_path: Path) -> None:
    status, found = doctor(server, tmp_path, echoing(), vertex(server.url, tmp_path))
    assert (status, found) == (
        0,
        [
            ("Google API", "ok", "Vertex AI (by GOOGLE_CLOUD_PROJECT)", ""),
            ("credentials", "ok", "tester@wine-cellar-31.iam.gserviceaccount.com (service account)", ""),
            ("project", "ok", "wine-cellar-31 / global", ""),
            THERE,
            ("quota", "ok", f"one request went through ({MODEL})", ""),
        ],
    )


def test_no_credentials(server: StandIn, tmp_path: Path) -> None:
    status, found = doctor(server, tmp_path, echoing(), {"NO_GCE_CHECK": "true"})
    assert (status, [row[:3] for row in found]) == (
        2,
        [
            ("Google API", "ok", "Vertex AI (by default: nothing chooses another)"),
            ("credentials", "broken", "no Google credentials were found"),
        ],
    )
    mend = found[-1][3]
    assert [way in mend for way in ("(1) gcloud auth", "(2) GOOGLE_APPLICATION_CREDENTIALS", "(3) GEMINI_API_KEY", "local:")] == [
        True
    ] * 4


def test_a_wrong_key(server: StandIn, tmp_path: Path) -> None:
    status, found = doctor(server, tmp_path, Script(access=Access(keys=("another-key",))))
    reason = "HTTP 400: the API key is not valid: API key not valid. Please pass a valid API key."
    mend = "set GOOGLE_API_KEY or GEMINI_API_KEY; https://aistudio.google.com/apikey"
    assert (status, found) == (2, [*KEYED, ("model", "broken", reason, mend)])


def test_no_such_model(server: StandIn, tmp_path: Path) -> None:
    status, found = doctor(server, tmp_path, Script(models=("gemini-other",)))
    reason = (
        f"HTTP 404: no such model {MODEL} (the developer API): models/{MODEL} is not found for API version v1beta, or is not"
        " supported for countTokens."
    )
    mend = "check its spelling, whether it is retired, and whether it is offered in that location (global has the most)"
    assert (status, found) == (2, [*KEYED, ("model", "broken", reason, mend)])


def test_a_quota_that_is_used_up(server: StandIn, tmp_path: Path) -> None:
    refused = Refuse(429, quota=Quota("GenerateRequestsPerMinutePerProjectPerModel"))
    status, found = doctor(server, tmp_path, Script(rules=(Rule(refused),)))
    reason = (
        'HTTP 429: quota "GenerateRequestsPerMinutePerProjectPerModel (60)" of the API key\'s project is used up:'
        " Resource exhausted. Please try again later."
    )
    assert (status, found) == (2, [*KEYED, THERE, ("quota", "broken", reason, "ask slower, or ask for more quota")])


# ---- plan --------------------------------------------------------------------------------------------------

NOTE = """\
Tokens are an estimate, 4 characters each. The drop is the smallest that a
comparison with one sample a case would find 8 times in 10, if two runs of an
unchanged prompt disagree on 10 % of the cases.
"""


def planned(one: World, *options: str) -> str:
    ended = one.call("plan", "suite.yaml", *options)
    assert (ended.status, ended.stderr) == (0, "")
    assert ended.stdout.endswith(NOTE)
    return ended.stdout.removesuffix(f"\n{NOTE}").rpartition("\n")[2]


def test_a_plan_counts_what_the_cache_has(server: StandIn, tmp_path: Path) -> None:
    """Each request is estimated at 3 tokens and may have 32: at $0.3 and $2.5 a million 3 to 81 millionths."""
    one = world(tmp_path / "work", server, 0, environment=developer(server.url))
    server.reset(echoing())
    write_rows(one.folder, range(1000, 1100))
    assert planned(one) == "100 requests; $0.0003 to $0.0081."
    assert (one.run("-n", "40").status, one.calls()) == (0, 40)
    assert planned(one) == "60 requests, and 40 answers from the cache; $0.00018 to $0.0049."
    assert planned(one, "--no-cache") == "100 requests; $0.0003 to $0.0081."
    assert planned(one, "-n", "40") == "0 requests, and 40 answers from the cache; nothing to pay."
    assert one.calls() == 40


def test_a_plan_tells_the_minutes_that_the_quota_takes(server: StandIn, tmp_path: Path) -> None:
    one = world(tmp_path / "work", server, 300, environment=vertex(server.url, tmp_path))
    (one.folder / "gemini-eval.yaml").write_text(
        "version: 1\n"
        "targets: {prod: {project: p, limits: {requests_per_minute: 100, input_tokens_per_minute: 100}, share: 0.5}}\n"
    )
    server.reset(echoing())
    assert planned(one, "--target", "prod").endswith("; at least 17.8 minutes by the target's limits.")
    assert server.stats()["requests"] == 0
