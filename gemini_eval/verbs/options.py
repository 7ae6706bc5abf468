"""What `run` and its kin take beside the suites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gemini_eval.engine.jobs import Budget
from gemini_eval.runs.folder import RunFolder
from gemini_eval.suites.load import LoadOptions
from gemini_eval.verbs.saved import Saved
from gemini_eval.verbs.selection import Selection


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `run` takes beside the suites. `say` is the voice for people; `progress` gets (done, failed, total) for each case.

    `cache`: "use" it, "refresh" it (ask everything again, and keep the new answers), or leave it "off". `timeout_s` is for one
    attempt, None for what the target says. `against` is what the run is held against once it is over.
    `verb` is who runs, where that is another than `run`.
    `scoring` asks no model under test, only judges, and with `offline` not even these.
    """

    load: LoadOptions = LoadOptions()
    selection: Selection = Selection()
    samples: int | None = None
    jobs: int | None = None
    resume: RunFolder | None = None
    budget: Budget | None = None
    max_failures: int | None = None
    recordings: tuple[Path, ...] = ()
    recordings_only: bool = False
    scoring: bool = False
    offline: bool = False
    cache: Literal["use", "refresh", "off"] = "use"
    timeout_s: float | None = None
    strict: bool = False
    name: str = ""
    verb: str = ""
    against: Saved | None = None
    say: Callable[[str], None] = lambda _line: None
    progress: Callable[[int, int, int], None] | None = None

    @property
    def ask_nobody(self) -> bool:
        return self.recordings_only or self.scoring

    @property
    def ask_no_judge(self) -> bool:
        return self.recordings_only or self.offline
