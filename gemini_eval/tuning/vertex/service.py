"""Tuning jobs through google-genai: created, looked at, cancelled, found by label. One call each, no waiting in it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gemini_eval.tuning.vertex.failures import told
from gemini_eval.tuning.vertex.jobs import KEY, SIZES, Job, Wanted, read_job
from gemini_eval.tuning.vertex.place import Seat
from gemini_eval.version import __version__

TIMEOUT_MS = 60_000
PAGE = 100
ONCE = "run the same command again: a job that was made is found by its labels, not made twice"


class TuningService:
    """The client is imported with the first call, since that takes a second."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._client: Any = None

    def create(self, wanted: Wanted) -> Job:
        """Raises `ServiceError`; its status 429 says that no further job may run at present."""
        from google.genai import types

        parameters = wanted.parameters
        config = types.CreateTuningJobConfig(
            tuned_model_display_name=wanted.alias,
            epoch_count=parameters.epochs,
            learning_rate_multiplier=parameters.learning_rate_multiplier,
            adapter_size=types.AdapterSize(f"ADAPTER_SIZE_{SIZES[parameters.adapter_size]}"),
            validation_dataset=types.TuningValidationDataset(gcs_uri=wanted.validation) if wanted.validation else None,
            labels=wanted.labels,
        )
        data = types.TuningDataset(gcs_uri=wanted.train)
        with self._told(f"{wanted.alias} was not started", "aiplatform.tuningJobs.create", ONCE):
            return read_job(self._open().tunings.tune(base_model=wanted.base, training_dataset=data, config=config))

    def find(self) -> list[Job]:
        """Every job that this program made here, the newest first. Raises `ServiceError`."""
        from google.genai import types

        config = types.ListTuningJobsConfig(page_size=PAGE, filter=f"labels.{KEY}:*")
        with self._told("the tuning jobs can't be listed", "aiplatform.tuningJobs.list"):
            jobs = [read_job(found) for found in self._open().tunings.list(config=config)]
        return [job for job in jobs if KEY in job.labels]

    def look(self, name: str) -> Job:
        """Raises `ServiceError`."""
        with self._told(f"the job {name} can't be looked at", "aiplatform.tuningJobs.get"):
            return read_job(self._open().tunings.get(name=name))

    def cancel(self, name: str) -> None:
        """Raises `ServiceError`."""
        with self._told(f"the job {name} was not cancelled", "aiplatform.tuningJobs.cancel"):
            self._open().tunings.cancel(name=name)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    @contextmanager
    def _told(self, what: str, permission: str, hint: str = "") -> Iterator[None]:
        with told(what, self.seat, permission, hint), warnings.catch_warnings():
            # That its tuning is experimental, that a job's state is a new one: nobody who reads it could act on it.
            warnings.simplefilter("ignore")
            yield

    def _open(self) -> Any:
        """The client is kept: a temporary one closes itself."""
        if self._client is None:
            from google import genai
            from google.genai import types

            options = types.HttpOptions(
                base_url=self.seat.base, timeout=TIMEOUT_MS, headers={"user-agent": f"gemini-eval/{__version__}"}
            )
            self._client = genai.Client(
                vertexai=True,
                project=self.seat.project,
                location=self.seat.location,
                credentials=self.seat.credentials,
                http_options=options,
            )
        return self._client
