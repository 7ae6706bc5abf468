"""Tuning jobs: what is wanted, as labels that find it again, and what Vertex AI says of it.

A job's labels hold the hashes of what it is made of, so that the service itself remembers which jobs there are: nothing is kept
on this machine, and another one finds them too.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from gemini_eval.providers.gemini.error_body import clean
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.tuned import Checkpoint, TunedModel
from gemini_eval.tuning.parameters import Parameters

KEY, DATA, PROMPT = "gemini-eval", "gemini-eval-data", "gemini-eval-prompt"
"""Labels. A label's value has at most 63 characters, so hashes stand in them as base 32."""

DONE = ("SUCCEEDED", "PARTIALLY_SUCCEEDED")
ENDED_BADLY = ("FAILED", "CANCELLED", "EXPIRED")
SIZES = {1: "ONE", 2: "TWO", 4: "FOUR", 8: "EIGHT", 16: "SIXTEEN", 32: "THIRTY_TWO"}
"""Adapter sizes that Vertex AI knows, by the last part of their enum's name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One job to start. `train` and `validation` are gs:// addresses ('' for none); `data`, `held` and `prompt` are `sha256:…` of
    the two files' content and of the prompt that made them, '' where there is none."""

    alias: str
    base: str
    parameters: Parameters
    train: str
    data: str
    validation: str = ""
    held: str = ""
    prompt: str = ""
    billing: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What two equal jobs have in common, wherever their data lies and whatever they are called."""
        one = self.parameters
        what = [1, self.base, self.data, self.held, one.epochs, float(one.learning_rate_multiplier), one.adapter_size]
        return label_of("sha256:" + sha256(canonical_json(what)).hexdigest())

    @property
    def labels(self) -> dict[str, str]:
        own = {KEY: self.key, DATA: label_of(self.data), **({PROMPT: label_of(self.prompt)} if self.prompt else {})}
        return {**self.billing, **own}


@dataclass(frozen=True, slots=True)
class Job:
    """A job as Vertex AI tells it. `state` is JobState's name without its beginning. Counts are None where it does not say:
    `dropped` are rows of the training data that were left out or cut, `reasons` (row from 1, why) some of them."""

    name: str
    alias: str
    state: str
    base: str = ""
    parameters: Parameters | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    endpoint: str = ""
    checkpoints: tuple[Checkpoint, ...] = ()
    examples: int | None = None
    dropped: int | None = None
    reasons: tuple[tuple[int, str], ...] = ()
    tokens: int | None = None
    error: str = ""
    created: str = ""
    ended: str = ""

    @property
    def id(self) -> str:
        return clean(self.name.rpartition("/")[2])

    @property
    def running(self) -> bool:
        """Also in a state that is not known here: a job that may still run is not started again."""
        return self.state not in (*DONE, *ENDED_BADLY)

    @property
    def usable(self) -> bool:
        """Whether it runs or has made a model: then no other is needed."""
        return (self.running and self.state != "CANCELLING") or self.state in DONE

    def tuned(self) -> TunedModel | None:
        """What it made, for the registry; None where there is nothing to ask."""
        if self.state not in DONE or not self.endpoint:
            return None
        return TunedModel(
            self.alias,
            self.endpoint,
            self.base or "unknown",
            "vertex",
            digest_of(self.labels.get(DATA, "")),
            digest_of(self.labels.get(PROMPT, "")),
            self.parameters.facts if self.parameters else None,
            self.checkpoints,
            self.model,
            self.name,
        )


def label_of(digest: str) -> str:
    """`sha256:…` as a label's value: 52 characters."""
    return base64.b32encode(bytes.fromhex(digest.removeprefix("sha256:"))).decode().rstrip("=").lower()


def digest_of(label: str) -> str:
    """The way back; '' for a text that is no such value."""
    try:
        raw = base64.b32decode(label.upper() + "=" * (-len(label) % 8))
    except ValueError:
        return ""
    return f"sha256:{raw.hex()}" if len(raw) == 32 else ""


def read_job(found: Any) -> Job:
    """A `google.genai.types.TuningJob`. What people read of it is one line of printable text, whatever the service says.
    Raises `ValueError` for a job without a name, which nobody could look at again."""
    if not found.name:
        raise ValueError("a tuning job without a name")
    tuned, spec = found.tuned_model, found.supervised_tuning_spec
    stats = found.tuning_data_stats.supervised_tuning_data_stats if found.tuning_data_stats else None
    indices, reasons = (stats and stats.truncated_example_indices) or (), (stats and stats.dropped_example_reasons) or ()
    state = clean(getattr(found.state, "name", str(found.state or "")).removeprefix("JOB_STATE_")) or "UNSPECIFIED"
    checkpoints = (tuned.checkpoints if tuned else None) or ()
    return Job(
        name=found.name,
        alias=clean(found.tuned_model_display_name or ""),
        state=state,
        base=clean(found.base_model or ""),
        parameters=_parameters(spec.hyper_parameters if spec else None),
        labels=dict(found.labels or {}),
        model=clean((tuned.model if tuned else "") or ""),
        endpoint=clean((tuned.endpoint if tuned else "") or ""),
        checkpoints=tuple(
            Checkpoint(int(one.epoch or 0), clean(one.checkpoint_id or ""), clean(one.endpoint or "")) for one in checkpoints
        ),
        examples=stats.tuning_dataset_example_count if stats else None,
        dropped=stats.total_truncated_example_count if stats else None,
        reasons=tuple((row, clean(why)) for row, why in zip(indices, reasons, strict=False)),
        tokens=stats.total_billable_token_count if stats else None,
        error=clean((found.error.message if found.error else "") or ""),
        created=_moment(found.create_time),
        ended=_moment(found.end_time),
    )


def _parameters(found: Any) -> Parameters | None:
    if found is None or found.epoch_count is None:
        return None
    word = getattr(found.adapter_size, "name", "").removeprefix("ADAPTER_SIZE_")
    size = next((size for size, name in SIZES.items() if name == word), 0)
    return Parameters(int(found.epoch_count), float(found.learning_rate_multiplier or 1.0), size) if size else None


def _moment(when: Any) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC") if when else ""
