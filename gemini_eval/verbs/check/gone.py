"""A base whose model answers no more (retired, taken away): what it answered before stands in, and that is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemini_eval.cache.answers import AnswerCache
from gemini_eval.comparison.model import State
from gemini_eval.engine.local import run_jobs
from gemini_eval.runs.log import AnswerLog
from gemini_eval.verbs.baseline import fill_from_baseline
from gemini_eval.verbs.check.asking import Asker
from gemini_eval.verbs.check.jobs import pairs_of
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.sinks import PairSink
from gemini_eval.verbs.expand import Expansion

FROM_CACHE = "{names}: the base's model answers no more, so its cached answers stand in, however old they are"
FROM_BASELINE = "{names}: the base's model answers no more, so its committed baseline stands in"


def stand_ins(
    askings: Sequence[Asking], expansion: Expansion, asker: Asker, cache: AnswerCache | None, baseline: Path | None
) -> list[str]:
    """Fill the base sides that delivered nothing from the cache, else from the base's committed baselines (a folder). The notes
    that say so."""
    notes = []
    for asking in askings:
        if asking.surveyed.state is not State.COMPARED or not _is_gone(asking):
            continue
        names = " · ".join(asking.surveyed.name)
        if cache is not None and _from_cache(asking, expansion, asker, cache):
            notes.append(FROM_CACHE.format(names=names))
            asking.stops.clear()
        elif baseline is not None and _from_baseline(asking, baseline):
            notes.append(FROM_BASELINE.format(names=names))
            asking.stops.clear()
    return notes


def _is_gone(asking: Asking) -> bool:
    """The head's model answered, the base's another one not once."""
    pair = asking.surveyed.pair
    other = pair.base is not None and pair.base.model.seat != pair.head.model.seat
    return other and [asking.before.is_answered, asking.after.is_answered] == [False, True]


def _from_cache(asking: Asking, expansion: Expansion, asker: Asker, cache: AnswerCache) -> bool:
    """Whether the cache has answers of the base; they are logged and judged as if they had been given now."""
    jobs = [before for before, _ in pairs_of(asking, expansion, 0, asking.asked) if before is not None]
    for job in jobs:
        found = cache.find([ask.key for ask in job.asks])
        for ask in job.asks:
            record = found.get(ask.key)
            ask.answer, ask.cached, ask.kept = (record.answer, True, False) if record else (None, False, False)
            ask.at = record.at if record else ""
    whole = [job for job in jobs if not job.missing]
    if not whole:
        return False
    asking.before = asking.before.empty()
    with AnswerLog(asker.folder.answers) as log:
        run_jobs(iter([whole]), {}, PairSink(log, None, frozenset(), None, len(whole)))
    if asking.heard:
        asker.hear_base(asking, expansion.known)
    return True


def _from_baseline(asking: Asking, folder: Path) -> bool:
    side = asking.before.empty()
    found = fill_from_baseline(folder, asking.surveyed.suite.head.name, side, asking.after)
    if found:
        asking.before, asking.baseline = side, folder
    return found
