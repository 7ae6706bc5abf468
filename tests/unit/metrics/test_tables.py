"""The text metrics give the values of the reference tables: sacrebleu's, rouge-score's, nltk's, SQuAD's scripts', evaluate's."""

from __future__ import annotations

import pytest

from gemini_eval.metrics.build import build_metric
from gemini_eval.types import Expected, Response, Subject
from tests.tables import table

KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
SQUADS = {f"{script} {score}": ("token_f1", {"score": score}) for script in ("squad", "squad_v2") for score in ("f1", "exact")}
OURS = {
    "sacrebleu bleu 13a": ("bleu", {}),
    "sacrebleu bleu char": ("bleu", {"tokens": "char"}),
    "sacrebleu chrf": ("chrf", {}),
    "sacrebleu chrf++": ("chrf", {"words": 2}),
    "evaluate sacrebleu": ("bleu", {}),
    "evaluate chrf": ("chrf", {}),
    "evaluate exact_match": ("exact_match", {}),
    "nltk gleu": ("gleu", {}),
    "nltk meteor": ("meteor", {}),
    **{f"{package} {kind}": ("rouge", {"type": kind}) for package in ("rouge-score", "evaluate") for kind in KINDS},
    **SQUADS,
}
ROWS = table("texts")["rows"]


@pytest.mark.parametrize("name", OURS)
def test_the_values_are_the_tables(name: str) -> None:
    metric = build_metric(*OURS[name])
    asked = [(row["answer"], row["expected"], row["values"][name]) for row in ROWS if name in row["values"]]
    assert len(asked) >= 15
    for answer, expected, value in asked:
        references = (expected[0],) if name == "evaluate exact_match" else tuple(expected)
        found = metric.judge(Subject(answer, answer, Response(answer), Expected(None, references))).score
        assert found == pytest.approx(value, abs=1e-12), (answer, expected)


def test_every_column_of_the_table_is_one_of_ours() -> None:
    assert {name for row in ROWS for name in row["values"]} == set(OURS)
