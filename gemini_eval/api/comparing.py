"""`compare` and `check` for Python callers: the records that reports write, instead of a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemini_eval.api.results import Result
from gemini_eval.api.running import Names, RunLike, SuiteLike, budget_of, folder_of, load_options_of, names_of, under
from gemini_eval.api.values import at_least_one, not_negative
from gemini_eval.comparison.model import Comparison
from gemini_eval.engine.jobs import DEFAULT_WAIT_S
from gemini_eval.errors import UsageError
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import find_workspace
from gemini_eval.types import Progress
from gemini_eval.verbs.again import recalled
from gemini_eval.verbs.check.check import check_suites
from gemini_eval.verbs.check.options import DEFAULT_MAX_AGE_S, DEFAULT_MAX_SAMPLES, CheckOptions
from gemini_eval.verbs.compare import CompareOptions, compare_runs
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.saved import SavedRun
from gemini_eval.verbs.selection import Selection


def compare(
    a: RunLike,
    b: RunLike,
    *,
    variants: tuple[str, str] | None = None,
    metric: str = "",
    margin: float | None = None,
) -> Comparison:
    """Two saved runs, paired case by case and decided; nobody is asked.

    `a` is the baseline, `b` the candidate: a `Result`, an id, a name, "last" or a path. `variants` pairs one of each; without it
    those of one name are paired. `metric` is a figure's name (default: what the suite's gates name, else `pass_rate`), `margin`
    in its unit (0.05 for 5 points).

    Raises:
        UsageError: the two share no variant, or the metric can't be tested.
        InputError: there is no such run.
    """
    workspace = find_workspace(Path.cwd())
    if margin is not None and not 0 < margin < 1:
        raise UsageError(f"margin is {margin}", "give a share between 0 and 1: 0.05 for 5 points")
    first, second = variants or ("", "")
    before, after = SavedRun(folder_of(a, workspace), first), SavedRun(folder_of(b, workspace), second)
    return compare_runs(before, after, CompareOptions(metric, margin))[0]


def check(
    base: str = "",
    suites: SuiteLike | Sequence[SuiteLike] = (),
    *,
    variant: Names = None,
    samples: int | None = None,
    max_samples: int = DEFAULT_MAX_SAMPLES,
    base_max_age: float = DEFAULT_MAX_AGE_S,
    absolute: bool = False,
    jobs: int | None = None,
    resume: RunLike | None = None,
    max_requests: int | None = None,
    max_cost: float | None = None,
    max_errors: int | None = None,
    wait: float = DEFAULT_WAIT_S,
    recordings_only: bool = False,
    strict: bool = False,
    allow_code: bool = False,
    name: str = "",
    progress: Progress | None = None,
) -> Result:
    """The working tree held against the merge base of HEAD and `base` (the remote's default branch): `.comparison` of the result
    says what came of it, `.exit_status` what the command line would have ended with.

    `suites` defaults to all of the workspace. The keywords are the flags of `gemini-eval check`; `base_max_age` and `wait` are in
    seconds, `max_cost` in US dollars.

    Raises:
        InputError: a fault in the suites, no merge base, or the base's policy; nothing was sent.
        RunError: the disk is full or the run folder is damaged; what was answered is kept.
    """
    given = [suites] if isinstance(suites, str | Path | Suite) else list(suites)
    workspace = find_workspace(Path.cwd())
    run = RunOptions(
        load=load_options_of(None, None, workspace, allow_code=allow_code),
        selection=Selection(variant_names=names_of(variant)),
        samples=at_least_one("samples", samples),
        jobs=at_least_one("jobs", jobs),
        resume=folder_of(resume, workspace) if resume is not None else None,
        budget=budget_of(workspace, max_requests, max_cost, max_errors, wait),
        recordings=workspace.recording_files if recordings_only else (),
        recordings_only=recordings_only,
        strict=strict,
        name=name,
        progress=progress,
    )
    run = recalled(run.resume, run) if run.resume is not None else run
    at_least_one("max_samples", max_samples)
    options = CheckOptions(run, max_samples, not_negative("base_max_age", base_max_age), absolute)
    return Result.of(check_suites([under(suite, run.load) for suite in given], base, options))
