"""Answers that are there already: this run's own, those of recordings and of the cache. What has none is to be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.compact import CompactSet
from gemini_eval.engine.jobs import Ask, Job
from gemini_eval.prompts import Asked
from gemini_eval.providers import habits_of
from gemini_eval.runs.records import request_key
from gemini_eval.runs.store import AnswerStore
from gemini_eval.suites.model import Model, Suite
from gemini_eval.types import Failure, Outcome, Provider, Recording, Request, Response
from gemini_eval.verbs.billing import billing_labels


@dataclass(slots=True)
class Known:
    """`kept` holds the answers of a resumed run, `offline` those of recordings; with `ask_nobody` what has none is *not
    recorded*.

    `cache` answers for the providers that say so, `fresh` keeps it from answering (`--refresh`) but not from learning.
    """

    providers: Mapping[str, Provider | Recording]
    kept: AnswerStore | None = None
    offline: AnswerStore | None = None
    ask_nobody: bool = False
    cache: AnswerCache | None = None
    fresh: bool = False
    _recordings: Mapping[str, Recording] = field(init=False)
    cached_seats: frozenset[str] = field(init=False)
    _asked: CompactSet = field(default_factory=CompactSet)

    def __post_init__(self) -> None:
        self._recordings = {seat: provider for seat, provider in self.providers.items() if isinstance(provider, Recording)}
        live = {seat: provider for seat, provider in self.providers.items() if not isinstance(provider, Recording)}
        self.cached_seats = frozenset(seat for seat, provider in live.items() if provider.cached) if self.cache else frozenset()

    def answered(self, kept: AnswerStore) -> Known:
        """The same once the answers are in, all of which are `kept`: nobody is asked any more."""
        return Known(self.providers, kept, self.offline, ask_nobody=True)

    def of_judges(self, judges: Mapping[str, Provider | Recording], kept: AnswerStore | None, *, ask_nobody: bool) -> Known:
        """What judges said; with `ask_nobody` what has no reply is *not recorded*."""
        return Known(judges, kept, self.offline, ask_nobody, self.cache, self.fresh)

    def location_of(self, model: str) -> str | None:
        """Where the saved answers of a model were asked, where nobody says where to ask today."""
        for store in (self.kept, self.offline):
            location = store.location_of(model) if store else None
            if location is not None:
                return location
        return None

    def named(self, suite: Suite, model: Model) -> Asked:
        """Who is named in a model's requests: itself, or the one that a recording was made of."""
        provider = self.providers.get(model.seat)
        if isinstance(provider, Recording):
            return Asked(provider.model, provider.location, provider.habits)
        recorded = self.location_of(model.id) if model.implied else None
        location = model.location if recorded is None else recorded
        return Asked(model.id, location, habits_of(model.id), billing_labels(suite, model) if provider else {})

    def ask(self, request: Request, seat: str) -> Ask:
        """The answer of this run, of a recording, of the recording that is the model; else it is to be asked for."""
        key = request_key(request)
        kept = self.kept.get(key) if self.kept else None
        if kept is not None and (isinstance(kept.answer, Response) or self.ask_nobody):
            return Ask(request.sample, key, request, kept.answer, kept=True, at=kept.at)
        found = self.offline.get(key) if self.offline else None
        if found is not None:
            return Ask(request.sample, key, request, found.answer)
        recording = self._recordings.get(seat)
        if recording is not None:
            return Ask(request.sample, key, request, recording.find(request, key))
        missing = Failure(Outcome.NOT_RECORDED, "no saved answer to this request") if self.ask_nobody else None
        return Ask(request.sample, key, request, missing, kept=missing is not None)

    def pair(self, block: Sequence[Job]) -> None:
        """Mark requests that equal an earlier one of this run: one of them is asked."""
        firsts: dict[str, Ask] = {}
        for ask in (ask for job in block for ask in job.asks if ask.answer is None):
            first = firsts.setdefault(ask.key, ask)
            ask.twin = first if first is not ask else None
            ask.seen = ask.twin is None and self.cache is not None and not self.fresh and not self._asked.add(ask.key)

    def from_cache(self, block: Sequence[Job]) -> None:
        """Put the cache's answers in their places; the rest is claimed, and what another process has claimed is marked."""
        if self.cache is None or self.fresh:
            return
        missing = [ask for job in block if job.provider in self.cached_seats for ask in job.asks if ask.answer is None]
        if not missing:
            return
        found = self.cache.find([ask.key for ask in missing])
        claimed = self.cache.claim([ask.key for ask in missing if ask.key not in found])
        for ask in missing:
            record = found.get(ask.key)
            if record is not None:
                ask.answer, ask.cached, ask.at = record.answer, True, record.at
            ask.elsewhere = ask.key in claimed
