"""gemini-eval: is this prompt still good? Test suites for Gemini prompts and tuned models, decided on evidence.

In Python: `judge` one output, write a `suite` or `load_suite` a file, `run` it, `score` saved
answers again, `compare` two runs, `check` a working tree against its base.
"""

from __future__ import annotations

from gemini_eval.version import __version__

TYPE_CHECKING = False  # what type checkers take for true; `typing` itself would be most of this import's time
if TYPE_CHECKING:
    from typing import Any

    from gemini_eval.api.building import PythonSuite, suite
    from gemini_eval.api.comparing import check, compare
    from gemini_eval.api.judging import judge
    from gemini_eval.api.results import Result
    from gemini_eval.api.running import load_suite, run, score
    from gemini_eval.comparison.model import Comparison
    from gemini_eval.errors import GeminiEvalError, InputError, RunError, UsageError
    from gemini_eval.types import CaseResult, Response, Verdict

__all__ = [
    "CaseResult",
    "Comparison",
    "GeminiEvalError",
    "InputError",
    "PythonSuite",
    "Response",
    "Result",
    "RunError",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "compare",
    "judge",
    "load_suite",
    "run",
    "score",
    "suite",
]

_HOMES = {
    "CaseResult": "gemini_eval.types",
    "Comparison": "gemini_eval.comparison.model",
    "GeminiEvalError": "gemini_eval.errors",
    "InputError": "gemini_eval.errors",
    "PythonSuite": "gemini_eval.api.building",
    "Response": "gemini_eval.types",
    "Result": "gemini_eval.api.results",
    "RunError": "gemini_eval.errors",
    "UsageError": "gemini_eval.errors",
    "Verdict": "gemini_eval.types",
    "check": "gemini_eval.api.comparing",
    "compare": "gemini_eval.api.comparing",
    "judge": "gemini_eval.api.judging",
    "load_suite": "gemini_eval.api.running",
    "run": "gemini_eval.api.running",
    "score": "gemini_eval.api.running",
    "suite": "gemini_eval.api.building",
}


def __getattr__(name: str) -> Any:
    """Each name is loaded from its home when it is first used: `import gemini_eval` alone loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = _loaded(name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _loaded(name: str) -> Any:
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
