"""Which configurations a sweep tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import InputError
from gemini_eval.tuning.grid import read_grid
from gemini_eval.tuning.parameters import Parameters


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "grid.yaml"
    path.write_text(text)
    return str(path)


def test_the_guides_grid() -> None:
    assert [(one.epochs, one.learning_rate_multiplier, one.adapter_size) for one in read_grid("guide_grid")] == [
        (2, 1.0, 1),
        (4, 1.0, 1),
        (6, 1.0, 4),
        (12, 4.0, 4),
        (12, 4.0, 1),
    ]
    assert [one.name for one in read_grid("guide_grid")] == ["e2-a1", "e4-a1", "e6-a4", "e12-m4-a4", "e12-m4-a1"]


def test_a_list_leaves_out_what_is_the_default(tmp_path: Path) -> None:
    text = "- {epochs: 2}\n- {learning_rate_multiplier: 0.5}\n- {adapter_size: 8, epochs: 3}\n"
    assert read_grid(written(tmp_path, text)) == (Parameters(2, 1.0, 1), Parameters(4, 0.5, 1), Parameters(3, 1.0, 8))


def test_values_are_combined(tmp_path: Path) -> None:
    text = "epochs: [2, 3]\nlearning_rate_multiplier: 1\nadapter_size: [1, 4]\n"
    assert [one.name for one in read_grid(written(tmp_path, text))] == ["e2-a1", "e2-a4", "e3-a1", "e3-a4"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {epochs: 0}\n", "`epochs` is 0; it must be at least 1"),
        ("- {epochs: 2}\n- {epochs: 2.0}\n", "`epochs` is 2.0; it must be a whole number"),
        ("- {epochs: 2}\n- {epochs: 2, adapter_size: 1}\n", "twice in the grid: e2-a1 (write each once)"),
        ("[]\n", "an empty grid"),
        ("{}\n", "an empty grid"),
        ("epochs: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\nadapter_size: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n", "a grid of 110"),
        ("four\n", "a grid is a list of configurations, or a map of values to combine"),
        ("- four\n", "a configuration is a map of parameters"),
        ("epoch: [1]\n", 'unknown key "epoch"'),
        ("epochs: [{a: 1}]\n", "it must be a whole number"),
    ],
)
def test_a_grid_that_is_none(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        read_grid(written(tmp_path, text))
    assert told in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_grid(str(tmp_path / "none.yaml"))
