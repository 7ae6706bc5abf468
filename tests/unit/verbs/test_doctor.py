"""`doctor`, run as users run it, in folders where one thing is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gemini_eval.providers.local_lock import private_folder
from gemini_eval.safe.files import FileLock
from tests.support.cli import gemini_eval
from tests.support.suites import write_files

NAMES = [
    "Python",
    "gemini-eval",
    "extra local",
    "extra tune",
    "extra data",
    "extra notebook",
    "workspace",
    "default model",
    "embedded model",
    "cache",
    "store",
    "machine lock",
    "templates",
    "memory limit",
    "output",
    "git",
    "Google",
]


def checks(folder: Path, environment: dict[str, str] | None = None) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """The exit status, and (state, found, mend) by check."""
    ended = gemini_eval(["doctor", "--json"], folder, environment)
    assert ended.stderr == ""
    found = json.loads(ended.stdout)
    assert [check["check"] for check in found] == NAMES
    return ended.status, {check["check"]: (check["state"], check["found"], check["mend"]) for check in found}


def test_a_machine_with_everything(tmp_path: Path) -> None:
    status, found = checks(write_files(tmp_path / "w", {}))
    assert status == 0
    states = {name: state for name, (state, _, _) in found.items() if name != "machine lock"}
    assert states == {name: "ok" for name in NAMES if name != "machine lock"}
    assert found["workspace"][1] == "gemini-eval.yaml"
    assert found["default model"][1] == "local:gemma-3-270m (this version asks: embedded, gemini, replay)"
    assert "Gemma Terms of Use, https://ai.google.dev/gemma/terms" in found["embedded model"][1]
    assert found["store"][1] == ".gemini-eval (runs are kept there)"
    assert found["memory limit"][1] == "templates are held to 256 MiB"
    assert found["output"][1] == "no terminal, utf-8, 80 columns"
    assert not (tmp_path / "w" / ".gemini-eval").exists()


def test_lines_for_people(tmp_path: Path) -> None:
    found = gemini_eval(["doctor"], write_files(tmp_path / "w", {"gemini-eval.yaml": "version: 1\n"}))
    lines = found.stdout.splitlines()
    at = lines.index("! default model   none chosen")
    assert found.status == 0
    assert lines[at : at + 3] == [
        "! default model   none chosen",
        "                  mend: write default_model: local:gemma-3-270m in",
        "                  gemini-eval.yaml",
    ]
    assert lines[1].startswith("✓ gemini-eval     ")
    assert lines[-1].startswith("ready, ")
    assert max(map(len, lines)) <= 80 or str(tmp_path) in found.stdout
    assert "\x1b" not in found.stdout


def test_signs_for_a_terminal_that_has_only_ascii(tmp_path: Path) -> None:
    found = gemini_eval(["doctor"], write_files(tmp_path / "w", {}), {"PYTHONIOENCODING": "ascii"})
    assert found.status == 0
    assert found.stdout.isascii()
    assert found.stdout.startswith("+ Python          3.")
    assert (
        "! output          no terminal, ascii, 80 columns\n                  mend: set PYTHONUTF8=1, or a UTF-8 locale\n"
        in found.stdout
    )


def test_colours_where_they_are_forced_and_not_with_no_color(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "w", {})
    assert "\x1b[32m" in gemini_eval(["doctor"], folder, {"NO_COLOR": "", "FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in gemini_eval(["doctor"], folder, {"NO_COLOR": "1", "FORCE_COLOR": "1"}).stdout


def test_no_workspace_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    status, found = checks(tmp_path / "w")
    assert (status, found["workspace"]) == (0, ("warning", "no gemini-eval.yaml here or above", "gemini-eval init"))


@pytest.mark.parametrize(
    ("workspace", "check", "reason"),
    [
        ("version: 2\n", "workspace", "gemini-eval.yaml:1:10: "),
        ("version: 1\ndefault_model: gpt-5\n", "default model", 'no provider answers the model "gpt-5"'),
        ("version: 1\ndefault_model: endpoints/12\n", "default model", '"endpoints/12" does not say where the endpoint is'),
        ("version: 1\ndefault_model: local:none.gguf\n", "default model", "local:"),
        ("version: 1\ndefault_model: replay:none.jsonl\n", "default model", ""),
        (
            "version: 1\ndefault_model: local:gemma-3-270m\nallow_models: [a]\n",
            "default model",
            "local:gemma-3-270m, which the workspace",
        ),
        ("version: 1\ndefault_model: local:gemma-3-270m\nstore: {folder: file}\n", "store", "FOLDER/file is not a folder"),
    ],
)
def test_what_the_default_model_can_not_do_without_is_broken(tmp_path: Path, workspace: str, check: str, reason: str) -> None:
    folder = write_files(tmp_path / "w", {"gemini-eval.yaml": workspace, "file": ""})
    status, found = checks(folder)
    assert status == 2
    assert [name for name, (state, _, _) in found.items() if state == "broken"] == [check]
    assert found[check][1].replace(str(folder), "FOLDER").startswith(reason)
    assert found[check][2]


def test_a_model_that_another_run_uses(tmp_path: Path) -> None:
    folder, temporary = write_files(tmp_path / "w", {}), tmp_path / "temporary"
    own = temporary / private_folder().name
    own.mkdir(parents=True, mode=0o700)
    lock = FileLock(own / "model.lock")
    assert lock.acquire()
    status, found = checks(folder, {"TMPDIR": str(temporary)})
    lock.release()
    assert (status, found["machine lock"][0]) == (0, "warning")
    assert checks(folder, {"TMPDIR": str(temporary)})[1]["machine lock"][0] == "ok"


def test_googles_variables_are_named_and_never_shown(tmp_path: Path) -> None:
    secret = {"GOOGLE_API_KEY": "key-that-nobody-may-see", "GOOGLE_CLOUD_PROJECT": "project-of-mine"}
    ended = gemini_eval(["doctor"], write_files(tmp_path / "w", {}), secret)
    assert all(value not in ended.stdout + ended.stderr for value in secret.values())
    _, found = checks(tmp_path / "w", secret)
    assert found["Google"][1] == (
        "set: GOOGLE_CLOUD_PROJECT, GOOGLE_API_KEY; not set: GOOGLE_CLOUD_LOCATION, GEMINI_API_KEY, "
        "GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_GENAI_USE_VERTEXAI, GOOGLE_VERTEX_BASE_URL, GOOGLE_GEMINI_BASE_URL "
        "(values are not shown)"
    )


def test_no_git_and_no_place_for_the_cache(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "w", {"file": ""})
    status, found = checks(folder, {"PATH": os.devnull, "XDG_CACHE_HOME": str(folder / "file" / "cache")})
    assert (status, found["git"][0], found["cache"][0]) == (0, "warning", "warning")
