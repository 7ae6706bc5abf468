"""Tables of answers and the values that reference implementations give them; `make.py` writes them, several tests read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def table(name: str) -> dict[str, Any]:
    """`about` says whose values these are, `rows` has them."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    return found
