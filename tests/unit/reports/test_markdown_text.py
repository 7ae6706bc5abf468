"""Text from outside in Markdown's running text."""

from __future__ import annotations

import pytest

from gemini_eval.reports.markdown_text import prose
from gemini_eval.reports.spans import BREAK


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("few@flash a1@b", "few@flash a1@b"),
        ("@torvalds (@torvalds) .@torvalds", f"@{BREAK}torvalds (@{BREAK}torvalds) .@{BREAK}torvalds"),
        ("가@torvalds é@torvalds ²@torvalds", f"가@{BREAK}torvalds é@{BREAK}torvalds ²@{BREAK}torvalds"),
        ("a@@b _@c", f"a@@{BREAK}b \\_@{BREAK}c"),
    ],
)
def test_nobody_is_mentioned(text: str, shown: str) -> None:
    assert prose(text) == shown
