"""Which variants and cases are run: names, tags, expressions, counts, and what failed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.suites.model import Case, Suite, Variant

Words = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """`case_ids` by suite name (`suite.yaml::case`); `keyword` and `tag` are expressions with and, or, not; `number` the first N.

    `only` holds (suite, variant, case id) of an earlier run's failures, None where nobody asked for them; `recorded` the variants
    that a saved run has, by suite.
    """

    case_ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keyword: str = ""
    tag: str = ""
    number: int | None = None
    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    variant_names: tuple[str, ...] = ()
    only: frozenset[tuple[str, str, str]] | None = None
    recorded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    drafts: bool = False

    @property
    def partial(self) -> bool:
        """The run sees only some of the cases, so its gates can only warn."""
        return bool(self.case_ids or self.keyword or self.tag or self.number is not None or self.only is not None)

    @property
    def explicit(self) -> bool:
        return self.partial or bool(self.prompts or self.models or self.variant_names)

    def variants(self, suite: Suite) -> list[Variant]:
        """The suite's variants that the names leave. Raises `UsageError` for a name that it does not have."""
        chosen = list(suite.variants)
        for flag, names, of in (
            ("--variant", self.variant_names, _variant_name),
            ("--prompt", self.prompts, _prompt_name),
            ("--model", self.models, _model_name),
        ):
            known = {of(variant) for variant in suite.variants}
            for name in names:
                if name not in known:
                    hint = did_you_mean(name, known) or f"it has {', '.join(sorted(known))}"
                    raise UsageError(f"{flag} {name}: the suite {suite.name} has no such {flag[2:]}", hint)
            if names:
                chosen = [variant for variant in chosen if of(variant) in names]
        if suite.name in self.recorded:
            chosen = [variant for variant in chosen if variant.name in self.recorded[suite.name]]
        return chosen

    def cases(self, suite: Suite, variant: Variant, cases: Iterator[Case]) -> Iterator[Case]:
        """The cases of one variant that are asked: no skipped ones, drafts only where asked for."""
        ids = self.case_ids.get(suite.name) or self.case_ids.get(str(suite.path))
        keyword = compile_expression(self.keyword, "-k") if self.keyword else None
        tag = compile_expression(self.tag, "-m") if self.tag else None
        taken = 0
        for case in cases:
            if self.number is not None and taken >= self.number:
                return
            if case.skip or (case.draft and not self.drafts):
                continue
            if ids is not None and not _matches_id(case.id, ids):
                continue
            if self.only is not None and (suite.name, variant.name, case.id) not in self.only:
                continue
            if keyword and not keyword(_contains(f"{case.id} {' '.join(case.tags)}")):
                continue
            if tag and not tag(_has_tag(case.tags)):
                continue
            taken += 1
            yield case


def _variant_name(variant: Variant) -> str:
    return variant.name


def _prompt_name(variant: Variant) -> str:
    return variant.prompt.name if variant.prompt else ""


def _model_name(variant: Variant) -> str:
    return variant.model.name


def _matches_id(case_id: str, ids: frozenset[str]) -> bool:
    """`x` also means the points of x's matrix: `x[axis=1]`."""
    return case_id in ids or (case_id.endswith("]") and case_id.partition("[")[0] in ids)


def _contains(text: str) -> Words:
    folded = text.casefold()
    return lambda word: word.casefold() in folded


def _has_tag(tags: Sequence[str]) -> Words:
    """A tag by its whole name, or the part before or after its `=`."""
    known = {part for tag in tags for part in (tag, tag.partition("=")[0], tag.partition("=")[2])}
    return lambda word: word in known


# ---- expressions: words joined by and, or, not, parentheses -----------------------------------------------

Expression = Callable[[Words], bool]


def compile_expression(text: str, flag: str) -> Expression:
    """`lang=ko and not hard` -> a test. Raises `UsageError`."""
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()
    parser = _Parser(tokens, flag, text)
    expression = parser.either()
    if parser.tokens:
        parser.fail(f'unexpected "{parser.tokens[0]}"')
    return expression


class _Parser:
    """Recursive descent over a bounded list of words."""

    def __init__(self, tokens: list[str], flag: str, text: str) -> None:
        if len(tokens) > 200:
            raise UsageError(f"{flag}: the expression has {len(tokens)} words", "at most 200")
        self.tokens, self._flag, self._text = tokens, flag, text

    def fail(self, reason: str) -> None:
        raise UsageError(f"{self._flag} {self._text!r}: {reason}", "write words joined by and, or, not, with parentheses")

    def either(self) -> Expression:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return lambda holds: any(part(holds) for part in parts)

    def _both(self) -> Expression:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return lambda holds: all(part(holds) for part in parts)

    def _one(self) -> Expression:
        if self._take("not"):
            inner = self._one()
            return lambda holds: not inner(holds)
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                self.fail("a parenthesis is not closed")
            return inner
        if not self.tokens or self.tokens[0] in ("and", "or", ")"):
            self.fail("a word is missing")
        word = self.tokens.pop(0)
        return lambda holds: holds(word)

    def _take(self, word: str) -> bool:
        if self.tokens and self.tokens[0] == word:
            self.tokens.pop(0)
            return True
        return False
