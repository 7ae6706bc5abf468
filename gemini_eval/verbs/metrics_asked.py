"""The reference of assertions beside the registry's metrics: those that ask judges or the evaluation service, and `python`."""

from __future__ import annotations

from gemini_eval.assertions.custom import Custom
from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.rubrics.named import CONTEXT, CRITERION, NAMED
from gemini_eval.verbs.asked_examples import ASKED_EXAMPLES
from gemini_eval.verbs.metrics import Parameter, Reference, paragraphs, parameters_in, references
from gemini_eval.vertex import METRICS as SERVICE
from gemini_eval.vertex import VERTEX

_BESIDE = (
    Parameter("judge", "text or a list of text", False),
    Parameter("scale", "a list of two whole numbers, the worst and the best score", False),
    Parameter("threshold", "a number on the scale", False),
    Parameter("at_least", "a whole number, of the judges who must say yes", False),
)
"""What stands beside every rubric, in the assertion's map."""
_TAKES = {
    "nothing": (),
    "criterion": (Parameter("value", "text", True),),
    "context": (Parameter("context", "`{from: PATH}`, by default the variable `context`", False),),
}
_JUDGE = "Asks a judge, a model of its own that `judges:` declares: yes or no, or a score on `scale`."
_STEPS = (
    "The judge goes through steps, saying what each finds, and then scores the answer by them (G-Eval; Liu et al. 2023, "
    "https://arxiv.org/abs/2303.16634).",
    "Without `steps` it goes by the criteria. Where it gives the probabilities of its score, the score is their mean.",
)
_MEETS = (
    "A judge says whether the answer meets the text.",
    "The text is a template over `vars`, `input` (what was asked), `answer`, `output` and `expected`.",
)


_SERVICE = "Asks the Vertex evaluation service."


def asked() -> list[Reference]:
    """Of `rubric`, the rubrics that have a name, `g_eval`, `python`, and the metrics below `vertex`, named after it."""
    function = "Judges the extracted answer; a bare value is `package.module:function`."
    service = [(f"{VERTEX}: {kind.NAME}", kind) for kind in SERVICE]
    return [
        Reference("rubric", _MEETS, _JUDGE, (Parameter("value", "text", True), *_BESIDE), ASKED_EXAMPLES["rubric"]),
        *map(_named, NAMED),
        Reference("g_eval", _STEPS, _JUDGE, (*_steps(), *_BESIDE[:1], *_BESIDE[3:]), ASKED_EXAMPLES["g_eval"]),
        Reference("python", _custom(), function, (), ASKED_EXAMPLES["python"]),
        *(Reference(name, paragraphs(kind), _SERVICE, parameters_in(kind), ASKED_EXAMPLES[name]) for name, kind in service),
    ]


def everything(name: str = "") -> list[Reference]:
    """What there is of this name: a metric, what asks somebody, or all that stands below `vertex`; without a name everything.
    Raises UsageError for an unknown one."""
    every = [*references(), *asked()]
    found = [one for one in every if name in ("", one.name, one.name.partition(":")[0])]
    if not found:
        known = [*dict.fromkeys(one.name.partition(":")[0] for one in every)]
        raise UsageError(f'there is no metric "{name}"', did_you_mean(name, known) or f"known are {', '.join(sorted(known))}")
    return found


def _named(name: str) -> Reference:
    rubric = NAMED[name]
    text = " ".join(rubric.text.replace(CRITERION, "The criterion, as the suite writes it.").replace(CONTEXT, "context").split())
    said = text.split(". ")[int(rubric.judges_context)]
    judged = "the retrieved context" if rubric.judges_context else "the answer"
    first = f"A judge says of {judged} whether it meets a rubric: {said.removesuffix('.')}."
    return Reference(name, (first, f"The whole text: {text}"), _JUDGE, (*_TAKES[rubric.takes], *_BESIDE), ASKED_EXAMPLES[name])


def _steps() -> tuple[Parameter, ...]:
    return (
        Parameter("criteria", "text", True),
        Parameter("steps", "a list of text", False),
        Parameter("scale", "a list of two whole numbers, the worst and the best score", False),
        Parameter("threshold", "a number on the scale", True),
    )


def _custom() -> tuple[str, ...]:
    return ("A function of your own judges the answer.", *paragraphs(Custom)[1:])
