"""Judges between rounds: who is asked about what, in which order, which saved replies count, and what another hearing is."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gemini_eval.comparison.model import State
from gemini_eval.comparison.sides import SideMarks
from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.judging.judge import Judge
from gemini_eval.prompts import Asked, judge_request
from gemini_eval.providers import habits_of
from gemini_eval.rubrics.rubric import Question
from gemini_eval.runs.baseline import FORMAT, BaselineHeader, BaselineLine, write_baseline
from gemini_eval.runs.log import AnswerLog
from gemini_eval.runs.records import AnswerRecord, utc_stamp
from gemini_eval.safe.templates import TemplateRenderer, TemplateSource
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.model import Case, Samples, Setting
from gemini_eval.types import CaseResult, Failure, Outcome, Response, Usage
from gemini_eval.verbs.baseline import fill_from_baseline
from gemini_eval.verbs.check.jobs import SideName, SideTicket, drop_stale_replies, in_blocks
from gemini_eval.verbs.check.pairs import same_side
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.survey import CaseSets, Surveyed
from gemini_eval.verbs.hearings import Court, Hearing
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.rejudge import Rejudge, SavedReplies
from tests.support.suites import load

SUITE = """
version: 1
name: s
models: gemini-4-hydrogen
judges: {sure: gemini-4-helium}
prompts: {p: {text: "{{ t }}"}}
assert: [{rubric: It is polite., name: polite}]
cases: [{id: a, vars: {t: one}}, {id: b, vars: {t: two}}]
"""


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    suite = load(tmp_path, SUITE)
    pair = same_side(suite, suite.variants)
    surveyed = Surveyed(pair, pair.variants[0], State.COMPARED, CaseSets(), changed=frozenset({"a", "b"}), cases=2)
    return Asking(surveyed, SideMarks("p"), SideMarks("p"), (), 1, 1, 1, heard=True)


@pytest.fixture
def court() -> Court:
    return Court(TemplateRenderer(), Known({}))


def job(asking: Asking, side: SideName, case_id: str, *answers: str) -> Job:
    suite = asking.surveyed.suite.head
    case = next(found for found in iter_cases(suite) if isinstance(found, Case) and found.id == case_id)
    ticket = SideTicket(Judge.of(suite, suite.variants[0]), case, Samples(len(answers)), asking, side)
    return Job(ticket, "", [Ask(n, f"{side} {case_id} {n}", None, Response(text)) for n, text in enumerate(answers)])


def hearings(jobs: list[Job]) -> list[Hearing]:
    return [found.ticket for found in jobs if isinstance(found.ticket, Hearing)]


def test_equal_questions_are_one_request_of_both_sides_but_not_of_a_side_beside_itself(asking: Asking, court: Court) -> None:
    def keys() -> list[list[str]]:
        jobs = [job(asking, "before", "a", "Thanks.", "Thanks."), job(asking, "after", "a", "Thanks.", "No.")]
        with court.renderer:
            (block,) = court.blocks(iter([jobs]))
        return [[ask.key for ask in found.asks] for found in block]

    before, after = keys()
    assert before[0] == before[1] == after[0] != after[1]
    asking.itself = True
    assert keys()[0] == before and not set(keys()[1]) & {*before, *after}


def test_both_sides_are_heard_in_turn(asking: Asking, court: Court) -> None:
    jobs = [job(asking, side, case, "Thanks.") for case in ("a", "b") for side in ("before", "after")]
    with court.renderer:
        (block,) = court.blocks(iter([jobs]))
    told = [(hearing.case.id, hearing.of.side) for hearing in hearings(list(block)) if isinstance(hearing.of, SideTicket)]
    assert told == [("a", "before"), ("a", "after"), ("b", "before"), ("b", "after")]


def stale(jobs: list[Job], ages_h: list[float | None]) -> list[bool]:
    """Whether each reply is still there; None is one that is still to be asked for."""
    now = datetime.now(UTC)
    asks = [ask for found in jobs for ask in found.asks]
    for ask, age in zip(asks, ages_h, strict=True):
        if age is not None:
            ask.answer, ask.cached, ask.at = Response("{}"), True, utc_stamp(now - timedelta(hours=age))
    drop_stale_replies(jobs, 24 * 3600.0)
    return [ask.answer is not None for ask in asks]


@pytest.mark.parametrize(
    ("ages_h", "kept"),
    [
        ([48, 47], [True, True]),
        ([48, 1], [False, False]),
        ([48, None], [False, False]),
        ([1, None], [True, False]),
        ([None, None], [False, False]),
    ],
)
def test_replies_of_two_sides_that_are_far_apart_in_time_do_not_count(
    asking: Asking, court: Court, ages_h: list[float | None], kept: list[bool]
) -> None:
    jobs = [job(asking, "before", "a", "Thanks."), job(asking, "after", "a", "No.")]
    with court.renderer:
        (block,) = court.blocks(iter([jobs]))
    assert stale(list(block), ages_h) == kept


def test_the_age_of_another_cases_replies_is_of_no_interest(asking: Asking, court: Court) -> None:
    jobs = [job(asking, "before", "a", "Thanks."), job(asking, "before", "b", "No.")]
    with court.renderer:
        (block,) = court.blocks(iter([jobs]))
    assert stale(list(block), [48, None]) == [True, False]


def test_all_votes_of_a_case_on_both_sides_are_in_one_block(asking: Asking) -> None:
    votes = [job(asking, side, case, "Thanks.") for case in ["a", "b"] * 50 for side in ("before", "after") for _ in range(3)]
    blocks = [[vote.ticket.case.id for vote in block if isinstance(vote.ticket, SideTicket)] for block in in_blocks(iter(votes))]
    assert [len(block) for block in blocks] == [258, 258, 84]


def test_judges_are_counted_apart(asking: Asking) -> None:
    reply = Response("{}", usage=Usage(10, 2, 1), cost_micros=30)
    asking.before.heard([reply, Response("{}")])
    told = asking.before.described()
    assert (told.judges.answers, told.judges.cost_micros, told.judges.cost_unknown) == (2, 30, 1)
    assert (told.judges.prompt_tokens, told.judges.output_tokens) == (10, 3)
    assert told.spent.answers == 0 and not asking.before.is_answered


@pytest.mark.parametrize(("text", "outcome"), [("yes", Outcome.JUDGE_BROKEN), ("", Outcome.NOT_RECORDED)])
def test_a_reply_that_no_recording_has_is_not_a_broken_judge(asking: Asking, court: Court, text: str, outcome: Outcome) -> None:
    with court.renderer:
        (found,) = hearings(list(next(court.blocks(iter([[job(asking, "after", "a", "Thanks.")]])))))
    for _, ask in found.asked:
        ask.answer = Response(text) if text else Failure(Outcome.NOT_RECORDED, "no saved answer")
    assert (found.judged().outcome, found.not_recorded) == (outcome, int(not text))


def test_a_committed_baseline_stands_in_for_cases_that_were_judged_alike(tmp_path: Path) -> None:
    after, before = SideMarks("p"), SideMarks("p")
    for case_id, judged in (("a", "1"), ("b", "2")):
        after.add(CaseResult("s", "p", case_id, 0, Outcome.JUDGED, True, 1.0, (), judged=judged))
    lines = [BaselineLine("p", case_id, "0", "1", {"judged": 1}, {"pass_rate": (1.0, 1)}) for case_id in ("a", "b")]
    write_baseline(tmp_path / "s.jsonl", BaselineHeader(FORMAT, "s", "run", "", "", {"p": {}}), lines)
    assert fill_from_baseline(tmp_path, "s", before, after) and set(before.cases) == {"a"}


# ---- another hearing -------------------------------------------------------------------------------------

QUESTION = Question("sure", TemplateSource("It is polite.", "", Path(), Path()), "Thanks.")
HYDROGEN = Asked("gemini-4-hydrogen", "", habits_of("gemini-4-hydrogen"))
EMBEDDED = Asked("local:gemma-3-270m", "", habits_of("local:gemma-3-270m"))


def test_another_hearing_asks_anew_but_a_model_that_replies_always_alike() -> None:
    assert judge_request(HYDROGEN, {}, QUESTION, "It is polite.", hearing=1).sample == 1
    assert judge_request(EMBEDDED, {}, QUESTION, "It is polite.", hearing=1).sample == 0


def test_another_hearing_draws_by_another_seed() -> None:
    settings = {"temperature": Setting(1.0, ""), "seed": Setting(7, "")}
    seeds = [judge_request(HYDROGEN, settings, QUESTION, "It is polite.", hearing=n).params["seed"] for n in (0, 0, 1)]
    assert seeds[0] == seeds[1] == 7 != seeds[2]


def test_saved_replies_are_read_from_the_run_that_has_the_answers(asking: Asking, tmp_path: Path) -> None:
    suite = asking.surveyed.suite.head
    case = next(found for found in iter_cases(suite) if isinstance(found, Case))
    judge = Judge.of(suite, suite.variants[0])
    with TemplateRenderer() as renderer:
        (saved,) = Court(renderer, Known({}, ask_nobody=True)).hearings([job(asking, "after", "a", "Thanks.")])
    path = tmp_path / "answers.jsonl"
    with ExitStack() as stack:
        again = Rejudge(suite, suite.variants[0].name, SavedReplies(path, stack))
        assert again.judged_as(saved.judged(), judge.judged_by(case)) is None
    ((_, ask),) = saved.asked
    assert ask.request is not None
    with AnswerLog(path) as log:
        reply = Response(json.dumps({"reason": "So.", "verdict": "yes"}))
        log.append(AnswerRecord(0, ask.key, "s", "p", "a", 0, ask.request.model, reply, location=ask.request.location))
    with ExitStack() as stack:
        again = Rejudge(suite, suite.variants[0].name, SavedReplies(path, stack))
        found = again.judged_as(saved.judged(), judge.judged_by(case))
    assert found is not None and found.passed is True
