"""What `tune` says in sentences, English beside Korean."""

from __future__ import annotations

from gemini_eval.reports.options import Lang

TUNED: dict[str, dict[Lang, str]] = {
    "tuned_better": {
        "en": "{tuned} is better than {prompted}: {figure} {after} against {before} on {n} cases, {move} ({low} to {high}), "
        "p {p}{holm}.",
        "ko": "{tuned} 쪽이 {prompted}보다 낫습니다. 케이스 {n}건에서 {figure} {after} 대 {before}, "
        "{move}({low} ~ {high}), p {p}{holm}.",
    },
    "tuned_worse": {
        "en": "{tuned} is worse than {prompted}: {figure} {after} against {before} on {n} cases, {move} ({low} to {high}), "
        "p {p}{holm}.",
        "ko": "{tuned} 쪽이 {prompted}보다 못합니다. 케이스 {n}건에서 {figure} {after} 대 {before}, "
        "{move}({low} ~ {high}), p {p}{holm}.",
    },
    "tuned_open": {
        "en": "Between {tuned} and {prompted} nothing is shown: {figure} {after} against {before} on {n} cases, {move} "
        "({low} to {high}), p {p}{holm}.",
        "ko": "{tuned}, {prompted} 사이의 차이는 드러나지 않았습니다. 케이스 {n}건에서 {figure} {after} 대 {before}, "
        "{move}({low} ~ {high}), p {p}{holm}.",
    },
    "tuned_untested": {
        "en": "{tuned} and {prompted} could not be compared: {why}.",
        "ko": "{tuned}, {prompted} 쪽은 비교할 수 없었습니다({why}).",
    },
    "tuned_holm": {"en": " after Holm over {n} comparisons", "ko": "(비교 {n}건, Holm 보정)"},
    "tuned_sweep": {
        "en": "Of {n} tuned variants {winner} was chosen on the split {split} ({cases} cases); the split {test} was asked "
        "once, for that one alone.",
        "ko": "조정한 변형 {n}개 중 {winner} 쪽을 {split} 분할({cases}건)에서 골랐고, "
        "{test} 분할에는 그것 하나만 한 번 물었습니다.",
    },
    # where tuning pays for itself
    "paid_requests": {
        "en": "Against {prompted} tuning has paid for itself after {n:,} requests ({usd} saved per 1,000, {cost} for tuning).",
        "ko": "{prompted} 대신 쓰면 요청 {n:,}건 뒤에 조정 비용을 회수합니다(1,000건당 {usd} 절감, 조정 비용 {cost}).",
    },
    "paid_never": {
        "en": "Against {prompted} tuning never pays for itself in money: a request costs {usd} more per 1,000.",
        "ko": "{prompted} 대신 써도 비용은 회수되지 않습니다. 1,000건당 {usd} 더 듭니다.",
    },
    "paid_same": {
        "en": "Against {prompted} no money is saved: a request costs the same.",
        "ko": "{prompted} 대신 써도 요청당 비용이 같아 절감되지 않습니다.",
    },
    "paid_unknown": {
        "en": "Against {prompted} it is not known when tuning has paid for itself: {why}.",
        "ko": "{prompted} 대신 쓸 때 조정 비용을 언제 회수하는지는 알 수 없습니다({why}).",
    },
    "paid_time": {
        "en": "Its training time ({took}) is made up for after {n:,} requests, each {ms} ms faster than {prompted}'s.",
        "ko": "학습 시간({took})은 요청 {n:,}건 뒤에 만회됩니다. 한 건마다 {prompted}보다 {ms} ms 빠릅니다.",
    },
    "paid_priced": {
        "en": "The cost of {tuned} is by the price of {base}.",
        "ko": "{tuned} 비용은 {base} 가격으로 계산했습니다.",
    },
    "paid_tokens": {
        "en": "Its requests and answers have {n} tokens fewer than {prompted}'s.",
        "ko": "요청과 답변의 토큰이 {prompted}보다 {n}개 적습니다.",
    },
    # the guide's advice
    "advice_tune": {
        "en": "Use {tuned}: tuning lifts what prompting reaches here.",
        "ko": "{tuned} 사용을 권합니다. 이 태스크에서는 조정한 모델이 프롬프트만 쓸 때보다 낫습니다.",
    },
    "advice_tune_costs": {
        "en": "It costs {usd} more per 1,000 requests than {prompted}: decide whether the difference is worth that.",
        "ko": "다만 1,000건당 {prompted}보다 {usd} 더 듭니다. 그만한 차이인지 따져 보세요.",
    },
    "advice_prompt": {
        "en": "Stay with {prompted}: the tuned model is worse. Look at what it was tuned on before tuning again.",
        "ko": "{prompted} 프롬프트를 그대로 쓰세요. 조정한 모델이 더 못합니다. 다시 조정하기 전에 학습 데이터를 살펴보세요.",
    },
    "advice_prompt_undecided": {
        "en": "Stay with {prompted}, which needs no tuning: nothing shows that {tuned} is better{seen}.",
        "ko": "조정이 필요 없는 {prompted} 프롬프트를 그대로 쓰세요. {tuned} 쪽이 낫다는 근거가 없습니다{seen}.",
    },
    "advice_seen": {
        "en": " (a difference of {n} points or more would have been seen 8 times in 10)",
        "ko": "(차이가 {n}%p 이상이었다면 10번 중 8번은 드러났을 것입니다)",
    },
    "tuned_nothing": {
        "en": "Nothing is compared. What was answered is kept: the same command goes on from there.",
        "ko": "비교하지 않았습니다. 받은 답변은 보관되므로 같은 명령을 다시 실행하면 이어집니다.",
    },
    "advice_few_examples": {
        "en": "There are {n} examples to tune on; tuning works best with {least} or more, and well labelled.",
        "ko": "학습용 예시가 {n}개뿐입니다. 조정은 라벨이 정확한 예시가 {least}개 이상일 때 가장 효과적입니다.",
    },
    "advice_better_data": {
        "en": "Better data before more data: {times} of {wrong} mistakes are {expected} answered as {answered}. Look at those "
        "cases and at how such examples are labelled.",
        "ko": "데이터를 늘리기 전에 품질부터 보세요. 오답 {wrong}건 중 {times}건이 {expected}인데 {answered}로 답한 것입니다. "
        "해당 케이스와 비슷한 예시의 라벨을 확인하세요.",
    },
    "advice_same_answer": {
        "en": "{times} of {wrong} mistakes are answered as {answered}, whatever is expected: it has hardly learned the others. "
        "More epochs or a larger adapter, and examples of every label.",
        "ko": "오답 {wrong}건 중 {times}건은 기댓값과 상관없이 {answered}로 답했습니다. 나머지 답을 거의 배우지 못한 것입니다. "
        "에포크나 어댑터 크기를 늘리고 모든 라벨의 예시를 넣어 보세요.",
    },
    "advice_no_label": {
        "en": "{times} of {wrong} mistakes give {answered}: look at what is answered instead, at the prompt and at the suite's "
        "`answer`.",
        "ko": "오답 {wrong}건 중 {times}건은 라벨을 답하지 않았습니다({answered}). "
        "실제 답변과 프롬프트, 스위트의 `answer`를 살펴보세요.",
    },
    "advice_shared_mistakes": {
        "en": "Mistakes that every variant makes: {n} of {wrong}. Check their expected values, and whether the text tells the "
        "answer at all.",
        "ko": "오답 {wrong}건 중 {n}건은 모든 변형이 틀렸습니다. 기댓값이 맞는지, 본문만 보고 답할 수 있는지 확인하세요.",
    },
    "advice_more_data": {
        "en": "Mistakes without a pattern: {wrong}. gemini-eval tune curve says whether more data would help.",
        "ko": "오답 {wrong}건에 두드러진 유형은 없습니다. 데이터를 늘리면 나아질지는 gemini-eval tune curve로 알아보세요.",
    },
    "advice_no_mistakes": {
        "en": "{tuned} makes no mistake on {n} cases: test it on harder ones before tuning again.",
        "ko": "{tuned} 쪽은 {n}건을 모두 맞혔습니다. 다시 조정하기보다 더 어려운 케이스로 시험해 보세요.",
    },
    # the curve
    "curve_helps": {
        "en": "More data would likely help: {figure} rose from {before} with {less} to {after} with {all} of the "
        "examples, {move} ({low} to {high}), p {p}.",
        "ko": "데이터를 늘리면 나아질 가능성이 큽니다. 예시의 {less}로 {before}이던 {figure} 값이 {all}로는 {after}였습니다. "
        "{move}({low} ~ {high}), p {p}.",
    },
    "curve_flat": {
        "en": "More data of this kind would not help much: from {less} to {all} of the examples {figure} went from {before} to "
        "{after}, {move} ({low} to {high}). Look at the mistakes instead.",
        "ko": "같은 종류의 데이터를 늘려도 크게 나아지지 않을 것입니다. 예시를 {less}에서 {all}로 늘렸을 때 "
        "{figure} 값은 {before}에서 {after}로, {move}({low} ~ {high}). 오답을 먼저 살펴보세요.",
    },
    "curve_open": {
        "en": "Whether more data would help can't be told: from {less} to {all} of the examples {figure} went from {before} to "
        "{after}, {move} ({low} to {high}), p {p}, on {n} cases.",
        "ko": "데이터를 늘리면 나아질지는 알 수 없습니다. 케이스 {n}건에서 예시를 {less}에서 {all}로 늘렸을 때 "
        "{figure} 값은 {before}에서 {after}로, {move}({low} ~ {high}), p {p}.",
    },
    "curve_falls": {
        "en": "With {all} of the examples {figure} is worse than with {less}: {before} before, {after} after, {move} ({low} to "
        "{high}), p {p}. Look at what was added, and at the number of epochs.",
        "ko": "예시를 {all} 쓰면 {less} 때보다 {figure} 값이 나빠집니다. {before}에서 {after}로 {move}({low} ~ {high}), p {p}. "
        "늘린 데이터와 에포크 수를 살펴보세요.",
    },
}
