from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import gemini_eval
from gemini_eval.api.building import suite as build
from tests.support.cli import clean_environment


def test_every_name_is_there_and_documented():
    for name in gemini_eval.__all__:
        value = getattr(gemini_eval, name)
        assert name == "__version__" or value.__doc__, name
    assert set(gemini_eval.__all__) <= set(dir(gemini_eval))


def test_type_checkers_see_the_same_names():
    """What stands under TYPE_CHECKING, in `__all__` and in the table of homes is one list."""
    tree = ast.parse(Path(gemini_eval.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen.pop("Any") == "typing"
    assert seen == gemini_eval._HOMES
    assert sorted([*seen, "__version__"]) == gemini_eval.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'gemini_eval' has no attribute 'judged'"):
        gemini_eval.judged  # noqa: B018


MAKE = "suite(data=[{'a': 'x'}], model={'answers': 'a'})"
ORDERS = {
    "the function first": f"import gemini_eval; made = gemini_eval.{MAKE}",
    "the room first": f"import gemini_eval.suites.load, gemini_eval; made = gemini_eval.{MAKE}",
    "by name": f"from gemini_eval import suite; import gemini_eval.suites.load; made = {MAKE}",
    "after a run": f"from gemini_eval import *; run({MAKE}); import gemini_eval; made = gemini_eval.{MAKE}",
}


@pytest.mark.parametrize("statement", ORDERS.values(), ids=ORDERS)
def test_suite_is_the_function_whatever_was_imported_before(statement: str, folder: Path):
    program = [sys.executable, "-c", f"{statement}; print(made.to_yaml())"]
    done = subprocess.run(program, env=clean_environment(folder), capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (
        "version: 1\nname: python\nmodels:\n  answers: a\ncases:\n  - vars:\n      a: x\n\n",
        "",
    )


def test_suite_shows_its_signature():
    assert inspect.signature(gemini_eval.suite) == inspect.signature(build)
