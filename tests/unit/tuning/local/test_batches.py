"""Batches: every example once, in an order that seed and epoch decide, as rectangles."""

from __future__ import annotations

from gemini_eval.tuning.local.batches import BATCH, TOKENS_AT_ONCE, Padded, Tokens, epoch_batches, padded, parts_of


def example(prompt: int, answer: int = 2, first: int = 10) -> Tokens:
    return Tokens(tuple(range(first, first + prompt)), tuple(range(500, 500 + answer)))


def test_a_rectangle_tells_where_which_answer_is_to_come() -> None:
    assert padded([Tokens((5, 6, 7), (8, 9)), Tokens((1,), (2, 3, 4))]) == Padded(
        ids=[[5, 6, 7, 8, 0, 0, 0, 0], [1, 2, 3, 0, 0, 0, 0, 0]], places=[2, 3, 8, 9, 10], targets=[8, 9, 2, 3, 4]
    )


def test_an_epoch_has_every_example_once_and_depends_on_seed_and_epoch() -> None:
    examples = [example(5 + number % 30, first=number) for number in range(131)]
    batches = epoch_batches(examples, seed=3, epoch=1)
    assert sorted(len(batch) for batch in batches) == [3, *[BATCH] * 16]
    assert sorted(one.prompt for batch in batches for one in batch) == sorted(one.prompt for one in examples)
    assert batches == epoch_batches(examples, seed=3, epoch=1)
    assert batches != epoch_batches(examples, seed=3, epoch=2)
    assert batches != epoch_batches(examples, seed=4, epoch=1)


def test_examples_of_like_length_go_together() -> None:
    examples = [example(5 + 7 * number % 60, first=number) for number in range(64)]
    spans = [max(one.length for one in batch) - min(one.length for one in batch) for batch in epoch_batches(examples, 0, 1)]
    assert max(spans) <= 8


def test_parts_stay_within_the_bound_and_a_longer_example_goes_alone() -> None:
    short, half, long = example(10), example(TOKENS_AT_ONCE // 2), example(TOKENS_AT_ONCE + 5)
    assert list(parts_of([short] * 8)) == [[short] * 8]
    assert list(parts_of([short, half, half])) == [[short], [half], [half]]
    assert list(parts_of([long, short])) == [[long], [short]]
