"""`tuned:ALIAS`: the registry read, refused where it is wrong, and what stands where a model is asked."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from gemini_eval.errors import InputError
from gemini_eval.suites.build.models import Swap
from gemini_eval.suites.fingerprint import asked_digest, prompt_digest
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.tuned import Checkpoint, TunedModel, read_registry
from tests.support.adapters import write_adapter
from tests.support.suites import faults_of, load, write_files

ENDPOINT = "projects/wine-cellar-31/locations/us-central1/endpoints/9003"
OTHER = "projects/wine-cellar-31/locations/us-central1/endpoints/9004"
DIGEST = "sha256:" + "0" * 64
REGISTRY = f"""
version: 1
tuned:
  tickets/e4-a4:
    model: {ENDPOINT}
    base: gemini-2.5-flash
    backend: vertex
    data: {DIGEST}
    prompt: {DIGEST}
    parameters: {{epochs: 4, learning_rate_multiplier: 1, adapter_size: 4}}
    checkpoints: [{{epoch: 2, id: '1'}}, {{epoch: 4, id: '2', model: {ENDPOINT}}}]
    previous: {{model: {OTHER}, base: gemini-2.0-flash, backend: vertex}}
"""
SUITE = """
version: 1
name: tickets
prompts: {few: {text: "{{ text }}"}}
models: {tuned: tuned:tickets/e4-a4}
assert: [exact_match]
cases: [{id: a, vars: {text: one}, expected: x}]
"""


@pytest.fixture(autouse=True)
def _vertex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "wine-cellar-31")


def files(registry: str = REGISTRY) -> dict[str, str]:
    return {"gemini-eval.tuned.yaml": registry}


def test_the_registry_as_it_is_read(tmp_path: Path) -> None:
    write_files(tmp_path, files())
    former = TunedModel("tickets/e4-a4", OTHER, "gemini-2.0-flash", "vertex")
    assert read_registry(tmp_path) == {
        "tickets/e4-a4": TunedModel(
            "tickets/e4-a4",
            ENDPOINT,
            "gemini-2.5-flash",
            "vertex",
            DIGEST,
            DIGEST,
            {"epochs": 4, "learning_rate_multiplier": 1, "adapter_size": 4},
            (Checkpoint(2, "1"), Checkpoint(4, "2", ENDPOINT)),
            previous=former,
        )
    }


def test_no_registry_has_no_models(tmp_path: Path) -> None:
    assert read_registry(tmp_path) == {}


def test_an_alias_is_asked_as_the_endpoint_behind_it(tmp_path: Path) -> None:
    suite = load(tmp_path, SUITE, **files())
    (variant,) = suite.variants
    model = variant.model
    assert (model.name, model.id, model.written) == ("tuned", ENDPOINT, "tuned:tickets/e4-a4")
    assert (model.location, model.implied, model.why) == ("us-central1", False, "the suite, tuned:tickets/e4-a4")


def test_a_checkpoint_by_its_epoch(tmp_path: Path) -> None:
    suite = load(tmp_path, SUITE.replace("e4-a4}", "e4-a4@4}"), **files())
    assert suite.variants[0].model.id == ENDPOINT


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (
            "tuned:tickets/e4-a1",
            'there is no tuned model "tickets/e4-a1" in {} (did you mean "tickets/e4-a4"?)',
        ),
        (
            "tuned:tickets/e4-a4@2",
            'the checkpoint of epoch 2 of "tickets/e4-a4" is not deployed (gemini-eval tune deploy tickets/e4-a4@2)',
        ),
        ("tuned:tickets/e4-a4@3", '"tickets/e4-a4" has no checkpoint of epoch 3 (it has 2, 4)'),
    ],
)
def test_what_the_registry_does_not_have(tmp_path: Path, written: str, reason: str) -> None:
    text = SUITE.replace("tuned:tickets/e4-a4", f"'{written}'")
    told = faults_of(tmp_path, text, **files())
    assert told == ["4:17 " + reason.format(tmp_path / "gemini-eval.tuned.yaml")]


def test_a_default_model_and_the_command_line(tmp_path: Path) -> None:
    text = SUITE.replace("models: {tuned: tuned:tickets/e4-a4}\n", "")
    write_files(tmp_path, {**files(), "suite.yaml": text})
    chosen = load_suite(tmp_path / "suite.yaml", LoadOptions(models=("tuned:tickets/e4-a4",)))
    assert [(variant.name, variant.model.id) for variant in chosen.variants] == [("few@tuned:tickets/e4-a4", ENDPOINT)]


def test_a_swap_by_the_alias(tmp_path: Path) -> None:
    write_files(tmp_path, {**files(), "suite.yaml": SUITE})
    options = LoadOptions(swap=Swap("tuned:tickets/e4-a4", "gemini-3.5-flash"))
    assert load_suite(tmp_path / "suite.yaml", options).variants[0].model.written == "gemini-3.5-flash"


def test_what_is_allowed_is_the_endpoint_not_its_alias(tmp_path: Path) -> None:
    workspace = "version: 1\nallow_models: ['tuned:*']\n"
    told = faults_of(tmp_path, SUITE, **files(), **{"gemini-eval.yaml": workspace})
    assert told[-1:] == [f'4:17 the workspace does not allow the model "{ENDPOINT}" (allow_models: tuned:*)']


def test_another_prompt_than_it_was_tuned_on_is_a_warning(tmp_path: Path) -> None:
    suite = load(tmp_path, SUITE, **files())
    reason = 'few@tuned: tuned:tickets/e4-a4 was tuned on another prompt than "few" is now'
    assert [fault.reason for fault in suite.warnings] == [reason]
    same = prompt_digest(suite.prompts["few"])
    registry = REGISTRY.replace(f"prompt: {DIGEST}", f"prompt: {same}")
    assert load(tmp_path, SUITE, **files(registry)).warnings == ()
    edited = SUITE.replace("{{ text }}", "{{ text }}!")
    assert [fault.reason for fault in load(tmp_path, edited, **files(registry)).warnings] == [reason]


SHOWN = SUITE.replace('few: {text: "{{ text }}"', 'few: {text: "{{ text }}", vars: {tone: {kind: dry}}, examples: EXAMPLES')
INLINE = "[{vars: {text: two, more: [{a: 1}]}, expected: y}]"


@pytest.mark.parametrize(("examples", "name"), [(INLINE, ""), ("shots.jsonl", "shots.jsonl")])
def test_the_examples_of_a_few_shot_prompt_are_part_of_it(tmp_path: Path, examples: str, name: str) -> None:
    text = SHOWN.replace("EXAMPLES", examples)
    shots = {name: '{"text": "two", "expected": "y"}\n'} if name else {}
    suite = load(tmp_path, text, **files(), **shots)
    registry = REGISTRY.replace(f"prompt: {DIGEST}", f"prompt: {asked_digest(suite, suite.variants[0])}")
    assert load(tmp_path, text, **files(registry), **shots).warnings == ()
    edited = {name: shots[name].replace("two", "three")} if name else {}
    other = load(tmp_path, text.replace("text: two", "text: three"), **files(registry), **edited)
    assert [fault.reason for fault in other.warnings] == [
        'few@tuned: tuned:tickets/e4-a4 was tuned on another prompt than "few" is now'
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: tickets\n", "name: tickets\nparams: {system_instruction: Be brief.}\n"),
        ("few: {text", "few: {params: {system_instruction: Be brief.}, text"),
        ("tuned: tuned:tickets/e4-a4", "tuned: {id: tuned:tickets/e4-a4, params: {system_instruction: Be brief.}}"),
    ],
)
def test_the_system_text_of_a_parameter_is_part_of_the_prompt(tmp_path: Path, old: str, new: str) -> None:
    suite = load(tmp_path, SUITE, **files())
    registry = REGISTRY.replace(f"prompt: {DIGEST}", f"prompt: {asked_digest(suite, suite.variants[0])}")
    assert load(tmp_path, SUITE, **files(registry)).warnings == ()
    other = load(tmp_path, SUITE.replace(old, new), **files(registry))
    assert [fault.reason for fault in other.warnings] == [
        'few@tuned: tuned:tickets/e4-a4 was tuned on another prompt than "few" is now'
    ]
    again = registry.replace(asked_digest(suite, suite.variants[0]), asked_digest(other, other.variants[0]))
    assert load(tmp_path, SUITE.replace(old, new), **files(again)).warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("backend: vertex\n    data", "backend: azure\n    data", "6:14 `backend` is 'azure'; it must be vertex or local"),
        (
            f"    data: {DIGEST}",
            "    data: sha256:12",
            "7:11 `data` is 'sha256:12'; it must be sha256: and 64 hexadecimal digits",
        ),
        ("    base: gemini-2.5-flash\n", "", "4:5 `base` is missing"),
        (f"model: {ENDPOINT}\n    base", "model: gemini-2.5-flash\n    base", '4:12 "gemini-2.5-flash" is not the endpoint'),
        (f"model: {ENDPOINT}\n    base", "model: '9003'\n    base", '4:12 "9003" is an endpoint\'s number'),
        ("tickets/e4-a4:", "'../e4 a4':", "3:3 an alias with ' ' in it: '../e4 a4'"),
        ("tickets/e4-a4:", "'../e4':", "3:3 an alias with an empty part: '../e4'"),
        ("epochs: 4", "epochs: 0", "9:26 `epochs` is 0; it must be at least 1"),
        ("backend: vertex\n    data", "backend: local\n    data", '4:12 "projects'),
        ("previous: {", "run: {", '11:5 unknown key "run"'),
    ],
)
def test_a_registry_that_is_wrong(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert REGISTRY.count(old) == 1
    write_files(tmp_path, files(REGISTRY.replace(old, new)))
    with pytest.raises(InputError) as raised:
        read_registry(tmp_path)
    fault = raised.value.faults[0]
    assert fault.place is not None
    assert f"{fault.place.line}:{fault.place.column} {fault.reason}".startswith(told)


def test_a_chain_of_former_models_has_an_end(tmp_path: Path) -> None:
    inner = f"{{model: {OTHER}, base: b, backend: vertex}}"
    for _ in range(25):
        inner = f"{{model: {OTHER}, base: b, backend: vertex, previous: {inner}}}"
    write_files(tmp_path, files(f"version: 1\ntuned: {{x: {inner}}}\n"))
    with pytest.raises(InputError, match="more than 20 former models of x"):
        read_registry(tmp_path)


def test_a_registry_that_leads_outside_is_not_read(tmp_path: Path) -> None:
    home = write_files(tmp_path / "home", {})
    (tmp_path / "elsewhere.yaml").write_text("version: 1\n")
    (home / "gemini-eval.tuned.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(InputError, match="leads outside"):
        read_registry(home)


@pytest.mark.parametrize("model", ["local:../secret.gguf", "local:/etc/passwd.gguf", "local:~/x.gguf"])
def test_a_local_model_lies_inside_the_workspace(tmp_path: Path, model: str) -> None:
    registry = f"version: 1\ntuned: {{tickets/e4-a4: {{model: '{model}', base: local:gemma-3-270m, backend: local}}}}\n"
    (told,) = faults_of(tmp_path, SUITE, **files(registry))
    assert told.startswith("4:17 tuned:tickets/e4-a4: ")


PIN = "sha256:" + "0" * 64
LOCAL = f"""
version: 1
tuned:
  tickets/e4-a4:
    model: local:gemma-3-270m+tuned/epoch-04.gguf@{PIN}
    base: local:gemma-3-270m
    backend: local
"""


def test_an_adapter_that_is_not_here_is_known_by_its_hash(tmp_path: Path) -> None:
    """As in CI, where recordings answer for it."""
    (variant,) = load(tmp_path, SUITE, **files(LOCAL)).variants
    assert (variant.model.id, variant.model.file) == (f"local:gemma-3-270m+{PIN}", None)


def test_an_adapter_is_named_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "tuned").mkdir()
    adapter = write_adapter(tmp_path / "tuned/epoch-04.gguf")
    digest = sha256(adapter.read_bytes()).hexdigest()
    (variant,) = load(tmp_path, SUITE, **files(LOCAL.replace(f"@{PIN}", ""))).variants
    assert (variant.model.id, variant.model.file) == (f"local:gemma-3-270m+sha256:{digest}", adapter.resolve())
