"""Stand-ins of the comment APIs: a real HTTP server that keeps comments as GitHub and GitLab do, pages them and fails as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ME, OTHER = "github-actions[bot]", "mallory"
MY_ID, OTHER_ID = 71, 72
TOKEN = "token-of-the-tests-0123456789"


@dataclass
class Fault:
    """The next request that it is for is answered so; `done` lets it have its effect all the same."""

    status: int
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"message": "no"}'
    done: bool = False

    def is_for(self, method: str, path: str) -> bool:
        return self.method in ("", method) and self.path in path


@dataclass
class Forge:
    """What the server holds. `comments` are {"id", "body", "own"}; `seen` the requests as "METHOD path"."""

    head: str
    comments: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    check_runs: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[str, str], None] = lambda method, path: None
    url: str = ""

    def add(self, body: str, own: bool = True) -> int:
        number = 1000 + len(self.comments) + len(self.seen)
        self.comments.append({"id": number, "body": body, "own": own})
        return number

    @property
    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.comments]

    def asked(self, beginning: str) -> list[str]:
        return [line for line in self.seen if line.startswith(beginning)]


class Handler(BaseHTTPRequestHandler):
    forge: Forge

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PATCH(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def log_message(self, *_: object) -> None:
        """Nothing in the tests' output."""

    def answer(self) -> None:
        forge, parts = self.forge, urlsplit(self.path)
        forge.before(self.command, parts.path)
        forge.seen.append(f"{self.command} {self.path}")
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if TOKEN not in (self.headers.get("Authorization", "").removeprefix("Bearer "), self.headers.get("PRIVATE-TOKEN", "")):
            forge.strangers.append(self.path)
        fault = next((fault for fault in forge.faults if fault.is_for(self.command, self.path)), None)
        if fault is None:
            self.send(*self.found(parts.path, {name: values[-1] for name, values in parse_qs(parts.query).items()}, body))
            return
        forge.faults.remove(fault)
        if fault.done:
            self.found(parts.path, {}, body)
        self.send(fault.status, fault.body, fault.headers)

    def send(self, status: int, found: object, headers: dict[str, str]) -> None:
        data = found.encode() if isinstance(found, str) else json.dumps(found).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def found(self, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, object, dict[str, str]]:
        forge, gitlab = self.forge, path.startswith("/projects")
        if path == "/graphql":
            return 200, {"data": {"viewer": {"login": ME}}}, {}
        if path == "/user":
            return 200, {"id": MY_ID}, {}
        if path == "/repos/us/suites/pulls/7":
            return 200, {"head": {"sha": forge.head}}, {}
        if path == "/projects/5/merge_requests/7":
            return 200, {"sha": forge.head}, {}
        if "/check-runs" in path:
            forge.check_runs.append(body)
            return 201, {"id": 31}, {}
        if path in ("/repos/us/suites/issues/7/comments", "/projects/5/merge_requests/7/notes"):
            if self.command == "POST":
                forge.add(body["body"])
                return 201, {"id": 1}, {}
            return self.page(int(query["page"]), int(query["per_page"]), gitlab)
        number = int(path.rpartition("/")[2])
        there = next(comment for comment in forge.comments if comment["id"] == number)
        if self.command == "DELETE":
            forge.comments.remove(there)
            return 204, "", {}
        there["body"] = body["body"]
        return 200, {"id": number}, {}

    def page(self, number: int, size: int, gitlab: bool) -> tuple[int, object, dict[str, str]]:
        forge = self.forge
        there = forge.comments[(number - 1) * size : number * size]
        more = len(forge.comments) > number * size
        return 200, [shown(comment, gitlab) for comment in there], {"Link": '<http://elsewhere>; rel="next"'} if more else {}


def shown(comment: dict[str, Any], gitlab: bool) -> dict[str, Any]:
    if gitlab:
        author: dict[str, Any] = {"author": {"id": MY_ID if comment["own"] else OTHER_ID}, "system": False}
    else:
        author = {"user": {"login": ME if comment["own"] else OTHER}}
    return {"id": comment["id"], "body": comment["body"], **author}


@contextmanager
def serving(forge: Forge) -> Iterator[Forge]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"forge": forge}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
