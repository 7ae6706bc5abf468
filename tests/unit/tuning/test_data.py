"""`tune data` as callers have it: out of suites and files, with every fault that it tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gemini_eval.errors import Fault, InputError, UsageError
from gemini_eval.tuning.example import TuningExample
from gemini_eval.verbs.tune.data import (
    DataOptions,
    TuningData,
    tuning_data,
)
from tests.support.suites import write_files

SUITE = """
version: 1
name: tickets
task: classification
labels: {delivery: [parcel], refund: []}
prompts:
  zero: {text: "Queue ({{ labels | join(', ') }}): {{ text }}", system: {text: "You sort tickets."}}
data: {file: data.csv, split: test}
"""
ROWS = """
id,text,expected,split
a,Where is my box?,delivery,train
b,The box came in pieces.,parcel,train
c,Give me the money back.,refund,train
d,I was charged twice.,refund,validation
e,Nothing came on Monday at all.,delivery,test
"""


PLAIN = DataOptions()


def fault(found: Fault) -> str:
    where = f"{found.place}: " if found.place else ""
    return f"{where}{found.severity}: {found.reason}{f' ({found.hint})' if found.hint else ''}"


def data_of(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "suite.yaml", options: DataOptions = PLAIN) -> TuningData:
    monkeypatch.chdir(folder)
    return tuning_data([folder / name], options)


def faults_of(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "suite.yaml", options: DataOptions = PLAIN) -> list[str]:
    with pytest.raises(InputError) as raised:
        data_of(folder, monkeypatch, name, options)
    return [fault(found) for found in raised.value.faults]


def errors_of(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "suite.yaml", options: DataOptions = PLAIN) -> list[str]:
    return [text for text in faults_of(folder, monkeypatch, name, options) if "error: " in text]


def said(examples: tuple[TuningExample, ...]) -> list[tuple[str, ...]]:
    return [(example.system, *(f"{turn.role}: {turn.text}" for turn in example.contents)) for example in examples]


# ---- out of a suite ------------------------------------------------------------------------------------------------


def test_a_suites_splits_but_for_the_test_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = data_of(write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": ROWS}), monkeypatch)
    system, prompt = "You sort tickets.", "user: Queue (delivery, refund): "
    assert said(found.train) == [
        (system, prompt + "Where is my box?", "model: delivery"),
        (system, prompt + "The box came in pieces.", "model: delivery"),
        (system, prompt + "Give me the money back.", "model: refund"),
    ]
    assert said(found.validation) == [(system, prompt + "I was charged twice.", "model: refund")]
    assert (found.evaluated, found.labels, found.left_out) == (1, {"delivery": 2, "refund": 1}, {})
    assert [fault(one) for one in found.warnings] == [
        "suite.yaml: warning: 3 examples to train on: Google's guide advises 100 at least "
        "(with fewer, a better prompt is likely to do more)"
    ]


def test_a_computed_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split = "split: {by: hash(id), ratio: {train: 50, validation: 20, test: 30}, use: test}"
    rows = "id,text,expected\n" + "".join(f"{n},Ticket {n} of its own kind {n * n},refund\n" for n in range(300))
    suite = SUITE.replace("split: test", f"limit: 5, {split}")
    found = data_of(write_files(tmp_path, {"suite.yaml": suite, "data.csv": rows}), monkeypatch)
    assert len(found.train) + len(found.validation) + found.evaluated == 300
    assert (len(found.train), len(found.validation), found.evaluated) == (132, 66, 102)


def test_what_has_nothing_to_learn_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ROWS + "f,Who are you?,,train\n"
    suite = SUITE.replace("task: classification\n", "")
    found = data_of(write_files(tmp_path, {"suite.yaml": suite, "data.csv": rows}), monkeypatch)
    assert (len(found.train), found.left_out) == (3, {"have nothing to learn": 1})


def test_objects_and_lists_are_learned_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = """
    version: 1
    name: specs
    prompts: {p: {text: "Read: {{ text }}"}}
    assert: [json_match]
    data: {file: data.jsonl, split: test}
    """
    row = '{"vars": {"text": "5G, 8 GB"}, "expected": {"ram": "8 GB", "net": ["5G"]}, "split": "train"}\n'
    found = data_of(write_files(tmp_path, {"suite.yaml": suite, "data.jsonl": row}), monkeypatch)
    assert said(found.train) == [("", "user: Read: 5G, 8 GB", 'model: {"ram":"8 GB","net":["5G"]}')]


def test_without_a_train_split_there_is_nothing_to_train_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path, {"suite.yaml": SUITE.replace(", split: test", ""), "data.csv": ROWS})
    mend = "write under `data`: split: {by: hash(id), ratio: {train: 70, validation: 15, test: 15}, use: test}"
    assert faults_of(folder, monkeypatch) == [
        "suite.yaml:7:7: error: the suite has no split train: all of its cases are evaluated, and none may be trained on "
        f"({mend})"
    ]
    (folder / "data.csv").write_text(ROWS.replace(",train", ",training").strip() + "\n")
    (folder / "suite.yaml").write_text(SUITE.strip() + "\n")
    assert faults_of(folder, monkeypatch) == [
        "suite.yaml:7:7: error: no row of the data is in the split train (give rows the split train, and validation)"
    ]


def test_a_suite_that_evaluates_what_is_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path, {"suite.yaml": SUITE.replace("split: test", "split: train"), "data.csv": ROWS})
    found = data_of(folder, monkeypatch)
    assert (len(found.train), found.evaluated) == (3, 1)
    assert fault(found.warnings[-1]) == (
        "suite.yaml:7:7: warning: the suite evaluates its split train, which is trained on: what it says of the tuned model is "
        "no measure (let it use the split test)"
    )


def test_which_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = """  cot: {text: "Think first: {{ text }}", strategy: chain_of_thought, answer: {after: "Answer:"}}
  two: {text: "Which? {{ text }}"}
