"""The evaluation service asked through the official client, against a real server; and its figures beside the local ones."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.engine.local import run_jobs
from gemini_eval.errors import UsageError
from gemini_eval.metrics.build import build_metric
from gemini_eval.prompts import Asked, service_request
from gemini_eval.providers import EVALUATION_SERVICE, Opening, price_of
from gemini_eval.providers.evaluation.place import place_of
from gemini_eval.providers.evaluation.provider import EvaluationService
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Answer, Expected, Habits, Json, Request, Response, Subject
from gemini_eval.vertex import build_service_metric
from tests.reliability.world import service_account
from tests.standin import Body, ExpireToken, Info, Refuse, Reset, Rule, Script, StandIn

PROJECT, LOCATION = "p1", "us-central1"
TEXTS = [
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("the cat lay on the mat", "the cat sat on the mat"),
    ("on the mat sat the cat", "the cat sat on the mat"),
    ("a dog", "the cat sat on the mat"),
    ("yes", "yes"),
    ("Yes.", "yes"),
    ("the first line\nand the second, running", "the second line runs\nafter the first"),
    ("", "nothing at all"),
    ("prices rose by 3.5 % in May; they fell in June", "prices rose 3.5 % in May and fell in June"),
]
METHOD = "evaluateInstances"


@dataclass(slots=True)
class World:
    server: StandIn
    service: EvaluationService

    def ask(self, *requests: Request) -> list[Response]:
        async def work() -> list[Response]:
            try:
                return list(await self.service.ask_together(requests))
            finally:
                await self.service.close()

        return asyncio.run(work())

    def trouble(self, *requests: Request) -> ProviderError:
        with pytest.raises(ProviderError) as raised:
            self.ask(*requests)
        return raised.value


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """`request.param` is the server's script, where a test gives one."""
    with StandIn(request.param if hasattr(request, "param") else None) as server:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(tmp_path, server.url)))
        monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", server.url)
        service = EvaluationService(Opening(target={"api": "vertex", "project": PROJECT, "location": LOCATION}))
        service.prepare()
        yield World(server, service)


def subject(answer: str, expected: Json = None, calls: Sequence[Json] = ()) -> Subject:
    wanted = None if expected is None else Expected(expected)
    return Subject(answer, answer, Response(answer, calls=tuple(calls)), wanted)


def requests_for(value: Json, *subjects: Subject, prompt: str = "") -> list[Request]:
    metric = build_service_metric(value)
    asked = Asked(EVALUATION_SERVICE, LOCATION, Habits())
    return [service_request(asked, question, prompt) for one in subjects for question in metric.questions(one)]


def one_request() -> Request:
    return requests_for("exact_match", subject("yes", "yes"))[0]


# ---- beside the local metrics ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("exact_match", "exact_match"),
        ({"bleu": {"use_effective_order": True}}, {"bleu": {}}),
        *(
            ({"rouge": {"type": kind, "split_summaries": False}}, {"rouge": {"type": kind}})
            for kind in ("rouge1", "rouge2", "rougeL", "rougeLsum")
        ),
    ],
    ids=str,
)
def test_the_computed_texts_score_as_the_local_metrics_do(world: World, theirs: Json, ours: Json) -> None:
    name = ours if isinstance(ours, str) else next(iter(ours))
    local, service = build_metric(name, {} if isinstance(ours, str) else ours[name]), build_service_metric(theirs)
    subjects = [subject(*pair) for pair in TEXTS]
    replies = world.ask(*requests_for(theirs, *subjects))
    assert len(world.server.requests) - 1 == 1  # besides the one for a token: all in one call
    found = [service.judge(one, [reply]).score for one, reply in zip(subjects, replies, strict=True)]
    assert found == pytest.approx([local.judge(one).score for one in subjects], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("get_weather", {"city": "Seoul", "unit": "C"}),
        ("get_weather", {"city": "Busan", "unit": "C"}),
        ("get_weather", {"city": "Seoul"}),
        ("get_time", {"city": "Seoul", "unit": "C"}),
        (None, {}),
    ],
)
def test_the_metrics_of_calls_agree_with_the_local_ones(world: World, name: str | None, args: Json) -> None:
    made = [] if name is None else [{"name": name, "args": args}]
    wanted = [{"name": "get_weather", "args": {"city": "Seoul", "unit": "C"}}]
    one = subject("", calls=made)
    scores = {}
    for metric in ("tool_call_valid", "tool_name_match", "tool_parameter_kv_match"):
        value = {metric: {"calls": wanted}}
        (reply,) = world.ask(*requests_for(value, one))
        scores[metric] = build_service_metric(value).judge(one, [reply]).passed
    assert scores == {
        "tool_call_valid": bool(made),
        "tool_name_match": build_metric("call_name", "get_weather").judge(one).passed,
        "tool_parameter_kv_match": build_metric("calls", wanted).judge(one).passed,
    }


# ---- calls -----------------------------------------------------------------------------------------------------


def test_hundreds_of_instances_are_a_few_calls(world: World) -> None:
    requests = requests_for("exact_match", *(subject(str(number), "7") for number in range(250)))
    asks = [Ask(0, str(number), request) for number, request in enumerate(requests)]
    answers: dict[str, Answer | None] = {}

    class Kept:
        def answered(self, job: Job, ask: Ask) -> None:
            answers[ask.key] = ask.answer

        def finished(self, job: Job) -> bool:
            return True

    ending = run_jobs(iter([[Job(ask.key, "s", [ask]) for ask in asks]]), {"s": world.service}, Kept())
    right = [key for key, answer in answers.items() if isinstance(answer, Response) and answer.text == '{"score":1.0}']
    assert (len(answers), right, ending.sent) == (250, ["7"], 3)
    counts = [len(seen.body["exactMatchInput"]["instances"]) for seen in world.server.requests if seen.call and seen.body]
    assert sorted(counts) == [50, 100, 100]


