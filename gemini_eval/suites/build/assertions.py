"""`assert` and `measure` lists -> assertion trees, every metric built once here unless its parameters wait for a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gemini_eval.assertions.custom import Custom
from gemini_eval.assertions.tree import Assertion, Check, Group, Reference, Removal, Written, references
from gemini_eval.errors import FileRefusedError, ValueRefusedError, did_you_mean
from gemini_eval.metrics import METRICS
from gemini_eval.metrics.build import ParameterError, build_metric
from gemini_eval.metrics.similar import Similar
from gemini_eval.metrics.wording import show
from gemini_eval.paths import MISSING, Path, parse_path
from gemini_eval.safe.code import find_code
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.build.rubric_texts import RUBRICS
from gemini_eval.suites.build.rubrics import BESIDE, build_rubric
from gemini_eval.suites.build.similar import check_embedding_model
from gemini_eval.suites.build.vertex import build_vertex
from gemini_eval.suites.cursor import Cursor
from gemini_eval.types import Json
from gemini_eval.vertex import VERTEX

GROUPS = ("all_of", "any_of", "some_of")
COMMON = ("name", "weight", "threshold", "of", "description", "final", "remove", "at_least", *BESIDE)
METRIC_NAMES = tuple(metric.NAME for metric in METRICS)
KNOWN = (*METRIC_NAMES, *RUBRICS, Custom.NAME, VERTEX)
_SUBJECTS = ("output", "answer", "thought", "calls")
_SCOPES = ("vars", "expected")


def build_assertions(context: Context, cursor: Cursor | None, *, measured: bool = False) -> list[Written]:
    if cursor is None:
        return []
    if not isinstance(cursor.value, list):
        context.faults.add("assertions are a list", cursor.place, "begin each with a dash")
        return []
    built = [_build(context, item, measured) for item in cursor.items()]
    return [item for item in built if item is not None]


def _build(context: Context, item: Cursor, measured: bool) -> Written | None:
    if isinstance(item.value, str):
        return _check(context, item.value, Cursor.at(None, item.place), item, measured)
    if not isinstance(item.value, dict):
        context.faults.add(
            f"an assertion is a metric's name or a map, not {show(item.value)}", item.place, "for example: - contains: refund"
        )
        return None
    if item.value.get("remove") is True:
        return _removal(context, item)
    kinds = [name for name in item.value if name not in COMMON]
    if len(kinds) != 1:
        _explain_kinds(context, item, kinds)
        return None
    kind = kinds[0]
    value = item.entry(kind)
    if kind == "not":
        return _negated(context, value, item, measured)
    if kind in GROUPS:
        return _group(context, kind, value, item, measured)
    return _check(context, kind, value, item, measured)


def _explain_kinds(context: Context, item: Cursor, kinds: Sequence[str]) -> None:
    if kinds:
        unknown = [kind for kind in kinds if kind not in (*KNOWN, *GROUPS, "not")]
        where = item.entry(unknown[0] if unknown else kinds[1]).key
        near = did_you_mean(unknown[0], (*KNOWN, *COMMON)) if unknown else ""
        context.faults.add(
            f"an assertion has one metric, this has {' and '.join(kinds)}", where, near or "begin the second with a dash"
        )
    else:
        context.faults.add("an assertion without a metric", item.place, "for example: - contains: refund")


def _removal(context: Context, item: Cursor) -> Removal | None:
    name = item.value.get("name")
    if not isinstance(name, str):
        context.faults.add("`remove` needs the `name` of the assertion to take out", item.place)
        return None
    return Removal(name, item.place)


def _negated(context: Context, value: Cursor, item: Cursor, measured: bool) -> Written | None:
    """`not:` takes one assertion; name, weight and threshold stand beside it."""
    inner = _build(context, value, measured)
    if inner is None or isinstance(inner, Removal):
        return None
    own = _common(context, item)
    _refuse_beside(context, "not", item)
    return replace(
        inner,
        negate=not inner.negate,
        name=own["name"] or f"not {inner.name}",
        explicit_name=bool(own["name"]),
        weight=own["weight"],
        threshold=own["threshold"] if own["threshold"] is not None else inner.threshold,
        final=own["final"],
        place=item.place,
    )


def _group(context: Context, kind: str, value: Cursor, item: Cursor, measured: bool) -> Group | None:
    before = len(context.faults.errors)
    children = [child for child in build_assertions(context, value, measured=measured) if not isinstance(child, Removal)]
    told = len(context.faults.errors) > before  # a fault inside is told once, not as an empty group too
    own = _common(context, item)
    _refuse_beside(context, kind, item)
    at_least = item.value.get("at_least")
    if kind != "some_of" and at_least is not None:
        context.faults.add(f"`at_least` belongs to some_of, not to {kind}", item.entry("at_least").key)
    if kind == "some_of" and at_least is None and own["threshold"] is None:
        context.faults.add("some_of needs `at_least` or a weighted `threshold`", item.place, "for example: at_least: 2")
    if isinstance(at_least, int) and not 1 <= at_least <= len(children) and not told:
        context.faults.add(f"`at_least` is {at_least} of {len(children)} assertions", item.entry("at_least").place)
    if not children:
        if not told:
            context.faults.add(f"{kind} holds no assertion", value.place, "list at least one below it")
        return None
    named = _unique(children)
    return Group(kind=kind, children=named, at_least=at_least, measured=measured, place=item.place, **_named(own, kind))  # type: ignore[arg-type]  # kind is one of GROUPS


def _check(context: Context, metric: str, value: Cursor, item: Cursor, measured: bool) -> Check | None:
    own = _common(context, item)
    of = _subject(context, item.get("of")) if isinstance(item.value, dict) else ()
    before = len(context.faults.errors)
    parameters = MISSING if isinstance(item.value, str) else _parameters(context, value)
    check = Check(metric_name=metric, of=of, measured=measured, place=item.place, **_named(own, metric))
    if metric in RUBRICS:
        return _rubric(context, value, item, check)
    _refuse_beside(context, metric, item)
    if metric == VERTEX:
        return build_vertex(context, value, parameters, check) if len(context.faults.errors) == before else None
    if metric == "pairwise":
        context.faults.add("`pairwise` is no assertion: it is of two variants", value.key, "write it at the top of the suite")
        return None
    if metric == Custom.NAME:
        return _custom(context, value, check)
    if metric not in METRIC_NAMES:
        hint = did_you_mean(metric, (*KNOWN, *GROUPS, "not")) or f"known are {', '.join(KNOWN)}"
        context.faults.add(f'unknown metric "{metric}"', item.place if isinstance(item.value, str) else value.key, hint)
        return None
    built = None
    if not references(parameters) and len(context.faults.errors) == before:
        try:
            built = build_metric(metric, parameters)
        except ParameterError as error:
            context.faults.add(error.reason, value.walk(error.path).place, error.hint)
            return None
    if metric == Similar.NAME:
        check_embedding_model(context, value, parameters)
    return replace(check, parameters=parameters, metric=built)


def _rubric(context: Context, value: Cursor, item: Cursor, check: Check) -> Check | None:
    """A rubric judges by its own threshold, which is on its scale."""
    built = build_rubric(context, check.metric_name, value, item)
    return None if built is None else replace(check, parameters=value.value, metric=built, threshold=None)


def _custom(context: Context, value: Cursor, check: Check) -> Check | None:
    """A function of the user's own, or of an installed package."""
    if not isinstance(value.value, str) or value.value == Custom.NAME:
        hint = "for example: python: my_package.my_module:my_function"
        context.faults.add("`python` takes the name of a function", value.place, hint)
        return None
    try:
        code = find_code(value.value, context.workspace.folder, context.code)
    except (ValueRefusedError, FileRefusedError) as error:
        context.faults.add(error.reason, value.place, error.hint)
        return None
    return replace(check, parameters=value.value, metric=Custom(code))


