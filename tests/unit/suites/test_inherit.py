"""`extends` and `include`."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.errors import Faults
from gemini_eval.safe.yaml_reader import place_of
from gemini_eval.suites.inherit import read_merged
from tests.support.suites import write_files


def merged(folder: Path, **files: str) -> tuple[object, list[str]]:
    write_files(folder, {f"{name}.yaml": text for name, text in files.items()})
    faults = Faults()
    found = read_merged(folder / "suite.yaml", faults)
    told = [f"{fault.place.line}:{fault.place.column} {fault.reason}" for fault in faults.errors if fault.place]
    return (dict(found.tree) if found else None), told


def test_maps_merge_null_removes_lists_replace_and_plus_appends(tmp_path: Path) -> None:
    tree, faults = merged(
        tmp_path,
        base="""
            version: 1
            name: base
            params: {temperature: 0, top_p: 0.5, top_k: 3}
            assert: [is_json]
            gate: [pass_rate >= 0.5]
            cases: [{id: a}]
        """,
        suite="""
            extends: base.yaml
            name: mine
            params: {top_p: 0.9, top_k: null}
            assert+: [exact_match]
            gate: [pass_rate >= 0.9]
        """,
    )
    assert faults == []
    assert tree == {
        "version": 1,
        "cases": [{"id": "a"}],
        "name": "mine",
        "params": {"temperature": 0, "top_p": 0.9},
        "assert": ["is_json", "exact_match"],
        "gate": ["pass_rate >= 0.9"],
    }


def test_included_files_lie_over_the_extended_one_in_their_order(tmp_path: Path) -> None:
    tree, _ = merged(
        tmp_path,
        base="params: {a: base, b: base, c: base}\n",
        one="params: {b: one, c: one}\n",
        two="params: {c: two}\n",
        suite="extends: base.yaml\ninclude: [one.yaml, two.yaml]\nname: x\n",
    )
    assert tree == {"params": {"a": "base", "b": "one", "c": "two"}, "name": "x"}


def test_every_entry_keeps_the_file_it_was_written_in(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"base.yaml": "params: {temperature: 0}\n", "suite.yaml": "extends: base.yaml\nname: x\nparams: {top_p: 1}\n"}
    )
    found = read_merged(tmp_path / "suite.yaml", Faults())
    assert found is not None
    places = {key: place_of(found.tree, ("params", key)) for key in ("temperature", "top_p")}
    assert {key: (Path(place.path).name, place.line, place.column) for key, place in places.items() if place} == {
        "temperature": ("base.yaml", 1, 23),
        "top_p": ("suite.yaml", 3, 17),
    }


def test_a_final_item_can_not_be_dropped(tmp_path: Path) -> None:
    base = "assert: [{contains: safe, final: true}]\n"
    _, faults = merged(tmp_path, base=base, suite="extends: base.yaml\nname: x\nassert: [is_json]\n")
    assert len(faults) == 1
    assert faults[0].startswith("3:9 this drops an item that ")
    _, appended = merged(tmp_path, base=base, suite="extends: base.yaml\nname: x\nassert+: [is_json]\n")
    assert appended == []


def test_a_circle_and_a_path_outside_are_faults(tmp_path: Path) -> None:
    _, faults = merged(tmp_path, base="extends: suite.yaml\n", suite="extends: base.yaml\ninclude: ../out.yaml\nname: x\n")
    circle, outside = sorted(faults)
    assert circle.split(",")[0] == "1:10 suite.yaml includes itself"
    assert outside.startswith("2:10 ../out.yaml leads outside")