def test_what_a_model_judges_goes_alone_and_says_why(world: World) -> None:
    world.server.reset(Script(oracle=world.server.script.oracle.__class__(answer="3.3")))
    value = {"pointwise": {"template": "{prompt}: {response}", "scale": [1, 5], "threshold": 3, "model": "gemini-2.5-pro"}}
    (request,) = requests_for(value, subject("yes"), prompt="Is it?")
    (reply,) = world.ask(request)
    assert reply.text == '{"explanation":"the oracle says 3.3","score":3.3}'
    assert (reply.cost_micros, price_of(EVALUATION_SERVICE, {})) == (None, None)
    sent = world.server.requests[-1]
    assert sent.path == f"/v1beta1/projects/{PROJECT}/locations/{LOCATION}:evaluateInstances"
    assert sent.body["autoraterConfig"] == {
        "autoraterModel": f"projects/{PROJECT}/locations/{LOCATION}/publishers/google/models/gemini-2.5-pro"
    }
    assert world.service.bundle_of(request) == ""


# ---- troubles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "trouble", "reason"),
    [
        (Refuse(429, retry_info=7.5), Trouble.CONGESTED, "the shared capacity for the evaluation service in us-central1"),
        (Refuse(429, retry_after="9"), Trouble.CONGESTED, "HTTP 429"),
        (Refuse(503), Trouble.PASSING, "HTTP 503"),
        (Refuse(404), Trouble.CLOSED, "there is no evaluation service in location us-central1, project p1"),
        (Refuse(400, message="too long"), Trouble.FINAL, "HTTP 400: too long"),
        (Body("<html>bad gateway</html>", 502, "text/html"), Trouble.PASSING, "HTTP 502"),
        (Body("<html>hello</html>", 200, "text/html"), Trouble.PASSING, "the answer's body is no answer of the service"),
        (Body("{}"), Trouble.PASSING, "the answer's body has 0 results for 1 instances"),
        (Reset(), Trouble.PASSING, "no connection to 127.0.0.1:"),
    ],
)
def test_what_is_no_answer(world: World, action: Refuse | Body | Reset, trouble: Trouble, reason: str) -> None:
    world.server.reset(Script(rules=(Rule(do=action, method=METHOD),)))
    found = world.trouble(one_request())
    assert found.trouble is trouble
    assert reason in found.reason
    expected = {"7.5": 7.5, "9": 9.0}.get(str(getattr(action, "retry_info", None) or getattr(action, "retry_after", "")))
    assert found.retry_after_s == expected


def test_no_permission_says_which(world: World) -> None:
    world.server.reset(Script(rules=(Rule(do=Refuse(403, info=Info("OTHER")), method=METHOD),)))
    found = world.trouble(one_request())
    assert found.trouble is Trouble.CLOSED
    assert "aiplatform.locations.evaluateInstances" in found.hint


@pytest.mark.parametrize("world", [Script(rules=(Rule(do=ExpireToken(), method=METHOD, times=1),))], indirect=True)
def test_a_token_that_is_refused_is_renewed(world: World) -> None:
    assert world.ask(one_request())[0].text == '{"score":1.0}'
    assert world.server.stats()["tokens"] == 2


@pytest.mark.parametrize("world", [Script(rules=(Rule(do=ExpireToken(), method=METHOD),))], indirect=True)
def test_tokens_that_are_all_refused_close_it(world: World) -> None:
    assert world.trouble(one_request()).trouble is Trouble.CLOSED


@pytest.mark.parametrize("status", [400, 404])
def test_a_credential_that_the_server_repeats_goes_no_further(world: World, status: int) -> None:
    refuse = Refuse(status, message="no", tell_credential=True)
    world.server.reset(Script(rules=(Rule(do=refuse, method=METHOD),)))
    assert "stand-in-token" not in str(world.trouble(one_request()))


def test_a_server_that_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    service = EvaluationService(Opening(target={"api": "vertex", "project": PROJECT, "location": LOCATION}))
    service.prepare()
    found = World(world.server, service).trouble(one_request())
    assert found.trouble is Trouble.PASSING
    assert found.reason.startswith("no connection to 127.0.0.1:")


# ---- where -----------------------------------------------------------------------------------------------------


def test_where_it_is_asked() -> None:
    environment = {"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_CLOUD_LOCATION": "europe-west4"}
    found = place_of(EVALUATION_SERVICE, "", {}, environment)
    assert (found.location, found.implied, found.project, found.through) == ("europe-west4", True, "p", "Vertex AI")
    found = place_of(EVALUATION_SERVICE, "us-east4", {"project": "t"}, environment)
    assert (found.location, found.implied, found.project) == ("us-east4", False, "t")
    assert place_of(EVALUATION_SERVICE, "", {"api": "express"}, environment).reason.startswith("the evaluation service is a part")
    assert place_of(EVALUATION_SERVICE, "", {"api": "vertx"}, environment).reason.startswith("a target's api is")


def test_a_project_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn() as server:
        file = service_account(tmp_path, server.url)
        account = json.loads(file.read_text())
        file.write_text(json.dumps({**account, "project_id": None}))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        with pytest.raises(UsageError, match="no Google Cloud project is known"):
            EvaluationService(Opening(target={"api": "vertex"})).prepare()
