"""`load_suite`, `run` and `score` for Python callers: keywords instead of flags, a `Result` instead of an exit status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from gemini_eval.api.building import PythonSuite
from gemini_eval.api.results import Result
from gemini_eval.api.values import PYTHON, at_least_one, not_negative, plain
from gemini_eval.engine.jobs import DEFAULT_WAIT_S, Budget
from gemini_eval.errors import UsageError
from gemini_eval.runs.find import find_run
from gemini_eval.runs.folder import RunFolder
from gemini_eval.safe.code import use_of
from gemini_eval.suites import load
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.types import Progress
from gemini_eval.verbs.again import recalled
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.run import run_suites
from gemini_eval.verbs.score import score_run
from gemini_eval.verbs.selection import Selection

SuiteLike: TypeAlias = str | Path | Suite
RunLike: TypeAlias = Result | RunFolder | str | Path
Names: TypeAlias = str | Sequence[str] | None


def load_suite(path: str | Path, *, model: Names = None, set: Mapping[str, Any] | None = None, allow_code: bool = False) -> Suite:
    """A suite file, checked. `model` answers in place of the suite's own, `set` are parameters over every other level. With
    `allow_code` the functions that its assertions name (`python: module:function`) are imported and run: you trust them.

    Raises:
        InputError: with every fault of the file and of those that it names; no row of data is read yet.
    """
    options = load_options_of(model, set, find_workspace(Path(path).absolute()), allow_code=allow_code)
    return load.load_suite(path, options)


def run(
    suites: SuiteLike | Sequence[SuiteLike],
    *,
    model: Names = None,
    variant: Names = None,
    samples: int | None = None,
    set: Mapping[str, Any] | None = None,
    number: int | None = None,
    keyword: str = "",
    tag: str = "",
    jobs: int | None = None,
    resume: RunLike | None = None,
    name: str = "",
    max_requests: int | None = None,
    max_cost: float | None = None,
    max_errors: int | None = None,
    wait: float = DEFAULT_WAIT_S,
    timeout: float | None = None,
    cache: Literal["use", "refresh", "off"] = "use",
    recordings_only: bool = False,
    drafts: bool = False,
    strict: bool = False,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Ask the models, judge the answers, keep everything in the workspace's run folder.

    `suites` is a path, a suite of `load_suite` or `suite`, or a list of them. The keywords are the flags of `gemini-eval run`:
    `keyword` is `-k`, `tag` is `-m`, `number` is `-n`, `jobs` is `-j`, `set` is `--set`. `resume` goes on with a run: a `Result`,
    an id or "last". `cache` may be "refresh" (ask again for what the answer cache has) or "off". `max_cost` is in US dollars,
    `wait` and `timeout` are in seconds. `progress` is called with (done, failed, total) after each case, in the engine's thread.

    Works inside a running event loop too. Ctrl-C once stops asking and keeps what was answered: the result is then `.interrupted`
    and can be resumed; twice gives up what is in flight.

    Raises:
        InputError: the suites or the arguments are wrong; nothing was sent (`LateInputError`: something was, and is kept).
        RunError: the disk is full or the run folder is damaged; what was answered is kept.
    """
    given = _given(suites)
    workspace = _workspace_of(given[0])
    options = RunOptions(
        load=load_options_of(model, set, workspace, allow_code=allow_code),
        selection=Selection(
            keyword=keyword, tag=tag, number=number, models=names_of(model), variant_names=names_of(variant), drafts=drafts
        ),
        samples=at_least_one("samples", samples),
        jobs=at_least_one("jobs", jobs),
        resume=folder_of(resume, workspace) if resume is not None else None,
        budget=budget_of(workspace, max_requests, max_cost, max_errors, wait),
        cache=cache,
        timeout_s=None if timeout is None else not_negative("timeout", timeout),
        recordings=workspace.recording_files if recordings_only else (),
        recordings_only=recordings_only,
        strict=strict,
        name=name,
        progress=progress,
    )
    return _asked(given, options)


