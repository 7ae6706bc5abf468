"""The stream of a suite's cases: inline ones, then each source's, in order; memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from gemini_eval.compact import CompactSet
from gemini_eval.errors import Fault, Faults, Place, did_you_mean
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.build.answers import build_samples
from gemini_eval.suites.build.assertions import build_assertions
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.settings import build_settings
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.data.reader import iter_raw_cases
from gemini_eval.suites.matrix import build_axes, points_of
from gemini_eval.suites.model import Case, HistoryTurn, Suite
from gemini_eval.types import Expected, Json, Outcome

PLAIN_FIELDS = frozenset({"id", "vars", "expected", "tags", "cluster", "description"})
RICH_FIELDS = frozenset(
    ("assert", "samples", "params", "matrix", "must_pass", "skip", "xfail", "expected_outcome", "status", "threshold")
) | {"messages", "system"}


def iter_cases(suite: Suite) -> Iterator[Case | Fault]:
    """Every case, and in its place a Fault for what can't be one. Warnings are Faults too: see their severity."""
    stream = _Stream(suite)
    for inline in suite.cases:
        yield from stream.cases(inline.fields, inline.place, {})
    for source in suite.sources:
        for raw in iter_raw_cases(source):
            if isinstance(raw, Fault):
                yield raw
            else:
                yield from stream.cases(raw.fields, raw.place, raw.row)


