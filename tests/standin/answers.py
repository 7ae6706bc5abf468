"""Well-formed answers, built and serialised by the official message types: `aiplatform_v1` and google-genai's."""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import Any

import orjson

from tests.standin.script import Answer

Fields = dict[str, Any]

DEVELOPER = "developer"
"""`messages` of the developer API; the others, v1 and v1beta1, are Vertex AI's."""

_MARKED_TEXT = "text to be filled in"
_MARKED_NUMBERS = {"prompt": 1_111_111_111, "output": 1_222_222_222, "total": 1_333_333_333}
_MARKED_MODEL, _MARKED_ID = "model to be filled in", "id to be filled in"


def count_tokens(text: str) -> int:
    """Characters / 4, rounded up: an estimate that a test can redo."""
    return -(-len(text) // 4)


def answer_json(messages: str, answer: Answer, *, text: str, prompt_tokens: int, model_version: str, response_id: str) -> Fields:
    """The JSON of `answer` as that API gives it; `text` is what it says where the script leaves it to the oracle."""
    said = answer.text if answer.text is not None else text
    fields: Fields = {"model_version": answer.model_version or model_version, "response_id": response_id}
    output = count_tokens(said)
    if answer.block_reason:
        fields["prompt_feedback"] = {"block_reason": answer.block_reason}
        if answer.block_message:
            fields["prompt_feedback"]["block_reason_message"] = answer.block_message
        output = 0
    elif answer.candidates:
        fields["candidates"] = [_candidate(messages, answer, said)]
        output = output if "parts" in fields["candidates"][0].get("content", {}) else 0
    fields["usage_metadata"] = _usage(messages, answer, prompt_tokens, output)
    return _developer_json(fields) if messages == DEVELOPER else _vertex_json(messages, fields)


def count_tokens_json(messages: str, prompt: str) -> Fields:
    if messages != DEVELOPER:
        counted = _vertex(messages).CountTokensResponse(
            total_tokens=count_tokens(prompt), total_billable_characters=len("".join(prompt.split()))
        )
        return _proto_json(counted)
    from google.genai import types

    return _pydantic_json(types.CountTokensResponse(total_tokens=count_tokens(prompt)))


def model_json(messages: str, model: str) -> Fields:
    if messages != DEVELOPER:
        name = f"publishers/google/models/{model}"
        return _proto_json(
            _vertex(messages).PublisherModel(name=name, version_id="default", launch_stage="GA", publisher_model_template=name)
        )
    from google.genai import types

    known = types.Model(name=f"models/{model}", display_name=model, version="001", input_token_limit=1_048_576)
    known.output_token_limit = 65_536
    fields = _pydantic_json(known)
    return {
        **fields,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }  # google-genai renames this one on reading


class Template:
    """The usual answer, made once by the official types; its text and counts are filled in, thousands of times a second."""

    def __init__(self, messages: str) -> None:
        fields = answer_json(
            messages, Answer(), text=_MARKED_TEXT, prompt_tokens=0, model_version=_MARKED_MODEL, response_id=_MARKED_ID
        )
        names = {"promptTokenCount": "prompt", "candidatesTokenCount": "output", "totalTokenCount": "total"}
        fields["usageMetadata"] |= {name: _MARKED_NUMBERS[short] for name, short in names.items()}
        whole = orjson.dumps(fields)
        marks = [orjson.dumps(mark) for mark in (_MARKED_TEXT, *_MARKED_NUMBERS.values(), _MARKED_MODEL, _MARKED_ID)]
        self._order = sorted(range(len(marks)), key=lambda index: whole.index(marks[index]))
        self._pieces: list[bytes] = []
        for index in self._order:
            before, _, whole = whole.partition(marks[index])
            self._pieces.append(before)
        self._end = whole

    def fill(self, text: str, prompt_tokens: int, model_version: str, response_id: str) -> bytes:
        output = count_tokens(text)
        values = (
            orjson.dumps(text),
            b"%d" % prompt_tokens,
            b"%d" % output,
            b"%d" % (prompt_tokens + output),
            orjson.dumps(model_version),
            orjson.dumps(response_id),
        )
        return b"".join([part for at, index in enumerate(self._order) for part in (self._pieces[at], values[index])]) + self._end


# ---- parts of an answer --------------------------------------------------------------------------------------


def _candidate(messages: str, answer: Answer, said: str) -> Fields:
    candidate: Fields = {"index": 0, "finish_reason": answer.finish_reason}
    if answer.finish_message:
        candidate["finish_message"] = answer.finish_message
    if answer.text is not None or answer.finish_reason in ("STOP", "MAX_TOKENS"):
        candidate["content"] = {"role": "model"}
        if parts := _parts(messages, answer, said):
            candidate["content"]["parts"] = parts
    if answer.logprobs:
        candidate["logprobs_result"] = _logprobs(answer.logprobs)
        candidate["avg_logprobs"] = sum(value for _, value in answer.logprobs) / len(answer.logprobs)
    elif messages != DEVELOPER and candidate.get("content", {}).get("parts"):
        candidate["avg_logprobs"] = -0.0625  # Vertex AI says it unasked
    return candidate


def _parts(messages: str, answer: Answer, said: str) -> list[Fields]:
    parts: list[Fields] = [{"text": answer.thoughts, "thought": True}] if answer.thoughts else []
    if said and not (answer.function_calls and answer.text is None):
        parts.append({"text": said})
    for call in answer.function_calls:
        named = {"id": call.id} if call.id and messages != "v1" else {}  # v1 of Vertex AI has no ids
        parts.append({"function_call": {"name": call.name, "args": dict(call.args), **named}})
    return parts


def _usage(messages: str, answer: Answer, prompt: int, output: int) -> Fields:
    thoughts = answer.thoughts_tokens if answer.thoughts_tokens is not None else count_tokens(answer.thoughts)
    usage = {"prompt_token_count": prompt, "total_token_count": prompt + output + thoughts}
    if output:
        usage["candidates_token_count"] = output
    if thoughts:
        usage["thoughts_token_count"] = thoughts
    if answer.cached_tokens is not None:
        usage["cached_content_token_count"] = answer.cached_tokens
    return {**usage, "traffic_type": "ON_DEMAND"} if messages == "v1" else usage


def _logprobs(logprobs: tuple[tuple[str, float], ...]) -> Fields:
    """Each token as chosen, and as the best of its candidates."""
    chosen = [
        {"token": token, "token_id": number + 1, "log_probability": value} for number, (token, value) in enumerate(logprobs)
    ]
    return {"chosen_candidates": chosen, "top_candidates": [{"candidates": [candidate]} for candidate in chosen]}


def logprobs_of(text: str) -> tuple[tuple[str, float], ...]:
    """Log probabilities for an answer nobody scripted: pieces of four characters, values that depend on the piece alone."""
    pieces = [text[start : start + 4] for start in range(0, len(text), 4)]
    return tuple((piece, -(hashlib.sha256(piece.encode()).digest()[0] + 1) / 512) for piece in pieces)


# ---- the official types --------------------------------------------------------------------------------------


def _vertex(version: str) -> Any:
    return import_module(f"google.cloud.aiplatform_{version}")


def _vertex_json(version: str, fields: Fields) -> Fields:
    aiplatform = _vertex(version)
    response = aiplatform.GenerateContentResponse
    words = _take_unknown_words(
        fields, set(aiplatform.Candidate.FinishReason.__members__), set(response.PromptFeedback.BlockedReason.__members__)
    )
    return _put_words(_proto_json(response(fields)), words)


def _developer_json(fields: Fields) -> Fields:
    from google.genai import types

    words = _take_unknown_words(fields, set(types.FinishReason.__members__), set(types.BlockedReason.__members__))
    return _put_words(_pydantic_json(types.GenerateContentResponse.model_validate(fields)), words)


def _take_unknown_words(fields: Fields, reasons: set[str], blocks: set[str]) -> dict[str, str]:
    """Replace the words that the installed types lack, and return them: a newer server may say what no client knows."""
    words = {}
    for candidate in fields.get("candidates", []):
        if candidate["finish_reason"] not in reasons:
            words["finishReason"], candidate["finish_reason"] = candidate["finish_reason"], "OTHER"
    if "prompt_feedback" in fields and fields["prompt_feedback"]["block_reason"] not in blocks:
        feedback = fields["prompt_feedback"]
        words["blockReason"], feedback["block_reason"] = feedback["block_reason"], "OTHER"
    return words


def _put_words(fields: Fields, words: dict[str, str]) -> Fields:
    if "finishReason" in words:
        fields["candidates"][0]["finishReason"] = words["finishReason"]
    if "blockReason" in words:
        fields["promptFeedback"]["blockReason"] = words["blockReason"]
    return fields


def _proto_json(message: Any) -> Fields:
    fields: Fields = orjson.loads(
        type(message).to_json(message, use_integers_for_enums=False, always_print_fields_with_no_presence=False, indent=None)
    )
    return fields


def _pydantic_json(message: Any) -> Fields:
    fields: Fields = message.model_dump(mode="json", by_alias=True, exclude_none=True)
    return fields
