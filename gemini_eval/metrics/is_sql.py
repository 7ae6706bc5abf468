from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.fences import fenced
from gemini_eval.metrics.sql_syntax import MOST_CHARACTERS, check_dialect, columns_of, read_sql, tables_of, unparsed
from gemini_eval.metrics.wording import clip, either, failed, kind_of, passed, show
from gemini_eval.text import text_of
from gemini_eval.types import Subject, Verdict

KEYWORDS = ("select", "with", "insert", "update", "delete", "create", "alter", "drop", "merge", "truncate", "values")
MOST_PIECES = 50


@dataclass(frozen=True, slots=True)
class IsSql:
    """The output is SQL: one statement or several that the parser sqlglot accepts, using no `tables` or `columns` but the listed.

    `dialect` is one of sqlglot's (`bigquery`, `mysql`, `postgres`, `spanner`, `sqlite`, `tsql`…); without it a broad common SQL.
    The parser is lenient: it knows no schema, and passes some statements that a database refuses. Statements that it takes
    unread (EXPLAIN, SHOW, CALL) can't be judged. Names are compared case-folded and without their schema or table.

    `anywhere: true` looks for the first well-formed statements in the output's ``` fences, then from a line that begins with
    SELECT or the like to a `;`, an empty line or the end.
    """

    dialect: str = ""
    tables: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    anywhere: bool = False

    NAME: ClassVar[str] = "is_sql"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = None
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_dialect(self.dialect)

    def judge(self, subject: Subject) -> Verdict:
        text = text_of(subject.value)
        if text is None:
            return failed(f"the output is {kind_of(subject.value)}, no SQL")
        if len(text) > MOST_CHARACTERS:
            return Verdict(None, 0.0, f"too long to parse: {len(text):,} characters, at most {MOST_CHARACTERS:,}")
        if not self.anywhere:
            try:
                return self._judge(text, "the output is SQL")
            except ValueRefusedError as error:
                return failed(f"the output is no SQL: {clip(error.reason, 200)}")
        for _, (where, piece) in zip(range(MOST_PIECES), _pieces(text), strict=False):
            try:
                return self._judge(piece, f"{where} has SQL")
            except ValueRefusedError:
                continue
        return failed(f"there is no SQL in {show(text)}")

    def _judge(self, text: str, what: str) -> Verdict:
        statements = read_sql(text, self.dialect)
        if keyword := unparsed(statements):
            return Verdict(None, 0.0, f"{keyword} is a statement that the parser does not read")
        for kind, allowed, used in (("table", self.tables, tables_of), ("column", self.columns, columns_of)):
            strange = [] if allowed is None else sorted(used(statements) - {name.lower() for name in allowed})
            if allowed is not None and strange:
                which = either([show(name) for name in strange], "and")
                listed = either(list(allowed)) or "none"
                return failed(f"{what}, but it uses the {kind}{'' if len(strange) == 1 else 's'} {which}; {listed} expected")
        return passed(f"{what}: {len(statements)} statement{'' if len(statements) == 1 else 's'}")


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    yield from (("a fence", part) for part in fenced(text))
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.lower().lstrip().startswith(KEYWORDS):
            rest = lines[number:]
            end = next((index for index, other in enumerate(rest) if not other.strip()), len(rest))
            yield "the text", "\n".join(rest[:end]).partition(";")[0]
