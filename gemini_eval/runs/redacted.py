"""Runs without texts, for `store: {answers: none}` and `{prompts: hash}`: hashes stand where answers and variables stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from msgspec import structs

from gemini_eval.errors import Fault, InputError
from gemini_eval.runs.cases import CaseLog, iter_cases
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.records import AnswerRecord, decode, encode
from gemini_eval.runs.sealed import DamagedError, lines_of
from gemini_eval.runs.whole import WholeFile
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import AssertionResult, CaseResult, Failure, Json, Outcome, Response, SampleResult

PREFIX = "sha256:"
NOT_KEPT = "the answer was not kept (store: {answers: none})"


def redact_run(folder: RunFolder, *, answers: bool, prompts: bool) -> None:
    """Take the texts out of a run that has ended; the caller holds it. Again is fine, also after an interruption.

    `answers`: outputs, answers, thoughts and the reasons that quote them go. A SHA-256 stands for outputs and answers, so that
    equal ones stay equal; labels, verdicts and figures stay. Such a run can be reported, but not judged again, resumed or
    recorded: its answers are failures *not recorded*. `prompts`: each case's variables become their SHA-256, and the line of the
    file that they came from goes; a reason may still quote one. A short text can be guessed from its hash.

    Raises `RunError` where the disk is full or the cases are damaged; each file is then as it was before or after.
    """
    for path in filter(Path.exists, (folder.cases, folder.base_cases)):
        with CaseLog(path) as log:
            for case in iter_cases(path):
                log.append(redact_case(case, answers=answers, prompts=prompts))
    if answers and folder.answers.exists():
        _redact_answers(folder)
    done = {
        name: "hash" if name == "prompts" else "none" for name, is_so in (("answers", answers), ("prompts", prompts)) if is_so
    }
    changes = _quiet(folder.header) if answers else {}
    folder.update_header(**changes, redacted={**(folder.header.get("redacted") or {}), **done})


def refuse_without_answers(folder: RunFolder) -> None:
    """Raise `InputError` where the run's answers were not kept, so that it can't be judged or recorded again."""
    if (folder.header.get("redacted") or {}).get("answers"):
        reason = f"the answers of the run {folder.id} were not kept (store: {{answers: none}})"
        raise InputError([Fault(reason, hint="run the suite again")])


def redact_case(case: CaseResult, *, answers: bool, prompts: bool) -> CaseResult:
    """The case with hashes for its answers, for its variables, or for both."""
    if prompts:
        place = replace(case.place, text="") if case.place else None
        case = structs.replace(case, vars=_hashed_vars(case.vars), place=place)
    if not answers:
        return case
    told = {sample.reason for sample in case.samples if sample.response is None}
    return structs.replace(
        case,
        answer=_hashed(case.answer),
        samples=tuple(_redact_sample(sample) for sample in case.samples),
        reason=case.reason if case.reason in told else "",
        pairs={name: replace(verdict, reason="") for name, verdict in case.pairs.items()},
    )


def _redact_sample(sample: SampleResult) -> SampleResult:
    """Without a response there is no answer, and the reason tells of the request."""
    if sample.response is None:
        return sample
    return structs.replace(
        sample,
        output=_hashed(sample.output),
        answer=_hashed(sample.answer),
        reason="",
        response=_redact_response(sample.response),
        assertions=tuple(map(_redact_assertion, sample.assertions)),
    )


def _redact_response(response: Response) -> Response:
    return replace(response, text=_hashed(response.text), thought="", calls=(), logprobs=(), top_logprobs=(), detail="")


def _redact_assertion(result: AssertionResult) -> AssertionResult:
    fields = result.verdict.fields
    verdict = structs.replace(result.verdict, reason="", fields=replace(fields, problems=()) if fields else None)
    return structs.replace(result, verdict=verdict, children=tuple(map(_redact_assertion, result.children)))


def _redact_answers(folder: RunFolder) -> None:
    """A damaged line goes: nobody can take the text out of it."""
    with WholeFile(folder.answers) as file:
        for record in _records(folder):
            file.append(encode(_redact_record(record)))


def _records(folder: RunFolder) -> Iterator[AnswerRecord]:
    with open_read(folder.answers) as file:
        for _, line in lines_of(file):
            try:
                yield decode(line)
            except DamagedError:
                continue


def _redact_record(record: AnswerRecord) -> AnswerRecord:
    """A failure, so that no reader of answers takes the hash for one."""
    if isinstance(record.answer, Failure):
        return record
    return replace(record, answer=Failure(Outcome.NOT_RECORDED, f"{NOT_KEPT}; {_hashed(record.answer.text)}"))


def _quiet(header: Mapping[str, Json]) -> dict[str, Json]:
    """The header's entries whose texts quote answers, without them: why must-pass cases failed, and which cases flipped."""
    changes: dict[str, Json] = {}
    if header.get("summary"):
        changes["summary"] = _without_reasons(header["summary"])
    if header.get("gates"):
        changes["gates"] = [
            {**gate, "reason": ""} if gate["gate"].startswith("must_pass: ") else gate for gate in header["gates"]
        ]
    if header.get("comparison"):
        variants = [_without_answers(variant) for variant in header["comparison"].get("variants") or ()]
        changes["comparison"] = {**header["comparison"], "variants": variants}
    return changes


def _without_answers(variant: Json) -> Json:
    """One variant of a comparison, hashes for the answers of its flipped cases."""
    kinds = [kind for kind in ("newly_failing", "newly_passing") if variant.get(kind)]
    flips = {
        kind: [
            {**flip, "reason": "", **{side: _hashed(flip[side]) for side in ("before", "after") if flip.get(side)}}
            for flip in variant[kind]
        ]
        for kind in kinds
    }
    return {**variant, **flips}


def _without_reasons(summary: Json) -> Json:
    suites = {}
    for suite_name, suite in summary["suites"].items():
        variants = {}
        for name, variant in suite["variants"].items():
            failed = variant["must_pass_failed"]
            first = [{**item, "reason": ""} for item in failed["first"]]
            variants[name] = {**variant, "must_pass_failed": {**failed, "first": first}}
        suites[suite_name] = {**suite, "variants": variants}
    return {**summary, "suites": suites}


def _hashed(value: Json) -> Json:
    """`sha256:` and 64 hex digits of a text's UTF-8 or of any other value's canonical JSON; nothing stays nothing."""
    if value in (None, "") or (isinstance(value, str) and _is_hash(value)):
        return value
    data = value.encode() if isinstance(value, str) else canonical_json(value)
    return PREFIX + sha256(data).hexdigest()


def _hashed_vars(values: Mapping[str, Json]) -> dict[str, Json]:
    if not values or (len(values) == 1 and _is_hash(f"{PREFIX}{values.get('sha256')}")):
        return dict(values)
    return {"sha256": sha256(canonical_json(dict(values))).hexdigest()}


def _is_hash(text: str) -> bool:
    digits = text.removeprefix(PREFIX)
    return len(digits) == 64 and text.startswith(PREFIX) and not digits.strip("0123456789abcdef")
