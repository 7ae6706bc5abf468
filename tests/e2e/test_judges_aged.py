"""A check that is resumed later: what a judge said too long ago of one side alone does not count."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gemini_eval.runs.records import decode, encode, utc_stamp
from tests.standin import StandIn, read_script
from tests.support.steps import run_line

SUITE = """
version: 1
name: mood
task: sentiment
labels: [negative, positive]
models: gemini-4-hydrogen
judges: {sure: {id: gemini-4-helium, params: {temperature: 0}}}
prompts: {plain: {text: "Mood: {{ text }}"}}
samples: {count: 3, vote: majority}
assert: [{rubric: 'It answers {{ input }}.', name: fits}]
cases: [{id: love, vars: {text: I love it}, expected: positive}]
gate: [no_regression: {metric: pass_rate, margin: 0.2}]
"""
YES, NO = (json.dumps({"reason": "So it is.", "verdict": said}) for said in ("yes", "no"))
ASKED = "check --base main -j 1 --no-cache --samples 1 -q"


def scripted() -> str:
    judge = [{"model": "gemini-4-helium", "times": 1, "do": {"kind": "answer", "text": NO}}]
    judge.append({"model": "gemini-4-helium", "do": {"kind": "answer", "text": YES}})
    return json.dumps({"rules": [*judge, {"do": {"kind": "answer", "text": "positive"}}]})


def aged(answers: Path, hours: int) -> None:
    """The judge's replies so far, as if they had been given so long ago."""
    records = [decode(line) for line in answers.read_bytes().splitlines(keepends=True)]
    at = utc_stamp(datetime.now(UTC) - timedelta(hours=hours))
    judged = [replace(record, at=at) if record.model == "gemini-4-helium" else record for record in records]
    answers.write_bytes(b"".join(map(encode, judged)))


def resumed(folder: Path, hours: int) -> tuple[list[int], list[bool]]:
    """How often the judge is asked in the first check, in the one that goes on, and once more; and what both sides' cases are."""
    with ExitStack() as stack:
        server = stack.enter_context(StandIn(read_script(scripted()), strict=True))
        world = {"NO_GCE_CHECK": "true", "GEMINI_API_KEY": "key-of-the-stand-in", "GOOGLE_GEMINI_BASE_URL": server.url}
        counts: list[int] = []

        def step(line: str) -> None:
            ended = run_line(line, folder, world)
            if line.startswith("check"):
                assert ended is not None and ended.status == (3 if "--max" in line else 0), ended
                asked = sum("gemini-4-helium" in seen.path for seen in server.requests)
                counts.append(asked - sum(counts))

        for line in ("git init", "git add .", "git commit -m first", "edit suite.yaml Mood: Feeling:"):
            step(line)
        step(f"{ASKED} --max-requests 7")
        (answers,) = folder.glob(".gemini-eval/runs/*-mood-*/answers.jsonl")
        aged(answers, hours)
        step(f"{ASKED} --resume")
        step(f"{ASKED} --resume")
        cases = [json.loads((answers.parent / name).read_text().splitlines()[0]) for name in ("base.jsonl", "cases.jsonl")]
    return counts, [case["passed"] for case in cases]


def write(folder: Path) -> Path:
    folder.mkdir()
    (folder / "suite.yaml").write_text(SUITE)
    (folder / "gemini-eval.yaml").write_text("version: 1\n")
    return folder


def test_a_reply_of_today_is_not_held_against_one_of_the_day_before_yesterday(tmp_path: Path) -> None:
    assert resumed(write(tmp_path / "young"), 1) == ([1, 1, 0], [False, True])
    assert resumed(write(tmp_path / "old"), 48) == ([1, 2, 0], [True, True])
