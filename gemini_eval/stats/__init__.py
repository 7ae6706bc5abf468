"""Decisions from samples: paired tests, intervals, multiplicity, power, early stopping, calibration.

`paired_decision` compares two sides over arrays cases x samples. Nothing here reads files, prints or knows what a suite is.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true; the names load NumPy and SciPy only when they are used
if TYPE_CHECKING:
    from typing import Any

    from gemini_eval.stats.decision import Decision, PairedDecision, paired_decision

__all__ = ["Decision", "PairedDecision", "paired_decision"]


def __getattr__(name: str) -> Any:
    """The public names are loaded when they are first used, so that the light parts of the room stay light."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gemini_eval.stats import decision

    value = globals()[name] = getattr(decision, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
