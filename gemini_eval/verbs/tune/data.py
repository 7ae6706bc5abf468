"""`tune data`: examples gathered, checked, held against the evaluation cases, and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path

from gemini_eval.errors import Fault, Faults, Place, UsageError
from gemini_eval.providers.gemini.table import TuningLimits, entry
from gemini_eval.safe.files import write_stream
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Suite
from gemini_eval.suites.workspace import shown
from gemini_eval.tuning.datum import Datum
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.formats import Shape, line_of
from gemini_eval.tuning.from_files import EXPECTED, Columns, file_data
from gemini_eval.tuning.from_suite import SuiteData, evaluated, suite_data
from gemini_eval.tuning.leakage import NEAR, Leak, find_leaks
from gemini_eval.tuning.likeness import differences
from gemini_eval.tuning.splits import TEST, TRAIN
from gemini_eval.tuning.tokens import estimated_tokens
from gemini_eval.tuning.validation import (
    MOST_ALIKE,
    Alike,
    check_balance,
    check_bytes,
    check_limits,
    check_repeats,
    check_turns,
    tell_others,
)
from gemini_eval.verbs.discover import ENDINGS

MOST_NAMED = 20
"""Pairs of a leak that are named one by one."""


@dataclass(frozen=True, slots=True)
class DataOptions:
    """`prompt` is the suite's to train with; `answer` the column that holds what is learned, '' for `expected`; `input` and
    `system` are for files (see `Columns`). `against` are suites whose cases the examples are held against too. `model` is the one
    to be tuned, whose limits hold. `drop` leaves out what leaks or repeats. `near` is the share of shingles that makes texts
    near-duplicates. `unheld` is the mend where there are no evaluation cases."""

    load: LoadOptions = field(default_factory=LoadOptions)
    prompt: str = ""
    answer: str = ""
    input: str = ""
    system: str = ""
    against: tuple[Path, ...] = ()
    model: str = ""
    drop: bool = False
    near: float = NEAR
    unheld: str = "name their suite: --against SUITE"


@dataclass(frozen=True, slots=True)
class TuningData:
    """Checked examples. `suite` is None where they come of files; `left_out` says what was left out and how often; `tokens` is
    an estimate, of the training examples, `most_tokens` of the longest. `read` are the files that all of it was read from."""

    train: tuple[TuningExample, ...]
    validation: tuple[TuningExample, ...]
    evaluated: int
    labels: dict[str, int]
    suite: SuiteData | None
    left_out: dict[str, int]
    warnings: tuple[Fault, ...]
    limits: TuningLimits | None
    model: str
    tokens: int
    most_tokens: int
    read: tuple[Path, ...] = ()


def tuning_data(paths: Sequence[Path], options: DataOptions) -> TuningData:
    """A suite's data or that of files, checked.

    Raises:
        InputError: with all that is wrong with the examples, and the pairs where they leak.
    """
    with TemplateRenderer() as renderer:
        gathered = _gather(paths, options, renderer)
    return _checked(gathered, options)


# ---- gathering -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gathered:
    train: tuple[Datum, ...]
    validation: tuple[Datum, ...]
    evaluated: tuple[Datum, ...]
    place: Place
    read: tuple[Path, ...]
    suite: SuiteData | None = None


def _gather(paths: Sequence[Path], options: DataOptions, renderer: TemplateRenderer) -> _Gathered:
    suites = [path for path in paths if path.suffix in ENDINGS]
    held = [load_suite(path, _load(options)) for path in options.against]
    against = [datum for suite in held for datum in evaluated(suite, suite.variants, renderer)]
    read = tuple(chain(paths, *map(_files, held)))
    if not suites:
        found = file_data(paths, Columns(options.input, options.answer or EXPECTED, options.system))
        place = Place(shown(paths[0].absolute()))
        against = [replace(datum, text=found.frame.off(datum.text)) for datum in against]
        return _Gathered(tuple(found.train), tuple(found.validation), (*found.evaluated, *against), place, read)
    if len(paths) > 1:
        raise UsageError("one suite at a time, or data files alone", "a suite names its own data")
    if options.input or options.system:
        raise UsageError("--input and --system are for data files", "a suite has its prompt")
    suite = suite_data(load_suite(suites[0], _load(options)), renderer, options.prompt, options.answer)
    return _Gathered(
        suite.train,
        suite.validation,
        (*suite.evaluated, *against),
        Place(shown(suite.suite.path)),
        (*read, *_files(suite.suite)),
        suite,
    )


def _files(suite: Suite) -> Iterator[Path]:
    yield suite.path
    yield from suite.files.values()
    for source in suite.sources:
        yield from source.files


def _load(options: DataOptions) -> LoadOptions:
    return replace(options.load, need_model=False, need_tuned=False)


# ---- checking ------------------------------------------------------------------------------------------------------


def _checked(found: _Gathered, options: DataOptions) -> TuningData:
    faults = Faults()
    alike = Alike(faults)
    check_turns((*found.train, *found.validation), alike)
    left_out = {"have nothing to learn": found.suite.left_out} if found.suite and found.suite.left_out else {}
    train, validation = found.train, found.validation
    if options.drop:
        train, validation = _dropped(found, options.near, left_out)
    check_repeats(train, alike)
    check_repeats(validation, alike)
    if not options.drop:
        _check_leaks(train, validation, found, options.near, faults)
    _check_shown(found, options.near, faults)
    model, limits = _limits(found.suite, options.model)
    if limits:
        check_limits(train, validation, limits, model, alike)
    alike.finish()
    check_balance(train, found.suite.labels if found.suite else (), faults, found.place)
    for reason in differences((*train, *validation), found.evaluated):
        faults.warn(reason, found.place, "tune on what production is like; or are the evaluation cases not?")
    _check_used(found, faults)
    if not found.evaluated:
        faults.warn("there are no evaluation cases to hold the examples against", found.place, options.unheld)
    faults.raise_if_any()
    tokens = [estimated_tokens(example) for example in _examples(train)]
    return TuningData(
        train=_examples(train),
        validation=_examples(validation),
        evaluated=len(found.evaluated),
        labels=_counts(train),
        suite=found.suite,
        left_out=left_out,
        warnings=faults.warnings,
        limits=limits,
        model=model,
        tokens=sum(tokens),
        most_tokens=max(tokens, default=0),
        read=found.read,
    )


def _check_used(found: _Gathered, faults: Faults) -> None:
    for source in found.suite.suite.sources if found.suite else ():
        if source.split is not None and source.split.use == TRAIN:
            reason = f"the suite evaluates its split {TRAIN}, which is trained on: what it says of the tuned model is no measure"
            faults.warn(reason, source.place, f"let it use the split {TEST}")


def _dropped(found: _Gathered, near: float, left_out: dict[str, int]) -> tuple[tuple[Datum, ...], tuple[Datum, ...]]:
    """Training examples and those to validate by, without those that leak or repeat; what is in both stays in training."""

    def without(data: Sequence[Datum], indices: frozenset[int], what: str) -> tuple[Datum, ...]:
        if indices:
            left_out[what] = left_out.get(what, 0) + len(indices)
        return tuple(datum for index, datum in enumerate(data) if index not in indices)

    sides = []
    for data in (found.train, found.validation):
        kept = without(data, check_repeats(data, Alike(Faults())), "repeat another")
        leaks = find_leaks(_texts(kept), _texts(found.evaluated), near)
        sides.append(without(kept, frozenset(leak.tuned for leak in leaks), "are evaluation cases too"))
    train, validation = sides
    leaks = find_leaks(_texts(validation), _texts(train), near)
    return train, without(validation, frozenset(leak.tuned for leak in leaks), "are trained on and validated by")


def _check_leaks(train: Sequence[Datum], validation: Sequence[Datum], found: _Gathered, near: float, faults: Faults) -> None:
    texts = _texts(found.evaluated)
    mend = "take it out of the data, or leave out all that leak: --drop"
    for data, what in ((train, "is trained on"), (validation, "is in the validation split")):
        pairs = _pairs(find_leaks(_texts(data), texts, near), data, found.evaluated)
        _tell(pairs, f"{what} and is {{}} to the evaluation {{}}", mend, faults)
    leaks = find_leaks(_texts(validation), _texts(train), near)
    said = "is in the validation split and is {} to {}, which is trained on"
    mend = "it can't tell how well training goes: take it out of one of the two, or say --drop"
    _tell(_pairs([leak for leak in leaks if leak.kind != "nearly equal"], validation, train), said, mend, faults)
    mend = "do the splits keep together what belongs together? split: {by: hash(cluster), …}"
    _tell(_pairs([leak for leak in leaks if leak.kind == "nearly equal"], validation, train), said, mend, faults, error=False)


def _check_shown(found: _Gathered, near: float, faults: Faults) -> None:
    """An example in the prompt is in every line: `--drop` can't leave it out."""
    shown_examples = found.suite.shown if found.suite else ()
    pairs = _pairs(find_leaks(_texts(shown_examples), _texts(found.evaluated), near), shown_examples, found.evaluated)
    _tell(pairs, "is trained on and is {} to the evaluation {}", "take it out of the prompt's examples", faults)


