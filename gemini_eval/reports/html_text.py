"""HTML, built so that text from outside can never be markup: whatever is not `Html` already is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from gemini_eval.safe.terminal import for_terminal

_BLOCKS = """html head meta title body header main footer details summary div p pre h1 h2 h3 ul li dl dt dd
table caption thead tbody tr"""
_OF_THEIR_OWN = frozenset(_BLOCKS.split())
"""Elements that end a line of the file, so that two reports can be held against each other."""
_VOID = frozenset(("meta", "br"))


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that this package made. No `str`, so that no text is taken for it by mistake."""

    markup: str

    def encode(self) -> bytes:
        return self.markup.encode()


Child: TypeAlias = Html | str
NOTHING = Html("")


def el(name: str, /, *children: Child, **attributes: str | bool) -> Html:
    """One element. `class_` is `class`, `aria_label` `aria-label`; an attribute that is False is left out."""
    line = "\n" if name in _OF_THEIR_OWN else ""
    told = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False)
    inner = "" if name in _VOID else f"{joined(children).markup}</{name}>"
    return Html(f"<{name}{told}>{inner}{line}")


def opened(name: str, /, **attributes: str | bool) -> Html:
    """The start tag alone, for an element that is written in pieces."""
    return Html(f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items() if value is not False)}>\n")


def closed(*names: str) -> Html:
    return Html("".join(f"</{name}>\n" for name in names))


def joined(children: Iterable[Child]) -> Html:
    return Html("".join(child.markup if isinstance(child, Html) else escaped(child) for child in children))


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escaped(str(value))}"'


def escaped(text: str) -> str:
    """Characters that steer, reorder or cannot be encoded are written visibly; the others are text, whatever they look like."""
    return escape(for_terminal(text), quote=True)
