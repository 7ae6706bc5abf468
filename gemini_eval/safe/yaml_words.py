"""What the YAML parser complains of, in words that say how to mend it."""

from __future__ import annotations

_QUOTE = 'put the text in quotes: "…"'
_INDENT = "give entries of one map or list the same indentation"

# Parts of the parser's problem (the C parser's wording, the Python one's), the reason, the mend.
_WORDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("found a tab character",), "a tab used for indentation", "indent with spaces"),
    (("unexpected end of stream",), "a quoted text that begins here is never closed", "close it with the quote it began with"),
    (("document separator", "document indicator"), "--- or ... inside a quoted text", "indent that line"),
    (
        ("unknown escape character", "expected hexdecimal number", "expected escape sequence of"),
        "an unknown escape in a double-quoted text",
        "write \\\\ for a backslash, or use single quotes",
    ),
    (("invalid Unicode character code",), "an escape that is no Unicode character", "write the character itself"),
    (
        ("expected alphabetic or numeric character",),
        "an unquoted value begins with * or &, which are for aliases and anchors",
        _QUOTE,
    ),
    (("could not find expected ':'",), "neither `key: value` nor the rest of a text above", "add the colon, or indent the line"),
    (
        ("expected ',' or ']'",),
        "a list in [ ] that is not closed, or lacks a comma",
        f"close it with ], separate items by commas, or {_QUOTE}",
    ),
    (
        ("expected ',' or '}'",),
        "a map in { } that is not closed, or lacks a comma",
        f"close it with }}, separate entries by commas, or {_QUOTE}",
    ),
    (("expected '-' indicator",), "a line that does not fit into the list above it", _INDENT),
    (("expected key", "expected <block end>"), "a line that does not fit into the map above it", _INDENT),
    (("found unexpected ':'",), "a colon inside an unquoted value in [ ] or { }", _QUOTE),
    (("sequence entries are not allowed",), "a list item (-) where none can be", "put the first - on a line of its own"),
    (("mapping keys are not allowed",), "a key (?) where none can be", _QUOTE),
    (
        ("expected comment or line break", "expected a comment or a line break", "chomping or indentation indicators"),
        "text on the same line as | or >",
        "begin the text on the next line, indented",
    ),
    (("indentation indicator",), "an indentation number of | or > that is not 1 to 9", "take the number out"),
    (("expected node content", "expected the node content"), "a value is missing here", f"write it, or {_QUOTE}"),
    (("expected <document start>", "expected '<document start>'"), "text after the end of the document", _INDENT),
    (
        ("YAML document", "a directive", "%YAML directive", "%TAG directive"),
        "a directive (%) that cannot be read",
        "take the line out",
    ),
    (("a tag", "tag URI", "tag handle"), "a tag (!) that cannot be read", _QUOTE),
)


def explain(problem: str, context: str, before: str, character: str) -> tuple[str, str]:
    """Reason and mend of a parser's problem, which it met in `context` ('while scanning a tag').

    `character` is the one it stopped at, '' at the end of the file; `before` is what stands on the line to the left of it.
    """
    if "cannot start any token" in problem:
        return _first_character(before, character)
    if "mapping values are not allowed" in problem:
        if ": " in before:
            return "a colon inside an unquoted value", _QUOTE
        return "a colon where no key can be: the line is indented too far, or goes on with a text", f"{_INDENT}, or {_QUOTE}"
    misplaced = "expected key" in problem or "expected <block end>" in problem
    if character == ":" and (misplaced or "node content" in problem):
        return "a key is missing before the colon", _QUOTE
    if misplaced and before.rstrip().endswith(('"', "'")):
        return "text after a closing quote", "put the whole text in quotes, the quotes inside it written '' or \\\""
    for said in (problem, context):
        for parts, reason, hint in _WORDS:
            if any(part in said for part in parts):
                return reason, hint
    return f"this is no YAML: {problem}", "check quotes, colons and indentation here"


def _first_character(before: str, character: str) -> tuple[str, str]:
    if character == "\t":
        return ("a tab in an unquoted text", _QUOTE) if before.strip() else ("a tab used for indentation", "indent with spaces")
    return f"an unquoted value cannot begin with {character}", _QUOTE
