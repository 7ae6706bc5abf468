"""Tuning data out of files: tuning files of either format as they stand, tables by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gemini_eval.errors import Fault, Faults, Place, did_you_mean
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.data.rows import RowRefusedError, dig, steps, text_of
from gemini_eval.suites.data.source import ColumnMap, DataSource, RawCase
from gemini_eval.suites.workspace import shown
from gemini_eval.tuning.datum import Datum
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.formats import read_example
from gemini_eval.tuning.frame import Frame, frame_of
from gemini_eval.tuning.splits import TEST, TRAIN, VALIDATION
from gemini_eval.tuning.validation import Alike, check_turns
from gemini_eval.types import Json, Message

EXPECTED = "expected"
SPLIT = "split"
_PARTS = (TRAIN, VALIDATION, TEST)
MOST_LABELS = 50
"""Answers that are no more than these, each of several examples, are taken for labels."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Of a table: the column that is the user's turn ('' for the only one) and the one that holds the answer. `system` is the
    text of examples that have none."""

    input: str = ""
    answer: str = EXPECTED
    system: str = ""


@dataclass(slots=True)
class FileData:
    """`evaluated` are rows whose column `split` says test: they are no examples. `frame` is what is taken off all of them."""

    train: list[Datum] = field(default_factory=list)
    validation: list[Datum] = field(default_factory=list)
    evaluated: list[Datum] = field(default_factory=list)
    frame: Frame = field(default_factory=Frame)


def file_data(paths: Sequence[Path], columns: Columns) -> FileData:
    """Raises `InputError` with the faults of all rows (of one kind the first few)."""
    faults = Faults()
    alike = Alike(faults)
    found = FileData()
    sides = {TRAIN: found.train, VALIDATION: found.validation, TEST: found.evaluated}
    for path in paths:
        for raw in iter_raw_cases(_source(path, columns)):
            if isinstance(raw, Fault):
                alike.tell("rows can't be read", raw)
                continue
            try:
                part = _part(raw)
                example = _example(raw, columns)
            except RowRefusedError as refused:
                alike.tell("rows can't be read", refused.fault)
                continue
            sides[part].append(Datum(_name(raw), "", None, raw.place, example))
    if faults.error_count:
        check_turns((*found.train, *found.validation), alike)
    alike.finish()
    faults.raise_if_any()
    _tell_apart(found)
    found.evaluated = [replace(datum, example=None) for datum in found.evaluated]
    return found


def _source(path: Path, columns: Columns) -> DataSource:
    name = shown(path.absolute())
    maps = (ColumnMap(EXPECTED, steps(columns.answer)),) if columns.answer != EXPECTED else None
    return DataSource((path,), (name,), Place(name), columns=maps)


def _name(raw: RawCase) -> str:
    given = raw.fields.get("id")
    return f"case {text_of(given)}" if given not in (None, "") else f"line {raw.place.line}"


def _part(raw: RawCase) -> str:
    """What a column `split` says, where there is one."""
    part = text_of(raw.row.get(SPLIT)).strip() or TRAIN
    if part not in _PARTS:
        hint = did_you_mean(part, _PARTS) or f"the splits are {', '.join(_PARTS)}"
        raise RowRefusedError(f'the row is in the split "{part}"', raw.place, hint)
    return part


def _example(raw: RawCase, columns: Columns) -> TuningExample:
    example = read_example(raw.row, raw.place)
    if example is not None:
        return replace(example, system=example.system or columns.system)
    said = _input(raw.fields.get("vars") or {}, raw, columns.input)
    answer = raw.fields.get(EXPECTED)
    if answer in (None, ""):
        known = [name for name in raw.row if name != SPLIT]
        hint = (
            did_you_mean(columns.answer, known) or f"fill it in, or say which column it is: --answer COLUMN ({', '.join(known)})"
        )
        raise RowRefusedError(f'there is no answer to learn in the column "{columns.answer}"', raw.place, hint)
    return TuningExample((Message("user", said), Message("model", text_of(answer))), columns.system, raw.place)


def _input(variables: Mapping[str, Json], raw: RawCase, column: str) -> str:
    names = [name for name in variables if name != SPLIT]
    if column:
        value = dig(variables, steps(column))
        if value in (None, "") or not isinstance(value, (str, int, float)):
            hint = did_you_mean(column, names) or f"the columns are {', '.join(names)}"
            raise RowRefusedError(f'there is no text in the column "{column}"', raw.place, hint)
        return text_of(value)
    if len(names) != 1:
        reason = (
            f"the user's turn could be any of the columns {', '.join(names)}"
            if names
            else "no column is left for the user's turn"
        )
        raise RowRefusedError(reason, raw.place, "say which: --input COLUMN; where a prompt joins several, write a suite")
    return text_of(variables[names[0]])


# ---- what tells examples from each other --------------------------------------------------------------------------------


def _tell_apart(found: FileData) -> None:
    """Give each datum its text and, where answers are labels, its label."""
    every = [*found.train, *found.validation, *found.evaluated]
    whole = [_said(datum) for datum in every]
    found.frame = frame_of(whole)
    texts = map(found.frame.off, whole)
    answers = [datum.example.answer if datum.example else "" for datum in every]
    few = len(set(answers)) <= min(MOST_LABELS, len(answers) / 2)
    told = [
        replace(datum, text=text, label=answer if few else None)
        for datum, text, answer in zip(every, texts, answers, strict=True)
    ]
    first, second = len(found.train), len(found.train) + len(found.validation)
    found.train, found.validation, found.evaluated = told[:first], told[first:second], told[second:]


def _said(datum: Datum) -> str:
    assert datum.example is not None
    return "\n".join(turn.text for turn in datum.example.contents if turn.role == "user")
