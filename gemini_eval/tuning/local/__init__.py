"""LoRA on the embedded Gemma, on a processor: plain torch, which is imported where it is used and nowhere else."""

from __future__ import annotations

import os

# Before torch is imported, whose threads else wait for each other at full speed: beside any other work on the same cores a
# training was then seen to take six times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