def _given(suites: SuiteLike | Sequence[SuiteLike]) -> list[SuiteLike]:
    given = [suites] if isinstance(suites, str | Path | Suite) else list(suites)
    if not given:
        raise UsageError("there is no suite to run", "give the path of a suite, or what `suite(…)` returns")
    return given


def _asked(suites: Sequence[SuiteLike], options: RunOptions) -> Result:
    options = recalled(options.resume, options) if options.resume is not None else options
    return Result.of(run_suites([under(suite, options.load) for suite in suites], options))


def score(run: RunLike, suite: SuiteLike | Sequence[SuiteLike] | None = None, *, allow_code: bool = False) -> Result:
    """The saved answers of a run judged again by today's suites; only judges are asked, and the run's cases are rewritten.

    `run` is a `Result`, an id, a name or "last"; `suite` what judges, by default what the run was of, read again from its files.

    Raises:
        InputError: there is no such run, or its suites are wrong or gone.
    """
    folder = folder_of(run, find_workspace(Path.cwd()))
    if suite is not None:
        suites = [suite] if isinstance(suite, str | Path | Suite) else list(suite)
    else:
        suites = _suites_again(run, folder)
    options = RunOptions(load=LoadOptions(code=use_of(allow_code)))
    return Result.of(score_run(folder, options, [under(suite, options.load) for suite in suites]))


def budget_of(
    workspace: Workspace, max_requests: int | None, max_cost: float | None, max_errors: int | None, wait: float
) -> Budget:
    """What the caller allows, and the workspace's policy above that."""
    own = Budget(
        at_least_one("max_requests", max_requests),
        None if max_cost is None else round(not_negative("max_cost", max_cost) * 1_000_000),
        at_least_one("max_errors", max_errors),
        not_negative("wait", wait),
    )
    return own.within(workspace.policy.get("max_requests"), workspace.policy.get("max_cost"))


def _suites_again(run: RunLike, folder: RunFolder) -> list[SuiteLike]:
    """What a run was of: suites from Python as they are, the others by their path."""
    if isinstance(run, Result):
        return [suite if isinstance(suite, PythonSuite) else suite.path for suite in run.suites]
    if any(suite.get("path") == PYTHON for suite in folder.header.get("suites") or ()):
        raise UsageError(f"the run {folder.id} was of a suite written in Python", "pass it: score(run, suite)")
    return []


def load_options_of(
    model: Names, settings: Mapping[str, Any] | None, workspace: Workspace, *, allow_code: bool = False
) -> LoadOptions:
    return LoadOptions(
        models=names_of(model),
        settings=plain(settings or {}, "`set`"),
        target=workspace.default_target,
        code=use_of(allow_code),
    )


def under(suite: SuiteLike, options: LoadOptions) -> SuiteLike:
    """A suite that is loaded already, loaded again where the options say something over it."""
    more_code = options.code == "allow" and isinstance(suite, Suite) and suite.code != "allow"
    if not isinstance(suite, Suite) or not (options.models or options.settings or options.variables or more_code):
        return suite
    own = (variant.model.name for variant in suite.variants if variant.model.why == "--model")
    merged = LoadOptions(
        models=options.models or tuple(dict.fromkeys(own)),
        settings={**{name: setting.value for name, setting in suite.overrides.items()}, **options.settings},
        variables={**suite.forced_vars, **options.variables},
        target=options.target,
        code=use_of("allow" in (options.code, suite.code)),
    )
    return suite.rebuilt(merged) if isinstance(suite, PythonSuite) else load.load_suite(suite.path, merged)


def _workspace_of(suite: SuiteLike) -> Workspace:
    return suite.workspace if isinstance(suite, Suite) else find_workspace(Path(suite).absolute())


def folder_of(run: RunLike, workspace: Workspace) -> RunFolder:
    if isinstance(run, Result):
        return RunFolder.open(run.path)
    return run if isinstance(run, RunFolder) else find_run(str(run), workspace.store_folder)


def names_of(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names or ())
