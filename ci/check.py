"""`check`: the program itself, with what the inputs say and without what it has no business to know."""

from __future__ import annotations

import glob
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from types import FrameType

from outputs import folder, say, setting, write_json
from place import look

REPORTS = ("report.md", "report.json", "report.junit.xml")
TOKENS = ("GEMINI_EVAL_CI_TOKEN", "GEMINI_EVAL_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "CI_JOB_TOKEN")
MODEL_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS")
RESUMED = "resume.json"


def check() -> int:
    """Run it to its end and note how it ended; the step succeeds, `status end` decides about the job."""
    place = look()
    only_recordings = {"auto": place.fork, "true": True, "false": False}.get(setting("RECORDINGS_ONLY", "auto"))
    if only_recordings is None or (place.fork and not only_recordings):
        _ended(2, "recordings-only is «auto» or «true» for a fork's change, else one of auto, true, false")
        return 0
    try:
        command = _command(place.base, place.name, only_recordings)
    except ValueError as error:
        _ended(2, f"the inputs «suites» and «args» are words as a shell splits them: {error}")
        return 0
    unseen = {*TOKENS, *(MODEL_KEYS if only_recordings else ())}
    say(shlex.join(command))
    _ended(*_run(command, {name: value for name, value in os.environ.items() if name not in unseen}))
    return 0


def _command(base: str, name: str, only_recordings: bool) -> list[str]:
    """Suites come after `--`: a file's name is never taken for a flag."""
    reports = [word for report in REPORTS for word in ("-o", str(folder() / report))]
    flags = ["--recordings-only"] if only_recordings else []
    flags += ["--lang", setting("LANG")] if setting("LANG") else []
    flags += ["--resume"] if (folder() / RESUMED).is_file() else []
    command = [setting("PROGRAM", "gemini-eval"), "check", *flags, "--base", base, "--sticky", name, *reports]
    suites = list(_suites(shlex.split(setting("SUITES"))))
    return [*command, *shlex.split(setting("ARGS")), *(["--", *suites] if suites else [])]


def _suites(words: list[str]) -> Iterator[str]:
    """Patterns become the files that match; one that matches nothing stays, for the program to refuse."""
    for word in words:
        yield from sorted(glob.glob(word, recursive=True)) or [word]


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """(exit status, what to say of it). A cancelled job's signals go on to the program, which then keeps what it has."""
    try:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    except OSError as error:
        return 2, f"{command[0]} can't be started: {error.strerror}"

    def pass_on(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    status = process.wait()
    return (status, "") if status >= 0 else (128 - status, f"ended by {signal.Signals(-status).name}")


def _ended(status: int, reason: str) -> None:
    write_json("outcome.json", {"status": status, "reason": reason, "commit": look().head})
