"""What every test run shares."""

from __future__ import annotations

import os

import pytest

for _name in [
    name for name in os.environ if name.startswith(("GEMINI_EVAL_", "GOOGLE_", "GEMINI_API")) and not name.endswith("_SNAPSHOTS")
]:
    del os.environ[_name]  # no test sees the user's own settings


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The embedded model is one a machine: its tests run in one process, one after the other."""
    for item in items:
        if item.get_closest_marker("model"):
            item.add_marker(pytest.mark.xdist_group("model"))
