"""Whole outputs held against files; `UPDATE_SNAPSHOTS=1` writes them anew, to be read before they are committed."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).with_name("snapshots")


def check(name: str, actual: bytes) -> None:
    path = FOLDER / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_bytes(actual)
    assert actual.decode() == path.read_bytes().decode()
