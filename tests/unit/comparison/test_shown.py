"""What is shown beside a decision: flips, flaky cases, slices, crowds, moved confusions."""

from __future__ import annotations

from msgspec.structs import replace

from gemini_eval.comparison.model import Crowd, MovedConfusion
from gemini_eval.comparison.shown import adjusted, confusions_of, crowds_of, flaky_cases, flips_of, slices_of
from gemini_eval.comparison.sides import ACCURACY
from gemini_eval.comparison.texts import flip_texts
from tests.unit.comparison.sides import judged, paired, side

T, F = True, False


def test_flips_by_more_than_half_the_samples_the_widest_first() -> None:
    found = flips_of(
        paired([[T, T, T], [T, T, F], [F, F, F], [T, F, F]], [[F, F, F], [T, F, F], [T, T, T], [F, F, F]]), frozenset({"c1"})
    )
    assert [(flip.case_id, flip.before_failed, flip.after_failed, flip.after_of) for flip in found.failing] == [
        ("c0", 0, 3, 3),
        ("c1", 1, 2, 3),
    ]
    assert [flip.edited for flip in found.failing] == [False, True]
    assert [(flip.case_id, flip.before_failed, flip.after_failed) for flip in found.passing] == [("c2", 3, 0)]
    assert (found.failing_count, found.passing_count) == (2, 1)


def test_cases_that_must_pass_come_first_among_flips() -> None:
    found = flips_of(paired([[T, T], [T, T]], [[F, F], [F, F]], must_pass=[False, True]), frozenset())
    assert [flip.case_id for flip in found.failing] == ["c1", "c0"]


def test_flaky_cases() -> None:
    steady, shaky = [T] * 10, [T, F] * 5
    found = paired([steady, shaky], [steady, shaky])
    assert flaky_cases(found) == ("c1",)
    assert flips_of(paired([shaky[:9]], [[F] * 10]), frozenset()).failing[0].flaky


def test_slices_of_tags_and_labels_after_benjamini_hochberg() -> None:
    before = [[T]] * 40
    after = [[F]] * 10 + [[T]] * 30
    tags = [("ko", f"row={n}") for n in range(20)] + [("en",)] * 20
    found = adjusted(slices_of(paired(before, after, tags=tags), ACCURACY))
    assert [(part.name, part.cases, part.before, part.after, part.listed) for part in found] == [
        ("en", 20, 1.0, 1.0, False),
        ("ko", 20, 1.0, 0.5, True),
    ]
    assert found[1].p < found[1].p_adjusted < 0.01


def test_crowds_where_cases_were_added_or_edited() -> None:
    before, after = side("before", [[T], [T], [F]]), side("after", [[T], [F], [F]])
    kinds = {"c0": "shared", "c1": "edited", "c2": "added"}
    assert crowds_of(before, after, ACCURACY, kinds.__getitem__) == (
        Crowd("shared", 1, 1.0, 1.0),
        Crowd("edited", 1, 1.0, 0.0),
        Crowd("added", 1, 0.0, 0.0),
    )
    assert crowds_of(before, after, ACCURACY, lambda _id: "shared") == ()


def test_confusions_that_moved() -> None:
    found = confusions_of(paired([[T, T], [F, F]], [[F, T], [F, F]]))
    assert found == (MovedConfusion("refund", "billing", 1.0, 1.5),)


def test_confusions_of_ordered_labels_say_how_far_they_are_off() -> None:
    order = ("refund", "other", "billing")
    (found,) = confusions_of(paired([[T, T], [F, F]], [[F, T], [F, F]]), order)
    assert found == MovedConfusion("refund", "billing", 1.0, 1.5, 2)


def test_the_texts_of_a_flip_are_those_of_the_sample_that_tells_most() -> None:
    before, after = judged(0, [F, T, T]), replace(judged(0, [F, F, T]), reason="wrong")
    (texts,) = flip_texts({"c0": before}, {"c0": after}).values()
    assert (texts[1], texts[2], texts[3]) == ("refund", "billing", "wrong")


def test_a_side_without_an_answer_says_why() -> None:
    (texts,) = flip_texts({"c0": judged(0, [T])}, {"c0": judged(0, [None])}).values()
    assert texts[2] == "(quota)"
