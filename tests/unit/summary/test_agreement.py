"""Agreement of judges, against published examples; and of a judge with people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from gemini_eval.gates import FigureContext
from gemini_eval.judgements import Heard
from gemini_eval.rubrics.people import PeopleLabels, meets
from gemini_eval.summary.agreement import Alpha, Kappa
from gemini_eval.summary.build import SuiteTally
from gemini_eval.summary.interval import wilson
from gemini_eval.summary.model import VariantSummary
from gemini_eval.types import AssertionResult, CaseResult, Figure, Outcome, SampleResult, Verdict

# ---- published examples --------------------------------------------------------------------------------------


def alpha(*raters: str) -> float | None:
    """Of one row of digits for each rater, a unit each; `.` for a missing one."""
    found = Alpha()
    for unit in zip(*raters, strict=True):
        found.add([float(value) for value in unit if value != "."])
    return found.value


def kappa(pairs: list[tuple[float, float]]) -> float | None:
    found = Kappa()
    for pair in pairs:
        found.add(*pair)
    return found.value


def test_two_observers_of_binary_data():
    """Krippendorff 2011, A."""
    assert alpha("0100000010", "1110010000") == pytest.approx(0.095, abs=5e-4)


def test_several_observers_of_interval_data_with_missing_values():
    """Krippendorff 2011, E; the last unit has one value, and is paired with none."""
    observers = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    assert alpha(*observers) == pytest.approx(0.849, abs=5e-4)


def test_two_readers_of_fifty_proposals():
    """The usual example of Cohen's kappa: 20 times both yes, 15 both no, 5 and 10 apart."""
    pairs = [(1.0, 1.0)] * 20 + [(0.0, 0.0)] * 15 + [(1.0, 0.0)] * 5 + [(0.0, 1.0)] * 10
    assert kappa(pairs) == pytest.approx(0.4)


scores = st.integers(1, 5)


@given(st.lists(st.tuples(scores, scores), min_size=2, max_size=30))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]):
    first, second = zip(*pairs, strict=True)
    found = kappa([(float(a), float(b)) for a, b in pairs])
    if len({*first, *second}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second, weights="quadratic", labels=[1, 2, 3, 4, 5]), abs=1e-9)


@given(st.lists(st.lists(scores, max_size=4), max_size=12), st.randoms())
def test_alpha_is_the_mean_of_differences_and_the_same_in_any_order(units: list[list[int]], random):
    paired = [unit for unit in units if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    expected = None
    if len(set(values)) > 1:
        within = sum((a - b) ** 2 / (len(unit) - 1) for unit in paired for a in unit for b in unit) / len(values)
        between = sum((a - b) ** 2 for a in values for b in values) / (len(values) * (len(values) - 1))
        expected = 1 - within / between
    found = []
    for _ in range(2):
        one = Alpha()
        for unit in units:
            one.add([float(value) for value in unit])
        found.append(one.value)
        random.shuffle(units)
    assert found[0] == found[1]
    assert found[0] == (None if expected is None else pytest.approx(expected, abs=1e-9))


# ---- a run ---------------------------------------------------------------------------------------------------


def summarised(*said: Heard, labels: PeopleLabels | None = None, outcome: Outcome = Outcome.JUDGED) -> VariantSummary:
    tally = SuiteTally("s", FigureContext(variants=("few",), people={"a": labels} if labels else {}))
    for n, heard in enumerate(said):
        verdict = AssertionResult("polite", Verdict(True, 1.0, "", heard=heard))
        sample = SampleResult(0, outcome, output=f"answer {n}", answer=f"answer {n}", assertions=(verdict,))
        tally.add(CaseResult("s", "few", f"case-{n}", n, outcome, None, 0.0, (sample,)))
    return tally.summary().variants["few"]


def heard(a: float | None, b: float | None, scale: tuple[int, int] | None = None) -> Heard:
    values = {name: value for name, value in (("a", a), ("b", b)) if value is not None}
    return Heard(("a", "b"), values, scale, 3.0 if scale else None)


def test_a_jury_has_a_figure_and_a_row():
    found = summarised(heard(1, 1), heard(0, 0), heard(1, 0), heard(None, 1))
    assert found.figures['judge_agreement["polite"]'] == Figure('judge_agreement["polite"]', pytest.approx(4 / 9), n=3)  # type: ignore[arg-type]  # a float, nearly
    assert found.to_json()["juries"]["polite"] == {
        "jurors": 2,
        "answers": 3,
        "alpha": pytest.approx(4 / 9),
        "kappa": pytest.approx(0.4),
    }
    assert VariantSummary.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([heard(1, 1)], "every verdict is the same, so chance alone would agree"),
        ([heard(1, None)], "no answer has the verdicts of two judges"),
    ],
)
def test_agreement_that_can_not_be_told_is_undecided(said: list[Heard], reason: str):
    figure = summarised(*said).figures['judge_agreement["polite"]']
    assert (figure.value, figure.undecided, figure.reason) == (None, True, reason)