data:"""
    folder = write_files(tmp_path, {"suite.yaml": SUITE.replace("data:", more), "data.csv": ROWS})
    with pytest.raises(UsageError) as raised:
        data_of(folder, monkeypatch)
    assert fault(raised.value.faults[0]) == (
        "error: the suite tickets has several prompts (zero, cot, two), and a model is trained with one "
        "(say which: --prompt NAME)"
    )
    assert said(data_of(folder, monkeypatch, options=DataOptions(prompt="two")).train)[0] == (
        "",
        "user: Which? Where is my box?",
        "model: delivery",
    )
    with pytest.raises(UsageError) as raised:
        data_of(folder, monkeypatch, options=DataOptions(prompt="tow"))
    assert fault(raised.value.faults[0]) == 'error: --prompt tow: the suite tickets has no such prompt (did you mean "two"?)'


def test_an_answer_that_the_suite_would_not_find_is_not_taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = SUITE.replace("data:", "answer: {after: 'Queue:'}\ndata:")
    rows = ROWS.replace(",split\n", ",split,whole\n").replace(",train\n", ",train,It is for Queue: delivery\n")
    rows = rows.replace(",test\n", ",test,\n").replace(",validation\n", ",validation,\n")
    folder = write_files(tmp_path, {"suite.yaml": suite, "data.csv": rows})
    hint = "choose another prompt, or name the column that holds the whole answer: --answer COLUMN"
    what = "in which the `answer` of zero does not find what is expected"
    assert errors_of(folder, monkeypatch) == [
        f'data.csv:2: error: case a would teach "delivery", {what} ({hint})',
        f'data.csv:3: error: case b would teach "delivery", {what} ({hint})',
        f'data.csv:4: error: case c would teach "refund", {what} ({hint})',
        f'data.csv:5: error: case d would teach "refund", {what} ({hint})',
    ]
    (folder / "data.csv").write_text(rows.strip().replace(",validation,\n", ",validation,Queue: refund\n") + "\n")
    assert errors_of(folder, monkeypatch, options=DataOptions(answer="whole")) == [
        f'data.csv:4: error: case c would teach "It is for Queue: delivery", {what} ({hint})'
    ]
    assert errors_of(folder, monkeypatch, options=DataOptions(answer="hole"))[0] == (
        'data.csv:2: error: case a has nothing in the column "hole" (did you mean "whole"?)'
    )


# ---- leaks, repeats, contradictions --------------------------------------------------------------------------------


LEAKS = (
    ROWS
    + """\
