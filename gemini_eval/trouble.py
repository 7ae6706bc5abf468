"""A request that was not delivered: which outcome it is, and what it says of the next ones."""

from __future__ import annotations

from enum import StrEnum

from gemini_eval.types import Outcome


class Trouble(StrEnum):
    """What a request that was not delivered says of the next ones; the engine acts on it."""

    FINAL = "final"
    """Of this request alone: asking it again would end the same."""
    PASSING = "passing"
    """It may pass: a server error, a broken connection, a time-out, a body that is no answer."""
    CONGESTED = "congested"
    """Shared capacity or a quota that fills up again: ask again later, and slower."""
    CLOSED = "closed"
    """Nothing more will be answered by this model today: a daily quota, no permission, no such model, no valid credentials."""


class ProviderError(Exception):
    """A request that was not delivered: which outcome it is, what that says of the next ones, and the mend.

    `retry_after_s` is how long the server asks to wait (Retry-After, RetryInfo), None where it does not say.
    """

    def __init__(
        self,
        outcome: Outcome,
        reason: str,
        *,
        trouble: Trouble = Trouble.FINAL,
        retry_after_s: float | None = None,
        hint: str = "",
    ) -> None:
        self.outcome, self.reason, self.trouble, self.retry_after_s, self.hint = outcome, reason, trouble, retry_after_s, hint
        super().__init__(reason)
