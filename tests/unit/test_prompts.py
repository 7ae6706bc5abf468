"""Case -> request: examples, histories, settings and seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gemini_eval.errors import InputError
from gemini_eval.prompts import Asked, derive_seed, render_cases, requests_of, samples_of, settings_of
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.suites.cases import iter_cases
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.model import Case, Samples, Suite
from gemini_eval.types import Habits, Message, Request
from tests.support.suites import load

EMBEDDED = Habits(seed=0, temperature=0.0, deterministic=True)


def requests(suite: Suite, habits: Habits = EMBEDDED, asked: int | None = None) -> list[list[Request]]:
    """For each case, the requests of the first variant."""
    variant = suite.variants[0]
    cases = [case for case in iter_cases(suite) if isinstance(case, Case)]
    with TemplateRenderer() as renderer:
        rendered = render_cases(renderer, suite, variant, cases)
    found = []
    for case, turns in zip(cases, rendered, strict=True):
        samples = samples_of(suite, case, 1, asked)
        settings = settings_of(suite, variant, case, samples)
        found.append(list(requests_of(Asked("m", "", habits), case, turns, settings, samples.count or 1)))
    return found


EXAMPLES = (
    "[{vars: {n: A}, expected: red}, {vars: {n: B}, expected: red}, {vars: {n: C}, expected: white}, "
    "{vars: {n: D ee}, expected: white}]"
)
TEMPLATE = "{% for e in examples %}{{ e.vars.n }}={{ e.expected }} {% endfor %}{{ n }}"


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ("", "A=red B=red C=white D ee=white Z"),
        ("pick: 2", "A=red B=red Z"),
        ("per_label: 1", "A=red C=white Z"),
        ("pick: 2, by: random(1)", "D ee=white A=red Z"),
    ],
)
def test_examples_are_the_same_for_every_case(tmp_path: Path, choice: str, text: str) -> None:
    suite = load(
        tmp_path,
        f"""
version: 1
name: x
labels: [red, white]
prompts: {{text: "{TEMPLATE}", examples: {{inline: {EXAMPLES}{", " + choice if choice else ""}}}}}
cases: [{{vars: {{n: Z}}, expected: red}}]
""",
    )
    assert requests(suite)[0][0].messages == (Message("user", text),)


def test_similar_examples_stand_nearest_to_the_case_last(tmp_path: Path) -> None:
    suite = load(
        tmp_path,
        f"""
version: 1
name: x
prompts: {{text: "{TEMPLATE}", examples: {{inline: {EXAMPLES}, pick: 2, by: similar}}}}
cases: [{{vars: {{n: D e}}}}, {{vars: {{n: B b}}}}]
""",
    )
    assert [asks[0].messages[0].text.split()[-3] for asks in requests(suite)] == ["ee=white", "B=red"]


def test_turns_system_history_and_text(tmp_path: Path) -> None:
    suite = load(
        tmp_path,
        """
version: 1
name: x
prompts:
  messages:
    - {role: system, text: "Be brief, {{ vars.who }}."}
    - {from: vars.history}
    - {role: user, text: "{{ q }}"}
cases:
  - vars:
      q: "{{ q }} now?"
      who: Kim
      history: [{role: user, content: hi}, {role: assistant, parts: [{text: hel}, {text: lo}]}]
""",
    )
    (request,) = requests(suite)[0]
    assert request.system == "Be brief, Kim."
    assert request.messages == (Message("user", "hi"), Message("model", "hello"), Message("user", "{{ q }} now?"))


def test_a_misshapen_history_names_the_case(tmp_path: Path) -> None:
    suite = load(
        tmp_path,
        'version: 1\nname: x\nprompts: {messages: [{from: vars.h}, {role: user, text: "?"}]}\n'
        "cases: [{id: c, vars: {h: [{role: x}]}}]\n",
    )
    with pytest.raises(InputError, match=r"case c: vars\.h: the role of a turn is user or model, not 'x'"):
        requests(suite)


SETTINGS = """
version: 1
name: x
models: {m: {id: "local:gemma-3-270m", params: {top_p: 0.2, top_k: 2, maxOutputTokens: 20}}}
prompts: {p: {text: "{{ n }}", params: {top_k: 3, max_output_tokens: 30, seed: 3}}}
variants: {v: {params: {max_output_tokens: 40, seed: 4}}}
params: {temperature: 1, top_p: 0.1, top_k: 1, max_output_tokens: 10, seed: 1}
samples: {temperature: 0.8, count: 2}
cases: [{id: c, vars: {n: 1}, params: {seed: 5}}]
"""


def test_the_nearer_level_wins_and_set_is_nearest(tmp_path: Path) -> None:
    first, second = requests(load(tmp_path, SETTINGS))[0]
    assert first.params == {"temperature": 0.8, "top_p": 0.2, "top_k": 3, "max_output_tokens": 40, "seed": derive_seed(5, "c", 0)}
    assert second.params["seed"] == derive_seed(5, "c", 1) != first.params["seed"]
    (one,) = requests(load(tmp_path, SETTINGS, LoadOptions(settings={"temperature": 0})))[0]
    assert one.params["temperature"] == 0


def test_samples_levels(tmp_path: Path) -> None:
    suite = load(tmp_path, SETTINGS)
    case = next(iter_cases(suite))
    assert isinstance(case, Case)
    assert samples_of(suite, case, 1, None) == Samples(count=2, temperature=0.8)
    assert samples_of(suite, case, 1, 7) == Samples(count=7, temperature=0.8)
    assert Samples(require="all").over(Samples(count=3, vote=True)) == Samples(count=3, require="all")


def test_seeds_differ_by_case_and_sample_and_repeat_themselves() -> None:
    seeds = {(case, index): derive_seed(0, case, index) for case in ("a", "b") for index in range(3)}
    assert len(set(seeds.values())) == 6
    assert all(0 <= seed < 2**31 for seed in seeds.values())
    assert derive_seed(0, "a", 0) == seeds["a", 0]


def test_unset_no_seed_is_sent_to_a_model_without_one(tmp_path: Path) -> None:
    suite = load(tmp_path, 'version: 1\nname: x\nprompts: {text: "{{ n }}"}\nsamples: {count: 2}\ncases: [{vars: {n: 1}}]\n')
    assert [request.params for request in requests(suite, Habits())[0]] == [{}, {}]
