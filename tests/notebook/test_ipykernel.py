"""The Python API where people use it most: in the cells of a real IPython kernel, whose event loop is running all the while."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.cli import clean_environment

ROWS = """
rows = [
    {"text": "great", "label": "positive", "before": "positive", "after": "positive"},
    {"text": "bad", "label": "negative", "before": "neutral", "after": "negative"},
    {"text": "dull", "label": "negative", "before": "neutral", "after": "positive"},
]
models = {"before": {"answers": "before"}, "after": {"answers": "after"}}
"""


def played(cells: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    """What each cell leaves, by kind: `stdout`, and the mime types of its value. A cell that raises fails the test."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    folder.mkdir(exist_ok=True)
    client = NotebookClient(notebook, timeout=200, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=clean_environment(folder))
    return [outputs_of(cell) for cell in notebook.cells]


def outputs_of(cell: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for output in cell.outputs:
        if output.output_type == "stream":
            found[output.name] = found.get(output.name, "") + output.text
        else:
            found |= output.data
    return found


def test_cells_judge_build_run_and_show(tmp_path: Path) -> None:
    judged, _, built, ran, shown, framed, awaited, scored = played(
        [
            "import asyncio, gemini_eval\n"
            "assert asyncio.get_running_loop().is_running()\n"
            "gemini_eval.judge({'contains': 'refund'}, 'a refund')",
            ROWS,
            "suite = gemini_eval.suite(task='sentiment', data=rows, expected='label', model=models, gate='accuracy >= 0.5')\n"
            "print(suite.to_yaml().splitlines()[2])",
            "result = gemini_eval.run(suite)\n"
            "[(case.variant, case.case_id, case.passed) for case in result.cases] == "
            "[(case.variant, case.case_id, case.passed) for case in gemini_eval.score(result).cases]",
            "result",
            "import pandas\n"
            "made = gemini_eval.suite(task='sentiment', data=pandas.DataFrame(rows), expected='label', model=models)\n"
            "assert made.to_yaml() == gemini_eval.suite(task='sentiment', data=rows, expected='label', model=models).to_yaml()\n"
            "gemini_eval.run(made).to_pandas().groupby('variant')['passed'].sum().to_dict()",
            "await asyncio.sleep(0)\nlen(gemini_eval.run(made, variant='data@after').failures)",
            "gemini_eval.score(result, made).passed",
        ],
        tmp_path / "notebook",
    )
    assert judged == {"text/plain": "Verdict(passed=True, score=1.0, reason='the answer contains \"refund\"')"}
    assert built == {"stdout": "task: sentiment\n"}
    assert ran == {"text/plain": "True"}
    assert framed == {"text/plain": "{'data@after': 2, 'data@before': 1}"}
    assert (awaited, scored) == ({"text/plain": "1"}, {"text/plain": "False"})
    assert set(shown) == {"text/plain", "text/html"}
    assert shown["text/plain"].endswith(": exit status 1, 3 of 6 cases pass>")
    assert shown["text/html"].startswith('<div class="tex2jax_ignore mathjax_ignore"><div>Right 2 of 3 (data@after')


@pytest.mark.model
def test_cells_ask_the_embedded_model_and_survive_ctrl_c(tmp_path: Path) -> None:
    asked, interrupted, resumed = played(
        [
            "import gemini_eval, os, signal\n"
            "rows = [{'n': str(number)} for number in range(16)]\n"
            "params = {'max_output_tokens': 4}\n"
            "suite = gemini_eval.suite(data=rows, prompt='Say {{ n }}.', model='local:gemma-3-270m', params=params)\n"
            "first = gemini_eval.run(suite, number=2)\n"
            "[(case.outcome.family.value, bool(case.samples[0].output)) for case in first.cases]",
            "def press(done, failed, total):\n"
            "    if done == 1:\n"
            "        os.kill(os.getpid(), signal.SIGINT)\n"
            "result = gemini_eval.run(suite, progress=press)\n"
            "kept = len(result.cases)\n"
            "result.interrupted, result.exit_status, 1 <= kept < 16",
            "after = gemini_eval.run(suite, resume=result)\n(after.id == result.id, after.interrupted, len(after.cases))",
        ],
        tmp_path / "notebook",
    )
    assert interrupted == {"text/plain": "(True, 130, True)"}
    assert resumed == {"text/plain": "(True, False, 16)"}
    assert asked["text/plain"].count("True") == 2
