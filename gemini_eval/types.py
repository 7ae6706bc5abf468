"""The nouns and the protocols: the whole domain on two pages.

A case's journey: Case x Variant -> Request -> Response -> Verdicts -> CaseResult -> Summary -> reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from gemini_eval.errors import Place
from gemini_eval.judgements import Heard, PairVerdict

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list[Json] or dict[str, Json]."""

Role: TypeAlias = Literal["user", "model"]
Task: TypeAlias = Literal["classification", "extraction", "sentiment"]
Strategy: TypeAlias = Literal["zero_shot", "few_shot", "chain_of_thought"]


class Family(StrEnum):
    """The three families of outcomes; none is silently a wrong answer, none disappears."""

    JUDGED = "judged"
    NO_ANSWER = "no_answer"
    NOT_DELIVERED = "not_delivered"


class Outcome(StrEnum):
    """What became of one sample."""

    JUDGED = "judged"
    BLOCKED = "blocked"
    EMPTY = "empty"
    CUT_OFF = "cut_off"
    RECITATION = "recitation"
    ABSTAINED = "abstained"
    """The answer says that it gives none: one of the suite's `abstain` words."""
    REQUEST_FAILED = "request_failed"
    QUOTA = "quota"
    JUDGE_BROKEN = "judge_broken"
    NOT_RECORDED = "not_recorded"

    family: Family
    """An attribute, since it is asked for several times of each answer."""


_NO_ANSWER = (Outcome.BLOCKED, Outcome.EMPTY, Outcome.CUT_OFF, Outcome.RECITATION, Outcome.ABSTAINED)
for _outcome in Outcome:
    _outcome.family = Family.NO_ANSWER if _outcome in _NO_ANSWER else Family.NOT_DELIVERED
Outcome.JUDGED.family = Family.JUDGED


# ---- what is asked, and what comes back ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that shapes one answer. `params` are GenerateContentConfig fields in snake_case, `seed` per sample."""

    model: str
    messages: tuple[Message, ...]
    system: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    location: str = ""
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the model counted them; None where it did not say."""

    prompt: int | None = None
    output: int | None = None
    thoughts: int | None = None
    cached: int | None = None


FinishReason: TypeAlias = Literal["stop", "max_tokens", "safety", "recitation", "blocked", "other"]


@dataclass(frozen=True, slots=True)
class Response:
    """One delivered answer. `latency_ms` is wall time of the call; `cost_micros` is in 1e-6 USD, None for an unknown price.

    `logprobs` is one (token, natural log of its probability) for each output token, where they were asked for, and `avg_logprob`
    their mean as the model gave it; `top_logprobs` are the likeliest tokens at each of those places. `detail` is what the model
    said of its end in its own words, where that says more than `finish_reason`: PROHIBITED_CONTENT, MALFORMED_FUNCTION_CALL.
    """

    text: str
    finish_reason: FinishReason = "stop"
    usage: Usage = Usage()
    latency_ms: float = 0.0
    model_version: str = ""
    cost_micros: int | None = None
    thought: str = ""
    calls: tuple[Json, ...] = ()
    logprobs: tuple[tuple[str, float], ...] = ()
    avg_logprob: float | None = None
    response_id: str = ""
    detail: str = ""
    top_logprobs: tuple[tuple[tuple[str, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A sample that was not delivered, as it is kept on disk."""

    outcome: Outcome
    reason: str


Answer: TypeAlias = Response | Failure


@dataclass(frozen=True, slots=True)
class Habits:
    """What a model does where the suite is silent: the seed it is given, its temperature; None where that is not ours to say.

    `deterministic`: at temperature 0 the same request always draws the same answer, so it is asked once.
    """

    seed: int | None = None
    temperature: float | None = None
    deterministic: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model may be asked, None for no limit: requests and input tokens a minute, and seconds that one attempt may take."""

    requests_per_minute: float | None = None
    input_tokens_per_minute: float | None = None
    timeout_s: float = 180.0


class Provider(Protocol):
    """One way to ask. No retry, limit, cache or printing in it.

    `slots` is how many requests it takes at once, None where that has to be found out. `cached` tells whether its answers are
    worth keeping for other runs.
    """

    slots: int | None
    limits: Limits
    habits: Habits
    cached: bool

    def prepare(self) -> None:
        """Find what asking needs (credentials), in bounded time; again does nothing. Raises `InputError` where there is none."""
        ...

    async def ask(self, request: Request) -> Response:
        """Raise `ProviderError` where no answer was delivered."""
        ...

    def remark(self, request: Request) -> str:
        """What people should know of how such a request is answered; '' for nothing."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Bundling(Protocol):
    """What a `Provider` also has where one call takes several requests: at most `most_together` of those whose `bundle_of` is one
    name; '' goes alone."""

    most_together: int

    def bundle_of(self, request: Request) -> str: ...

    async def ask_together(self, requests: Sequence[Request]) -> Sequence[Response]:
        """One answer for each, in their order. Raise `ProviderError` where the call failed, which says nothing of each alone."""
        ...


@runtime_checkable
class Recording(Protocol):
    """Answers that are there already: nothing is asked. `model` and `location` are those that answered when it was recorded."""

    model: str
    location: str
    habits: Habits

    def find(self, request: Request, key: str) -> Answer:
        """The recorded answer, or a `Failure` *not recorded*."""
        ...

    def close(self) -> None: ...


