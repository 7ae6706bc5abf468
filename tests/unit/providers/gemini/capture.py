"""What the official client sends: google-genai pointed at a loopback server that keeps the last body."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import orjson
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

from gemini_eval.providers.gemini.address import Api
from gemini_eval.types import Json, Message, Request

PROJECT, LOCATION, MODEL = "p1", "us-central1", "gemini-2.5-flash"
_ANSWER = b'{"candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"}]}'


class OfficialClient:
    """Both APIs' clients and the server that they ask."""

    def __enter__(self) -> OfficialClient:
        self.calls: list[tuple[str, Json]] = []
        calls = self.calls

        class Keeper(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                calls.append((self.path, orjson.loads(self.rfile.read(int(self.headers["content-length"])))))
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(_ANSWER)))
                self.end_headers()
                self.wfile.write(_ANSWER)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        options = types.HttpOptions(base_url=f"http://127.0.0.1:{self._server.server_port}")
        self._clients = {
            Api.VERTEX: genai.Client(
                vertexai=True,
                project=PROJECT,
                location=LOCATION,
                credentials=Credentials(token="t"),  # type: ignore[no-untyped-call]  # google-auth is untyped
                http_options=options,
            ),
            Api.DEVELOPER: genai.Client(vertexai=False, api_key="k", http_options=options),
        }
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for client in self._clients.values():
            client.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def send(self, api: Api, config: Mapping[str, Json] | None, contents: Json = "hi", model: str = MODEL) -> tuple[str, Json]:
        """(path, body) of one call. Raises what the client raises where it refuses to send it.

        The client changes a schema in place, and twice where two parts of it are one object: it gets a copy without such parts.
        """
        own = orjson.loads(orjson.dumps(config))
        self._clients[api].models.generate_content(model=model, contents=contents, config=own)
        return self.calls[-1]


@contextmanager
def official_client() -> Iterator[OfficialClient]:
    with OfficialClient() as client:
        yield client


def request(params: Mapping[str, Json], system: str = "", messages: Sequence[Message] = (Message("user", "hi"),)) -> Request:
    return Request(MODEL, tuple(messages), system, params)
