"""Streams of case results -> whole summaries."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gemini_eval.safe.json_text import canonical_json
from gemini_eval.summary import FIGURES, FigureContext, SuiteTally, Summary, VariantSummary
from gemini_eval.summary.tally import MAX_LISTED, MAX_NAMES
from gemini_eval.types import CaseResult, Expected, Outcome, Response
from tests.support.results import LABELS, assertion, case, sample, streams, unanswered

CONTEXT = FigureContext(labels=LABELS, assertions=("label",), common=("label",), variants=("few",))


def summarised(*results: CaseResult, context: FigureContext = CONTEXT, **more: Any) -> VariantSummary:
    tally = SuiteTally("tickets", context, **more)
    for result in results:
        tally.add(result)
    return tally.summary().variants["few"]


def values(summary: VariantSummary, *names: str) -> list[float | None]:
    return [summary.figures[name].value for name in names]


def test_a_whole_summary() -> None:
    tally = SuiteTally("tickets", CONTEXT)
    tally.add(case(0, "refund", sample("refund", "refund"), tags=("lang=ko",)))
    tally.add(case(1, "refund", sample("billing", "refund", 100), must_pass=True, reason="label: billing"))
    tally.add(case(2, "billing", unanswered(Outcome.BLOCKED)))
    tally.add(case(3, "billing", unanswered(Outcome.QUOTA)))
    tally.add(case(4, "billing", sample("billing", "billing"), xfail="known"))
    tally.add(case(5, "billing", sample("billing", "billing"), draft=True))
    summary = Summary({"tickets": tally.summary()}).to_json()["suites"]["tickets"]["variants"]["few"]
    figures = summary.pop("figures")
    third = [0.06149, 0.79234]
    assert {name: figure["value"] for name, figure in figures.items()} == {
        **{"pass_rate": 1 / 3, 'pass_rate["label"]': 1 / 3, 'score["label"]': 1 / 3, "accuracy": 1 / 3},
        **{"balanced_accuracy": 0.25, "macro_f1": 1 / 3, "macro_precision": 0.5, "macro_recall": 0.25, "micro_f1": 0.4},
        **{"weighted_f1": 4 / 9, "kappa": 0.0, "mcc": 0.0, "no_label_rate": 0.0},
        **{'precision["refund"]': 1.0, 'recall["refund"]': 0.5, 'f1["refund"]': 2 / 3},
        **{'precision["billing"]': 0.0, 'recall["billing"]': 0.0, 'f1["billing"]': 0.0},
        **{"no_answer_rate": 1 / 3, "blocked_rate": 1 / 3, "cut_off_rate": 0.0, "not_delivered_rate": 0.25, "cases": 4.0},
        **{"p50_latency": 100.0, "p90_latency": 200.0, "p95_latency": 200.0, "p99_latency": 200.0, "mean_latency": 125.0},
        **{"cost": 0.0002, "cost_per_1000": 0.05, "prompt_tokens": 10.0, "output_tokens": 2.0, "total_tokens": 13.0},
    }
    accuracy = figures["accuracy"]
    assert [round(bound, 5) for bound in accuracy.pop("interval")] == third
    assert accuracy == {"value": 1 / 3, "n": 3, "reason": ""}
    one_third = figures['pass_rate["label"]']
    assert summary == {
        **{"variant": "few", "cases": 4, "passed": 1, "failed": 2, "unjudged": 0, "not_delivered": 1},
        **{"invalid": False, "invalid_reason": "", "xfails": 1, "drafts": 1, "must_pass": 1},
        **{"answers": 4, "cost_micros": 200, "cost_unknown": 0},
        "outcomes": {"judged": 2, "blocked": 1, "quota": 1},
        "families": {"judged": 2, "no_answer": 1, "not_delivered": 1},
        "unexpected_passes": {"count": 1, "first": [{"case": "c4", "reason": "known"}]},
        "must_pass_failed": {"count": 1, "first": [{"case": "c1", "reason": "label: billing"}]},
        "must_pass_not_recorded": {"count": 0, "first": []},
        "tags": {
            "lang=ko": {
                "cases": 1,
                "figures": {name: {**_one_of_one(summary), "reason": ""} for name in ("pass_rate", "accuracy")},
            }
        },
        "assertions": {
            "label": {
                **{"measured": False, "cases": 3, "could_not_judge": 0},
                **{"pass_rate": one_third, "score": figures['score["label"]']},
            }
        },
        "labels": {
            label: {
                "support": support,
                **{name: figures[f'{name}["{label}"]'] for name in ("precision", "recall", "f1")},
            }
            for label, support in (("refund", 2.0), ("billing", 1.0))
        },
        "confusion": {
            "labels": ["refund", "billing"],
            "columns": ["refund", "billing", "no label", "no answer"],
            "rows": [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        },
        "left_out": {"tags": 0, "assertions": 0},
    }


def _one_of_one(summary: Any) -> Any:
    low = summary["tags"]["lang=ko"]["figures"]["accuracy"]["interval"][0]
    assert round(low, 4) == 0.2065
    return {"value": 1.0, "interval": [low, 1.0], "n": 1}


def test_samples_weigh_one_over_their_cases_delivered_samples() -> None:
    first = case(0, "refund", *(sample(label, "refund") for label in ("refund", "refund", "billing")))
    second = case(1, "billing", sample(None, "billing"), unanswered(Outcome.QUOTA, 1), unanswered(Outcome.CUT_OFF, 2))
    found = summarised(first, second)
    assert found.confusion is not None
    assert found.confusion.rows == ((2 / 3, 1 / 3, 0.0, 0.0), (0.0, 0.0, 0.5, 0.5))
    assert values(found, "pass_rate", "accuracy", "no_answer_rate", "cut_off_rate", "no_label_rate") == [
        0.5,
        1 / 3,
        0.25,
        0.25,
        0.25,
    ]
    assert found.figures["accuracy"].n == 2
    assert found.assertions["label"].pass_rate.value == 1 / 3


def test_a_voted_case_has_one_answer_and_a_tie_is_a_miss() -> None:
    bare = replace(sample("billing", "refund", 1), assertions=(), passed=None)
    won = case(0, "refund", bare, sample("refund", "refund"), passed=True, label="refund", answer="refund", vote=2 / 3)
    tie = case(1, "refund", bare, bare, passed=False, label=None, answer=None, vote=0.5)
    cut = replace(bare, outcome=Outcome.CUT_OFF, passed=False)
    lost = replace(case(2, "refund", cut, passed=False, vote=1.0), outcome=Outcome.CUT_OFF)
    found = summarised(won, tie, lost)
    assert found.confusion is not None
    assert found.confusion.rows == ((1.0, 0.0, 1.0, 1.0), (0.0,) * 4)
    assert values(found, "vote_share", 'pass_rate["label"]', "cut_off_rate") == [(2 / 3 + 0.5 + 1.0) / 3, 1 / 3, 1 / 3]


def test_any_of_several_expected_labels_is_a_hit_of_the_one_it_is() -> None:
    either = Expected("refund", any_of=("refund", "billing"))
    aliased = Expected("refund", any_of=("refund", "결제"))
    named = replace(case(0, "refund", sample("billing", "billing")), expected=either)
    by_alias = replace(case(1, "refund", sample("billing", "billing")), expected=aliased)
    found = summarised(named, by_alias)
    assert found.confusion is not None
    assert found.confusion.rows == ((0.0,) * 4, (0.0, 2.0, 0.0, 0.0))


def test_groups_name_their_children_and_what_could_not_judge_has_no_value() -> None:
    child, broken = assertion("contains", True, 0.5), assertion("rouge", None, measured=True)
    group = assertion("either", True, 0.75, children=(child, assertion("contains", False)))
    found = summarised(case(0, "refund", sample("refund", "refund", 0, group, broken)))
    assert list(found.assertions) == ["either", "either/contains", "label", "rouge"]
    assert found.assertions["either/contains"].score.value == 0.25
    rouge = found.assertions["rouge"]
    assert (rouge.measured, rouge.cases, rouge.could_not_judge, rouge.score.value) == (True, 0, 1, None)
    assert rouge.score.reason == '"rouge" could judge no answer (1 tried)'


def test_a_broken_judge_is_counted_where_the_case_is_not_delivered() -> None:
    broken = replace(
        sample("refund", "refund"), outcome=Outcome.JUDGE_BROKEN, passed=None, assertions=(assertion("judge", None),)
    )
    found = summarised(case(0, "refund", broken), case(1, "refund", sample("refund", "refund")))
    assert (found.not_delivered, found.assertions["judge"].could_not_judge, found.assertions["label"].cases) == (1, 1, 1)


def test_a_block_that_is_expected_passes() -> None:
    right = replace(unanswered(Outcome.BLOCKED), passed=True)
    found = summarised(case(0, "refund", right))
    assert values(found, "pass_rate", "blocked_rate", "accuracy") == [1.0, 1.0, None]
    assert found.assertions == {}


def test_nothing_judged_has_no_rate() -> None:
    silent = replace(sample("refund", "refund"), passed=None, assertions=())
    found = summarised(case(0, "refund", silent, passed=None), context=FigureContext(variants=("few",)))
    assert (found.unjudged, found.figures["pass_rate"].value, found.figures["pass_rate"].reason) == (
        1,
        None,
        "nothing was judged",
    )
    assert "accuracy" not in found.figures


def test_an_unknown_price_makes_the_cost_unknown() -> None:
    free = replace(sample("refund", "refund"), response=Response("refund"))
    found = summarised(case(0, "refund", sample("refund", "refund")), case(1, "refund", free))
    assert (found.cost_micros, found.cost_unknown, found.figures["cost"].value) == (50, 1, None)
    assert found.figures["cost_per_1000"].reason == "cost unknown for 1 of 2 answers, the others cost $0.000050"
    assert found.figures["prompt_tokens"].n == 1


def test_labels_without_a_case_say_so() -> None:
    figures = summarised(case(0, "refund", sample("refund", "refund"))).figures
    assert (figures['recall["billing"]'].value, figures['recall["billing"]'].reason) == (
        None,
        'no delivered case expects "billing"',
    )
    assert figures['precision["billing"]'].reason == 'no answer was "billing"'
    assert figures['f1["billing"]'].reason == 'no case expects "billing" and no answer was "billing"'
    assert (figures["macro_f1"].value, figures["macro_f1"].reason) == (0.5, 'no case expects "billing": 0 in this mean')
    assert (figures["mcc"].value, figures["kappa"].value) == (None, None)
    assert "chance alone" in figures["kappa"].reason


def test_an_empty_variant_has_no_value_and_is_not_invalid() -> None:
    found = summarised()
    assert {name for name, figure in found.figures.items() if figure.value is not None} == {"cases"}
    assert all(figure.reason for figure in found.figures.values() if figure.value is None)
    assert not found.invalid


def test_a_run_is_invalid_above_two_percent_and_one_case() -> None:
    def run(lost: int, of: int, outcome: Outcome = Outcome.QUOTA, **more: Any) -> str:
        delivered = (case(n, "refund", sample("refund", "refund")) for n in range(of - lost))
        return summarised(*delivered, *(case(n, "refund", unanswered(outcome)) for n in range(lost)), **more).invalid_reason

    assert [bool(run(*counts)) for counts in ((0, 5), (1, 5), (2, 5), (2, 100), (3, 100), (4, 200), (5, 200))] == [
        *(False, False, True, False, True, False, True)
    ]
    assert run(1, 1) == "1 of 1 cases not delivered (1 quota); at most 2 % or 1 case may be missing"
    assert run(3, 5, Outcome.NOT_RECORDED)
    assert not run(5, 5, Outcome.NOT_RECORDED, recordings_only=True)


def test_tags_that_gates_ask_about_keep_all_figures() -> None:
    stream = [case(n, "refund", sample("refund", "refund"), tags=("ko", "ko", "long")[: n + 1]) for n in range(3)]
    found = summarised(*stream, tags=("ko", "ja"))
    assert {tag: (summary.cases, "p95_latency" in summary.figures) for tag, summary in found.tags.items()} == {
        **{"ko": (3, True), "long": (1, False), "ja": (0, True)}
    }


def test_names_and_lists_are_bounded() -> None:
    tagged = case(0, "refund", sample("billing", "refund"), must_pass=True)
    found = summarised(*(replace(tagged, ordinal=-n, case_id=f"c{n}", tags=(f"user={n}",)) for n in range(MAX_NAMES + 5)))
    assert (len(found.tags), found.left_out) == (MAX_NAMES, {"tags": 5, "assertions": 0})
    failed = found.must_pass_failed
    assert (failed.count, len(failed.first), failed.first[0][0]) == (MAX_NAMES + 5, MAX_LISTED, f"c{MAX_NAMES + 4}")


@settings(max_examples=80, deadline=None)
@given(streams(), st.randoms())
def test_counts_add_up_for_any_stream_in_any_order(stream: list[CaseResult], order: random.Random) -> None:
    found = summarised(*stream, tags=("ko",))
    counted = [result for result in stream if not result.draft and not result.xfail]
    assert found.cases == len(counted) == found.passed + found.failed + found.unjudged + found.not_delivered
    assert sum(found.outcomes.values()) == sum(found.families.values()) == found.cases
    assert found.cases + found.xfails + found.drafts == len(stream) or any(result.xfail and result.draft for result in stream)
    assert found.confusion is not None
    assert abs(sum(map(sum, found.confusion.rows)) - (found.cases - found.not_delivered)) < 1e-9
    assert sum(label.support for label in found.labels.values()) == found.cases - found.not_delivered
    for figure in found.figures.values():
        assert (figure.value is None) <= bool(figure.reason)
        assert figure.interval is None or 0 <= figure.interval.low <= (figure.value or 0) + 1e-12
        assert figure.interval is None or (figure.value or 0) - 1e-12 <= figure.interval.high <= 1
    shuffled = list(stream)
    order.shuffle(shuffled)
    assert canonical_json(summarised(*shuffled, tags=("ko",)).to_json()) == canonical_json(found.to_json())


def test_the_table_of_figures_is_whole() -> None:
    usages = [kind.usage for kind in FIGURES]
    assert len(set(usages)) == len(usages)
    assert all(kind.description for kind in FIGURES)
    assert usages[:3] == ["pass_rate", 'pass_rate["assertion"]', 'score["assertion"]']
