"""The formats by extension: adding one is its file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.errors import Fault, Place, did_you_mean
from gemini_eval.suites.data.delimited import csv_columns, read_csv, read_tsv, tsv_columns
from gemini_eval.suites.data.json_list import read_json_list
from gemini_eval.suites.data.jsonl import read_jsonl
from gemini_eval.suites.data.parquet import parquet_columns, read_parquet
from gemini_eval.suites.data.rows import Row, RowRefusedError
from gemini_eval.suites.data.xlsx import read_xlsx, xlsx_columns
from gemini_eval.suites.data.yaml_list import read_yaml_list


@dataclass(frozen=True, slots=True)
class Format:
    """How files of some extensions are read. `columns` gives the names of a table's columns; None where each row has its own.

    Both raise FileRefusedError or RowRefusedError where the file can't be read at all.
    """

    extensions: tuple[str, ...]
    read: Callable[[Path, str], Iterator[Row | Fault]]
    columns: Callable[[Path, str], tuple[str, ...]] | None = None


FORMATS: tuple[Format, ...] = (
    Format((".csv",), read_csv, csv_columns),
    Format((".tsv",), read_tsv, tsv_columns),
    Format((".jsonl", ".ndjson"), read_jsonl),
    Format((".json",), read_json_list),
    Format((".yaml", ".yml"), read_yaml_list),
    Format((".xlsx",), read_xlsx, xlsx_columns),
    Format((".parquet",), read_parquet, parquet_columns),
)

_MENDS = {
    ".gz": "unpack it first (gunzip)",
    ".zip": "unpack it first",
    ".bz2": "unpack it first (bunzip2)",
    ".zst": "unpack it first (zstd -d)",
    ".xz": "unpack it first (unxz)",
    ".xls": "save it as .xlsx or .csv",
    ".xlsm": "save it as .xlsx, without macros",
    ".ods": "save it as .xlsx or .csv",
    ".txt": "for one case a file write {glob: …, as: VARIABLE}",
    ".md": "for one case a file write {glob: …, as: VARIABLE}",
}


def format_of(path: Path, shown: str) -> Format:
    """The format of a file by its extension.

    Raises:
        RowRefusedError: no format has it.
    """
    suffix = path.suffix.lower()
    for known in FORMATS:
        if suffix in known.extensions:
            return known
    names = [extension for known in FORMATS for extension in known.extensions]
    hint = _MENDS.get(suffix) or did_you_mean(suffix, names) or f"data files are {', '.join(names)}"
    raise RowRefusedError(f'no data format has the extension "{suffix}"', Place(shown), hint)
