"""Jobs on Vertex AI: the request is the SDK's own, labels find a job again, and failures say what mends them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from google.genai import Client, types
from google.oauth2.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.errors import Faults
from gemini_eval.suites.tuned import Checkpoint, read_registry
from gemini_eval.suites.workspace import find_workspace
from gemini_eval.tuning.parameters import Parameters
from gemini_eval.tuning.vertex.endpoints import EndpointService
from gemini_eval.tuning.vertex.failures import ServiceError
from gemini_eval.tuning.vertex.jobs import DATA, KEY, PROMPT, Job, Wanted, digest_of, label_of
from gemini_eval.tuning.vertex.place import Seat
from gemini_eval.tuning.vertex.service import TuningService
from gemini_eval.types import Json
from gemini_eval.verbs.tune.jobs import Sweep, find_jobs, record, start_waiting, watch
from tests.standin import Body, Refuse, Rule, Script, StandIn, Tuning
from tests.support.suites import write_files

ONE = "sha256:" + "1" * 64
TWO = "sha256:" + "2" * 64
PLACE = "projects/cellar-9/locations/us-central1"
WANTED = Wanted(
    "tickets/e4-a4", "gemini-2.5-flash", Parameters(4, 1.0, 4), "gs://b/train.jsonl", ONE, "gs://b/held.jsonl", TWO, TWO,
    {"team": "cellar"},
)  # fmt: skip


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(Script(tuning=Tuning(at_once=1, dropped=((3, "Too many tokens"),)))) as server:
        yield server


def seat(server: StandIn) -> Seat:
    return Seat("cellar-9", "us-central1", server.url, Credentials(token="token"))  # type: ignore[no-untyped-call]  # untyped


def opened(server: StandIn) -> TuningService:
    return TuningService(seat(server))


def test_the_request_is_the_clients_own(standin: StandIn) -> None:
    config = types.CreateTuningJobConfig(
        tuned_model_display_name="tickets/e4-a4",
        epoch_count=4,
        learning_rate_multiplier=1.0,
        adapter_size=types.AdapterSize.ADAPTER_SIZE_FOUR,
        validation_dataset=types.TuningValidationDataset(gcs_uri="gs://b/held.jsonl"),
        labels=WANTED.labels,
    )
    google = Client(
        vertexai=True,
        project="cellar-9",
        location="us-central1",
        credentials=seat(standin).credentials,
        http_options=types.HttpOptions(base_url=standin.url),
    )
    google.tunings.tune(
        base_model="gemini-2.5-flash", training_dataset=types.TuningDataset(gcs_uri="gs://b/train.jsonl"), config=config
    )
    standin.reset()
    with closing(opened(standin)) as service:
        service.create(WANTED)
    (ours,) = standin.requests
    standin.reset()
    google.tunings.tune(
        base_model="gemini-2.5-flash", training_dataset=types.TuningDataset(gcs_uri="gs://b/train.jsonl"), config=config
    )
    (theirs,) = standin.requests
    assert (ours.method, ours.path, ours.body) == (theirs.method, theirs.path, theirs.body)
    assert ours.body["labels"] == {
        "team": "cellar",
        KEY: WANTED.key,
        DATA: label_of(ONE),
        PROMPT: label_of(TWO),
    }


@given(st.binary(min_size=32, max_size=32))
def test_a_hash_fits_a_label_and_comes_back(raw: bytes) -> None:
    label = label_of(f"sha256:{raw.hex()}")
    assert len(label) == 52 and label == label.lower() and label.isalnum()
    assert digest_of(label) == f"sha256:{raw.hex()}"


@pytest.mark.parametrize("label", ["", "abc", "!", "1" * 52, "a" * 60])
def test_what_is_no_hash(label: str) -> None:
    assert digest_of(label) == ""


def test_the_key_is_of_what_is_trained_not_of_where_or_what_it_is_called() -> None:
    same = replace(WANTED, alias="other", train="gs://c/d.jsonl", validation="gs://c/e.jsonl", billing={}, prompt="")
    assert same.key == WANTED.key
    others = [
        replace(WANTED, base="gemini-2.5-flash-lite"),
        replace(WANTED, data=TWO),
        replace(WANTED, held=""),
        *(replace(WANTED, parameters=one) for one in (Parameters(3, 1.0, 4), Parameters(4, 2.0, 4), Parameters(4, 1.0, 1))),
    ]
    assert len({WANTED.key, *(other.key for other in others)}) == 7


def test_a_sweep_within_its_quota_to_its_end(standin: StandIn) -> None:
    wanted = [replace(WANTED, alias=f"tickets/e{n}-a4", parameters=Parameters(n, 1.0, 4)) for n in (1, 2, 3)]
    said: list[str] = []
    with closing(opened(standin)) as service:
        sweep = find_jobs(service, wanted)
        start_waiting(service, sweep)
        assert [one.alias for one in sweep.waiting] == ["tickets/e2-a4", "tickets/e3-a4"]
        watch(service, sweep, said.append, every_s=0.0, pause=lambda _s: None)
        again = find_jobs(service, wanted)
    assert said == [f"tickets/e{n}-a4: {state}" for n in (1, 2, 3) for state in ("running", "succeeded")]
    assert (len(again.jobs), again.waiting, again.over) == (3, [], True)
    tuned = again.jobs[wanted[1].key].tuned()
    assert tuned is not None
    assert (tuned.alias, tuned.data, tuned.prompt, len(tuned.checkpoints)) == ("tickets/e2-a4", ONE, TWO, 2)
    assert tuned.parameters == {"epochs": 2, "learning_rate_multiplier": 1.0, "adapter_size": 4}
    job = again.jobs[wanted[1].key]
    assert (job.examples, job.dropped, job.reasons) == (512, 1, ((3, "Too many tokens"),))


def test_two_that_wait_for_room_start_a_job_once(standin: StandIn) -> None:
    wanted = [replace(WANTED, alias=f"tickets/e{n}-a4", parameters=Parameters(n, 1.0, 4)) for n in (1, 2)]
    with closing(opened(standin)) as service:
        sweeps = [find_jobs(service, wanted), find_jobs(service, wanted)]
        start_waiting(service, sweeps[0])
        sweeps[1] = find_jobs(service, wanted)
        for sweep in sweeps:
            assert [one.alias for one in sweep.waiting] == ["tickets/e2-a4"]
        for sweep in sweeps:
            watch(service, sweep, lambda _line: None, every_s=0.0, pause=lambda _s: None)
        assert [job.alias for job in service.find()] == ["tickets/e2-a4", "tickets/e1-a4"]
        assert [job.state for sweep in sweeps for job in sweep.jobs.values()] == ["SUCCEEDED"] * 4


def test_a_quota_that_others_use_up_is_told_once() -> None:
    rule = Rule(Refuse(429, message="No room."), method="tuningJobs.create", calls=(1, 2, 3, 4))
    said: list[str] = []
    with StandIn(rules=(rule,)) as server, closing(opened(server)) as service:
        sweep = Sweep(waiting=[WANTED])
        start_waiting(service, sweep)
        assert sweep.refused == "tickets/e4-a4 was not started: HTTP 429: No room."
        watch(service, sweep, said.append, every_s=0.0, pause=lambda _s: None)
    assert said == [
        "tickets/e4-a4 was not started: HTTP 429: No room.; none of this sweep is running, trying again",
        "tickets/e4-a4: running",
        "tickets/e4-a4: succeeded",
    ]


def test_a_failed_or_cancelled_job_is_started_anew(standin: StandIn) -> None:
    with closing(opened(standin)) as service:
        job = service.create(WANTED)
        assert find_jobs(service, [WANTED]).waiting == []
        service.cancel(job.name)
        assert find_jobs(service, [WANTED]).waiting == [WANTED]


def test_many_jobs_are_found_page_by_page() -> None:
    with StandIn(Script(tuning=Tuning(looks=1000))) as server, closing(opened(server)) as service:
        for number in range(1, 131):
            service.create(replace(WANTED, parameters=Parameters(number, 1.0, 4)))
        assert len({job.labels[KEY] for job in service.find()}) == 130


@pytest.mark.parametrize(
    ("refuse", "reason", "hint"),
    [
        (
            Refuse(403),
            "tickets/e4-a4 was not started: HTTP 403: The caller does not have permission",
            "the account needs aiplatform.tuningJobs.create in project cellar-9",
        ),
        (
            Refuse(400, message="Base model gemini-9 is not supported."),
            "tickets/e4-a4 was not started: HTTP 400: Base model gemini-9 is not supported.",
            "look at what was asked: base model, region, parameters and data",
        ),
        (
            Refuse(503),
            "tickets/e4-a4 was not started: HTTP 503: The model is overloaded. Please try again later.",
            "run the same command again: a job that was made is found by its labels, not made twice",
        ),
    ],
)
def test_a_refusal_says_what_mends_it(refuse: Refuse, reason: str, hint: str) -> None:
    rule = Rule(refuse, method="tuningJobs.create")
    with StandIn(rules=(rule,)) as server, closing(opened(server)) as service:
        with pytest.raises(ServiceError) as raised:
            service.create(WANTED)
        assert (raised.value.reason, raised.value.hint) == (reason, hint)
        sweep = Sweep(waiting=[WANTED])
        with pytest.raises(ServiceError):
            start_waiting(service, sweep)
        assert sweep.waiting == [WANTED]


GARBAGE = [
    "<html>Please log in</html>",
    '{"tuningJobs": 3, "endpoints": 3}',
    '{"tuningJobs": [3], "endpoints": [3]}',
    '{"tuningJobs": [',
]


@pytest.mark.parametrize("text", GARBAGE)
def test_a_body_that_is_no_answer_is_told_as_such(text: str) -> None:
    rules = tuple(Rule(Body(text), method=method) for method in ("tuningJobs.list", "endpoints.list"))
    with StandIn(rules=rules) as server, closing(opened(server)) as service, closing(EndpointService(seat(server), 0)) as other:
        for ask, what in (
            (service.find, "the tuning jobs can't be listed"),
            (lambda: [*other.find()], "the endpoints can't be listed"),
        ):
            with pytest.raises(ServiceError) as raised:
                ask()
            assert raised.value.reason.startswith(f"{what}: {server.url} answered what can't be read: ")
            assert raised.value.hint == "is that Vertex AI? a proxy may answer in its place; try again"


def hostile(**said: Json) -> Json:
    return {"name": f"{PLACE}/tuningJobs/1", "labels": {KEY: "a"}, "state": "JOB_STATE_SUCCEEDED", **said}


def listed(*jobs: Json) -> list[Job]:
    rule = Rule(Body(json.dumps({"tuningJobs": jobs})), method="tuningJobs.list")
    with StandIn(rules=(rule,)) as server, closing(opened(server)) as service:
        return service.find()


def test_what_the_service_says_is_one_line_of_printable_text() -> None:
    odd = "a\x1b[31m\nb\u202ec" + "d" * 400
    shown = "a [31m b c" + "d" * 289 + "…"
    (job,) = listed(
        hostile(
            tunedModelDisplayName=odd,
            baseModel=odd,
            error={"message": odd},
            tunedModel={"model": odd, "endpoint": odd, "checkpoints": [{"epoch": "1", "checkpointId": odd, "endpoint": odd}]},
        )
    )
    assert (job.alias, job.base, job.error, job.model, job.endpoint) == (shown,) * 5
    assert job.checkpoints == (Checkpoint(1, shown, shown),)


def test_a_job_in_a_state_of_tomorrow_may_still_run(recwarn: pytest.WarningsRecorder) -> None:
    (job,) = listed(hostile(state="JOB_STATE_THINKING"))
    assert (job.state, job.running, job.usable) == ("THINKING", True, True)
    assert [str(one.message) for one in recwarn if "THINKING" in str(one.message)] == []


def test_an_outage_while_watching_passes() -> None:
    rule = Rule(Refuse(503), method="tuningJobs.get", calls=(1, 2, 3))
    said: list[str] = []
    with StandIn(rules=(rule,)) as server, closing(opened(server)) as service:
        sweep = Sweep(waiting=[WANTED])
        start_waiting(service, sweep)
        watch(service, sweep, said.append, every_s=0.0, pause=lambda _s: None)
    assert said[3:] == ["tickets/e4-a4: running", "tickets/e4-a4: succeeded"]
    assert said[0].endswith("HTTP 503: The model is overloaded. Please try again later.; looking again")


def test_a_long_outage_ends_the_watching_not_the_jobs() -> None:
    rule = Rule(Refuse(503), method="tuningJobs.get")
    with StandIn(rules=(rule,)) as server, closing(opened(server)) as service:
        sweep = Sweep(waiting=[WANTED])
        start_waiting(service, sweep)
        with pytest.raises(ServiceError, match="HTTP 503"):
            watch(service, sweep, lambda _line: None, every_s=0.0, pause=lambda _s: None)
        assert [job.running for job in service.find()] == [True]


def test_nobody_listens() -> None:
    gone = Seat("cellar-9", "us-central1", "http://127.0.0.1:9", Credentials(token="token"))  # type: ignore[no-untyped-call]
    with closing(TuningService(gone)) as service, pytest.raises(ServiceError) as raised:
        list(service.find())
    assert raised.value.reason == "the tuning jobs can't be listed: no answer from http://127.0.0.1:9: ConnectError"
    assert raised.value.passing


def test_a_job_with_somebody_elses_words_is_not_recorded(standin: StandIn, tmp_path: Path) -> None:
    workspace = find_workspace(write_files(tmp_path, {}))
    with closing(opened(standin)) as service:
        sweep = Sweep(waiting=[replace(WANTED, alias="../of others: {x"), replace(WANTED, parameters=Parameters(1, 1.0, 1))])
        start_waiting(service, sweep)
        watch(service, sweep, lambda _line: None, every_s=0.0, pause=lambda _s: None)
    faults = Faults()
    assert [alias for _, alias in record(workspace, sweep.jobs.values(), faults)] == ["tickets/e4-a4"]
    assert list(read_registry(tmp_path)) == ["tickets/e4-a4"]
    assert [fault.reason for fault in faults.errors] == [
        "the model of job 1 is not recorded: an alias with ' ', ':', '{' in it: '../of others: {x'"
    ]
    assert list(record(workspace, sweep.jobs.values(), Faults())) == []


def test_what_the_registry_could_not_be_read_with_is_not_written_and_keeps_no_other_out(tmp_path: Path) -> None:
    workspace = find_workspace(write_files(tmp_path, {}))
    tuned = [
        {"endpoint": "https://elsewhere/"},
        {"endpoint": f"{PLACE}/endpoints/2", "checkpoints": [{"epoch": "1", "endpoint": "local:x.gguf"}]},
        {"model": f"{PLACE}/models/3"},
        {"endpoint": f"{PLACE}/endpoints/4"},
    ]
    made = [
        hostile(
            name=f"{PLACE}/tuningJobs/{n}", tunedModelDisplayName=f"tickets/e{n}", baseModel="gemini-2.5-flash", tunedModel=one
        )
        for n, one in enumerate(tuned, 1)
    ]
    faults = Faults()
    assert [alias for _, alias in record(workspace, listed(*made), faults)] == ["tickets/e4"]
    assert list(read_registry(tmp_path)) == ["tickets/e4"]
    why = "gemini-eval.tuned.yaml can't hold tickets"
    assert [fault.reason.partition("the model of job ")[2] for fault in faults.errors] == [
        f"1 is not recorded: {why}/e1: a model id with an empty part: 'https://elsewhere/'",
        f"2 is not recorded: {why}/e2: a model id with ':' in it: 'local:x.gguf'",
        "3 is not recorded: it has no endpoint",
    ]
