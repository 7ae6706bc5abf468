"""A Gemini-style request as the one text that a base model continues.

The embedded model was never tuned to follow instructions or to take turns: it goes on writing. So the request is laid out as
plain text whose last line is the author's own cue ("Type:"), and no scaffold is added.
"""

from __future__ import annotations

from gemini_eval.types import Request

_CUES = (":", "：", "=", "->", "=>", "→", ">", "|", "(", "[", "{", '"', "“", "「")


def prompt_text(request: Request) -> str:
    """The system text, then every turn in order, with a blank line between them and no white space at the end.

    A model's turns stand as they are; parts that are blank leave no gap.
    """
    parts = (request.system, *(message.text for message in request.messages))
    return "\n\n".join(part.rstrip() for part in parts if part.strip())


def cue_missing(text: str) -> bool:
    """True where nothing at the end of `text` asks for an answer, so that a base model may go on with anything at all.

    A cue is a last line that ends in a colon, an arrow, an equals sign, an opening bracket or quote, or the like.
    """
    return not text.rstrip().endswith(_CUES)
