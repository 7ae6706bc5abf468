"""The columns that a `data:` entry names: is there a row that has them? A misspelt one must not pass for an empty one."""

from __future__ import annotations

from collections.abc import Mapping

from gemini_eval.errors import Fault, did_you_mean
from gemini_eval.paths import MISSING, Path, write_path
from gemini_eval.suites.data.rows import dig, steps
from gemini_eval.suites.data.source import DataSource
from gemini_eval.types import Json

_MAX_KEYS = 1_000


class NamedColumns:
    """Those that no row has had so far."""

    def __init__(self, source: DataSource) -> None:
        self._place = source.place
        self._unseen: dict[str, Path] = {f"where {name}": steps(name) for name in source.where}
        if source.split is not None and source.split.by is None and source.split.column:
            self._unseen["split"] = steps(source.split.column)
        self._mapped: dict[str, Path] = {entry.target: entry.path for entry in source.columns or ()}
        self._mapped |= {f"tags {name}": steps(name) for name in source.tags}
        self._unseen |= self._mapped
        self._keys: dict[str, None] = {}

    def see(self, values: Mapping[str, Json]) -> None:
        """Strike off what this row has. A row with a `vars` map needs no mapping."""
        if not self._unseen:
            return
        if isinstance(values.get("vars"), Mapping):
            self._unseen = {name: path for name, path in self._unseen.items() if name not in self._mapped}
        self._unseen = {name: path for name, path in self._unseen.items() if dig(values, path) is MISSING}
        if self._unseen and len(self._keys) < _MAX_KEYS:
            self._keys.update(dict.fromkeys(values))

    def faults(self, shown: str = "") -> list[Fault]:
        """One for each column that is left; `shown` is the file whose rows were seen, where it was one."""
        found = []
        for name, path in self._unseen.items():
            column = write_path(path)
            hint = did_you_mean(column, self._keys) or f"the columns are {', '.join(list(self._keys)[:20])}"
            lacks = f"{shown} has no column" if shown else "no row has the column"
            found.append(Fault(f'{lacks} "{column}" (named by `{name}`)', self._place, hint))
        return found
