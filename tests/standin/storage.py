"""Cloud Storage's stand-in: a real HTTP server that speaks its JSON API as far as uploading needs it.

Resumable uploads (https://cloud.google.com/storage/docs/performing-resumable-uploads), multipart uploads, an object's metadata
with its CRC32C, removal, and the precondition `ifGenerationMatch`. Faults are told by the kind of request that they meet.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c

Kind = str
"""`look`, `begin`, `chunk`, `whole`, `remove`."""


@dataclass
class Fault:
    """The next request of a kind is answered with `status` (0: the connection breaks). `keeps` bytes of a chunk are kept first,
    -1 for all; `flip` damages what arrives, and the server answers as it then does."""

    kind: Kind
    status: int = 0
    keeps: int = 0
    flip: bool = False


@dataclass
class Session:
    bucket: str
    name: str
    data: bytearray = field(default_factory=bytearray)
    done: bool = False


@dataclass
class Storage:
    """What the server holds: objects by (bucket, name). `seen` are the requests: their kind, of chunks with their range too."""

    buckets: set[str] = field(default_factory=lambda: {"tuning"})
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    url: str = ""

    def fault(self, kind: Kind) -> Fault | None:
        found = next((fault for fault in self.faults if fault.kind == kind), None)
        if found:
            self.faults.remove(found)
        return found

    def metadata(self, bucket: str, name: str) -> dict[str, Any]:
        data = self.objects[bucket, name]
        return {
            "kind": "storage#object",
            "bucket": bucket,
            "name": name,
            "generation": "1",
            "size": str(len(data)),
            "crc32c": crc32c(data),
        }


@contextmanager
def storage() -> Iterator[Storage]:
    """The stand-in, until the context is left; clients find it by STORAGE_EMULATOR_HOST=`url`."""
    state = Storage()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"state": state}))
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Storage

    def do_GET(self) -> None:
        if "/o/" not in self.path:  # the client wants to know where a bucket is, for traces alone
            self._answer(200, {"kind": "storage#bucket", "location": "US", "projectNumber": "1"})
            return
        bucket, name = _object(self.path)
        if self._met("look"):
            return
        if (bucket, name) in self.state.objects:
            self._answer(200, self.state.metadata(bucket, name))
        else:
            self._refuse(404, f"No such object: {bucket}/{name}")

    def do_DELETE(self) -> None:
        key = _object(self.path)
        self.state.seen.append("remove")
        known = self.state.objects.pop(key, None)
        self._answer(204 if known is not None else 404, None)

    def do_POST(self) -> None:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        bucket = re.search(r"/b/([^/]+)/o", self.path)[1]  # type: ignore[index]  # no other path is posted to
        body = self._body()
        resumable = query["uploadType"] == "resumable"
        told, data = (json.loads(body), b"") if resumable else _parts(body, self.headers["Content-Type"])
        name = told["name"]
        fault = self.state.fault("begin" if resumable else "whole")
        if fault and fault.flip:
            data = _flipped(data)
        self.state.seen.append("begin" if resumable else "whole")
        self.state.tokens.append(self.headers["Authorization"])
        if fault and not fault.flip:
            self._fail(fault)
        elif bucket not in self.state.buckets:
            self._refuse(404, "The specified bucket does not exist.")
        elif query.get("ifGenerationMatch") == "0" and (bucket, name) in self.state.objects:
            self._refuse(412, "At least one of the pre-conditions you specified did not hold.")
        elif resumable:
            number = str(len(self.state.sessions) + 1)
            self.state.sessions[number] = Session(bucket, name)
            self._answer(200, {}, Location=f"{self.state.url}{self.path}&upload_id={number}")
        elif told.get("crc32c", crc32c(data)) != crc32c(data):
            self._refuse(400, f"Provided CRC32C {told['crc32c']} doesn't match calculated CRC32C {crc32c(data)}.")
        else:
            self.state.objects[bucket, name] = data
            self._answer(200, self.state.metadata(bucket, name))

    def do_PUT(self) -> None:
        session = self.state.sessions[parse_qs(urlsplit(self.path).query)["upload_id"][0]]
        body, content_range = self._body(), self.headers["Content-Range"]
        self.state.seen.append(f"chunk {content_range}")
        fault = self.state.fault("chunk")
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", content_range)
        assert found, content_range
        start, total = int(found[1]), found[3]
        kept = body if fault is None or fault.flip or fault.keeps < 0 else body[: fault.keeps]
        if start > len(session.data):
            self._refuse(503, f"bytes before {start} were never sent")
            return
        session.data[start:] = _flipped(kept) if fault and fault.flip else kept
        if total != "*" and len(session.data) == int(total):
            session.done = True
            self.state.objects[session.bucket, session.name] = bytes(session.data)
        if fault and not fault.flip:
            self._fail(fault, session)
        elif session.done:
            self._answer(200, self.state.metadata(session.bucket, session.name))
        else:
            self._go_on(session)

    # ---- answers -----------------------------------------------------------------------------------------------

    def _met(self, kind: Kind) -> bool:
        self.state.seen.append(kind)
        self.state.tokens.append(self.headers["Authorization"])
        fault = self.state.fault(kind)
        if fault:
            self._fail(fault)
        return fault is not None

    def _fail(self, fault: Fault, session: Session | None = None) -> None:
        if fault.status == 308 and session:
            self._go_on(session)
        elif fault.status:
            self._refuse(fault.status, "told to fail")
        else:
            self.close_connection = True
            self.connection.close()

    def _go_on(self, session: Session) -> None:
        kept = {"Range": f"bytes=0-{len(session.data) - 1}"} if session.data else {}
        self._answer(308, None, **kept)

    def _refuse(self, status: int, message: str) -> None:
        self._answer(status, {"error": {"code": status, "message": message}})

    def _answer(self, status: int, body: dict[str, Any] | None, **headers: str) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _object(path: str) -> tuple[str, str]:
    found = re.fullmatch(r"/storage/v1/b/([^/]+)/o/([^/]+)", urlsplit(path).path)
    assert found, path
    return found[1], unquote(found[2])


def crc32c(data: bytes) -> str:
    return base64.b64encode(google_crc32c.Checksum(data).digest()).decode()


def _parts(body: bytes, content_type: str) -> tuple[dict[str, Any], bytes]:
    """What is said of a multipart upload, and its data."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)[1].encode()  # type: ignore[index]  # the client always says it
    _, first, second, _ = body.split(b"--" + boundary)
    return json.loads(first.split(b"\r\n\r\n", 1)[1]), second.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")


def _flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]
