"""What a comparing metric compares with: a value in the suite, `{any: […]}`, `{all: […]}`, else the case's `expected`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.wording import either, failed, kind_of, passed, show
from gemini_eval.paths import MISSING, Missing
from gemini_eval.text import text_of
from gemini_eval.types import Expected, Json, Subject, Verdict

Verb: TypeAlias = tuple[str, str]
"""How a reason says that the answer meets a value, and that it does not."""

NO_EXPECTED = Verdict(None, 0.0, "there is nothing to compare with: the case has no expected")


def wanted_values(value: Json | Missing, expected: Expected | None) -> tuple[Json, ...]:
    """The acceptable values; () where the suite gives none and the case has no `expected`."""
    if value is not MISSING:
        return (value,)
    return expected.alternatives if expected is not None else ()


class Wanted(NamedTuple):
    """Several values of which the answer must meet all, or any; `needles` are their texts, None for a value that has none."""

    values: tuple[Json, ...]
    needles: list[str | None]
    every: bool


def check_choice(name: str, value: Json | Missing, any_: Sequence[Json] | None, all_: Sequence[Json] | None) -> None:
    """Raises ParameterError where more than one of value, `any` and `all` is given, or an empty list."""
    choices = (("value", value), ("any", any_), ("all", all_))
    given = {key: part for key, part in choices if part is not MISSING and part is not None}
    if len(given) > 1:
        raise ParameterError(f"{name} has {either(list(given), 'and')}; it takes one of them", "keep one", (list(given)[1],))
    for key, part in given.items():
        if key != "value" and not part:
            raise ParameterError(f"{name}: `{key}` is empty, so there is nothing to look for", "list at least one value", (key,))


def check_texts(name: str, value: Json | Missing, any_: Sequence[Json] | None, all_: Sequence[Json] | None) -> None:
    """`check_choice`, and no empty text, which every answer would meet."""
    check_choice(name, value, any_, all_)
    for key, part in (("value", (value,)), ("any", any_ or ()), ("all", all_ or ())):
        for index, text in enumerate(part):
            if text == "":
                path = (key,) if key == "value" else (key, index)
                raise ParameterError(f"{name}: an empty text is met by every answer", "write the text to look for", path)


def choose(value: Json | Missing, any_: Sequence[Json] | None, all_: Sequence[Json] | None, expected: Expected | None) -> Wanted:
    values = next((tuple(some) for some in (all_, any_) if some is not None), None)
    if values is None:
        values = wanted_values(value, expected)
    return Wanted(values, [text_of(value) for value in values], all_ is not None)


def judge_text(subject: Subject, wanted: Wanted, meets: Callable[[str, str], bool], verb: Verb) -> Verdict:
    """Whether the answer, or an item of it where it is a list, meets the wanted texts."""
    if not wanted.values:
        return NO_EXPECTED
    needles = wanted.needles
    if None in needles:
        return failed(f"expected is {kind_of(wanted.values[needles.index(None)])}; a text is needed")
    items = subject.value if isinstance(subject.value, list) else [subject.value]
    texts = [text for text in map(text_of, items) if text is not None]
    if not texts:
        return failed(f"the answer is {show(subject.value)}, no text; one that {verb[0]} {show(wanted.values[0])} was expected")
    met = [needle for needle in needles if needle and any(meets(text, needle) for text in texts)]
    return describe(wanted, needles, met, subject.value, verb)


def describe(
    wanted: Wanted, needles: Sequence[Json], met: Sequence[Json], answer: Json, verb: Verb, *, said: str = ""
) -> Verdict:
    """The verdict on `met` of the wanted values: all of them are needed, or one. `said` stands before the answer in reasons."""
    does, does_not = verb
    if wanted.every:
        lacking = [show(needle) for needle in needles if needle not in met]
        if lacking:
            reason = f"the answer {does_not} {either(lacking)}: {said}{show(answer)}"
            return failed(reason, len(met) / len(needles))
        return passed(f"the answer {does} {either([show(needle) for needle in needles], 'and')}")
    if met:
        return passed(f"the answer {does} {show(met[0])}")
    return failed(f"the answer {does_not} {either([show(needle) for needle in needles])}: {said}{show(answer)}")
