"""The project's own files, read and parsed once for all rules."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "gemini_eval"
SOURCES = (PACKAGE, "tests", "tools", "ci", "benchmarks")
FOLDERS = (*SOURCES, "docs", "specs", "templates", "recordings", "examples", "requirements", ".ci")
UNTRACKED = frozenset({"__pycache__", ".gemini-eval", ".hypothesis"})


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A Python file: its path below the root as text, its lines and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """`gemini_eval/safe/files.py` -> `safe/files.py`; '' outside the package."""
        return self.path.removeprefix(f"{PACKAGE}/") if self.path.startswith(f"{PACKAGE}/") else ""


def shipped_files() -> Iterator[Path]:
    """Every file that is committed: those of the known folders, and those at the top but for hidden ones."""
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith(".coverage"):
            yield path
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and not UNTRACKED & set(path.parts):
                yield path


@cache
def sources() -> tuple[Source, ...]:
    paths = sorted(path for path in shipped_files() if path.suffix == ".py")
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return tuple(Source(name, text, ast.parse(text, name)) for name, text in texts.items())


def package() -> tuple[Source, ...]:
    return tuple(source for source in sources() if source.room)


def own_tests() -> tuple[Source, ...]:
    return tuple(source for source in sources() if source.path.startswith("tests/"))


@cache
def imports(source: Source) -> tuple[tuple[str, int], ...]:
    """(module, line) of everything imported, inside functions too; `from a import b` gives `a` and `a.b`."""
    return tuple(_imports(source))


@cache
def comments(source: Source) -> tuple[tuple[int, str], ...]:
    """(line, text) of every comment."""
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline) if "#" in source.text else ()
    return tuple((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)


@cache
def calls(source: Source) -> tuple[tuple[str, ast.Call], ...]:
    """(dotted name, call) of every call by name: `open`, `sys.exit`, `.read_text` where what it is called on is no plain name."""
    found = ((dotted(node.func), node) for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    return tuple((name, node) for name, node in found if name)


def _imports(source: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{name.name}", node.lineno) for name in node.names)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
