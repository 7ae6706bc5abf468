"""Each scripted fault shows on the wire what it should."""

from __future__ import annotations

import http.client
import time
import urllib.error
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.standin import (
    Answer,
    Body,
    ExpireToken,
    FunctionCall,
    Hang,
    Hold,
    Info,
    Quota,
    Refuse,
    Reset,
    Rule,
    Script,
    Slow,
    Span,
    StandIn,
    Truncate,
    WrongLength,
)
from tests.standin.script import Action
from tests.unit.standin.asking import TOKEN, VERTEX, Got, ask, call, connect, receive


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def server(running: StandIn) -> StandIn:
    running.reset(Script())
    return running


def do(server: StandIn, action: Action, **when: object) -> None:
    server.reset(Script(rules=(Rule(action, **when),)))  # type: ignore[arg-type]  # keywords as the test names them


# ---- errors in Google's shape --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (408, "DEADLINE_EXCEEDED"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (502, "UNAVAILABLE"),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
    ],
)
def test_a_status_with_its_usual_word(server: StandIn, status: int, word: str) -> None:
    do(server, Refuse(status, message="As told."))
    assert call(server) == Got(status, {"error": {"code": status, "message": "As told.", "status": word}})


def test_a_quota_with_everything_around_it(server: StandIn) -> None:
    quota = Quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", value=50, dimensions={"model": "gemini-2.5-flash"})
    refuse = Refuse(503, word="RESOURCE_EXHAUSTED", message="Out.", retry_after="7", retry_info=0.25, quota=quota)
    do(server, Refuse(**{**vars(refuse), "info": Info("RATE_LIMIT_EXCEEDED", metadata={"consumer": "projects/1"})}))
    got = call(server)
    assert got.headers["Retry-After"] == "7"
    kind = "type.googleapis.com/google.rpc."
    details = [
        {
            "@type": f"{kind}ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {"consumer": "projects/1"},
        },
        {
            "@type": f"{kind}QuotaFailure",
            "violations": [
                {
                    "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
                    "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
                    "quotaDimensions": {"model": "gemini-2.5-flash"},
                    "quotaValue": "50",
                }
            ],
        },
        {"@type": f"{kind}RetryInfo", "retryDelay": "0.250s"},
    ]
    assert got == Got(503, {"error": {"code": 503, "message": "Out.", "status": "RESOURCE_EXHAUSTED", "details": details}})


def test_an_error_that_repeats_the_credential(server: StandIn) -> None:
    do(server, Refuse(403, message="No.", tell_credential=True))
    assert call(server).body["error"]["message"] == "No. (credential: the-key)"
    assert call(server, VERTEX, headers=TOKEN).body["error"]["message"] == "No. (credential: the-token)"


def test_a_token_that_is_no_longer_accepted(server: StandIn) -> None:
    do(server, ExpireToken(), calls=(2,))
    statuses = [call(server, VERTEX, headers=TOKEN).status for _ in range(3)]
    assert (statuses, call(server, VERTEX, headers={"Authorization": "Bearer newer"}).status) == ([200, 401, 401], 200)


def test_a_key_that_is_no_longer_accepted(server: StandIn) -> None:
    do(server, ExpireToken(), calls=(2,))
    reasons = [got.body["error"]["details"][0]["reason"] for got in (call(server) for _ in range(3)) if got.status != 200]
    assert reasons == ["API_KEY_INVALID", "API_KEY_INVALID"]


# ---- bodies that are none of Google's --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (Body("<html><body>502 Bad Gateway</body></html>", 502, "text/html"), "text/html"),
        (Body("", 200), "application/json; charset=UTF-8"),
        (Body('{"candidates": [', 200), "application/json; charset=UTF-8"),
    ],
)
def test_any_body(server: StandIn, body: Body, kind: str) -> None:
    do(server, body)
    got = call(server)
    assert (got, got.headers["Content-Type"]) == (Got(body.status, body.text), kind)


# ---- broken connections ------------------------------------------------------------------------------------------


def whole(server: StandIn) -> bytes:
    """The body of the usual first answer, which keeps the connection open."""
    server.reset(Script())
    with connect(server) as connection:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.read()


