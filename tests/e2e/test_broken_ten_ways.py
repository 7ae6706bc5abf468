"""A good suite, broken in one way at a time: the message has the place, what is there, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import gemini_eval

GOOD = """\
version: 1
name: wine
description: Red or white?
task: classification
labels: {red: [rouge], white: [blanc]}
answer: {fold: [case, end_punctuation]}
models: local:gemma-3-270m
prompts:
  zero: {template: zero.j2}
  few: {template: few.j2, examples: {file: examples.csv, per_label: 1}}
params: {temperature: 0, max_output_tokens: 8}
data: {file: wine.csv, columns: {id: number, vars.grape: grape, expected: colour, tags: [country]}}
assert:
  - length: {words: {max: 2}}
gate:
  - accuracy >= 0.8
  - {tag: country=fr, require: accuracy >= 0.5}
"""
FILES = {
    "zero.j2": "Is {{ grape }} red or white?\n",
    "few.j2": "{% for e in examples %}{{ e.vars.grape }}: {{ e.expected }}\n{% endfor %}{{ grape }}:\n",
    "examples.csv": "grape,expected\nMalbec,red\nSoave,white\n",
    "wine.csv": "number,grape,colour,country\nw1,Merlot,red,fr\nw2,Riesling,white,de\n",
}


@dataclass(frozen=True, slots=True)
class Break:
    """`old` in `file` becomes `new`; the only error is at `place` and says `reason`, its mend says `mend`."""

    file: str
    old: str
    new: str
    place: str
    reason: str
    mend: str


BREAKS = {
    "a misspelt key": Break(
        "suite.yaml", "prompts:", "promts:", "suite.yaml:8:1", 'unknown key "promts"', 'did you mean "prompts"?'
    ),
    "a number in quotes": Break(
        "suite.yaml",
        "max_output_tokens: 8",
        "max_output_tokens: '8'",
        "suite.yaml:11:45",
        "parameter \"max_output_tokens\" takes a whole number from 1, not '8'",
        "take the quotes away: 8",
    ),
    "a template that is not there": Break(
        "suite.yaml", "zero.j2", "zeroo.j2", "suite.yaml:9:20", "zeroo.j2: no such file", 'did you mean "zero.j2"?'
    ),
    "an unknown metric": Break(
        "suite.yaml", "- length", "- lenght", "suite.yaml:14:5", 'unknown metric "lenght"', 'did you mean "length"?'
    ),
    "a percentage without its sign": Break(
        "suite.yaml",
        "accuracy >= 0.8",
        "accuracy >= 80",
        "suite.yaml:16:17",
        "accuracy lies between 0 and 1, never at 80",
        "write 80% or 0.8",
    ),
    "a column that is not there": Break(
        "suite.yaml",
        "expected: colour",
        "expected: color",
        "suite.yaml:12:7",
        'wine.csv has no column "color" (named by `expected`)',
        'did you mean "colour"?',
    ),
    "a label that is none": Break(
        "wine.csv", "Merlot,red", "Merlot,rde", "wine.csv:2", "case w1 expects 'rde', which is no label", 'did you mean "red"?'
    ),
    "a misspelt variable": Break(
        "zero.j2",
        "{{ grape }}",
        "{{ grapes }}",
        "zero.j2:1:7",
        'prompt zero uses "grapes", which no case has',
        'did you mean "grape"?',
    ),
    "a case that is an example": Break(
        "examples.csv",
        "Malbec",
        "Merlot",
        "wine.csv:2",
        "case w1 is also an example of prompt few: the model would be shown its answer",
        "take it out of the examples or out of the cases",
    ),
    "a bracket that is not closed": Break(
        "suite.yaml",
        "labels: {red: [rouge]",
        "labels: {red: [rouge",
        "suite.yaml:5:15",
        "a list in [ ] that is not closed, or lacks a comma",
        'close it with ], separate items by commas, or put the text in quotes: "…"',
    ),
}


def write(folder: Path, broken: Break | None) -> None:
    for name, text in {"suite.yaml": GOOD, **FILES}.items():
        if broken is not None and broken.file == name:
            assert text.count(broken.old) == 1
        (folder / name).write_text(text.replace(broken.old, broken.new) if broken and broken.file == name else text)


def test_the_suite_is_good(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    write(folder, None)
    ended = gemini_eval(["render", "suite.yaml"], folder)
    assert (ended.status, ended.stderr) == (0, "")


@pytest.mark.parametrize("name", BREAKS)
def test_broken(name: str, tmp_path: Path) -> None:
    broken = BREAKS[name]
    folder = tmp_path / "work"
    folder.mkdir()
    write(folder, broken)
    ended = gemini_eval(["run", "suite.yaml"], folder)

    first, *rest = ended.stderr.splitlines()
    assert (ended.status, ended.stdout) == (2, "")
    assert first == f"{broken.place}: error: {broken.reason}"
    file, line, column = (*broken.place.split(":"), "")[:3]
    shown = (folder / file).read_text().splitlines()[int(line) - 1]
    carets = [f"  | {' ' * (int(column) - 1)}^"] if column else []
    assert rest[: 2 + len(carets)] == [f"  | {shown}", *carets, f"  mend: {broken.mend}"]
    assert not (folder / ".gemini-eval").exists()
