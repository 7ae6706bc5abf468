"""Sealed lines: JSON objects, one a line, that carry their own length and checksum.

A sealed line is `{...,"sum":"<length, hex>.<CRC-32, 8 hex>"}` and a newline. Length and checksum are of all bytes before
`,"sum"`, so a flipped bit, a torn tail and two lines run together are all seen, and the line stays ordinary JSON for other tools.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO
from zlib import crc32

from gemini_eval.errors import GeminiEvalError
from gemini_eval.safe.secrets import redact_bytes

MAX_LINE_BYTES = 256 * 1024 * 1024
"""Longer lines are read in pieces, of which none has a valid seal."""

_SEAL = b',"sum":"'


class DamagedError(GeminiEvalError):
    """A line that is not what was written: it is never served, and what it held is asked again."""

    exit_status = 3


def seal(body: bytes) -> bytes:
    """`body` is one compact, non-empty JSON object; returns it as a sealed line, newline included.

    Every record of a run, a recording and the cache passes here, so here secrets are taken out.
    """
    kept = redact_bytes(body)[:-1]
    return b'%b,"sum":"%x.%08x"}\n' % (kept, len(kept), crc32(kept))


def unseal(line: bytes) -> bytes:
    """The line's bytes before its seal: a JSON object without its closing brace. Raises `DamagedError`.

    A line that ends in CR LF or without a newline is taken too: version control may have changed it.
    """
    at = line.rfind(_SEAL)
    if at < 0:
        raise DamagedError("the line has no checksum")
    kept = line[:at]
    if line[at:].rstrip(b"\r\n") != b',"sum":"%x.%08x"}' % (at, crc32(kept)):
        raise DamagedError("the line's checksum does not fit its content")
    return kept


def lines_of(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line of `file` from its current position, with its offset in bytes from there."""
    offset = 0
    for line in iter(partial(file.readline, MAX_LINE_BYTES), b""):
        yield offset, line
        offset += len(line)
