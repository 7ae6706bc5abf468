"""The rules of the house, as far as a machine can read them. A failure names each place that breaks one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest

from tests.lint.sources import ROOT, Source, calls, comments, dotted, imports, own_tests, package, shipped_files, sources

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

HOMES: Mapping[str, tuple[str, ...]] = {
    "re": ("safe/",),
    "re2": ("safe/regex.py",),
    "json": ("safe/json_text.py", "safe/json_pieces.py", "safe/template_filters.py"),
    "xml": ("safe/xml_text.py",),
    "orjson": ("safe/json_text.py",),
    "yaml": ("safe/yaml_reader.py", "safe/yaml_writer.py"),
    "subprocess": ("safe/process.py",),
    "jinja2": ("safe/template_",),
    "asyncio": ("engine/", "providers/"),
    "uvloop": ("engine/",),
    "aiohttp": ("providers/",),
    "google": (
        "providers/gemini/",
        "providers/evaluation/",
        "providers/embedding/",
        "tuning/vertex/",
        "tuning/storage.py",
        "tuning/stored.py",
        "tuning/upload.py",
    ),
    "sqlite3": ("cache/database.py",),
    "xllamacpp": ("providers/",),
    "click": ("cli/",),
    "pickle": (),
    "marshal": (),
    "shelve": (),
    "ctypes": (),
    "multiprocessing": (),
}
"""What may be imported only where: files of the package, or folders and beginnings of names."""

FILE_METHODS = ("read_text", "write_text", "read_bytes", "write_bytes")
FILE_CALLS = ("open", "io.open", "os.open", "os.fdopen")
PRINTING_CALLS = (
    "print",
    "input",
    "sys.exit",
    "exit",
    "quit",
    "os._exit",
    "click.echo",
    "click.secho",
    "click.confirm",
    "click.prompt",
)
PROCESS_CALLS = ("os.system", "os.popen", "os.fork", "os.execv", "os.execve", "os.execvp", "os.posix_spawn", "os.spawnv")
CODE_CALLS = ("eval", "exec", "compile", "__import__")


@pytest.mark.parametrize("module", HOMES)
def test_each_dangerous_module_is_imported_only_in_its_home(module: str) -> None:
    found = [
        f"{source.path}:{line}"
        for source in package()
        if not source.room.startswith(HOMES[module] or ("\0",))
        for line in sorted({line for name, line in imports(source) if name == module or name.startswith(f"{module}.")})
    ]
    assert found == []


def test_files_are_opened_only_in_safe_files() -> None:
    assert list(places(outside("safe/files.py"), opens_a_file)) == []


def opens_a_file(name: str, call: ast.Call) -> bool:
    method = name.rpartition(".")[2]
    if name in FILE_CALLS or (name != method and method in FILE_METHODS):
        return True
    return name.endswith(".open") and all(is_mode(argument) for argument in call.args)


def is_mode(argument: ast.expr) -> bool:
    """`path.open()` and `path.open("rb")` open a file; `RunFolder.open(path)` does not."""
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and set(argument.value) <= set("rwaxbt+")


def test_printing_and_leaving_belong_to_the_command_line() -> None:
    assert list(places(outside("cli/"), lambda name, _: name in PRINTING_CALLS)) == []
    streams = [
        f"{source.path}:{line}"
        for source in outside("cli/")
        for line in mentions(source, ("sys.stdout", "sys.stderr", "SystemExit"))
    ]
    assert streams == []


def test_processes_start_only_in_safe_process() -> None:
    assert list(places(outside("safe/process.py"), lambda name, _: name in PROCESS_CALLS)) == []


def test_no_text_is_ever_run_as_code() -> None:
    assert list(places(package(), lambda name, _: name in CODE_CALLS)) == []


def test_errors_are_not_swallowed() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in package()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert found == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or dotted(handler.type) in ("Exception", "BaseException")


def test_a_file_has_one_subject() -> None:
    lengths = {source.path: len(source.text.splitlines()) for source in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_a_function_fits_a_screen() -> None:
    lengths = {f"{source.path}:{node.lineno} {node.name}": lines_of(node) for source in sources() for node in functions(source)}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_module_says_what_it_is() -> None:
    """A module has a docstring, or it holds one public class that has."""
    assert [source.path for source in package() if not ast.get_docstring(source.tree) and not is_one_class(source.tree)] == []


def is_one_class(module: ast.Module) -> bool:
    classes = [node for node in module.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    return len(classes) == 1 and ast.get_docstring(classes[0]) is not None


def test_annotations_are_never_evaluated() -> None:
    lacking = [
        source.path for source in sources() if source.tree.body[1:] and "from __future__ import annotations" not in source.text
    ]
    assert lacking == ["gemini_eval/__main__.py"]


def test_every_ignore_has_its_code_and_its_reason() -> None:
    """`# type: ignore[code]  # reason`, `# noqa: CODE  # reason` or `# noqa: CODE - reason`."""
    reasoned = re.compile(r"#\s*(type: ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)\s*(#|-|:|—)\s*\w+")
    found = [
        f"{source.path}:{number}"
        for source in package()
        for number, comment in comments(source)
        if re.search(r"type:\s*ignore|noqa", comment) and not reasoned.search(comment)
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [
        f"{source.path}:{number}" for source in sources() for number, comment in comments(source) if unfinished.search(comment)
    ] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    folders = "|".join(("work", "opt", "root", "mnt", "srv", "tmp", "Users", "home/(?!you/)\\w+"))
    addresses = "|".join(("pypi\\.org", "pythonhosted\\.org", "--(extra-)?index-url", "--find-links", "--trusted-host"))
    wanted = re.compile(rf"(?<![\w./>}}<)])/({folders})/\w|{addresses}".encode())
    here = (ROOT / "tests/lint/test_house_rules.py", ROOT / "Makefile")
    assert [
        str(path.relative_to(ROOT)) for path in shipped_files() if path not in here and wanted.search(path.read_bytes())
    ] == []


# ---- tests -----------------------------------------------------------------------------------------------


def test_tests_never_sleep() -> None:
    assert list(places(own_tests(), is_a_sleep)) == []


def is_a_sleep(name: str, call: ast.Call) -> bool:
    """`asyncio.sleep(0)` lets others have a turn; it waits for nothing."""
    turn = isinstance(call.args[0], ast.Constant) and call.args[0].value == 0 if call.args else False
    return name in ("time.sleep", "sleep") or (name == "asyncio.sleep" and not turn)


SYSTEM = ("sys.platform", "os.geteuid()", "/dev/full")
"""What a `skipif` may ask about: what this system is or may do, never what is installed on it."""


def test_tests_never_skip() -> None:
    """A missing extra, browser or model fails; only what a system cannot have may leave a test out."""
    names = ("pytest.skip", "pytest.importorskip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.xfail", "self.skipTest")
    found = [f"{source.path}:{line}" for source in own_tests() for line in mentions(source, names)]
    conditions = places(own_tests(), lambda name, call: name == "pytest.mark.skipif" and not asks_the_system(call))
    assert found + list(conditions) == []


def asks_the_system(call: ast.Call) -> bool:
    return any(word in ast.unparse(call.args[0]) for word in SYSTEM) if call.args else False


def test_tests_patch_nothing() -> None:
    mocks = [
        f"{source.path}:{line}" for source in own_tests() for name, line in imports(source) if name in ("unittest.mock", "mock")
    ]
    patches = list(
        places(own_tests(), lambda name, _: name in ("monkeypatch.setattr", "monkeypatch.setitem", "monkeypatch.delattr"))
    )
    assert mocks + patches == []


# ---- helpers ---------------------------------------------------------------------------------------------


def outside(home: str) -> list[Source]:
    return [source for source in package() if not source.room.startswith(home) and source.room != "__main__.py"]


def places(files: Iterable[Source], is_wrong: Callable[[str, ast.Call], bool]) -> Iterator[str]:
    for source in files:
        for name, call in calls(source):
            if is_wrong(name, call):
                yield f"{source.path}:{call.lineno} {name}"


def mentions(source: Source, names: tuple[str, ...]) -> list[int]:
    return [node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in names]
