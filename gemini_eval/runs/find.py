"""Finding a run by what people call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gemini_eval.errors import Fault, InputError, RunError, did_you_mean
from gemini_eval.runs.folder import LATEST, RunFolder

LAST = "last"
_SHOWN = 5

Accept = Callable[[RunFolder], bool]


def run_paths(store: Path) -> list[Path]:
    """The folders of all runs of the store, the newest first; nothing in them is read."""
    runs = store / "runs"
    if not runs.is_dir():
        return []
    found = [path for path in runs.iterdir() if not path.is_symlink() and (path / "run.json").is_file()]
    return sorted(found, key=lambda path: (path.name[:16], path.name[-6:]), reverse=True)


def list_runs(store: Path) -> tuple[list[RunFolder], list[InputError | RunError]]:
    """All runs of the store, the newest first, and why others could not be opened."""
    runs: list[RunFolder] = []
    unreadable: list[InputError | RunError] = []
    for path in run_paths(store):
        try:
            runs.append(RunFolder.open(path))
        except (InputError, RunError) as error:
            unreadable.append(error)
    return runs, unreadable


def find_run(name: str, store: Path, accept: Accept | None = None) -> RunFolder:
    """The run that `name` means: a path, `last` (or `latest`), `last~2` (the third newest), an id, a name that was given with
    `--name` (the newest of that name), or the beginning of an id.

    `accept` narrows what `last` counts, say to finished runs. Raises `InputError` where no run or more than one is meant.
    """
    back = _steps_back(name)
    if back is not None:
        return _nth_newest(name, store, back, accept)
    if (Path(name) / "run.json").is_file():
        return RunFolder.open(Path(name))
    paths = run_paths(store)
    begun = [path for path in paths if path.name.startswith(name)] if name else []
    exact = [path for path in begun if path.name == name]
    if exact:
        return RunFolder.open(exact[0])
    runs, _ = list_runs(store)
    named = [run for run in runs if name and run.header.get("name") == name]
    if named:
        return named[0]
    if len(begun) == 1:
        return RunFolder.open(begun[0])
    raise _ambiguous(name, begun) if begun else _unknown(name, store, runs)


def _steps_back(name: str) -> int | None:
    """0 for `last` and `latest`, N for `last~N`, None for anything else."""
    base, tilde, count = name.partition("~")
    if base not in (LAST, LATEST):
        return None
    if not tilde:
        return 0
    return int(count) if count.isascii() and count.isdigit() and len(count) < 10 else None


def _nth_newest(name: str, store: Path, back: int, accept: Accept | None) -> RunFolder:
    runs = [run for run in list_runs(store)[0] if accept is None or accept(run)]
    if back < len(runs):
        return runs[back]
    held = f"{len(runs)} {'run' if len(runs) == 1 else 'runs'}"
    raise InputError([Fault(f"there is no run {name}: {store} holds {held} that it could mean", hint=_nearest(runs))])


def _ambiguous(name: str, paths: list[Path]) -> InputError:
    shown = ", ".join(path.name for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return InputError([Fault(f"{len(paths)} runs begin with {name!r}: {shown}{more}", hint="write more of the id")])


def _unknown(name: str, store: Path, runs: list[RunFolder]) -> InputError:
    given = [run.header["name"] for run in runs if run.header.get("name")]
    meant = did_you_mean(name, [LAST, *given, *(run.id for run in runs)])
    return InputError([Fault(f"there is no run {name!r} in {store}", hint=" ".join(filter(None, (meant, _nearest(runs)))))])


def _nearest(runs: list[RunFolder]) -> str:
    return f"the newest runs: {', '.join(run.id for run in runs[:_SHOWN])}" if runs else "run a suite first"
