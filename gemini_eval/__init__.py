"""gemini-eval: is this prompt still good? Test suites for Gemini prompts and tuned models, decided on evidence."""

from __future__ import annotations

__version__ = "0.1.0"
