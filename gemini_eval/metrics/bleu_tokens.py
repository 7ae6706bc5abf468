"""The tokenisers of BLEU: mteval-v13a's, which sacrebleu calls `13a`, and one that makes a token of every character."""

from __future__ import annotations

_APART = str.maketrans({mark: f" {mark} " for mark in '{|}~[\\]^_` !"#$%&()*+:;<=>?@/'})
_DIGITS = frozenset("0123456789")


def tokens_13a(text: str) -> list[str]:
    """Punctuation and symbols stand alone; a full stop, comma or hyphen does unless it is in a number."""
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    if "&" in text:
        text = text.replace("&quot;", '"').replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    text = f" {text} ".translate(_APART)
    if "." in text or "," in text:
        text = _before(_after(text))
    if "-" in text:
        text = "".join(f" {char} " if char == "-" and before in _DIGITS else char for before, char in _pairs(text))
    return text.split()


def characters(text: str) -> list[str]:
    """Every character but white space."""
    return [char for char in text if not char.isspace()]


def _pairs(text: str) -> zip[tuple[str, str]]:
    return zip(" " + text, text, strict=False)


def _after(text: str) -> str:
    """A full stop or comma set apart unless a digit stands before it; a character serves one match only, as in mteval."""
    parts, done = [], 0
    for at in _marks(text):
        if at - 1 >= done and text[at - 1] not in _DIGITS:
            parts.append(f"{text[done:at]} {text[at]} ")
            done = at + 1
    return "".join(parts) + text[done:]


def _before(text: str) -> str:
    """A full stop or comma set apart unless a digit stands after it."""
    parts, done = [], 0
    for at in _marks(text):
        if at >= done and at + 1 < len(text) and text[at + 1] not in _DIGITS:
            parts.append(f"{text[done:at]} {text[at]} {text[at + 1]}")
            done = at + 2
    return "".join(parts) + text[done:]


def _marks(text: str) -> list[int]:
    return [at for at, char in enumerate(text) if char in ".,"]
