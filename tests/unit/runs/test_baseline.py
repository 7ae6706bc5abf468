from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import InputError, RunError
from gemini_eval.runs.baseline import FORMAT, BaselineHeader, BaselineLine, read_header, read_lines, write_baseline
from gemini_eval.runs.sealed import seal
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.types import Outcome

HEADER = BaselineHeader(
    FORMAT,
    "wine",
    "20260131T093000Z-wine-0a1b2c",
    "2026-01-31T09:30:00.000Z",
    "0.3.0",
    {"base": {"model": "gemini-2.5-flash", "location": "global", "versions": ["gemini-2.5-flash-001"]}},
    ("pass_rate", "f1"),
)
LINE = BaselineLine("base", "w1", "0" * 16, "1" * 16, {"judged": 3}, {"pass_rate": (2.0, 3)}, label="red", answer="2" * 16)
AGAIN = "accept it again: gemini-eval baseline accept RUN"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scores = st.floats(allow_nan=False)
shares = st.floats(0, 1)
lines = st.builds(
    BaselineLine,
    variant=texts,
    case=texts,
    request=texts,
    judged=texts,
    outcomes=st.dictionaries(st.sampled_from([item.value for item in Outcome]), st.integers(0, 99), max_size=3),
    marks=st.dictionaries(texts, st.tuples(scores, st.integers(0, 99)), max_size=3),
    labels=st.dictionaries(texts, st.tuples(shares, shares, shares), max_size=3),
    columns=st.dictionaries(texts, shares, max_size=3),
    expected_label=texts,
    label=texts,
    answer=texts,
    text=texts,
    cluster=texts,
    tags=st.lists(texts, max_size=3).map(tuple),
    must_pass=st.booleans(),
)


def written(folder: Path, *ids: str) -> Path:
    path = folder / "baselines/wine.jsonl"
    write_baseline(path, HEADER, [replace(LINE, case=case) for case in ids])
    return path


