"""What is shipped: the wheel, built and installed into an environment of its own, away from the source, does its work."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from gemini_eval import __version__
from tests.support.cli import ROOT
from tests.support.recordings import write_recording
from tests.support.suites import write_files

SUITE = """
version: 1
name: tickets
labels: [refund, delivery]
task: classification
prompts: {text: "Which queue? {{ body }}"}
models: "replay:answers.jsonl"
cases:
  - {id: money, vars: {body: My money back!}, expected: refund}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without isolation: the build backend is one of the pinned packages."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`gemini-eval` of an environment that holds the wheel; what it depends on is seen where the tests have it."""
    folder = tmp_path_factory.mktemp("installed") / "an environment"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        folder,
    )
    site = Path(run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip())
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin" / "gemini-eval"


def run(command: Sequence[str], folder: Path) -> str:
    """The command's output; it has to succeed. Nothing of the source is on its path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"gemini_eval", f"gemini_eval-{__version__}.dist-info"}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gemini_eval").rglob("*.py")}
    assert modules <= set(names)
    assert f"gemini_eval-{__version__}.dist-info/licenses/LICENSE" in names
    assert "gemini_eval/py.typed" in names


def test_the_installed_program_is_the_wheels(program: Path, tmp_path: Path) -> None:
    probe = "import gemini_eval; print(gemini_eval.__file__)"
    assert str(program.parents[1]) in run([str(program.parent / "python"), "-c", probe], tmp_path)
    assert run([str(program), "--version"], tmp_path) == f"gemini-eval, version {__version__}\n"


@pytest.mark.parametrize("kind", ["suite", "workspace"])
def test_the_installed_program_prints_the_schemas(program: Path, tmp_path: Path, kind: str) -> None:
    assert run([str(program), "schema", kind], tmp_path) == (ROOT / "docs" / f"{kind}.schema.json").read_text()


def test_the_installed_program_runs_a_suite(program: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"tickets.yaml": SUITE})
    assert write_recording([tmp_path / "tickets.yaml"], {"money": "refund"}, tmp_path / "answers.jsonl") == 1
    printed = run([str(program), "run", "tickets.yaml", "-o", "report.json"], tmp_path)
    assert "1" in printed
    assert (tmp_path / "report.json").is_file()
