"""The embedded model itself, tuned for real in a few steps, and asked."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import pytest

from gemini_eval.providers import Opening, identity_of, open_provider
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.local.train import Step
from gemini_eval.tuning.parameters import Parameters
from gemini_eval.types import Message, Request, Response
from gemini_eval.verbs.tune.local import tune_locally

pytestmark = pytest.mark.model

QUESTION = "Ticket: {}\nTeam:"
ROWS = [
    ("My parcel is late.", "Q-42"),
    ("I was charged twice.", "K-17"),
    ("The courier lost my box.", "Q-42"),
    ("The invoice is wrong.", "K-17"),
    ("주문한 상품이 아직 안 왔어요.", "Q-42"),
    ("환불이 아직 안 됐어요.", "K-17"),
]


def ask(model: str, text: str) -> Response:
    path = Path(model.partition("+")[2].partition("@")[0]) if "+" in model else None
    name = identity_of(model, path)
    params = {"max_output_tokens": 8, "response_logprobs": True}

    async def main() -> Response:
        provider = open_provider(name, Opening(path))
        try:
            return await provider.ask(Request(name, (Message("user", text),), params=params))  # type: ignore[union-attr]
        finally:
            await provider.close()  # type: ignore[misc]

    return asyncio.run(main())


def test_a_few_steps_teach_it_codes_that_nobody_could_guess(tmp_path: Path) -> None:
    examples = [TuningExample((Message("user", QUESTION.format(text)), Message("model", code))) for text, code in ROWS]
    steps: list[Step] = []
    said: list[str] = []
    trained = tune_locally(examples, Parameters(8, 1.0, 4), tmp_path / "tuned", seed=0, progress=steps.append, say=said.append)
    assert steps[-1].loss < 0.2 < steps[0].loss
    answers = {text: ask(trained.last.model, QUESTION.format(text)) for text, _ in ROWS[:2]}
    assert [answer.text.strip() for answer in answers.values()] == ["Q-42", "K-17"]
    assert {answer.finish_reason for answer in answers.values()} == {"stop"}
    one = answers[ROWS[0][0]]
    assert one.model_version == f"gemma-3-270m-q4_k_m@sha256:a5fd3b62230a+sha256:{trained.last.sha256[:12]}"
    again = ask(trained.last.model, QUESTION.format(ROWS[0][0]))
    assert (again.text, again.logprobs) == (one.text, one.logprobs)
    assert ask("local:gemma-3-270m", QUESTION.format(ROWS[0][0])).text.strip() != "Q-42"
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    assert most < 4 * 2**30
