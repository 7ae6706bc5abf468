"""Whether text is HTML: known elements, closed in order. The tokens are those of the WHATWG standard, section 13.1."""

from __future__ import annotations

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.wording import show

_VOID = "area base br col embed hr img input link meta source track wbr"
_MAY_STAY_OPEN = "html head body p li dt dd rt rp optgroup option colgroup caption thead tbody tfoot tr td th"
_OTHERS = """a abbr address article aside audio b bdi bdo blockquote button canvas cite code data datalist del details dfn dialog
div dl em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup i iframe ins kbd label legend main map mark menu
meter nav noscript object ol output picture pre progress q ruby s samp search section select selectedcontent slot small span
strong sub summary sup table template time u ul var video"""

VOID = frozenset(_VOID.split())
MAY_STAY_OPEN = frozenset(_MAY_STAY_OPEN.split())
"""Elements whose end tag may be left out (section 13.1.2.4)."""
RAW = frozenset(("script", "style", "textarea", "title"))
FOREIGN = frozenset(("svg", "math"))
KNOWN = VOID | MAY_STAY_OPEN | RAW | FOREIGN | frozenset(_OTHERS.split())
_NAME_ENDS = frozenset(" \t\n\f\r/><\"'=")


class HtmlReader:
    """Reads tags from a place on. `opened` are the elements that are open, `elements` how many were begun.

    Where reading fails, `at` is how far it came.
    """

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at
        self.opened: list[str] = []
        self.elements = 0
        self._foreign = 0

    def read_all(self) -> None:
        """The whole text. Raises ValueRefusedError where it is no HTML."""
        while self.at < len(self.text):
            self._step()
        left = [name for name in self.opened if name not in MAY_STAY_OPEN]
        if left:
            raise ValueRefusedError(f"<{left[-1]}> is never closed")

    def read_element(self) -> None:
        """From a start tag to the end of its element. Raises ValueRefusedError where that is no HTML."""
        self._step()
        while self.opened and self.at < len(self.text):
            self._step()
        if self.opened and any(name not in MAY_STAY_OPEN for name in self.opened):
            raise ValueRefusedError(f"<{self.opened[-1]}> is never closed")

    def _step(self) -> None:
        """Over the text to the next tag, and over it."""
        start = self.text.find("<", self.at)
        if start < 0:
            self.at = len(self.text)
            return
        after = self.text[start + 1 : start + 2]
        if after.isascii() and after.isalpha():
            self._start_tag(start)
        elif after == "/":
            self._end_tag(start)
        elif after == "!" and self.text.startswith("<!--", start):
            self.at = self._past("-->", start + 4, start, "a comment")
        elif after == "!" and self.text[start : start + 9].lower() == "<!doctype":
            self.at = self._past(">", start, start, "a doctype")
        else:
            raise ValueRefusedError(f"a bare < {self._where(start)}", "write &lt;")

    def _start_tag(self, start: int) -> None:
        name, at = self._name(start + 1)
        foreign = self._foreign > 0
        if name not in KNOWN and "-" not in name and not foreign:
            raise ValueRefusedError(f"HTML has no element <{name}> {self._where(start)}")
        self.at, closed = self._past_attributes(at, start)
        self.elements += 1
        if name in VOID or (closed and (foreign or name in FOREIGN)):
            return
        if closed:
            raise ValueRefusedError(f"<{name}/> {self._where(start)} is no void element, so it stays open", f"write </{name}>")
        if name in RAW and not foreign:
            ends = [at for tag in (f"</{name}", f"</{name.upper()}") if (at := self.text.find(tag, self.at)) >= 0]
            self.at = self._past(">", min(ends, default=len(self.text)), start, f"<{name}>")
            return
        self.opened.append(name)
        self._foreign += name in FOREIGN

    def _end_tag(self, start: int) -> None:
        name, at = self._name(start + 2)
        self.at = self._past(">", at, start, f"</{name}")
        while self.opened and self.opened[-1] != name and self.opened[-1] in MAY_STAY_OPEN:
            self.opened.pop()
        if not self.opened or self.opened[-1] != name:
            there = f"<{self.opened[-1]}> is open" if self.opened else "nothing is open"
            raise ValueRefusedError(f"</{name}> {self._where(start)}, where {there}")
        self.opened.pop()
        self._foreign -= name in FOREIGN

    def _name(self, start: int) -> tuple[str, int]:
        end = start
        while end < len(self.text) and self.text[end] not in _NAME_ENDS:
            end += 1
        return self.text[start:end].lower(), end

    def _past_attributes(self, at: int, start: int) -> tuple[int, bool]:
        """Behind the tag's `>`, and whether `/` stood before it. A `>` in quotes is part of a value."""
        while at < len(self.text):
            char = self.text[at]
            if char == ">":
                return at + 1, self.text[at - 1] == "/"
            if char == "<":
                break
            at = self._past(char, at + 1, start, "a quoted value") if char in "\"'" else at + 1
        self.at = at
        raise ValueRefusedError(f"a tag that is not closed {self._where(start)}")

    def _past(self, mark: str, at: int, start: int, what: str) -> int:
        found = self.text.find(mark, at)
        if found < 0:
            self.at = len(self.text)
            raise ValueRefusedError(f"{what} that is not closed {self._where(start)}")
        return found + len(mark)

    def _where(self, at: int) -> str:
        return f"at {show(self.text[at : at + 30])}"
