"""`{glob: articles/*.txt, as: article}`: each file is one case."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.errors import Place
from gemini_eval.safe.files import open_read
from gemini_eval.suites.data.lines import decode_text
from gemini_eval.suites.data.rows import MAX_ROW_BYTES, RowRefusedError, clip
from gemini_eval.suites.data.source import RawCase


def read_text_case(path: Path, shown: str, case_id: str, variable: str) -> RawCase:
    """The case that a text file is: its text is the variable.

    Raises:
        FileRefusedError: the file can't be opened.
        RowRefusedError: it is over 32 MiB or no UTF-8 text.
    """
    with open_read(path) as file:
        data = file.read(MAX_ROW_BYTES + 1)
    if len(data) > MAX_ROW_BYTES:
        raise RowRefusedError("the text is over 32 MiB", Place(shown), "split it")
    text = decode_text(data, shown)
    values = {variable: text}
    return RawCase({"id": case_id, "vars": values}, values, Place(shown, 1, 0, clip(text.partition("\n")[0])))
