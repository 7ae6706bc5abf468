"""What a prompt is, as a hash: a tuned model is asked best with the prompt that its data was made with."""

from __future__ import annotations

from hashlib import sha256

from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.model import Prompt, Suite, Variant


def asked_digest(suite: Suite, variant: Variant) -> str:
    """`sha256:…` over what a variant is asked by: its prompt, and the system text that a parameter puts in the place of the
    prompt's own; '' for a variant without a prompt."""
    prompt = variant.prompt
    if prompt is None:
        return ""
    layers = (suite.settings, variant.model.settings, prompt.settings, variant.settings, suite.overrides)
    systems = [layer["system_instruction"].value for layer in layers if "system_instruction" in layer]
    return prompt_digest(prompt, str(systems[-1]) if systems else "")


def prompt_digest(prompt: Prompt, system: str = "") -> str:
    """`sha256:…` over the prompt's turns, examples and variables; neither name, parameters, assertions nor place are in
    it, nor what files hold that its templates include. `system` is a text over the prompt's own."""
    turns = [[message.role, message.source.text if message.source else None, message.history] for message in prompt.messages]
    examples = prompt.examples
    shown = None
    if examples:
        rows = [{"vars": dict(row.vars), "expected": row.expected} for row in examples.rows]
        choice = {name: getattr(examples, name) for name in ("pick", "per_label", "by", "seed")}
        shown = {"rows": rows, **choice}
    return "sha256:" + sha256(canonical_json([turns, shown, dict(prompt.vars), *([system] if system else [])])).hexdigest()
