"""What a prompt is, as a hash: a tuned model is asked best with the prompt that its data was made with."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256

from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.model import Prompt


def prompt_digest(prompt: Prompt) -> str:
    """`sha256:…` over the prompt's turns, examples and variables; neither name, parameters, assertions nor place are in
    it, nor what files hold that its templates include."""
    turns = [[message.role, message.source.text if message.source else None, message.history] for message in prompt.messages]
    examples = prompt.examples
    shown = asdict(examples) | {"place": None} if examples else None
    return "sha256:" + sha256(canonical_json([turns, shown, dict(prompt.vars)])).hexdigest()
