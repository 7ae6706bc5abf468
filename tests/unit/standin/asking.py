"""Plain calls over HTTP and over a socket, without any library of Google's."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standin import StandIn

DEVELOPER = "/v1beta/models/gemini-2.5-flash:generateContent"
VERTEX = "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent"
TUNED = "/v1/projects/p/locations/us-central1/endpoints/9003:generateContent"
EXPRESS = "/v1/publishers/google/models/gemini-2.5-flash:generateContent"
KEY = {"x-goog-api-key": "the-key"}
TOKEN = {"Authorization": "Bearer the-token"}
WAIT_S = 30.0


@dataclass(frozen=True)
class Got:
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


class Clock:
    """Seconds as the test sets them."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


def body_of(text: str, **more: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}


def call(
    server: StandIn | str, path: str = DEVELOPER, body: object = None, *, headers: Mapping[str, str] = KEY, verb: str = "POST"
) -> Got:
    """The answer with its JSON parsed, as text where it is none. Bytes and text are sent as they are, anything else as JSON."""
    url = server if isinstance(server, str) else server.url
    body = body_of("Is it good?") if body is None else body
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data if verb == "POST" else None, dict(headers), method=verb)
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            return Got(answer.status, _parsed(answer.read()), answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, _parsed(error.read()), error.headers)


def text_of(got: Got) -> str:
    assert got.status == 200, got
    return "".join(part["text"] for part in got.body["candidates"][0]["content"]["parts"])


def ask(server: StandIn | str, text: str = "Is it good?") -> str:
    return text_of(call(server, body=body_of(text)))


def connect(server: StandIn | str, text: str = "Is it good?") -> socket.socket:
    """A socket on which one call has been sent."""
    body = json.dumps(body_of(text)).encode()
    head = f"POST {DEVELOPER} HTTP/1.1\r\nHost: x\r\nx-goog-api-key: the-key\r\nContent-Length: {len(body)}\r\n\r\n"
    port = int(server.rpartition(":")[2]) if isinstance(server, str) else server.port
    connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    connection.sendall(head.encode() + body)
    return connection


def receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body until the server closes."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()
