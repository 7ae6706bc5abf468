"""Uploads through Google's client to a server that speaks the storage JSON API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from gemini_eval.errors import RunError, UsageError
from gemini_eval.tuning.upload import CHUNK, Uploaded, read_uri, upload
from tests.standin.storage import Fault, Storage, storage

SMALL = b'{"contents":[]}\n' * 3
LARGE = os.urandom(CHUNK) + b"\n" + os.urandom(CHUNK // 2)
FIRST, LAST = f"chunk bytes 0-{CHUNK - 1}/{len(LARGE)}", f"chunk bytes {CHUNK}-{len(LARGE) - 1}/{len(LARGE)}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    with storage() as found:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", found.url)
        yield found


def sent(tmp_path: Path, data: bytes, folder: str = "gs://tuning/tickets") -> Uploaded:
    path = tmp_path / "train.jsonl"
    path.write_bytes(data)
    return upload(path, folder, sha256(data).hexdigest(), retried_s=5)


def name_of(data: bytes) -> tuple[str, str]:
    return "tuning", f"tickets/train-{sha256(data).hexdigest()[:12]}.jsonl"


def test_a_small_file_goes_in_one_request_and_only_once(tmp_path: Path, server: Storage) -> None:
    first = sent(tmp_path, SMALL)
    bucket, name = name_of(SMALL)
    assert first == Uploaded(f"gs://{bucket}/{name}", len(SMALL), server.metadata(bucket, name)["crc32c"], there_already=False)
    assert server.objects == {(bucket, name): SMALL}
    again = sent(tmp_path, SMALL)
    assert again == Uploaded(first.uri, first.bytes, first.crc32c, there_already=True)
    assert server.seen == ["look", "whole", "look"]


def test_the_checksum_is_the_one_of_the_service(tmp_path: Path, server: Storage) -> None:
    assert sent(tmp_path, b"123456789").crc32c == "4waSgw=="  # 0xE3069283, the check value of CRC-32C


def test_a_large_file_goes_in_chunks(tmp_path: Path, server: Storage) -> None:
    assert sent(tmp_path, LARGE).bytes == len(LARGE)
    assert server.objects == {name_of(LARGE): LARGE}
    assert server.seen == ["look", "begin", FIRST, LAST]


@pytest.mark.parametrize("fault", [Fault("chunk", 503), Fault("chunk", 0), Fault("chunk", 503, keeps=-1)], ids=str)
def test_a_chunk_that_was_not_taken_is_sent_again_alone(tmp_path: Path, server: Storage, fault: Fault) -> None:
    server.faults = [fault]
    sent(tmp_path, LARGE)
    assert server.objects == {name_of(LARGE): LARGE}
    assert server.seen == ["look", "begin", FIRST, FIRST, LAST]


def test_an_answer_that_was_lost_is_asked_for_again(tmp_path: Path, server: Storage) -> None:
    server.faults = [Fault("chunk", 308, keeps=-1), Fault("chunk", 0, keeps=-1)]
    sent(tmp_path, LARGE)
    assert server.objects == {name_of(LARGE): LARGE}
    assert server.seen == ["look", "begin", FIRST, LAST, LAST]


def test_where_half_a_chunk_was_taken_the_upload_begins_again(tmp_path: Path, server: Storage) -> None:
    server.faults = [Fault("chunk", 308, keeps=CHUNK // 2)]
    sent(tmp_path, LARGE)
    assert server.objects == {name_of(LARGE): LARGE}
    assert server.seen == ["look", "begin", FIRST, "begin", FIRST, LAST]


@pytest.mark.parametrize(("data", "kind"), [(SMALL, "whole"), (LARGE, "chunk")])
def test_what_arrives_damaged_is_not_kept_and_told(tmp_path: Path, server: Storage, data: bytes, kind: str) -> None:
    server.faults = [Fault(kind, flip=True)]
    with pytest.raises(RunError) as raised:
        sent(tmp_path, data)
    assert server.objects == {}
    refused = "HTTP 400: Provided CRC32C loWGDQ== doesn't match calculated CRC32C iqybCQ==."
    why = refused if kind == "whole" else "it arrived damaged (its CRC32C is another), and was removed"
    uri = "gs://{}/{}".format(*name_of(data))
    assert str(raised.value) == f"{uri} was not written: {why} (try again: what arrived whole is not sent twice)"
    sent(tmp_path, data)
    assert server.objects == {name_of(data): data}


def test_another_content_under_the_same_name_is_not_written_over(tmp_path: Path, server: Storage) -> None:
    server.objects[name_of(SMALL)] = b"something else"
    with pytest.raises(RunError) as raised:
        sent(tmp_path, SMALL)
    uri = "gs://{}/{}".format(*name_of(SMALL))
    assert raised.value.reason.startswith(f"{uri} holds 14 bytes with CRC32C ")
    assert raised.value.hint == "remove the object, and upload again"
    assert server.seen == ["look"]


def test_who_loses_a_race_takes_what_the_winner_wrote(tmp_path: Path, server: Storage) -> None:
    server.objects[name_of(SMALL)] = SMALL
    server.faults = [Fault("look", 404)]
    assert sent(tmp_path, SMALL).there_already
    assert server.seen == ["look", "whole", "look"]


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (Fault("look", 403), "the account needs storage.objects.create and storage.objects.get on gs://tuning"),
        (Fault("whole", 403), "the account needs storage.objects.create and storage.objects.get on gs://tuning"),
        (Fault("whole", 400), "try again: what arrived whole is not sent twice"),
    ],
    ids=str,
)
def test_a_refusal_is_told_with_its_mend(tmp_path: Path, server: Storage, fault: Fault, mend: str) -> None:
    server.faults, status = [fault], fault.status
    with pytest.raises(RunError) as raised:
        sent(tmp_path, SMALL)
    uri = "gs://{}/{}".format(*name_of(SMALL))
    assert str(raised.value) == f"{uri} was not written: HTTP {status}: told to fail ({mend})"


def test_a_bucket_that_is_not_there(tmp_path: Path, server: Storage) -> None:
    with pytest.raises(RunError) as raised:
        sent(tmp_path, SMALL, "gs://nowhere")
    assert raised.value.hint == "make the bucket first: gcloud storage buckets create gs://nowhere"


def test_folders() -> None:
    assert read_uri("gs://b") == ("b", "")
    assert read_uri("gs://b/") == ("b", "")
    assert read_uri("gs://b/x/y/") == ("b", "x/y/")
    for wrong in ("s3://b/x", "b/x", "gs://", "gs:///x"):
        with pytest.raises(UsageError):
            read_uri(wrong)
