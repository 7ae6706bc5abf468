"""What a model call gets, decided without waiting or writing: credentials, body, limiter, rules, the usual answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import orjson

from tests.standin import wire
from tests.standin.answers import Template, answer_json, count_tokens, count_tokens_json, logprobs_of, model_json
from tests.standin.bucket import TokenBucket
from tests.standin.credentials import Credentials
from tests.standin.delivery import JSON_TYPE, Reply
from tests.standin.embedding import check_embedding, embedding_json
from tests.standin.errors import BadRequestError
from tests.standin.evaluation import evaluation_json
from tests.standin.oracle import Answerer
from tests.standin.record import Captured
from tests.standin.refusals import BAD_KEY, BAD_TOKEN, refusal_json
from tests.standin.resources import Refused, Resources, is_resource
from tests.standin.routes import EMBEDDING, Route
from tests.standin.rules import Rules
from tests.standin.script import Action, Answer, Body, ExpireToken, Hang, Hold, Limiter, Quota, Refuse, Script

_USUAL = Answer()
_LIMITED = Refuse(429, quota=Quota("GenerateRequestsPerMinutePerProjectPerModel"))

_KEYED = ("express", "developer")
"""The ways that a key opens."""

_template = cache(Template)


def warm_up() -> None:
    """Import and build what the first call would wait for."""
    raw = b'{"contents": [{"role": "user", "parts": [{"text": "?"}]}], "generationConfig": {"temperature": 0}}'
    for api, version in (("vertex", "v1"), ("developer", "v1beta")):
        route = Route(api, version, "generateContent", "gemini-2.5-flash")
        _template(route.messages)
        wire.check(route, raw, wire.read_body(raw))


@dataclass(frozen=True, slots=True)
class Decision:
    """`reply` None: never answered. `answers`: it is a whole answer to generateContent."""

    reply: Reply | None
    delay_s: float = 0.0
    held: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that is let in: `prompt` is the last user text, `whole` all text of the request."""

    route: Route
    seen: Captured
    prompt: str = ""
    whole: str = ""

    @property
    def generates(self) -> bool:
        return self.route.method == "generateContent"


