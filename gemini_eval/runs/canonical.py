"""Results without what differs between two runs of the same answers: the bytes of `report --canonical`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gemini_eval.runs.codec import codec_of
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import CaseResult, Family, Json, Outcome

TIMED = frozenset({"latency"})
"""Names of assertions that judge time: of their verdicts, and of those of groups round them, only `passed` is kept."""

_CASE = codec_of(CaseResult)


def canonical_lines(cases: Iterable[CaseResult], timed: frozenset[str] = TIMED) -> Iterator[bytes]:
    """Each case as one line of JSON with sorted keys, without times, latency, response ids, places in files and the reasons of
    failed requests, which tell of attempts.

    `cases` must come by suite, variant and case id, as `iter_cases(path, "canonical")` gives them, so that nothing is held in
    memory; raises `ValueError` where they don't. Whatever is at its default is left out.
    """
    before = ("", "", "")
    for case in cases:
        rank = (case.suite, case.variant, case.case_id)
        if rank < before:
            raise ValueError(f"cases are out of order: {rank} after {before}")
        before = rank
        yield canonical_json(_bare(case, timed)) + b"\n"


def _bare(case: CaseResult, timed: frozenset[str]) -> dict[str, Json]:
    body = _CASE.encode(case)
    for name in ("place", "judged"):
        body.pop(name, None)
    judged_by_time = [_bare_sample(sample, timed) for sample in body["samples"]]
    if any(judged_by_time) or case.outcome.family is Family.NOT_DELIVERED:
        body.pop("reason", None)
    return body


def _bare_sample(sample: dict[str, Json], timed: frozenset[str]) -> bool:
    """Take the times out of a sample; true where one of its assertions judges time."""
    response = sample.get("response", {})
    for name in ("latency_ms", "response_id"):
        response.pop(name, None)
    response.get("usage", {}).pop("cached", None)  # what was asked before decides it, not the request
    judged_by_time = any([_bare_assertion(assertion, timed) for assertion in sample.get("assertions", ())])
    if judged_by_time or Outcome(sample["outcome"]).family is Family.NOT_DELIVERED:
        sample.pop("reason", None)
    return judged_by_time


def _bare_assertion(assertion: dict[str, Json], timed: frozenset[str]) -> bool:
    """The same for an assertion; a group's reason may quote that of a child."""
    children = [_bare_assertion(child, timed) for child in assertion.get("children", ())]
    if not any(children) and assertion["name"] not in timed:
        return False
    assertion["verdict"] = {"passed": assertion["verdict"]["passed"]}
    return True
