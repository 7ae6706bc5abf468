from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.cache.transfer import Imported, export_answers, import_answers
from gemini_eval.errors import FileRefusedError
from gemini_eval.runs.recording import write_recording
from gemini_eval.runs.records import AnswerRecord, encode
from gemini_eval.runs.store import AnswerStore
from gemini_eval.types import Failure, Outcome
from tests.unit.cache.samples import by_key, key_of, record

NAMES = list(range(600))
ANSWERS = [record(number) for number in NAMES]


def made(path: Path, *records: AnswerRecord) -> Path:
    with AnswerCache(path) as cache:
        for item in records:
            cache.put(item)
    return path


def found(path: Path) -> dict[str, AnswerRecord]:
    with AnswerCache(path) as cache:
        return cache.find([key_of(number) for number in NAMES])


def test_an_export_is_the_recording_that_the_same_answers_give(tmp_path: Path) -> None:
    cache = made(tmp_path / "cache.sqlite", *ANSWERS)
    answers = tmp_path / "answers.jsonl"
    answers.write_bytes(b"".join(encode(replace(item, n=n, cached=True)) for n, item in enumerate(reversed(ANSWERS))))
    assert export_answers(cache, tmp_path / "export.jsonl") == write_recording([answers], tmp_path / "recording.jsonl") == 600
    assert (tmp_path / "export.jsonl").read_bytes() == (tmp_path / "recording.jsonl").read_bytes()
    with AnswerStore([tmp_path / "export.jsonl"]) as store:
        replayed = store.get(key_of(17))
    assert replayed is not None and replayed.answer == record(17).answer


def test_what_was_exported_can_be_imported(tmp_path: Path) -> None:
    cache = made(tmp_path / "cache.sqlite", *ANSWERS)
    export_answers(cache, tmp_path / "export.jsonl")
    other = tmp_path / "other" / "cache.sqlite"
    assert import_answers(other, [tmp_path / "export.jsonl"]) == Imported(added=600)
    assert import_answers(other, [tmp_path / "export.jsonl"]) == Imported(there=600)
    assert {key: item.answer for key, item in found(other).items()} == {item.key: item.answer for item in ANSWERS}
    export_answers(other, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "export.jsonl").read_bytes()


def test_each_record_of_several_files_is_counted(tmp_path: Path) -> None:
    cache = made(tmp_path / "cache.sqlite", record(0))
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    failed = record(4, Failure(Outcome.QUOTA, "429"))
    lines = [encode(item) for item in (record(0), record(1), record(2, version="v2"), failed)]
    first.write_bytes(b"".join(lines) + lines[1].replace(b"answer", b"ANSWER") + b"no line\n")
    second.write_bytes(encode(record(1)) + encode(replace(record(3), cached=True)))
    assert import_answers(cache, [first, second]) == Imported(
        added=2,
        there=2,
        failures=1,
        other_versions=1,
        damaged=((first, 5, "the line's checksum does not fit its content"), (first, 6, "the line has no checksum")),
    )
    assert found(cache) == by_key(record(0), record(1), record(3))


def test_of_an_unknown_model_the_first_version_counts(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_bytes(b"".join(encode(record(n, version=v)) for n, v in enumerate(["", "v2", "v1", "v2"])))
    cache = tmp_path / "cache.sqlite"
    assert import_answers(cache, [file]) == Imported(added=3, other_versions=1)
    assert found(cache) == by_key(record(0, version=""), record(1, version="v2"), record(3, version="v2"))


def test_damaged_answers_are_not_exported(tmp_path: Path) -> None:
    cache = made(tmp_path / "cache.sqlite", record(0), record(1))
    cache.write_bytes(cache.read_bytes().replace(b"the answer of 0", b"the answer of O"))
    assert export_answers(cache, tmp_path / "export.jsonl") == 1
    assert (tmp_path / "export.jsonl").read_bytes() == encode(replace(record(1), at=""))


def test_without_a_cache_the_export_is_empty(tmp_path: Path) -> None:
    assert export_answers(tmp_path / "cache.sqlite", tmp_path / "export.jsonl") == 0
    assert (tmp_path / "export.jsonl").read_bytes() == b""
    assert not (tmp_path / "cache.sqlite").exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as caught:
        import_answers(tmp_path / "cache.sqlite", [tmp_path / "none.jsonl"])
    assert str(caught.value) == f"{tmp_path / 'none.jsonl'}: no such file"
