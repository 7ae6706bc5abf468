"""The command line in a process that notes its peak memory, in MiB, at its end."""

from __future__ import annotations

import atexit
import json
import os
import resource
import sys
from pathlib import Path


def note_memory() -> None:
    Path(os.environ["BENCHMARK_NOTE"]).write_text(json.dumps({"own": own(), "children": children()}))


def own() -> float:
    """Of this program alone: Linux counts what started a process into its `ru_maxrss`, so the status file is read there."""
    status = Path("/proc/self/status")
    if status.exists():
        (kilobytes,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(kilobytes) / 1024
    return _mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def children() -> float:
    """The largest child, the template worker; on Linux at least as much as this process had when it started it."""
    return _mebibytes(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _mebibytes(maxrss: int) -> float:
    """macOS counts bytes, Linux kibibytes."""
    return maxrss / 2**20 if sys.platform == "darwin" else maxrss / 1024


if __name__ == "__main__":
    from gemini_eval.cli.main import main

    atexit.register(note_memory)
    main()
