"""`suite(…)`: a suite written in Python, without a file; `.to_yaml()` makes the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from gemini_eval.api.prompts import PROMPT_KEYS, prompts_form
from gemini_eval.api.rows import DATA, Fields, cases_of, labels_in
from gemini_eval.api.values import PYTHON, at, in_memory, plain
from gemini_eval.errors import Faults, UsageError
from gemini_eval.safe.code import use_of
from gemini_eval.safe.files import read_bytes, write_whole
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.yaml_reader import YamlMap, read_yaml
from gemini_eval.safe.yaml_writer import write_yaml
from gemini_eval.suites.load import LABELLED_TASKS, LoadOptions, build_suite
from gemini_eval.suites.model import InlineCase, Suite
from gemini_eval.suites.workspace import find_workspace
from gemini_eval.types import Json, Task

MAX_YAML_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class PythonSuite(Suite):
    """A suite that stands in no file. `head` is its YAML form without the cases."""

    head: Mapping[str, Json] = field(default_factory=dict)

    def to_yaml(self, path: str | Path | None = None) -> str:
        """The suite as YAML text, equal in meaning; written to `path` too where one is given.

        Raises `UsageError` where a file at `path` would not find the files that the suite names, or is too large to be read.
        """
        cases = [dict(case.fields) for case in self.cases]
        form = {**self.head, "cases": cases} if cases else dict(self.head)
        if path is not None:
            self._check_path(Path(path))
            _check_size(len(dump_json(form)))  # about what YAML will have, known in no time
        text = write_yaml(form)
        if path is not None:
            data = text.encode()
            _check_size(len(data))
            write_whole(Path(path), data)
        return text

    def _check_path(self, path: Path) -> None:
        here = self.path.parent
        if self.files and path.absolute().parent.resolve() != here.resolve():
            names = ", ".join(self.files)
            raise UsageError(f"the suite names files relative to {here} ({names})", f"write it there: {here / path.name}")

    def rebuilt(self, options: LoadOptions) -> PythonSuite:
        """The same suite under other options. Raises `InputError`."""
        return build(self.head, [case.fields for case in self.cases], options)


def _check_size(size: int) -> None:
    if size > MAX_YAML_BYTES:
        reason = f"the suite has {size:,} bytes, and a suite file at most {MAX_YAML_BYTES:,}"
        raise UsageError(reason, "write the rows to a data file (JSONL, CSV) and pass its path as data=…")


def suite(
    *,
    data: Any = None,
    task: Task | None = None,
    prompt: Any = None,
    expected: str | None = None,
    model: Any = None,
    labels: Any = None,
    columns: Mapping[str, Any] | None = None,
    name: str = "",
    allow_code: bool = False,
    **keys: Any,
) -> PythonSuite:
    """A suite without a file, for `run` or, by `.to_yaml()`, for a file.

    data      a DataFrame (pandas, polars), an iterable of dicts, or the path of a data file
    task      classification, extraction or sentiment
    prompt    a template's text, the path of a template file, a map as in YAML, or a map or list of those
    expected  the column that holds what is right; every other column is a variable
    columns   more of them, as in a suite: {"id": "ticket", "cluster": "customer", "tags": ["lang"]}
    model     a model id, {"answers": column} for answers that the data already has, or a map or list of those
    labels    where the task has labels: by default the values of the column `expected`, in order of appearance
    name      by default the task
    allow_code  import and run the functions that assertions name (`python: module:function`): you trust them
    keys      any other key of a suite (`assert_` for `assert`): answer, params, samples, gate, variants, measure…; `examples`,
              `system` and `strategy` belong to the prompt, and examples may be rows or a DataFrame too

    Raises:
        InputError: with every fault. `<python>:3:1` is a line of `.to_yaml()`, `<data>:7` a row, counted from 1.
    """
    own = {key.removesuffix("_"): value for key, value in keys.items()}
    taken = {**({"expected": expected} if expected else {}), **plain(columns or {}, "`columns`")}
    head: dict[str, Json] = {"version": 1, "name": name or task or "python"}
    if task:
        head["task"] = task
    cases = _cases(own, data, taken, head)
    if labels is None and task in LABELLED_TASKS:
        labels = labels_in(cases) or None
    for key, value in (("labels", labels), ("models", model)):
        if value is not None:
            head[key] = plain(value, f"`{key}`")
    if prompt is not None:
        of_prompt = {key: own.pop(key) for key in PROMPT_KEYS if key in own}
        head["prompts"] = prompts_form(prompt, of_prompt, taken, find_workspace(Path.cwd()))
    head |= {key: plain(value, f"`{key}`") for key, value in own.items() if value is not None}
    return build(head, cases, LoadOptions(code=use_of(allow_code)))


def _cases(own: dict[str, Any], data: Any, columns: Mapping[str, Json], head: dict[str, Json]) -> list[Fields]:
    """The cases that are written or made of rows; a data file goes into `head` instead."""
    cases: list[Fields] = list(plain(own.pop("cases", None) or [], "`cases`"))
    if isinstance(data, str | Path):
        head["data"] = {"file": str(data), "columns": dict(columns)} if columns else str(data)
    elif data is not None:
        cases += cases_of(data, columns, find_workspace(Path.cwd()))
    return cases


def build(head: Mapping[str, Json], cases: list[Fields], options: LoadOptions) -> PythonSuite:
    """A suite from its YAML form. Raises `InputError` with every fault."""
    faults = Faults()
    here = Path.cwd()
    workspace = find_workspace(here)
    context = in_memory(faults, workspace)
    text = write_yaml(dict(head))
    tree = read_yaml(text, path=PYTHON)
    assert isinstance(tree, YamlMap)
    if cases:
        tree["cases"] = [dict(case) for case in cases]
    chosen = options if options.target else replace(options, target=workspace.default_target)
    built = build_suite(context, tree, chosen)
    faults.raise_if_any()
    values = {item.name: getattr(built, item.name) for item in fields(built)}
    values["cases"] = tuple(InlineCase(case, at(DATA, number)) for number, case in enumerate(cases, 1))
    values["sha256"] = _hash(text, cases, built)
    values["warnings"] = faults.warnings
    return PythonSuite(**values, head=dict(head))


def _hash(text: str, cases: list[Fields], built: Suite) -> str:
    digest = sha256(text.encode())
    for case in cases:
        digest.update(dump_json(dict(case)) + b"\n")
    for shown, path in sorted(built.files.items()):
        digest.update(shown.encode() + b"\0" + sha256(read_bytes(path)).digest())
    return digest.hexdigest()
