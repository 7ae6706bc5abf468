"""What a comparison says where the kept examples do not: mixtures, single things, figures of which less is better."""

from __future__ import annotations

from dataclasses import replace
from string import Formatter

import pytest

from gemini_eval.comparison.model import BarMove, Crowd, Moved, Spent, State, Together, VariantComparison
from gemini_eval.gates import GateStatus
from gemini_eval.reports.comparison_facts import fell_because_of_new_cases
from gemini_eval.reports.comparison_wordings import COMPARED
from gemini_eval.reports.sentences import sentences
from gemini_eval.reports.signs import UNICODE
from gemini_eval.reports.terminal_opening import verdict_sign
from gemini_eval.reports.view import RunView
from tests.unit.reports.compared import compared, flip, gate, held, improved, inconclusive, no_regression, side, view_of

WORSE = held(80, 12, 2, 6)
SAME = held(90, 2, 2, 6)
UNDECIDED = VariantComparison("beer", "few@flash", State.NOT_DECIDED, why="the base's model is gone.")
DEAR, CHEAP = side("few@flash", 150_000), side("few@flash", 90_000)


def said(view: RunView, lang: str = "en") -> str:
    return " ".join(sentences(view, "ko" if lang == "ko" else "en"))


SAID: dict[str, tuple[RunView, str, str]] = {
    "a mixture": (
        view_of(compared(WORSE, suite="a"), UNDECIDED, compared(WORSE, suite="c", model_changed=True), compared(SAME, suite="d")),
        "4 suites compared: 1 regressed (a), 1 not decided (beer), 1 where the model changed (c), 1 without a regression. "
        "a: Right 82 of 100, before 92 (down 10 points, p = .004). Cost +$0.12 per 1,000 answers.",
        "스위트 4개를 비교했습니다: 성능 저하 1개(a), 미판단 1개(beer), 모델 변경 1개(c), 저하 없음 1개. "
        "a: 100건 중 82건을 맞혔습니다(이전 92건, 10%p 하락, p = .004). 답변 1,000개당 비용은 $0.12 늘었습니다.",
    ),
    "less is better, undecided": (
        view_of(compared(held(54, 3, 2, 1, figure="no_label_rate", lower_is_better=True, before=0.05, after=0.067), after=None)),
        "no_label_rate 6.7 %, before 5.0 %. We cannot call it worse, nor rule out a rise of 5 points; "
        "one of 11 points or more would have been seen 8 times in 10. About 224 more cases would settle it.",
        "no_label_rate 값은 6.7 %입니다(이전 5.0 %). 나빠졌다고 할 수 없지만, 5%p 상승했을 가능성도 남아 있습니다. "
        "11%p 이상 상승했다면 10번 중 8번은 드러났을 것입니다. 케이스가 약 224건 더 있으면 판가름할 수 있습니다.",
    ),
    "cases that must pass, beside a gate": (
        view_of(
            compared(SAME, newly_failing=(flip(1, must_pass=True), flip(2, must_pass=True)), before=DEAR, after=CHEAP),
            gates=[
                gate(GateStatus.FAILS, "", "cases >= 200"),
                gate(GateStatus.FAILS, "", "must_pass: case-01"),
                gate(GateStatus.FAILS, ""),
            ],
        ),
        "Right 92 of 100, before 92. No regression: it is less than 4.2 points worse, with 95 % confidence (margin 5 points). "
        "2 cases that must pass newly fail: case-01, case-02. Its gate fails: cases >= 200.",
        "100건 중 92건을 맞혔습니다(이전 92건). 나빠지지 않았습니다. 95 % 신뢰 수준에서 악화 폭은 4.2%p 미만이며, "
        "허용 폭(5%p) 이내입니다. 반드시 통과해야 하는 2건이 새로 실패했습니다: case-01, case-02. "
        "합격 기준을 충족하지 못했습니다: cases >= 200.",
    ),
    "so few cases that nothing can be seen": (
        view_of(compared(held(3, 0, 0, 0), after=None)),
        "Right 3 of 3, before 3. We cannot call it worse, nor rule out a drop of 5 points: "
        "the cases are too few to see any drop 8 times in 10. About 1,234 more cases would settle it.",
        "3건 중 3건을 맞혔습니다(이전 3건). 나빠졌다고 할 수 없지만, 5%p 하락했을 가능성도 남아 있습니다. "
        "케이스가 너무 적어 얼마나 하락하든 10번 중 8번은 드러난다고 할 수 없습니다. "
        "케이스가 약 1,234건 더 있으면 판가름할 수 있습니다.",
    ),
    "a bar that may not move": (
        view_of(
            VariantComparison("wine", "few@flash", State.UNCHANGED),
            gates=[gate(GateStatus.FAILS, "", "bar_moved: gate loosened")],
            bar_moved=(Moved(BarMove.GATE_LOOSENED, "wine"),),
        ),
        "Nothing changed in what the suite asks and judges, so nothing was asked. "
        "The bar moved, which the base's policy does not allow: 1 gate loosened.",
        "스위트의 요청과 판정 기준이 모두 그대로이므로 아무것도 요청하지 않았습니다. "
        "비교 기준의 정책이 허용하지 않는데도 합격선이 바뀌었습니다: 합격 기준 완화 1개.",
    ),
    "new cases that the sides answer differently, cheaper": (
        view_of(
            compared(SAME, crowds=(Crowd("shared", 100, 0.92, 0.92), Crowd("added", 9, 0.9, 1.0)), before=DEAR, after=CHEAP),
            together=Together(1, 0, 0.05, 0),
        ),
        "Right 92 of 100, before 92. No regression: it is less than 4.2 points worse, with 95 % confidence (margin 5 points). "
        "The 100 shared cases: +0.0 points; the 9 new ones: 90.0 % before, 100.0 % after. Cost -$0.20 per 1,000 answers.",
        "100건 중 92건을 맞혔습니다(이전 92건). 나빠지지 않았습니다. 95 % 신뢰 수준에서 악화 폭은 4.2%p 미만이며, "
        "허용 폭(5%p) 이내입니다. 기존 100건은 +0.0%p, 새로 추가한 9건은 이전 90.0 %, 이후 100.0 %입니다. "
        "답변 1,000개당 비용은 $0.20 줄었습니다.",
    ),
    "one request that is not recorded, beside what could be compared": (
        view_of(compared(SAME, after=None), UNDECIDED, not_recorded=1),
        "Not decided: 1 new request needs a maintainer's run. Right 92 of 100, before 92. "
        "No regression: it is less than 4.2 points worse, with 95 % confidence (margin 5 points).",
        "아직 판단하지 못했습니다. 새 요청 1건은 관리자가 실행해야 합니다. 100건 중 92건을 맞혔습니다(이전 92건). "
        "나빠지지 않았습니다. 95 % 신뢰 수준에서 악화 폭은 4.2%p 미만이며, 허용 폭(5%p) 이내입니다.",
    ),
    "one suite, unchanged": (
        view_of(VariantComparison("wine", "few@flash", State.UNCHANGED)),
        "Nothing changed in what the suite asks and judges, so nothing was asked.",
        "스위트의 요청과 판정 기준이 모두 그대로이므로 아무것도 요청하지 않았습니다.",
    ),
    "nothing affected": (
        view_of(),
        "No suite is affected, so nothing was asked.",
        "영향을 받는 스위트가 없어 아무것도 요청하지 않았습니다.",
    ),
    "a new variant": (
        view_of(VariantComparison("wine", "new@flash", State.NEW), VariantComparison("specs", "few@flash", State.UNCHANGED)),
        "New, with nothing to compare to: wine · new@flash. Right 3 of 3 (new@flash). Cost $0.00015 for 3 answers.",
        "새로 추가되어 비교할 대상이 없습니다: wine · new@flash. 3건 중 3건을 맞혔습니다(new@flash). "
        "답변 3개의 비용은 $0.00015입니다.",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_sentences(name: str) -> None:
    view, english, korean = SAID[name]
    assert said(view) == english
    assert said(view, "ko") == korean


def test_ungated_variants_speak_only_where_none_is_gated() -> None:
    both = view_of(compared(WORSE, gated=False, variant="b"), compared(SAME))
    assert said(both).startswith("Right 92 of 100, before 92. No regression")
    assert said(view_of(compared(WORSE, gated=False))).startswith("Right 82 of 100, before 92. It got worse")


def test_an_invalid_run_says_nothing_of_the_comparison() -> None:
    view = view_of(compared(WORSE))
    suite = view.summary.suites["wine"]
    variants = {name: replace(variant, invalid=True) for name, variant in suite.variants.items()}
    suites = {"wine": replace(suite, variants=variants)}
    broken = replace(view, summary=replace(view.summary, suites=suites), status="invalid")
    assert said(broken).startswith("This run decides nothing: ")
    assert "worse" not in said(broken)


def test_money_is_silent_where_it_is_unknown_or_none() -> None:
    for before, after in ((Spent(10, 0, 0, 10), Spent(10, 0, 5)), (Spent(10), Spent(10)), (Spent(), Spent())):
        sides = {"before": replace(DEAR, spent=before), "after": replace(DEAR, spent=after)}
        assert "Cost" not in said(view_of(compared(SAME, **sides)))


@pytest.mark.parametrize(
    ("crowds", "fell"),
    [
        ((("shared", 300, 0.913, 0.911), ("added", 200, 0.71, 0.71)), True),
        ((("shared", 300, 0.913, 0.7), ("added", 10, 0.6, 0.6)), False),
        ((("shared", 300, 0.9, 0.9), ("added", 10, 0.95, 0.95)), False),
        ((("added", 10, 0.95, 0.95),), False),
        ((), False),
    ],
)
def test_why_the_headline_fell(crowds: tuple[tuple[str, int, float, float], ...], fell: bool) -> None:
    assert fell_because_of_new_cases([Crowd(*crowd) for crowd in crowds]) is fell  # type: ignore[arg-type]


def test_the_sign_is_good_only_where_nothing_needs_a_look() -> None:
    signs = [verdict_sign(view, UNICODE).text for view in (improved(), no_regression(), view_of(), inconclusive())]
    assert signs == ["✓ ", "✓ ", "✓ ", "! "]
    assert verdict_sign(view_of(compared(WORSE)), UNICODE).text == "! "


def test_both_languages_take_the_same_values() -> None:
    for key, wording in COMPARED.items():
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in wording.values()]
        assert names[0] == names[1] or (key.endswith(".one") and names[0] < names[1]), key
