"""A YAML list of cases, read whole; rows keep their positions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gemini_eval.errors import Fault, InputError, Place
from gemini_eval.safe.files import read_bytes
from gemini_eval.safe.yaml_reader import YamlList, read_yaml
from gemini_eval.suites.data.jsonl import object_row
from gemini_eval.suites.data.lines import decode_text
from gemini_eval.suites.data.rows import MAX_WHOLE_FILE_BYTES, Row, RowRefusedError, clip


def read_yaml_list(path: Path, shown: str) -> Iterator[Row | Fault]:
    """The rows of a YAML list; a Fault for each item that is no map, or for what is wrong with the YAML.

    Raises:
        FileRefusedError: the file can't be opened or is too large.
        RowRefusedError: it is no text, or no list.
    """
    text = decode_text(read_bytes(path, max_bytes=MAX_WHOLE_FILE_BYTES), shown)
    try:
        tree = read_yaml(text, path=shown)
    except InputError as error:
        yield from error.faults
        return
    if tree is None:
        return
    if not isinstance(tree, YamlList):
        raise RowRefusedError("a YAML data file must be a list of cases", Place(shown, 1), "begin each case with “- ”")
    for index, item in enumerate(tree):
        place = tree.item_place(index)
        try:
            yield object_row(item, Place(place.path, place.line, place.column, clip(place.text)))
        except RowRefusedError as refused:
            yield refused.fault
