"""The version, in a room of its own, so that any room can say it."""

from __future__ import annotations

__version__ = "0.1.0"
