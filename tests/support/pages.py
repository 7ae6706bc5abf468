"""An HTML report as a browser reads it: whole, and unable to do anything but be read."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser

from gemini_eval.metrics.html_syntax import HtmlReader

VOID = {"meta", "br"}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "h1", "h2", "h3", "p", "br", "div", "pre"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "dl", "dt", "dd", "details", "summary"),
    *("span", "code", "del", "ins", "abbr"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "class", "scope", "role", "tabindex", "aria-label", "open", "title"),
    "data-of",
}
CLASSES = {
    *("good", "bad", "warn", "dim", "small", "said", "scroll", "wide", "short", "number", "right", "wrong", "unseen"),
    *("kind", "id", "box", "body", "hint", "lines", "line", "same", "gone", "new", "value", "in1", "in2", "in3"),
}


class Page(HTMLParser):
    """Every start tag with its attributes, in order; the text by the element that it stands in, and all of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self.declared: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        return "".join(self.words)

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def handle_decl(self, decl: str) -> None:
        self.declared.append(decl)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), attrs
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.inside.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        for name in set(self.open) - {"html", "body", "main"}:
            self.inside[name][-1] += data
        if "style" not in self.open:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def read_page(data: bytes, lang: str = "en") -> Page:
    """The page, after all that a page has to be was looked at."""
    text = data.decode()
    steering = {*range(9), 11, 12, 13, *range(14, 32), *range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F)}
    assert not set(map(ord, text)) & {*steering, *range(0x2066, 0x206A)}
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    HtmlReader(text, len("<!DOCTYPE html>")).read_all()
    page = Page(text)
    assert page.declared == ["DOCTYPE html"]
    assert page.open == []
    assert page.named("html") == [{"lang": lang}]
    _nothing_runs(page, text)
    _it_is_whole(page)
    return page


def _nothing_runs(page: Page, text: str) -> None:
    """No element, attribute or class but ours; the policy allows the one stylesheet alone, and stands before it."""
    assert {tag for tag, _ in page.tags} <= ELEMENTS
    assert {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES
    assert {name for _, attributes in page.tags for name in (attributes.get("class") or "").split()} <= CLASSES
    (style,) = page.inside["style"]
    assert not [word for word in ("url(", "@import", "<", "\\") if word in style]
    assert text.count("<style") == text.count("</style") == 1
    digest = b64encode(sha256(style.encode()).digest()).decode()
    (policy,) = [meta["content"] for meta in page.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert text.index('<meta charset="utf-8">') < text.index("Content-Security-Policy") < text.index("<style") < 1024


def _it_is_whole(page: Page) -> None:
    """One heading, one main part; each table in a box that a keyboard reaches, with a caption and heads that say of what."""
    counted = Counter(tag for tag, _ in page.tags)
    assert [counted[name] for name in ("title", "h1", "header", "main", "footer")] == [1] * 5
    assert page.inside["title"][0].strip()
    assert page.inside["h1"][0].strip()
    boxes = [box for box in page.named("div") if box.get("class") == "scroll"]
    assert all((box["role"], box["tabindex"]) == ("region", "0") and "aria-label" in box for box in boxes)
    assert len(boxes) == counted["table"] == counted["caption"] == counted["thead"] == counted["tbody"]
    assert {head.get("scope") for head in page.named("th")} <= {"col", "row"}
    assert counted["details"] == counted["summary"]
