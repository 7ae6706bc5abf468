"""What comparisons say in opening sentences, English beside Korean: the entries of `wordings` that speak of two sides."""

from __future__ import annotations

from gemini_eval.comparison.model import BarMove
from gemini_eval.reports.options import Lang

COMPARED: dict[str, dict[Lang, str]] = {
    # both sides' figure; {detail} is empty or one of the details below
    "held_right": {
        "en": "Right {after} of {total}, {name} {before}{detail}.",
        "ko": "{total}건 중 {after}건을 맞혔습니다({name} {before}건{detail}).",
    },
    "held_pass": {
        "en": "{after} of {total} cases pass, {name} {before}{detail}.",
        "ko": "{total}건 중 {after}건이 통과했습니다({name} {before}건{detail}).",
    },
    "held_figure": {
        "en": "{figure} {after}, {name} {before}{detail}.",
        "ko": "{figure} 값은 {after}입니다({name} {before}{detail}).",
    },
    "before": {"en": "before", "ko": "이전"},
    "detail": {"en": " ({move}, p {p})", "ko": ", {move}, p {p}"},
    "detail_unchanged": {"en": " (no change)", "ko": ", 변화 없음"},
    "down": {"en": "down {amount}", "ko": "{amount} 하락"},
    "up": {"en": "up {amount}", "ko": "{amount} 상승"},
    "points": {"en": "{n} points", "ko": "{n}%p"},
    "points.one": {"en": "1 point", "ko": "1%p"},
    # what was decided
    "is_regressed": {
        "en": "It got worse: {move} (margin {margin}), more than chance explains (p {p}).",
        "ko": "성능이 나빠졌습니다. {move}해 허용 폭({margin})을 벗어났고, 우연으로 보기 어렵습니다(p {p}).",
    },
    "is_within_margin": {
        "en": "It got slightly worse: {move}, more than chance explains (p {p}) but within the margin of {margin}: a warning.",
        "ko": "조금 나빠졌습니다. {move}했고 우연으로 보기는 어렵지만(p {p}), 허용 폭({margin}) 이내이므로 경고로만 표시합니다.",
    },
    "is_improved": {
        "en": "It got better: {move}, more than chance explains (p {p}).",
        "ko": "좋아졌습니다. {move}했고, 우연으로 보기 어렵습니다(p {p}).",
    },
    "is_no_regression": {
        "en": "No regression: it is less than {worst} worse, with 95 % confidence (margin {margin}).",
        "ko": "나빠지지 않았습니다. 95 % 신뢰 수준에서 악화 폭은 {worst} 미만이며, 허용 폭({margin}) 이내입니다.",
    },
    "is_inconclusive": {
        "en": "We cannot call it worse, nor rule out a {drop} of {margin}; "
        "one of {detectable} or more would have been seen 8 times in 10.",
        "ko": "나빠졌다고 할 수 없지만, {margin} {drop}했을 가능성도 남아 있습니다. "
        "{detectable} 이상 {drop}했다면 10번 중 8번은 드러났을 것입니다.",
    },
    "is_blind": {
        "en": "We cannot call it worse, nor rule out a {drop} of {margin}: "
        "the cases are too few to see any {drop} 8 times in 10.",
        "ko": "나빠졌다고 할 수 없지만, {margin} {drop}했을 가능성도 남아 있습니다. "
        "케이스가 너무 적어 얼마나 {drop}하든 10번 중 8번은 드러난다고 할 수 없습니다.",
    },
    "is_leaning_worse": {
        "en": "Undecided, but leaning worse: {move}, not certain enough to call (p {p}).",
        "ko": "아직 판단할 수 없지만 나빠진 쪽에 가깝습니다. {move}했으나 단정하기에는 부족합니다(p {p}).",
    },
    "drop": {"en": "drop", "ko": "하락"},
    "rise": {"en": "rise", "ko": "상승"},
    "more_cases": {"en": "About {n:,} more cases would settle it.", "ko": "케이스가 약 {n:,}건 더 있으면 판가름할 수 있습니다."},
    "more_cases.one": {"en": "One more case would settle it.", "ko": "케이스가 1건 더 있으면 판가름할 수 있습니다."},
    "is_model_changed": {
        "en": "The model changed under us{versions}: whether this change made the difference cannot be told.",
        "ko": "비교하는 사이에 모델이 바뀌었습니다{versions}. 차이가 이번 변경 때문인지는 알 수 없습니다.",
    },
    "versions": {"en": " ({before} before, {after} now)", "ko": "(이전 {before}, 현재 {after})"},
    # what was not decided, or needed no decision
    "not_decided": {"en": "{who} is not decided: {why}.", "ko": "{who}: 판단하지 못했습니다({why})."},
    "not_recorded_requests": {
        "en": "Not decided: {n:,} new requests need a maintainer's run.",
        "ko": "아직 판단하지 못했습니다. 새 요청 {n:,}건은 관리자가 실행해야 합니다.",
    },
    "not_recorded_requests.one": {
        "en": "Not decided: 1 new request needs a maintainer's run.",
        "ko": "아직 판단하지 못했습니다. 새 요청 1건은 관리자가 실행해야 합니다.",
    },
    "maintainer": {"en": "A maintainer asks with `{command}`.", "ko": "관리자가 실행할 명령: `{command}`"},
    "nothing_affected": {
        "en": "No suite is affected, so nothing was asked.",
        "ko": "영향을 받는 스위트가 없어 아무것도 요청하지 않았습니다.",
    },
    "unchanged": {
        "en": "Nothing changed in what {n:,} suites ask and judge, so nothing was asked.",
        "ko": "스위트 {n:,}개의 요청과 판정 기준이 모두 그대로이므로 아무것도 요청하지 않았습니다.",
    },
    "unchanged.one": {
        "en": "Nothing changed in what the suite asks and judges, so nothing was asked.",
        "ko": "스위트의 요청과 판정 기준이 모두 그대로이므로 아무것도 요청하지 않았습니다.",
    },
    "rejudged": {
        "en": "No request changed: the same answers, judged by both sides. "
        "Newly failing: {failing:,}; newly passing: {passing:,}.",
        "ko": "요청은 그대로이므로, 같은 답변을 이전 기준과 새 기준으로 판정했습니다. "
        "새로 실패한 케이스는 {failing:,}건, 새로 통과한 케이스는 {passing:,}건입니다.",
    },
    "same_requests": {"en": "No request changed.", "ko": "요청은 그대로입니다."},
    "unheard": {
        "en": "{n:,} cases are judged by the new text alone, as no judge is asked by the old one.",
        "ko": "이전 기준으로는 심판에게 묻지 않으므로 케이스 {n:,}건은 새 기준으로만 판정했습니다.",
    },
    "unheard.one": {
        "en": "1 case is judged by the new text alone, as no judge is asked by the old one.",
        "ko": "이전 기준으로는 심판에게 묻지 않으므로 케이스 1건은 새 기준으로만 판정했습니다.",
    },
    "only_new": {
        "en": "New, with nothing to compare to: {names}.",
        "ko": "새로 추가되어 비교할 대상이 없습니다: {names}.",
    },
    "unreadable": {
        "en": "Not compared, as the base's version can't be loaded: {names}.",
        "ko": "기준 버전을 불러올 수 없어 비교하지 못했습니다: {names}.",
    },
    "same_twice": {"en": "The same side, asked twice.", "ko": "같은 쪽을 두 번 요청해 비교했습니다."},
    # several
    "suites_compared": {"en": "{n} suites compared: {standings}.", "ko": "스위트 {n}개를 비교했습니다: {standings}."},
    "variants_compared": {"en": "{n} variants compared: {standings}.", "ko": "변형 {n}개를 비교했습니다: {standings}."},
    "n_regressed": {"en": "{n} regressed{names}", "ko": "성능 저하 {n}개{names}"},
    "n_not_decided": {"en": "{n} not decided{names}", "ko": "미판단 {n}개{names}"},
    "n_model_changed": {"en": "{n} where the model changed{names}", "ko": "모델 변경 {n}개{names}"},
    "n_within_margin": {"en": "{n} worse within the margin{names}", "ko": "허용 폭 이내 하락 {n}개{names}"},
    "n_leaning_worse": {"en": "{n} undecided but leaning worse{names}", "ko": "판단 보류(하락 쪽 우세) {n}개{names}"},
    "n_inconclusive": {"en": "{n} undecided", "ko": "판단 보류 {n}개"},
    "n_improved": {"en": "{n} improved", "ko": "개선 {n}개"},
    "n_no_regression": {"en": "{n} without a regression", "ko": "저하 없음 {n}개"},
    "together": {
        "en": "{n:,} comparisons, {small:,} with p <= {alpha} ({expected} expected by chance), {holm:,} after Holm.",
        "ko": "비교 {n:,}건 중 {small:,}건이 p <= {alpha}이고(우연만으로도 {expected}건 예상), "
        "Holm 보정 후에는 {holm:,}건입니다.",
    },
    # what stands apart
    "must_pass": {
        "en": "{n:,} cases that must pass newly fail: {ids}.",
        "ko": "반드시 통과해야 하는 {n:,}건이 새로 실패했습니다: {ids}.",
    },
    "must_pass.one": {
        "en": "A case that must pass newly fails: {ids}.",
        "ko": "반드시 통과해야 하는 1건이 새로 실패했습니다: {ids}.",
    },
    "crowds": {
        "en": "The {shared:,} shared cases: {difference} points; the {added:,} new ones: {rates}.",
        "ko": "기존 {shared:,}건은 {difference}%p, 새로 추가한 {added:,}건은 {rates}입니다.",
    },
    "both_sides": {"en": "{rate} on both sides", "ko": "양쪽 모두 {rate}"},
    "each_side": {"en": "{before} before, {after} after", "ko": "이전 {before}, 이후 {after}"},
    "because_of_new": {
        "en": "The headline fell because of the new cases.",
        "ko": "전체 수치는 새로 추가한 케이스 때문에 낮아졌습니다.",
    },
    "bar_moved": {"en": "The bar moved: {moves}.", "ko": "합격선이 바뀌었습니다: {moves}."},
    "bar_forbidden": {
        "en": "The bar moved, which the base's policy does not allow: {moves}.",
        "ko": "비교 기준의 정책이 허용하지 않는데도 합격선이 바뀌었습니다: {moves}.",
    },
    "more_moves": {"en": "{n:,} more moves", "ko": "그 밖에 {n:,}건"},
    "more_moves.one": {"en": "1 more move", "ko": "그 밖에 1건"},
    # money
    "cost_up": {"en": "Cost +{money} per 1,000 answers.", "ko": "답변 1,000개당 비용은 {money} 늘었습니다."},
    "cost_down": {"en": "Cost -{money} per 1,000 answers.", "ko": "답변 1,000개당 비용은 {money} 줄었습니다."},
    "cost_same": {
        "en": "Cost unchanged at {money} per 1,000 answers.",
        "ko": "답변 1,000개당 비용은 {money}로 그대로입니다.",
    },
}

