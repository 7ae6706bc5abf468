"""The tools of the comparison as data: what is installed, how each is started, what it says of its own result."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.peers import wine

HOME = ROOT / ".peers"
_NODE_PLATFORM = {"Linux": "linux", "Darwin": "darwin"}.get(platform.system(), "")
_NODE_MACHINE = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
NODE = f"node-{'bin-' if (_NODE_PLATFORM, _NODE_MACHINE) == ('darwin', 'arm64') else ''}{_NODE_PLATFORM}-{_NODE_MACHINE}"


@dataclass(frozen=True, slots=True)
class Peer:
    """`key` is its folder below `.peers/`, and its module here where it runs in Python. The tool itself is the first package.

    `environment` may name `{folder}`, where it is started, and `{url}`, the server. `note` is what its figures rest on.
    """

    key: str
    packages: tuple[str, ...]
    note: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    node: bool = False

    @property
    def name(self) -> str:
        return re.split(r"\[|==|@", self.packages[0])[0]

    @property
    def version(self) -> str:
        return re.split(r"==|@", self.packages[0])[1]

    @property
    def folder(self) -> Path:
        return HOME / self.key

    @property
    def stamp(self) -> Path:
        return self.folder / "installed.txt"

    @property
    def installed(self) -> bool:
        """Whole, and in the versions of this table."""
        return self.stamp.exists() and self.stamp.read_text(encoding="utf-8").split() == list(self.packages)

    def command(self, *, cached: bool = False) -> list[str]:
        """Start it in a folder of `wine_data`; `cached` lets promptfoo keep and use answers."""
        if not self.node:
            return [str(self.folder / "bin" / "python"), "-m", f"benchmarks.peers.{self.key}"]
        modules = self.folder / "node_modules"
        started = [str(modules / NODE / "bin" / "node"), str(modules / self.name / "dist" / "src" / "entrypoint.js")]
        options = ["-j", str(wine.CONCURRENCY), "--no-table", "--no-progress-bar"]
        return [*started, "eval", *options, *([] if cached else ["--no-cache"])]


PEERS = (
    Peer("pydantic_evals", ("pydantic-evals==2.62.0", "aiohttp==3.14.5"), "its task asks through aiohttp"),
    Peer(
        "deepeval",
        ("deepeval==4.3.1", "aiohttp==3.14.5"),
        "its test cases are filled through aiohttp",
        {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES"},
    ),
    Peer(
        "lm_eval",
        ("lm-eval[api]==0.4.13",),
        "as a library, without its catalogue of tasks, which takes seconds to read",
        {"HF_HUB_OFFLINE": "1", "HF_HOME": "{folder}/hub"},
    ),
    Peer(
        "vertex",
        ("google-cloud-aiplatform[evaluation]==2.7.0",),
        "`client.evals`, which infers in 100 threads; its rate limit is lifted, and a metric of three lines stands for its own\n"
        "  exact match, which asks a service for every case",
        {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    ),
    Peer(
        "promptfoo",
        ("promptfoo@0.123.1", f"{NODE}@26.10.0"),
        # With Node 26 its log file makes it crash at its end.
        "its Google provider, without its log file",
        {
            "PROMPTFOO_CONFIG_DIR": "{folder}/promptfoo",
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_DEBUG_LOG": "1",
            "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0",
            "GOOGLE_API_BASE_URL": "{url}",
        },
        node=True,
    ),
    Peer("inspect_ai", ("inspect-ai==0.3.285", "google-genai==2.34.0"), "its Google provider"),
)

TRANSFORMERS = Peer(
    "transformers",
    ("transformers==5.24.0", "torch==2.13.0", "accelerate==1.15.0", "gguf==0.19.0"),
    environment={"HF_HUB_OFFLINE": "1"},
)
"""What the forward pass of local tuning is held against; it takes no part in the comparison."""
