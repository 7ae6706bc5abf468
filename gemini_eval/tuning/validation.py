"""Whether examples can be tuned on: each by itself, all of them together, and what the model's limits say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gemini_eval.errors import Fault, Faults, Place
from gemini_eval.providers.gemini.table import TuningLimits
from gemini_eval.tuning.datum import Datum
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.leakage import folded
from gemini_eval.tuning.tokens import estimated_tokens

ADVISED = 100
"""Examples that the guide asks for at least."""

UNBALANCED = 10
"""So many times as many examples of one label as of another are told of."""

MOST_ALIKE = 5
"""Of so many rows with one fault and one mend each is told, of the others where they are."""

MOST_OF_A_KIND = 20
"""The same of rows whose mends differ."""

MOST_RUNS = 20
"""Runs of lines that are named."""


@dataclass(slots=True)
class Alike:
    """Faults of which many rows may have the same: the first few are told, and at the end where the others are."""

    faults: Faults
    _told: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _others: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def tell(self, what: str, fault: Fault) -> None:
        """`what` is true of this row and of the others that are counted under it: "have an empty turn"."""
        path, line = (fault.place.path, fault.place.line) if fault.place else ("", 0)
        kind = (what, fault.severity, path)
        alike = (*kind, fault.hint)
        if self._told[kind] < MOST_OF_A_KIND and self._told[alike] < MOST_ALIKE:
            self._told.update((kind, alike))
            self.faults.extend([fault])
        else:
            self._others.setdefault(kind, []).append(line)

    def finish(self) -> None:
        for (what, severity, path), lines in self._others.items():
            tell = self.faults.add if severity == "error" else self.faults.warn
            tell(f"{len(lines):,} more {what}{_named_lines(lines)}", Place(path, lines[0]) if path else None, "as told above")


def _named_lines(numbers: Sequence[int]) -> str:
    """`: lines 3, 5–9`, in the order of the file; the first few of many runs."""
    runs: list[list[int]] = []
    for number in sorted({*numbers} - {0}):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [f"{first}" if first == last else f"{first}–{last}" for first, last in runs[:MOST_RUNS]]
    return f": lines {', '.join(shown)}{' …' if len(runs) > MOST_RUNS else ''}" if shown else ""


def tell_others(reason: str, first: Place | None, tell: Callable[[str, Place | None, str], None]) -> None:
    """What is not told one by one, at the first of it: in the order of the file that is below what was told."""
    place = first and Place(first.path, first.line)
    tell(f"{reason}, the first of them here" if place else reason, place, "as told above")


def check_turns(data: Iterable[Datum], alike: Alike) -> None:
    """Turns of user and model in turn, the user's first, none of them empty."""
    for datum in data:
        example = datum.example
        assert example is not None
        fault = _turn_fault(example)
        if fault:
            alike.tell(fault[1], Fault(f"{datum.name}: {fault[0]}", datum.place, fault[2]))


def _turn_fault(example: TuningExample) -> tuple[str, str, str] | None:
    """(reason, what is true of the like, mend)."""
    turns = example.contents
    if turns[0].role != "user":
        return "the first turn is the model's", "begin with a turn of the model", "begin with what the user says"
    for number, (one, other) in enumerate(pairwise(turns), 2):
        if one.role == other.role:
            reason = f"turn {number} is the {other.role}'s, as the one before it"
            return reason, "have two turns of one role in a row", "join the two, or write what was said between them"
    for number, turn in enumerate(turns, 1):
        if not turn.text.strip():
            what = "the answer" if number == len(turns) else f"turn {number}"
            return f"{what} is empty", "have an empty turn", "fill it in, or take the example out"
    return None


