"""An example of each assertion that asks somebody, with what is replied; the verdict is the unit's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gemini_eval.assertions.custom import Custom
from gemini_eval.rubrics.named import NAMED
from gemini_eval.rubrics.rubric import Juror, Rubric
from gemini_eval.safe.code import Code
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.types import Json
from gemini_eval.verbs.metric_examples import WEATHER, Example
from gemini_eval.vertex import VERTEX

_JUDGE = (Juror("sure", "gemini-2.5-pro"),)
_CALL = "{name: get_weather, args: {city: Seoul, days: 2}}"
_MAT = "The cat sat on the mat."


def is_short(answer: str, _subject: object) -> dict[str, Json]:
    """The function of `python`'s example."""
    words = len(answer.split())
    return {"pass": words <= 3, "reason": f"{words} words"}


def _rubric(assertion: str, answer: str, verdict: bool | int, reason: str, *, expected: Json = None, **parts: Json) -> Example:
    """One juror's reply, by the schema that it is asked with. `parts` are the rubric's own, beside its text; of `found` each step
    has found something."""
    found = parts.pop("found", ())
    steps = {f"step_{number}": text for number, text in enumerate(found, 1)}
    said = {"score": verdict} if "scale" in parts else {"verdict": "yes" if verdict else "no"}
    reply = dump_json({**steps, "reason": reason, **said}).decode()
    metric = Rubric(assertion, _JUDGE, TemplateSource("", "", Path("/"), Path("/")), steps=len(found), **parts)
    return Example(assertion, answer, expected, replies=(reply,), metric=metric)


def _service(assertion: str, answer: str, said: Json, *, expected: Json = None, **response: Json) -> Example:
    return Example(f"{VERTEX}: {assertion}", answer, expected, response=response, replies=(dump_json(said).decode(),))


_NAMED_SAID: Mapping[str, tuple[str, str, bool, str, Json]] = {
    "factuality": (
        "factuality",
        "Seoul has ten million people.",
        True,
        "It agrees with the figure.",
        "About 10 million.",
    ),
    "faithfulness": ("faithfulness", "It weighs 2 kg.", False, "The input names no weight.", None),
    "relevance": ("relevance", "Our shops open at 9.", False, "The question is about a refund.", None),
    "closed_qa": ("closed_qa: It names a day.", "It arrives on Friday.", True, "Friday is a day.", None),
    "context_faithfulness": ("context_faithfulness", "It takes 5 days.", True, "The context says five days.", None),
    "context_recall": ("context_recall", "It takes 5 days.", False, "The context does not say it.", "5 days"),
    "context_relevance": ("context_relevance", "It takes 5 days.", True, "The context is about delivery.", None),
}

ASKED_EXAMPLES: Mapping[str, Example] = {
    "rubric": _rubric("rubric: The answer is polite.", "Sorry for the delay, Ann.", True, "It apologises, by name."),
    **{
        name: _rubric(form, answer, verdict, reason, expected=expected)
        for name, (form, answer, verdict, reason, expected) in ((name, _NAMED_SAID[name]) for name in NAMED)
    },
    "g_eval": _rubric(
        "g_eval: {criteria: It is brief., steps: [Count the words., Find what repeats.], scale: [1, 5], threshold: 4}",
        "Yes, yes, it does.",
        3,
        "One word is said twice.",
        found=("Four words.", "Yes is said twice."),
        scale=(1, 5),
        threshold=4.0,
    ),
    "python": Example(
        "python: gemini_eval.verbs.asked_examples:is_short",
        "It is red wine",
        metric=Custom(Code("gemini_eval.verbs.asked_examples:is_short", "", is_short)),
    ),
    **{
        f"{VERTEX}: {name}": example
        for name, example in {
            "exact_match": _service("exact_match", "Seoul", {"score": 1}, expected="Seoul"),
            "bleu": _service("{bleu: {threshold: 0.6}}", "The cat sat on a mat.", {"score": 0.4889}, expected=_MAT),
            "rouge": _service("{rouge: {type: rouge1}}", "The cat lay on the mat.", {"score": 0.8333}, expected=_MAT),
            "pointwise": _service(
                "{pointwise: {template: 'Rate how polite this is: {response}', scale: [1, 5], threshold: 4}}",
                "Sorry for the delay, Ann.",
                {"score": 5, "explanation": "It apologises."},
            ),
            "pairwise": _service(
                "{pairwise: {template: 'Which is better? {baseline_model_response} or {response}', baseline: Wait.}}",
                "Please wait.",
                {"choice": "CANDIDATE", "explanation": "It says please."},
            ),
            "rubric": _service(
                "{rubric: {name: text_quality@v1, threshold: 0.8}}",
                "it dont work",
                {"score": 0.5, "explanation": "Two slips."},
            ),
            "tool_call_valid": _service("tool_call_valid", "", {"score": 1}, **WEATHER),
            "tool_name_match": _service(f"{{tool_name_match: [{_CALL}]}}", "", {"score": 1}, **WEATHER),
            "tool_parameter_key_match": _service(f"{{tool_parameter_key_match: [{_CALL}]}}", "", {"score": 1}, **WEATHER),
            "tool_parameter_kv_match": _service(f"{{tool_parameter_kv_match: [{_CALL}]}}", "", {"score": 0.5}, **WEATHER),
        }.items()
    },
}
