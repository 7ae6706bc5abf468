"""Formats whose package is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
sys.modules[sys.argv[1]] = None
from pathlib import Path
from gemini_eval.errors import Place
from gemini_eval.suites.data.reader import header, iter_raw_cases
from gemini_eval.suites.data.source import DataSource
source = DataSource((Path(sys.argv[2]),), (Path(sys.argv[2]).name,), Place("suite.yaml"))
assert header(source) is None
(fault,) = iter_raw_cases(source)
sys.stdout.write(f"{fault.place}: {fault.reason}: {fault.hint}")
assert not {"pydantic", "pandas", "numpy", "pyarrow", "openpyxl"} & {name for name in sys.modules if sys.modules[name]}
"""


@pytest.mark.parametrize(("package", "name"), [("openpyxl", "t.xlsx"), ("pyarrow", "t.parquet")])
def test_a_missing_package_is_told_with_the_command_that_installs_it(tmp_path: Path, package: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    done = subprocess.run([sys.executable, "-c", PROGRAM, package, str(path)], capture_output=True, text=True, check=True)
    reason = f"{path.suffix} files need {package}, which is not installed"
    assert done.stdout == f"{name}: {reason}: pip install 'gemini-eval[data]'"
