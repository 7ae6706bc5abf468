"""`python: package.module:function`: a metric of the user's own."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from msgspec import structs

from gemini_eval.metrics.wording import kind_of
from gemini_eval.safe.code import Code
from gemini_eval.safe.json_text import clean_text
from gemini_eval.types import Subject, Verdict

MOST_SHOWN = 500
_KEYS = ("pass", "score", "reason")
_RETURNS = "it must return true or false, a score from 0 to 1, or a map of pass, score and reason"


@dataclass(frozen=True, slots=True)
class Custom:
    """What a function says of the answer (protocol `Metric`).

    It is called with the answer, as any metric judges it, and with the `Subject`: output, response, expected, vars, labels. It
    returns a boolean; a score in 0..1, which passes at 1 unless the assertion's `threshold` says otherwise; or a map with `pass`,
    `score` or both, and `reason`. An exception, or anything else that it returns, leaves the case without a verdict.
    """

    code: Code

    NAME: ClassVar[str] = "python"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def judge(self, subject: Subject) -> Verdict:
        name, function = self.code.name, self.code.function
        if function is None:
            return Verdict(None, 0.0, f"{name}: {self.code.why}")
        # What the function changes in its arguments is its own.
        given = structs.replace(subject, value=deepcopy(subject.value), vars=deepcopy(dict(subject.vars)))
        try:
            return _read(name, function(given.value, given))
        except BaseException as error:  # sys.exit too: it is the function that ends, not the run
            if isinstance(error, KeyboardInterrupt):
                raise
            return Verdict(None, 0.0, _line(f"{name} raised {type(error).__name__}: {error}{_where(error)}"))


def _read(name: str, found: Any) -> Verdict:
    value = _plain(found)
    if isinstance(value, bool):
        return Verdict(value, float(value), f"{name} says {'yes' if value else 'no'}")
    if isinstance(value, int | float):
        return _scored(name, None, float(value), "")
    if not isinstance(value, dict) or not value.keys() <= set(_KEYS) or not value.keys() & {"pass", "score"}:
        keys = f" with the keys {', '.join(map(str, value))}" if isinstance(value, dict) and value else ""
        return Verdict(None, 0.0, _line(f"{name} returned {_kind(value)}{keys}; {_RETURNS}"))
    passed, score, reason = _plain(value.get("pass")), _plain(value.get("score")), value.get("reason") or ""
    right = isinstance(passed, bool | None) and isinstance(score, int | float | None) and not isinstance(score, bool)
    if not right or not isinstance(reason, str) or (passed is None and score is None):
        kinds = ", ".join(f"{key}: {_kind(item)}" for key, item in value.items())
        return Verdict(None, 0.0, _line(f"{name} returned a map of {kinds}; {_RETURNS}"))
    return _scored(name, passed, float(passed or 0) if score is None else float(score), reason)


def _scored(name: str, passed: bool | None, score: float, reason: str) -> Verdict:
    if not 0 <= score <= 1:
        return Verdict(None, 0.0, f"{name} returned the score {score:g}; {_RETURNS}")
    said = reason or (f"{name} gives {score:.3g}" if passed is None else f"{name} says {'yes' if passed else 'no'}")
    return Verdict(score >= 1 if passed is None else passed, score, _line(said))


def _plain(value: Any) -> Any:
    """numpy's scalars as Python's."""
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def _kind(value: Any) -> str:
    known = value is None or isinstance(value, bool | int | float | str | dict | list)
    return kind_of(value) if known else f"a value of type {type(value).__name__}"


def _where(error: BaseException) -> str:
    """The line that raised it, without the folder."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" ({Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno})" if trace else ""


def _line(text: str) -> str:
    one = " ".join(clean_text(text).split())
    return one if len(one) <= MOST_SHOWN else one[:MOST_SHOWN] + "…"
