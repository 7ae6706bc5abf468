"""`confidence:` -> sources by name."""

from __future__ import annotations

from gemini_eval.assertions.confidence import Source
from gemini_eval.errors import did_you_mean
from gemini_eval.paths import Path, parse_path
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor

SUBJECTS = ("output", "answer", "thought", "calls")
_WORDS = ("self_consistency", "logprobs")
_FORMS = "for example: votes: self_consistency, own: {from: output.confidence, scale: [1, 10]}, probs: logprobs"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")


def build_confidence(context: Context, cursor: Cursor | None, *, votes: bool) -> dict[str, Source]:
    """`votes` tells whether the suite's samples are voted on, which self-consistency needs."""
    sources: dict[str, Source] = {}
    for name, entry in cursor.entries() if cursor else ():
        if not set(name) <= _LETTERS or not name or name[0].isdigit():
            hint = "gates write it bare: ece(votes)"
            context.faults.add(f'a source is named by letters, digits and _, not "{name}"', cursor.entry(name).key, hint)  # type: ignore[union-attr]  # entries come of a cursor
        source = _worded(context, entry) if isinstance(entry.value, str) else _mapped(context, name, entry)
        if source is None:
            continue
        if source.kind == "self_consistency" and not votes:
            reason = f'"{name}" is the share of votes for the winner, and the samples are not voted on'
            context.faults.add(reason, entry.place, "write samples: {count: 5, vote: majority}")
        sources[name] = source
    return sources


def _worded(context: Context, entry: Cursor) -> Source | None:
    if entry.value == "self_consistency":
        return Source("self_consistency")
    if entry.value == "logprobs":
        return Source("logprobs")
    hint = did_you_mean(entry.value, _WORDS) or _FORMS
    context.faults.add(f'there is no confidence source "{entry.value}"', entry.place, hint)
    return None


def _mapped(context: Context, name: str, entry: Cursor) -> Source | None:
    """A map has exactly one of self_consistency, logprobs and from; or a judge, which this version does not ask."""
    value = entry.value
    if isinstance(value.get("verbal"), dict) or value.get("judge") is not None:
        at = entry.entry("judge" if value.get("judge") is not None else "verbal")
        hint = "let the answering model say it: {from: output.sure, verbal: true}"
        context.faults.add("judges are not part of this version", at.key, hint)
        return None
    ways = [way for way in (*_WORDS, "from") if value.get(way)]
    if len(ways) != 1:
        found = f"this has {' and '.join(ways)}" if ways else "this has none"
        context.faults.add(f"a confidence source has one of self_consistency, logprobs, from; {found}", entry.place, _FORMS)
        return None
    calibrate = value.get("calibrate") is True
    if ways[0] != "from":
        for key in ("scale", "verbal"):
            if value.get(key) not in (None, False):
                context.faults.add(f"`{key}` belongs to `from`", entry.entry(key).key)
        return Source("self_consistency" if ways[0] == "self_consistency" else "logprobs", calibrate=calibrate)
    path, scale = _path(context, name, entry.entry("from")), _scale(context, entry)
    if not path or scale is None:
        return None
    return Source("own", path, scale, verbal=value.get("verbal") is True, calibrate=calibrate)


def _path(context: Context, name: str, cursor: Cursor) -> Path:
    try:
        path = parse_path(str(cursor.value))
    except ValueError as error:
        context.faults.add(str(error), cursor.place)
        return ()
    if path[0] not in SUBJECTS:
        hint = did_you_mean(path[0], SUBJECTS) or f"begin with {', '.join(SUBJECTS)}: output.confidence"
        context.faults.add(f'"{name}" can\'t be read from "{cursor.value}"', cursor.place, hint)
        return ()
    return path


def _scale(context: Context, entry: Cursor) -> tuple[float, float] | None:
    """The lowest and the highest value that the model may say; 0 and 1 where nothing is said of it."""
    written = entry.get("scale")
    if written is None:
        return 0.0, 1.0
    if entry.value.get("verbal") is True:
        context.faults.add("words have no `scale`", written.place, "take out `scale` or `verbal`")
        return None
    if len(written.value) != 2 or not float(written.value[0]) < float(written.value[1]):
        context.faults.add(
            f"`scale` is {written.value!r}; it must be the lowest and the highest value",
            written.place,
            "for example: scale: [1, 10]",
        )
        return None
    return float(written.value[0]), float(written.value[1])
