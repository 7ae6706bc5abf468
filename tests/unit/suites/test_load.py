"""A suite file -> Suite, and every fault of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import InputError
from gemini_eval.suites.load import LoadOptions, load_suite
from tests.support.suites import faults_of, load

GOOD = """
version: 1
name: wine
task: classification
labels: {Red wine: [red], White wine: [white]}
prompts: {few: {text: "{{ name }}", examples: [{vars: {name: Syrah}, expected: red}]}, zero: {text: "{{ name }}?"}}
param_sets: {cold: {temperature: 0}, warm: {temperature: 1}}
cases: [{vars: {name: Merlot}, expected: red}]
gate: [accuracy >= 0.9]
"""


def test_the_matrix_names_every_part(tmp_path: Path) -> None:
    suite = load(tmp_path, GOOD)
    assert [variant.name for variant in suite.variants] == [
        "few@local:gemma-3-270m+cold",
        "few@local:gemma-3-270m+warm",
        "zero@local:gemma-3-270m+cold",
        "zero@local:gemma-3-270m+warm",
    ]
    assert [suite.prompts[name].strategy for name in ("few", "zero")] == ["few_shot", "zero_shot"]
    assert {variant.model.why for variant in suite.variants} == {"default_model of gemini-eval.yaml"}


def test_a_folder_is_no_suite_and_is_not_offered_as_one(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").mkdir()
    with pytest.raises(InputError) as told:
        load_suite(tmp_path / "all.yaml")
    assert [(fault.reason, fault.hint) for fault in told.value.faults] == [
        (f"{tmp_path / 'all.yaml'} is a folder, not a suite", "name the suites in it, as FOLDER/*.yaml")
    ]
    with pytest.raises(InputError) as told:
        load_suite(tmp_path / "al.yaml")
    assert [fault.hint for fault in told.value.faults] == ["give the path of a YAML file"]


def test_a_model_of_the_command_line_answers_instead(tmp_path: Path) -> None:
    text = GOOD + "variants: {mine: {prompt: zero, params: warm, gated: false}}\n"
    recording = tmp_path / "r.jsonl"
    suite = load(tmp_path, text, LoadOptions(models=(f"replay:{recording}",)))
    assert [(v.name, v.model.id, v.model.file, v.gated) for v in suite.variants] == [
        ("mine", f"replay:{recording}", recording, False),
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("task: classification", "task: clasification"),
            [
                "3:7 `task` is 'clasification'; it must be classification or extraction or sentiment "
                '(did you mean "classification"?)'
            ],
        ),
        (("temperature: 0}", "temprature: 0}"), ['6:21 unknown parameter "temprature" (did you mean "temperature"?)']),
        (("temperature: 1}", "temperature: 9}"), ['6:58 parameter "temperature" takes a number from 0 to 2, not 9 ()']),
        (
            ("[red]", "[white]"),
            ['4:9 "white" stands for two labels, "Red wine" and "White wine" (give each label its own aliases)'],
        ),
        (("accuracy >= 0.9", "acuracy >= 0.9"), ['8:8 there is no figure "acuracy" (did you mean "accuracy"?)']),
        (("version: 1", "version: 2"), ["1:10 `version` is 2; it must be 1 ()"]),
        (("name: wine\n", ""), ["1:1 `name` is missing (add the line name: my_suite)"]),
        (
            ('zero: {text: "{{ name }}?"}', 'zero: "{{ name }}?"'),
            ["5:94 this is a template's text, and a bare string names a file (write an inline template as {text: …})"],
        ),
    ],
)
def test_each_fault_has_its_place_its_reason_and_its_mend(tmp_path: Path, change: tuple[str, str], told: list[str]) -> None:
    assert faults_of(tmp_path, GOOD.lstrip().replace(*change)) == told


def test_without_a_model_there_is_no_silent_fallback(tmp_path: Path) -> None:
    told = faults_of(tmp_path, GOOD, **{"gemini-eval.yaml": "version: 1\n"})
    assert told == ["no model is chosen"]


def test_a_suite_may_not_name_a_model_file_but_the_command_line_may(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD.lstrip() + "models: local:../x.gguf\n") == [
        "9:9 a suite can't name a model file (name it as default_model in gemini-eval.yaml, or by --model)"
    ]


def test_parameters_that_the_model_can_not_take_are_told_before_a_request(tmp_path: Path) -> None:
    told = faults_of(tmp_path, GOOD.lstrip() + "params: {tools: [{}]}\n")
    assert len(told) == 1
    assert told[0].startswith("9:17 local:gemma-3-270m can't take `tools`")


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("any_of: [{equalz: x}]", ['2:20 unknown metric "equalz" (did you mean "equals"?)']),
        ("any_of: {equals: x}", ["2:18 assertions are a list (begin each with a dash)"]),
        ("any_of: []", ["2:18 any_of holds no assertion (list at least one below it)"]),
        ("{some_of: [{equalz: x}, is_json], at_least: 2}", ['2:22 unknown metric "equalz" (did you mean "equals"?)']),
    ],
)
def test_a_fault_inside_a_group_is_told_once(group: str, told: list[str], tmp_path: Path) -> None:
    text = GOOD.lstrip().replace("name: wine", f"assert: [{group}]\nname: wine")
    assert faults_of(tmp_path, text) == told
