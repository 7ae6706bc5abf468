"""Tuning files into Cloud Storage, through its official client: resumable, checksummed, each object under its content's hash.

An object that is there already with the same size and CRC32C is not sent again, so that a second try costs one look; one of that
name is never written over, since a tuning job may be reading it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gemini_eval.errors import RunError, UsageError
from gemini_eval.safe.files import open_read
from gemini_eval.tuning.storage import TIMEOUT_S, open_client, why_refused

if TYPE_CHECKING:
    from google.cloud.storage import Blob

CHUNK = 8 * 2**20
"""Bytes that are sent at once, and sent again where the connection broke; the service wants multiples of 256 KiB."""

ATTEMPTS = 3
RETRIED_S = 120.0
"""How long one chunk is tried for."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """`crc32c` is the object's as the service tells it: base64 of four bytes, the first most significant."""

    uri: str
    bytes: int
    crc32c: str
    there_already: bool


def read_uri(uri: str) -> tuple[str, str]:
    """`gs://bucket/folder/` -> (bucket, `folder/` or ''). Raises `UsageError`."""
    bucket, _, folder = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket:
        raise UsageError(f"{uri} is no folder of a bucket", "write gs://BUCKET/FOLDER")
    return bucket, f"{folder.strip('/')}/" if folder.strip("/") else ""


def upload(path: Path, folder: str, sha256: str, *, impersonate: str = "", retried_s: float = RETRIED_S) -> Uploaded:
    """Send a file to `folder` (gs://…); its object is NAME-HASH.jsonl. `sha256` is of its content.

    Raises:
        UsageError: `folder` is none, or there are no credentials.
        RunError: the service refuses it, or it did not arrive as it was sent.
    """
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
    from requests import RequestException

    bucket, prefix = read_uri(folder)
    name = f"{prefix}{path.stem}-{sha256[:12]}{path.suffix}"
    uri = f"gs://{bucket}/{name}"
    try:
        client = open_client(impersonate)
        with open_read(path) as file:
            size, crc = _measured(file)
            blob = client.bucket(bucket).blob(name, chunk_size=CHUNK)
            there = _found(blob)
            if not there:
                there = not _send(blob, file, size, retried_s)
            _check(blob, uri, size, crc)
            return Uploaded(uri, size, crc, there)
    except (GoogleAPIError, InvalidResponse, DataCorruption, GoogleAuthError, RequestException, ValueError) as error:
        raise RunError(f"{uri} was not written: {why_refused(error)}", _mend(error, bucket)) from error


def _measured(file: Any) -> tuple[int, str]:
    import google_crc32c

    checksum: Any = google_crc32c.Checksum()  # type: ignore[no-untyped-call]  # the package is untyped
    size = 0
    while data := file.read(CHUNK):
        checksum.update(data)
        size += len(data)
    return size, base64.b64encode(checksum.digest()).decode()


def _found(blob: Blob) -> bool:
    """Whether the object is there; `blob` then knows its size and checksum."""
    from google.api_core.exceptions import NotFound

    try:
        blob.reload(timeout=TIMEOUT_S)
    except NotFound:
        return False
    return True


def _send(blob: Blob, file: Any, size: int, retried_s: float) -> bool:
    """False where the object came to be there meanwhile. The client sends a chunk again that was not taken; where the service
    kept half of one it gives up (ValueError), and all is sent again."""
    from google.api_core.exceptions import PreconditionFailed
    from google.cloud.storage.retry import DEFAULT_RETRY

    for left in reversed(range(ATTEMPTS)):
        file.seek(0)
        try:
            blob.upload_from_file(
                file,
                size=size,
                content_type="application/jsonl",
                checksum="crc32c",
                if_generation_match=0,
                timeout=TIMEOUT_S,
                retry=DEFAULT_RETRY.with_timeout(retried_s),
            )
        except PreconditionFailed:
            return not _found(blob)
        except ValueError:
            if not left:
                raise
        else:
            return True
    raise AssertionError("the last attempt returns or raises")


def _check(blob: Blob, uri: str, size: int, crc: str) -> None:
    if blob.size != size or blob.crc32c != crc:
        reason = f"{uri} holds {blob.size:,} bytes with CRC32C {blob.crc32c}, the file {size:,} with {crc}"
        raise RunError(reason, "remove the object, and upload again")


def _mend(error: Exception, bucket: str) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 404:
        return f"make the bucket first: gcloud storage buckets create gs://{bucket}"
    if status in (401, 403):
        return f"the account needs storage.objects.create and storage.objects.get on gs://{bucket}"
    return "try again: what arrived whole is not sent twice"
