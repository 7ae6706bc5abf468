"""`confidence:` -> sources by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gemini_eval.assertions.confidence import Source
from gemini_eval.errors import did_you_mean
from gemini_eval.paths import Path, parse_path
from gemini_eval.rubrics.likelihood import PHRASES, Likelihood, folded, meaning_of, own_source
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.judges import choose_jurors
from gemini_eval.suites.build.rubric_texts import file_source
from gemini_eval.suites.cursor import Cursor
from gemini_eval.types import Json

SUBJECTS = ("output", "answer", "thought", "calls")
_WORDS = ("self_consistency", "logprobs")
_FORMS = "for example: votes: self_consistency, own: {from: output.confidence, scale: [1, 10]}, said: {verbal: {judge: sure}}"
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
        return Source("self_consistency", place=entry.place)
    if entry.value == "logprobs":
        return Source("logprobs", place=entry.place)
    hint = did_you_mean(entry.value, _WORDS) or _FORMS
    context.faults.add(f'there is no confidence source "{entry.value}"', entry.place, hint)
    return None


def _mapped(context: Context, name: str, entry: Cursor) -> Source | None:
    """A map has exactly one of self_consistency, logprobs and from; or `verbal` alone, which is a judge's."""
    value = entry.value
    ways = [way for way in (*_WORDS, "from") if value.get(way)]
    verbal = entry.get("verbal")
    if not ways and verbal is not None and verbal.value is not False:
        ways = ["verbal"]
    if len(ways) != 1:
        found = f"this has {' and '.join(ways)}" if ways else "this has none"
        context.faults.add(
            f"a confidence source has one of self_consistency, logprobs, from, verbal; {found}", entry.place, _FORMS
        )
        return None
    source = _BUILT[ways[0]](context, name, entry)
    calibrate = value.get("calibrate")
    fit = str(calibrate["fit"]) if isinstance(calibrate, dict) else ""
    return replace(source, calibrate=bool(calibrate), fit=fit, place=entry.place) if source else None


def _unsaid(context: Context, name: str, entry: Cursor) -> Source:
    """The vote or the log probabilities: nobody says a number or a word."""
    for key in ("scale", "verbal"):
        if entry.value.get(key) not in (None, False):
            context.faults.add(f"`{key}` belongs to `from`", entry.entry(key).key)
    return Source("self_consistency" if entry.value.get("self_consistency") else "logprobs")


def _own(context: Context, name: str, entry: Cursor) -> Source | None:
    path, scale = _path(context, name, entry.entry("from")), _scale(context, entry)
    verbal = entry.get("verbal")
    phrases: Mapping[str, float] | None = {}
    if verbal is not None and verbal.value is not False:
        phrases = _phrases(context, verbal)
        for key in ("judge", "prompt"):
            if isinstance(verbal.value, dict) and verbal.value.get(key) is not None:
                reason = f"`{key}` belongs to a judge, and with `from` the model itself says how sure it is"
                context.faults.add(reason, verbal.entry(key).key, f"take out `{key}` or `from`")
    return Source("own", path, scale, phrases) if path and scale is not None and phrases is not None else None


def _of_judge(context: Context, name: str, entry: Cursor) -> Source | None:
    verbal = entry.entry("verbal")
    if entry.value.get("scale") is not None:
        context.faults.add("words have no `scale`", entry.entry("scale").place, "take out `scale`")
    written = verbal.value if isinstance(verbal.value, dict) else {}
    named = verbal.entry("judge") if written.get("judge") is not None else None
    jurors = choose_jurors(context, verbal, named, "verbal confidence")
    phrases = _phrases(context, verbal)
    source = own_source(context.path.parent, context.root)
    if written.get("prompt") is not None:
        found = file_source(context, verbal.entry("prompt"))
        if found is None:
            return None
        source = found
    if not jurors or phrases is None:
        return None
    return Source("judge", likelihood=Likelihood(jurors[0], source, phrases))


_BUILT: Mapping[str, Callable[[Context, str, Cursor], Source | None]] = {
    "self_consistency": _unsaid,
    "logprobs": _unsaid,
    "from": _own,
    "verbal": _of_judge,
}


def _phrases(context: Context, verbal: Cursor) -> Mapping[str, float] | None:
    """The closed list; None with a fault where two phrases can't be told apart, or a number is none in 0..1."""
    if not isinstance(verbal.value, dict) or verbal.value.get("words") is None:
        return PHRASES
    words, before = verbal.entry("words"), len(context.faults.errors)
    seen: dict[str, str] = {}
    for phrase, entry in words.entries():
        if not 0 <= entry.value <= 1:
            context.faults.add(
                f'"{phrase}" stands for {entry.value:g}; a confidence is in 0 to 1', entry.place, "for example 0.75"
            )
        if not folded(phrase):
            context.faults.add("a phrase is empty", words.entry(phrase).key)
        elif folded(phrase) in seen:
            reason = f'"{phrase}" and "{seen[folded(phrase)]}" are one phrase: case, spaces and punctuation do not part them'
            context.faults.add(reason, words.entry(phrase).key, "name one of them otherwise")
        seen.setdefault(folded(phrase), phrase)
    if len(seen) < 2:
        context.faults.add("a list of words has two at least", words.place, "for example: {sure: 0.9, unsure: 0.4}")
    return {phrase: float(number) for phrase, number in words.value.items()} if len(context.faults.errors) == before else None


def check_phrases(context: Context, sources: Mapping[str, Source], schema: Json) -> None:
    """What a response schema lets the model say of itself is in the source's list, so that no answer is unmapped."""
    for name, source in sources.items():
        if not source.phrases or not source.path or source.path[0] != "output":
            continue
        for phrase in _enum_at(schema, source.path[1:]):
            if meaning_of(phrase, source.phrases) is None:
                reason = f'the response schema lets the model say "{phrase}", which is not in the list of {name}'
                known = ", ".join(source.phrases)
                if not any(fault.reason == reason for fault in context.faults.errors):
                    context.faults.add(
                        reason, source.place, f"the list is {known}; another is written as verbal: {{words: {{…}}}}"
                    )


def _enum_at(schema: Json, path: Path) -> Sequence[Json]:
    """What a value may be, by its schema; () where that leaves it open."""
    for step in path:
        inner = schema.get("items" if isinstance(step, int) else "properties") if isinstance(schema, dict) else None
        schema = inner.get(step) if isinstance(inner, dict) and not isinstance(step, int) else inner
    allowed = schema.get("enum") if isinstance(schema, dict) else None
    return allowed if isinstance(allowed, list) else ()


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
    if entry.value.get("verbal") not in (None, False):
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