def check_repeats(data: Sequence[Datum], alike: Alike) -> frozenset[int]:
    """The same question with two answers is an error, asked and answered twice alike a warning. The indices of what repeats."""
    exact: dict[tuple[object, ...], Datum] = {}
    spelled: dict[tuple[object, ...], Datum] = {}
    repeated = set()
    for index, datum in enumerate(data):
        example = datum.example
        assert example is not None
        key = (example.system, *((turn.role, turn.text) for turn in example.contents[:-1]))
        first = exact.setdefault(key, datum)
        if first is not datum:
            if _answer(first) == _answer(datum):
                repeated.add(index)
                reason = f"{datum.name} repeats {_named(first)}"
                alike.tell(
                    "examples repeat an earlier one",
                    Fault(reason, datum.place, "say it once: --drop leaves out the others", "warning"),
                )
            else:
                reason = f"{datum.name} is answered {_cut(datum)}, and {_named(first)}, which asks the same, {_cut(first)}"
                alike.tell("examples contradict an earlier one", Fault(reason, datum.place, "keep the answer that is right"))
            continue
        loose = (example.system, *((turn.role, folded(turn.text)) for turn in example.contents[:-1]))
        alias = spelled.setdefault(loose, datum)
        if alias is not datum and _answer(alias) != _answer(datum):
            reason = (
                f"{datum.name} is answered {_cut(datum)}, and {_named(alias)}, which differs in spelling alone, {_cut(alias)}"
            )
            alike.tell(
                "examples contradict one that differs in spelling alone",
                Fault(reason, datum.place, "is one of the two wrong?", "warning"),
            )
    return frozenset(repeated)


def _answer(datum: Datum) -> str:
    assert datum.example is not None
    return folded(datum.example.answer)


def _cut(datum: Datum) -> str:
    assert datum.example is not None
    text = datum.example.answer
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…"'


def _named(datum: Datum) -> str:
    return f"{datum.name} ({datum.place})" if datum.place else datum.name


# ---- all of them together ------------------------------------------------------------------------------------------


def check_balance(train: Sequence[Datum], labels: Sequence[str], faults: Faults, place: Place | None) -> None:
    """Enough examples, of every label, and of none far more than of another. `labels` are the suite's, () where it has none."""
    if len(train) < ADVISED:
        reason = f"{_examples(len(train))} to train on: Google's guide advises {ADVISED} at least"
        faults.warn(reason, place, "with fewer, a better prompt is likely to do more")
    counts = Counter(datum.label for datum in train if datum.label is not None)
    if missing := [label for label in labels if label not in counts]:
        reason = f"no example has the label {', '.join(missing)}"
        faults.warn(reason, place, "a label that is never shown is hardly learned: add examples, or take the label out")
    if len(counts) > 1:
        (most, many), (least, few) = counts.most_common()[0], counts.most_common()[-1]
        if many >= UNBALANCED * few:
            reason = f"the labels are unbalanced: {_examples(many)} of {most}, {few:,} of {least}"
            faults.warn(reason, place, f"add examples of {least}, where production has as many")


def check_limits(train: Sequence[Datum], validation: Sequence[Datum], limits: TuningLimits, model: str, alike: Alike) -> None:
    """What the model's table says; tokens are an estimate, so the error says that it is one."""
    for datum in (*train, *validation):
        assert datum.example is not None
        tokens = estimated_tokens(datum.example)
        if tokens > limits.example_tokens:
            reason = f"{datum.name} has about {tokens:,} tokens, and {model} takes {limits.example_tokens:,} in an example"
            alike.tell("examples have too many tokens", Fault(reason, datum.place, "shorten it: the service would cut it off"))
    faults = alike.faults
    if len(train) > limits.examples:
        faults.add(f"{model} is tuned on at most {limits.examples:,} examples, not {len(train):,}", None, "leave some out")
    if len(validation) > limits.validation_examples:
        reason = f"{model} takes at most {limits.validation_examples:,} examples to validate by, not {len(validation):,}"
        faults.add(reason, None, "make the validation split smaller")


def check_bytes(size: int, limits: TuningLimits, model: str, faults: Faults) -> None:
    if size > limits.bytes:
        faults.add(f"{model} takes files of {limits.bytes:,} bytes at most, not {size:,}", None, "leave some examples out")


def _examples(count: int) -> str:
    return f"{count:,} {'example' if count == 1 else 'examples'}"