def test_what_a_broken_judge_leaves_not_delivered_counts_all_the_same():
    found = summarised(heard(1, 0), heard(1, None), outcome=Outcome.JUDGE_BROKEN)
    assert found.juries["polite"].answers == 1


def test_a_judge_against_people():
    verdicts = {"case-0": "yes", "case-1": "no", "case-2": "Yes", "case-4": "no"}
    written = {(case, "", "", ""): verdict for case, verdict in verdicts.items()}
    labels = PeopleLabels(written, frozenset())
    found = summarised(heard(1, 1), heard(1, 0), heard(0, 0), heard(1, 1), heard(None, 0), labels=labels)
    assert found.figures['judge_tpr["a"]'] == Figure('judge_tpr["a"]', 0.5, wilson(0.5, 2), 2)
    assert found.figures['judge_tnr["a"]'] == Figure('judge_tnr["a"]', 0.0, wilson(0.0, 1), 1)
    assert found.figures['judge_kappa["a"]'] == Figure('judge_kappa["a"]', pytest.approx(-0.5), n=3)  # type: ignore[arg-type]  # a float, nearly
    assert found.to_json()["people"] == {"a": {"yes": 2, "no": 1, "true_yes": 1, "true_no": 0, "silent": 1}}
    assert VariantSummary.from_json(found.to_json()) == found


def test_a_label_is_of_one_assertion_variant_and_answer_where_it_says_so():
    key = ("case-0", "polite", "few", "answer 0")
    for place, other in ((1, "clear"), (2, "zero"), (3, "another answer")):
        told = frozenset({"assertion", "variant", "answer"})
        changed = (*key[:place], other, *key[place + 1 :])
        assert summarised(heard(1, 1), labels=PeopleLabels({key: "yes"}, told)).people["a"].yes == 1
        assert summarised(heard(1, 1), labels=PeopleLabels({changed: "yes"}, told)).people["a"].yes == 0  # type: ignore[dict-item]  # four texts


def test_without_labels_that_fit_the_figures_say_so():
    figures = summarised(heard(1, 1), labels=PeopleLabels({}, frozenset())).figures
    assert figures['judge_kappa["a"]'].reason == "people say nothing of the answers that it judged"
    figures = summarised(heard(1, 1), labels=PeopleLabels({("case-0", "", "", ""): "yes"}, frozenset())).figures
    assert figures['judge_tnr["a"]'].reason == "people say no to no answer"
    assert figures['judge_kappa["a"]'].reason.startswith("people and the judge always say the same one thing")


@pytest.mark.parametrize(
    ("verdict", "scale", "met"),
    [
        (" YES ", None, True),
        ("false", None, False),
        ("1", None, True),
        ("0.0", None, False),
        ("2", None, None),
        ("maybe", None, None),
        ("4", (1, 5), True),
        ("2.5", (1, 5), False),
        ("6", (1, 5), None),
        ("nan", (1, 5), None),
        ("no", (1, 5), False),
    ],
)
def test_people_write_words_or_scores(verdict: str, scale: tuple[int, int] | None, met: bool | None):
    assert meets(verdict, scale, 3.0 if scale else None) is met
