"""The metrics of shared words against the packages that define them: rouge-score, sacrebleu and nltk."""

from __future__ import annotations

import sacrebleu
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from nltk.translate.gleu_score import sentence_gleu
from nltk.translate.meteor_score import meteor_score
from pytest import approx
from rouge_score.rouge_scorer import RougeScorer

from gemini_eval.metrics.build import build_metric
from gemini_eval.metrics.words import words
from gemini_eval.types import Expected, Response, Subject

TEXT = """the cat sat on a mat, and 3.5 dogs ran-away running runs ran! It's e.g. U.S.A. 1,000 2-3 (hi) &amp; relational
ponies... "quoted" ,, .. - -- generalization oscillators <skipped> a_b [c]"""
WORDS = [*TEXT.split(), "x-\ny"]
KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
SCORERS = {kind: RougeScorer([kind]) for kind in KINDS}
STEMMER = PorterStemmer(mode=PorterStemmer.ORIGINAL_ALGORITHM)

texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", " ", "\n", ""])), max_size=30).map(
    lambda pairs: "".join(map("".join, pairs)).strip()
)
references = st.lists(texts.filter(bool), min_size=1, max_size=3)


class NoWords:
    """WordNet without a word in it."""

    def synsets(self, _word):
        return []


def score(name, parameters, answer, expected):
    given_ = Expected(None, tuple(expected))
    return build_metric(name, parameters).judge(Subject(answer, answer, Response(answer), given_)).score


@settings(max_examples=60, deadline=None)
@given(texts, references)
@example("the cat\nsat on the mat", ["the mat\nthe cat sat"])
def test_rouge_is_rouge_scores(answer, expected):
    for kind in KINDS:
        found = [SCORERS[kind].score(reference, answer)[kind] for reference in expected]
        for ours, theirs in (("f1", "fmeasure"), ("precision", "precision"), ("recall", "recall")):
            best = max(getattr(each, theirs) for each in found)
            assert score("rouge", {"type": kind, "score": ours}, answer, expected) == approx(best, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(texts, references)
@example("a b c. d,e 1.5 x... ..", ["a b c . d , e 1.5 x . . . . ."])
@example("", ["a"])
def test_bleu_and_chrf_are_sacrebleus(answer, expected):
    table = [
        ("bleu", {}, sacrebleu.sentence_bleu(answer, expected)),
        ("bleu", {"tokens": "char"}, sacrebleu.sentence_bleu(answer, expected, tokenize="char")),
        ("chrf", {}, sacrebleu.sentence_chrf(answer, expected)),
        ("chrf", {"words": 2}, sacrebleu.sentence_chrf(answer, expected, word_order=2)),
    ]
    for name, parameters, theirs in table:
        assert score(name, parameters, answer, expected) == approx(theirs.score / 100, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(texts, references)
def test_gleu_and_meteor_are_nltks(answer, expected):
    has, wanted = words(answer), [words(reference) for reference in expected]
    gleu = sentence_gleu(wanted, has) if has else 0
    assert score("gleu", {}, answer, expected) == approx(gleu, abs=1e-12)
    meteor = meteor_score(wanted, has, stemmer=STEMMER, wordnet=NoWords())
    assert score("meteor", {}, answer, expected) == approx(meteor, abs=1e-12)


SENTENCES = ["나는 어제 서울에서 친구를 만났다.", "今日は天気がいいですね。", "我昨天在北京见了朋友", "Ich fuhr über die Brücke"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES), st.integers(0, 10))
def test_bleu_and_chrf_are_sacrebleus_in_other_scripts(one, other, cut):
    answer = one[:cut] + other[cut:]
    assert score("bleu", {}, answer, [one]) == approx(sacrebleu.sentence_bleu(answer, [one]).score / 100, abs=1e-12)
    char = sacrebleu.sentence_bleu(answer, [one], tokenize="char")
    assert score("bleu", {"tokens": "char"}, answer, [one]) == approx(char.score / 100, abs=1e-12)
    assert score("chrf", {}, answer, [one]) == approx(sacrebleu.sentence_chrf(answer, [one]).score / 100, abs=1e-12)


def test_words():
    assert " ".join(words("The cat's 3.5 STRASSE, naïve café Straße")) == "the cat s 3 5 strasse naïve café strasse"
    assert words("今日は Python 3") == ["今", "日", "は", "python", "3"]
    assert words("환불을 원해요!") == ["환불을", "원해요"]
    assert words("환불을 원해요!", "character") == list("환불을원해요")
    assert words("ที่นี่", "character") == ["ที่", "นี่"]
    assert words("👍 … ") == []
