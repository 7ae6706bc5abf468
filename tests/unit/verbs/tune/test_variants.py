"""Which variants take part, and as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import InputError
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.model import Model
from gemini_eval.suites.tuned import TunedModel
from gemini_eval.tuning.splits import in_split
from gemini_eval.verbs.tune.variants import entered, is_tuned, rows_in
from tests.support.suites import write_files

ENDPOINT = "projects/p/locations/us-central1/endpoints/9001"
SUITE = f"""
version: 1
name: tickets
models: {{base: gemini-2.5-flash-lite, ours: {ENDPOINT}, theirs: {{answers: said}}}}
prompts: {{zero: {{text: "{{{{ text }}}}"}}, few: {{text: "As above. {{{{ text }}}}", strategy: few_shot}}}}
assert: [exact_match]
data: {{file: cases.csv, split: test}}
variants:
  zero: {{prompt: zero, model: base}}
  few: {{prompt: few, model: base}}
  tuned: {{prompt: zero, model: ours}}
  elsewhere: {{model: theirs}}
"""
HOW = "name an alias (tuned:…), an endpoint or an adapter; two base models: gemini-eval compare"
PROMPTS = "a tuned model is held against prompts: add them"
CASES = "id,split,text,said,expected\na,train,one,x,x\nb,train,two,x,x\nc,validation,three,x,x\nd,test,four,x,x\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    return write_files(tmp_path, {"suite.yaml": SUITE, "cases.csv": CASES}) / "suite.yaml"


@pytest.mark.parametrize(
    ("model", "tuned"),
    [
        (ENDPOINT, True),
        ("local:gemma-3-270m+runs/epoch-02.gguf", True),
        ("local:gemma-3-270m+sha256:" + "0" * 64, True),
        ("local:gemma-3-270m", False),
        ("gemini-2.5-flash-lite", False),
        ("projects/p/locations/global/publishers/google/models/gemini-2.5-flash", False),
    ],
)
def test_a_tuned_model_is_known_by_its_id(model: str, tuned: bool) -> None:
    assert is_tuned(Model("m", model)) is tuned


def test_a_model_of_the_registry_is_tuned_whatever_it_is() -> None:
    alias = TunedModel("tickets/live", "gemini-2.5-flash", "gemini-2.5-flash", "vertex")
    assert is_tuned(Model("m", "gemini-2.5-flash", tuned=alias))


def names(path: Path, *tuned: str, prompt: str = "") -> tuple[list[str], list[tuple[str, str]]]:
    entry = entered(path, tuned, prompt, LoadOptions())
    return [one.name for one in entry.prompted], [(one.name, one.model.id) for one in entry.tuned]


def test_the_suites_own_and_those_that_the_command_line_names(suite: Path) -> None:
    other = ENDPOINT.replace("9001", "9002")
    assert names(suite) == (["zero", "few", "elsewhere"], [("tuned", ENDPOINT)])
    assert names(suite, other) == (["zero", "few", "elsewhere"], [("tuned", ENDPOINT), ("zero@9002", other)])
    assert names(suite, other, prompt="few")[1][1] == ("few@9002", other)
    assert names(suite, "elsewhere") == (["zero", "few"], [("tuned", ENDPOINT), ("elsewhere", "answers:said")])


@pytest.mark.parametrize(
    ("tuned", "prompt", "reason", "hint"),
    [
        (("zero", "few", "elsewhere"), "", "the suite tickets has no prompted variant", PROMPTS),
        ((ENDPOINT, ENDPOINT), "", "two variants would be named zero@9001", "name each model once, or as a variant of the suite"),
        (("few",), "", "few is no tuned variant: it asks gemini-2.5-flash-lite as it is", HOW),
        (("gemini-2.5-pro",), "", "zero@gemini-2.5-pro is no tuned variant: it asks gemini-2.5-pro as it is", HOW),
        (("local:gemma-3-270m",), "", "zero@local:gemma-3-270m is no tuned variant: it asks local:gemma-3-270m as it is", HOW),
        ((ENDPOINT,), "fwe", "--tuned-prompt fwe: the suite tickets has no such prompt", 'did you mean "few"?'),
    ],
)
def test_what_can_not_be_compared(suite: Path, tuned: tuple[str, ...], prompt: str, reason: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        entered(suite, tuned, prompt, LoadOptions())
    assert [(fault.reason, fault.hint) for fault in caught.value.faults] == [(reason, hint)]


def test_other_splits_of_the_same_data(suite: Path, tmp_path: Path) -> None:
    loaded = entered(suite, (), "", LoadOptions())
    assert (loaded.split, rows_in(loaded.suite, "train"), rows_in(loaded.suite, "nowhere")) == ("test", 2, 0)
    assert in_split(loaded.suite, "validation").gates == ()
    whole = write_files(tmp_path / "whole", {"suite.yaml": SUITE.replace(", split: test", ""), "cases.csv": CASES})
    assert rows_in(entered(whole / "suite.yaml", (), "", LoadOptions()).suite, "train") is None
