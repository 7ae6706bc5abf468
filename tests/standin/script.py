"""What the stand-in server is told to do: rules of faults and answers, a limiter, an oracle, credentials.

Everything here can be written as Python or as JSON (`read_script`). A rule's JSON says what it does by kind:
`{"rules": [{"calls": [3], "do": {"kind": "refuse", "status": 503}}, {"calls": {"every": 10}, "delay_ms": 200}]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

STRICT = ConfigDict(extra="forbid")


# ---- what a call gets ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FunctionCall:
    """`id` is sent where the API has ids, which is everywhere but in v1 of Vertex AI."""

    __pydantic_config__ = STRICT
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Answer:
    """A well-formed answer of status 200; `text` None is what the oracle says.

    A finish reason other than STOP and MAX_TOKENS has no content unless `text` is given; text '' is content without parts.
    Any word is taken as a finish reason or a block reason, known or not. `logprobs` is one (token, log probability) each.
    """

    __pydantic_config__ = STRICT
    text: str | None = None
    finish_reason: str = "STOP"
    finish_message: str = ""
    thoughts: str = ""
    thoughts_tokens: int | None = None
    cached_tokens: int | None = None
    function_calls: tuple[FunctionCall, ...] = ()
    logprobs: tuple[tuple[str, float], ...] = ()
    block_reason: str = ""
    block_message: str = ""
    candidates: bool = True
    model_version: str = ""
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True)
class Quota:
    """A google.rpc.QuotaFailure violation."""

    __pydantic_config__ = STRICT
    id: str
    metric: str = "generativelanguage.googleapis.com/generate_content_requests"
    value: int = 60
    dimensions: Mapping[str, str] = field(default_factory=lambda: {"location": "global", "model": "gemini-2.5-flash"})


@dataclass(frozen=True)
class Info:
    """A google.rpc.ErrorInfo."""

    __pydantic_config__ = STRICT
    reason: str
    domain: str = "googleapis.com"
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refuse:
    """An error in Google's shape. `word` and `message` default to what the status usually carries.

    `retry_after` is the header as sent, `retry_info` the seconds of a google.rpc.RetryInfo. `tell_credential` repeats the
    caller's credential in the message, as no server should.
    """

    __pydantic_config__ = STRICT
    status: int
    word: str = ""
    message: str = ""
    retry_after: str = ""
    retry_info: float | None = None
    quota: Quota | None = None
    info: Info | None = None
    tell_credential: bool = False
    kind: Literal["refuse"] = "refuse"


@dataclass(frozen=True)
class Body:
    """Any body at all: HTML from a proxy, nothing, broken JSON."""

    __pydantic_config__ = STRICT
    text: str
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"
    kind: Literal["body"] = "body"


@dataclass(frozen=True)
class Truncate:
    """The usual answer with its true Content-Length, and the connection closed after `at` bytes of the body."""

    __pydantic_config__ = STRICT
    at: int
    kind: Literal["truncate"] = "truncate"


@dataclass(frozen=True)
class WrongLength:
    """The usual answer with a Content-Length that is off by `by` bytes (negative: the client sees a shortened body)."""

    __pydantic_config__ = STRICT
    by: int
    kind: Literal["wrong_length"] = "wrong_length"


@dataclass(frozen=True)
class Slow:
    """The usual answer, byte by byte."""

    __pydantic_config__ = STRICT
    every_ms: float
    kind: Literal["slow"] = "slow"


@dataclass(frozen=True)
class Reset:
    """The connection reset (RST) instead of an answer, or after `after` bytes of its body."""

    __pydantic_config__ = STRICT
    after: int | None = None
    kind: Literal["reset"] = "reset"


@dataclass(frozen=True)
class Hang:
    """No answer until the client leaves."""

    __pydantic_config__ = STRICT
    kind: Literal["hang"] = "hang"


@dataclass(frozen=True)
class Hold:
    """The usual answer, once the server is told to release what it holds."""

    __pydantic_config__ = STRICT
    kind: Literal["hold"] = "hold"


@dataclass(frozen=True)
class ExpireToken:
    """The bearer token of this call is no longer accepted, from this call on."""

    __pydantic_config__ = STRICT
    kind: Literal["expire_token"] = "expire_token"


Action: TypeAlias = Answer | Refuse | Body | Truncate | WrongLength | Slow | Reset | Hang | Hold | ExpireToken


# ---- when ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """Call numbers from `start` to `to`, both included (in JSON `from` and `to`); with `every` 10 the 10th, 20th… of them."""

    __pydantic_config__ = STRICT
    start: Annotated[int, Field(validation_alias="from")] = 1
    to: int | None = None
    every: int = 1

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int) or number < self.start or (self.to is not None and number > self.to):
            return False
        return (number - self.start + 1) % self.every == 0


@dataclass(frozen=True)
class Rule:
    """When its conditions all hold, its `do` is done after `delay_ms`; None is the usual answer. The first matching rule wins.

    `calls` are numbers of all calls of that method since the start or reset, from 1; `attempts` those of one and the same
    body; `model` is the model or endpoint id; `contains` stands in the last user text (of the evaluation
    service and of embedding models: in the body), and `outside_data` there outside of what
    a judge is told is data (`<data-X>` to the first `</data-X>`); `times` is how often the rule applies at most. Calls that are
    refused for their credential, their body or by the limiter meet no rule.
    """

    __pydantic_config__ = STRICT
    do: Annotated[Action, Field(discriminator="kind")] | None = None
    calls: tuple[int, ...] | Span | None = None
    attempts: tuple[int, ...] | Span | None = None
    model: str | None = None
    contains: str | None = None
    outside_data: str | None = None
    times: int | None = None
    method: Literal[
        "generateContent",
        "countTokens",
        "evaluateInstances",
        "predict",
        "embedContent",
        "batchEmbedContents",
        "get",
        "tuningJobs.create",
        "tuningJobs.get",
        "tuningJobs.list",
        "tuningJobs.cancel",
        "endpoints.create",
        "endpoints.list",
        "endpoints.deployModel",
    ] = "generateContent"
    delay_ms: float = 0.0


# ---- the rest of the world -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limiter:
    """A token bucket over all generateContent calls, `rate` a second and `capacity` at most, full at the beginning.

    It rules from `from_s` until `until_s`, seconds since the first call or since the clock was started; outside all is admitted.
    A refusal comes at once, whatever the latency; `retry_after` says how it tells when the bucket has its next token.
    """

    __pydantic_config__ = STRICT
    rate: float
    capacity: float
    from_s: float = 0.0
    until_s: float | None = None
    retry_after: Literal["none", "header", "retry_info"] = "none"


@dataclass(frozen=True)
class Oracle:
    """What the usual answer says.

    A line of the prompt's last user text, or what follows its first ': ', that is a key of `truth` is answered with its value;
    the last such line counts. `error_rate` is the share of keys answered wrongly, always the same way; `flakiness` the share of
    calls whose answer is the other one: wrong where the key is answered rightly, right where wrongly. Wrong answers are drawn
    from `wrong`, else from the other values of `truth`. Without a key the answer is `answer`. With `echo` it is a function of
    the body alone: 8 hex digits.

    With `rate` each key has a probability of its own to be answered rightly, Beta(rate s, (1 - rate) s) with s = `steadiness`,
    and each call draws anew; with `by_model` from draws of its model's own, so that two models that are asked side by side may be
    asked in any order. `drops` are texts that do harm where the prompt holds them: text -> by how much the rate falls, each
    key being lost for good with probability drop / rate.
    """

    __pydantic_config__ = STRICT
    truth: Mapping[str, str] = field(default_factory=dict)
    error_rate: float = 0.0
    flakiness: float = 0.0
    rate: float | None = None
    steadiness: float = 0.4
    drops: Mapping[str, float] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    seed: int = 0
    answer: str = "positive"
    echo: bool = False
    by_model: bool = False


@dataclass(frozen=True)
class Tuning:
    """Jobs go on by being looked at: pending, running, succeeded, `looks` of get or list for each. At most `at_once` run, None
    for any number; those whose display name is in `failing` end with that message. `dropped` is (row from 1, why) of rows
    that every job leaves out. `deployed` False: checkpoints but the last have no endpoint."""

    __pydantic_config__ = STRICT
    looks: int = 1
    at_once: int | None = None
    failing: Mapping[str, str] = field(default_factory=dict)
    examples: int = 512
    dropped: tuple[tuple[int, str], ...] = ()
    deployed: bool = True


@dataclass(frozen=True)
class Access:
    """Who is let in; None lets in any credential that is there. Tokens that the token endpoint gave are good until they expire.

    They live `expires_in` seconds. `failing` is how many requests to the token endpoint fail first, -1 for all of them, with
    `failure` as OAuth's error word.
    """

    __pydantic_config__ = STRICT
    tokens: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None
    expires_in: int = 3599
    failing: int = 0
    failure: str = "invalid_grant"
    failure_status: int = 400


@dataclass(frozen=True)
class Script:
    """Everything. `models` None knows every gemini- and gemma- model; `model_version` '' is the model that was asked.

    `embeddings` are the first numbers of a text's embedding, before it gets length 1; other texts have one of their own.
    `objects` are what Cloud Storage has: BUCKET/NAME -> text.
    """

    __pydantic_config__ = STRICT
    rules: tuple[Rule, ...] = ()
    limiter: Limiter | None = None
    oracle: Oracle = Oracle()
    access: Access = Access()
    tuning: Tuning = Tuning()
    latency_ms: float = 0.0
    models: tuple[str, ...] | None = None
    model_version: str = ""
    embeddings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)


def read_script(text: str | bytes) -> Script:
    """Read JSON; raises pydantic's ValidationError, which names each place that is wrong."""
    return TypeAdapter(Script).validate_json(text)