_MOVES: dict[BarMove, tuple[str, str, str]] = {
    BarMove.SUITE_DELETED: ("1 suite deleted", "{n:,} suites deleted", "스위트 삭제 {n:,}개"),
    BarMove.VARIANT_REMOVED: ("1 variant removed", "{n:,} variants removed", "변형 삭제 {n:,}개"),
    BarMove.NO_LONGER_GATED: ("1 variant no longer gated", "{n:,} variants no longer gated", "합격 기준 적용 해제 {n:,}개"),
    BarMove.CASES_REMOVED: ("1 case removed", "{n:,} cases removed", "케이스 삭제 {n:,}건"),
    BarMove.CASES_EXCUSED: ("1 case excused", "{n:,} cases excused", "케이스 면제 {n:,}건"),
    BarMove.EXPECTED_EDITED: ("1 expected value edited", "{n:,} expected values edited", "기댓값 수정 {n:,}건"),
    BarMove.ASSERTIONS_CHANGED: ("1 assertion changed", "{n:,} assertions changed", "검증 항목 변경 {n:,}건"),
    BarMove.GATE_REMOVED: ("1 gate removed", "{n:,} gates removed", "합격 기준 삭제 {n:,}개"),
    BarMove.GATE_LOOSENED: ("1 gate loosened", "{n:,} gates loosened", "합격 기준 완화 {n:,}개"),
    BarMove.GATE_CHANGED: ("1 gate changed", "{n:,} gates changed", "합격 기준 변경 {n:,}개"),
    BarMove.THRESHOLD_LOWERED: ("1 threshold lowered", "{n:,} thresholds lowered", "임곗값 하향 {n:,}건"),
    BarMove.REQUIREMENT_LOOSENED: ("1 requirement loosened", "{n:,} requirements loosened", "통과 조건 완화 {n:,}건"),
    BarMove.EXTRACTION_CHANGED: ("extraction changed", "extraction changed {n:,} times", "답변 추출 방식 변경 {n:,}건"),
    BarMove.LABELS_CHANGED: ("labels changed", "labels changed {n:,} times", "레이블 변경 {n:,}건"),
    BarMove.FIELDS_CHANGED: ("fields changed", "fields changed {n:,} times", "필드 변경 {n:,}건"),
    BarMove.JUDGED_OTHERWISE: ("1 case judged otherwise", "{n:,} cases judged otherwise", "다른 기준으로 판정된 케이스 {n:,}건"),
}

for _move, (_one, _several, _korean) in _MOVES.items():
    COMPARED[f"bar_{_move}"] = {"en": _several, "ko": _korean}
    COMPARED[f"bar_{_move}.one"] = {"en": _one, "ko": _korean}
