"""`tune start`: from a suite or data to jobs, with what they cost said before any of them is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gemini_eval.errors import Fault, Faults, UsageError
from gemini_eval.providers.gemini.spelling import Form, is_gemini, read_spelling
from gemini_eval.providers.gemini.table import as_of, entry
from gemini_eval.providers.prices import tuning_price
from gemini_eval.suites.model import Suite
from gemini_eval.suites.tuned import PREFIX, TunedModel, read_registry
from gemini_eval.suites.workspace import Workspace
from gemini_eval.tuning.parameters import Parameters
from gemini_eval.tuning.registry import free_alias
from gemini_eval.tuning.stored import Stored, measure, place
from gemini_eval.tuning.vertex.jobs import SIZES, Wanted
from gemini_eval.types import Json
from gemini_eval.verbs.tune.prepared import Prepared, StartOptions, data_folder, prepare, read_suite

LOCAL = "local:"
MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sweep trains on: `tokens` over all epochs of all jobs, `micros` in 1e-6 USD, None where no price is known."""

    tokens: int
    epochs: int
    micros: int | None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is known before anybody is asked to tune."""

    prepared: Prepared
    target: Mapping[str, Json]
    base: str
    train: Stored
    validation: Stored | None
    grid: tuple[Parameters, ...] = field(default_factory=tuple)
    upload: str = ""

    @property
    def warnings(self) -> tuple[Fault, ...]:
        known = entry(self.base)
        if known is None or known.tuning:
            return self.prepared.warnings
        reason = f"{self.base} is not among the models that can be tuned (model table of {as_of()})"
        return (*self.prepared.warnings, Fault(reason, hint="--base gemini-2.5-flash", severity="warning"))

    def estimate(self, grid: Sequence[Parameters]) -> Estimate:
        epochs = sum(one.epochs for one in grid)
        tokens = epochs * self.train.tokens
        stated = tuning_price(self.target, self.base)
        return Estimate(tokens, epochs, None if stated is None else round(tokens * stated))


def gather(options: StartOptions, workspace: Workspace) -> Material:
    """Read, check and hash what is to be tuned on; nothing is sent but what reading gs:// takes. Raises `InputError`."""
    target = workspace.place(options.target or workspace.default_target)
    suite = read_suite(options)
    base = options.base or (_base(suite) if suite else "")
    if not base:
        raise UsageError("which model is to be tuned?", "--base gemini-2.5-flash")
    if base.startswith(LOCAL):
        raise UsageError(f"{base} is not tuned on Vertex AI", "tune it on this machine: --backend local")
    _check_base(base, options.grid)
    prepared = prepare(options, workspace, suite, base)
    train, validation = _files(options, prepared)
    account = str(target.get("impersonate") or "")
    stored = measure(train, account)
    held = measure(validation, account) if validation else None
    if not options.upload and (stored.path or (held and held.path)):
        raise UsageError(
            "Vertex AI reads tuning data from Cloud Storage", "say where it may be uploaded: --upload gs://BUCKET/FOLDER"
        )
    return Material(prepared, target, base, stored, held, options.grid, options.upload)


def wanted_jobs(material: Material) -> list[Wanted]:
    """The jobs of the sweep, their data not yet uploaded."""
    registry = read_registry(material.prepared.workspace.folder)
    billing = {str(key): str(value) for key, value in (material.target.get("labels") or {}).items()}
    return [replace(_wanted(material, one, billing), alias=_alias(registry, material, one)) for one in material.grid]


def uploaded(material: Material, jobs: Sequence[Wanted]) -> list[Wanted]:
    """The same with the addresses of their data. Raises `UsageError` and `RunError`."""
    account = str(material.target.get("impersonate") or "")
    train = place(material.train, material.upload, account)
    validation = place(material.validation, material.upload, account) if material.validation else ""
    return [replace(job, train=train, validation=validation) for job in jobs]


def refuse_too_dear(estimate: Estimate, allowed: float | None, policy: Mapping[str, Json]) -> bool:
    """Whether a budget that was given covers the estimate: that is consent too. Raises `UsageError` where the workspace's policy
    or the budget does not."""
    most = [limit for limit in (allowed, policy.get("max_cost")) if limit is not None]
    if not most:
        return False
    whose = "--max-cost" if allowed is not None and allowed == min(most) else "the workspace's policy"
    if estimate.micros is None:
        reason = f"{whose} allows {usd(min(most))}, and what tuning costs is not known"
        raise UsageError(reason, "state it: models: {MODEL: {tuning_price: USD}} in gemini-eval.yaml, for a million tokens")
    if estimate.micros > min(most) * MICROS:
        reason = f"this is estimated to cost {usd(estimate.micros / MICROS)}, and {whose} allows {usd(min(most))}"
        raise UsageError(reason, "take fewer configurations or epochs")
    return allowed is not None


def usd(amount: float) -> str:
    """Two digits that count: $1,234.00, $0.0059, $0.00001."""
    if amount >= 0.01 or not amount:
        return f"${amount:,.2f}"
    return f"${float(f'{amount:.2g}'):.9f}".rstrip("0")


# ---- parts -------------------------------------------------------------------------------------------------


def _wanted(material: Material, one: Parameters, billing: Mapping[str, str]) -> Wanted:
    held = material.validation.sha256 if material.validation else ""
    return Wanted("", material.base, one, "", material.train.sha256, "", held, material.prepared.prompt, billing)


def _alias(registry: Mapping[str, TunedModel], material: Material, one: Parameters) -> str:
    """One that stands for another tuning keeps its name; this one's then has the beginning of the data's hash."""
    alias = material.prepared.alias(one)
    taken = registry.get(alias)
    if taken is None or (taken.data, taken.base) == (material.train.sha256, material.base):
        return alias
    return free_alias(registry, TunedModel(alias, "", material.base, "vertex", material.train.sha256))


def _base(suite: Suite) -> str:
    """The one model of the suite that can be tuned here."""
    found = dict.fromkeys(variant.model.id for variant in suite.variants if not variant.model.tuned and not variant.model.answers)
    tunable = [model for model in found if model.startswith("gemini-")]
    return tunable[0] if len(tunable) == 1 else ""


def _check_base(base: str, grid: Sequence[Parameters]) -> None:
    """What Vertex AI, or the model, does not take. Raises `InputError`."""
    faults = Faults()
    known, spelling = entry(base), read_spelling(base)
    if spelling.reason and not base.startswith(PREFIX):
        faults.add(f"--base: {spelling.reason}", hint=spelling.hint)
    elif spelling.reason or not is_gemini(base) or spelling.form is Form.ENDPOINT:
        faults.add(f'--base: "{base}" is no base model of Gemini', hint="--base gemini-2.5-flash")
    sizes = known.adapter_sizes if known and known.adapter_sizes else tuple(SIZES)
    for one in dict.fromkeys(one.adapter_size for one in grid):
        if one not in sizes:
            faults.add(f"{base} takes no adapter size {one}", hint=f"one of {', '.join(map(str, sizes))}")
    faults.raise_if_any()


def _files(options: StartOptions, prepared: Prepared) -> tuple[str, str]:
    """(training data, data to validate by or ''): where they lie in Cloud Storage, else files in the store."""
    if prepared.data is None:
        return prepared.source, options.validation
    written = [str(file.path) for file in prepared.written(data_folder(prepared))]
    return written[0], options.validation or (written[1] if len(written) > 1 else "")