def _pairs(leaks: Sequence[Leak], data: Sequence[Datum], others: Sequence[Datum]) -> list[tuple[Datum, str, Datum]]:
    """(what leaks, how it is like the other, the other)."""
    return [
        (
            data[leak.tuned],
            f"{leak.kind} ({leak.share:.0%})" if leak.kind == "nearly equal" else leak.kind,
            others[leak.evaluated],
        )
        for leak in leaks
    ]


def _tell(pairs: Sequence[tuple[Datum, str, Datum]], said: str, mend: str, faults: Faults, *, error: bool = True) -> None:
    tell = faults.add if error else faults.warn
    most = MOST_NAMED if error else MOST_ALIKE
    for datum, how, other in pairs[:most]:
        named = f"{other.name} ({other.place})" if other.place else other.name
        tell(f"leak: {datum.name} {said.format(how, named)}", datum.place, mend)
    if len(pairs) > most:
        tell_others(f"leak: {len(pairs) - most:,} more in this way", pairs[most][0].place, tell)


def _limits(suite: SuiteData | None, model: str) -> tuple[str, TuningLimits | None]:
    """The model that is to be tuned, and what the table says of it; the suite's own where nobody named one."""
    name = model or (suite.variant.model.id if suite else "")
    known = entry(name) if name else None
    if model and (known is None or known.tuning is None):
        raise UsageError(f"--model {model}: nothing is known of tuning it", "leave it out: its limits are then not checked")
    return (name, known.tuning) if known and known.tuning else ("", None)


