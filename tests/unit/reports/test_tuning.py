"""What `tune` writes: whole outputs, both languages, and text of others that means harm."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gemini_eval.comparison.sides import ACCURACY
from gemini_eval.comparison.testing import Wish, figure_tested
from gemini_eval.errors import UsageError
from gemini_eval.reports import tuning, tuning_curve
from gemini_eval.reports.options import ReportOptions
from gemini_eval.tuning.contest import Contest, Contestant, Mistakes, Sweep, Training, break_even, hold
from gemini_eval.tuning.curve import Curve, Point, verdict_of
from gemini_eval.types import Figure, Interval
from tests.support.results import LABELS
from tests.unit.comparison.sides import paired, side

HOSTILE = "<img src=x>|@all\x1b[2J[a](http://b)"


def entrant(variant: str, accuracy: float, usd: float) -> Contestant:
    figures = {
        "accuracy": Figure("accuracy", accuracy, Interval(0.1, 0.9), 12),
        "prompt_tokens": Figure("prompt_tokens", 100.0),
        "output_tokens": Figure("output_tokens", 2.0),
        "p50_latency": Figure("p50_latency", 120.0),
        "p95_latency": Figure("p95_latency", 340.0),
        "cost_per_1000": Figure("cost_per_1000", usd),
    }
    return Contestant(variant, variant, "m", variant == "tuned", figures)


def contest(prompted: str = "few") -> Contest:
    sides = [side(prompted, [[at < 6] for at in range(12)]), side("tuned", [[True]] * 12)]
    everyone = entrant(prompted, 0.5, 0.2), entrant("tuned", 1.0, 0.1)
    training = Training(2.0)
    return Contest(
        "tickets",
        "test",
        "run-1",
        "accuracy",
        everyone,
        "tuned",
        hold(sides[1], sides[:1], [ACCURACY], LABELS),
        (break_even(everyone[1], everyone[0], training),),
        Mistakes(12),
        training,
        Sweep("validation", 6, (("tuned", 0.9), ("other", None))),
        240,
    )


MARKDOWN = """\
# tickets: prompted or tuned

tuned is better than few: accuracy 100.0 % against 50.0 % on 12 cases, +50.0 points (+22.4 to +71.4), p = .008. Of 2 \
tuned variants tuned was chosen on the split validation (6 cases); the split test was asked once, for that one alone. \
Against few tuning has paid for itself after 20,000 requests (\\$0.10 saved per 1,000, \\$2.00 for tuning).

## Variants

| variant | prompt | accuracy | tokens in / out | p50 / p95 | cost per 1,000 |
| :-- | --: | --: | --: | --: | --: |
| few | few | 50.0 % (10.0–90.0) | 100 / 2 | 120 ms / 340 ms | \\$0.20 |
| tuned (tuned) | tuned | 100.0 % (10.0–90.0) | 100 / 2 | 120 ms / 340 ms | \\$0.10 |

## Chosen on validation

| variant | accuracy |
| :-- | --: |
| tuned | 90.0 % |
| other | – |

## tuned, case by case

| over | figure | difference | 90 % interval | p better / worse (Holm) | verdict |
| :-- | --: | --: | --: | --: | --: |
| few | accuracy | +50.0 | +22.4 to +71.4 | .008 / .992 | better |

## Advice

- Use tuned: tuning lifts what prompting reaches here.
- tuned makes no mistake on 12 cases: test it on harder ones before tuning again.
"""

KOREAN = """\
✓ tuned 쪽이 few보다 낫습니다. 케이스 12건에서 accuracy 100.0 % 대 50.0 %,
  +50.0%p(+22.4 ~ +71.4), p = .008. 조정한 변형 2개 중 tuned 쪽을 validation
  분할(6건)에서 골랐고, test 분할에는 그것 하나만 한 번 물었습니다. few 대신
  쓰면 요청 20,000건 뒤에 조정 비용을 회수합니다(1,000건당 $0.10 절감, 조정 비용
  $2.00).

- tuned 사용을 권합니다. 이 태스크에서는 조정한 모델이 프롬프트만 쓸 때보다
  낫습니다.
- tuned 쪽은 12건을 모두 맞혔습니다. 다시 조정하기보다 더 어려운 케이스로 시험해
  보세요.

Run run-1
"""


def test_markdown() -> None:
    assert tuning.markdown(contest(), ReportOptions()).decode() == MARKDOWN


def test_the_terminal_in_korean() -> None:
    assert tuning.terminal(contest(), ReportOptions(lang="ko", quiet=True)).decode() == KOREAN


def test_json_has_the_numbers_and_the_advice() -> None:
    told = json.loads(tuning.json_document(contest(), ReportOptions()))
    assert list(told) == [
        *("format", "version", "sentences", "suite", "split", "run", "figure", "winner", "examples", "priced_as"),
        *("exit_status", "variants", "sweep", "comparisons", "training", "break_even", "mistakes", "gates", "advice"),
    ]
    assert told["comparisons"][0]["verdict"] == "better"
    assert told["break_even"][0]["requests"] == 20_000
    assert [one["code"] for one in told["advice"]] == ["tune", "no_mistakes"]


def test_text_of_others_steers_nothing() -> None:
    found = contest(HOSTILE)
    assert "\x1b" not in tuning.terminal(found, ReportOptions()).decode()
    page = tuning.markdown(found, ReportOptions()).decode()
    assert not [sign for sign in ("<img", "](", " @all", "\x1b", "http://") if sign in page.replace("\\<", "").replace("\\]", "")]


def test_a_price_of_the_base_is_told() -> None:
    told = tuning.sentences(replace(contest(), priced_as="gemini-2.5-flash"), "en")
    assert "The cost of tuned is by the price of gemini-2.5-flash." in told


def test_another_ending_is_refused() -> None:
    with pytest.raises(UsageError):
        tuning.check_ending(Path("tuning.csv"))


def curve() -> Curve:
    step = figure_tested(paired([[at < 6] for at in range(12)], [[True]] * 12), Wish(ACCURACY, 0.05))
    points = (
        Point(50, "tickets/half", "local:gemma-3-270m+sha256:0a", Figure("accuracy", 0.5, n=12)),
        Point(100, HOSTILE, HOSTILE, Figure("accuracy", 1.0, n=12)),
    )
    return Curve("tickets", "validation", "run-1", "accuracy", points, step, verdict_of(step))


def test_a_curve() -> None:
    page = tuning_curve.markdown(curve(), ReportOptions()).decode()
    assert page.startswith(
        "# tickets: would more data help?\n\nMore data would likely help: accuracy rose from 50.0 % with 50 % to 100.0 % with "
        "100 % of the examples, +50.0 points (+22.4 to +71.4), p = .008.\n\n| examples |"
    )
    assert not [sign for sign in ("<img", "](", " @all", "\x1b", "http://") if sign in page.replace("\\<", "").replace("\\]", "")]
    assert "\x1b" not in tuning_curve.terminal(curve(), ReportOptions()).decode()
    told = json.loads(tuning_curve.json_document(curve(), ReportOptions()))
    assert (told["verdict"], [point["percent"] for point in told["points"]]) == ("helps", [50, 100])
