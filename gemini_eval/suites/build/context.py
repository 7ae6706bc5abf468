"""What every part of a suite is built with: where faults go, and how the files that it names are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gemini_eval.errors import Faults, FileRefusedError, InputError, ValueRefusedError
from gemini_eval.safe.code import Use
from gemini_eval.safe.files import read_text, resolve
from gemini_eval.safe.json_text import read_json
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Judges
from gemini_eval.suites.workspace import Workspace, root_of, shown
from gemini_eval.types import Json

SMALL_FILE = 4 * 2**20
"""Bytes of a schema, a set of examples or another file that a suite takes in whole."""


@dataclass(slots=True)
class Context:
    """`files` maps a path as places show it to the file itself; `broken` are misshapen top-level keys, not looked at."""

    faults: Faults
    workspace: Workspace
    path: Path
    files: dict[str, Path] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    unbuilt: set[str] = field(default_factory=set)
    """Names of prompts, models and judges that have faults of their own: whoever names one is not blamed too."""
    judges: Judges = field(default_factory=Judges)
    code: Use = "refuse"
    services: set[tuple[str, str]] = field(default_factory=set)
    """The evaluation service and embedding models, with their locations, that were looked at: what is wrong is told once."""

    @property
    def root(self) -> Path:
        return root_of(self.path)

    def writer_of(self, cursor: Cursor) -> Path:
        """The file in which a value was written."""
        return self.files.get(cursor.place.path, self.path)

    def resolve(self, cursor: Cursor, name: str | None = None) -> Path | None:
        """The file that a suite names here; None, with a fault, where it may not be read or is not there."""
        writer = self.writer_of(cursor)
        wanted = name if name is not None else cursor.value
        if not isinstance(wanted, str):
            self.faults.add(f"a file's path must be text, not {wanted!r}", cursor.place)
            return None
        try:
            found = resolve(wanted, base=writer.parent, root=root_of(writer))
        except FileRefusedError as error:
            self.faults.add(error.reason, cursor.place, error.hint)
            return None
        written = writer.parent / wanted
        known = found if written.is_symlink() else Path(written.resolve())
        self.files[shown(known)] = known
        return known

    def read(self, cursor: Cursor, name: str | None = None) -> str | None:
        """The text of a file that a suite names here."""
        path = self.resolve(cursor, name)
        if path is None:
            return None
        try:
            return read_text(path, max_bytes=SMALL_FILE)
        except FileRefusedError as error:
            self.faults.add(error.reason, cursor.place, error.hint)
            return None

    def read_value(self, cursor: Cursor, name: str) -> Json:
        """A JSON or YAML file as a value, any other as its text; None with a fault where it can't be read."""
        text = self.read(cursor, name)
        if text is None:
            return None
        try:
            if name.endswith(".json"):
                return read_json(text)
            if name.endswith((".yaml", ".yml")):
                return read_yaml(text, path=name)
        except ValueRefusedError as error:
            self.faults.add(f"{name}: {error.reason}", cursor.place, error.hint)
            return None
        except InputError as error:
            self.faults.extend(error.faults)
            return None
        return text

    def filled(self, cursor: Cursor) -> Json:
        """A value in which every `{file: …}` is replaced by that file's content."""
        value = cursor.value
        if isinstance(value, dict):
            if value.keys() == {"file"}:
                return self.read_value(cursor.entry("file"), value["file"])
            return {name: self.filled(child) for name, child in cursor.entries()}
        if isinstance(value, list):
            return [self.filled(child) for child in cursor.items()]
        return value


def as_mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