def _texts(data: Sequence[Datum]) -> list[str]:
    return [datum.text for datum in data]


def _examples(data: Sequence[Datum]) -> tuple[TuningExample, ...]:
    return tuple(datum.example for datum in data if datum.example is not None)


def _counts(data: Sequence[Datum]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for datum in data:
        if datum.label is not None:
            counts[datum.label] = counts.get(datum.label, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


# ---- writing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """A tuning file as it was written; `sha256` is of its bytes."""

    path: Path
    examples: int
    bytes: int
    sha256: str


def refuse_read(data: TuningData, path: Path) -> None:
    """Raise `UsageError` where writing to `path` would write over what was read: the test split is not in what is written."""
    read = {one.resolve() for one in data.read}
    for file in (path, validation_path(path)):
        if file.resolve() in read:
            raise UsageError(f"-o {path} would write over {shown(file.absolute())}, which was read", "name another file")


def left_from_before(data: TuningData, path: Path) -> tuple[Fault, ...]:
    """A warning where a file to validate by lies beside `path` that is not of these examples."""
    beside = validation_path(path)
    if data.validation or not beside.exists():
        return ()
    reason = f"{shown(beside.absolute())} is not of these examples, of which none is to validate by"
    return (Fault(reason, None, "remove it", "warning"),)


def write_data(data: TuningData, path: Path, shape: Shape) -> list[Written]:
    """The training examples at `path`, those to validate by beside it (`NAME.validation.jsonl`), where there are any.

    Raises:
        InputError: the file would be larger than the model takes; nothing is written then.
        RunError: it can't be written.
    """
    files = [(path, data.train), (validation_path(path), data.validation)]
    if data.limits:
        faults = Faults()
        for _, examples in files:
            check_bytes(sum(len(line_of(example, shape)) for example in examples), data.limits, data.model, faults)
        faults.raise_if_any()
    return [_write(file, examples, shape) for file, examples in files if examples]


def validation_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.validation{path.suffix}")


def _write(path: Path, examples: Sequence[TuningExample], shape: Shape) -> Written:
    digest, size = sha256(), 0

    def lines() -> Iterator[bytes]:
        nonlocal size
        for example in examples:
            line = line_of(example, shape)
            digest.update(line)
            size += len(line)
            yield line

    write_stream(path, lines())
    return Written(path, len(examples), size, digest.hexdigest())
