"""Write the tables again: `python -m tests.tables.make METRICS`, where METRICS is the folder `metrics` of huggingface/evaluate at
the revision below, in an environment with evaluate, sacrebleu, rouge-score, nltk and scikit-learn. Tests need no evaluate."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REVISION = "a7dd338386a4fae9a1767e05eb9ef9479513d9e8"
PACKAGES = ("evaluate", "sacrebleu", "rouge-score", "nltk", "scikit-learn")
KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")

TEXTS: list[tuple[str, list[str]]] = [
    ("The cat sat on the mat.", ["The cat sat on the mat."]),
    ("the cat sat on mat", ["The cat sat on the mat."]),
    ("A cat is sitting on the mat.", ["The cat sat on the mat.", "There is a cat on the mat."]),
    ("", ["The cat sat on the mat."]),
    ("dogs", ["The cat sat on the mat."]),
    ("Refunds take 7-10 days, i.e. 1,320.50 USD at most!", ["A refund takes 7 to 10 days; at most US$ 1,320.50."]),
    ("The Eiffel Tower, in Paris", ["Eiffel tower", "the Eiffel Tower in Paris, France"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("First line.\nSecond line is longer.", ["Second line is longer.\nFirst line."]),
    ("an a the", ["the"]),
    ("She said: \"It's 5 o'clock\" -- then left...", ["She said that it was 5 o'clock, and then left."]),
    ("x &amp; y &lt; z", ["x & y < z"]),
    ("running runs ran runner", ["run running ran"]),
    ("no", ["yes"]),
    ("42", ["42"]),
    ("word " * 300 + "end", ["word " * 290 + "the end"]),
    ("소포는 금요일에 도착할 예정입니다.", ["배송은 금요일로 예상됩니다.", "소포는 금요일에 도착합니다."]),
    ("환불은 7일이 걸립니다", ["환불은 7일이 걸립니다"]),
    ("荷物は金曜日に届きます。", ["荷物は金曜日に届く予定です。"]),
    ("包裹星期五到。", ["包裹将于星期五到达。"]),
    ("Straße café naïve ÉCOLE", ["strasse cafe naive école"]),
    ("👩‍👩‍👧 fine 👍🏽", ["fine 👍"]),
]

LABELS = ["negative", "neutral", "positive"]
ANSWERED = [
    *[(0, 0)] * 9, *[(0, 1)] * 3, *[(0, 2)] * 2, *[(1, 0)] * 2, *[(1, 1)] * 5, (1, 2), *[(2, 1)] * 4, *[(2, 2)] * 11, (2, 0),
]  # fmt: skip
SETS: list[tuple[list[str], list[str]]] = [
    (["a"], ["a"]), (["a", "b"], ["a"]), (["b"], ["a", "b"]), ([], []), (["c"], []), ([], ["c"]),
    (["a", "b", "c"], ["c", "a", "b"]),
]  # fmt: skip
STATED = [
    (0.95, 1),
    (0.9, 1),
    (0.9, 0),
    (0.75, 1),
    (0.75, 1),
    (0.75, 0),
    (0.5, 1),
    (0.5, 0),
    (0.2, 0),
    (0.2, 1),
    (0.02, 0),
    (1.0, 1),
]


def main(metrics: Path) -> None:
    about = {name: version(name) for name in PACKAGES} | {"huggingface/evaluate, metrics/ (SQuAD's scripts in it)": REVISION}
    for name, rows in (("texts", _texts(metrics)), ("labels", _labels(metrics))):
        pieces = rows.items() if isinstance(rows, dict) else enumerate(rows)
        lines = ",\n".join((f"{_json(key)}: " if isinstance(rows, dict) else "") + _json(row) for key, row in pieces)
        around = "{}" if isinstance(rows, dict) else "[]"
        text = f'{{"about": {_json(about)},\n"rows": {around[0]}\n{lines}\n{around[1]}}}\n'
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(metrics: Path) -> list[dict[str, Any]]:
    import sacrebleu
    from nltk.stem.porter import PorterStemmer
    from nltk.translate.gleu_score import sentence_gleu
    from nltk.translate.meteor_score import meteor_score
    from rouge_score.rouge_scorer import RougeScorer

    ours = import_module("gemini_eval.metrics.words").words
    load = import_module("evaluate").load
    hf = {name: load(str(metrics / name)) for name in ("exact_match", "squad", "squad_v2", "rouge", "sacrebleu", "chrf")}
    scorer, stemmer = RougeScorer([*KINDS]), PorterStemmer(mode=PorterStemmer.ORIGINAL_ALGORITHM)
    rows = []
    for answer, expected in TEXTS:
        one, many = {"predictions": [answer], "references": [expected[0]]}, {"predictions": [answer], "references": [expected]}
        values: dict[str, float] = {
            "sacrebleu bleu 13a": sacrebleu.sentence_bleu(answer, expected).score / 100,
            "sacrebleu bleu char": sacrebleu.sentence_bleu(answer, expected, tokenize="char").score / 100,
            "sacrebleu chrf": sacrebleu.sentence_chrf(answer, expected).score / 100,
            "sacrebleu chrf++": sacrebleu.sentence_chrf(answer, expected, word_order=2).score / 100,
            "evaluate sacrebleu": hf["sacrebleu"].compute(**many, use_effective_order=True)["score"] / 100,
            "evaluate exact_match": float(hf["exact_match"].compute(**one)["exact_match"]),
            "nltk gleu": sentence_gleu([ours(text) for text in expected], ours(answer)) if ours(answer) else 0.0,
            "nltk meteor": meteor_score([ours(text) for text in expected], ours(answer), stemmer=stemmer, wordnet=_NoWords()),
        }
        if answer:
            values["evaluate chrf"] = hf["chrf"].compute(**many, eps_smoothing=False)["score"] / 100
        if all(text.isascii() for text in (answer, *expected)):
            values |= _ascii(answer, expected, scorer, hf)
        rows.append({"answer": answer, "expected": expected, "values": values})
    return rows


def _ascii(answer: str, expected: list[str], scorer: Any, hf: dict[str, Any]) -> dict[str, float]:
    """What these packages define on ASCII text alone: rouge-score drops every other letter, SQuAD keeps other punctuation."""
    found = [scorer.score(reference, answer) for reference in expected]
    values = {f"rouge-score {kind}": max(one[kind].fmeasure for one in found) for kind in KINDS}
    theirs = hf["rouge"].compute(predictions=[answer], references=[expected], use_aggregator=False)
    values |= {f"evaluate {kind}": float(theirs[kind][0]) for kind in KINDS}
    for name, prediction in (("squad", {}), ("squad_v2", {"no_answer_probability": 0.0})):
        reference = {"id": "0", "answers": {"answer_start": [0] * len(expected), "text": expected}}
        score = hf[name].compute(predictions=[{"id": "0", "prediction_text": answer, **prediction}], references=[reference])
        exact = score["exact_match" if name == "squad" else "exact"]
        values |= {f"{name} f1": score["f1"] / 100, f"{name} exact": exact / 100}
    if answer == "an a the":  # where articles are all there is, version 2.0 calls both equal, version 1.1 does not; ours is 2.0
        del values["squad f1"]
    return values


class _NoWords:
    """WordNet without a word in it."""

    def synsets(self, _word: str) -> list[Any]:
        return []


def _labels(metrics: Path) -> dict[str, Any]:
    from sklearn import metrics as theirs

    load = import_module("evaluate").load
    hf = {name: load(str(metrics / name)) for name in ("accuracy", "f1", "matthews_correlation")}
    true, said = ([pair[at] for pair in ANSWERED] for at in (0, 1))
    given = {"predictions": said, "references": true}
    one = {
        "accuracy": hf["accuracy"].compute(**given)["accuracy"],
        "macro_f1": hf["f1"].compute(**given, average="macro")["f1"],
        "micro_f1": hf["f1"].compute(**given, average="micro")["f1"],
        "weighted_f1": hf["f1"].compute(**given, average="weighted")["f1"],
        "mcc": float(hf["matthews_correlation"].compute(**given)["matthews_correlation"]),
        "balanced_accuracy": theirs.balanced_accuracy_score(true, said),
        "macro_precision": theirs.precision_score(true, said, average="macro"),
        "macro_recall": theirs.recall_score(true, said, average="macro"),
        "kappa": theirs.cohen_kappa_score(true, said),
        "quadratic_kappa": theirs.cohen_kappa_score(true, said, weights="quadratic"),
        "mae_steps": theirs.mean_absolute_error(true, said),
    }
    names = sorted({label for pair in SETS for labels in pair for label in labels})
    left, right = ([[name in pair[at] for name in names] for pair in SETS] for at in (0, 1))
    several = {
        "accuracy": theirs.accuracy_score(left, right),
        "hamming_loss": theirs.hamming_loss(left, right),
        **{f"{average}_f1": theirs.f1_score(left, right, average=average) for average in ("micro", "macro", "weighted")},
    }
    stated, held = ([pair[at] for pair in STATED] for at in (0, 1))
    sure = {"brier(own)": theirs.brier_score_loss(held, stated), "auroc(own)": theirs.roc_auc_score(held, stated)}
    return {
        "one": {"cases": [[LABELS[a], LABELS[b]] for a, b in ANSWERED], "values": {k: float(v) for k, v in one.items()}},
        "several": {"cases": SETS, "values": {k: float(v) for k, v in several.items()}},
        "sure": {"cases": STATED, "values": {k: float(v) for k, v in sure.items()}},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
