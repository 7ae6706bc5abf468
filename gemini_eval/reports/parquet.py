"""Parquet: the rows of the CSV with their types, in row groups of a bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from gemini_eval.errors import UsageError
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.rows import COLUMNS, row_of
from gemini_eval.reports.view import RunView

ROW_GROUP = 2_000


class Parquet:
    NAME: ClassVar = "parquet"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".parquet",)
    ABOUT: ClassVar = "The same rows, typed (needs pyarrow)"
    SIDECAR: ClassVar = True

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        """Raises `UsageError` where pyarrow is missing."""
        try:
            import pyarrow as pa
            from pyarrow.parquet import ParquetWriter
        except ImportError as error:
            raise UsageError("a Parquet report needs pyarrow", "pip install 'gemini-eval[data]'") from error
        schema, sink = _schema(pa), _Sink()
        rows = (row_of(case) for case in view.cases())
        with ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
            while group := list(islice(rows, ROW_GROUP)):
                writer.write_table(pa.Table.from_pylist(group, schema=schema))
                yield sink.drain()
        yield sink.drain()


def _schema(pa: Any) -> Any:
    types = {"text": pa.string(), "bool": pa.bool_(), "number": pa.float64(), "count": pa.int64()}
    return pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])


class _Sink:
    """Takes what the writer writes until it is drained."""

    closed = False

    def __init__(self) -> None:
        self._kept = bytearray()

    def write(self, data: Any) -> int:
        self._kept += data
        return len(data)

    def drain(self) -> bytes:
        kept, self._kept = bytes(self._kept), bytearray()
        return kept

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        self.closed = True