# ---- what is judged --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A field that is not right: its name in figures, its dotted place in the answer (in `expected` where it is missing)."""

    kind: Literal["wrong", "missing", "hallucinated"]
    name: str
    where: str
    expected: Json = None
    found: Json = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class FieldReport:
    """An answer's fields by name: how many are right, wrong, missing, hallucinated ('' for undeclared ones); and the first
    hundred problems."""

    counts: Mapping[str, tuple[int, int, int, int]]
    problems: tuple[FieldProblem, ...] = ()


class FieldRules(Protocol):
    """The comparators that a suite declares with `fields:`."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def compare(self, expected: Json, found: Json) -> FieldReport: ...

    def nothing(self, expected: Json) -> FieldReport: ...


class Verdict(Struct, frozen=True, repr_omit_defaults=True):
    """What one metric says of one answer. `passed` is None where it could not judge; `score` is in 0..1 unless its metric says
    otherwise; `reason` is one sentence that shows expected and actual; `fields` is what became of each field, `heard` what
    each judge said."""

    passed: bool | None
    score: float
    reason: str
    fields: FieldReport | None = None
    heard: Heard | None = None


class Expected(Struct, frozen=True):
    """What a case says is right: a scalar, an object or a list; `any_of` holds alternatives, empty where there is one."""

    value: Json
    any_of: tuple[Json, ...] = ()

    @property
    def alternatives(self) -> tuple[Json, ...]:
        return self.any_of or (self.value,)


class Subject(Struct, frozen=True):
    """What a metric looks at.

    `value` is what the assertion judges: the extracted answer, the output or what `of:` points at; text as a rule, a number where
    the suite says `as: number`, a list or an object where `of:` points at one. `output` is the whole text, `labels` the suite's
    labels (canonical label -> aliases), empty where it has none, `fields` its comparators, None where it declares none.
    """

    value: Json
    output: str
    response: Response
    expected: Expected | None = None
    vars: Mapping[str, Json] = {}
    labels: Mapping[str, tuple[str, ...]] = {}
    fields: FieldRules | None = None


class Metric(Protocol):
    """A judge of one answer: a frozen dataclass whose fields are its YAML parameters.

    NAME        its name in YAML
    READS       what it judges where `of:` is silent: the extracted answer, the whole output, or the response's own figures
    POSITIONAL  the parameter that a bare value stands for (`contains: refund`), None where it takes none
    NEEDS_EXPECTED  True where the case must have `expected` (unless the positional parameter is given)
    """

    NAME: ClassVar[str]
    READS: ClassVar[Literal["answer", "output", "response"]]
    POSITIONAL: ClassVar[str | None]
    NEEDS_EXPECTED: ClassVar[bool]

    def judge(self, subject: Subject) -> Verdict: ...


class AssertionResult(Struct, frozen=True):
    """One assertion's verdict on one answer, with its children where it is a group. `measured` ones never fail a case."""

    name: str
    verdict: Verdict
    weight: float = 1.0
    measured: bool = False
    children: tuple[AssertionResult, ...] = ()


class SampleResult(Struct, frozen=True):
    """One judged sample. `answer` is what extraction found, `rule` the extractor that found it, `label` the canonical label it
    is (None: no label). `fields` is what its fields come to where no assertion could judge them: all missing. `confidences` is
    how sure it is, in 0..1, by each of the suite's sources but the vote."""

    index: int
    outcome: Outcome
    reason: str = ""
    output: str = ""
    answer: Json = None
    rule: str = ""
    label: str | None = None
    passed: bool | None = None
    score: float = 0.0
    assertions: tuple[AssertionResult, ...] = ()
    request_key: str = ""
    response: Response | None = None
    fields: FieldReport | None = None
    confidences: Mapping[str, float] = {}
    labels: tuple[str, ...] | None = None
    """Where a case has several labels: those of the answer, and its items that are none, as written."""


class CaseResult(Struct, frozen=True):
    """One case under one variant, judged.

    `passed` is None where nothing was judged (not delivered, a draft, a suite without assertions). `vote` is the winner's share
    of all votes where the suite votes; `answer` and `label` are then the winner's, else the first delivered sample's.
    `expected_label` is the canonical label of `expected` where the suite has labels. `judged` is a hash of what it was judged by:
    `expected`, assertions, threshold, labels. `confidences` is how sure `answer` is by each of the suite's sources, in 0..1;
    a source that says nothing of it is left out, and where a judge's reply was broken `unstated` says why. `labels` and
    `expected_labels` are those of a case with several labels; `pairs` is how it fared against other variants, by the name of the
    comparison.
    """

    suite: str
    variant: str
    case_id: str
    ordinal: int
    outcome: Outcome
    passed: bool | None
    score: float
    samples: tuple[SampleResult, ...]
    reason: str = ""
    expected: Expected | None = None
    expected_label: str | None = None
    answer: Json = None
    label: str | None = None
    vars: Mapping[str, Json] = {}
    tags: tuple[str, ...] = ()
    cluster: str = ""
    vote: float | None = None
    must_pass: bool = False
    xfail: str = ""
    draft: bool = False
    place: Place | None = None
    judged: str = ""
    confidences: Mapping[str, float] = {}
    labels: tuple[str, ...] | None = None
    expected_labels: tuple[str, ...] | None = None
    pairs: Mapping[str, PairVerdict] = {}
    unstated: Mapping[str, str] = {}


# ---- reports ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One named number of a summary. `value` is None where it is undefined, and `reason` says why; `undecided` where only too
    few cases for its method are to blame."""

    name: str
    value: float | None
    interval: Interval | None = None
    n: int = 0
    reason: str = ""
    undecided: bool = False


Progress: TypeAlias = Callable[[int, int, int], None]
"""done, failed, total: called after each case."""
