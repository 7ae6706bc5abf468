"""Who may ask: bearer tokens and keys, and the OAuth endpoint that gives tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import orjson

from tests.standin.refusals import BAD_KEY, BAD_TOKEN, NO_KEY, NO_TOKEN
from tests.standin.routes import Route
from tests.standin.script import Access, Refuse

_GRANTS = ("urn:ietf:params:oauth:grant-type:jwt-bearer", "refresh_token")
_KEY_HEADER = "x-goog-api-key"


@dataclass(slots=True)
class Credentials:
    """Knows the tokens it gave, when they expire (seconds of the server's clock), and those that are no longer accepted."""

    access: Access
    given: dict[str, float] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    asked: int = 0

    def sent(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The token or key as sent, '' for none."""
        return _bearer(headers) or headers.get(_KEY_HEADER, "") or query.get("key", "")

    def revoke(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        """Accept what was sent no longer."""
        self.revoked.add(self.sent(headers, query))

    def refusal(self, route: Route, headers: Mapping[str, str], query: Mapping[str, str], now: float) -> Refuse | None:
        """None where the caller is let in."""
        token = _bearer(headers)
        if route.api == "vertex" or (route.api == "publisher" and token):
            return self._refuse_token(token, now)
        key = headers.get(_KEY_HEADER, "") or query.get("key", "")
        if not key:
            return NO_KEY
        known = self.access.keys is None or key in self.access.keys
        return None if known and key not in self.revoked else BAD_KEY

    def _refuse_token(self, token: str, now: float) -> Refuse | None:
        if not token:
            return NO_TOKEN
        if token in self.revoked or now >= self.given.get(token, now + 1):
            return BAD_TOKEN
        known = self.access.tokens is None or token in self.access.tokens or token in self.given
        return None if known else BAD_TOKEN

    def give(self, form: str, now: float) -> tuple[int, bytes]:
        """Answer a request to the token endpoint: status and JSON, as RFC 6749 has them."""
        self.asked += 1
        if self.access.failing < 0 or self.asked <= self.access.failing:
            return self.access.failure_status, _oauth_error(self.access.failure, "told to fail")
        fields = parse_qs(form)
        grant = fields.get("grant_type", [""])[0]
        if grant not in _GRANTS:
            return 400, _oauth_error("unsupported_grant_type", f"Invalid grant_type: {grant}")
        if grant == _GRANTS[0] and fields.get("assertion", [""])[0].count(".") != 2:
            return 400, _oauth_error("invalid_grant", "Invalid JWT: there are no three parts.")
        token = f"stand-in-token-{len(self.given) + 1}"
        self.given[token] = now + self.access.expires_in
        given = {"access_token": token, "expires_in": self.access.expires_in, "token_type": "Bearer"}
        return 200, orjson.dumps(given)


def _bearer(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _oauth_error(word: str, description: str) -> bytes:
    return orjson.dumps({"error": word, "error_description": description})
