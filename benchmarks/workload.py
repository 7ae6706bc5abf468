"""Suites of any size with every answer recorded, made by the real renderer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gemini_eval.prompts import Asked, render_cases, requests_of, settings_of
from gemini_eval.runs.records import AnswerRecord, encode, request_key
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.model import Case, Samples, Suite
from gemini_eval.types import Habits, Response, Usage
from gemini_eval.verbs.expand import checked_cases
from gemini_eval.verbs.prepare import prepare

RECORDED_MODEL = "local:gemma-3-270m"
_WORKSPACE = "version: 1\n"
_TEMPLATE = """\
Which wine is it? Answer with its name only.

Description: {{ text }}
Vintage: {{ vintage }}
Wine:
"""
_SUITE = """\
version: 1
name: {name}
{asked}
data: {{file: {name}.jsonl, columns: {{id: id, expected: expected, vars.text: text, vars.vintage: vintage}}}}
assert: [exact_match]
gate: [pass_rate >= 0.5]
"""
_PROMPTED = "prompts: wine.j2\nmodels: 'replay:{name}.answers.jsonl'\nparams: {{temperature: 0, max_output_tokens: 16}}"
_ANSWERED = "models: {answers: answer}"


def write_replayed(folder: Path, count: int) -> Path:
    """A suite of `count` cases, its template, its data and its recording; the suite's path. Nine of ten cases pass."""
    name = f"replayed{count}"
    suite = _write_suite(folder, name, count, _PROMPTED.format(name=name))
    _write_recording(suite, folder / f"{name}.answers.jsonl")
    return suite


def write_answered(folder: Path, count: int) -> Path:
    """A suite of `count` cases whose answers are a column of its data."""
    return _write_suite(folder, f"answered{count}", count, _ANSWERED)


def _write_suite(folder: Path, name: str, count: int, asked: str) -> Path:
    (folder / "gemini-eval.yaml").write_text(_WORKSPACE)
    (folder / "wine.j2").write_text(_TEMPLATE)
    with (folder / f"{name}.jsonl").open("wb") as data:
        data.writelines(dump_json(_row(number)) + b"\n" for number in range(count))
    suite = folder / f"{name}.yaml"
    suite.write_text(_SUITE.format(name=name, asked=asked))
    return suite


def _row(number: int) -> dict[str, str]:
    return {
        "id": f"c{number}",
        "text": f"Bottle {number} smells of cherry, cedar and a little smoke; the finish is long and dry.",
        "vintage": str(1990 + number % 30),
        "expected": f"Wine {number % 97}",
        "answer": f"Wine {number % 97}" if number % 10 != 9 else "no idea",
    }


def _write_recording(path: Path, recording: Path) -> None:
    """A record for each request, as the run of `path` on the recorded model would have kept it."""
    recording.touch()  # the suite names it, so it must be there to load the suite
    with TemplateRenderer() as renderer, recording.open("wb") as file:
        (suite,) = prepare([path], LoadOptions(models=(RECORDED_MODEL,)), renderer).suites
        file.writelines(encode(record) for record in _records(renderer, suite))


def _records(renderer: TemplateRenderer, suite: Suite) -> Iterator[AnswerRecord]:
    (variant,) = suite.variants
    asked = Asked(RECORDED_MODEL, "", Habits())
    cases = checked_cases(suite)
    n = 0
    while chunk := list(islice(cases, 1024)):
        for case, rendered in zip(chunk, render_cases(renderer, suite, variant, chunk), strict=True):
            (request,) = requests_of(asked, case, rendered, settings_of(suite, variant, case, Samples(1)), 1)
            key = request_key(request)
            yield AnswerRecord(n, key, suite.name, variant.name, case.id, 0, RECORDED_MODEL, _response(case))
            n += 1


def _response(case: Case) -> Response:
    return Response(
        text=str(case.column("answer")),
        usage=Usage(prompt=48, output=4),
        latency_ms=35.0 + case.ordinal % 50,
        model_version="gemma-3-270m-q4_k_m",
        cost_micros=0,
    )


def write(folder: Path, suite: str) -> Path:
    """`replayed1000` or `answered1000`."""
    kind = suite.rstrip("0123456789")
    return KINDS[kind](folder, int(suite.removeprefix(kind)))


KINDS = {"replayed": write_replayed, "answered": write_answered}

if __name__ == "__main__":
    for name in sys.argv[2:]:
        write(Path(sys.argv[1]), name)
