"""The runs whose reports are kept as snapshots."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from gemini_eval.reports.view import RunView
from gemini_eval.types import AssertionResult, Outcome, SampleResult, Verdict
from tests.unit.reports.runs import LABELS, judged, labelled, response, run_of, suite_view, unanswered, verdict

HOSTILE = "\x1b]0;gone\x07\x1b[31mred\x1b[0m \u202eevil\u202c ]]> <img src=x onerror=alert(1)> @everyone #1 https://evil.example"


def passing() -> RunView:
    cases = [labelled(n, LABELS[n % 2], LABELS[n % 2]) for n in range(10)]
    return run_of(cases, [suite_view(labels=LABELS)], ["accuracy >= 0.9"])


def failing() -> RunView:
    """Two variants, one gated; a wrong label, no label, a blocked answer, Korean texts, many variables."""
    langs = ("lang=en", "lang=ko")
    cases = [labelled(n, LABELS[n % 2], LABELS[(n % 2) ^ (n % 5 == 0)], tags=(langs[n % 2],)) for n in range(10)]
    about = "스페인 북부에서 온 가볍고 신선한 로제 와인입니다. " * 4
    cases.append(labelled(10, "Red wine", "a rosé, I think", vars={"name": "장미 와인", "description": about, "x": 1, "y": 2}))
    cases.append(unanswered(11, Outcome.BLOCKED, "no answer: finish reason safety"))
    cases += [structs.replace(labelled(n, LABELS[n % 2], LABELS[n % 3 % 2]), variant="zero@flash") for n in range(12)]
    suite = suite_view(labels=LABELS, variants=("few@flash", "zero@flash"), gated=("few@flash",))
    return run_of(cases, [suite], ["accuracy >= 0.9", 'recall["Red wine"] >= 0.1'])


def extraction() -> RunView:
    """No labels: JSON, a sentence, lines, a group, a measured assertion, several samples."""
    expected = {"product": "Router X", "speed": 1200, "dims": {"w": 3, "h": 4}}
    actual = '{"product": "Router X", "speed": 1300, "dims": {"w": 3}, "colour": "red"}'
    group = AssertionResult("all of", Verdict(False, 0.5, "1 of 2 hold"), children=(verdict("contains", False, 'no "d" in it'),))
    rouge = AssertionResult("rouge", Verdict(False, 0.25, "0.25"), measured=True)
    near = verdict("exact_match", False, "expected The quick brown fox jumps., was The quick red fox jumped.")
    cases = [
        judged(0, expected, actual, verdict("json_match", False, "speed and dims.h differ"), verdict("is_json", True)),
        judged(1, "The quick brown fox jumps.", "The quick red fox jumped.", near, rouge),
        judged(2, "배송은 3일 걸립니다.", "배송은 5일 걸립니다.", verdict("exact_match", False, "다릅니다")),
        judged(3, "a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nX\ne\nf\ng", group),
        judged(4, "ok", "ok", verdict("exact_match", True)),
        _sampled(),
    ]
    return run_of([structs.replace(case, suite="specs") for case in cases], [suite_view("specs")])


def _sampled() -> object:
    case = judged(5, "yes", "no", verdict("exact_match", False, "expected yes, was no"))
    (first,) = case.samples
    second = SampleResult(1, Outcome.JUDGED, output="yes", answer="yes", passed=True, score=1.0, response=response("yes"))
    return structs.replace(case, samples=(first, structs.replace(first, index=1), structs.replace(second, index=2)), score=1 / 3)


def invalid() -> RunView:
    cases = [labelled(n, LABELS[n % 2], LABELS[n % 2]) for n in range(10)]
    cases += [unanswered(n, Outcome.QUOTA, "429 RESOURCE_EXHAUSTED: per-day quota") for n in range(10, 14)]
    return run_of(cases, [suite_view(labels=LABELS)], ["accuracy >= 0.9"])


def nothing_judged() -> RunView:
    return run_of([judged(n, None, "hello") for n in range(3)], [suite_view()])


def unfinished() -> RunView:
    view = run_of([], [suite_view()])
    empty = replace(view.summary, suites={})
    return replace(view, summary=empty, gates=(), status="running", exit_status=None)


def outside() -> RunView:
    """Cases that count nowhere, an unknown price, warnings of the run."""
    cases = [labelled(n, LABELS[n % 2], LABELS[n % 2], cost=None if n else 70) for n in range(4)]
    cases.append(labelled(4, "Red wine", "Red wine", xfail="until the next release"))
    cases.append(labelled(5, "Red wine", "White wine", xfail="until the next release"))
    cases.append(labelled(6, "Red wine", "White wine", draft=True))
    return run_of(cases, [suite_view(labels=LABELS)], ["accuracy >= 0.9"], warnings=("two rows are equal",))


def hostile() -> RunView:
    """Text from outside in every place that it can reach."""
    markdown = "| cell | ![x](http://evil.example/x.png) [link](javascript:alert(1)) **bold** `tick` ``` fence"
    cases = [
        judged(0, "fine", HOSTILE, verdict("exact_match", False, HOSTILE), case_id="=HYPERLINK(1)", vars={HOSTILE: "@SUM(1)"}),
        judged(1, "fine", f"```\n::set-output name=x::1\n````\n{markdown}", verdict(markdown, False, markdown), case_id=markdown),
        judged(2, "fine", "-2+3\x00\x0b\ufffe", verdict("x", False, "::error::stop"), case_id="::error::case", tags=("=1+1",)),
    ]
    suite = "</details>@team"
    cases = [structs.replace(case, suite=suite, variant="v|`@all") for case in cases]
    return run_of(cases, [suite_view(suite, ("v|`@all",))], id="run", path="runs/\x1b[2Jrun")


def two_suites() -> RunView:
    """A run of two suites, one of which fails; several models."""
    wines = [labelled(n, LABELS[n % 2], LABELS[n % 2]) for n in range(4)]
    specs = [judged(n, "a", "b", verdict("equals", n > 1, "expected a, was b"), suite="specs") for n in range(4)]
    local = replace(suite_view().variants[0], model="local:gemma-3-270m", project="", location="", why="default_model")
    suites = [suite_view(labels=LABELS), replace(suite_view("specs"), variants=(local,))]
    return run_of([*wines, *specs], suites, ["pass_rate >= 0.9"])


EXAMPLES = {
    "two_suites": two_suites,
    "passing": passing,
    "failing": failing,
    "extraction": extraction,
    "invalid": invalid,
    "nothing_judged": nothing_judged,
    "unfinished": unfinished,
    "outside": outside,
    "hostile": hostile,
}
