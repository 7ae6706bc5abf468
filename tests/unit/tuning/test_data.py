"""`tune data` as callers have it: out of suites and files, with every fault that it tells."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from gemini_eval.errors import Fault, InputError, UsageError
from gemini_eval.tuning.example import TuningExample
from gemini_eval.verbs.tune.data import (
    DataOptions,
    TuningData,
    left_from_before,
    refuse_read,
    tuning_data,
    validation_path,
    write_data,
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


# ---- out of files --------------------------------------------------------------------------------------------------


def test_a_table_by_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "text,from,queue\nWhere is it?,Kim,delivery\nMoney back!,Lee,refund\n"
    folder = write_files(tmp_path, {"t.csv": rows})
    found = data_of(folder, monkeypatch, "t.csv", DataOptions(input="text", answer="queue", system="Sort."))
    assert said(found.train) == [
        ("Sort.", "user: Where is it?", "model: delivery"),
        ("Sort.", "user: Money back!", "model: refund"),
    ]
    assert errors_of(folder, monkeypatch, "t.csv", DataOptions(answer="queue")) == [
        f"t.csv:{line}: error: the user's turn could be any of the columns text, from "
        "(say which: --input COLUMN; where a prompt joins several, write a suite)"
        for line in (2, 3)
    ]
    assert errors_of(folder, monkeypatch, "t.csv", DataOptions(input="text"))[0] == (
        't.csv:2: error: there is no answer to learn in the column "expected" '
        "(fill it in, or say which column it is: --answer COLUMN (text, from, queue))"
    )


def test_faults_of_tuning_files_with_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def row(*turns: tuple[str, str]) -> str:
        return json.dumps({"contents": [{"role": role, "parts": [{"text": text}]} for role, text in turns]}) + "\n"

    lines = (
        row(("user", "a"), ("model", "b"))
        + row(("user", "c"), ("bot", "d"))
        + row(("user", "e"))
        + row(("user", " "), ("model", "f"))
        + row(("user", "g"), ("model", ""))
        + row(("model", "h"), ("user", "i"), ("model", "j"))
        + row(("user", "k"), ("user", "l"), ("model", "m"))
        + '{"contents": [}\n'
    )
    folder = write_files(tmp_path, {"t.jsonl": lines})
    assert [text.partition(" (")[0] for text in errors_of(folder, monkeypatch, "t.jsonl")] == [
        "t.jsonl:2: error: contents.1: unknown role 'bot'",
        "t.jsonl:3: error: contents: the last turn must be the model's, it is user",
        "t.jsonl:4: error: line 4: turn 1 is empty",
        "t.jsonl:5: error: line 5: the answer is empty",
        "t.jsonl:6: error: line 6: the first turn is the model's",
        "t.jsonl:7: error: line 7: turn 2 is the user's, as the one before it",
        "t.jsonl:8:15: error: expected a value, found '}'",
    ]
    (folder / "t.jsonl").write_text("".join(line + "\n" for n, line in enumerate(lines.splitlines()) if n not in (1, 2, 7)))
    assert errors_of(folder, monkeypatch, "t.jsonl") == [
        "t.jsonl:2: error: line 2: turn 1 is empty (fill it in, or take the example out)",
        "t.jsonl:3: error: line 3: the answer is empty (fill it in, or take the example out)",
        "t.jsonl:4: error: line 4: the first turn is the model's (begin with what the user says)",
        "t.jsonl:5: error: line 5: turn 2 is the user's, as the one before it "
        "(join the two, or write what was said between them)",
    ]


def test_of_many_alike_the_first_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "text,expected\n" + "".join(f"ticket {n},\n" for n in range(1000))
    found = errors_of(write_files(tmp_path, {"t.csv": rows}), monkeypatch, "t.csv")
    assert [text.partition(" (")[0] for text in found] == [
        *[f't.csv:{line}: error: there is no answer to learn in the column "expected"' for line in range(2, 7)],
        "t.csv:7: error: 995 more rows can't be read: lines 7–1001",
    ]


def test_of_many_alike_the_others_are_named_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {"a.csv": range(0, 90, 2), "b.csv": range(7)}
    for name, numbers in bad.items():
        rows = "".join(f"{name} {n},{'' if n in numbers else 'x'}\n" for n in range(100))
        write_files(tmp_path, {name: f"text,expected\n{rows}"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        tuning_data([tmp_path / name for name in bad], PLAIN)
    assert [(str(fault.place), fault.reason) for fault in caught.value.faults if " more " in fault.reason] == [
        (
            "a.csv:12",
            "40 more rows can't be read: lines 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50 …",
        ),
        ("b.csv:7", "2 more rows can't be read: lines 7–8"),
    ]


def test_rows_with_another_mend_are_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'{{"text": "{n}", "expected": ""}}' for n in range(8)] + ['{"text": "9"', "[]"]
    lines += [f'{{"column{n}": "", "expected": "a"}}' for n in range(30)]
    folder = write_files(tmp_path, {"t.jsonl": "\n".join(lines) + "\n"})
    found = errors_of(folder, monkeypatch, "t.jsonl", DataOptions(input="text"))
    assert [text.partition(" (")[0] for text in found[:8]] == [
        *[f't.jsonl:{line}: error: there is no answer to learn in the column "expected"' for line in range(1, 6)],
        "t.jsonl:6: error: 20 more rows can't be read: lines 6–8, 24–40",
        "t.jsonl:9:14: error: the JSON ends before it is complete",
        "t.jsonl:10: error: a row must be an object of columns, found a list",
    ]
    assert len(found) == 21


def test_many_leaks_are_told_before_their_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = SUITE.replace("data.csv, split: test", "data.csv")
    rows = "text,expected\n" + "".join(f"Ticket {n} of its own kind {n * n},refund\n" for n in range(25))
    folder = write_files(tmp_path, {"suite.yaml": suite, "data.csv": rows, "t.csv": rows})
    found = errors_of(folder, monkeypatch, "t.csv", DataOptions(against=(folder / "suite.yaml",)))
    assert len(found) == 21
    assert found[-1] == "t.csv:22: error: leak: 5 more in this way, the first of them here (as told above)"


def test_the_models_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "text,expected\n" + "x" * (4 * 131_072) + ",a\ny,b\n"
    folder = write_files(tmp_path, {"t.csv": rows})
    assert errors_of(folder, monkeypatch, "t.csv", DataOptions(model="gemini-2.5-flash")) == [
        "t.csv:2: error: line 2 has about 131,073 tokens, and gemini-2.5-flash takes 131,072 in an example "
        "(shorten it: the service would cut it off)"
    ]
    with pytest.raises(UsageError) as raised:
        data_of(folder, monkeypatch, "t.csv", DataOptions(model="gemini-nine"))
    assert fault(raised.value.faults[0]) == (
        "error: --model gemini-nine: nothing is known of tuning it (leave it out: its limits are then not checked)"
    )


def test_balance_and_missing_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = SUITE.replace("refund: []", "refund: [], other: []")
    rows = "id,text,expected,split\n" + "".join(
        f"{n},Ticket of {n} {n * n} {n**3},{'refund' if n % 20 == 0 else 'delivery'},train\n" for n in range(120)
    )
    found = data_of(write_files(tmp_path, {"suite.yaml": suite, "data.csv": rows}), monkeypatch)
    assert [fault(one) for one in found.warnings] == [
        "suite.yaml: warning: no example has the label other "
        "(a label that is never shown is hardly learned: add examples, or take the label out)",
        "suite.yaml: warning: the labels are unbalanced: 114 examples of delivery, 6 of refund "
        "(add examples of refund, where production has as many)",
        "suite.yaml: warning: there are no evaluation cases to hold the examples against (name their suite: --against SUITE)",
    ]


# ---- writing -------------------------------------------------------------------------------------------------------


def test_files_as_they_are_written_read_back_and_convert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = data_of(write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": ROWS}), monkeypatch)
    first, second = tmp_path / "t.jsonl", tmp_path / "m.jsonl"
    written = write_data(found, first, "contents")
    assert [(one.path, one.examples, one.bytes, one.sha256) for one in written] == [
        (path, count, path.stat().st_size, sha256(path.read_bytes()).hexdigest())
        for path, count in ((first, 3), (validation_path(first), 1))
    ]
    again = data_of(tmp_path, monkeypatch, "t.jsonl")
    write_data(again, second, "messages")
    third = data_of(tmp_path, monkeypatch, "m.jsonl")
    assert said(again.train) == said(third.train) == said(found.train)
    write_data(third, tmp_path / "back.jsonl", "contents")
    assert (tmp_path / "back.jsonl").read_bytes() == first.read_bytes()


def test_what_was_read_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite's data has its test split, which is in no tuning file: writing over it would lose the split."""
    row = '{"text": "Where is it?", "expected": "delivery", "split": "train"}\n'
    other = SUITE.replace("data.csv, split: test", "other.validation.jsonl")
    files = {"suite.yaml": SUITE.replace("data.csv", "data.jsonl"), "data.jsonl": row, "other.yaml": other}
    folder = write_files(tmp_path, {**files, "other.validation.jsonl": row.replace("it?", "my new passport?")})
    (folder / "link.jsonl").symlink_to("data.jsonl")
    found = data_of(folder, monkeypatch, options=DataOptions(against=(folder / "other.yaml",)))
    for name, read in (("data.jsonl", "data.jsonl"), ("link.jsonl", "link.jsonl"), ("other.jsonl", "other.validation.jsonl")):
        with pytest.raises(UsageError) as raised:
            refuse_read(found, Path(name))
        assert fault(raised.value.faults[0]) == (f"error: -o {name} would write over {read}, which was read (name another file)")
    refuse_read(found, Path("train.jsonl"))


