"""SQL statements of a text, by sqlglot's parser."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gemini_eval.errors import ValueRefusedError, did_you_mean
from gemini_eval.metrics.parameters import ParameterError

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

MOST_CHARACTERS = 20_000
"""Of one text; the parser takes about 10 µs for each."""


def check_dialect(dialect: str) -> None:
    from sqlglot.dialects.dialect import Dialects

    known = [name.value for name in Dialects if name.value]
    if dialect and dialect not in known:
        hint = did_you_mean(dialect, known) or f"known are {', '.join(known)}"
        raise ParameterError(f'there is no SQL dialect "{dialect}"', hint, ("dialect",))


def read_sql(text: str, dialect: str) -> list[Expr]:
    """The statements. Raises ValueRefusedError where the text is no SQL."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it can't parse is told as a verdict
    try:
        found = [statement for statement in sqlglot.parse(text, read=dialect or None) if statement is not None]
    except SqlglotError as error:
        raise ValueRefusedError(_reason(error)) from None
    except RecursionError:
        raise ValueRefusedError("it is nested too deeply") from None
    statements = (
        *(exp.Query, exp.Values, exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.TruncateTable, exp.Set, exp.Describe, exp.Use),
        *(exp.Transaction, exp.Commit, exp.Rollback, exp.Grant, exp.Pragma, exp.Merge, exp.Command),
    )
    for statement in found:
        empty = isinstance(statement, exp.Select) and not statement.expressions
        if not isinstance(statement, statements) or empty:
            raise ValueRefusedError("it is no statement")
    if not found:
        raise ValueRefusedError("there is no statement in it")
    return found


def unparsed(statements: list[Expr]) -> str:
    """The keyword of a statement that the parser takes unread (EXPLAIN, SHOW, CALL); '' where it read all."""
    from sqlglot import exp

    return next((str(statement.this).upper() for statement in statements if isinstance(statement, exp.Command)), "")


def tables_of(statements: list[Expr]) -> set[str]:
    """Names of tables in lower case, without schemas; those that WITH defines are none."""
    from sqlglot import exp

    named = {table.name.lower() for statement in statements for table in statement.find_all(exp.Table)}
    return named - {cte.alias.lower() for statement in statements for cte in statement.find_all(exp.CTE)}


def columns_of(statements: list[Expr]) -> set[str]:
    """Names of columns in lower case, without tables; `*` for a star."""
    from sqlglot import exp

    stars = {"*" for statement in statements if statement.find(exp.Star)}
    return stars | {column.name.lower() for statement in statements for column in statement.find_all(exp.Column)}


def _reason(error: Exception) -> str:
    details = getattr(error, "errors", None)
    if details:
        first = details[0]
        return f"{first['description']}, line {first['line']}, column {first['col']}".partition("\n")[0]
    return str(error).partition("\n")[0]
