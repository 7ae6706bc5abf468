"""What is wrong with a request."""

from __future__ import annotations


class BadRequestError(Exception):
    """The body is not what this method takes; the message says why."""
