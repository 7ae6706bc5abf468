"""Recordings made by hand: the answers of a file, under the keys of the requests that a suite really sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gemini_eval.runs.codec import codec_of
from gemini_eval.runs.records import AnswerRecord, encode, request_key
from gemini_eval.types import Answer, Failure, Outcome, Request, Response
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.render import RenderedCase, render_suites

MODEL = "gemini-2.5-flash"


def write_recording(suites: Sequence[Path], answers: Mapping[str, Any], path: Path) -> int:
    """Write to `path` what `answers` says of each case of the suites, whose models are `replay:` of that file, or are recorded by
    their own name; returns how many.

    An answer is a text, a map of `Response`'s fields or `{failure: OUTCOME, reason: TEXT}`; a list of those holds one for each
    sample. A case may be named as `variant/case`; one that is not named is left unrecorded.
    """
    path.touch()
    records = list(_records(suites, answers))
    path.write_bytes(b"".join(encode(record) for record in records))
    return len(records)


def _records(suites: Sequence[Path], answers: Mapping[str, Any]) -> Iterator[AnswerRecord]:
    seen: set[str] = set()
    for rendered in render_suites(suites, RunOptions()):
        given = answers.get(f"{rendered.variant.name}/{rendered.case.id}", answers.get(rendered.case.id))
        for request, answer in zip(rendered.requests, _as_list(given, len(rendered.requests)), strict=False):
            named = replace(request, model=MODEL) if request.model.startswith("replay:") else request
            record = _record(len(seen), rendered, named, answer_of(answer))
            if record.key not in seen:
                seen.add(record.key)
                yield record


def _as_list(given: Any, count: int) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given] * count


def answer_of(written: Any) -> Answer:
    """A text, a map of `Response`'s fields, or `{failure: OUTCOME, reason: TEXT}`."""
    if isinstance(written, str):
        return Response(written)
    if "failure" in written:
        return Failure(Outcome(written["failure"]), written.get("reason", ""))
    decoded: Response = codec_of(Response).decode({"text": "", **written})
    return decoded


def _record(number: int, rendered: RenderedCase, request: Request, answer: Answer) -> AnswerRecord:
    return AnswerRecord(
        n=number,
        key=request_key(request),
        suite=rendered.suite.name,
        variant=rendered.variant.name,
        case=rendered.case.id,
        sample=request.sample,
        model=request.model,
        answer=answer,
        location=request.location,
    )