@pytest.mark.parametrize("at", [0, 1, 50])
def test_truncation(server: StandIn, at: int) -> None:
    usual = whole(server)
    do(server, Truncate(at))
    with connect(server) as connection:
        head, body = receive(connection)
    assert f"Content-Length: {len(usual)}".encode() in head.split(b"\r\n")
    assert body == usual[:at]


def test_truncation_at_every_byte_is_seen_by_a_client(server: StandIn) -> None:
    usual = whole(server)
    for at in range(len(usual)):
        do(server, Truncate(at))
        with pytest.raises(http.client.IncompleteRead):
            call(server)


@pytest.mark.parametrize("by", [-5, 5])
def test_a_wrong_length(server: StandIn, by: int) -> None:
    usual = whole(server)
    do(server, WrongLength(by))
    with connect(server) as connection:
        head, body = receive(connection)
    assert f"Content-Length: {len(usual) + by}".encode() in head.split(b"\r\n")
    assert body == usual


def test_an_answer_byte_by_byte(server: StandIn) -> None:
    usual = whole(server)
    do(server, Slow(0.5))
    with connect(server) as connection:
        began = time.monotonic()
        assert receive(connection)[1] == usual
    assert time.monotonic() - began > 0.4e-3 * len(usual)


def test_a_slow_answer_ends_when_the_client_leaves(server: StandIn) -> None:
    do(server, Slow(3_600_000), calls=(1,))
    with connect(server) as connection:
        assert connection.recv(1) == b"H"
    assert ask(server) == "positive"


def test_a_reset_instead_of_an_answer(server: StandIn) -> None:
    do(server, Reset())
    with connect(server) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def test_a_reset_within_an_answer(server: StandIn) -> None:
    do(server, Reset(after=10))
    received = b""
    with connect(server) as connection, pytest.raises(ConnectionResetError):
        while piece := connection.recv(1):
            received += piece
    body = received.partition(b"\r\n\r\n")[2]  # some systems drop on a reset what was not read yet
    assert body == whole(server)[: min(10, len(body))]


def test_a_call_that_hangs_ends_when_the_client_leaves(server: StandIn) -> None:
    do(server, Hang(), calls=(1,))
    with connect(server):
        server.wait_for_calls(1)
        assert server.stats()["at_once"] == 1
    assert ask(server) == "positive"
    counts = server.stats()
    assert (counts["by_status"], counts["most_at_once"] <= 2) == ({"0": 1, "200": 1}, True)


def test_the_server_stops_while_calls_hang() -> None:
    with StandIn(rules=(Rule(Hang()),)) as server:
        connection = connect(server)
        server.wait_for_calls(1)
    with connection:
        assert receive(connection) == (b"", b"")


def test_the_server_stops_while_clients_wait_for_a_delayed_answer() -> None:
    with StandIn(latency_ms=3_600_000) as server:
        connection = connect(server)
        server.wait_for_calls(1)
    with connection:
        assert receive(connection) == (b"", b"")


def test_held_calls_are_at_once_and_go_on_when_released(server: StandIn) -> None:
    do(server, Hold(), calls=Span(to=8))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, server) for _ in range(8)]
        server.wait_for_calls(8)
        assert server.stats()["at_once"] == 8
        server.release()
        assert [answer.result() for answer in asked] == ["positive"] * 8
    assert server.stats()["most_at_once"] == 8


def test_a_fault_of_the_server_itself_comes_to_light() -> None:
    unsendable = Answer(function_calls=(FunctionCall("f", {"value": object()}),))
    with pytest.raises(ValueError, match="serialize"), StandIn(rules=(Rule(unsendable),)) as server:
        assert call(server).status == 500


def test_a_server_on_the_same_port_again() -> None:
    with StandIn() as first:
        assert ask(first) == "positive"
    with pytest.raises(urllib.error.URLError, match="refused"):
        call(first)
    with StandIn(port=first.port) as second:
        assert ask(second) == "positive"


@pytest.mark.parametrize(
    "script", [Script(latency_ms=50), Script(rules=(Rule(delay_ms=50),)), Script(rules=(Rule(Refuse(503), delay_ms=50),))]
)
def test_a_delay_comes_before_the_answer(server: StandIn, script: Script) -> None:
    server.reset(script)
    began = time.monotonic()
    call(server)
    assert time.monotonic() - began >= 0.049
