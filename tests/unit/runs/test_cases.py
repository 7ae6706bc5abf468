"""Judged cases on disk, and the results that two runs share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gemini_eval.errors import FileRefusedError, Place, RunError
from gemini_eval.runs.canonical import canonical_lines
from gemini_eval.runs.cases import CaseLog, Order, decode_case, encode_case, failing_first, iter_cases
from gemini_eval.runs.sealed import DamagedError, seal
from gemini_eval.types import AssertionResult, CaseResult, Expected, Outcome, Response, SampleResult, Usage, Verdict

Read = Callable[[Path, Order], Iterator[CaseResult]]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
few_texts = st.sampled_from(["", "refund", "billing"])
maybe = st.none() | st.booleans()
scores = st.floats(allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.just(0.5) | few_texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
verdicts = st.builds(Verdict, maybe, scores, texts)
assertions = st.recursive(
    st.builds(AssertionResult, texts, verdicts, scores, st.booleans()),
    lambda inner: st.builds(
        AssertionResult, texts, verdicts, scores, st.booleans(), st.lists(inner, min_size=1, max_size=2).map(tuple)
    ),
    max_leaves=3,
)
responses = st.builds(Response, few_texts, latency_ms=st.floats(0, 9), usage=st.builds(Usage, st.none() | st.just(3)))
samples = st.builds(
    SampleResult,
    index=st.integers(0, 9),
    outcome=st.sampled_from(Outcome),
    reason=texts,
    output=few_texts,
    answer=json_values,
    rule=texts,
    label=st.none() | texts,
    passed=maybe,
    score=scores,
    assertions=st.lists(assertions, max_size=2).map(tuple),
    request_key=texts,
    response=st.none()
    | st.builds(Response, few_texts, latency_ms=st.floats(0, 9), usage=st.builds(Usage, st.none() | st.just(3))),
)
cases = st.builds(
    CaseResult,
    suite=texts,
    variant=texts,
    case_id=texts,
    ordinal=st.integers(0, 9),
    outcome=st.sampled_from(Outcome),
    passed=maybe,
    score=scores,
    samples=st.lists(samples, max_size=2).map(tuple),
    reason=texts,
    expected=st.none() | st.builds(Expected, json_values, st.lists(json_values, max_size=2).map(tuple)),
    expected_label=st.none() | texts,
    answer=json_values,
    label=st.none() | texts,
    vars=st.dictionaries(texts, json_values, max_size=2),
    tags=st.lists(texts, max_size=2).map(tuple),
    cluster=texts,
    vote=st.none() | st.floats(0, 1),
    must_pass=st.booleans(),
    xfail=texts,
    draft=st.booleans(),
    place=st.none() | st.builds(Place, texts, st.integers(0, 9), st.integers(0, 9), texts),
)


def a_case(suite: str = "tickets", variant: str = "few", case_id: str = "t-1", *, passed: bool | None = True) -> CaseResult:
    response = Response("refund it", latency_ms=12.5, response_id="r-1")
    verdict = AssertionResult("label", Verdict(passed, 1.0, "refund is refund"))
    sample = SampleResult(
        0, Outcome.JUDGED, "", "refund it", "refund", "regex", "refund", passed, 1.0, (verdict,), "ab", response
    )
    place = Place("tickets.csv", 4)
    return CaseResult(suite, variant, case_id, 3, Outcome.JUDGED, passed, 1.0, (sample,), answer="refund", place=place)


@settings(max_examples=200, deadline=None)
@given(cases)
def test_what_is_written_comes_back(case: CaseResult) -> None:
    again = decode_case(encode_case(case))
    assert again == case
    assert list(canonical_lines([again])) == list(canonical_lines([case]))


def test_a_text_is_written_once() -> None:
    case = a_case()
    whole = replace(case.samples[0], answer="refund it")
    line = encode_case(replace(case, samples=(whole,), answer="refund it"))
    assert line.count(b"refund it") == 1
    assert decode_case(line).answer == "refund it"


@pytest.mark.parametrize(
    "body",
    [b'{"a":1}', b'{"suite":"s","samples":3}', b'{"samples":[3]}', b'{"samples":[{"response":{}}]}', b'{"samples":[]}', b"[]"],
)
def test_a_sealed_line_that_is_no_case_is_refused(body: bytes) -> None:
    with pytest.raises(DamagedError):
        decode_case(seal(body))


def write(path: Path, judged: list[CaseResult]) -> Path:
    with CaseLog(path) as log:
        for case in judged:
            log.append(case)
    return path


def names(found: Iterator[CaseResult]) -> list[tuple[str, str, str]]:
    return [(case.suite, case.variant, case.case_id) for case in found]


def test_cases_come_in_either_order(tmp_path: Path) -> None:
    judged = [a_case(*name) for name in [("b", "x", "2"), ("a", "y", "1"), ("b", "x", "10"), ("a", "x", "é"), ("a", "x", "z")]]
    path = write(tmp_path / "cases.jsonl", judged)
    assert list(iter_cases(path)) == judged
    assert names(iter_cases(path, "canonical")) == sorted(names(iter(judged)))
    assert path.stat().st_mode & 0o777 == 0o600


def test_canonical_order_of_more_cases_than_one_stretch(tmp_path: Path) -> None:
    small = CaseResult("s", "v", "", 0, Outcome.JUDGED, True, 1.0, ())
    path = write(tmp_path / "cases.jsonl", [replace(small, case_id=f"{n * 7919 % 20_011:05}") for n in range(20_011)])
    assert [case.case_id for case in iter_cases(path, "canonical")] == [f"{n:05}" for n in range(20_011)]


def test_failing_cases_come_first(tmp_path: Path) -> None:
    came = [("d", True, 3), ("c", False, 2), ("b", None, 1), ("a", False, 9), ("e", True, 0)]
    judged = [replace(a_case(case_id=name, passed=passed), ordinal=ordinal) for name, passed, ordinal in came]
    judged += [replace(case, variant="long", case_id=f"{case.case_id}, long") for case in judged[:2]]
    path = write(tmp_path / "cases.jsonl", judged)
    places = {(judged[0].suite, "long"): 0, (judged[0].suite, judged[0].variant): 1}
    found = [case.case_id for case in failing_first(path, places)]
    assert found == ["c, long", "c", "a", "b", "d, long", "e", "d"]


def test_former_cases_stay_until_all_new_ones_are_written(tmp_path: Path) -> None:
    path = write(tmp_path / "cases.jsonl", [a_case(case_id="old")])
    log = CaseLog(path)
    log.append(a_case(case_id="left by a crash"))
    assert [case.case_id for case in iter_cases(path)] == ["old"]
    with pytest.raises(KeyboardInterrupt), CaseLog(path) as log:
        log.append(a_case(case_id="interrupted"))
        raise KeyboardInterrupt
    assert [case.case_id for case in iter_cases(path)] == ["old"]
    write(path, [a_case(case_id="new")])
    assert [case.case_id for case in iter_cases(path)] == ["new"]
    assert [file.name for file in tmp_path.iterdir()] == ["cases.jsonl"]


@pytest.mark.parametrize("read", [iter_cases, failing_first])
@pytest.mark.parametrize("order", ["run", "canonical"])
def test_damage_is_named_by_line_with_the_mend(tmp_path: Path, order: Order, read: Read) -> None:
    path = write(tmp_path / "cases.jsonl", [a_case(case_id="1"), a_case(case_id="2")])
    path.write_bytes(path.read_bytes().replace(b'"case_id":"2"', b'"case_id":"3"'))
    with pytest.raises(RunError) as caught:
        list(read(path, order))
    assert caught.value.reason == f"{path}:2: the line's checksum does not fit its content"
    assert caught.value.hint == "judge the saved answers again with `gemini-eval score RUN`"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError):
        list(iter_cases(tmp_path / "missing"))


def test_canonical_lines_are_whole_and_without_times() -> None:
    (line,) = canonical_lines([a_case()])
    assert line.endswith(b"\n")
    assert json.loads(line) == {
        "suite": "tickets",
        "variant": "few",
        "case_id": "t-1",
        "ordinal": 3,
        "outcome": "judged",
        "passed": True,
        "score": 1.0,
        "answer": "refund",
        "samples": [
            {
                "index": 0,
                "outcome": "judged",
                "output": "refund it",
                "answer": "refund",
                "rule": "regex",
                "label": "refund",
                "passed": True,
                "score": 1.0,
                "request_key": "ab",
                "response": {"text": "refund it"},
                "assertions": [{"name": "label", "verdict": {"passed": True, "score": 1.0, "reason": "refund is refund"}}],
            }
        ],
    }


def timed_case(milliseconds: float) -> CaseResult:
    quick = AssertionResult("latency", Verdict(True, 1.0 / milliseconds, f"took {milliseconds} ms"))
    group = AssertionResult("all_of", Verdict(True, 1.0, f"latency: took {milliseconds} ms"), children=(quick,))
    response = Response("refund", latency_ms=milliseconds, response_id=f"r-{milliseconds}")
    sample = SampleResult(0, Outcome.JUDGED, f"in {milliseconds} ms", assertions=(group,), response=response)
    failed = SampleResult(1, Outcome.QUOTA, f"after {milliseconds} ms")
    return CaseResult("s", "v", "c", 0, Outcome.JUDGED, True, 1.0, (sample, failed), reason=f"in {milliseconds} ms")


def test_two_runs_that_differ_in_time_only_give_the_same_bytes() -> None:
    assert list(canonical_lines([timed_case(10.0)])) == list(canonical_lines([timed_case(20.0)]))
    lost = CaseResult("s", "v", "c", 0, Outcome.REQUEST_FAILED, None, 0.0, ())
    lines = [list(canonical_lines([replace(lost, reason=reason)])) for reason in ("attempt 3", "attempt 4")]
    assert lines[0] == lines[1]


def test_cases_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="cases are out of order"):
        list(canonical_lines([a_case(case_id="2"), a_case(case_id="1")]))
