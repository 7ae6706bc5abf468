"""Every wording of the opening sentences, English beside Korean."""

from __future__ import annotations

from gemini_eval.reports.comparison_wordings import COMPARED
from gemini_eval.reports.options import Lang
from gemini_eval.reports.tuning_wordings import TUNED

WORDINGS: dict[str, dict[Lang, str]] = {
    # what the run is
    "unfinished": {
        "en": "This run did not finish, so there is nothing to sum up yet.",
        "ko": "실행이 끝나지 않아 아직 요약할 결과가 없습니다.",
    },
    "no_cases": {"en": "No case was run.", "ko": "실행한 케이스가 없습니다."},
    "interrupted": {
        "en": "This run was interrupted, so it is partial.",
        "ko": "실행이 중단되어 일부 결과만 있습니다.",
    },
    "stopped": {
        "en": "This run stopped before its end, so it is partial.",
        "ko": "실행이 도중에 멈춰 일부 결과만 있습니다.",
    },
    "cut": {
        "en": "This run was cut short, so it is partial: {why}.",
        "ko": "실행이 도중에 끝나 일부 결과만 있습니다: {why}.",
    },
    "partial": {
        "en": "A partial run: only the selected cases were asked.",
        "ko": "선택한 케이스만 실행한 부분 결과입니다.",
    },
    "invalid": {
        "en": "This run decides nothing: {lost} of {total} cases were not delivered ({kinds}; {variant}).",
        "ko": "이 실행으로는 아무것도 판단할 수 없습니다. {total}건 중 {lost}건의 답변을 받지 못했습니다({kinds}, {variant}).",
    },
    "invalid_pairs": {
        "en": "This run decides nothing: {lost} of {total} pairs of {name} were not delivered ({variant}).",
        "ko": "이 실행으로는 아무것도 판단할 수 없습니다. {name} 비교 {total}쌍 중 {lost}쌍의 판정을 받지 못했습니다({variant}).",
    },
    "nothing_judged": {
        "en": "Nothing judged: the suite has no assertions.",
        "ko": "스위트에 검증 항목(assertion)이 없어 아무것도 판정하지 않았습니다.",
    },
    "compared_by_judges": {
        "en": "{name}: judges prefer {variant} to {over} in {rate} of {n} cases, ties counting half.",
        "ko": "{name}: 심판은 {n}건 중 {rate}에서 {over}보다 {variant} 쪽을 낫게 보았습니다(무승부는 절반).",
    },
    "compared_by_judges.one": {
        "en": "{name}: judges prefer {variant} to {over} in {rate} of 1 case, ties counting half.",
        "ko": "{name}: 심판은 1건 중 {rate}에서 {over}보다 {variant} 쪽을 낫게 보았습니다(무승부는 절반).",
    },
    "nothing_delivered": {
        "en": "No case was delivered ({kinds}).",
        "ko": "답변을 받은 케이스가 없습니다({kinds}).",
    },
    # how many are right
    "right": {"en": "Right {right} of {total} ({variant}).", "ko": "{total}건 중 {right}건을 맞혔습니다({variant})."},
    "pass": {"en": "{right} of {total} cases pass ({variant}).", "ko": "{total}건 중 {right}건이 통과했습니다({variant})."},
    "right_below": {
        "en": "Right {right} of {total} ({variant}): below the gate {gate}.",
        "ko": "{total}건 중 {right}건을 맞혀 합격 기준 {gate}에 미치지 못했습니다({variant}).",
    },
    "pass_below": {
        "en": "{right} of {total} cases pass ({variant}): below the gate {gate}.",
        "ko": "{total}건 중 {right}건이 통과해 합격 기준 {gate}에 미치지 못했습니다({variant}).",
    },
    "right_not_all": {
        "en": "Right {right} of {total} ({variant}), but every case must pass.",
        "ko": "{total}건 중 {right}건을 맞혔지만 모든 케이스가 통과해야 합니다({variant}).",
    },
    "pass_not_all": {
        "en": "{right} of {total} cases pass ({variant}), but every case must.",
        "ko": "{total}건 중 {right}건이 통과했지만 모든 케이스가 통과해야 합니다({variant}).",
    },
    "best": {"en": "{variant}, the best of {n} variants", "ko": "{variant}, 변형 {n}개 중 최고"},
    "best_gated": {"en": "{variant}, the best of {n} gated variants", "ko": "{variant}, 합격 기준 적용 변형 {n}개 중 최고"},
    "only_gated": {"en": "{variant}, the gated one of {n} variants", "ko": "{variant}, 변형 {n}개 중 합격 기준 적용 대상"},
    "more_suites": {"en": "And {n} more suites.", "ko": "그 밖에 스위트 {n}개가 더 있습니다."},
    "more_suites.one": {"en": "And 1 more suite.", "ko": "그 밖에 스위트 1개가 더 있습니다."},
    # gates
    "holds": {"en": "All {n} gates hold.", "ko": "합격 기준 {n}개를 모두 충족합니다."},
    "holds.one": {"en": "Its gate holds: {names}.", "ko": "합격 기준을 충족합니다: {names}."},
    "fails": {"en": "{k} of {n} gates fail: {names}.", "ko": "합격 기준 {n}개 중 {k}개를 충족하지 못했습니다: {names}."},
    "fails_of_several": {
        "en": "1 of {n} gates fails: {names}.",
        "ko": "합격 기준 {n}개 중 1개를 충족하지 못했습니다: {names}.",
    },
    "fails.one": {"en": "Its gate fails: {names}.", "ko": "합격 기준을 충족하지 못했습니다: {names}."},
    "warning": {
        "en": "{k} of {n} gates would fail, which is a warning in a partial run: {names}.",
        "ko": "합격 기준 {n}개 중 {k}개에 미치지 못하지만 부분 결과이므로 경고로만 표시합니다: {names}.",
    },
    "warning.one": {
        "en": "Its gate would fail, which is a warning in a partial run: {names}.",
        "ko": "합격 기준에 미치지 못하지만 부분 결과이므로 경고로만 표시합니다: {names}.",
    },
    "warned": {
        "en": "{k} of {n} gates end in a warning: {names}.",
        "ko": "합격 기준 {n}개 중 {k}개는 경고입니다: {names}.",
    },
    "warned_of_several": {
        "en": "1 of {n} gates ends in a warning: {names}.",
        "ko": "합격 기준 {n}개 중 1개는 경고입니다: {names}.",
    },
    "warned.one": {"en": "Its gate ends in a warning: {names}.", "ko": "합격 기준의 결과는 경고입니다: {names}."},
    "inconclusive": {
        "en": "{k} of {n} gates could not be decided: {names}.",
        "ko": "합격 기준 {n}개 중 {k}개는 판단할 수 없습니다: {names}.",
    },
    "inconclusive.one": {"en": "Its gate could not be decided: {names}.", "ko": "합격 기준을 판단할 수 없습니다: {names}."},
    "not_evaluated": {
        "en": "{k} of {n} gates were not evaluated: {names}.",
        "ko": "합격 기준 {n}개 중 {k}개는 평가하지 않았습니다: {names}.",
    },
    "not_evaluated_of_several": {
        "en": "1 of {n} gates was not evaluated: {names}.",
        "ko": "합격 기준 {n}개 중 1개는 평가하지 않았습니다: {names}.",
    },
    "not_evaluated.one": {"en": "Its gate was not evaluated: {names}.", "ko": "합격 기준을 평가하지 않았습니다: {names}."},
    "unexpected": {
        "en": "{n} cases that were expected to fail pass.",
        "ko": "실패할 것으로 표시한 {n}건이 통과했습니다.",
    },
    "unexpected.one": {
        "en": "1 case that was expected to fail passes.",
        "ko": "실패할 것으로 표시한 1건이 통과했습니다.",
    },
    # what is missing
    "no_answer": {"en": "{n} cases came without an answer ({kinds}).", "ko": "{n}건은 답변 내용이 없습니다({kinds})."},
    "no_answer.one": {"en": "1 case came without an answer ({kinds}).", "ko": "1건은 답변 내용이 없습니다({kinds})."},
    "lost": {
        "en": "{n} more were not delivered ({kinds}) and count nowhere.",
        "ko": "{n}건은 답변을 받지 못해({kinds}) 집계에서 뺐습니다.",
    },
    "lost.one": {
        "en": "1 more was not delivered ({kinds}) and counts nowhere.",
        "ko": "1건은 답변을 받지 못해({kinds}) 집계에서 뺐습니다.",
    },
    # money
    "cost": {"en": "Cost {money} for {n:,} answers.", "ko": "답변 {n:,}개의 비용은 {money}입니다."},
    "cost.one": {"en": "Cost {money} for 1 answer.", "ko": "답변 1개의 비용은 {money}입니다."},
    "cost_judged": {
        "en": "Cost {money} for {n:,} answers, and {judges} for judges.",
        "ko": "답변 {n:,}개의 비용은 {money}, 심판 비용은 {judges}입니다.",
    },
    "cost_judged.one": {
        "en": "Cost {money} for 1 answer, and {judges} for judges.",
        "ko": "답변 1개의 비용은 {money}, 심판 비용은 {judges}입니다.",
    },
    "judges": {"en": "Judges cost {judges}.", "ko": "심판 비용은 {judges}입니다."},
    "judges_unknown": {"en": "What judges cost is unknown.", "ko": "심판 비용은 알 수 없습니다."},
    "cost_unknown": {"en": "Cost unknown for {n:,} answers.", "ko": "답변 {n:,}개의 비용은 알 수 없습니다."},
    "cost_unknown.one": {"en": "Cost unknown for 1 answer.", "ko": "답변 1개의 비용은 알 수 없습니다."},
    "cost_part": {
        "en": "Cost unknown for {unknown:,} of {n:,} answers; the others cost {money}.",
        "ko": "답변 {n:,}개 중 {unknown:,}개의 비용은 알 수 없고, 나머지는 {money}입니다.",
    },
    "from_cache": {
        "en": "Cost {money} for {n:,} answers, {cached:,} of them from the cache: {paid} now.",
        "ko": "답변 {n:,}개의 비용은 {money}이며, 그중 {cached:,}개는 캐시에서 가져와 이번에는 {paid}입니다.",
    },
    "from_cache.one": {
        "en": "Cost {money} for 1 answer, which the cache had: {paid} now.",
        "ko": "답변 1개의 비용은 {money}이며, 캐시에서 가져와 이번에는 {paid}입니다.",
    },
    # what to do
    "resume": {"en": "Resume it with `{command}`.", "ko": "이어서 실행하려면: `{command}`"},
    "record": {"en": "Record what is missing with `{command}`.", "ko": "빠진 답변을 기록하려면: `{command}`"},
    # the model
    "model": {"en": "Model: {model}", "ko": "모델: {model}"},
    "models": {"en": "Models: {model}", "ko": "모델: {model}"},
    # outcomes
    "blocked": {"en": "blocked", "ko": "차단"},
    "empty": {"en": "empty", "ko": "빈 답변"},
    "cut_off": {"en": "cut off", "ko": "잘림"},
    "recitation": {"en": "recitation", "ko": "저작물 인용"},
    "abstained": {"en": "abstained", "ko": "답변 유보"},
    "request_failed": {"en": "request failed", "ko": "요청 실패"},
    "quota": {"en": "quota", "ko": "할당량 초과"},
    "judge_broken": {"en": "judge broken", "ko": "평가 모델 오류"},
    "not_recorded": {"en": "not recorded", "ko": "기록 없음"},
    **COMPARED,
    **TUNED,
}


def word(lang: Lang, key: str, **values: object) -> str:
    """The wording of `key`."""
    return WORDINGS[key][lang].format(**values)


def counted(lang: Lang, key: str, n: int, **values: object) -> str:
    """The wording of `key` for `n` things; that of a single one where there is one."""
    return word(lang, f"{key}.one" if n == 1 and f"{key}.one" in WORDINGS else key, n=n, **values)
