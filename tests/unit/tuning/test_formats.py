"""Both formats: what is written reads back as it was, and converts into the other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_eval.errors import Place
from gemini_eval.safe.json_text import read_json
from gemini_eval.suites.data.rows import RowRefusedError
from gemini_eval.tuning.example import TuningExample
from gemini_eval.tuning.formats import Shape, line_of, read_example
from gemini_eval.types import Json, Message

PLACE = Place("t.jsonl", 3)
CHAT = TuningExample(
    (Message("user", "Parcel?"), Message("model", "delivery"), Message("user", "돈을 돌려주세요"), Message("model", "refund")),
    "You sort tickets.",
    PLACE,
)
CHAT_CONTENTS = {
    "systemInstruction": {"role": "system", "parts": [{"text": "You sort tickets."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Parcel?"}]},
        {"role": "model", "parts": [{"text": "delivery"}]},
        {"role": "user", "parts": [{"text": "돈을 돌려주세요"}]},
        {"role": "model", "parts": [{"text": "refund"}]},
    ],
}
CHAT_MESSAGES = {
    "messages": [
        {"role": "system", "content": "You sort tickets."},
        {"role": "user", "content": "Parcel?"},
        {"role": "model", "content": "delivery"},
        {"role": "user", "content": "돈을 돌려주세요"},
        {"role": "model", "content": "refund"},
    ]
}
PLAIN = TuningExample((Message("user", "a\nb"), Message("model", '{"x": 1}')), "", PLACE)


@pytest.mark.parametrize(
    ("example", "shape", "written"),
    [
        (CHAT, "contents", CHAT_CONTENTS),
        (CHAT, "messages", CHAT_MESSAGES),
        (
            PLAIN,
            "contents",
            {"contents": [{"role": "user", "parts": [{"text": "a\nb"}]}, {"role": "model", "parts": [{"text": '{"x": 1}'}]}]},
        ),
        (PLAIN, "messages", {"messages": [{"role": "user", "content": "a\nb"}, {"role": "model", "content": '{"x": 1}'}]}),
    ],
)
def test_a_line(example: TuningExample, shape: Shape, written: Json) -> None:
    line = line_of(example, shape)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert json.loads(line) == written
    assert read_example(read_json(line), PLACE) == example


def test_a_line_of_contents_is_one_that_google_reads() -> None:
    """Its own message types, read strictly, know every key."""
    from google.cloud.aiplatform_v1.types import GenerateContentRequest
    from google.protobuf.json_format import Parse

    read = Parse(line_of(CHAT, "contents"), GenerateContentRequest.pb(GenerateContentRequest()))
    assert read.system_instruction.parts[0].text == "You sort tickets."
    assert [(turn.role, turn.parts[0].text) for turn in read.contents] == [(turn.role, turn.text) for turn in CHAT.contents]


texts = st.text(st.characters(exclude_categories=("Cs",)))
turns = st.lists(st.tuples(texts, texts), min_size=1, max_size=3)


@given(turns, texts, st.sampled_from(["contents", "messages"]))
def test_any_text_comes_back(pairs: list[tuple[str, str]], system: str, shape: Shape) -> None:
    said = tuple(message for one, other in pairs for message in (Message("user", one), Message("model", other)))
    example = TuningExample(said, system, PLACE)
    assert read_example(read_json(line_of(example, shape)), PLACE) == example


def test_the_guides_own_lines() -> None:
    """The guide's two examples, and what other tools write: `assistant`, a text in place of parts."""
    system = "You should classify the text into one of the following classes:[business, entertainment]"
    row = {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": "Diversify your investment portfolio"},
            {"role": "model", "content": "business"},
        ]
    }
    said = (Message("user", "Diversify your investment portfolio"), Message("model", "business"))
    assert read_example(row, PLACE) == TuningExample(said, system, PLACE)
    other = {
        "messages": [
            {"role": "user", "content": "Diversify your investment portfolio"},
            {"role": "assistant", "content": "business"},
        ]
    }
    assert read_example(other, PLACE) == TuningExample(said, "", PLACE)
    assert read_example({"text": "x", "expected": "y"}, PLACE) is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"contents": [{"role": "usr", "parts": [{"text": "a"}]}]}, "contents.0: unknown role 'usr'"),
        ({"contents": [{"role": "user", "parts": []}]}, "contents.0: no text in the turn"),
        ({"contents": []}, "contents: the last turn must be the model's, it is none at all"),
        (
            {"contents": [{"role": "user", "parts": [{"inlineData": {}}]}]},
            "contents.0.parts.0: only text is read, found inlineData",
        ),
        ({**CHAT_CONTENTS, "tools": [{}]}, "tools: an example holds turns alone"),
        ({**CHAT_CONTENTS, "generationConfig": {"temperature": 1}}, "temperature: an example holds turns alone"),
    ],
)
def test_what_is_no_example(row: Json, reason: str) -> None:
    with pytest.raises(RowRefusedError) as raised:
        read_example(row, PLACE)
    assert (raised.value.fault.reason, raised.value.fault.place) == (reason, PLACE)


@pytest.mark.parametrize(
    ("change", "reason", "hint"),
    [
        ({"systeminstruction": "Sort."}, '"systeminstruction" is not read', 'did you mean "system_instruction"?'),
        ({"foo": 1}, '"foo" is not read', "tuning data is text here: take it out"),
        ({"messages": [{"role": "user", "content": "x"}]}, '"messages" is not read', "tuning data is text here: take it out"),
        (
            {"systemInstruction": {"parts": [{"text": "a"}], "content": "b"}},
            'systemInstruction: "content" is not read',
            "tuning data is text here: take it out",
        ),
    ],
)
def test_what_would_be_lost_is_refused(change: Json, reason: str, hint: str) -> None:
    with pytest.raises(RowRefusedError) as raised:
        read_example(CHAT_CONTENTS | change, PLACE)
    assert (raised.value.fault.reason, raised.value.fault.hint) == (reason, hint)


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ({"role": "user", "parts": [{"text": "a"}], "weight": 0}, 'contents.0: "weight" is not read'),
        ({"role": "user", "parts": [{"text": "a"}, {"text": "b", "thought": True}]}, 'contents.0.parts.1: "thought" is not read'),
        ({"role": "user", "content": {"text": "a", "inlineData": {}}}, 'contents.0.content.0: "inlineData" is not read'),
    ],
)
def test_what_a_turn_would_lose_is_refused(turn: Json, reason: str) -> None:
    with pytest.raises(RowRefusedError) as raised:
        read_example({"contents": [turn, {"role": "model", "parts": [{"text": "b"}]}]}, PLACE)
    assert raised.value.fault.reason == reason


def test_what_names_a_row_may_stand_beside_its_turns() -> None:
    named = {"id": "a", "tags": ["x"], "cluster": "c", "split": "train"}
    assert read_example(CHAT_CONTENTS | named, PLACE) == CHAT
