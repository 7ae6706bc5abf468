from __future__ import annotations

import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.errors import ValueRefusedError
from gemini_eval.types import Failure, Outcome, Response, Usage
from tests.unit.cache.samples import by_key, key_of, record, response

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
RESPONSES = st.builds(
    Response,
    TEXTS,
    finish_reason=st.sampled_from(["stop", "max_tokens", "safety", "recitation", "blocked"]),
    usage=st.builds(Usage, st.none() | st.integers(0, 10**9), st.none() | st.integers(0, 10**9)),
    latency_ms=st.floats(0, 1e9),
    model_version=st.sampled_from(["", "v1"]),
    cost_micros=st.none() | st.integers(0, 10**12),
    thought=TEXTS,
    calls=st.lists(st.dictionaries(TEXTS, st.integers(0, 10) | TEXTS), max_size=2).map(tuple),
    logprobs=st.lists(st.tuples(TEXTS, st.floats(-100, 0)), max_size=3).map(tuple),
    response_id=TEXTS,
)


def test_an_answer_is_found_before_and_after_it_is_written(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "store" / "cache.sqlite") as cache:
        cache.put(record("a"))
        at_once = cache.find([key_of("a"), key_of("b")])
        cache.flush()
        assert at_once == cache.find([key_of("a"), key_of("b")]) == by_key(record("a"))
    with AnswerCache(tmp_path / "store" / "cache.sqlite") as cache:
        assert cache.find([key_of("a")]) == by_key(record("a"))
        assert (cache.trouble, cache.damaged) == ("", 0)


@settings(max_examples=25)
@given(st.lists(st.tuples(RESPONSES, TEXTS, TEXTS, TEXTS), max_size=20))
def test_any_answer_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[Response, str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("cache") / "cache.sqlite"
    put = [
        record(number, answer, suite=suite, case=case, location=location)
        for number, (answer, suite, case, location) in enumerate(answers)
    ]
    with AnswerCache(path) as cache:
        for item in put:
            cache.put(item)
    with AnswerCache(path) as cache:
        assert cache.find([item.key for item in put]) == by_key(*put)


def test_thousands_are_found_in_one_call(tmp_path: Path) -> None:
    put = [record(number) for number in range(3000)]
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for item in put:
            cache.put(item)
        cache.flush()
        assert cache.find([key_of(number) for number in range(-500, 3500)]) == by_key(*put)


def test_what_is_no_answer_is_not_kept(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        cache.put(record("failed", Failure(Outcome.QUOTA, "429")))
        cache.put(record("unexplained", Response("", "other")))
        cache.put(record("explained", Response("", "safety")))
        cache.put(record("cut", Response("Ros", "other")))
        cache.flush()
        found = cache.find([key_of(name) for name in ("failed", "unexplained", "explained", "cut")])
    assert found == by_key(record("explained", Response("", "safety")), record("cut", Response("Ros", "other")))


def test_the_last_answer_of_a_request_counts(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for text in ("first", "second"):
            cache.put(record("a", response(text)))
            cache.flush()
        cache.put(record("a", response("third")))
        assert cache.find([key_of("a")]) == by_key(record("a", response("third")))
        cache.flush()
        assert cache.find([key_of("a")]) == by_key(record("a", response("third")))


def test_text_that_no_file_can_hold_is_refused_where_it_is_put(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        with pytest.raises(ValueRefusedError):
            cache.put(record("a", response("\ud800")))
        cache.put(record("b"))
        cache.flush()
        assert cache.find([key_of("a"), key_of("b")]) == by_key(record("b"))


def test_nobody_else_can_read_it_and_git_passes_it_over(tmp_path: Path) -> None:
    store = tmp_path / "workspace" / ".gemini-eval"
    with AnswerCache(store / "cache.sqlite") as cache:
        cache.put(record("a"))
        cache.flush()
        files = sorted(store.iterdir())
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}
    assert modes == dict.fromkeys([".gitignore", "cache.lock", "cache.sqlite", "cache.sqlite-shm", "cache.sqlite-wal"], 0o600)
    assert stat.S_IMODE(store.stat().st_mode) == stat.S_IMODE(store.parent.stat().st_mode) == 0o700
    assert (store / ".gitignore").read_text() == "*\n"


def test_closing_again_is_fine(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    cache.put(record("a"))
    cache.close()
    cache.close()
    cache.put(record("b"))
    assert cache.find([key_of("a"), key_of("b")]) == {}
    assert (cache.claim([key_of("c")]), cache.settled([key_of("c")])) == (set(), ({}, {key_of("c")}))
    assert cache.trouble == ""


def test_threads_put_and_find_side_by_side(tmp_path: Path) -> None:
    def work(name: str) -> None:
        for number in range(500):
            item = record(f"{name}-{number}")
            cache.put(item)
            if cache.find([item.key, key_of("a-0")]).get(item.key) != item:
                missed.append(item.key)
        cache.flush()
        done.append(len(cache.find([key_of(f"{name}-{number}") for number in range(500)])))

    missed: list[str] = []
    done: list[int] = []
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        threads = [threading.Thread(target=work, args=[name]) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (missed, done) == ([], [500, 500, 500])


# ---- versions ----------------------------------------------------------------------------------------------


def test_a_new_version_ends_the_older_answers_of_its_model_there(tmp_path: Path) -> None:
    elsewhere = [record("other place", location="us"), record("other model", model="gemini-2.5-pro")]
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for item in [record("old"), record("unknown", version=""), *elsewhere]:
            cache.put(item)
        cache.flush()
        cache.put(record("new", version="v2"))
        cache.flush()
        keys = [key_of(name) for name in ("old", "unknown", "new", "other place", "other model")]
        assert cache.find(keys) == by_key(record("new", version="v2"), *elsewhere)


def test_an_unknown_version_ends_nothing(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        cache.put(record("known"))
        cache.flush()
        cache.put(record("unknown", version=""))
        cache.flush()
        assert cache.find([key_of("known"), key_of("unknown")]) == by_key(record("known"), record("unknown", version=""))


def test_the_last_version_of_a_batch_counts(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        for number, version in enumerate(["v1", "v2", "v1", "v2", ""]):
            cache.put(record(number, version=version))
        cache.flush()
        kept = [record(1, version="v2"), record(3, version="v2"), record(4, version="")]
        assert cache.find([key_of(number) for number in range(5)]) == by_key(*kept)


def test_records_keep_who_asked_first_and_when(tmp_path: Path) -> None:
    asked = replace(record("a", suite="beer", case="lager"), variant="short", attempt=3, n=17)
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        cache.put(asked)
    with AnswerCache(tmp_path / "cache.sqlite") as cache:
        assert cache.find([asked.key]) == {asked.key: asked}
