"""The only place where code of others is imported: a metric that a suite names, and its user or an installed package offers.

A suite alone can't have code run. A name works where an installed package declares it (entry point of the group
`gemini_eval.metrics`), or where the user allowed code on the command line or from Python.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib import import_module, reload
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias

from gemini_eval.errors import ValueRefusedError, did_you_mean
from gemini_eval.safe.files import read_bytes

GROUP = "gemini_eval.metrics"
Use: TypeAlias = Literal["refuse", "allow", "leave"]
"""What becomes of code that no installed package offers: an error; run; or known, as packages' is then too, and not imported."""

_ALLOW = "if you trust it, run with --allow-code (allow_code=True in Python)"
_imported: dict[str, str] = {}
"""The hash of each module's file as it was when we imported it."""


def use_of(allowed: bool) -> Use:
    """The user's word for it, or none."""
    return "allow" if allowed else "refuse"


@dataclass(frozen=True, slots=True)
class Code:
    """A function, and its version: `package VERSION` or a hash of the module's file. Without a function, `why` there is none."""

    name: str
    version: str
    function: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    why: str = field(default="", compare=False)


def find_code(name: str, folder: Path, use: Use) -> Code:
    """The function `package.module:function`, or the one that an installed package offers by this name.

    Where code is allowed `folder` is searched for modules too, after all else. Raises ValueRefusedError, FileRefusedError.
    """
    offered = _offers(tuple(sys.path), Path.cwd())
    if name in offered:
        return _offered(name, offered[name], use)
    module, colon, attribute = name.partition(":")
    if not colon:
        hint = did_you_mean(name, offered) or "write package.module:function, or install the package that offers it"
        raise ValueRefusedError(f"no installed package offers a metric {name!r}", hint)
    if not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
        raise ValueRefusedError(f"{name!r} names no function", "write package.module:function")
    if use == "refuse":
        raise ValueRefusedError(f"{name} is code, and a suite alone can't have code run", _ALLOW)
    file = _file_of(module, folder)
    version = _hash(file) if file else ""
    if use == "leave":
        return Code(name, version, why="code is not run here")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    hint = f"modules are looked for among the installed ones and in {folder}"
    function, where = _imported_from(name, module, attribute, hint)
    if file and where and file.resolve() != where.resolve():
        return Code(name, version, why=f"another module of that name is loaded, from {where}")
    return Code(name, version or (_hash(where) if where else "built in"), function)


def _offered(name: str, entry: EntryPoint, use: Use) -> Code:
    version = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
    if use == "leave":
        return Code(name, version, why="code is not run here")
    with _without_here():
        function, where = _imported_from(name, entry.module, entry.attr, "mend the package, or install it again")
    return Code(name, f"{version}, {_hash(where)}" if where else version, function)


@lru_cache(maxsize=8)
def _offers(path: tuple[str, ...], here: Path) -> Mapping[str, EntryPoint]:
    """By name and by function, what installed packages offer; what lies where the program runs is not installed."""
    packages = distributions(path=_elsewhere(path, here))
    entries = [entry for package in packages for entry in package.entry_points.select(group=GROUP)]
    return {name: entry for entry in entries for name in (entry.name, entry.value)}


def _elsewhere(path: Iterable[str], here: Path) -> list[str]:
    return [entry for entry in path if entry and Path(entry).resolve() != here]


@contextmanager
def _without_here() -> Iterator[None]:
    """Nothing is found in the working folder, where a stranger's files may lie."""
    before = sys.path[:]
    sys.path[:] = _elsewhere(before, Path.cwd())
    try:
        yield
    finally:
        sys.path[:] = before


def _imported_from(name: str, module_name: str, attribute: str, hint: str) -> tuple[Callable[..., Any], Path | None]:
    """The function, and its module's file. A file that was edited since it was imported is read again."""
    try:
        module = import_module(module_name)
        where = Path(module.__file__) if module.__file__ else None
        version = _hash(where) if where else ""
        if _imported.setdefault(module_name, version) != version:
            module = reload(module)
            _imported[module_name] = version
    except BaseException as error:  # a module that calls sys.exit too
        if isinstance(error, KeyboardInterrupt):
            raise
        raise ValueRefusedError(f"{name} can't be imported: {type(error).__name__}: {error}", hint) from error
    return _attribute(name, module, attribute), where


def _attribute(name: str, module: ModuleType, attribute: str) -> Callable[..., Any]:
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            hint = did_you_mean(part, [known for known in vars(found) if not known.startswith("_")])
            raise ValueRefusedError(f"{name}: there is no {part!r} in {module.__name__}", hint)
        found = getattr(found, part)
    if not callable(found):
        raise ValueRefusedError(f"{name} is no function", "name a function of (answer, context)")
    function: Callable[..., Any] = found
    return function


def _file_of(module: str, folder: Path) -> Path | None:
    """Where a module would come from, found without running any of it: in `folder`, else wherever Python looks."""
    inside = Path(*module.split("."))
    for base in (folder, *map(Path, sys.path)):
        for file in (base / inside / "__init__.py", (base / inside).with_suffix(".py")):
            if file.is_file():
                return file
    return None


def _hash(file: Path) -> str:
    return f"sha256:{sha256(read_bytes(file)).hexdigest()[:16]}"
