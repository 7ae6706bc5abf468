"""Code blocks of a Markdown page, with the note that says what a test does with each; and how new outputs are put in.

A note is an HTML comment on the line before a block, so that readers do not see it:

    <!-- file: NAME -->     the block is a file of the page's folder
    <!-- change: NAME -->   the block is a diff: its - lines stand in NAME and become its + lines, from here on
    <!-- break: NAME -->    the same, until the next block of commands has run
    <!-- break: NAME | OLD | NEW -->  the same before a block of commands, without a diff: the one OLD in NAME becomes NEW
    <!-- run -->            the block's `$ ` lines are commands (gemini-eval or git), the lines below each what it prints; a line
                            `…` stands for lines that are left out, up to the next one that begins as the line after it
    <!-- unchecked -->      the block is something else
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(r"^(?P<notes>(?:<!-- [^\n]*? -->\n)*)(?P<fence>```+)(?P<lang>[\w-]*)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)
_NOTE = re.compile(r"<!-- (.*?) -->")
_FENCED = re.compile(r"^(```+).*?^\1$", re.M | re.S)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block. `kind` and `name` are the two parts of its last note, `notes` the others; `start` and `end` bound its
    text in the page."""

    lang: str
    text: str
    kind: str
    name: str
    notes: tuple[str, ...]
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """One `$ ` line of a block and the lines below it."""

    line: str
    output: str


def blocks(page: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(page):
        *notes, last = _NOTE.findall(found["notes"]) or [""]
        kind, _, name = last.partition(": ")
        line = page.count("\n", 0, found.start("text"))
        yield Block(found["lang"], found["text"], kind, name, tuple(notes), line, found.start("text"), found.end("text"))


def commands(text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        line, _, output = part.partition("\n")
        yield Command(line, output)


def abridged(output: str, like: str) -> str:
    """`output` without the lines that `like` leaves out by a line `…`.

    What `like` shows after one begins at the next line of `output` with the same first three words, and is as long. Where there
    is no such line, nothing is left out.
    """
    head, *shown = re.split(r"^…\n", like, flags=re.M)
    if not shown:
        return output
    lines = output.splitlines(keepends=True)
    at = head.count("\n")
    pieces = lines[:at]
    for part in shown:
        first = part.partition("\n")[0].split()[:3]
        found = next((n for n in range(at, len(lines)) if part and lines[n].split()[:3] == first), None)
        if part and found is None:
            return output
        start = found if found is not None else len(lines)
        at = start + part.count("\n")
        pieces += ["…\n", *lines[start:at]]
    return "".join(pieces)


def session(done: list[Command]) -> str:
    """The block that these commands make."""
    return "".join(f"$ {command.line}\n{command.output}" for command in done)


def edited(text: str, diff: str) -> str:
    """`text` with the diff's - lines replaced by its + lines; lines with a space before them are context.

    Raises ValueError unless the lines stand there exactly once.
    """
    old = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] in " -")
    new = "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] in " +")
    return swapped(text, old, new)


def swapped(text: str, old: str, new: str) -> str:
    """`text` with its one `old` replaced. Raises ValueError."""
    if text.count(old) != 1:
        raise ValueError(f"this stands {text.count(old)} times in the file:\n{old}")
    return text.replace(old, new)


def links(page: str) -> Iterator[str]:
    """The targets of the page's links, code left out."""
    yield from _LINK.findall(re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page)))


def anchors(page: str) -> set[str]:
    """The fragments that GitHub gives the page's headings."""
    titles = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(_FENCED.sub("", page)))
    return {title.replace(" ", "-") for title in titles}
