"""Examples as tokens: by the very library that serves the tuned model, so that it is asked what it was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gemini_eval.errors import Fault, InputError, UsageError
from gemini_eval.providers.local_prompt import prompt_text
from gemini_eval.providers.local_server import CONTEXT, LlamaServer
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.local.batches import Tokens
from gemini_eval.types import Request


def tokens_of(examples: Sequence[TuningExample], model: Path, end: int) -> list[Tokens]:
    """The turns before the last as the embedded model is asked them, and the last one after a space, ended by the token `end`, so
    that the tuned model stops by itself.

    Raises `InputError` with each example that has no question, no answer, or more tokens than the model reads.
    """
    if not examples:
        raise UsageError("there is no example to tune on", "give at least one; 100 and more are advised")
    server = LlamaServer(model, lambda: False)
    try:
        found = [_tokens(example, server, end) for example in examples]
    finally:
        server.close()
    faults = [
        Fault(f"example {number} {reason}", example.place, hint)
        for number, (example, tokens) in enumerate(zip(examples, found, strict=True), 1)
        for reason, hint in _objections(example, tokens)
    ]
    if faults:
        raise InputError(faults)
    return found


def _tokens(example: TuningExample, server: LlamaServer, end: int) -> Tokens:
    asked = prompt_text(Request("", example.contents[:-1], example.system))
    answer = server.tokens(f" {example.contents[-1].text.strip()}", is_prompt=False)
    return Tokens(tuple(server.tokens(asked, is_prompt=True)), (*answer, end))


def _objections(example: TuningExample, tokens: Tokens) -> list[tuple[str, str]]:
    if [message.role for message in example.contents[-2:]] != ["user", "model"]:
        return [("does not end with a question and its answer", "end each with a turn of the user and one of the model")]
    if not example.contents[-1].text.strip():
        return [("has an empty answer", "write the answer that the model is to give")]
    if len(tokens.prompt) + len(tokens.answer) > CONTEXT:
        count = len(tokens.prompt) + len(tokens.answer)
        return [(f"has {count:,} tokens; the embedded model reads at most {CONTEXT:,}", "shorten it, or leave it out")]
    return []
