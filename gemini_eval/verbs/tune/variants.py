"""Which variants of a suite are prompted and which are tuned; tuned models that only the command line names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.providers.gemini.table import entry
from gemini_eval.providers.local_id import EMBEDDED
from gemini_eval.providers.local_id import PREFIX as ADAPTED
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.suites.model import Model, Suite, Variant
from gemini_eval.suites.tuned import PREFIX as TUNED
from gemini_eval.tuning.splits import in_split


@dataclass(frozen=True, slots=True)
class Entered:
    """The suite with every variant that takes part, and which of them are tuned; `named` has those that the command line names,
    by what it says (an id may be resolved to another)."""

    suite: Suite
    prompted: tuple[Variant, ...]
    tuned: tuple[Variant, ...]
    named: Mapping[str, Variant]

    @property
    def split(self) -> str:
        return next((source.split.use for source in self.suite.sources if source.split), "")

    def of(self, *variants: Variant) -> Suite:
        """The suite with these variants alone, in their order."""
        return replace(self.suite, variants=variants)


def is_tuned(model: Model) -> bool:
    """An alias of the registry, an endpoint, or an adapter over the embedded model."""
    return model.tuned is not None or "/endpoints/" in model.id or model.id.startswith(ADAPTED)


def entered(path: str | Path, tuned: Sequence[str], prompt: str, options: LoadOptions) -> Entered:
    """`tuned` names variants of the suite, or models that are asked by the prompt `prompt` ('' for the suite's zero-shot one).
    Raises `InputError`."""
    suite = load_suite(path, options)
    known = {variant.name: variant for variant in suite.variants}
    own = [variant for variant in suite.variants if is_tuned(variant.model) or variant.name in tuned]
    rest = tuple(variant for variant in suite.variants if variant not in own)
    added = [(model, _added(path, model, prompt, options, suite)) for model in tuned if model not in known]
    if not rest:
        raise UsageError(f"the suite {suite.name} has no prompted variant", "a tuned model is held against prompts: add them")
    if not own and not added:
        raise UsageError(f"the suite {suite.name} has no tuned variant", "name one: --tuned VARIANT, or --tuned MODEL")
    entering = (*own, *(variant for _, variant in added))
    _refuse_base(entering)
    everyone = (*rest, *entering)
    twice = [variant.name for variant in everyone if [one.name for one in everyone].count(variant.name) > 1]
    if twice:
        raise UsageError(f"two variants would be named {twice[0]}", "name each model once, or as a variant of the suite")
    named = {**{name: known[name] for name in tuned if name in known}, **dict(added)}
    return Entered(replace(suite, variants=everyone), rest, entering, named)


def _refuse_base(entering: Sequence[Variant]) -> None:
    for variant in entering:
        if not is_tuned(variant.model) and (variant.model.id == EMBEDDED or entry(variant.model.id)):
            reason = f"{variant.name} is no tuned variant: it asks {variant.model.id} as it is"
            raise UsageError(reason, f"name an alias ({TUNED}…), an endpoint or an adapter; two base models: gemini-eval compare")


def _added(path: str | Path, model: str, prompt: str, options: LoadOptions, suite: Suite) -> Variant:
    """A model that the command line names, asked as the suite's variant with that prompt is."""
    loaded = load_suite(path, replace(options, models=(model,)))
    like = _like(loaded.variants, prompt, suite.name)
    return replace(like, name=f"{like.prompt.name if like.prompt else 'data'}@{short_name(model)}", gated=True)


def _like(variants: Sequence[Variant], prompt: str, suite: str) -> Variant:
    asked = [variant for variant in variants if variant.prompt and not variant.model.answers]
    names = list(dict.fromkeys(variant.prompt.name for variant in asked if variant.prompt))
    if prompt and prompt not in names:
        hint = did_you_mean(prompt, names) or f"it has {', '.join(names)}"
        raise UsageError(f"--tuned-prompt {prompt}: the suite {suite} has no such prompt", hint)
    found = [variant for variant in asked if variant.prompt and variant.prompt.name == prompt]
    zero = [variant for variant in asked if variant.prompt and variant.prompt.strategy == "zero_shot"]
    if not (chosen := found or zero):
        raise UsageError(f"the suite {suite} has no zero-shot prompt to ask a tuned model by", "name one: --tuned-prompt NAME")
    return chosen[0]


def short_name(model: str) -> str:
    """What people call it: an endpoint's number, an alias, an adapter's folder and file."""
    plain = model.partition("@sha256:")[0]
    if plain.startswith(TUNED):
        return plain.removeprefix(TUNED)
    return "/".join(plain.split("/")[-2:]) if plain.endswith(".gguf") else plain.rpartition("/")[2]


def rows_in(suite: Suite, split: str) -> int | None:
    """How many cases a split has; None where the data has no splits."""
    other = in_split(suite, split)
    return sum(1 for _ in iter_cases(other)) if other.sources else None
