"""`purge --case`: one person's data removed from every run, the answer cache and the recordings of a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from gemini_eval.cache.maintenance import remove_case
from gemini_eval.errors import Fault, InputError, RunError, ValueRefusedError
from gemini_eval.runs.cases import decode_case
from gemini_eval.runs.find import run_paths
from gemini_eval.runs.folder import RunFolder
from gemini_eval.runs.records import AnswerRecord, decode, utc_stamp
from gemini_eval.runs.sealed import DamagedError, lines_of, unseal
from gemini_eval.runs.whole import WholeFile
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import dump_json
from gemini_eval.suites.workspace import Workspace, shown
from gemini_eval.types import Json
from gemini_eval.verbs.retention import sweep

Doomed: TypeAlias = Callable[[bytes], bool]
"""Whether a line of a file goes."""


@dataclass(frozen=True, slots=True)
class Purged:
    """`removed`: file (as shown) -> how many of its lines or rows went. `left`: what may still hold data, with why."""

    removed: tuple[tuple[str, int], ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data go: the case of this id, of one suite or ('') of any."""

    case: str
    suite: str = ""

    def owns(self, record: AnswerRecord) -> bool:
        return record.case == self.case and self.suite in ("", record.suite)


def purge_case(workspace: Workspace, person: Person) -> Purged:
    """Remove all that is kept of a case; when it is interrupted, do it again.

    Its answers and the case as it was judged leave every run. The cache and recordings keep one answer for equal requests: there
    every answer to a request of the case goes, whoever asked first. What tells which requests those are goes last. Damaged lines
    and rows of runs and the cache go as well, since nobody can say whose they are. Of a run's summary the figures stay. Reports
    that were written elsewhere are not known here.

    Raises `RunError` where a disk is full or the cache is in use or damaged, `InputError` for an id that no case can have.
    """
    try:
        needle = dump_json(person.case)
    except ValueRefusedError as error:
        raise InputError([Fault(f"no case has the id {person.case!r}: {error.reason}")]) from error
    runs = [RunFolder(path.resolve(), {}) for path in run_paths(workspace.store_folder)]
    recordings = _recordings(workspace)
    keys = _keys_of(person, needle, [*(run.answers for run in runs), *recordings])
    counts = {workspace.cache_file: remove_case(workspace.cache_file, person.case, person.suite, keys)}
    for doomed in (_others_answer(person, keys), _own_answer(person, needle)):
        for path in recordings:
            counts[path] = counts.get(path, 0) + _rewrite(path, doomed)
    left = _damaged(recordings)
    for run in runs:
        try:
            _purge_run(run, person, needle, counts)
        except InputError as error:
            left.append(error.faults[0].reason)
        except RunError as error:
            left.append(error.reason)
    sweep(workspace.store_folder)
    return Purged(tuple((shown(path), count) for path, count in counts.items() if count), tuple(left))


# ---- whose line it is --------------------------------------------------------------------------------------


def _own_answer(person: Person, needle: bytes) -> Doomed:
    """Lines of the case's answers, damaged ones too where its id can still be read. `needle` is its id as JSON."""
    written = b'"case":' + needle

    def doomed(line: bytes) -> bool:
        if written not in line:
            return False
        try:
            return person.owns(decode(line))
        except DamagedError:
            return True

    return doomed


def _others_answer(person: Person, keys: frozenset[str]) -> Doomed:
    """Lines of other cases that answer a request of this one."""

    def doomed(line: bytes) -> bool:
        try:
            record = decode(line)
        except DamagedError:
            return False
        return record.key in keys and not person.owns(record)

    return doomed


def _own_case(person: Person, needle: bytes) -> Doomed:
    """Lines of the case as it was judged."""
    written = b'"case_id":' + needle

    def doomed(line: bytes) -> bool:
        if written not in line:
            return False
        case = decode_case(line)
        return case.case_id == person.case and person.suite in ("", case.suite)

    return doomed


def _or_damaged(doomed: Doomed) -> Doomed:
    def either(line: bytes) -> bool:
        try:
            unseal(line)
            return doomed(line)
        except DamagedError:
            return True

    return either


def _keys_of(person: Person, needle: bytes, paths: list[Path]) -> frozenset[str]:
    """The keys of every request that these files say the case made."""
    written = b'"case":' + needle
    keys = set()
    for path in paths:
        for line in _lines(path):
            if written in line:
                with suppress(DamagedError):
                    record = decode(line)
                    if person.owns(record):
                        keys.add(record.key)
    return frozenset(keys)


# ---- files -------------------------------------------------------------------------------------------------


