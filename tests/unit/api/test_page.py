"""docs/python.md answers to the program: every block is run, in order, and prints what the page shows below it."""

from __future__ import annotations

import ast
import re
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from tests.support.cli import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", PAGE, re.MULTILINE | re.DOTALL)


def test_every_block_prints_what_the_page_shows():
    names: dict[str, Any] = {}
    printed = [played(code, names) for code, _ in BLOCKS]
    assert printed == [shown or said for said, (_, shown) in zip(printed, BLOCKS, strict=True)]
    assert len(BLOCKS) == PAGE.count("```python") and sum(bool(shown) for _, shown in BLOCKS) == PAGE.count("```text")


def played(code: str, names: dict[str, Any]) -> str:
    """What a notebook would show: what is printed, and the value of a last expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(StringIO()) as printed:
        exec(compile(tree, "docs/python.md", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "docs/python.md", "eval"), names)
            if value is not None:
                print(repr(value))
    return printed.getvalue()
