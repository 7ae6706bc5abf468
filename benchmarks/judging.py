"""How many answers a second are judged, in one process: extraction, assertions, outcome, tally."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from gemini_eval.judging.case import judge_case
from gemini_eval.judging.judge import Judge
from gemini_eval.judging.sample import Answered
from gemini_eval.suites.load import figure_context, load_suite
from gemini_eval.suites.model import Samples
from gemini_eval.summary.build import SuiteTally
from gemini_eval.types import Response
from gemini_eval.verbs.expand import checked_cases


def judged_per_second(path: Path, times: int = 5) -> float:
    """The best of `times` passes over the answers that the suite's data has."""
    suite = load_suite(path)
    (variant,) = suite.variants
    judge = Judge.of(suite, variant)
    cases = list(checked_cases(suite))
    answers = [[Answered(0, "0" * 64, Response(str(case.column(variant.model.answers))))] for case in cases]
    best = 0.0
    for _ in range(times):
        tally = SuiteTally(suite.name, figure_context(suite))
        start = time.perf_counter()
        for case, answer in zip(cases, answers, strict=True):
            tally.add(judge_case(judge, case, Samples(1), answer))
        best = max(best, len(cases) / (time.perf_counter() - start))
    return best


if __name__ == "__main__":
    print(judged_per_second(Path(sys.argv[1])))
