"""`render`: exactly what would be sent, and where each value came from. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gemini_eval.errors import Place
from gemini_eval.prompts import Asked, choose_examples, render_cases, requests_of, samples_of, settings_of
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.model import Case, Setting, Suite, Variant
from gemini_eval.types import Habits, Request
from gemini_eval.verbs.expand import checked_cases
from gemini_eval.verbs.options import RunOptions
from gemini_eval.verbs.prepare import prepare


@dataclass(frozen=True, slots=True)
class RenderedCase:
    """One case of one variant as it would be asked: its requests, one a sample, and its settings with their origins."""

    suite: Suite
    variant: Variant
    case: Case
    requests: tuple[Request, ...]
    settings: Mapping[str, Setting]
    example_count: int

    @property
    def origins(self) -> list[tuple[str, str, Place | None]]:
        """(what, its origin, its place) of the variant, prompt, model, case and each parameter."""
        prompt, model = self.variant.prompt, self.variant.model
        rows: list[tuple[str, str, Place | None]] = [
            ("variant", self.variant.name, self.variant.place),
            ("model", f"{model.id} ({model.why})", model.place),
        ]
        if prompt:
            rows.append(("prompt", f"{prompt.name}, {prompt.strategy}", prompt.place))
            rows += [
                (f"message {message.role}", message.source.path or "inline", message.place)
                for message in prompt.messages
                if message.source
            ]
        if self.example_count and prompt and prompt.examples:
            rows.append(("examples", f"{self.example_count} of {len(prompt.examples.rows)}", prompt.examples.place))
        rows.append(("case", self.case.id, self.case.place))
        rows += [
            (f"params.{name}", f"{setting.value!r} from {setting.origin}", setting.place)
            for name, setting in self.settings.items()
        ]
        return rows


def render_suites(paths: Sequence[str | Path | Suite], options: RunOptions) -> Iterator[RenderedCase]:
    """Each selected case of each selected variant, rendered as it is reached. Raises `InputError`."""
    with ExitStack() as stack:
        renderer = stack.enter_context(TemplateRenderer())
        prepared = prepare(paths, options.load, renderer)
        for suite in prepared.suites:
            for variant in options.selection.variants(suite):
                for case in options.selection.cases(suite, variant, checked_cases(suite)):
                    yield _rendered(renderer, suite, variant, case, options)


def _rendered(renderer: TemplateRenderer, suite: Suite, variant: Variant, case: Case, options: RunOptions) -> RenderedCase:
    samples = samples_of(suite, case, 1, options.samples)
    settings = settings_of(suite, variant, case, samples)
    if variant.model.answers:
        return RenderedCase(suite, variant, case, (), settings, 0)
    turns = render_cases(renderer, suite, variant, [case])[0]
    asked = Asked(variant.model.id, variant.model.location, Habits())
    requests = tuple(requests_of(asked, case, turns, settings, samples.count or 1))
    examples = variant.prompt.examples if variant.prompt else None
    return RenderedCase(suite, variant, case, requests, settings, len(choose_examples(examples, suite, case)) if examples else 0)
