"""What whoever asks for a report may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Lang: TypeAlias = Literal["en", "ko"]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """`lang` is that of the opening sentences. `color`, `width` (in columns) and `encoding` are the terminal's; a sign that
    `encoding` lacks is written in ASCII. `max_failures_shown` is for the terminal and Markdown; `verbose` 1 shows every failing
    case and every variant's tables, `quiet` the opening sentences alone. `brief` is one printable page. `sticky` names
    the mark in a comparison's Markdown by which a CI job finds the comment that it wrote before."""

    lang: Lang = "en"
    color: bool = False
    width: int = 80
    verbose: int = 0
    quiet: bool = False
    max_failures_shown: int = 10
    encoding: str = "utf-8"
    brief: bool = False
    sticky: str = "gemini-eval"
