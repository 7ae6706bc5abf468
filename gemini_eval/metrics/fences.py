"""What stands in Markdown's fences (CommonMark 0.31, section 4.5): models put code there."""

from __future__ import annotations

from collections.abc import Iterator


def fenced(text: str) -> Iterator[str]:
    """The content of each fence, from the first; one that is not closed ends with the text."""
    mark = ""
    lines: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if mark:
            if bare.startswith(mark) and not bare.strip(mark[0]):
                yield "\n".join(lines)
                mark = ""
            else:
                lines.append(line)
        elif bare.startswith(("```", "~~~")):
            mark, lines = bare[: len(bare) - len(bare.lstrip(bare[0]))], []
    if mark:
        yield "\n".join(lines)
