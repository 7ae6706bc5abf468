"""Physical lines of a text file from outside: numbered, UTF-8, of bounded length."""

from __future__ import annotations

from typing import BinaryIO, NoReturn

from gemini_eval.errors import Place
from gemini_eval.suites.data.rows import MAX_ROW_BYTES, RowRefusedError, clip

_UTF8 = "save the file as UTF-8 (iconv -f LATIN1 -t UTF-8, or your editor's “Save with encoding”)"
_BOM = b"\xef\xbb\xbf"
_NO_TEXT = (
    (b"\x1f\x8b", "is gzip-compressed", "unpack it first (gunzip)"),
    (b"PK\x03\x04", "is a ZIP archive", "unpack it first; a spreadsheet must be named .xlsx"),
    (b"BZh", "is bzip2-compressed", "unpack it first (bunzip2)"),
    (b"\x28\xb5\x2f\xfd", "is zstd-compressed", "unpack it first (zstd -d)"),
    (b"\xfd7zXZ", "is xz-compressed", "unpack it first (unxz)"),
    (b"PAR1", "is a Parquet file", "name it .parquet"),
    (b"\xd0\xcf\x11\xe0", "is an old Office file", "save it as .xlsx or as CSV in UTF-8"),
    (b"\xff\xfe", "is UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16 text", "save it as UTF-8"),
)


class Lines:
    """An iterator over the lines of a seekable file, line ends kept, that goes on after a line it refused.

    `number` and `text` are the last line's; `first` and `first_text` the first line's since `start_row`. Together the lines of
    one row may take `max_row` bytes; `lost` says that a row of several lines took more, after which nothing can be trusted.

    Raises:
        RowRefusedError: at construction where the file is no text; while reading for a line that is too long or not UTF-8.
    """

    def __init__(self, file: BinaryIO, shown: str, *, max_row: int = MAX_ROW_BYTES) -> None:
        self._file, self.shown, self._max_row = file, shown, max_row
        self.number = self.first = self._row_bytes = 0
        self.text = self.first_text = ""
        self.lost = False
        self._skip_mark()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        data = self._file.readline(self._max_row - self._row_bytes + 1)
        if not data:
            raise StopIteration
        self.number += 1
        if not self._row_bytes:
            self.first, self.first_text = self.number, ""
        self._row_bytes += len(data)
        if self._row_bytes > self._max_row:
            self._refuse_long(data)
        self.text = _decode_line(data, self.shown, self.number)
        if self.number == self.first:
            self.first_text = self.text
        return self.text

    def start_row(self) -> None:
        """The next line begins a row."""
        self._row_bytes = 0

    def place(self, column: int = 0) -> Place:
        """Where the row of the last line begins."""
        return Place(self.shown, self.first, column, clip(self.first_text))

    def _skip_mark(self) -> None:
        head = self._file.read(8)
        refuse_no_text(head, self.shown)
        self._file.seek(len(_BOM) if head.startswith(_BOM) else 0)

    def _refuse_long(self, data: bytes) -> NoReturn:
        while data and not data.endswith(b"\n"):
            data = self._file.readline(2**20)
        self.lost = self.number > self.first
        hint = "is a quoted cell not closed?" if self.lost else "shorten the row, or keep long texts in files: {file: path}"
        raise RowRefusedError(f"the row is over {_size(self._max_row)}", self.place(), hint)


def refuse_no_text(head: bytes, shown: str) -> None:
    """Raise `RowRefusedError` where a file begins like an archive, an Office file or UTF-16."""
    for magic, what, hint in _NO_TEXT:
        if head.startswith(magic):
            raise RowRefusedError(f"the file {what}, which is not read", Place(shown), hint)


def decode_text(data: bytes, shown: str) -> str:
    """A whole file as text, its byte order mark dropped.

    Raises:
        RowRefusedError: with the line and column of the first byte that is not UTF-8, or of a NUL character.
    """
    refuse_no_text(data[:8], shown)
    return _decode_line(data.removeprefix(_BOM), shown, 1)


def _decode_line(data: bytes, shown: str, number: int) -> str:
    """`data`, which begins at line `number`, as text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise RowRefusedError(reason, _byte_place(data, error.start, shown, number), _UTF8) from error
    if "\0" in text:
        place = _byte_place(data, data.index(0), shown, number)
        raise RowRefusedError("the text holds a NUL character", place, "remove it; is this a text file?")
    return text


def _byte_place(data: bytes, offset: int, shown: str, number: int) -> Place:
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode("utf-8", "replace")) + 1
    line = data[start:].partition(b"\n")[0].decode("utf-8", "replace")
    return Place(shown, number + data.count(b"\n", 0, start), column, clip(line.replace("\0", "\ufffd")))


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count} bytes"
