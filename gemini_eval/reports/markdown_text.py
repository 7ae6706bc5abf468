"""Text from outside, made safe to stand in a Markdown comment: no markup, mention, link, image, HTML or workflow command."""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.reports.spans import BREAK, uncommanded
from gemini_eval.safe.terminal import for_terminal

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|~$&!"})
_REFERENCES = {ord(char): f"&#{ord(char)};" for char in "<>&\"'`*_[]()!|~$@#:\\"}


def prose(text: str) -> str:
    """One line of running text. A zero-width space parts what would become a mention, a reference or a link."""
    return _parted(_line(text).translate(_MARKUP))


def code(text: str) -> str:
    """One line in backticks, more of them than any run inside."""
    line = _line(text) or " "
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def html_code(text: str) -> str:
    """One line inside HTML or a table, where backticks cannot hold every text; whatever HTML or Markdown could read as markup is
    a character reference."""
    return f"<code>{_line(text).translate(_REFERENCES)}</code>"


def fenced(lines: Sequence[str]) -> str:
    """Lines as they are, behind a fence longer than any run of backticks inside."""
    body = [uncommanded(for_terminal(part)) for line in lines for part in line.split("\n")]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in body)) if body else "```"
    return "\n".join([f"{fence}text", *body, fence])


def details(title: str, body: str) -> str:
    """What opens when it is clicked; `title` is HTML, `body` Markdown, both safe already."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>\n\n"


def tooltip(text: str, title: str) -> str:
    """A short text whose whole is shown where the pointer rests on it."""
    short, whole = (_line(part).translate(_REFERENCES) for part in (text, title))
    return f'<abbr title="{whole}">{short}</abbr>'


def comment(text: str) -> str:
    """A comment that nobody sees; without the signs that would end it."""
    return f"<!-- {_line(text).translate(dict.fromkeys(map(ord, '<>')))} -->"


def pipes(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A table of cells that are Markdown already, numbers to the right of the first `left` columns."""
    rule = [*[":--"] * left, *["--:"] * (len(header) - left)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def _line(text: str) -> str:
    return " ".join(for_terminal(text).split())


def _parted(text: str) -> str:
    for sign in ("#", "://"):
        text = text.replace(sign, f"{sign[0]}{BREAK}{sign[1:]}")
    text = text.replace("www.", f"www{BREAK}.")
    return uncommanded(_unmentioned(text))


def _unmentioned(text: str) -> str:
    """An `@` mentions nobody behind a letter or digit of ASCII, as in `prompt@model`; behind another letter it does."""
    parts = text.split("@")
    ends = ["@" if part[-1:].isascii() and part[-1:].isalnum() else f"@{BREAK}" for part in parts[:-1]]
    return "".join(part + end for part, end in zip(parts, [*ends, ""], strict=True))


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