class Decider:
    """Decides by `script`, and keeps what that needs: tokens given, rules applied, the bucket, calls of each key."""

    def __init__(self, script: Script, *, strict: bool, fast: bool) -> None:
        self.script, self.strict, self.fast = script, strict, fast
        self.credentials = Credentials(script.access)
        self._rules = Rules(script.rules)
        self._answerer = Answerer(script.oracle)
        self._resources = Resources(script.tuning)
        self._bucket: TokenBucket | None = None
        self._zero: float | None = None

    def start_clock(self, now: float) -> None:
        """What the limiter counts its seconds from is now."""
        self._zero, self._bucket = now, None

    def decide(self, route: Route, seen: Captured) -> Decision:
        if refused := self.credentials.refusal(route, seen.headers, seen.query, seen.time):
            return Decision(self._refused(refused, seen))
        if not self._knows(route):
            message = (
                f"models/{route.model} is not found for API version {route.version}, or is not supported for {route.method}."
            )
            return Decision(self._refused(Refuse(404, message=message), seen))
        try:
            call = self._read(route, seen)
        except BadRequestError as error:
            return Decision(self._refused(Refuse(400, message=str(error)), seen))
        if call.generates and (refused := self._limit(seen.time)):
            return Decision(self._refused(refused, seen))
        rule = self._rules.match(route, seen.call, seen.raw, call.prompt)
        delay_ms = (rule and rule.delay_ms) or self.script.latency_ms
        return self._do((rule and rule.do) or _USUAL, delay_ms / 1000, call)

    def _read(self, route: Route, seen: Captured) -> _Call:
        """Raises `BadRequestError`."""
        if route.method == "get" or (is_resource(route.method) and not seen.raw):
            return _Call(route, seen)
        seen.body = wire.read_body(seen.raw)
        if self.strict:
            wire.check(route, seen.raw, seen.body)
        if route.method in EMBEDDING:
            check_embedding(route, seen.body)
        if route.method == "evaluateInstances" or route.method in EMBEDDING or is_resource(route.method):
            return _Call(route, seen, seen.raw.decode())
        try:
            return _Call(route, seen, wire.last_user_text(seen.body), wire.whole_text(seen.body))
        except (AttributeError, TypeError):
            raise BadRequestError("Invalid JSON payload received. A content is no content.") from None

    def _knows(self, route: Route) -> bool:
        if route.method == "evaluateInstances" or is_resource(route.method):
            return True
        if route.method in EMBEDDING:
            return "-embedding-" in route.model
        if route.tuned or self.script.models is None:
            return route.tuned or route.model.startswith(("gemini-", "gemma-"))
        return route.model in self.script.models

    def _limit(self, now: float) -> Refuse | None:
        limiter = self.script.limiter
        if limiter is None:
            return None
        self._zero = now if self._zero is None else self._zero
        passed = now - self._zero
        if passed < limiter.from_s or (limiter.until_s is not None and passed >= limiter.until_s):
            return None
        if self._bucket is None:
            self._bucket = TokenBucket(limiter.rate, limiter.capacity, now)
        wait_s = self._bucket.take(now)
        return _limited(limiter, wait_s) if wait_s else None

    # ---- what is sent --------------------------------------------------------------------------------------------

    def _do(self, action: Action, delay_s: float, call: _Call) -> Decision:
        seen = call.seen
        match action:
            case Hang():
                return Decision(None)
            case Refuse():
                return Decision(self._refused(action, seen), delay_s)
            case ExpireToken():
                self.credentials.revoke(seen.headers, seen.query)
                return Decision(self._refused(BAD_KEY if call.route.api in _KEYED else BAD_TOKEN, seen), delay_s)
            case Body(text=text, status=status, content_type=kind):
                return Decision(Reply(status, text.encode(), {"Content-Type": kind}), delay_s)
            case Answer():
                return Decision(self._answered(action, call), delay_s, answers=call.generates)
            case Hold():
                return Decision(self._answered(_USUAL, call), delay_s, held=True, answers=call.generates)
        return Decision(replace(self._answered(_USUAL, call), manner=action), delay_s)

    def _refused(self, refuse: Refuse, seen: Captured) -> Reply:
        credential = self.credentials.sent(seen.headers, seen.query)
        headers = {"Content-Type": JSON_TYPE} | ({"Retry-After": refuse.retry_after} if refuse.retry_after else {})
        return Reply(refuse.status, refusal_json(refuse, credential), headers)

    def _answered(self, answer: Answer, call: _Call) -> Reply:
        route, body = call.route, call.seen.body
        if is_resource(route.method):
            try:
                return Reply(200, orjson.dumps(self._resources.answer(route, body, call.seen.query)))
            except Refused as refused:
                return self._refused(refused.refuse, call.seen)
        if route.method == "get":
            return Reply(200, orjson.dumps(model_json(route.messages, route.model)))
        if route.method == "countTokens":
            return Reply(200, orjson.dumps(count_tokens_json(route.messages, call.whole)))
        if route.method == "evaluateInstances":
            found = evaluation_json(route.version, body, lambda prompt: self._answerer.answer(body, prompt))
            return Reply(200, orjson.dumps(found))
        if route.method in EMBEDDING:
            return Reply(200, orjson.dumps(embedding_json(route, body, self.script.embeddings)))
        text = answer.text if answer.text is not None else self._answerer.answer(body, call.prompt, call.route.model)
        version = self.script.model_version or route.model
        named, tokens = f"stand-in-{call.seen.n}", count_tokens(call.whole)
        if wire.wants_logprobs(body) and not answer.logprobs:
            answer = replace(answer, logprobs=logprobs_of(text))
        if self.fast and answer is _USUAL and text:
            return Reply(200, _template(route.messages).fill(text, tokens, version, named))
        fields = answer_json(route.messages, answer, text=text, prompt_tokens=tokens, model_version=version, response_id=named)
        return Reply(200, orjson.dumps(fields))


def _limited(limiter: Limiter, wait_s: float) -> Refuse:
    if limiter.retry_after == "header":
        return replace(_LIMITED, retry_after=str(max(1, math.ceil(wait_s))))
    return replace(_LIMITED, retry_info=wait_s) if limiter.retry_after == "retry_info" else _LIMITED
