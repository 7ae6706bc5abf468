"""`tune data` out of files, and what it writes, as callers have it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from gemini_eval.errors import InputError, UsageError
from gemini_eval.verbs.tune.data import DataOptions, left_from_before, refuse_read, tuning_data, validation_path, write_data
from tests.support.suites import write_files
from tests.unit.tuning.test_data import PLAIN, ROWS, SUITE, data_of, errors_of, fault, said

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
