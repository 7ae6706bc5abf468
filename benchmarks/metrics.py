"""How fast saved answers are judged, and how fast texts are compared beside the packages that define the metrics."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.judging import judged_per_second
from benchmarks.page import Origin, table, write_page
from benchmarks.promise import Promise, promised
from gemini_eval.metrics.build import build_metric
from gemini_eval.metrics.words import words
from gemini_eval.types import Expected, Json, Response, Subject

COMMAND = "make proofs-metrics"
PACKAGES = ("nltk", "orjson", "rapidfuzz", "rouge-score", "sacrebleu")
ANSWERS = 20_000
PASSES = 7

ABOUT = """\
One process on one core. *Judged* are whole cases: the answer is found, three assertions (`exact_match`, `json_field`, `regex`)
are evaluated, the outcome decided, and the figures counted; half of them fail. *Compared* are pairs of English texts of which
about two thirds of the words agree, in batches, ours and the package's in turn; the time is the best of several passes, and ours
has the whole verdict in it, with its reason. The difference is the largest between two scores of one pair."""

SUITE = """
version: 1
name: saved
models: {answers: answer}
data: rows.jsonl
assert:
  - exact_match
  - json_field: {path: label, equals: red}
  - regex: '"amount": [0-9]+'
"""


@dataclass(frozen=True, slots=True)
class Reference:
    """A metric here, and the package that defines it: `load` gives a function of (answer, expected) to 0..1."""

    name: str
    parameters: Json
    package: str
    load: Callable[[], Callable[[str, str], float]]
    least: float = 0.0


def _rouge(kind: str) -> Callable[[], Callable[[str, str], float]]:
    def load() -> Callable[[str, str], float]:
        from rouge_score.rouge_scorer import RougeScorer

        scorer = RougeScorer([kind], use_stemmer=False, split_summaries=False)
        return lambda answer, expected: float(scorer.score(expected, answer)[kind].fmeasure)

    return load


def _bleu() -> Callable[[str, str], float]:
    from sacrebleu import sentence_bleu

    return lambda answer, expected: float(sentence_bleu(answer, [expected]).score) / 100


def _chrf() -> Callable[[str, str], float]:
    from sacrebleu import sentence_chrf

    return lambda answer, expected: float(sentence_chrf(answer, [expected]).score) / 100


def _gleu() -> Callable[[str, str], float]:
    from nltk.translate.gleu_score import sentence_gleu

    return lambda answer, expected: float(sentence_gleu([words(expected)], words(answer)))


REFERENCES = (
    Reference("rouge", {"type": "rouge1"}, "rouge-score", _rouge("rouge1")),
    Reference("rouge", {"type": "rouge2"}, "rouge-score", _rouge("rouge2")),
    Reference("rouge", {"type": "rougeL"}, "rouge-score", _rouge("rougeL"), least=3),
    Reference("rouge", {"type": "rougeLsum"}, "rouge-score", _rouge("rougeLsum")),
    Reference("bleu", {}, "sacrebleu", _bleu),
    Reference("chrf", {}, "sacrebleu", _chrf),
    Reference("gleu", {}, "nltk", _gleu),
)
SIZES = ((20, 2_000), (300, 100))
"""Words of a text, and how many pairs."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Seconds for a batch of pairs, here and there, and the largest difference of two scores."""

    reference: Reference
    words: int
    pairs: int
    ours_s: float
    theirs_s: float
    difference: float

    @property
    def ratio(self) -> float:
        return self.theirs_s / self.ours_s


def main(*, answers: int = ANSWERS, sizes: Sequence[tuple[int, int]] = SIZES, write: bool = True) -> int:
    """0 where every promise is kept and all scores are equal. Smaller counts, unwritten, are a test that all of it works."""
    origin = Origin.now(COMMAND, PACKAGES)
    with TemporaryDirectory(prefix="gemini-eval-metrics-") as folder:
        per_second = judged_per_second(saved_answers(Path(folder), answers))
    found = [_compared(reference, words, pairs) for words, pairs in sizes for reference in REFERENCES]
    promises = [
        Promise("saved answers judged a second", per_second, 20_000, " /s", at_least=True),
        *(
            Promise(
                f"{_called(one)}, {one.words} words, against {one.reference.package}", one.ratio, one.reference.least, "×", True
            )
            for one in found
            if one.reference.least
        ),
        Promise("largest difference of a score", max(one.difference for one in found), 1e-9, ""),
    ]
    parts = [ABOUT, "## Promised", promised(promises), "## Compared", table(_HEAD, list(map(_row, found)), right_from=2)]
    print("\n\n".join(parts[1:]))
    if write:
        print(f"\nwritten: {write_page('metric-speed.md', 'Speed of metrics', origin, parts).name}")
    return 0 if all(promise.kept for promise in promises) else 1


def saved_answers(folder: Path, count: int) -> Path:
    """A suite over answers that are there already, of which every second fails; its path."""
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as rows:
        for number in range(count):
            wanted = json.dumps({"label": "red", "amount": number})
            answer = wanted if number % 2 else json.dumps({"label": "white", "amount": number})
            rows.write(json.dumps({"id": str(number), "vars": {"answer": answer}, "expected": wanted}) + "\n")
    suite = folder / "suite.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    return suite


def text_pairs(words: int, count: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Texts of about so many words, and the same with every third word another one or gone."""
    draw = random.Random(seed)
    vocabulary = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(2_000)]
    for _ in range(count):
        expected = draw.choices(vocabulary, k=words)
        answer = [draw.choice(vocabulary) if draw.random() < 0.2 else word for word in expected if draw.random() > 0.15]
        yield " ".join(answer) + ".", " ".join(expected) + "."


def _compared(reference: Reference, words: int, count: int) -> Compared:
    pairs = list(text_pairs(words, count))
    metric = build_metric(reference.name, {**reference.parameters, "threshold": 0.5})
    theirs = reference.load()

    def ours(answer: str, expected: str) -> float:
        return metric.judge(Subject(answer, answer, Response(answer), Expected(expected), {}, {})).score

    difference = max(abs(ours(*pair) - theirs(*pair)) for pair in pairs)
    times = [(_seconds(ours, pairs), _seconds(theirs, pairs)) for _ in range(PASSES)]
    best = [min(side) for side in zip(*times, strict=True)]
    return Compared(reference, words, count, best[0], best[1], difference)


def _seconds(score: Callable[[str, str], float], pairs: Sequence[tuple[str, str]]) -> float:
    start = time.perf_counter()
    for answer, expected in pairs:
        score(answer, expected)
    return time.perf_counter() - start


_HEAD = ("metric", "package", "words", "here", "there", "faster", "difference")


def _called(one: Compared) -> str:
    return str(one.reference.parameters.get("type", one.reference.name))


def _row(one: Compared) -> list[str]:
    here, there = (f"{seconds / one.pairs * 1e6:,.0f} µs" for seconds in (one.ours_s, one.theirs_s))
    return [_called(one), one.reference.package, str(one.words), here, there, f"{one.ratio:.1f}×", f"{one.difference:.0e}"]
