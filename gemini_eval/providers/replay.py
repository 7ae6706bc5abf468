"""`replay:FILE`: answers from a recording. A request that it lacks is the outcome *not recorded*, never a wrong answer."""

from __future__ import annotations

from gemini_eval.errors import UsageError
from gemini_eval.providers import Opening, habits_of
from gemini_eval.runs.store import AnswerStore
from gemini_eval.types import Answer, Failure, Outcome, Request


class Replay:
    """Requests are looked up as they were sent to the recorded `model`; `replay:FILE#MODEL` picks one of several."""

    def __init__(self, model_id: str, opening: Opening) -> None:
        assert opening.file is not None
        self._shown = model_id
        self._store = AnswerStore([opening.file])
        first = self._store.first()
        if first is None:
            raise UsageError(f"{opening.file} holds no recorded answer", "write one with: gemini-eval record SUITE")
        self.model = model_id.partition("#")[2] or first.model
        self.location = first.location
        self.habits = habits_of(self.model)

    def find(self, request: Request, key: str) -> Answer:
        record = self._store.get(key)
        if record is None:
            return Failure(Outcome.NOT_RECORDED, f"no recording of this request in {self._shown.removeprefix('replay:')}")
        return record.answer

    def close(self) -> None:
        self._store.close()


def open_provider(model_id: str, opening: Opening) -> Replay:
    return Replay(model_id, opening)
