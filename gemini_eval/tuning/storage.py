"""Cloud Storage through its official client: who asks, and what its refusals mean."""

from __future__ import annotations

from os import environ
from typing import TYPE_CHECKING

from gemini_eval.providers.gemini.credentials import find_token
from gemini_eval.providers.gemini.error_body import read_error
from gemini_eval.safe.secrets import redact_bytes

if TYPE_CHECKING:
    from google.cloud.storage import Client

EMULATOR = "STORAGE_EMULATOR_HOST"
TIMEOUT_S = 60.0


def open_client(impersonate: str = "") -> Client:
    """Against an emulator nobody is asked for credentials. Raises `UsageError` where there are none."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage

    if environ.get(EMULATOR):
        return storage.Client(project="emulated", credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]  # google-auth
    found = find_token(impersonate)
    return storage.Client(project=found.project or None, credentials=found.source)


def why_refused(error: Exception) -> str:
    """In the service's own words, where it answered."""
    from google.cloud.storage.exceptions import DataCorruption

    if isinstance(error, DataCorruption):
        return "it arrived damaged (its CRC32C is another), and was removed"
    response = getattr(error, "response", None)
    if response is not None:
        said = read_error(redact_bytes(response.content)).message
        return f"HTTP {response.status_code}{f': {said}' if said else ''}"
    return str(error).strip().split("\n")[0][:300] or type(error).__name__
