"""Google's token services on loopback: a proxy that stands for the hosts of IAM and STS, with a certificate of its own."""

from __future__ import annotations

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tests.reliability.world import private_key

HOSTS = ("iamcredentials.googleapis.com", "sts.googleapis.com")
FEDERATED, IMPERSONATED = "federated-token-0123", "impersonated-token-0123"


class TokenServices:
    """`environment` leads google-auth here; `asked` is (path, bearer token) of every request."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, str]] = []
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        certificate.write_bytes(_certificate())
        key.write_text(private_key())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        handler = type("Bound", (_Handler,), {"context": context, "asked": self.asked})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.environment = {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._server.server_port}",
            "REQUESTS_CA_BUNDLE": str(certificate),
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context: ClassVar[ssl.SSLContext]
    asked: ClassVar[list[tuple[str, str]]]

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile: Any = self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.path, self.headers.get("Authorization", "").removeprefix("Bearer ")))
        body = json.dumps(self._token()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _token(self) -> dict[str, Any]:
        if self.path.endswith(":generateAccessToken"):
            ends = datetime.now(UTC) + timedelta(hours=1)
            return {"accessToken": IMPERSONATED, "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
        kind = "urn:ietf:params:oauth:token-type:access_token"
        return {"access_token": FEDERATED, "issued_token_type": kind, "token_type": "Bearer", "expires_in": 3600}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def federated_account(folder: Path, *, impersonated: str = "") -> Path:
    """Workload identity federation, its own token in a file; on behalf of the account `impersonated` where one is named."""
    (folder / "subject").write_text("token-of-the-workload")
    account = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/locations/global/workloadIdentityPools/ci/providers/ci",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": str(folder / "subject")},
    }
    if impersonated:
        base = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
        account["service_account_impersonation_url"] = f"{base}/{impersonated}:generateAccessToken"
    path = folder / "federated.json"
    path.write_text(json.dumps(account))
    return path


def _certificate() -> bytes:
    key: Any = serialization.load_pem_private_key(private_key().encode(), None)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    hosts = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    whole = made.add_extension(hosts, critical=False).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    return whole.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
