"""The version, in a room of its own, so that any room can say it."""

__version__ = "0.1.0"
