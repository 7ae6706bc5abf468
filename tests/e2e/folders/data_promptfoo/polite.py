"""A file of promptfoo's, as a module: docs/from-promptfoo.md shows what became of it."""

from __future__ import annotations


def get_assert(output, context):
    name = context.vars["name"]  # promptfoo: context["vars"]["name"]
    found = name in output
    return {"pass": found, "score": 1.0 if found else 0.2, "reason": f"{name} is{'' if found else ' not'} spoken to"}


def brief(output, context):
    return len(output) < 20