def _recordings(workspace: Workspace) -> list[Path]:
    """Every file that may be a recording: links are followed, so that the file itself is rewritten."""
    folder = workspace.folder / workspace.recordings
    store = workspace.store_folder.resolve()
    found = {path.resolve() for path in folder.rglob("*.jsonl") if path.is_file()}
    return sorted(path for path in found if not path.is_relative_to(store))


def _purge_run(run: RunFolder, person: Person, needle: bytes, counts: dict[Path, int]) -> None:
    """Count in `counts` how many lines of its files went. Raises `InputError` where another process holds the run, and `RunError`
    where its header can't be read: its lines are gone then."""
    with run.lock():
        for leftover in (*run.path.glob("*.new"), *run.path.glob(".*.tmp")):
            leftover.unlink()
        counts[run.answers] = _rewrite(run.answers, _or_damaged(_own_answer(person, needle)))
        for path in (run.cases, run.base_cases):
            counts[path] = _rewrite(path, _or_damaged(_own_case(person, needle)))
        answers, cases = counts[run.answers], counts[run.cases] + counts[run.base_cases]
        if answers or cases:
            opened = RunFolder.open(run.path)
            opened.write_header(_without_case(opened.header, person, answers, cases))


def _rewrite(path: Path, doomed: Doomed) -> int:
    """The file without its doomed lines, in one step; how many went. It is not touched where there is none."""
    count = sum(map(doomed, _lines(path)))
    if count:
        with WholeFile(path) as file:
            for line in _lines(path):
                if not doomed(line):
                    file.append(line)
    return count


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with open_read(path) as file:
            for _, line in lines_of(file):
                yield line


def _damaged(recordings: list[Path]) -> list[str]:
    """Damaged lines of files that are recordings otherwise: their owner may still read in them what no program can."""
    found = []
    for path in recordings:
        whole, broken = 0, []
        for number, line in enumerate(_lines(path), 1):
            try:
                decode(line)
                whole += 1
            except DamagedError:
                broken.append(number)
        if whole:
            found += [f"{shown(path)}:{number} is damaged, and nobody can say whose it is: look at it" for number in broken]
    return found


# ---- a run's header ----------------------------------------------------------------------------------------


def _without_case(header: dict[str, Json], person: Person, answers: int, cases: int) -> dict[str, Json]:
    """Figures and counts stay; the places that name cases don't name this one any more."""
    earlier = header.get("purged") or {}
    changed = {
        **header,
        "purged": {
            "at": utc_stamp(datetime.now(UTC)),
            "answers": earlier.get("answers", 0) + answers,
            "cases": earlier.get("cases", 0) + cases,
        },
        "warnings": [warning for warning in header.get("warnings") or [] if person.case not in warning],
    }
    if header.get("summary"):
        changed["summary"] = _unlisted(header["summary"], person)
    if header.get("gates"):
        changed["gates"] = [_unnamed(gate, person) for gate in header["gates"]]
    if header.get("comparison"):
        changed["comparison"] = _uncompared(header["comparison"], person)
    return changed


def _uncompared(comparison: Json, person: Person) -> Json:
    """A comparison that does not name the case, nor quotes its answers."""
    changed = {**comparison}
    for part in ("variants", "bar_moved"):
        if part in comparison:
            changed[part] = [
                _without_flips(item, person.case) if person.suite in ("", item["suite"]) else item for item in comparison[part]
            ]
    return changed


def _without_flips(item: Json, case: str) -> Json:
    """One variant, or one move of the bar."""
    changed = {**item}
    for name in ("newly_failing", "newly_passing"):
        if name in item:
            changed[name] = [flip for flip in item[name] if flip["case_id"] != case]
    for name in ("flaky", "cases"):
        if name in item:
            changed[name] = [known for known in item[name] if known != case]
    return changed


def _unlisted(summary: Json, person: Person) -> Json:
    """Lists of cases without this one; the count beside them stays."""
    suites = {}
    for suite_name, suite in summary["suites"].items():
        variants = suite["variants"]
        if person.suite in ("", suite_name):
            variants = {name: _unlisted_variant(variant, person) for name, variant in variants.items()}
        suites[suite_name] = {**suite, "variants": variants}
    return {**summary, "suites": suites}


def _unlisted_variant(variant: Json, person: Person) -> Json:
    lists = {
        name: {**variant[name], "first": [item for item in variant[name]["first"] if item["case"] != person.case]}
        for name in ("unexpected_passes", "must_pass_failed", "must_pass_not_recorded")
    }
    return {**variant, **lists}


def _unnamed(gate: Json, person: Person) -> Json:
    if gate["gate"] == f"must_pass: {person.case}" and person.suite in ("", gate["suite"]):
        return {**gate, "gate": "must_pass: a purged case", "reason": "its data were removed"}
    return gate
