"""`tune data --upload`: the command line against a server that speaks the storage JSON API."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tests.standin.storage import Fault, storage
from tests.support.cli import gemini_eval
from tests.support.suites import write_files

ROWS = "text,expected,split\nWhere is my parcel?,delivery,train\nMoney back!,refund,train\nWhen?,delivery,validation\n"


def test_files_are_uploaded_once(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "work", {"t.csv": ROWS})
    command = ["tune", "data", "t.csv", "-o", "t.jsonl", "--upload", "gs://tuning/tickets"]
    with storage() as server:
        first = gemini_eval(command, folder, {"STORAGE_EMULATOR_HOST": server.url})
        second = gemini_eval(command, folder, {"STORAGE_EMULATOR_HOST": server.url})
    objects = {}
    for name in ("t", "t.validation"):
        data = (folder / f"{name}.jsonl").read_bytes()
        objects["tuning", f"tickets/{name}-{sha256(data).hexdigest()[:12]}.jsonl"] = data
    assert server.objects == objects
    uploads = [
        f"gs://{bucket}/{name}: uploaded, {len(data):,} bytes, crc32c {server.metadata(bucket, name)['crc32c']}"
        for (bucket, name), data in objects.items()
    ]
    assert (first.status, second.status) == (0, 0)
    assert [line for line in first.stdout.splitlines() if line.startswith("gs://")] == uploads
    again = [line.replace(": uploaded,", ": there already,") for line in uploads]
    assert [line for line in second.stdout.splitlines() if line.startswith("gs://")] == again


def test_a_refusal_ends_with_its_mend(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "work", {"t.csv": ROWS})
    with storage() as server:
        server.faults = [Fault("look", 403)]
        command = ["tune", "data", "t.csv", "-o", "t.jsonl", "--upload", "gs://tuning"]
        ended = gemini_eval(command, folder, {"STORAGE_EMULATOR_HOST": server.url})
    name = f"t-{sha256((folder / 't.jsonl').read_bytes()).hexdigest()[:12]}.jsonl"
    assert ended.status == 3
    assert ended.stderr.splitlines()[-2:] == [
        f"error: gs://tuning/{name} was not written: HTTP 403: told to fail",
        "  mend: the account needs storage.objects.create and storage.objects.get on gs://tuning",
    ]
    assert (folder / "t.jsonl").exists()
