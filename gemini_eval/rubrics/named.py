"""The rubrics that have a name, as templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CRITERION, CONTEXT = "CRITERION", "CONTEXT"
"""What stands in a text for what the suite writes: a criterion, and the expression of the context."""


@dataclass(frozen=True, slots=True)
class NamedRubric:
    """`takes` is what the suite says of it: nothing, a criterion, or where the context that was retrieved is. `judges_context`:
    the judged text is the context, not the answer."""

    text: str
    takes: Literal["nothing", "criterion", "context"] = "nothing"
    judges_context: bool = False


NAMED: Mapping[str, NamedRubric] = {
    "factuality": NamedRubric(
        "The answer agrees with the reference on the facts: it contradicts none of them, and leaves out none that the input asks "
        "for. Wording, order and further true details do not matter.\nReference: {{ expected }}"
    ),
    "faithfulness": NamedRubric(
        "Every statement of the answer follows from the input. A statement that the input contradicts, or says nothing of, "
        "fails, even if it is true.\nInput: {{ input }}"
    ),
    "relevance": NamedRubric(
        "The answer does what the input asks, all of it, and keeps to it. Whether its facts are right does not matter here.\n"
        "Input: {{ input }}"
    ),
    "closed_qa": NamedRubric(
        f"{CRITERION}\nThat is the only criterion: the answer is judged as an answer to this input, and by nothing else.\n"
        "Input: {{ input }}",
        "criterion",
    ),
    "context_faithfulness": NamedRubric(
        "Every statement of the answer follows from the context. A statement that the context contradicts, or says nothing of, "
        f"fails, even if it is true.\nContext: {{{{ {CONTEXT} }}}}",
        "context",
    ),
    "context_recall": NamedRubric(
        "The text to judge is no answer but a context that was retrieved to answer from. Every statement of the reference "
        "follows from it. What else it holds does not matter.\nReference: {{ expected }}",
        "context",
        judges_context=True,
    ),
    "context_relevance": NamedRubric(
        "The text to judge is no answer but a context that was retrieved to answer the input from. It is about what the input "
        "asks, and holds little that does not help to answer it. Whether it is enough for a whole answer does not matter here.\n"
        "Input: {{ input }}",
        "context",
        judges_context=True,
    ),
}
