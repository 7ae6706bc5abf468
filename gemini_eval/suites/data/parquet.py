"""Parquet, streamed by batches of rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from gemini_eval.errors import Fault, Place
from gemini_eval.safe.files import open_read
from gemini_eval.safe.json_text import clean_text
from gemini_eval.suites.data.header import Header, read_header, table_values
from gemini_eval.suites.data.rows import MAX_ROW_BYTES, Row, RowRefusedError, clip, need_package, text_of
from gemini_eval.types import Json

MAX_GROUP_BYTES = 2 * 2**30
_BATCH = 256


def read_parquet(path: Path, shown: str) -> Iterator[Row | Fault]:
    """The rows of a Parquet file. Dates and times are ISO text, decimals and durations text, NaN and infinities null; nested
    columns are lists and objects. A Fault for each row with bytes that are no UTF-8, or of over 32 MiB of text.

    Raises:
        FileRefusedError: the file can't be opened.
        RowRefusedError: it is no Parquet file, or one of its row groups unpacks to over 2 GiB.
    """
    with open_read(path) as file:
        table = _open(file, shown)
        header = _header(table, shown)
        for number, cells in enumerate(_guarded(table, shown), 1):
            try:
                yield _row(header, cells, Place(shown, number))
            except RowRefusedError as refused:
                yield refused.fault


def parquet_columns(path: Path, shown: str) -> tuple[str, ...]:
    """The names of the columns; raises as `read_parquet`."""
    with open_read(path) as file:
        return _header(_open(file, shown), shown).names


def _open(file: BinaryIO, shown: str) -> Any:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise need_package("pyarrow", ".parquet", shown) from error
    try:
        metadata = parquet.read_metadata(file)
        _check_groups(metadata, shown)
        file.seek(0)
        plain = parquet.ParquetFile(file, metadata=metadata, pre_buffer=False)
        # Kept as dictionaries, repeated texts take their place once, however often a hostile file repeats them.
        texts = [field.name for field in plain.schema_arrow if pa.types.is_string(field.type) or pa.types.is_binary(field.type)]
        file.seek(0)
        return parquet.ParquetFile(file, metadata=metadata, pre_buffer=False, read_dictionary=texts)
    except RowRefusedError:
        raise
    except Exception as error:  # a damaged file raises Arrow's errors, and Python's from within its bindings
        raise _unreadable(error, shown) from error


def _check_groups(metadata: Any, shown: str) -> None:
    largest = max((metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)), default=0)
    if largest > MAX_GROUP_BYTES:
        reason = f"a row group unpacks to {largest:,} bytes, over {MAX_GROUP_BYTES:,}"
        raise RowRefusedError(reason, Place(shown), "write the file with smaller row groups")


def _unreadable(error: Exception, shown: str) -> RowRefusedError:
    return RowRefusedError(f"the Parquet file can't be read: {error!s:.200}", Place(shown), "write the file again")


def _header(table: Any, shown: str) -> Header:
    return read_header(table.schema_arrow.names, Place(shown))


def _guarded(table: Any, shown: str) -> Iterator[tuple[Any, ...]]:
    """The cells of each row."""
    try:
        for batch in table.iter_batches(_BATCH, use_threads=False):
            step = _rows_at_once(batch)
            for start in range(0, batch.num_rows, step):
                yield from zip(*map(_values, batch.slice(start, step).columns), strict=True)
    except Exception as error:  # as in `_open`
        raise _unreadable(error, shown) from error


def _rows_at_once(batch: Any) -> int:
    """How many rows become Python values together: one where a single text is so long that a few of them fill the memory."""
    from pyarrow import compute, types

    dictionaries = [column.dictionary for column in batch.columns if types.is_dictionary(column.type)]
    longest = max((compute.max(compute.binary_length(words)).as_py() or 0 for words in dictionaries if len(words)), default=0)
    return 1 if longest * batch.num_rows > MAX_ROW_BYTES else int(batch.num_rows)


def _values(column: Any) -> list[Any]:
    """A column as Python values; nanoseconds, which `datetime` has not, are cut."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return list(column.to_pylist())


def _row(header: Header, cells: tuple[Any, ...], place: Place) -> Row:
    if sum(len(cell) for cell in cells if isinstance(cell, str | bytes)) > MAX_ROW_BYTES:
        raise RowRefusedError("the row is over 32 MiB", place, "shorten the row, or keep long texts in files: {file: path}")
    place = Place(place.path, place.line, 0, clip("\t".join(str(cell)[:200] for cell in cells)))
    values = [cell if isinstance(cell, int) else _plain(cell, place) for cell in cells]
    return Row(table_values(header, values, place), place)


def _plain(value: Any, place: Place) -> Json:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {text_of(_plain(key, place)): _plain(item, place) for key, item in value.items()}
    if isinstance(value, list):
        # A map column arrives as a list of pairs.
        return _plain(dict(value), place) if value and isinstance(value[0], tuple) else [_plain(item, place) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _decoded(value, place) if isinstance(value, bytes) else str(value)


def _decoded(value: bytes, place: Place) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RowRefusedError("a cell holds bytes that are not UTF-8", place, "store text, not bytes") from error
