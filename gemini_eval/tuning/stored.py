"""Training data where Vertex AI reads it: an object in Cloud Storage is hashed, a file is uploaded first."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from gemini_eval.errors import RunError, UsageError
from gemini_eval.safe.files import open_read
from gemini_eval.tuning.storage import TIMEOUT_S, open_client, why_refused
from gemini_eval.tuning.tokens import BYTES_A_TOKEN
from gemini_eval.tuning.upload import upload

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """`uri` is gs://…, '' for a file that is not uploaded yet; `sha256` is `sha256:…` of the content, `tokens` an estimate for
    one epoch, on the safe side since the JSON of each line is counted with its text."""

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
    return upload(data.path, folder, data.sha256.removeprefix("sha256:"), impersonate=impersonate).uri


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


def _download(uri: str, impersonate: str, into: Any) -> None:
    """`into` is written to as a file is, which the client wants to be one."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
    from requests import RequestException

    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if not bucket or not name:
        raise UsageError(f"{uri} is no object of a bucket", "write gs://BUCKET/FILE.jsonl")
    try:
        open_client(impersonate).bucket(bucket).blob(name).download_to_file(into, timeout=TIMEOUT_S)
    except (GoogleAPIError, InvalidResponse, DataCorruption, GoogleAuthError, RequestException) as error:
        hint = f"is the name right? the account needs storage.objects.get on gs://{bucket}"
        raise RunError(f"{uri} can't be read: {why_refused(error)}", hint) from error