f,nothing came on monday at all,delivery,train
g,Nothing came on Monday at all.,delivery,validation
h,WHERE IS MY BOX,delivery,validation
"""
)


def test_leaks_name_their_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": LEAKS})
    drop = "take it out of the data, or leave out all that leak: --drop"
    both = "it can't tell how well training goes: take it out of one of the two, or say --drop"
    assert errors_of(folder, monkeypatch) == [
        "data.csv:7: error: leak: case f is trained on and is equal but for spelling to the evaluation case e "
        f"(data.csv:6) ({drop})",
        f"data.csv:8: error: leak: case g is in the validation split and is equal to the evaluation case e (data.csv:6) ({drop})",
        "data.csv:8: error: leak: case g is in the validation split and is equal but for spelling to case f (data.csv:7), "
        f"which is trained on ({both})",
        "data.csv:9: error: leak: case h is in the validation split and is equal but for spelling to case a (data.csv:2), "
        f"which is trained on ({both})",
    ]


@pytest.mark.parametrize("drop", [False, True])
def test_an_example_in_the_prompt_that_is_a_test_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drop: bool) -> None:
    """It would be in every line that is trained on, with its answer."""
    shown = "{% for one in examples %}{{ one.vars.text }}: {{ one.expected }} {% endfor %}{{ text }}"
    rows = "text,expected\nnothing came on MONDAY at all,delivery\nWho can mend my old bicycle?,refund\n"
    suite = SUITE.replace('text: "Queue', 'examples: shots.csv, text: "Queue').replace("{{ text }}", shown)
    folder = write_files(tmp_path, {"suite.yaml": suite, "data.csv": ROWS, "shots.csv": rows})
    assert errors_of(folder, monkeypatch, options=DataOptions(drop=drop)) == [
        "suite.yaml:6:20: error: leak: example 1 of the prompt zero is trained on and is equal but for spelling to the "
        "evaluation case e (data.csv:6) (take it out of the prompt's examples)"
    ]


def test_drop_leaves_out_what_leaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = LEAKS + "i,Where is my box?,delivery,train\n"
    found = data_of(write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": rows}), monkeypatch, options=DataOptions(drop=True))
    assert (len(found.train), len(found.validation)) == (3, 1)
    assert found.left_out == {"repeat another": 1, "are evaluation cases too": 2, "are trained on and validated by": 1}


def test_files_are_held_against_a_suite_through_its_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with the prompt written out, against a suite whose prompt is another: what the users said is compared."""
    texts = ["Where is my box, please?", "Nothing came on Monday at all.", "Give me the money back.", "I was charged twice."]
    rows = [
        {"messages": [{"role": "user", "content": f"Sort this:\nTicket: {text}\nQueue:"}, {"role": "model", "content": "x"}]}
        for text in texts
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    folder = write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": ROWS, "t.jsonl": lines})
    options = DataOptions(against=(folder / "suite.yaml",))
    assert errors_of(folder, monkeypatch, "t.jsonl", options) == [
        "t.jsonl:2: error: leak: line 2 is trained on and is equal to the evaluation case e (data.csv:6) "
        "(take it out of the data, or leave out all that leak: --drop)"
    ]


@pytest.mark.parametrize("prompt", ["{}", "Sort this.\nText: {}\nQueue:", "Text: {} Queue:"])
def test_what_all_rows_begin_and_end_with_hides_no_leak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompt: str) -> None:
    """Where all tickets begin alike, that is no part of the prompt around them."""
    texts = [f"Ticket {n * n * 31} of mine" for n in range(5)]
    rows = "".join(json.dumps({"said": prompt.format(text), "expected": "x"}) + "\n" for text in texts)
    cases = "id,text,expected\n" + "".join(f"c{n},{texts[n]},delivery\n" for n in (2, 1, 0)) + "c3,Ticket,refund\n"
    suite = SUITE.replace("data.csv, split: test", "data.csv")
    folder = write_files(tmp_path, {"suite.yaml": suite, "data.csv": cases, "t.jsonl": rows})
    found = errors_of(folder, monkeypatch, "t.jsonl", DataOptions(against=(folder / "suite.yaml",)))
    assert [text.partition(" (take")[0] for text in found] == [
        f"t.jsonl:{n + 1}: error: leak: line {n + 1} is trained on and is equal to the evaluation case c{n} (data.csv:{4 - n})"
        for n in range(3)
    ]


def test_repeats_and_contradictions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = """
    text,expected
    Where is my box?,delivery
    Where is my box?,refund
    Where is my box?,delivery
    where is my  box,refund
    """
    folder = write_files(tmp_path, {"t.csv": rows})
    lines = [text for text in faults_of(folder, monkeypatch, "t.csv") if not text.startswith("t.csv: ")]
    assert lines == [
        't.csv:3: error: line 3 is answered "refund", and line 2 (t.csv:2), which asks the same, "delivery" '
        "(keep the answer that is right)",
        "t.csv:4: warning: line 4 repeats line 2 (t.csv:2) (say it once: --drop leaves out the others)",
        't.csv:5: warning: line 5 is answered "refund", and line 2 (t.csv:2), which differs in spelling alone, "delivery" '
        "(is one of the two wrong?)",
    ]
