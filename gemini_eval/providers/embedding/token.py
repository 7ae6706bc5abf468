"""Our credentials as the official client takes them."""

from __future__ import annotations

from collections.abc import Mapping

from google.auth.credentials import Credentials


class LentToken(Credentials):
    """Sends what it was lent; finding and renewing tokens is not the client's."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # google-auth is untyped

    def lend(self, sent: Mapping[str, str]) -> None:
        """Before each call: the headers of the moment, the same for all calls under way."""
        self.token = sent["authorization"].removeprefix("Bearer ")
        self._quota_project_id = sent.get("x-goog-user-project")

    def refresh(self, request: object) -> None:
        """A token that was lent is not renewed here."""
