"""The data of specs/tickets_tuning.yaml: enough of every kind, and no wording of one split in another."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parents[2] / "specs/data"
EACH = {"train": 24, "validation": 6, "test": 12}
LABELS = ("account", "billing", "delivery", "refund", "technical")
NEAREST = 0.2
IN_A_ROW = {"en": 4, "ko": 3}


def rows() -> list[dict[str, str]]:
    with (DATA / "tickets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_examples() -> list[dict[str, str]]:
    """The few-shot prompt's examples are a split of their own."""
    with (DATA / "tickets_examples.csv").open(encoding="utf-8", newline="") as file:
        examples = [{**row, "split": "example", "lang": row["id"].split("-")[2]} for row in csv.DictReader(file)]
    return [*rows(), *examples]


def shingles(text: str) -> set[str]:
    plain = " ".join(re.findall(r"\w+", text.casefold()))
    return {plain[at : at + 5] for at in range(max(1, len(plain) - 4))}


def stretches(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_every_queue_and_language_has_as_many_tickets() -> None:
    counted = Counter((row["split"], row["lang"], row["expected"]) for row in rows())
    assert counted == {(split, lang, label): n for split, n in EACH.items() for lang in ("en", "ko") for label in LABELS}


def test_no_two_tickets_of_different_splits_are_alike() -> None:
    found = [(row, shingles(row["text"])) for row in with_examples()]
    near = [
        (one["id"], other["id"])
        for (one, mine), (other, theirs) in itertools.combinations(found, 2)
        if one["split"] != other["split"] and len(mine & theirs) > NEAREST * len(mine | theirs)
    ]
    assert near == []


def test_no_test_ticket_has_a_stretch_of_words_of_another_split() -> None:
    for lang, length in IN_A_ROW.items():
        mine = [row for row in with_examples() if row["lang"] == lang]
        others = {part for row in mine if row["split"] != "test" for part in stretches(row["text"], length)}
        shared = {row["id"]: stretches(row["text"], length) & others for row in mine if row["split"] == "test"}
        assert {name: parts for name, parts in shared.items() if parts} == {}
