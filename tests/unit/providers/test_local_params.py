from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.errors import ValueRefusedError
from gemini_eval.providers.local_params import PARAMETERS, sampler_settings, unsupported, without_effect
from gemini_eval.types import Json

GREEDY = {
    "temperature": 0.0,
    "top_p": 1.0,
    "top_k": 0,
    "n_predict": 256,
    "stop": [],
    "seed": 0,
    "n_probs": 0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "repeat_penalty": 1.0,
    "repeat_last_n": 4096,
    "min_p": 0.0,
    "typical_p": 1.0,
    "top_n_sigma": -1.0,
    "xtc_probability": 0.0,
    "dry_multiplier": 0.0,
    "mirostat": 0,
    "dynatemp_range": 0.0,
    "samplers": ["penalties", "top_k", "top_p", "temperature"],
    "logit_bias": [],
    "ignore_eos": False,
    "cache_prompt": True,
}


def test_unset_is_greedy_and_every_setting_is_stated() -> None:
    assert sampler_settings({}) == GREEDY
    assert sampler_settings({"temperature": None, "safety_settings": [], "candidate_count": 1, "logprobs": 3}) == GREEDY


def test_each_parameter_has_its_setting() -> None:
    params = {
        "temperature": 1,
        "top_p": 0.9,
        "top_k": 40.0,
        "max_output_tokens": 5,
        "stop_sequences": ["\n", "##"],
        "seed": 7,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "response_logprobs": True,
    }
    assert sampler_settings(params) == GREEDY | {
        "temperature": 1.0,
        "top_p": 0.9,
        "top_k": 40,
        "n_predict": 5,
        "stop": ["\n", "##"],
        "seed": 7,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "n_probs": 1,
        "cache_prompt": False,
    }


def test_a_schema_says_more_than_the_mime_type() -> None:
    assert sampler_settings({"response_mime_type": "application/json"}) == GREEDY | {"json_schema": {}}
    both = {"response_schema": {"type": "STRING"}, "response_mime_type": "application/json"}
    assert sampler_settings(both) == GREEDY | {"json_schema": {"type": "string"}}
    assert sampler_settings({"response_json_schema": {"type": "string"}}) == GREEDY | {"json_schema": {"type": "string"}}


def test_an_enum_is_a_grammar_of_its_values_with_and_without_a_space() -> None:
    params = {"response_mime_type": "text/x.enum", "response_schema": {"type": "STRING", "enum": ["good", '"']}}
    grammar = r'root ::= "\U00000020good" | "good" | "\U00000020\U00000022" | "\U00000022"'
    assert sampler_settings(params) == GREEDY | {"grammar": grammar}


@settings(max_examples=60)
@given(st.integers(min_value=-(2**63), max_value=2**63))
def test_seeds_fold_to_32_bits_and_never_mean_random(seed: int) -> None:
    folded = sampler_settings({"seed": seed})["seed"]
    assert 0 <= folded < 2**32 - 1
    assert folded == seed or not 0 <= seed < 2**32 - 1


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"temperature": 2.5}, "must be a number from 0 to 2, got 2.5"),
        ({"temperature": "hot"}, "must be a number from 0 to 2, got 'hot'"),
        ({"temperature": float("nan")}, "must be a number from 0 to 2, got nan"),
        ({"top_k": 1.5}, "must be a whole number from 0 to 2147483647, got 1.5"),
        ({"top_k": float("inf")}, "must be a whole number from 0 to 2147483647, got inf"),
        ({"max_output_tokens": 0}, "must be a whole number from 1 to 2147483647, got 0"),
        ({"max_output_tokens": True}, "must be a whole number from 1 to 2147483647, got True"),
        ({"stop_sequences": "\n"}, "must be a list of texts that are not empty, got '\\n'"),
        ({"stop_sequences": [""]}, "must be a list of texts that are not empty, got ['']"),
        ({"candidate_count": 2}, "must be 1, got 2 (ask for several with samples: {count: N})"),
        ({"seed": 1.5}, "must be a whole number, got 1.5"),
        ({"response_logprobs": 1}, "must be true or false, got 1"),
        ({"response_mime_type": "text/html"}, "must be text/plain, application/json or text/x.enum, got 'text/html'"),
        ({"response_schema": {"type": "TEXT"}}, "a response schema has no type 'TEXT'"),
        ({"response_mime_type": "text/x.enum"}, "text/x.enum needs a response_schema with an enum"),
        ({"tools": []}, f"the embedded model takes no tools; it takes {', '.join(PARAMETERS)}"),
    ],
)
def test_what_cannot_be_done_is_known_before_it_is_asked(params: dict[str, Json], why: str) -> None:
    (name,) = params
    assert unsupported({"temperature": 0, **params}) == [(name, why)]
    with pytest.raises(ValueRefusedError) as raised:
        sampler_settings(params)
    assert str(raised.value) == f"{name}: {why}"


def test_what_changes_nothing_is_listed_and_is_no_fault() -> None:
    params = {"safety_settings": [], "thinking_budget": 0, "temperature": 0}
    assert unsupported(params) == []
    assert without_effect(params) == [
        ("safety_settings", "the embedded model has no safety filter"),
        ("thinking_budget", "the embedded model does not think"),
    ]
