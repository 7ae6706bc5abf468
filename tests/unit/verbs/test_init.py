"""`init`, run as users run it; what it writes is checked, and one of the three is asked of the embedded model."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, Ended, clean_environment, gemini_eval

FILES = {
    "classification": ("tickets", ["specs/data/tickets.csv", "specs/data/tickets_examples.csv"]),
    "extraction": (
        "orders",
        ["specs/data/orders.jsonl", "specs/data/orders_examples.jsonl", "specs/data/orders_schema.json"],
    ),
    "sentiment": ("reviews", ["specs/data/reviews.csv", "specs/data/reviews_examples.csv"]),
}


def expected_files(task: str) -> list[str]:
    name, data = FILES[task]
    return [
        "gemini-eval.yaml",
        f"specs/{name}.yaml",
        f"templates/{name}.j2",
        *data,
        "schemas/suite.schema.json",
        "schemas/workspace.schema.json",
        ".github/workflows/gemini-eval.yml",
    ]


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("task", FILES)
def test_each_task_gives_a_whole_workspace(place: Path, task: str) -> None:
    name, _ = FILES[task]
    found = gemini_eval(["init", "mine", "--task", task], place)
    assert (found.status, found.stderr) == (0, "")
    assert found.stdout.splitlines()[: len(expected_files(task)) + 6] == [
        "wrote",
        *(f"  {path}" for path in expected_files(task)),
        "next",
        "  cd mine",
        "  gemini-eval doctor",
        "  gemini-eval validate specs",
        f"  gemini-eval run specs/{name}.yaml",
    ]
    assert files_below(place / "mine") == sorted(expected_files(task))
    first = (place / "mine/specs" / f"{name}.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/suite.schema.json"
    gates = 3 if task == "extraction" else 2
    line = f"specs/{name}.yaml: ok, 1 variant × 12 cases = 12 requests, {gates} gates\n"
    assert gemini_eval(["validate", "specs", "--strict"], place / "mine") == Ended(0, line, "")


def test_the_files_are_ordinary_ones(place: Path) -> None:
    before = os.umask(0o022)
    try:
        gemini_eval(["init", "--yes"], place)
    finally:
        os.umask(before)
    modes = {oct(path.stat().st_mode & 0o777) for path in place.rglob("*") if path.is_file()}
    assert modes == {"0o644"}
    assert (place / "gemini-eval.yaml").read_text() == (
        "# yaml-language-server: $schema=schemas/workspace.schema.json\nversion: 1\ndefault_model: local:gemma-3-270m\n"
    )


def test_the_names_of_a_suite_and_a_model(place: Path) -> None:
    found = gemini_eval(["init", "--name", "anfragen", "--model", "replay:my answers.jsonl", "--task", "sentiment"], place)
    assert found.status == 0
    assert "name: anfragen\n" in (place / "specs/anfragen.yaml").read_text()
    assert 'default_model: "replay:my answers.jsonl"\n' in (place / "gemini-eval.yaml").read_text()
    assert (place / "templates/anfragen.j2").is_file()


def test_a_models_file_is_named_from_the_workspace(place: Path) -> None:
    assert gemini_eval(["init", "new", "--model", "local:new/model.gguf"], place).status == 0
    assert "default_model: local:model.gguf\n" in (place / "new/gemini-eval.yaml").read_text()
    assert gemini_eval(["init", "other", "--model", "local:model.gguf"], place).status == 0
    assert f"default_model: local:{place}/model.gguf\n" in (place / "other/gemini-eval.yaml").read_text()


def test_a_file_that_is_there_is_left_alone(place: Path) -> None:
    (place / "gemini-eval.yaml").write_text("version: 1\n")
    (place / "templates").mkdir()
    (place / "templates/tickets.j2").symlink_to("nowhere")
    found = gemini_eval(["init"], place)
    assert found.status == 0
    assert "left alone, since they were there\n  gemini-eval.yaml\n  templates/tickets.j2\n" in found.stdout
    assert (place / "gemini-eval.yaml").read_text() == "version: 1\n"
    assert not (place / "templates/nowhere").exists()
    second = gemini_eval(["init"], place)
    assert (second.status, second.stdout) == (2, "")
    assert second.stderr.startswith("error: . has all of these already, and init overwrites nothing: gemini-eval.yaml, specs/")
    assert second.stderr.endswith("  mend: give another --name, or another folder\n")


def test_a_second_suite_in_the_same_workspace(place: Path) -> None:
    assert gemini_eval(["init"], place).status == 0
    assert gemini_eval(["init", "--task", "extraction"], place).status == 0
    assert gemini_eval(["validate", "specs"], place).status == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--model", "gpt-5"],
            'error: no provider answers the model "gpt-5"\n  mend: known are the embedded Gemma, '
            "tuned, or a GGUF file: local:gemma-3-270m, local:gemma-3-270m+ADAPTER.gguf, local:PATH.gguf; "
            "Gemini: gemini-3.5-flash, "
            "projects/PROJECT/locations/LOCATION/endpoints/ID of a tuned model; a recording: replay:FILE\n",
        ),
        (["--model", "endpoints/12"], 'error: "endpoints/12" does not say where the endpoint is\n'),
        (["--model", "local:gemma-3-270"], 'error: no provider answers the model "local:gemma-3-270"\n'),
        (["--task", "sentimnt"], 'error: there is no task "sentimnt"\n  mend: did you mean "sentiment"?\n'),
        (["--name", "../up"], 'error: "../up" can\'t be the name of a suite\n'),
        (["--name", "null"], 'error: "null" has a meaning of its own\n'),
        (["--name", "gemini-eval"], 'error: "gemini-eval" has a meaning of its own\n'),
    ],
)
def test_an_answer_that_can_not_be_writes_nothing(place: Path, flags: list[str], message: str) -> None:
    found = gemini_eval(["init", *flags], place)
    assert (found.status, found.stdout) == (2, "")
    assert found.stderr.startswith(message)
    assert files_below(place) == []


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-3.5-flash", "gemma-3-27b-it"])
def test_a_workspace_for_gemini_has_room_for_its_thoughts(place: Path, model: str) -> None:
    for task in FILES:
        started = gemini_eval(["init", task, "--task", task, "--model", model], place)
        assert (started.status, started.stderr) == (0, "")
        workflow = (place / task / ".github/workflows/gemini-eval.yml").read_text()
        assert "run specs/*.yaml --recordings-only" in workflow
        assert 'check --base "$BASE" --recordings-only ||' in workflow
        assert "gemini-eval[local]" not in workflow
    found = gemini_eval(["validate", *(f"{task}/specs" for task in FILES)], place)
    assert (found.status, "error" in found.stderr) == (0, False), found.stderr
    assert found.stdout.count(": ok, ") == len(FILES)


def test_a_folder_that_is_a_file(place: Path) -> None:
    (place / "taken").write_text("")
    found = gemini_eval(["init", "taken"], place)
    assert (found.status, found.stdout) == (2, "")
    assert found.stderr.startswith("error: the folder taken cannot be made: ")


def test_a_folder_below_the_top_of_a_repository(place: Path) -> None:
    (place / ".git").mkdir()
    found = gemini_eval(["init", "below"], place)
    assert f"GitHub reads workflows only in {place}/.github" in found.stdout.replace("\n", " ")
    assert "GitHub reads" not in gemini_eval(["init"], place).stdout


def test_three_questions_on_a_terminal(place: Path) -> None:
    """A wrong answer is asked again; an empty one takes what is offered."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [*PROGRAM, "init"],
            cwd=place,
            env=clean_environment(place),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.write(ours, b"poetry\nsentiment\n\ngpt-5\n\n")
        output, _ = process.communicate(timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    text = output.decode()
    assert process.returncode == 0, text
    assert 'there is no task "poetry"' in text
    assert 'no provider answers the model "gpt-5"' in text
    assert (place / "specs/reviews.yaml").is_file()


@pytest.mark.model
def test_what_is_written_passes_on_the_embedded_model(place: Path) -> None:
    assert gemini_eval(["init", "--task", "classification", "--yes"], place).status == 0
    own = {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")), "TMPDIR": str(place.parent)}
    found = gemini_eval(["run", "specs/tickets.yaml"], place, own)  # a lock of its own: it waits for no other run
    assert (found.status, "✓ accuracy >= 0.75" in found.stdout) == (0, True), found.stdout + found.stderr
