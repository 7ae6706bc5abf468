"""Tuning data out of a suite: its prompt rendered for each case of the train and validation splits, and what they expect.

The test split is never in it; it is read, so that the examples can be held against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from gemini_eval.errors import Fault, Faults, InputError, Place, UsageError, did_you_mean
from gemini_eval.judging.judge import Judge
from gemini_eval.prompts import Rendered, render_cases, samples_of, settings_of
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.check import check_cases
from gemini_eval.suites.data.rows import text_of
from gemini_eval.suites.model import Case, Prompt, Suite, Variant
from gemini_eval.suites.workspace import shown
from gemini_eval.tuning.datum import Datum
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.splits import TEST, TRAIN, VALIDATION, in_split
from gemini_eval.tuning.validation import Alike
from gemini_eval.types import Expected, Json, Message

_AT_ONCE = 1024
_SPLIT_MEND = "write under `data`: split: {by: hash(id), ratio: {train: 70, validation: 15, test: 15}, use: test}"


@dataclass(frozen=True, slots=True)
class SuiteData:
    """`evaluated` are the cases of the test split, of the split that the suite uses, and those of no split. `shown` are the
    examples in the prompt, which every training example repeats. `left_out` counts cases with nothing to learn: skipped ones,
    drafts, without `expected`."""

    suite: Suite
    variant: Variant
    train: tuple[Datum, ...]
    validation: tuple[Datum, ...]
    evaluated: tuple[Datum, ...]
    shown: tuple[Datum, ...] = ()
    left_out: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        return self.suite.labels.names if self.suite.labels else ()


def suite_data(suite: Suite, renderer: TemplateRenderer, prompt: str = "", column: str = "") -> SuiteData:
    """`prompt` names the one to train with, where there are several; `column` of the data holds the whole answer to learn, where
    `expected` is not all of it.

    Raises:
        InputError: the suite has no train split, a row is wrong, or the prompt's `answer` would not find what is learned.
    """
    variant = choose_variant(suite, prompt)
    reader = _Reader(suite, variant, renderer, column)
    train = reader.examples(TRAIN)
    validation = reader.examples(VALIDATION)
    reader.alike.finish()
    reader.faults.raise_if_any()
    if not train:
        raise InputError([_no_train(suite)])
    held = evaluated(suite, [variant], renderer)
    return SuiteData(suite, variant, train, validation, held, reader.shown(), reader.left_out)


def choose_variant(suite: Suite, prompt: str = "") -> Variant:
    """The variant whose prompt is trained with: the named one, the only one, or the only zero-shot one. Raises `UsageError`."""
    by_prompt: dict[str, Variant] = {}
    for variant in suite.variants:
        if not variant.model.answers:
            by_prompt.setdefault(variant.prompt.name if variant.prompt else "", variant)
    names = [name for name in by_prompt if name]
    if prompt and prompt not in by_prompt:
        hint = did_you_mean(prompt, names) or f"it has {', '.join(names) or 'none'}"
        raise UsageError(f"--prompt {prompt}: the suite {suite.name} has no such prompt", hint)
    zero = [name for name in names if _prompt(by_prompt[name]).strategy == "zero_shot"]
    chosen = [prompt] if prompt else list(by_prompt) if len(by_prompt) == 1 else zero
    if len(chosen) != 1:
        reason = f"the suite {suite.name} has several prompts ({', '.join(names)}), and a model is trained with one"
        raise UsageError(reason if by_prompt else f"the suite {suite.name} asks no model", "say which: --prompt NAME")
    return by_prompt[chosen[0]]


def _prompt(variant: Variant) -> Prompt:
    assert variant.prompt is not None
    return variant.prompt


def _no_train(suite: Suite) -> Fault:
    place = suite.sources[0].place if suite.sources else Place(shown(suite.path))
    if any(source.split is not None for source in suite.sources):
        return Fault(f"no row of the data is in the split {TRAIN}", place, f"give rows the split {TRAIN}, and {VALIDATION}")
    reason = f"the suite has no split {TRAIN}: all of its cases are evaluated, and none may be trained on"
    return Fault(reason, place, _SPLIT_MEND)


# ---- examples ------------------------------------------------------------------------------------------------------


class _Reader:
    """One pass for each split; faults are collected over all."""

    def __init__(self, suite: Suite, variant: Variant, renderer: TemplateRenderer, column: str) -> None:
        # What asking and deciding need has no part here, and would find fault with another split's rows.
        alone = replace(suite, variants=(variant,), gates=(), confidence={}, pairwise=(), judges=replace(suite.judges, people={}))
        self._suite, self._variant, self._renderer, self._column = alone, variant, renderer, column
        self._judge = Judge.of(suite, variant)
        self._names = input_names([variant], renderer)
        self.faults = Faults()
        self.alike = Alike(self.faults)
        self.left_out = 0

    def examples(self, split: str) -> tuple[Datum, ...]:
        suite = in_split(self._suite, split, whole=True)
        if next(iter_cases(suite), None) is None:
            return ()
        check_cases(suite, self._renderer)
        cases = self._learnable(suite)
        found: list[Datum] = []
        while block := list(islice(cases, _AT_ONCE)):
            for case, turns in zip(block, render_cases(self._renderer, suite, self._variant, block), strict=True):
                found.append(self._datum(case, turns))
        return tuple(found)

    def shown(self) -> tuple[Datum, ...]:
        """The examples in the prompt."""
        prompt = self._variant.prompt
        if prompt is None or prompt.examples is None:
            return ()
        return tuple(
            Datum(f"example {number} of the prompt {prompt.name}", _values(one.vars, self._names), None, prompt.examples.place)
            for number, one in enumerate(prompt.examples.rows, 1)
        )

    def _learnable(self, suite: Suite) -> Iterator[Case]:
        for case in checked(suite):
            if case.skip or case.draft or (case.expected is None and not self._column):
                self.left_out += 1
            else:
                yield case

    def _datum(self, case: Case, turns: Rendered) -> Datum:
        settings = settings_of(self._suite, self._variant, case, samples_of(self._suite, case, 1, None))
        own = settings.get("system_instruction")
        system = str(own.value) if own else turns.system
        contents = (*turns.messages, Message("model", self._answer(case)))
        example = TuningExample(contents, system, case.place)
        return Datum(f"case {case.id}", input_text(case, self._names), label_of(self._judge, case), case.place, example)

    def _answer(self, case: Case) -> str:
        """What the model is to say. An answer in which the suite would not find what it expects is a fault."""
        if self._column:
            value = case.column(self._column)
            if value is None:
                reason = f'case {case.id} has nothing in the column "{self._column}"'
                hint = did_you_mean(self._column, [*case.row, *case.vars]) or "fill it in, or name another column"
                self.alike.tell(f'have nothing in the column "{self._column}"', Fault(reason, case.place, hint))
            text = text_of(value)
        else:
            assert case.expected is not None
            text = answer_text(self._judge, case.expected)
        if text.strip() and case.expected is not None and not self._finds(case, text):
            name = self._variant.prompt.name if self._variant.prompt else "the data"
            reason = f'case {case.id} would teach "{text:.60}", in which the `answer` of {name} does not find what is expected'
            hint = "choose another prompt, or name the column that holds the whole answer: --answer COLUMN"
            self.alike.tell("would teach what `answer` does not find", Fault(reason, case.place, hint))
        return text

    def _finds(self, case: Case, text: str) -> bool:
        found = self._judge.rule.find(text)
        expected = self._judge.expected_of(case)
        if found is None or expected is None:
            return False
        if self._judge.several:
            return list(self._judge.several_of(found.value)) in expected.alternatives
        if self._judge.labels:
            return self._judge.labels.canonical(found.value) in expected.alternatives
        return True


def answer_text(judge: Judge, expected: Expected) -> str:
    """The first of what is right, as the model should write it: a label by its canonical name, lists and objects as JSON."""
    value: Json = expected.alternatives[0]
    if judge.several:
        assert judge.labels is not None
        names = [judge.labels.canonical(item) or text_of(item) for item in (value if isinstance(value, list) else [value])]
        return dump_json(names).decode() if any("," in name for name in names) else ", ".join(names)
    if judge.labels and (label := judge.labels.canonical(value)) is not None:
        return label
    return dump_json(value).decode() if isinstance(value, (dict, list)) else text_of(value)


def label_of(judge: Judge, case: Case) -> str | None:
    """The canonical label that a case expects, several joined; None where the suite has no labels."""
    return answer_text(judge, case.expected) if judge.labels and case.expected is not None else None


# ---- cases ---------------------------------------------------------------------------------------------------------


def evaluated(suite: Suite, variants: Sequence[Variant], renderer: TemplateRenderer) -> tuple[Datum, ...]:
    """The cases that no model may be trained on, by what the prompts of these variants show of them."""
    judge, names = Judge.of(suite, variants[0]), input_names(variants, renderer)
    sides = [replace(suite, sources=tuple(replace(one, limit=None) for one in suite.sources if one.split is None))]
    uses = {source.split.use for source in suite.sources if source.split is not None}
    sides += [in_split(suite, use, whole=True) for use in sorted({TEST, *uses} - {TRAIN, VALIDATION})]
    return tuple(
        Datum(f"case {case.id}", input_text(case, names), label_of(judge, case), case.place)
        for side in sides
        for case in checked(side)
    )


def checked(suite: Suite) -> Iterator[Case]:
    """The cases, read anew. Raises `InputError` for a row that is wrong."""
    for found in iter_cases(suite):
        if isinstance(found, Case):
            yield found
        elif found.severity == "error":
            raise InputError([found])


def input_names(variants: Sequence[Variant], renderer: TemplateRenderer) -> frozenset[str] | None:
    """The variables that their prompts show; None for all of a case's: there is no prompt, or it goes through `vars` itself."""
    names: set[str] = set()
    for prompt in (variant.prompt for variant in variants):
        if prompt is None:
            return None
        for message in prompt.messages:
            if message.source is None:
                names.update(map(str, message.history[1:2]))
                continue
            facts = renderer.inspect(message.source)
            names |= facts.variables | facts.vars_attributes
            if "vars" in facts.variables and not facts.vars_attributes:
                return None
    return frozenset(names)


def input_text(case: Case, names: frozenset[str] | None) -> str:
    """What tells a case from others: the values of the variables that are shown, or what its own turns say."""
    if case.turns:
        return "\n".join(turn.text for turn in case.turns if turn.role == "user")
    return _values(case.vars, names)


def _values(variables: Mapping[str, Json], names: frozenset[str] | None) -> str:
    return "\n".join(text_of(value) for name, value in sorted(variables.items()) if names is None or name in names)
