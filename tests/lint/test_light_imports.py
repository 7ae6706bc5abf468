"""`gemini-eval --help` and `--version` answer at once, because they import nothing that is slow to import; no verb imports scipy
before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.lint.sources import ROOT

HEAVY = {
    "aiohttp",
    "asyncio",
    "google",
    "jinja2",
    "jsonschema_rs",
    "numpy",
    "openpyxl",
    "orjson",
    "pandas",
    "pyarrow",
    "pydantic",
    "rapidfuzz",
    "re2",
    "rich",
    "scipy",
    "tabulate",
    "uvloop",
    "xllamacpp",
    "yaml",
}

PROBE = """
import sys
try:
    {statement}
except SystemExit as left:
    assert not left.code, left.code
sys.stdout.flush()
print(*sorted({{name.partition(".")[0] for name in sys.modules}}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "statement",
    [
        "import gemini_eval",
        "import gemini_eval.cli.main",
        "sys.argv[1:] = ['--version']; from gemini_eval.cli.main import main; main()",
        "sys.argv[1:] = ['--help']; from gemini_eval.cli.main import main; main()",
    ],
)
def test_nothing_heavy_is_imported(statement: str) -> None:
    loaded = loaded_after(statement) - loaded_after("pass")
    assert sorted(loaded & HEAVY) == []
    assert "gemini_eval" in loaded


@pytest.mark.parametrize("verb", ["run", "validate", "list", "show", "render", "check"])
def test_no_verb_imports_scipy_before_it_computes(verb: str) -> None:
    """It takes as long to import as the rest of the program, and most commands have nothing to compute with it."""
    loaded = loaded_after(f"sys.argv[1:] = ['{verb}', '--help']; from gemini_eval.cli.main import main; main()")
    assert "gemini_eval" in loaded
    assert "scipy" not in loaded


def loaded_after(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter then holds; some it holds from the start, by the site's .pth files."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=statement)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stderr.split())
