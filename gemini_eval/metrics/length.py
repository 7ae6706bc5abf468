from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.metrics.counting import count_characters, count_sentences, count_words
from gemini_eval.metrics.parameters import ParameterError, Range
from gemini_eval.metrics.wording import kind_of, verdict
from gemini_eval.text import text_of
from gemini_eval.types import Subject, Verdict


@dataclass(frozen=True, slots=True)
class Length:
    """The answer has the right number of words, characters or sentences: `{min, max}`, or a number for exactly that many.

    Words stand between white space and hold a letter or digit; in Chinese and Japanese, written without spaces, each Han or Kana
    character is one. Characters are Unicode code points of the NFC text, surrounding white space left out. A sentence ends at
    `.`, `!`, `?` or `…` before white space (not in the `1.` of a list), at `。`, `！`, `？`, at an empty line and at the end.
    """

    words: Range | int | None = None
    characters: Range | int | None = None
    sentences: Range | int | None = None

    NAME: ClassVar[str] = "length"
    READS: ClassVar[Literal["answer", "output", "response"]] = "answer"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.words is None and self.characters is None and self.sentences is None:
            raise ParameterError("length counts nothing", "for example {words: {max: 50}}; or characters, sentences")

    def judge(self, subject: Subject) -> Verdict:
        text = text_of(subject.value)
        if text is None:
            return verdict(False, f"the answer is {kind_of(subject.value)}; length counts text")
        wanted = (("words", self.words, count_words), ("characters", self.characters, count_characters))
        said, holds = [], True
        for unit, limit, count in (*wanted, ("sentences", self.sentences, count_sentences)):
            if limit is not None:
                allowed = Range(limit, limit) if isinstance(limit, int) else limit
                number = count(text)
                holds = holds and number in allowed
                said.append(f"{number} {unit}, {allowed} expected")
        return verdict(holds, "; ".join(said))
