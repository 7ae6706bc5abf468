from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from msgspec import structs

from gemini_eval.errors import InputError, Place
from gemini_eval.runs.cases import CaseLog, iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import AnswerRecord
from gemini_eval.runs.redacted import redact_case, redact_run, refuse_without_answers
from gemini_eval.runs.store import AnswerStore
from gemini_eval.types import AssertionResult, CaseResult, Expected, Failure, Outcome, Response, SampleResult, Usage, Verdict

SECRET = "the patient's name"
RESPONSE = Response(
    f"red, says {SECRET}",
    usage=Usage(120, 3),
    latency_ms=312.5,
    model_version="v1",
    cost_micros=40,
    thought=SECRET,
    calls=({"name": SECRET},),
    logprobs=((SECRET, -0.5),),
    avg_logprob=-0.5,
    response_id="r-1",
    detail=SECRET,
)
CHILD = AssertionResult("contains", Verdict(False, 0.0, f"not in {SECRET}"))
JUDGED = SampleResult(
    0,
    Outcome.JUDGED,
    f"expected white, was {SECRET}",
    output=RESPONSE.text,
    answer={"colour": SECRET},
    rule="json",
    label="red",
    passed=False,
    score=0.25,
    assertions=(AssertionResult("all", Verdict(False, 0.25, SECRET), children=(CHILD,)),),
    request_key="0" * 64,
    response=RESPONSE,
)
LOST = SampleResult(1, Outcome.QUOTA, "HTTP 429: requests per minute are used up", request_key="1" * 64)
CASE = CaseResult(
    "wine",
    "base",
    "w1",
    0,
    Outcome.JUDGED,
    False,
    0.25,
    (JUDGED, LOST),
    f"expected white, was {SECRET}",
    expected=Expected("white"),
    answer=SECRET,
    vars={"grape": SECRET, "year": 1999},
    place=Place("wine.csv", 2, 1, SECRET),
)
KEPT = "the answer was not kept (store: {answers: none})"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def made(folder: Path, *, cases: bool = True) -> RunFolder:
    listed = {"count": 1, "first": [{"case": "w1", "reason": SECRET}]}
    summary = {"invalid": False, "suites": {"wine": {"suite": "wine", "variants": {"base": {"must_pass_failed": listed}}}}}
    gates = [{"gate": "must_pass: w1", "reason": SECRET}, {"gate": "accuracy >= 0.8", "reason": "0.5"}]
    run = RunFolder.create(folder, ["wine"], {"status": "done", "summary": summary, "gates": gates})
    answers = [RESPONSE, Failure(Outcome.QUOTA, "HTTP 429"), Response("red")]
    with AnswerLog(run.answers) as log:
        for n, answer in enumerate(answers):
            log.append(AnswerRecord(n, f"{n:064x}", "wine", "base", f"w{n}", 0, "m", answer, "2026-01-31T09:30:00.000Z"))
    if cases:
        with CaseLog(run.cases) as file:
            file.append(CASE)
    return run


def test_answers_become_hashes_and_what_quotes_them_goes() -> None:
    whole = f"sha256:{digest(RESPONSE.text)}"
    bare = Response(
        whole, usage=Usage(120, 3), latency_ms=312.5, model_version="v1", cost_micros=40, avg_logprob=-0.5, response_id="r-1"
    )
    quiet = AssertionResult("all", Verdict(False, 0.25, ""), children=(AssertionResult("contains", Verdict(False, 0.0, "")),))
    hashed = "sha256:" + digest(f'{{"colour":"{SECRET}"}}')
    sample = structs.replace(JUDGED, reason="", output=whole, answer=hashed, assertions=(quiet,), response=bare)
    expected = structs.replace(CASE, answer=f"sha256:{digest(SECRET)}", samples=(sample, LOST), reason="")
    assert redact_case(CASE, answers=True, prompts=False) == expected
    assert redact_case(expected, answers=True, prompts=False) == expected


def test_variables_become_one_hash() -> None:
    hashed = structs.replace(CASE, vars={"sha256": digest(f'{{"grape":"{SECRET}","year":1999}}')}, place=Place("wine.csv", 2, 1))
    assert redact_case(CASE, answers=False, prompts=True) == hashed
    assert redact_case(hashed, answers=False, prompts=True) == hashed
    bare = structs.replace(CASE, vars={}, place=None)
    assert redact_case(bare, answers=False, prompts=True) == bare


def test_why_a_request_failed_stays() -> None:
    lost = structs.replace(CASE, outcome=Outcome.QUOTA, passed=None, samples=(LOST,), reason=LOST.reason, answer=None)
    assert redact_case(lost, answers=True, prompts=False) == lost


def test_no_text_is_left_in_the_run(tmp_path: Path) -> None:
    run = made(tmp_path)
    redact_run(run, answers=True, prompts=True)
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in run.path.iterdir())
    assert list(iter_cases(run.cases)) == [redact_case(CASE, answers=True, prompts=True)]
    saved = RunFolder.open(run.path).header
    assert saved["redacted"] == {"answers": "none", "prompts": "hash"}
    assert [gate["reason"] for gate in saved["gates"]] == ["", "0.5"]
    assert saved["summary"]["suites"]["wine"]["variants"]["base"]["must_pass_failed"]["count"] == 1


def test_redacted_answers_are_failures_so_that_nobody_takes_the_hash_for_one(tmp_path: Path) -> None:
    run = made(tmp_path)
    run.answers.write_bytes(run.answers.read_bytes() + f"a damaged line with {SECRET}\n".encode())
    for _ in range(2):
        redact_run(run, answers=True, prompts=False)
        with AnswerStore([run.answers]) as store:
            assert [record.answer for record in store.sorted()] == [
                Failure(Outcome.NOT_RECORDED, f"{KEPT}; sha256:{digest(RESPONSE.text)}"),
                Failure(Outcome.QUOTA, "HTTP 429"),
                Failure(Outcome.NOT_RECORDED, f"{KEPT}; sha256:{digest('red')}"),
            ]
            assert store.damaged == []


def test_with_hashed_prompts_alone_answers_stay(tmp_path: Path) -> None:
    run = made(tmp_path)
    before = run.answers.read_bytes()
    redact_run(run, answers=False, prompts=True)
    assert run.answers.read_bytes() == before
    assert list(iter_cases(run.cases)) == [redact_case(CASE, answers=False, prompts=True)]
    assert run.header["redacted"] == {"prompts": "hash"}
    refuse_without_answers(run)


def test_a_run_that_ended_early_is_redacted_as_far_as_it_came(tmp_path: Path) -> None:
    run = made(tmp_path, cases=False)
    run.answers.unlink()
    redact_run(run, answers=True, prompts=True)
    assert sorted(path.name for path in run.path.iterdir()) == ["run.json"]


def test_what_was_not_kept_can_not_be_judged_again(tmp_path: Path) -> None:
    run = made(tmp_path)
    refuse_without_answers(run)
    redact_run(run, answers=True, prompts=False)
    with pytest.raises(InputError) as caught:
        refuse_without_answers(run)
    assert [(fault.reason, fault.hint) for fault in caught.value.faults] == [
        (f"the answers of the run {run.id} were not kept (store: {{answers: none}})", "run the suite again")
    ]
