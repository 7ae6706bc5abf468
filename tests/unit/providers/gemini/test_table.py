"""The model table: whole and dated, prices that begin on a day, retirement, and thinking settings that a model takes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gemini_eval.providers.gemini.address import Api
from gemini_eval.providers.gemini.fields import WORDS
from gemini_eval.providers.gemini.table import (
    ROOM_TO_THINK,
    ModelEntry,
    Thinking,
    as_of,
    entry,
    known_models,
    price_of,
    retirement_warning,
    thinking_faults,
)
from gemini_eval.providers.prices import FREE, Price, Tier
from gemini_eval.types import Json

TODAY = date(2026, 11, 25)
FLASH = Price(Tier(300_000, 2_500_000, 30_000))


def known(model: str) -> ModelEntry:
    found = entry(model)
    assert found is not None
    return found


@pytest.mark.parametrize("model", known_models())
def test_every_row_makes_sense(model: str) -> None:
    row = known(model)
    assert row.id == model
    assert set(row.apis) <= {"vertex", "developer"} and row.apis
    assert row.retires.keys() <= {"vertex", "developer"}
    starts = [first or date.min for first, _ in row.prices]
    assert starts == sorted(set(starts)) and starts[:1] == [date.min]
    for _, price in row.prices:
        tiers = [price.base, *([price.long] if price.long else [])]
        assert all(tier.input <= tier.output and (tier.cached or 0) <= tier.input for tier in tiers)
    if row.thinking:
        assert set(row.thinking.levels or ()) <= set(WORDS["ThinkingLevel"])
        assert len(row.thinking.budget or ()) in (0, 2)
        assert row.thinking.kind != "none" or not row.thinking.by_default
    assert not row.replacement or entry(row.replacement)


def test_the_table_is_dated_and_has_what_it_should() -> None:
    assert as_of() == TODAY
    families = {"gemini-2.0-flash", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-3.1-pro-preview"}
    assert families | {"gemini-3.8-flash", "gemini-3.5-flash-lite", "gemma-4-31b-it"} <= set(known_models())


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("gemini-2.5-flash", "gemini-2.5-flash"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("projects/p/locations/us/publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("gemini-2.0-flash@002", "gemini-2.0-flash"),
        ("gemini-2.5-flash-image", None),
        ("gemini-2.5-flash-preview-09-2025", None),
        ("projects/p/locations/us-central1/endpoints/9003", None),
        ("", None),
    ],
)
def test_which_row_an_id_means(model: str, found: str | None) -> None:
    row = entry(model)
    assert (row.id if row else None) == found


def test_a_price_begins_on_its_day() -> None:
    before, after = Price(Tier(2_000_000, 10_000_000, 100_000)), Price(Tier(4_000_000, 20_000_000, 200_000))
    assert price_of("gemini-4-argon", {}, date(2026, 11, 30)) == before
    assert price_of("gemini-4-argon", {}, date(2026, 12, 1)) == after
    assert ModelEntry("m", ("vertex",)).price(TODAY) is None


def test_whose_price_counts() -> None:
    own = {"input": 0.15, "output": 1, "cached_input": 0.015}
    mine = Price(Tier(150_000, 1_000_000, 15_000))
    full = "projects/p/locations/us-central1/endpoints/9003"
    assert price_of("gemini-2.5-flash", {}, TODAY) == FLASH
    assert price_of("gemini-2.5-flash", {"prices": {"gemini-2.5-flash": own}}, TODAY) == mine
    assert price_of("models/gemini-2.5-flash", {"prices": {"gemini-2.5-flash": own}}, TODAY) == mine
    assert price_of(full, {"prices": {full: {"input": 0.3, "output": 2.5}}}, TODAY) == Price(Tier(300_000, 2_500_000))
    assert price_of(full, {}, TODAY) is None
    assert price_of("gemma-4-31b-it", {}) == FREE
    assert price_of("gemini-2.5-flash", {"models": {"gemini-2.5-flash": {"price": own}}}, TODAY) == mine


@pytest.mark.parametrize(
    ("model", "api", "day", "warning"),
    [
        ("gemini-2.5-flash", Api.DEVELOPER, date(2026, 10, 1), ""),
        (
            "gemini-2.5-flash",
            Api.DEVELOPER,
            date(2026, 10, 2),
            "gemini-2.5-flash will be retired on the developer API on 2026-12-01 (in 60 days);"
            " Google names gemini-3.5-flash-lite in its place (model table of 2026-11-25)",
        ),
        (
            "gemini-2.5-flash",
            Api.DEVELOPER,
            date(2026, 11, 30),
            "gemini-2.5-flash will be retired on the developer API on 2026-12-01 (tomorrow);"
            " Google names gemini-3.5-flash-lite in its place (model table of 2026-11-25)",
        ),
        (
            "gemini-2.5-flash",
            Api.DEVELOPER,
            date(2026, 12, 1),
            "gemini-2.5-flash will be retired on the developer API on 2026-12-01 (today);"
            " Google names gemini-3.5-flash-lite in its place (model table of 2026-11-25)",
        ),
        (
            "publishers/google/models/gemini-2.5-flash",
            Api.VERTEX,
            TODAY,
            "gemini-2.5-flash was retired on Vertex AI on 2026-10-20, and requests may be answered by another model;"
            " Google names gemini-3.5-flash-lite in its place (model table of 2026-11-25)",
        ),
        (
            "gemini-3.1-flash-lite",
            Api.EXPRESS,
            date(2027, 5, 8),
            "gemini-3.1-flash-lite was retired on Vertex AI on 2027-05-07, and requests may be answered by another model"
            " (model table of 2026-11-25)",
        ),
        ("gemini-2.5-flash-lite", Api.DEVELOPER, TODAY, ""),
        ("gemini-3.8-flash", None, TODAY, ""),
        ("gpt-5", None, TODAY, ""),
    ],
)
def test_retirement(model: str, api: Api | None, day: date, warning: str) -> None:
    assert retirement_warning(model, day, api) == warning


def test_without_an_api_the_first_that_retires_it_counts() -> None:
    assert "was retired on Vertex AI on 2026-10-20" in retirement_warning("gemini-2.5-flash", TODAY)
    assert retirement_warning("gemini-2.5-flash", date(2026, 10, 20) - timedelta(days=61)) == ""


THINKS = "gemini-2.5-flash thinks by default, and 16 output tokens are used up by thoughts before it answers"


@pytest.mark.parametrize(
    ("model", "params", "faults"),
    [
        ("gemini-2.5-flash", {"max_output_tokens": 16}, [("max_output_tokens", THINKS, "thinking_budget: 0")]),
        (
            "gemini-2.5-flash",
            {"maxOutputTokens": 16, "include_thoughts": True},
            [("max_output_tokens", THINKS, "thinking_budget: 0")],
        ),
        ("gemini-2.5-flash", {"max_output_tokens": 16, "thinking_budget": 0}, []),
        ("gemini-2.5-flash", {"max_output_tokens": 16, "thinkingConfig": {"thinkingBudget": 0}}, []),
        ("gemini-2.5-flash", {"max_output_tokens": ROOM_TO_THINK}, []),
        ("gemini-2.5-flash", {}, []),
        ("gemini-2.5-flash-lite", {"max_output_tokens": 16}, []),
        ("gemini-2.0-flash", {"max_output_tokens": 16}, []),
        (
            "gemini-2.5-pro",
            {"max_output_tokens": 16},
            [
                (
                    "max_output_tokens",
                    THINKS.replace("flash", "pro"),
                    "thinking_budget: 128, with more max_output_tokens than that",
                )
            ],
        ),
        (
            "gemini-3.8-flash",
            {"max_output_tokens": 16},
            [("max_output_tokens", THINKS.replace("gemini-2.5", "gemini-3.8"), "thinking_level: LOW")],
        ),
        (
            "gemini-3.5-flash",
            {"max_output_tokens": 16},
            [("max_output_tokens", THINKS.replace("gemini-2.5", "gemini-3.5"), "thinking_level: MINIMAL")],
        ),
        (
            "gemini-2.5-flash",
            {"max_output_tokens": 100_000},
            [("max_output_tokens", "gemini-2.5-flash gives at most 65,536 tokens, not 100,000", "max_output_tokens: 65536")],
        ),
        ("gemma-4-31b-it", {"max_output_tokens": 100_000, "thinking_budget": 5}, []),
        (
            "gemini-2.5-pro",
            {"thinking_budget": 0},
            [
                (
                    "thinking_budget",
                    "gemini-2.5-pro always thinks: thinking_budget can't be 0",
                    "thinking_budget: 128, with more max_output_tokens than that",
                )
            ],
        ),
        ("gemini-2.5-pro", {"thinking_budget": -1}, []),
        (
            "gemini-2.5-flash-lite",
            {"thinking_config": {"thinking_budget": 100}},
            [
                (
                    "thinking_config",
                    "gemini-2.5-flash-lite takes a thinking_budget from 512 to 24,576, not 100",
                    "thinking_budget: 0",
                )
            ],
        ),
        (
            "gemini-2.5-flash",
            {"thinking_level": "LOW"},
            [("thinking_level", "gemini-2.5-flash takes no thinking_level", "thinking_budget: 0")],
        ),
        (
            "gemini-4-argon",
            {"thinking_budget": 0},
            [("thinking_budget", "gemini-4-argon takes no thinking_budget", "thinking_level: LOW")],
        ),
        (
            "gemini-3.8-flash",
            {"thinking_level": "minimal"},
            [
                (
                    "thinking_level",
                    "gemini-3.8-flash takes LOW, MEDIUM, HIGH as thinking_level, not minimal",
                    "thinking_level: LOW",
                )
            ],
        ),
        ("gemini-3.8-flash", {"thinking_level": "low", "max_output_tokens": 16}, []),
        ("gemini-3.7-flash", {"thinking_level": "MINIMAL"}, []),
        ("gemini-2.0-flash", {"thinking_budget": 0}, [("thinking_budget", "gemini-2.0-flash does not think", "take it out")]),
        (
            "gemini-2.0-flash",
            {"thinking_config": {"thinking_budget": 0, "thinking_level": "LOW"}},
            [("thinking_config", "gemini-2.0-flash does not think", "take it out")],
        ),
        ("projects/p/locations/us-central1/endpoints/9", {"max_output_tokens": 1, "thinking_level": "x"}, []),
        ("gemini-2.5-flash", {"thinking_config": "x", "max_output_tokens": "16", "thinking_budget": None}, []),
    ],
)
def test_thinking(model: str, params: Json, faults: list[tuple[str, str, str]]) -> None:
    assert thinking_faults(model, params) == faults


def test_what_the_workspace_says_of_a_model_goes_over_the_table() -> None:
    said = {
        "output_tokens": 100,
        "thinking": {"kind": "always", "by_default": True, "budget": [], "levels": ["low"]},
        "retires": "2026-12-24",
    }
    target = {"models": {"gemini-2.5-flash": said, "gemini-9-new": {"thinking": {"by_default": True}}}}
    changed = entry("publishers/google/models/gemini-2.5-flash", target)
    assert changed is not None
    assert (changed.input_tokens, changed.output_tokens) == (known("gemini-2.5-flash").input_tokens, 100)
    assert changed.thinking == Thinking("always", by_default=True, budget=(), levels=("LOW",))
    assert thinking_faults("gemini-2.5-flash", {"thinking_budget": 0}, target) == [
        ("thinking_budget", "gemini-2.5-flash takes no thinking_budget", "thinking_level: LOW")
    ]
    assert "will be retired on the developer API on 2026-12-24" in retirement_warning(
        "gemini-2.5-flash", date(2026, 11, 25), Api.DEVELOPER, target
    )
    assert [name for name, _, _ in thinking_faults("gemini-9-new", {"max_output_tokens": 8}, target)] == ["max_output_tokens"]
    assert entry("gemini-9-new") is None
