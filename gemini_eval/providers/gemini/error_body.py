"""What a body that is no answer says: Google's error shape where it has it, else the first words of whatever it is.

Source: google.rpc.Status and its details (https://google.aip.dev/193): ErrorInfo, QuotaFailure, RetryInfo, BadRequest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gemini_eval.errors import ValueRefusedError
from gemini_eval.safe.json_text import read_record
from gemini_eval.types import Json

MAX_WORDS = 300
"""Characters of somebody else's text that a message quotes."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """`status` is google.rpc.Code's name, `reason` ErrorInfo's, `metadata` what comes with it; '' and empty where not given."""

    code: int = 0
    status: str = ""
    message: str = ""
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[Mapping[str, Json], ...] = ()
    retry_delay_s: float | None = None
    is_google: bool = False


def read_error(body: bytes) -> ErrorBody:
    """Never raises: what can't be read becomes `message`, in words."""
    try:
        value = read_record(body)
    except ValueRefusedError:
        return ErrorBody(message=describe(body))
    return error_in(value) or ErrorBody(message=f"JSON that is no error of Google's: {first_words(body)}")


def error_in(value: Json) -> ErrorBody | None:
    """The error in a parsed body, None where there is none."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    error = value.get("error") if isinstance(value, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    details = [item for item in _items(error.get("details")) if isinstance(item, Mapping)]
    info = next((item for item in details if _type(item) == "ErrorInfo"), {})
    metadata = info.get("metadata")
    code = error.get("code")
    return ErrorBody(
        code if type(code) is int else 0,
        _text(error.get("status")),
        clean(_text(error.get("message"))) or "no message",
        _text(info.get("reason")),
        {str(name): clean(_text(item)) for name, item in metadata.items()} if isinstance(metadata, Mapping) else {},
        tuple(_violations(details)),
        next((_duration(item.get("retryDelay")) for item in details if _type(item) == "RetryInfo"), None),
        is_google=True,
    )


def describe(body: bytes) -> str:
    """What a body is that is no JSON, with its first words."""
    if not body.strip():
        return "an empty body"
    text = _decoded(body)
    start = text.lstrip("\ufeff \t\r\n")[:100].lower()
    if start.startswith("<") and ("html" in start or "<head" in start or "<body" in start or "<title" in start):
        return f"a page in HTML: {clean(_page_words(text)) or 'without words'}"
    if start.startswith(("{", "[")):
        return f"JSON that is broken or cut off after {len(body):,} bytes: {first_words(body)}"
    return f"no JSON: {first_words(body)}"


def first_words(body: bytes, most: int = 120) -> str:
    return clean(_decoded(body), most)


def clean(text: str, most: int = MAX_WORDS) -> str:
    """One line of printable characters, cut where it is longer than `most`."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _decoded(body: bytes) -> str:
    return body[:20_000].decode("utf-8", "replace")


def _page_words(page: str) -> str:
    """A page's title, else its text."""
    low = page.lower()
    start, end = low.find("<title"), low.find("</title")
    if 0 <= start < end:
        return page[start:end].partition(">")[2]
    return " ".join(piece.partition(">")[2] for piece in page.split("<"))


def _violations(details: list[Mapping[str, Json]]) -> Iterator[Mapping[str, Json]]:
    for item in details:
        if _type(item) in ("QuotaFailure", "BadRequest"):
            listed = [*_items(item.get("violations")), *_items(item.get("fieldViolations"))]
            yield from (violation for violation in listed if isinstance(violation, Mapping))


def _duration(value: Json) -> float | None:
    """Seconds of a google.protobuf.Duration ("1.5s"), None where it is none."""
    if not isinstance(value, str) or not value.endswith("s"):
        return None
    return seconds(value[:-1])


def seconds(text: str) -> float | None:
    """A number of seconds that is not negative, None where the text is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _type(detail: Mapping[str, Json]) -> str:
    return _text(detail.get("@type")).rpartition(".")[2]


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
