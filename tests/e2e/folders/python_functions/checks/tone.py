"""Metrics of a user's own."""

from __future__ import annotations


def polite(answer, context):
    return "please" in answer.lower()


def rude(answer, context):
    return "please" not in context.output.lower()


def brevity(answer, context):
    return 1 / max(1, len(answer.split()) - context.vars["words"] + 1)


def names_place(answer, context):
    named = context.expected.value in answer
    return {"pass": named, "score": 0.9 if named else 0.1, "reason": f"it {'names' if named else 'does not name'} the place"}


def raises(answer, context):
    return context.vars["nothing of the kind"]


def talks(answer, context):
    return "yes"