def test_a_file_to_validate_by_that_is_left_from_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": ROWS})
    write_data(data_of(folder, monkeypatch), folder / "t.jsonl", "contents")
    assert left_from_before(data_of(folder, monkeypatch), Path("t.jsonl")) == ()
    (folder / "data.csv").write_text(ROWS.replace(",validation", ",train").strip() + "\n")
    found = data_of(folder, monkeypatch)
    assert [fault(one) for one in left_from_before(found, Path("t.jsonl"))] == [
        "warning: t.validation.jsonl is not of these examples, of which none is to validate by (remove it)"
    ]
    assert left_from_before(found, Path("other.jsonl")) == ()


def test_an_example_is_what_the_suite_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request of a training example is, byte for byte, the one that a run makes of such a case."""
    from gemini_eval.suites.load import LoadOptions
    from gemini_eval.verbs.options import RunOptions
    from gemini_eval.verbs.render import render_suites

    folder = write_files(tmp_path, {"suite.yaml": SUITE, "data.csv": ROWS})
    found = data_of(folder, monkeypatch)
    (folder / "suite.yaml").write_text(SUITE.strip().replace("split: test", "split: train") + "\n")
    asked = [case.requests[0] for case in render_suites([folder / "suite.yaml"], RunOptions(load=LoadOptions()))]
    assert [(request.system, request.messages) for request in asked] == [
        (example.system, example.contents[:-1]) for example in found.train
    ]
    assert [example.answer for example in found.train] == ["delivery", "delivery", "refund"]