class _Stream:
    """One pass: gives ordinals and ids, and remembers the ids given (8 to 16 bytes each)."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._ids = CompactSet()
        self._repeats: dict[str, int] = {}
        self._ordinal = 0

    def cases(self, fields: Mapping[str, Json], place: Place, row: Mapping[str, Json]) -> Iterator[Case | Fault]:
        faults = Faults()
        parts = self._parts(fields, place, row, faults)
        if parts is not None:
            for suffix, variables in self._axes(fields, place, faults):
                yield self._at_point(parts, suffix, variables, faults)
        if faults:
            yield from (*faults.errors, *faults.warnings)

    def _axes(self, fields: Mapping[str, Json], place: Place, faults: Faults) -> list[tuple[str, dict[str, Json]]]:
        if "matrix" not in fields and not self._suite.matrix.axes:
            return [("", {})]
        own = Cursor.at(fields, place).get("matrix") if "matrix" in fields else None
        return list(points_of(self._suite.matrix, build_axes(self._context(faults), own)))

    def _at_point(self, parts: Mapping[str, Any], suffix: str, variables: Mapping[str, Json], faults: Faults) -> Case:
        own = {**parts["vars"], **variables}
        filled = {**self._suite.vars, **own, **self._suite.forced_vars}
        own_id = {"id": self._unique({**parts, "vars": own}, suffix, faults), "ordinal": self._ordinal, "vars": filled}
        self._ordinal += 1
        return Case(**{**parts, **own_id})

    def _unique(self, parts: Mapping[str, Any], suffix: str, faults: Faults) -> str:
        """The given id, else the first 12 hex digits of SHA-256 over the variables; equal rows are numbered, with a warning."""
        given, place = parts["id"], parts["place"]
        wanted = (_content_id(parts) if given is None else given) + suffix
        if self._ids.add(wanted):
            return wanted
        if given is not None:
            faults.add(f'two cases have the id "{wanted}"', place, self._first_with(wanted))
            return wanted
        number = self._repeats.get(wanted, 1) + 1
        self._repeats[wanted] = number
        if number == 2:
            faults.warn(f"this case equals an earlier one; its id is {wanted}-2", place, "give each case an id")
        self._ids.add(f"{wanted}-{number}")
        return f"{wanted}-{number}"

    def _first_with(self, case_id: str) -> str:
        """Where the earlier case with this id is: the cases are read once more, since only hashes are remembered."""
        for inline in self._suite.cases:
            if str(inline.fields.get("id")) == case_id:
                return f"the first is at {inline.place}"
        for source in self._suite.sources:
            for raw in iter_raw_cases(source):
                if not isinstance(raw, Fault) and str(raw.fields.get("id")) == case_id:
                    return f"the first is at {raw.place}"
        return "give each case its own"

    def _context(self, faults: Faults) -> Context:
        suite = self._suite
        return Context(faults, suite.workspace, suite.path, dict(suite.files), judges=suite.judges, code=suite.code)

    def _parts(self, fields: Mapping[str, Json], place: Place, row: Mapping[str, Json], faults: Faults) -> dict[str, Any] | None:
        """The fields of `Case` before its matrix: `id` as it is given or None, `vars` its own. None where one is misshapen."""
        rich = fields.keys() - PLAIN_FIELDS
        unknown = rich - RICH_FIELDS
        cursor = Cursor.at(fields, place)
        for name in sorted(unknown):
            hint = did_you_mean(name, PLAIN_FIELDS | RICH_FIELDS) or "a variable goes under vars"
            faults.add(f'unknown key "{name}" in a case', cursor.entry(name).key, hint)
        variables = fields.get("vars") or {}
        tags = fields.get("tags") or ()
        if not isinstance(variables, dict):
            faults.add(f"`vars` is {variables!r}; it must be a map", cursor.entry("vars").place)
        if not isinstance(tags, (list, tuple)):
            faults.add(f"`tags` is {tags!r}; it must be a list", cursor.entry("tags").place)
        if faults.error_count:
            return None
        parts = {
            "id": None if fields.get("id") is None else cursor.text("id"),
            "vars": self._filled(variables, cursor, faults),
            "expected": expected_of(fields.get("expected")),
            "tags": tuple(map(str, tags)),
            "cluster": "" if fields.get("cluster") is None else str(fields["cluster"]),
            "row": row,
            "place": place,
        }
        if rich:
            more = self._rich_parts(cursor, faults)
            return None if more is None else {**parts, **more}
        return parts

    def _filled(self, variables: dict[str, Json], cursor: Cursor, faults: Faults) -> Mapping[str, Json]:
        """A variable may be `{file: path}`."""
        if not any(isinstance(value, dict) and value.keys() == {"file"} for value in variables.values()):
            return variables
        context = self._context(faults)
        filled: Mapping[str, Json] = {name: context.filled(entry) for name, entry in cursor.entry("vars").entries()}
        return filled

    def _rich_parts(self, cursor: Cursor, faults: Faults) -> dict[str, Any] | None:
        """The fields that few cases have."""
        if _misshapen(cursor, faults):
            return None
        context, fields = self._context(faults), cursor.value
        outcome = fields.get("expected_outcome")
        return {
            "assertions": tuple(build_assertions(context, cursor.get("assert"))),
            "samples": build_samples(context, cursor.get("samples")),
            "settings": build_settings(context, cursor.get("params"), f"case {cursor.text('id')}"),
            "threshold": fields.get("threshold"),
            "must_pass": fields.get("must_pass") is True,
            "skip": _dated(cursor.get("skip"), faults),
            "xfail": _dated(cursor.get("xfail"), faults),
            "expected_outcome": Outcome(outcome) if outcome else None,
            "draft": fields.get("status") == "draft",
            "system": str(fields.get("system") or ""),
            "turns": tuple(HistoryTurn(turn["role"], turn["content"]) for turn in fields.get("messages") or ()),
        }


def _content_id(parts: Mapping[str, Any]) -> str:
    content: Json = parts["vars"]
    if turns := parts.get("turns"):
        content = {"vars": content, "system": parts["system"], "messages": [[turn.role, turn.text] for turn in turns]}
    return sha256(canonical_json(content)).hexdigest()[:12]


def expected_of(value: Json) -> Expected | None:
    """`expected` as a case writes it: a value, or `{any_of: […]}`; None where there is none."""
    if value is None:
        return None
    if isinstance(value, dict) and value.keys() == {"any_of"} and isinstance(value["any_of"], list) and value["any_of"]:
        return Expected(value["any_of"][0], tuple(value["any_of"]))
    return Expected(value)


def _misshapen(cursor: Cursor, faults: Faults) -> bool:
    """Check the rich fields against the wire model; rows of data have all the row's place."""
    from pydantic import ValidationError

    from gemini_eval.suites.shape import add_shape_faults
    from gemini_eval.suites.wire import CaseWire

    try:
        CaseWire.model_validate(cursor.value)
    except ValidationError as error:
        add_shape_faults(error, CaseWire, cursor, faults)
        return True
    return False


def _dated(cursor: Cursor | None, faults: Faults) -> str:
    """The reason of `skip` or `xfail`; past its date it is a fault, so that no case sleeps for ever."""
    if cursor is None:
        return ""
    until = cursor.value.get("until")
    if until is not None and date.fromisoformat(str(until)) < datetime.now(UTC).date():
        faults.add(f"this ended on {until}: {cursor.value['reason']}", cursor.place, "mend the case, or set a later date")
    return str(cursor.value["reason"])
