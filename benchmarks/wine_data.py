"""The data of the comparison: the same cases, few-shot prompt and right answers for every tool, in each one's form."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers import wine

ACCURACY = 0.9
FEW_SHOT = """\
Which wine is it? Answer with its name only.

{% for example in examples -%}
Description: {{ example.vars.text }}
Vintage: {{ example.vars.vintage }}
Wine: {{ example.expected }}

{% endfor -%}
Description: {{ text }}
Vintage: {{ vintage }}
Wine:"""
EXAMPLES = (
    ("e1", "Green apple, lemon and meadow herbs; crisp, with a short finish.", "2019", "Welschriesling"),
    ("e2", "Sour cherry, almond and light tannins; it asks for food.", "2016", "Valpolicella"),
    ("e3", "Peach and orange blossom, sweet, low in alcohol.", "2021", "Moscato"),
)
COLUMNS = ("id", "text", "vintage", "expected")
WORKSPACE = "version: 1\n"
SUITE = f"""\
version: 1
name: wine
prompts:
  few_shot: {{template: few_shot.j2, examples: {{file: examples.csv, columns: &columns
    {{id: id, expected: expected, vars.text: text, vars.vintage: vintage}}}}}}
models: {wine.MODEL}
params: {{temperature: {wine.TEMPERATURE}}}
data: {{file: {wine.DATA}, columns: *columns}}
assert: [exact_match]
gate: [pass_rate >= {ACCURACY}]
"""
PROMPTFOO = f"""\
description: wine
prompts: [file://promptfoo.txt]
providers:
  - id: google:{wine.MODEL}
    config: {{temperature: {wine.TEMPERATURE}}}
defaultTest:
  assert:
    - {{type: equals, value: '{{{{expected}}}}'}}
tests: file://{wine.DATA}
"""


def write(folder: Path, count: int) -> None:
    """`count` cases in every file that a tool starts from; `truth.json` is the server's, and every tenth answer in it wrong."""
    _write_csv(folder / wine.DATA, map(_row, range(count)))
    _write_csv(folder / "examples.csv", iter(EXAMPLES))
    truth = {text: (name if number % 10 != 9 else "no idea") for number, (_, text, _, name) in enumerate(map(_row, range(count)))}
    for name, text in {
        "truth.json": json.dumps(truth),
        "gemini-eval.yaml": WORKSPACE,
        "wine.yaml": SUITE,
        "few_shot.j2": FEW_SHOT,
        "promptfooconfig.yaml": PROMPTFOO,
        "promptfoo.txt": few_shot("{{ text }}", "{{ vintage }}"),
        wine.PROMPT: few_shot("{text}", "{vintage}"),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")


def few_shot(text: str, vintage: str) -> str:
    """The prompt with its examples in place, and what stands for a case's two variables."""
    shown = [f"Description: {described}\nVintage: {year}\nWine: {name}\n\n" for _, described, year, name in EXAMPLES]
    return f"Which wine is it? Answer with its name only.\n\n{''.join(shown)}Description: {text}\nVintage: {vintage}\nWine:"


def _row(number: int) -> tuple[str, str, str, str]:
    text = f"Bottle {number} smells of cherry, cedar and a little smoke; the finish is long and dry."
    return f"c{number}", text, str(1990 + number % 30), f"Wine {number % 97}"


def _write_csv(path: Path, rows: Iterator[tuple[str, str, str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
