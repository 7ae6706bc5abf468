"""Another model in a model's place: what `upgrade` compares is what it would write."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.suites.build.models import Swap
from gemini_eval.suites.load import LoadOptions
from tests.support.suites import load

SUITE = """
version: 1
name: wine
models:
  base: {id: gemini-4-hydrogen, params: {temperature: 0}}
  other: {id: gemini-4-neon}
prompts: {plain: {text: "{{ note }}"}}
assert: [contains: red]
cases: [{id: a, vars: {note: plum}}]
"""


def test_names_and_parameters_stay_and_other_models_too(tmp_path: Path) -> None:
    suite = load(tmp_path, SUITE, LoadOptions(swap=Swap("gemini-4-hydrogen", "gemini-4-helium")))
    found = [(variant.name, variant.model.name, variant.model.id) for variant in suite.variants]
    assert found == [("plain@base", "base", "gemini-4-helium"), ("plain@other", "other", "gemini-4-neon")]
    assert suite.variants[0].model.settings["temperature"].value == 0