def refusal(ask: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(InputError) as caught:
        ask()
    (fault,) = caught.value.faults
    return fault.reason, str(fault.place or ""), fault.hint


def refused(path: Path, data: bytes) -> tuple[str, str, str]:
    path.write_bytes(data)
    return refusal(lambda: list(read_lines(path)))


@settings(deadline=None)
@given(st.lists(lines, max_size=5, unique_by=lambda line: (line.variant, line.case)), st.randoms())
def test_what_was_written_is_read_and_equal_inputs_give_equal_bytes(
    tmp_path_factory: pytest.TempPathFactory, found: list[BaselineLine], order: random.Random
) -> None:
    first, second = tmp_path_factory.mktemp("a") / "b.jsonl", tmp_path_factory.mktemp("a") / "b.jsonl"
    assert write_baseline(first, HEADER, found) == len(found)
    ordered = sorted(found, key=lambda line: (line.variant, line.case))
    assert list(read_lines(first)) == ordered
    assert read_header(first) == replace(HEADER, cases=len(found))
    order.shuffle(found)
    turned = [replace(line, marks=dict(reversed(line.marks.items()))) for line in found]
    write_baseline(second, HEADER, iter(turned))
    assert second.read_bytes() == first.read_bytes()


def test_the_file_as_people_review_it(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    write_baseline(path, HEADER, [replace(LINE, variant="tuned", case="w0"), replace(LINE, case="w2"), LINE])
    bodies = [line.rpartition(b',"sum":')[0].decode() + "}" for line in path.read_bytes().splitlines()]
    case = (
        '{{"answer":"2222222222222222","case":"{}","judged":"1111111111111111","label":"red","marks":{{"pass_rate":[2.0,3]}},'
        '"outcomes":{{"judged":3}},"request":"0000000000000000","variant":"{}"}}'
    )
    assert bodies == [
        '{"baseline":1,"cases":3,"created":"2026-01-31T09:30:00.000Z","figures":["pass_rate","f1"],'
        '"run":"20260131T093000Z-wine-0a1b2c","suite":"wine","tool":"0.3.0","variants":{"base":{"location":"global",'
        '"model":"gemini-2.5-flash","versions":["gemini-2.5-flash-001"]}}}',
        case.format("w1", "base"),
        case.format("w2", "base"),
        case.format("w0", "tuned"),
    ]


def test_version_control_may_change_the_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path, "a", "b")
    before = read_header(path), list(read_lines(path))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n").removesuffix(b"\r\n"))
    assert (read_header(path), list(read_lines(path))) == before


def test_secrets_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    write_baseline(path, HEADER, [replace(LINE, text=f"the key is AIza{'x' * 35}")])
    assert b"AIza" not in path.read_bytes()
    assert [line.text for line in read_lines(path)] == ["the key is [secret]"]


def test_a_former_file_stays_where_the_new_one_can_not_be(tmp_path: Path) -> None:
    path = written(tmp_path, "a")
    before = path.read_bytes()
    with pytest.raises(RunError, match=r"base has two cases a \(give each case an id of its own\)"):
        written(tmp_path, "a", "b", "a")
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_damage_is_named_by_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a", "b", "c")
    header, a, b, c = path.read_bytes().splitlines(keepends=True)
    damaged = "the baseline is damaged: "
    whole, third = str(path) + ":1", str(path) + ":3"
    changed = "the line's checksum does not fit its content"
    moved = "stands twice, or not in its place"
    for data, reason, place in (
        (header + a + b.replace(b"[2.0,3]", b"[3.0,3]") + c, changed, third),
        (header + a + b[:-9] + b"\n" + c, changed, third),
        (header + a + b"\n" + b + c, "the line has no checksum", third),
        (header + a + a + b + c, f"base, a {moved}", third),
        (header + b + a + c, f"base, a {moved}", third),
        (header + a + c, "it had 3 cases when it was written, and has 2", whole),
        (header + a + b + c + seal(b'{"x":1}'), "BaselineLine can't be read", str(path) + ":5"),
        (header.replace(b"wine", b"vine") + a + b + c, changed, whole),
        (a + b + c, "BaselineHeader can't be read", whole),
        (b"", "the line has no checksum", whole),
    ):
        told, where, mend = refused(path, data)
        assert (told.startswith(damaged + reason), where, mend) == (True, place, AGAIN), told


@pytest.mark.parametrize(
    "fields",
    [
        {"marks": {"pass_rate": [2.0]}},
        {"marks": {"pass_rate": ["2", 3]}},
        {"marks": {"pass_rate": [2.0, 3.5]}},
        {"marks": [2.0, 3]},
        {"labels": {"red": [1, 0]}},
        {"outcomes": {"judged": "3"}},
        {"tags": "lang=ko"},
        {"case": 1},
    ],
)
def test_a_line_of_other_types_is_damaged(tmp_path: Path, fields: dict[str, Any]) -> None:
    path = written(tmp_path, "a")
    body = {"variant": "base", "case": "a", "request": "", "judged": "", "outcomes": {}, **fields}
    reason, place, _ = refused(path, path.read_bytes().splitlines(keepends=True)[0] + seal(canonical_json(body)))
    assert (reason.startswith("the baseline is damaged: BaselineLine can't be read"), place) == (True, f"{path}:2")


@pytest.mark.parametrize("at", [0, 2])
def test_a_merge_conflict_is_told_as_one(tmp_path: Path, at: int) -> None:
    path = written(tmp_path, "a", "b")
    kept = path.read_bytes().splitlines(keepends=True)
    theirs = [b"<<<<<<< HEAD\r\n", kept[at], b"=======\r\n", kept[at], b">>>>>>> main\r\n"]
    found = refused(path, b"".join([*kept[:at], *theirs, *kept[at + 1 :]]))
    assert found == ("a merge conflict was left in the baseline", f"{path}:{at + 1}", f"take either side, or {AGAIN}")


def test_both_sides_of_a_merge_kept_are_seen(tmp_path: Path) -> None:
    """As `merge=union` leaves them: every line is whole, a case is there twice."""
    path = written(tmp_path, "a", "b")
    header, a, b = path.read_bytes().splitlines(keepends=True)
    write_baseline(path, HEADER, [replace(LINE, case="a", label="white"), replace(LINE, case="b")])
    other = path.read_bytes().splitlines(keepends=True)[1]
    assert refused(path, header + a + other + b)[1] == f"{path}:3"


def test_a_newer_format_is_not_taken_for_damage(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(seal(b'{"baseline":2,"suites":[]}'))
    reason = f"{path} has baseline format 2, and this program reads up to 1"
    for read in (lambda: read_header(path), lambda: list(read_lines(path))):
        assert refusal(read) == (reason, "", "update gemini-eval")


def test_without_a_file_the_mend_is_to_accept_a_run(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    assert refusal(lambda: read_header(path)) == (f"{path}: no such file", "", "accept a run: gemini-eval baseline accept RUN")


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = written(tmp_path, *(f"{n:06}" for n in range(10_000)))
    assert path.stat().st_size > 1_500_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_lines(path)) == 10_000
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
