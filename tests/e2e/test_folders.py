"""Every folder of `folders/` is one behaviour: its commands, run for real, and all that they print. See README.md."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Ended, gemini_eval, scrub
from tests.support.recordings import write_recording

FOLDERS = Path(__file__).parent / "folders"
UPDATE = os.environ.get("GEMINI_EVAL_UPDATE_SNAPSHOTS") == "1"
SNAPSHOTS = ("stdout", "stderr", "status")
CREDENTIALS = {
    "GOOGLE_API_KEY": "not-a-real-key-0123456789",
    "GEMINI_API_KEY": "not-a-real-key-0123456789",
    "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere/credentials.json",
    "GOOGLE_CLOUD_PROJECT": "somebody-else",
    "GOOGLE_CLOUD_LOCATION": "europe-west4",
}


def names() -> list[str]:
    return sorted(path.name for path in FOLDERS.iterdir() if (path / "command").is_file())


@pytest.mark.parametrize("name", names())
def test_folder(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    found = transcript(folder, {})
    if UPDATE:
        write_snapshots(FOLDERS / name, found)
    assert found == snapshots(FOLDERS / name)


@pytest.mark.parametrize("name", ["metric_label", "replay"])
def test_credentials_in_the_environment_change_nothing(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)
    assert transcript(folder, CREDENTIALS) == snapshots(FOLDERS / name)
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    assert CREDENTIALS["GOOGLE_API_KEY"].encode() not in written


def copied(name: str, tmp_path: Path) -> Path:
    """The folder's inputs, where the commands may write."""
    if UPDATE and (FOLDERS / name / "answers.json").exists():
        record(FOLDERS / name)
    folder = tmp_path / "work"
    shutil.copytree(FOLDERS / name, folder, ignore=shutil.ignore_patterns(*SNAPSHOTS, "command", "answers.json"))
    shutil.copy(FOLDERS / name / "command", tmp_path / "command")
    return folder


def record(folder: Path) -> None:
    """Recordings anew, from `answers.json`: {recording: {suite: {case: answer}}}."""
    for name, suites in json.loads((folder / "answers.json").read_text()).items():
        recording = folder / name
        recording.unlink(missing_ok=True)
        lines = b""
        for suite, answers in suites.items():
            write_recording([folder / suite], answers, recording)
            lines += recording.read_bytes()
        recording.write_bytes(lines)


def transcript(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """Each output of all commands, under a line with the command where there is any; the exit statuses, one a line."""
    done = [(line, run_line(line, folder, environment)) for line in commands(folder.parent / "command")]
    return {
        "stdout": "".join(section(line, scrub(ended.stdout, folder)) for line, ended in done),
        "stderr": "".join(section(line, scrub(ended.stderr, folder)) for line, ended in done),
        "status": "".join(f"{ended.status}\n" for _, ended in done),
    }


def commands(path: Path) -> Iterator[str]:
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def run_line(line: str, folder: Path, environment: dict[str, str]) -> Ended:
    """One line: `NAME=VALUE … arguments`, as a shell reads it; `cp FROM TO` puts another input in a file's place."""
    words = shlex.split(line)
    if words[0] == "cp":
        shutil.copy(folder / words[1], folder / words[2])
        return Ended(0, "", "")
    own = dict(environment)
    while words and words[0].partition("=")[0].isupper() and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        own[name] = value
    return gemini_eval(words, folder, own)


def section(line: str, text: str) -> str:
    return f"$ {line}\n{text}" if text else ""


def snapshots(folder: Path) -> dict[str, str]:
    paths = {name: folder / name for name in SNAPSHOTS}
    return {name: path.read_text() if path.exists() else "" for name, path in paths.items()}


def write_snapshots(folder: Path, found: dict[str, str]) -> None:
    for name, text in found.items():
        if text:
            (folder / name).write_text(text)
        else:
            (folder / name).unlink(missing_ok=True)
