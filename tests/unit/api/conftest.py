from __future__ import annotations

from pathlib import Path

import pytest

REVIEWS = [
    {"text": "great", "label": "positive", "said": "positive", "other": "positive"},
    {"text": "bad", "label": "negative", "said": "neutral", "other": "negative"},
    {"text": "dull", "label": "negative", "said": "negative", "other": "negative"},
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def reviews() -> list[dict[str, str]]:
    return [dict(row) for row in REVIEWS]
