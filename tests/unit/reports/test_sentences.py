"""The opening sentences, each wording whole in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gemini_eval.gates import GateResult, GateStatus
from gemini_eval.reports.sentences import model_lines, sentences
from gemini_eval.reports.view import RunView, SuiteView, VariantView
from gemini_eval.reports.wordings import WORDINGS
from gemini_eval.types import CaseResult, Outcome
from tests.unit.reports.examples import invalid, nothing_judged, unfinished
from tests.unit.reports.runs import LABELS, judged, labelled, run_of, suite_view, unanswered, verdict

RUN = "20260102t030405Z-wine-abc123"


def answered(right: int, wrong: int = 0, **more: object) -> list[CaseResult]:
    cases = [labelled(n, LABELS[0], LABELS[0], **more) for n in range(right)]
    return cases + [labelled(right + n, LABELS[0], LABELS[1], **more) for n in range(wrong)]


def wine(cases: list[CaseResult], *gates: str, **more: object) -> RunView:
    return run_of(cases, [suite_view(labels=LABELS)], gates, **more)


def several(gated: tuple[str, ...]) -> RunView:
    """Three variants: 1, 2 and 3 of 3 right."""
    names = ("a", "b", "c")
    cases = [labelled(n, LABELS[0], LABELS[n > m], variant=name) for m, name in enumerate(names) for n in range(3)]
    return run_of(cases, [suite_view(labels=LABELS, variants=names, gated=gated)], ["accuracy >= 0.3"])


def suites(count: int) -> RunView:
    cases = [labelled(n, LABELS[0], LABELS[n % 2 and s == 1], suite=f"s{s}") for s in range(count) for n in range(2)]
    return run_of(cases, [suite_view(f"s{s}", labels=LABELS) for s in range(count)], ["accuracy >= 0.9", "cases >= 1"])


def gated(*statuses: GateStatus, **more: object) -> RunView:
    gates = tuple(GateResult("wine", f"gate {n}", "few@flash", status, "") for n, status in enumerate(statuses))
    return replace(wine(answered(3, 1)), gates=gates, exit_status=0, **more)


def texts(right: int, wrong: int, *gates: str) -> RunView:
    checks = [judged(n, "x", "x", verdict("exact_match", n < right, "")) for n in range(right + wrong)]
    return run_of(checks, [suite_view()], gates)


HOLDS, FAILS, WARNING, OPEN, SKIPPED = (
    GateStatus.HOLDS,
    GateStatus.FAILS,
    GateStatus.WARNING,
    GateStatus.INCONCLUSIVE,
    GateStatus.NOT_EVALUATED,
)
LOST = [unanswered(90, Outcome.QUOTA, "429"), unanswered(91, Outcome.REQUEST_FAILED, "500")]

SAID: dict[str, tuple[RunView, str, str]] = {
    "holds": (
        wine(answered(91, 9), "accuracy >= 0.9"),
        "Right 91 of 100 (few@flash). Its gate holds: accuracy >= 0.9. Cost $0.005 for 100 answers.",
        "100건 중 91건을 맞혔습니다(few@flash). 합격 기준을 충족합니다: accuracy >= 0.9. 답변 100개의 비용은 $0.005입니다.",
    ),
    "all hold": (
        wine(answered(91, 9), "accuracy >= 0.9", "cases >= 1", "macro_f1 >= 0"),
        "Right 91 of 100 (few@flash). All 3 gates hold. Cost $0.005 for 100 answers.",
        "100건 중 91건을 맞혔습니다(few@flash). 합격 기준 3개를 모두 충족합니다. 답변 100개의 비용은 $0.005입니다.",
    ),
    "below": (
        wine(answered(19, 11), "accuracy >= 0.9", "cases >= 1"),
        "Right 19 of 30 (few@flash): below the gate accuracy >= 0.9. Cost $0.0015 for 30 answers.",
        "30건 중 19건을 맞혀 합격 기준 accuracy >= 0.9에 미치지 못했습니다(few@flash). 답변 30개의 비용은 $0.0015입니다.",
    ),
    "not all": (
        wine(answered(3, 1)),
        "Right 3 of 4 (few@flash), but every case must pass. Cost $0.0002 for 4 answers.",
        "4건 중 3건을 맞혔지만 모든 케이스가 통과해야 합니다(few@flash). 답변 4개의 비용은 $0.0002입니다.",
    ),
    "passes": (
        texts(4, 0),
        "4 of 4 cases pass (few@flash). Cost $0.0002 for 4 answers.",
        "4건 중 4건이 통과했습니다(few@flash). 답변 4개의 비용은 $0.0002입니다.",
    ),
    "passes below": (
        texts(3, 1, "pass_rate >= 0.9"),
        "3 of 4 cases pass (few@flash): below the gate pass_rate >= 0.9. Cost $0.0002 for 4 answers.",
        "4건 중 3건이 통과해 합격 기준 pass_rate >= 0.9에 미치지 못했습니다(few@flash). 답변 4개의 비용은 $0.0002입니다.",
    ),
    "passes not all": (
        texts(3, 1),
        "3 of 4 cases pass (few@flash), but every case must. Cost $0.0002 for 4 answers.",
        "4건 중 3건이 통과했지만 모든 케이스가 통과해야 합니다(few@flash). 답변 4개의 비용은 $0.0002입니다.",
    ),
    "no answer": (
        wine([*answered(2), unanswered(8, Outcome.BLOCKED, ""), unanswered(9, Outcome.CUT_OFF, "")], "accuracy >= 0.1"),
        "Right 2 of 4 (few@flash). 2 cases came without an answer (1 blocked, 1 cut off). Its gate holds: accuracy >= 0.1. "
        "Cost $0.0002 for 4 answers.",
        "4건 중 2건을 맞혔습니다(few@flash). 2건은 답변 내용이 없습니다(차단 1, 잘림 1). 합격 기준을 충족합니다: "
        "accuracy >= 0.1. 답변 4개의 비용은 $0.0002입니다.",
    ),
    "one without an answer": (
        wine([*answered(2), unanswered(8, Outcome.EMPTY, "")], "accuracy >= 0.1"),
        "Right 2 of 3 (few@flash). 1 case came without an answer (empty). Its gate holds: accuracy >= 0.1. "
        "Cost $0.00015 for 3 answers.",
        "3건 중 2건을 맞혔습니다(few@flash). 1건은 답변 내용이 없습니다(빈 답변). 합격 기준을 충족합니다: accuracy >= 0.1. "
        "답변 3개의 비용은 $0.00015입니다.",
    ),
    "one lost": (
        wine([*answered(60), LOST[0]], "accuracy >= 0.1"),
        "Right 60 of 60 (few@flash). 1 more was not delivered (quota) and counts nowhere. Its gate holds: accuracy >= 0.1. "
        "Cost $0.003 for 60 answers.",
        "60건 중 60건을 맞혔습니다(few@flash). 1건은 답변을 받지 못해(할당량 초과) 집계에서 뺐습니다. 합격 기준을 충족합니다: "
        "accuracy >= 0.1. 답변 60개의 비용은 $0.003입니다.",
    ),
    "two lost": (
        wine([*answered(100), *LOST], "accuracy >= 0.1"),
        "Right 100 of 100 (few@flash). 2 more were not delivered (1 request failed, 1 quota) and count nowhere. "
        "Its gate holds: accuracy >= 0.1. Cost $0.005 for 100 answers.",
        "100건 중 100건을 맞혔습니다(few@flash). 2건은 답변을 받지 못해(요청 실패 1, 할당량 초과 1) 집계에서 뺐습니다. "
        "합격 기준을 충족합니다: accuracy >= 0.1. 답변 100개의 비용은 $0.005입니다.",
    ),
    "invalid": (
        invalid(),
        "This run decides nothing: 4 of 14 cases were not delivered (quota; few@flash). Cost $0.0005 for 10 answers. "
        f"Resume it with `gemini-eval run wine.yaml --resume {RUN}`.",
        "이 실행으로는 아무것도 판단할 수 없습니다. 14건 중 4건의 답변을 받지 못했습니다(할당량 초과, few@flash). "
        f"답변 10개의 비용은 $0.0005입니다. 이어서 실행하려면: `gemini-eval run wine.yaml --resume {RUN}`",
    ),
    "not recorded": (
        wine([unanswered(n, Outcome.NOT_RECORDED, "") for n in range(4)]),
        "This run decides nothing: 4 of 4 cases were not delivered (not recorded; few@flash). "
        "Record what is missing with `gemini-eval record wine.yaml`.",
        "이 실행으로는 아무것도 판단할 수 없습니다. 4건 중 4건의 답변을 받지 못했습니다(기록 없음, few@flash). "
        "빠진 답변을 기록하려면: `gemini-eval record wine.yaml`",
    ),
    "nothing judged": (
        nothing_judged(),
        "Nothing judged: the suite has no assertions. Cost $0.00015 for 3 answers.",
        "스위트에 검증 항목(assertion)이 없어 아무것도 판정하지 않았습니다. 답변 3개의 비용은 $0.00015입니다.",
    ),
    "no case": (wine([]), "No case was run.", "실행한 케이스가 없습니다."),
    "unfinished": (
        unfinished(),
        f"This run did not finish, so there is nothing to sum up yet. Resume it with `gemini-eval run wine.yaml --resume {RUN}`.",
        f"실행이 끝나지 않아 아직 요약할 결과가 없습니다. 이어서 실행하려면: `gemini-eval run wine.yaml --resume {RUN}`",
    ),
    "partial": (
        wine(answered(3, 1), "accuracy >= 0.9", partial=True),
        "A partial run: only the selected cases were asked. Right 3 of 4 (few@flash). "
        "Its gate would fail, which is a warning in a partial run: accuracy >= 0.9. Cost $0.0002 for 4 answers.",
        "선택한 케이스만 실행한 부분 결과입니다. 4건 중 3건을 맞혔습니다(few@flash). "
        "합격 기준에 미치지 못하지만 부분 결과이므로 경고로만 표시합니다: accuracy >= 0.9. 답변 4개의 비용은 $0.0002입니다.",
    ),
    "interrupted": (
        wine(answered(1), "accuracy >= 0.9", partial=True, status="interrupted"),
        "This run was interrupted, so it is partial. Right 1 of 1 (few@flash). Its gate holds: accuracy >= 0.9. "
        f"Cost $0.00005 for 1 answer. Resume it with `gemini-eval run wine.yaml --resume {RUN}`.",
        "실행이 중단되어 일부 결과만 있습니다. 1건 중 1건을 맞혔습니다(few@flash). 합격 기준을 충족합니다: accuracy >= 0.9. "
        f"답변 1개의 비용은 $0.00005입니다. 이어서 실행하려면: `gemini-eval run wine.yaml --resume {RUN}`",
    ),
    "stopped": (
        wine(answered(1, cost=None), "accuracy >= 0.9", partial=True, status="stopped"),
        "This run stopped before its end, so it is partial. Right 1 of 1 (few@flash). Its gate holds: accuracy >= 0.9. "
        f"Cost unknown for 1 answer. Resume it with `gemini-eval run wine.yaml --resume {RUN}`.",
        "실행이 도중에 멈춰 일부 결과만 있습니다. 1건 중 1건을 맞혔습니다(few@flash). 합격 기준을 충족합니다: accuracy >= 0.9. "
        f"답변 1개의 비용은 알 수 없습니다. 이어서 실행하려면: `gemini-eval run wine.yaml --resume {RUN}`",
    ),
    "cost unknown": (
        wine(answered(2, cost=None)),
        "Right 2 of 2 (few@flash). Cost unknown for 2 answers.",
        "2건 중 2건을 맞혔습니다(few@flash). 답변 2개의 비용은 알 수 없습니다.",
    ),
    "free": (
        wine(answered(1200, cost=0)),
        "Right 1,200 of 1,200 (few@flash). Cost $0.00 for 1,200 answers.",
        "1,200건 중 1,200건을 맞혔습니다(few@flash). 답변 1,200개의 비용은 $0.00입니다.",
    ),
    "cost partly known": (
        wine([*answered(2), *answered(1, cost=None)]),
        "Right 3 of 3 (few@flash). Cost unknown for 1 of 3 answers; the others cost $0.0001.",
        "3건 중 3건을 맞혔습니다(few@flash). 답변 3개 중 1개의 비용은 알 수 없고, 나머지는 $0.0001입니다.",
    ),
    "best of all": (
        several(("a", "b", "c")),
        "Right 3 of 3 (c, the best of 3 variants). Its gate holds: accuracy >= 0.3. Cost $0.00045 for 9 answers.",
        "3건 중 3건을 맞혔습니다(c, 변형 3개 중 최고). 합격 기준을 충족합니다: accuracy >= 0.3. "
        "답변 9개의 비용은 $0.00045입니다.",
    ),
    "best gated": (
        several(("a", "b")),
        "Right 2 of 3 (b, the best of 2 gated variants). Its gate holds: accuracy >= 0.3. Cost $0.00045 for 9 answers.",
        "3건 중 2건을 맞혔습니다(b, 합격 기준 적용 변형 2개 중 최고). 합격 기준을 충족합니다: accuracy >= 0.3. "
        "답변 9개의 비용은 $0.00045입니다.",
    ),
    "only gated": (
        several(("a",)),
        "Right 1 of 3 (a, the gated one of 3 variants). Its gate holds: accuracy >= 0.3. Cost $0.00045 for 9 answers.",
        "3건 중 1건을 맞혔습니다(a, 변형 3개 중 합격 기준 적용 대상). 합격 기준을 충족합니다: accuracy >= 0.3. "
        "답변 9개의 비용은 $0.00045입니다.",
    ),
    "two suites": (
        suites(2),
        "s1: Right 1 of 2 (few@flash): below the gate accuracy >= 0.9. s0: Right 2 of 2 (few@flash). Cost $0.0002 for 4 answers.",
        "s1: 2건 중 1건을 맞혀 합격 기준 accuracy >= 0.9에 미치지 못했습니다(few@flash). "
        "s0: 2건 중 2건을 맞혔습니다(few@flash). 답변 4개의 비용은 $0.0002입니다.",
    ),
    "four suites": (
        suites(4),
        "s1: Right 1 of 2 (few@flash): below the gate accuracy >= 0.9. s0: Right 2 of 2 (few@flash). "
        "s2: Right 2 of 2 (few@flash). And 1 more suite. Cost $0.0004 for 8 answers.",
        "s1: 2건 중 1건을 맞혀 합격 기준 accuracy >= 0.9에 미치지 못했습니다(few@flash). "
        "s0: 2건 중 2건을 맞혔습니다(few@flash). s2: 2건 중 2건을 맞혔습니다(few@flash). 그 밖에 스위트 1개가 더 있습니다. "
        "답변 8개의 비용은 $0.0004입니다.",
    ),
}

GATES: dict[str, tuple[RunView, str, str]] = {
    "one fails": (gated(FAILS), "Its gate fails: gate 0.", "합격 기준을 충족하지 못했습니다: gate 0."),
    "two fail": (
        gated(FAILS, HOLDS, FAILS),
        "2 of 3 gates fail: gate 0; gate 2.",
        "합격 기준 3개 중 2개를 충족하지 못했습니다: gate 0; gate 2.",
    ),
    "one of two fails": (
        gated(HOLDS, FAILS),
        "1 of 2 gates fails: gate 1.",
        "합격 기준 2개 중 1개를 충족하지 못했습니다: gate 1.",
    ),
    "many fail": (
        gated(*[FAILS] * 5),
        "5 of 5 gates fail: gate 0; gate 1; gate 2; +2.",
        "합격 기준 5개 중 5개를 충족하지 못했습니다: gate 0; gate 1; gate 2; +2.",
    ),
    "a warning": (
        gated(WARNING, HOLDS),
        "1 of 2 gates ends in a warning: gate 0.",
        "합격 기준 2개 중 1개는 경고입니다: gate 0.",
    ),
    "warnings": (
        gated(WARNING, WARNING, HOLDS),
        "2 of 3 gates end in a warning: gate 0; gate 1.",
        "합격 기준 3개 중 2개는 경고입니다: gate 0; gate 1.",
    ),
    "its warning": (gated(WARNING), "Its gate ends in a warning: gate 0.", "합격 기준의 결과는 경고입니다: gate 0."),
    "undecided": (gated(OPEN), "Its gate could not be decided: gate 0.", "합격 기준을 판단할 수 없습니다: gate 0."),
    "some undecided": (
        gated(OPEN, HOLDS, OPEN),
        "2 of 3 gates could not be decided: gate 0; gate 2.",
        "합격 기준 3개 중 2개는 판단할 수 없습니다: gate 0; gate 2.",
    ),
    "not evaluated": (gated(SKIPPED), "Its gate was not evaluated: gate 0.", "합격 기준을 평가하지 않았습니다: gate 0."),
    "one not evaluated": (
        gated(SKIPPED, HOLDS),
        "1 of 2 gates was not evaluated: gate 0.",
        "합격 기준 2개 중 1개는 평가하지 않았습니다: gate 0.",
    ),
    "some not evaluated": (
        gated(SKIPPED, HOLDS, SKIPPED),
        "2 of 3 gates were not evaluated: gate 0; gate 2.",
        "합격 기준 3개 중 2개는 평가하지 않았습니다: gate 0; gate 2.",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_sentences(name: str) -> None:
    view, english, korean = SAID[name]
    assert " ".join(sentences(view)) == english
    assert " ".join(sentences(view, "ko")) == korean


@pytest.mark.parametrize("name", GATES)
def test_gates(name: str) -> None:
    view, english, korean = GATES[name]
    assert sentences(view)[1:-1] == (english,)
    assert sentences(view, "ko")[1:-1] == (korean,)


@pytest.mark.parametrize(
    ("passes", "english", "korean"),
    [
        (1, "1 case that was expected to fail passes.", "실패할 것으로 표시한 1건이 통과했습니다."),
        (2, "2 cases that were expected to fail pass.", "실패할 것으로 표시한 2건이 통과했습니다."),
    ],
)
def test_unexpected_passes_that_fail_a_strict_run(passes: int, english: str, korean: str) -> None:
    cases = answered(2) + [labelled(9 + n, LABELS[0], LABELS[0], xfail="known") for n in range(passes)]
    view = wine(cases, "accuracy >= 0.9")
    assert english not in sentences(view)
    assert english in sentences(replace(view, exit_status=1))
    assert korean in sentences(replace(view, exit_status=1), "ko")


def test_more_suites() -> None:
    assert "And 2 more suites." in sentences(suites(5))
    assert "그 밖에 스위트 2개가 더 있습니다." in sentences(suites(5), "ko")


def test_nothing_delivered_where_that_is_no_invalid_run() -> None:
    view = wine([unanswered(0, Outcome.NOT_RECORDED, "")])
    variants = view.summary.suites["wine"].variants
    valid = {name: replace(variant, invalid=False) for name, variant in variants.items()}
    suite = replace(view.summary.suites["wine"], variants=valid)
    view = replace(view, summary=replace(view.summary, suites={"wine": suite}), gates=(), status="done")
    assert sentences(view) == ("No case was delivered (not recorded).",)
    assert sentences(view, "ko") == ("답변을 받은 케이스가 없습니다(기록 없음).",)


def test_every_wording_has_both_languages_with_the_same_values() -> None:
    for key, wording in WORDINGS.items():
        assert set(wording) == {"en", "ko"}, key
        assert all(wording.values()), key


def test_model_lines() -> None:
    assert model_lines(wine([])) == ("Model: gemini-2.5-flash · my-project / us-central1 · models of wine.yaml",)
    assert model_lines(wine([]), "ko") == ("모델: gemini-2.5-flash · my-project / us-central1 · models of wine.yaml",)
    own = VariantView("b", model="local:gemma-3-270m", why="--model")
    view = wine([])
    view = replace(view, suites=(*view.suites, SuiteView("other", variants=(own, own))))
    assert model_lines(view) == (
        "Models: gemini-2.5-flash · my-project / us-central1 · models of wine.yaml",
        "  local:gemma-3-270m · --model",
    )
