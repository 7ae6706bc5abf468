"""What `check` and its kin take beside the suites."""

from __future__ import annotations

from dataclasses import dataclass, field

from gemini_eval.verbs.options import RunOptions

DEFAULT_MAX_AGE_S = 24 * 3600.0
DEFAULT_MAX_SAMPLES = 10


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """`run` is how both sides are asked; its `samples` fixes how often, without looking in between. `max_samples` is how far
    rounds go while the decision is open. A saved answer of one side is used only where it is no older than `base_max_age_s`
    when the other's is given. `absolute`: a gate that fails on both sides fails."""

    run: RunOptions = field(default_factory=RunOptions)
    max_samples: int = DEFAULT_MAX_SAMPLES
    base_max_age_s: float = DEFAULT_MAX_AGE_S
    absolute: bool = False
