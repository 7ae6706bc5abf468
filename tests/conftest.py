"""What every test run shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

_OURS = ("GEMINI_EVAL_UPDATE_SNAPSHOTS", "GEMINI_EVAL_RECORD_DOCS")
for _name in [name for name in os.environ if name.startswith(("GEMINI_EVAL_", "GOOGLE_", "GEMINI_API")) and name not in _OURS]:
    del os.environ[_name]  # no test sees the user's own settings


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """The embedded model is one a machine: the files that ask it run in one process, one after the other."""
    tests = Path(__file__).parent
    asking = {
        path.relative_to(tests.parent).as_posix()
        for path in tests.rglob("test_*.py")
        if "mark.model" in path.read_text(encoding="utf-8")
    }

    class OneForTheModel(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "model" if nodeid.partition("::")[0] in asking else nodeid

    return OneForTheModel(config, log)
