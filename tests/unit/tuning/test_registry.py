"""Changes to the registry: as written, read back, and what is never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_eval.errors import UsageError
from gemini_eval.suites.tuned import MOST_FORMER, Checkpoint, TunedModel, read_registry
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.tuning.registry import add_tuned, change_entry, put_back, put_model
from tests.support.suites import write_files

PLACE = "projects/wine-cellar-31/locations/us-central1"
ONE = TunedModel(
    "tickets/e4-a1",
    f"{PLACE}/endpoints/9003",
    "gemini-2.5-flash",
    "vertex",
    "sha256:" + "1" * 64,
    "sha256:" + "2" * 64,
    {"epochs": 4, "learning_rate_multiplier": 1.0, "adapter_size": 1},
    (Checkpoint(2, "1"), Checkpoint(4, "2", f"{PLACE}/endpoints/9003")),
    f"{PLACE}/models/55@1",
    f"{PLACE}/tuningJobs/7",
)
OTHER = replace(ONE, model=f"{PLACE}/endpoints/9004", data="sha256:" + "3" * 64, job=f"{PLACE}/tuningJobs/8", checkpoints=())
WRITTEN = f"""\
# Tuned models by alias: tuned:ALIAS in a suite. `gemini-eval tune` writes this file; commit it.
version: 1
tuned:
  tickets/e4-a1:
    model: {PLACE}/endpoints/9003
    base: gemini-2.5-flash
    backend: vertex
    data: sha256:{"1" * 64}
    prompt: sha256:{"2" * 64}
    parameters:
      epochs: 4
      learning_rate_multiplier: 1.0
      adapter_size: 1
    checkpoints:
      - epoch: 2
        id: '1'
      - epoch: 4
        id: '2'
        model: {PLACE}/endpoints/9003
    source: {PLACE}/models/55@1
    job: {PLACE}/tuningJobs/7
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return find_workspace(write_files(tmp_path, {}))


def test_a_model_as_it_is_written_and_read_back(workspace: Workspace) -> None:
    assert add_tuned(workspace, ONE) == "tickets/e4-a1"
    assert (workspace.folder / "gemini-eval.tuned.yaml").read_text() == WRITTEN
    assert read_registry(workspace.folder) == {"tickets/e4-a1": ONE}


def test_a_link_to_the_file_stays_one(workspace: Workspace) -> None:
    link, file = workspace.folder / "gemini-eval.tuned.yaml", workspace.folder / "conf" / "models.yaml"
    file.parent.mkdir()
    file.write_text("version: 1\n")
    link.symlink_to(file)
    add_tuned(workspace, ONE)
    assert (link.is_symlink(), file.read_text()) == (True, WRITTEN)


def test_what_is_there_already_is_left_as_it_is(workspace: Workspace) -> None:
    add_tuned(workspace, ONE)
    before = (workspace.folder / "gemini-eval.tuned.yaml").stat().st_mtime_ns
    add_tuned(workspace, ONE)
    assert (workspace.folder / "gemini-eval.tuned.yaml").stat().st_mtime_ns == before


def test_another_model_of_the_same_name_gets_one_of_its_own(workspace: Workspace) -> None:
    add_tuned(workspace, ONE)
    assert add_tuned(workspace, OTHER) == "tickets/e4-a1-333333"
    assert add_tuned(workspace, OTHER) == "tickets/e4-a1-333333"
    third = replace(OTHER, model=f"{PLACE}/endpoints/9005", job=f"{PLACE}/tuningJobs/9")
    assert add_tuned(workspace, third) == "tickets/e4-a1-9005"
    assert list(read_registry(workspace.folder)) == ["tickets/e4-a1", "tickets/e4-a1-333333", "tickets/e4-a1-9005"]


def test_an_adapter_of_the_same_name_is_told_apart_by_its_hash(workspace: Workspace) -> None:
    """Trained by other seeds on the same data."""
    first, second, third = (
        replace(
            ONE, model=f"local:gemma-3-270m+epoch-04.gguf@sha256:{digit * 64}", backend="local", source="", job="", checkpoints=()
        )
        for digit in "abc"
    )
    aliases = [add_tuned(workspace, one) for one in (first, second, third, third)]
    assert aliases == ["tickets/e4-a1", "tickets/e4-a1-111111", "tickets/e4-a1-cccccc", "tickets/e4-a1-cccccc"]
    assert read_registry(workspace.folder)["tickets/e4-a1-cccccc"].model == third.model


def test_promoted_and_back(workspace: Workspace) -> None:
    put_model(workspace, "tickets/live", ONE)
    put_model(workspace, "tickets/live", OTHER)
    live = read_registry(workspace.folder)["tickets/live"]
    assert (live.model, live.previous) == (OTHER.model, replace(ONE, alias="tickets/live"))
    assert put_back(workspace, "tickets/live") == replace(ONE, alias="tickets/live")
    assert read_registry(workspace.folder) == {"tickets/live": replace(ONE, alias="tickets/live")}
    with pytest.raises(UsageError, match='"tickets/live" has no former model to go back to'):
        put_back(workspace, "tickets/live")


def test_the_chain_of_former_models_is_cut_where_reading_would_refuse_it(workspace: Workspace) -> None:
    for number in range(MOST_FORMER + 5):
        put_model(workspace, "tickets/live", replace(ONE, model=f"{PLACE}/endpoints/{number}", checkpoints=()))
    found, chain = read_registry(workspace.folder)["tickets/live"].previous, 1
    while found is not None:
        found, chain = found.previous, chain + 1
    assert chain == MOST_FORMER


@pytest.mark.parametrize("alias", ["", "a b", "x//y", "../up", "a" * 101])
def test_no_alias(workspace: Workspace, alias: str) -> None:
    with pytest.raises(UsageError, match=r"an alias (with|of)"):
        put_model(workspace, alias, ONE)


@pytest.mark.parametrize("odd", [replace(ONE, base=""), replace(ONE, data="sha256:12"), replace(ONE, parameters={"epochs": 4})])
def test_what_reading_would_refuse_is_not_written(workspace: Workspace, odd: TunedModel) -> None:
    with pytest.raises(UsageError, match=r"gemini-eval.tuned.yaml can't hold tuned.tickets/e4-a1"):
        add_tuned(workspace, odd)
    assert read_registry(workspace.folder) == {}


def test_an_alias_that_is_not_there(workspace: Workspace) -> None:
    add_tuned(workspace, ONE)
    with pytest.raises(UsageError) as raised:
        change_entry(workspace, "tickets/e4-a2", lambda entry: entry)
    assert str(raised.value) == ('error: gemini-eval.tuned.yaml has no alias "tickets/e4-a2" (did you mean "tickets/e4-a1"?)')


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.text(min_size=1, max_size=30).filter(str.strip), epochs=st.integers(1, 1000), rate=st.floats(1e-6, 1000))
def test_any_facts_come_back_as_they_were(workspace: Workspace, base: str, epochs: int, rate: float) -> None:
    facts = {"epochs": epochs, "learning_rate_multiplier": rate, "adapter_size": 8}
    (workspace.folder / "gemini-eval.tuned.yaml").unlink(missing_ok=True)
    written = replace(ONE, base=base, parameters=facts)
    add_tuned(workspace, written)
    assert read_registry(workspace.folder) == {ONE.alias: written}
