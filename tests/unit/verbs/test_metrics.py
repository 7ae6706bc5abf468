from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import UsageError
from gemini_eval.metrics import METRICS
from gemini_eval.rubrics.named import NAMED
from gemini_eval.safe.json_text import dump_json
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.suites.load import LoadOptions, load_suite
from gemini_eval.types import Expected, Response, Subject
from gemini_eval.verbs.metric_examples import EXAMPLES
from gemini_eval.verbs.metrics import Reference, example_lines, references
from gemini_eval.verbs.metrics_asked import asked, everything
from gemini_eval.vertex import METRICS as SERVICE


def test_every_metric_has_an_example_that_can_be_judged():
    assert set(EXAMPLES) == {metric.NAME for metric in METRICS}
    for reference in references():
        assert reference.example.assertion.partition(":")[0] == reference.name
        assert reference.verdict.passed is not None, reference.name
        assert all(len(line) < 200 for line in example_lines(reference))


def test_a_reference():
    (found,) = everything("has_number")
    assert found.record() == {
        "name": "has_number",
        "about": list(found.paragraphs),
        "judges": found.judged,
        "parameters": [
            {"name": "value", "takes": "a number or text", "required": False},
            {"name": "tolerance", "takes": "a number or text", "required": False},
        ],
        "example": {
            "assert": "has_number: 1320",
            "answer": "It costs US$ 1,320.00 in all.",
            "expected": None,
            "passed": True,
            "score": 1.0,
            "reason": "1320 is in the answer",
        },
    }
    assert example_lines(found) == [
        "assert    has_number: 1320",
        "answer    It costs US$ 1,320.00 in all.",
        "verdict   passes, score 1: 1320 is in the answer",
    ]


@pytest.mark.parametrize("reference", asked(), ids=lambda found: found.name)
def test_what_asks_somebody_has_an_example_that_a_suite_can_be_written_with(reference: Reference, tmp_path: Path) -> None:
    """The page builds its metric by hand: as a suite it is the same metric, with the same verdict on the same replies."""
    example = reference.example
    suite = {
        "version": 1,
        "name": "example",
        "models": {"answers": "said"},
        "judges": {"sure": "gemini-2.5-pro"},
        "assert": [read_yaml(example.assertion, path="example")],
        "cases": [
            {"vars": {"said": example.answer, "context": "Delivery takes five days."}, "expected": example.expected or "-"}
        ],
    }
    (tmp_path / "suite.yaml").write_bytes(dump_json(suite))
    (check,) = load_suite(tmp_path / "suite.yaml", LoadOptions(code="allow")).assertions
    metric = check.metric
    subject = Subject(
        example.answer,
        example.answer,
        Response(example.answer, **example.response),
        None if example.expected is None else Expected(example.expected),
    )
    given = [[Response(reply) for reply in example.replies]] if example.replies else []
    assert metric.judge(subject, *given) == reference.verdict
    assert reference.verdict.passed is not None
    assert all(len(line) < 200 for line in example_lines(reference))


def test_an_unknown_name():
    with pytest.raises(UsageError) as refused:
        everything("has_nubmer")
    (fault,) = refused.value.faults
    assert (fault.reason, fault.hint) == ('there is no metric "has_nubmer"', 'did you mean "has_number"?')


def test_what_asks_somebody_is_known_too():
    names = [one.name for one in asked()]
    assert names == ["rubric", *NAMED, "g_eval", "python", *(f"vertex: {kind.NAME}" for kind in SERVICE)]
    assert [one.name for one in everything("vertex")] == names[-len(SERVICE) :]
    (found,) = everything("factuality")
    assert example_lines(found) == [
        "assert    factuality",
        "answer    Seoul has ten million people.",
        "expected  About 10 million.",
        'reply     {"reason":"It agrees with the figure.","verdict":"yes"}',
        "verdict   passes, score 1: sure says yes: It agrees with the figure.",
    ]
    assert found.paragraphs[1].startswith("The whole text: The answer agrees with the reference on the facts")
    assert [item.name for item in found.parameters] == ["judge", "scale", "threshold", "at_least"]