def _refuse_beside(context: Context, kind: str, item: Cursor) -> None:
    """What belongs to a rubric beside something else."""
    for key in (*BESIDE, "at_least") if isinstance(item.value, dict) else ():
        if key in item.value and not (key == "at_least" and kind in GROUPS):
            context.faults.add(f"`{key}` belongs to a rubric, not to {kind}", item.entry(key).key)


def _parameters(context: Context, cursor: Cursor) -> Json:
    """Parameters with files read and references parsed."""
    value = cursor.value
    if isinstance(value, dict):
        if value.keys() == {"file"}:
            return context.read_value(cursor.entry("file"), value["file"])
        if value.keys() == {"from"}:
            return _reference(context, cursor.entry("from"))
        return {name: _parameters(context, child) for name, child in cursor.entries()}
    if isinstance(value, list):
        return [_parameters(context, child) for child in cursor.items()]
    return value


def _reference(context: Context, cursor: Cursor) -> Json:
    path = _path(context, cursor)
    if path and path[0] not in _SCOPES:
        context.faults.add(
            f'a reference begins with vars or expected, not "{path[0]}"', cursor.place, did_you_mean(path[0], _SCOPES)
        )
        return None
    return Reference(path, str(cursor.value)) if path else None


def _subject(context: Context, cursor: Cursor | None) -> Path:
    if cursor is None:
        return ()
    path = _path(context, cursor)
    if path and path[0] not in _SUBJECTS:
        hint = did_you_mean(path[0], _SUBJECTS) or f"begin with {', '.join(_SUBJECTS)}"
        context.faults.add(f'`of` can\'t point at "{cursor.value}"', cursor.place, hint)
    return path


def _path(context: Context, cursor: Cursor) -> Path:
    if not isinstance(cursor.value, str):
        hint = "write names joined by dots: vars.city, output.speed"
        context.faults.add(f"{show(cursor.value)} is no path", cursor.place, hint)
        return ()
    try:
        return parse_path(cursor.value)
    except ValueError as error:
        context.faults.add(str(error), cursor.place)
        return ()


def _common(context: Context, item: Cursor) -> dict[str, Json]:
    """name, weight, threshold, description and final of an assertion, checked."""
    own: dict[str, Json] = {"name": "", "weight": 1.0, "threshold": None, "description": "", "final": False}
    if not isinstance(item.value, dict):
        return own
    for key, kinds, words in _COMMON_KINDS:
        entry = item.get(key)
        if entry is None:
            continue
        value: Json = entry.value
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            context.faults.add(f"`{key}` is {value!r}; it must be {words}", entry.place)
        elif key == "weight" and isinstance(value, (int, float)) and value < 0:
            context.faults.add("`weight` is negative", entry.place, "use 0 to leave an assertion out of the score")
        else:
            own[key] = value
    return own


_COMMON_KINDS: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("name", str, "text"),
    ("weight", (int, float), "a number"),
    ("threshold", (int, float), "a number"),
    ("description", str, "text"),
    ("final", bool, "true or false"),
)


def _named(own: dict[str, Json], default: str) -> dict[str, Json]:
    return {**own, "name": own["name"] or default, "explicit_name": bool(own["name"])}


def _unique(children: Sequence[Check | Group]) -> tuple[Assertion, ...]:
    from gemini_eval.assertions.tree import merge

    return merge([children]).assertions
