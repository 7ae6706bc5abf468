"""`python -m benchmarks.peers [KEY…]`: install the tools of the comparison below `.peers/`, in the table's versions.

Each Python tool has a virtual environment of its own, promptfoo a folder of npm's with a Node beside it. What is there already
in the table's version stays as it is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.peers.table import PEERS, TRANSFORMERS, Peer


def main(keys: Sequence[str]) -> int:
    """0 where all are there at the end, 2 for a name that is none."""
    every = (*PEERS, TRANSFORMERS)
    known = [peer.key for peer in every]
    unknown = [key for key in keys if key not in known]
    if unknown:
        print(f'there is no peer "{unknown[0]}"; there are {", ".join(known)}', file=sys.stderr)
        return 2
    wanted = [peer for peer in every if peer.key in keys] if keys else PEERS
    missing = [peer.key for peer in wanted if not _there(peer)]
    if missing:
        print(f"not installed: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


def _there(peer: Peer) -> bool:
    if peer.installed:
        print(f"{peer.key}: {peer.name} {peer.version} is there")
        return True
    print(f"{peer.key}: installing {' '.join(peer.packages)}", flush=True)
    shutil.rmtree(peer.folder, ignore_errors=True)
    peer.folder.mkdir(parents=True)
    try:
        for command in _npm(peer) if peer.node else _pip(peer):
            subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{peer.key}: {error}", file=sys.stderr)
        return False
    peer.stamp.write_text("\n".join(peer.packages) + "\n", encoding="utf-8")
    return True


def _pip(peer: Peer) -> list[list[str]]:
    pip = [str(peer.folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "--quiet"]
    return [[sys.executable, "-m", "venv", str(peer.folder)], [*pip, "install", *peer.packages]]


def _npm(peer: Peer) -> list[list[str]]:
    """`--force`: the Node that npm itself runs on may be older than promptfoo asks for; the one beside it is not."""
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--force", "--loglevel=error"]
    return [["npm", "install", "--prefix", str(peer.folder), *quiet, *peer.packages]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
