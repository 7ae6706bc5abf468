"""The frame of a page: its head, which forbids all but the one stylesheet in it, and its end."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

from gemini_eval.reports.html_style import STYLE
from gemini_eval.reports.html_text import Html, closed, el, opened
from gemini_eval.reports.options import Lang

_MOST_TITLE = 200


def page_start(title: str, lang: Lang) -> Iterator[Html]:
    """All up to the body's first element. The policy comes before what it rules."""
    yield Html("<!DOCTYPE html>\n")
    yield opened("html", lang=lang)
    yield el(
        "head",
        Html("\n"),
        el("meta", charset="utf-8"),
        _meta_policy(),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title[:_MOST_TITLE]),
        Html(f"<style>{STYLE}</style>\n"),
    )
    yield opened("body")


def page_end() -> Html:
    return closed("body", "html")


def policy() -> str:
    """Nothing is loaded, run or sent, whatever the page says; the stylesheet alone counts, by its hash."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _meta_policy() -> Html:
    return Html(f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n')
