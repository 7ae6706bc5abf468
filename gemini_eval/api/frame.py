"""The cases of a run as a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean
from typing import TYPE_CHECKING

from gemini_eval.errors import UsageError
from gemini_eval.types import CaseResult, Json, Response

if TYPE_CHECKING:
    import pandas

FIRST = ("suite", "variant", "case_id", "outcome", "passed", "score", "expected", "answer", "expected_label", "label", "output")
"""The columns that come first, whatever the suite."""


def frame_of(cases: Iterable[CaseResult]) -> pandas.DataFrame:
    """One row a case, indexed from 0. `passed` is nullable: NA where a case is outside the rates. Raises `UsageError`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise UsageError("to_pandas needs pandas, which is not installed", "pip install 'gemini-eval[notebook]'") from error
    rows = [columns_of(case) for case in cases]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys((*FIRST, *(name for row in rows for name in row)))))
    return frame.astype({"passed": "boolean"})


def columns_of(case: CaseResult) -> dict[str, Json]:
    """suite, variant, case_id, outcome, passed, score, expected, answer, expected_label, label, output (of the first delivered
    sample), reason, samples (how many), vote, latency_ms (mean), cost_usd (sum, None for an unknown price), tags, cluster, and
    `vars.NAME` for each variable."""
    responses = [sample.response for sample in case.samples if sample.response is not None]
    return {
        "suite": case.suite,
        "variant": case.variant,
        "case_id": case.case_id,
        "outcome": str(case.outcome),
        "passed": case.passed,
        "score": case.score,
        "expected": _expected(case),
        "answer": case.answer,
        "expected_label": case.expected_label,
        "label": case.label,
        "output": responses[0].text if responses else None,
        "reason": case.reason,
        "samples": len(case.samples),
        "vote": case.vote,
        "latency_ms": fmean(response.latency_ms for response in responses) if responses else None,
        "cost_usd": _cost(responses),
        "tags": list(case.tags),
        "cluster": case.cluster,
        **{f"vars.{name}": value for name, value in case.vars.items()},
    }


def _expected(case: CaseResult) -> Json:
    if case.expected is None:
        return None
    return list(case.expected.any_of) or case.expected.value


def _cost(responses: list[Response]) -> float | None:
    known = [response.cost_micros for response in responses if response.cost_micros is not None]
    return sum(known) / 1_000_000 if known and len(known) == len(responses) else None
