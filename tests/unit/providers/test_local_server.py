"""llama.cpp in a process: loaded and freed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.tiny_gemma import write_tiny_gemma

LOADED = """
import sys
from pathlib import Path
from gemini_eval.providers.local_server import LlamaServer
for _ in range(10):
    LlamaServer(Path(sys.argv[1]), lambda: False).close()
"""


def test_a_model_that_was_asked_nothing_is_freed(tmp_path: Path) -> None:
    """In a process of its own: where the library waits for ever, it lets nothing else run."""
    path = write_tiny_gemma(tmp_path / "tiny.gguf")
    done = subprocess.run([sys.executable, "-c", LOADED, str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
