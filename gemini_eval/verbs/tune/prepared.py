"""What `tune start` trains on, whoever trains: a suite's own data, files in its place, or a share of either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.errors import Fault, UsageError
from gemini_eval.providers.gemini.table import entry
from gemini_eval.runs.folder import make_store
from gemini_eval.safe.files import make_folder
from gemini_eval.suites.fingerprint import asked_digest
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite
from gemini_eval.suites.tuned import alias_fault
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.tuning.curve import subset
from gemini_eval.tuning.from_suite import choose_variant
from gemini_eval.tuning.parameters import DEFAULT, Parameters
from gemini_eval.verbs.discover import ENDINGS
from gemini_eval.verbs.tune.data import DataOptions, TuningData, Written, tuning_data, write_data

CLOUD = "gs://"


@dataclass(frozen=True, slots=True)
class StartOptions:
    """`source` is a suite or tuning data; `data` and `validation` are tuning data in place of the suite's own. `base` is the
    model to tune, '' for the suite's; `name` the first part of each alias, '' for the suite's name or the file's. `share` are the
    per cent of the examples that are trained on. `upload` is the gs:// folder for files."""

    source: str
    grid: tuple[Parameters, ...] = (DEFAULT,)
    base: str = ""
    prompt: str = ""
    data: str = ""
    validation: str = ""
    name: str = ""
    share: int = 100
    upload: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`suite` is None where files alone were named, `data` where all of it lies in Cloud Storage at `source`; it is checked
    otherwise. `prompt` is `sha256:…` of the prompt that made it."""

    workspace: Workspace
    suite: Suite | None
    name: str
    source: str
    data: TuningData | None
    prompt: str = ""
    share: int = 100

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return self.data.warnings if self.data else ()

    def alias(self, parameters: Parameters) -> str:
        """`tickets/e4-a1`; `tickets/e4-a1-p50` for a model of half the data."""
        return f"{self.name}/{parameters.name}{'' if self.share == 100 else f'-p{self.share}'}"

    def shared(self, percent: int) -> Prepared:
        """With so many per cent of the examples to train on, the same ones everywhere."""
        if percent == 100:
            return self
        assert self.data is not None
        return replace(self, share=percent, data=replace(self.data, train=tuple(subset(self.data.train, percent))))

    def written(self, folder: Path) -> list[Written]:
        """The training file in `folder`, and beside it the one to validate by, where there are examples for one. Raises
        `InputError` and `RunError`."""
        assert self.data is not None
        make_folder(folder)
        return write_data(self.data, folder / f"{Path(self.name).name}.jsonl", "contents")


def workspace_of(options: StartOptions) -> Workspace:
    """Where the suite or file lies, else the current folder."""
    return find_workspace(Path.cwd() if options.source.startswith(CLOUD) else Path(options.source).absolute())


def read_suite(options: StartOptions) -> Suite | None:
    """The suite that is the source. Raises `InputError`."""
    if Path(options.source).suffix not in ENDINGS:
        return None
    return load_suite(options.source, LoadOptions(need_model=False, need_tuned=False))


def prepare(options: StartOptions, workspace: Workspace, suite: Suite | None, base: str) -> Prepared:
    """Read and check what `base` is to be tuned on: leaks into the suite's cases are errors, wherever the data comes from. What
    lies in Cloud Storage is taken as it is: `tune data` has checked it. Raises `InputError`."""
    name = options.name or (suite.name if suite else Path(options.source).stem)
    if reason := alias_fault(name):
        raise UsageError(f"{reason}: {name!r}", "name the models: --name tickets")
    variant = choose_variant(suite, options.prompt) if suite else None
    digest = asked_digest(suite, variant) if suite and variant else ""
    source = options.data or ("" if suite else options.source)
    if source.startswith(CLOUD):
        if options.share != 100:
            raise UsageError(f"--share takes no part of {source}", "name the suite, or a file")
        return Prepared(workspace, suite, name, source, None, digest)
    known = entry(base)
    limited = base if known and known.tuning else ""
    if source:
        against = (suite.path,) if suite else ()
        data = tuning_data(
            [Path(source)], DataOptions(against=against, model=limited, unheld="name their suite: tune start SUITE --data FILE")
        )
    else:
        assert suite is not None
        data = tuning_data([suite.path], DataOptions(prompt=options.prompt, model=limited))
    return Prepared(workspace, suite, name, source, data, digest).shared(options.share)


def data_folder(prepared: Prepared) -> Path:
    """Where the data of these models is kept, inside the workspace's store."""
    return make_store(prepared.workspace.store_folder) / "tuning" / prepared.name
