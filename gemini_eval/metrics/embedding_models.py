"""Google's embedding models: what one is asked about a text, and how its answer is kept.

An embedding is kept as the base64 of its numbers, float32 and little-endian: 4 kB where there are 768 of them. The base64 is in
groups, so that no part of it looks like a key of Google's, which would be taken out.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from gemini_eval.errors import ValueRefusedError
from gemini_eval.types import Answer, Failure

FAMILIES = ("gemini-embedding-", "text-embedding-", "text-multilingual-embedding-")
TASK = "SEMANTIC_SIMILARITY"
DIMENSIONS = 768
"""Where the suite does not say: what the older models have, and the least that Google advises for the newer ones."""
MOST_DIMENSIONS = 3_072
MOST_CHARACTERS = 8_000
"""Of a text: about the 2,048 tokens that the models read. Vertex AI refuses more; the developer API would cut it off."""

_PROMPTED = "gemini-embedding-2"
_GROUP = 32


@dataclass(frozen=True, slots=True)
class ToEmbed:
    """A text that a model is to embed; `location` is where, as the suite writes it."""

    model: str
    text: str
    dimensions: int
    location: str = ""

    @property
    def sent(self) -> str:
        """The text as the model is asked: the second generation takes its task from the text."""
        return f"task: sentence similarity | query: {self.text}" if self.model.startswith(_PROMPTED) else self.text

    @property
    def params(self) -> dict[str, str | int]:
        task = {} if self.model.startswith(_PROMPTED) else {"task_type": TASK}
        return {**task, "output_dimensionality": self.dimensions}

    def broken(self, reply: Answer | None) -> str:
        """Why a reply is no embedding; '' where it is one."""
        try:
            unpacked(reply, self.dimensions)
        except ValueRefusedError as error:
            return error.reason
        return ""


def is_embedding_model(model_id: str) -> bool:
    return model_id.startswith(FAMILIES)


def packed(values: Sequence[float]) -> str:
    data = b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()
    return " ".join(data[at : at + _GROUP] for at in range(0, len(data), _GROUP))


def unpacked(reply: Answer | None, dimensions: int) -> NDArray[float32]:
    """The embedding with length 1. Raises ValueRefusedError where there is none."""
    if reply is None:
        raise ValueRefusedError("it was not asked")
    if isinstance(reply, Failure):
        raise ValueRefusedError(f"{reply.outcome.value.replace('_', ' ')}: {reply.reason}")
    try:
        found: NDArray[float32] = np.frombuffer(b64decode(reply.text.replace(" ", ""), validate=True), dtype="<f4")
    except ValueError:
        raise ValueRefusedError("its answer holds no numbers") from None
    length = float(np.linalg.norm(found))
    if len(found) != dimensions or not np.isfinite(length) or not length:
        raise ValueRefusedError(f"its answer is no embedding of {dimensions} numbers")
    return (found / float32(length)).astype(float32)
