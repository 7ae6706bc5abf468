"""`prompt=` of `suite(…)` -> `prompts:` as a suite writes it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from gemini_eval.api.rows import cases_of
from gemini_eval.api.values import plain
from gemini_eval.suites.wire import ENTRY_KEYS
from gemini_eval.suites.workspace import Workspace
from gemini_eval.types import Json

PROMPT_KEYS = ("system", "strategy", "examples")
"""Keys of a prompt that may be written beside it."""

_TEMPLATE_ENDINGS = (".j2", ".jinja", ".jinja2", ".txt", ".md", ".prompt")


def prompts_form(prompt: Any, beside: Mapping[str, Any], columns: Mapping[str, Json], workspace: Workspace) -> Json:
    """One prompt, a list or a map of them; what is written `beside` goes into each that does not say it itself."""
    common = dict(beside)
    if "examples" in common:
        common["examples"] = _examples(common["examples"], columns, workspace)
    if isinstance(prompt, Mapping) and not ENTRY_KEYS & prompt.keys():
        return {str(name): _form(entry, common) for name, entry in prompt.items()}
    if isinstance(prompt, list | tuple):
        return [_form(entry, common) for entry in prompt]
    return _form(prompt, common)


def _form(entry: Any, common: Mapping[str, Any]) -> Json:
    own = dict(entry) if isinstance(entry, Mapping) else {"template" if _is_file(entry) else "text": _source(entry)}
    form = {**own, **{key: value for key, value in common.items() if key not in own}}
    if isinstance(form.get("system"), str | PurePath):
        system = form["system"]
        form["system"] = {"template" if _is_file(system) else "text": _source(system)}
    return plain(form, "`prompt`")


def _is_file(entry: Any) -> bool:
    """A path, or text that names a template file: one that is there, or that nobody would take for a prompt."""
    if isinstance(entry, PurePath):
        return True
    if not isinstance(entry, str) or "\n" in entry or "{{" in entry or "{%" in entry:
        return False
    return (entry.endswith(_TEMPLATE_ENDINGS) and " " not in entry) or _exists(entry)


def _exists(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long for a path, or with a NUL: it is a prompt's text
        return False


def _source(entry: Any) -> Any:
    """A template's path from the working folder, as a suite there writes it; text as it is."""
    return os.path.relpath(entry) if _is_file(entry) and os.path.isabs(entry) else entry


def _examples(examples: Any, columns: Mapping[str, Json], workspace: Workspace) -> Json:
    """Examples as YAML has them; rows and DataFrames, also under `inline`, become {vars, expected}."""
    if isinstance(examples, str | PurePath):
        return str(examples)
    if isinstance(examples, Mapping):
        form = dict(examples)
        return {**form, "inline": _examples(form["inline"], columns, workspace)} if "inline" in form else form
    kept = {name: columns[name] for name in ("expected", "id", "cluster", "tags") if name in columns}
    rows = cases_of(examples, {"expected": kept["expected"]} if "expected" in kept else {}, workspace)
    return [{key: row[key] for key in ("vars", "expected") if key in row} for row in rows]
