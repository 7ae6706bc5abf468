from __future__ import annotations

from unicodedata import is_normalized

from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.text import FOLDS, fold, nfc, normalise, text_of


def test_normalise_composes_and_strips_and_does_nothing_else():
    assert normalise("  Cafe\u0301 \n") == "Café"
    assert normalise("A  b.") == "A  b."
    assert nfc(" e\u0301 ") == " é "


def test_each_fold_does_only_its_own():
    text = "Ｓtraße  Nr.\t5！"
    assert {name: fold(text, {name}) for name in sorted(FOLDS)} == {
        "case": "ｓtrasse  nr.\t5！",
        "end_punctuation": "Ｓtraße  Nr.\t5",
        "space": "Ｓtraße Nr. 5！",
        "width": "Straße  Nr.\t5!",
    }
    assert fold(text, ()) == text
    assert fold(text, FOLDS) == "strasse nr. 5"


def test_end_punctuation_leaves_quotes_percent_and_signs():
    cases = {"yes.": "yes", "yes ... ": "yes", "はい。": "はい", '"yes."': '"yes."', "45%": "45%", "5€": "5€", "...": "", "": ""}
    assert {text: fold(text, {"end_punctuation"}) for text in cases} == cases


def test_width_composes_half_width_kana_and_leaves_superscripts():
    assert fold("ｶﾞｰﾃﾞﾝ\u3000１２ m²", {"width"}) == "ガーデン 12 m²"


def test_text_of_writes_scalars_as_yaml_does():
    values = ["a", True, False, 1, 1.0, 1e100, None, [1], {"a": 1}]
    assert [text_of(value) for value in values] == ["a", "true", "false", "1", "1.0", "1e+100", None, None, None]


@settings(max_examples=60)
@given(st.text(), st.sets(st.sampled_from(sorted(FOLDS))))
def test_folding_twice_changes_nothing_more(text: str, folds: set[str]):
    once = fold(normalise(text), folds)
    assert is_normalized("NFC", fold(once, folds))
    assert fold(fold(once, folds), folds) == fold(once, folds)
