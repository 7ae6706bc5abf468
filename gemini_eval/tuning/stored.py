"""Training data where Vertex AI reads it: an object in Cloud Storage is hashed, a file is uploaded first.

This is the one place that knows of the upload.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from gemini_eval.errors import RunError, UsageError
from gemini_eval.providers.gemini.credentials import find_token
from gemini_eval.safe.files import open_read

BYTES_A_TOKEN = 4
"""Of JSON: an estimate on the safe side, since the frame of each line is counted with its text."""

TIMEOUT_S = 60.0
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """`uri` is gs://…, '' for a file that is not uploaded yet; `sha256` is `sha256:…` of the content, `tokens` an estimate for
    one epoch."""

    uri: str
    sha256: str
    examples: int
    tokens: int
    path: Path | None = None


def measure(source: str, impersonate: str = "") -> Stored:
    """Read a file or an object to its end, and keep nothing of it. Raises `FileRefusedError`, `UsageError` and `RunError`."""
    meter = _Meter()
    if source.startswith("gs://"):
        _download(source, impersonate, meter)
        return meter.result(source, None)
    path = Path(source)
    if path.suffix not in (".jsonl", ".ndjson"):
        raise UsageError(f"{source} is no tuning data", "give a JSON Lines file, as `gemini-eval tune data` writes it, or gs://…")
    with open_read(path) as file:
        while piece := file.read(_PIECE):
            meter.write(piece)
    return meter.result("", path)


def place(data: Stored, folder: str, impersonate: str = "") -> str:
    """Where Vertex AI reads the data: its own address, else that of its upload to `folder` (gs://…). Raises `UsageError` and
    `RunError`."""
    if data.uri or data.path is None:
        return data.uri
    upload = import_module("gemini_eval.tuning.upload").upload
    uploaded: str = upload(data.path, folder, data.sha256.removeprefix("sha256:"), impersonate=impersonate).uri
    return uploaded


class _Meter:
    """A file that is written to and keeps only what has to be known of it."""

    def __init__(self) -> None:
        self._digest, self._size, self._lines, self._last = sha256(), 0, 0, b"\n"

    def write(self, piece: bytes) -> int:
        self._digest.update(piece)
        self._size += len(piece)
        self._lines += piece.count(b"\n")
        self._last = piece[-1:] or self._last
        return len(piece)

    def result(self, uri: str, path: Path | None) -> Stored:
        if not self._size:
            raise UsageError(f"{uri or path} is empty", "give tuning data, a line of JSON for each example")
        examples = self._lines + (self._last != b"\n")
        return Stored(uri, f"sha256:{self._digest.hexdigest()}", examples, -(-self._size // BYTES_A_TOKEN), path)


def _download(uri: str, impersonate: str, into: _Meter) -> None:
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from requests import RequestException

    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if not bucket or not name:
        raise UsageError(f"{uri} is no object of a bucket", "write gs://BUCKET/FILE.jsonl")
    try:
        _client(impersonate).bucket(bucket).blob(name).download_to_file(into, timeout=TIMEOUT_S)
    except (GoogleAPIError, GoogleAuthError, RequestException) as error:
        code = getattr(error, "code", None)
        reason = f"HTTP {code}" if code else type(error).__name__
        hint = f"is the name right? the account needs storage.objects.get on gs://{bucket}"
        raise RunError(f"{uri} can't be read: {reason}", hint) from error


def _client(impersonate: str) -> Any:
    """Against an emulator nobody is asked for credentials."""
    storage: Any = import_module("google.cloud.storage")
    if os.environ.get("STORAGE_EMULATOR_HOST"):
        anonymous: Any = import_module("google.auth.credentials").AnonymousCredentials()
        return storage.Client(project="emulated", credentials=anonymous)
    found = find_token(impersonate)
    return storage.Client(project=found.project or None, credentials=found.source)
