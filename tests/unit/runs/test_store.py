"""Answers found by their request, over several files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import FileRefusedError
from gemini_eval.runs.recording import write_recording
from gemini_eval.runs.records import AnswerRecord, encode
from gemini_eval.runs.store import AnswerStore
from gemini_eval.types import Answer, Failure, Outcome, Response

QUOTA = Failure(Outcome.QUOTA, "used up")


def a_record(n: int, key: int, answer: Answer, at: str = "", attempt: int = 1) -> AnswerRecord:
    return AnswerRecord(n, f"{key:064x}", "s", "v", f"case-{key}", 0, "m", answer, at, attempt)


def write(path: Path, *records: AnswerRecord) -> Path:
    path.write_bytes(b"".join(map(encode, records)))
    return path


def test_the_last_answer_counts_but_a_failure_hides_no_response(tmp_path: Path) -> None:
    first = write(tmp_path / "a", a_record(0, 1, Response("old")), a_record(1, 2, QUOTA), a_record(2, 3, Response("kept")))
    second = write(tmp_path / "b", a_record(0, 1, Response("new")), a_record(1, 2, Response("at last")), a_record(2, 3, QUOTA))
    third = write(tmp_path / "c", a_record(0, 4, QUOTA), a_record(1, 4, Failure(Outcome.REQUEST_FAILED, "later")))
    with AnswerStore([first, second, third]) as store:
        found = [store.get(f"{key:064x}") for key in range(1, 6)]
        assert len(store) == 4
        assert store.damaged == []
    assert [record and record.answer for record in found] == [
        Response("new"),
        Response("at last"),
        Response("kept"),
        Failure(Outcome.REQUEST_FAILED, "later"),
        None,
    ]


answers = st.text("ab", max_size=2).map(Response) | st.just(QUOTA)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 12), answers), max_size=20), max_size=3))
def test_the_store_gives_what_a_dict_gives(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[int, Answer]]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    model: dict[int, AnswerRecord] = {}
    paths = []
    for number, pairs in enumerate(files):
        records = [a_record(n, key, answer) for n, (key, answer) in enumerate(pairs)]
        paths.append(write(folder / str(number), *records))
        for (key, answer), record in zip(pairs, records, strict=True):
            if isinstance(answer, Response) or key not in model or isinstance(model[key].answer, Failure):
                model[key] = record
    with AnswerStore(paths) as store:
        assert [store.get(f"{key:064x}") for key in range(13)] == [model.get(key) for key in range(13)]
        assert list(store.sorted()) == [model[key] for key in sorted(model)]


def test_large_answers_are_read_whole(tmp_path: Path) -> None:
    large = [a_record(n, n, Response("é" * size)) for n, size in enumerate([0, 1980, 5000, 300_000])]
    with AnswerStore([write(tmp_path / "a", *large)]) as store:
        assert [store.get(record.key) for record in large] == large


def test_an_answer_damaged_after_it_was_indexed_is_not_served(tmp_path: Path) -> None:
    path = write(tmp_path / "a", a_record(0, 1, Response("right")))
    with AnswerStore([path]) as store:
        with path.open("r+b") as file:
            content = file.read()
            file.seek(content.index(b"right"))
            file.write(b"wrong")
        assert store.get(f"{1:064x}") is None


def test_damaged_lines_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a", a_record(0, 1, Response("x")), a_record(1, 2, Response("right")))
    path.write_bytes(path.read_bytes().replace(b"right", b"wrong"))
    with AnswerStore([path]) as store:
        assert (len(store), store.damaged) == (1, [(path, 2)])
    with pytest.raises(FileRefusedError):
        AnswerStore([path, tmp_path / "missing"])


def test_the_same_answers_record_the_same_bytes(tmp_path: Path) -> None:
    records = [a_record(n, n * 7 % 10, Response(f"{n}"), f"2025-01-01T00:00:00.00{n}Z", n + 1) for n in range(10)]
    turned = [a_record(n, record.key and int(record.key, 16), record.answer) for n, record in enumerate(reversed(records))]
    one, two = write(tmp_path / "one", *records, a_record(10, 99, QUOTA)), write(tmp_path / "two", *turned)
    assert write_recording([one], tmp_path / "one.rec") == 10
    assert write_recording([two], two) == 10
    expected = b"".join(encode(a_record(n, n, Response(str(n * 3 % 10)))) for n in range(10))
    assert (tmp_path / "one.rec").read_bytes() == two.read_bytes() == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one.rec", "two"]
