"""A server that tells the caller's credential: it stands nowhere in what a run prints, writes and keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.world import KEY, MODEL, World, developer, echoing, private_key, vertex, world
from tests.standin import Answer, Refuse, Rule, Span, StandIn

TOKEN = "stand-in-token-1"
REPORTS = ("r.md", "r.json", "r.jsonl", "r.csv", "r.junit.xml", "r.parquet")
CASES, ANSWERED = 12, 3


@dataclass(frozen=True)
class Caller:
    name: str
    environment: Callable[[str, Path], Mapping[str, str]]
    secret: str


CALLERS = [Caller("key", lambda url, _: developer(url), KEY), Caller("token", vertex, TOKEN)]


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def telling(server: StandIn, folder: Path, caller: Caller) -> World:
    one = world(folder / "work", server, CASES, environment=caller.environment(server.url, folder))
    server.reset(echoing())
    return one


def finds(one: World, secret: str, *printed: str) -> list[str]:
    """Every place below the folder, and in what was printed, that holds the secret or a telling part of it."""
    parts = [secret.encode(), secret[: len(secret) * 2 // 3].encode(), private_key().splitlines()[3].encode()]
    files = [path for path in one.folder.rglob("*") if path.is_file()]
    found = [str(path) for path in files for part in parts if part in path.read_bytes()]
    return found + [text for text in printed for part in parts if part.decode() in "".join(text.split())]


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_in_an_error(status: int, caller: Caller, server: StandIn, tmp_path: Path) -> None:
    one = telling(server, tmp_path, caller)
    server.reset(echoing(rules=(Rule(Refuse(status, tell_credential=True), calls=Span(ANSWERED + 1)),)))
    ended = one.call("run", "suite.yaml", "-v", "--wait", "1s", *(f"-o{name}" for name in REPORTS))
    assert ended.status == 3
    assert "[secret]" in ended.stdout + ended.stderr
    assert finds(one, caller.secret, ended.stdout, ended.stderr) == []


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
def test_in_an_answer(caller: Caller, server: StandIn, tmp_path: Path) -> None:
    """A prompt may have brought it there; recordings and reports of such a run are passed on."""
    one = telling(server, tmp_path, caller)
    said = f"I was told {caller.secret}, and by chance {'x' * 40} {caller.secret}"
    server.reset(echoing(rules=(Rule(Answer(text=said, thoughts=said)),)))
    printed = []
    for words in (
        ["run", "suite.yaml", "-v", *(f"-o{name}" for name in REPORTS)],
        ["record", "suite.yaml", "-v"],
        ["show", "last"],
        ["report", "last", "--canonical"],
    ):
        ended = one.call(*words)
        printed += [ended.stdout, ended.stderr]
    assert (one.folder / "recordings/numbers.jsonl").exists()
    assert finds(one, caller.secret, *printed) == []
    assert len(one.cached_keys()) == CASES


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
def test_in_what_doctor_is_told(caller: Caller, server: StandIn, tmp_path: Path) -> None:
    one = telling(server, tmp_path, caller)
    rule = Rule(Refuse(403, tell_credential=True), method="countTokens")
    server.reset(echoing(rules=(rule,)))
    for options in ([], ["--json"]):
        ended = one.call("doctor", "--model", MODEL, *options)
        assert ended.status == 2
        assert "[secret]" in ended.stdout
        assert finds(one, caller.secret, ended.stdout, ended.stderr) == []


def test_a_key_in_the_workspace_file_is_refused_and_not_quoted(server: StandIn, tmp_path: Path) -> None:
    one = telling(server, tmp_path, CALLERS[0])
    key = "AIza" + "S" * 35
    (one.folder / "gemini-eval.yaml").write_text(f"version: 1\ntargets: {{prod: {{project: {key}}}}}\n")
    ended = one.run()
    assert (ended.status, key in ended.stdout + ended.stderr) == (2, False)
    assert "this looks like a secret, and a workspace file never holds one" in ended.stderr
