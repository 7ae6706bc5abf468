"""What changed between two versions of a suite, before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.comparison.model import State
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.verbs.check.pairs import pair_suite, same_side
from gemini_eval.verbs.check.survey import Surveyed, survey
from gemini_eval.verbs.expand import Expansion
from gemini_eval.verbs.known import Known
from gemini_eval.verbs.selection import Selection
from tests.support.suites import load

SUITE = """\
version: 1
name: tickets
prompts: {p: {text: "{{ text }}"}}
models: {m: {id: gemini-4-hydrogen, params: {temperature: 0.5}}}
assert: [exact_match]
cases:
  - {id: a, vars: {text: one}, expected: x, tags: [ko]}
  - {id: b, vars: {text: two}, expected: y}
"""


def surveyed(tmp_path: Path, *edits: tuple[str, str], base: str = SUITE) -> Surveyed:
    text = base
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    before, after = load(tmp_path / "base", base), load(tmp_path / "head", text)
    with TemplateRenderer() as renderer:
        (found,) = survey([pair_suite(after, before, after.variants)], Expansion(renderer, Selection(), Known({})))
    return found


@pytest.mark.parametrize(
    ("edits", "state", "changed"),
    [
        ((), State.UNCHANGED, set()),
        ((("tags: [ko]", "tags: [en]"),), State.UNCHANGED, set()),
        ((("{{ text }}", "{{ text }}!"),), State.COMPARED, {"a", "b"}),
        ((("{{ text }}", "{% if 'one' in text %}Well: {% endif %}{{ text }}"),), State.COMPARED, {"a"}),
        ((("temperature: 0.5", "temperature: 0.6"),), State.COMPARED, {"a", "b"}),
        ((("gemini-4-hydrogen", "gemini-4-helium"),), State.COMPARED, {"a", "b"}),
        ((("expected: y", "expected: z"),), State.REJUDGED, set()),
        ((("text: two", "text: three"),), State.REJUDGED, set()),
        ((("assert: [exact_match]", "assert: [{contains: x}]"),), State.REJUDGED, set()),
        ((("cases:", "answer: {last_line: true}\ncases:"),), State.REJUDGED, set()),
        ((("cases:\n", "cases:\n  - {id: c, vars: {text: new}, expected: z}\n"),), State.REJUDGED, set()),
        ((("  - {id: b, vars: {text: two}, expected: y}\n", ""),), State.REJUDGED, set()),
    ],
)
def test_what_changed(tmp_path: Path, edits: tuple[tuple[str, str], ...], state: State, changed: set[str]) -> None:
    found = surveyed(tmp_path, *edits)
    assert (found.state, found.changed) == (state, changed)
    assert (found.cold, found.zero) == (False, False)


def test_at_temperature_0_on_both_sides(tmp_path: Path) -> None:
    cold = SUITE.replace("temperature: 0.5", "temperature: 0")
    assert surveyed(tmp_path, ("{{ text }}", "{{ text }}!"), base=cold).zero
    assert not surveyed(tmp_path, ("temperature: 0", "temperature: 0.1"), base=cold).zero


def test_the_embedded_model_at_temperature_0_answers_always_alike(tmp_path: Path) -> None:
    local = SUITE.replace(
        "{id: gemini-4-hydrogen, params: {temperature: 0.5}}", "{id: local:gemma-3-270m, params: {temperature: 0}}"
    )
    assert surveyed(tmp_path, ("{{ text }}", "{{ text }}!"), base=local).cold


COLUMN = """\
version: 1
name: tickets
models: {said: {answers: said}}
prompts: {p: {text: "{{ text }}"}}
assert: [exact_match]
cases:
  - {id: a, vars: {text: one, said: x}, expected: x}
  - {id: b, vars: {text: two, said: n}, expected: y}
"""


def test_answers_in_the_data_are_each_sides_own(tmp_path: Path) -> None:
    found = surveyed(tmp_path, ("said: n", "said: y"), base=COLUMN)
    assert (found.state, found.changed, found.cold) == (State.COMPARED, {"b"}, True)


def test_a_side_beside_itself_counts_every_case_as_changed(tmp_path: Path) -> None:
    suite = load(tmp_path, SUITE)
    with TemplateRenderer() as renderer:
        expansion = Expansion(renderer, Selection(), Known({}))
        (found,) = survey([same_side(suite, suite.variants)], expansion, itself=True)
    assert (found.state, found.changed) == (State.COMPARED, {"a", "b"})
