from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.providers.local_prompt import cue_missing, prompt_text
from gemini_eval.types import Message, Request


def request(*turns: tuple[str, str], system: str = "") -> Request:
    return Request("local:gemma-3-270m", tuple(Message(role, text) for role, text in turns), system)  # type: ignore[arg-type]


def test_system_blank_line_user_text() -> None:
    asked = request(("user", "Review: dull\nSentiment: "), system="Name the sentiment.\n")
    assert prompt_text(asked) == "Name the sentiment.\n\nReview: dull\nSentiment:"


def test_a_history_is_joined_in_order_model_turns_as_they_are() -> None:
    asked = request(("user", "Hi\n"), ("model", "  Hello."), ("user", "Bye\n\n"), system="Chat.")
    assert prompt_text(asked) == "Chat.\n\nHi\n\n  Hello.\n\nBye"


def test_blank_parts_leave_no_gap() -> None:
    assert prompt_text(request(("user", " \n"), ("user", "A:"), system="\n")) == "A:"
    assert prompt_text(request()) == ""


@settings(max_examples=60)
@given(st.lists(st.text(), max_size=5), st.text())
def test_every_part_is_in_the_text_and_nothing_trails(texts: list[str], system: str) -> None:
    text = prompt_text(request(*(("user", part) for part in texts), system=system))
    assert text == text.rstrip()
    start = 0
    for part in (system, *texts):
        start = text.index(part.rstrip() if part.strip() else "", start)


@pytest.mark.parametrize("text", ["Type:", "Type: \n", "종류：", "A = ", "x ->", "<answer>", 'He said "', "{", "|"])
def test_a_cue(text: str) -> None:
    assert not cue_missing(text)


@pytest.mark.parametrize("text", ["", " ", "Classify this.", "Type:\nplease", "What is it?"])
def test_no_cue(text: str) -> None:
    assert cue_missing(text)
