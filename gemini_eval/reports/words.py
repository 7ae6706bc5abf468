"""Words of a text, for finding what failing cases share."""

from __future__ import annotations

from collections.abc import Iterator

MOST_CHARACTERS = 20_000
"""Of one text; what follows is not looked at."""
LONGEST = 40
"""A longer word is no word but data: an address, a key."""

STOP_WORDS = frozenset(
    (  # noqa: SIM905  # a line of words reads better than a hundred literals
        "a about after all also am an and any are as at be because been but by can could did do does for from get got "
        "had has have he her his how i if in into is it its just like me more my no not of off on one or our out over "
        "she so some than that the their them then there these they this to too up us very was we were what when where "
        "which who why will with would you your i'm it's don't i've can't didn't "
        "니다 습니 합니 입니 있습 없습 어요 아요 해요 세요 네요 데요 이에 에요 예요 에서 에게 으로 까지 부터 "
        "하고 하는 한다 했다 했어 있어 있는 없는 그리 리고 그런 그래 이런 저는 제가 너무 정말 는데 지만"
    ).split()
)
"""Words that every text has, and the pairs of syllables in which Korean sentences end and go on."""


def words_of(text: str) -> Iterator[str]:
    """Words without their case and the punctuation around them, stop words aside.

    Where a script is written without spaces, or with endings at each word (Hangul, Han, Kana), a word stands for its pairs of
    neighbouring characters: 환불을 is 환불 and 불을, so that 환불 is found whatever follows it.
    """
    for piece in text[:MOST_CHARACTERS].casefold().split():
        for run in _runs(piece):
            if _is_dense(run[0]):
                pairs = (run[at : at + 2] for at in range(len(run) - 1))
                yield from (pair for pair in pairs if pair not in STOP_WORDS)
            elif 2 <= len(run) <= LONGEST and run not in STOP_WORDS and not run.isdigit():
                yield run


def _runs(piece: str) -> Iterator[str]:
    """Stretches of letters, digits and apostrophes, dense scripts apart from the others."""
    run = ""
    for character in piece:
        part_of_word = character.isalnum() or (character in "'’" and run and not _is_dense(run[0]))
        if run and (not part_of_word or _is_dense(character) is not _is_dense(run[0])):
            yield from _stripped(run)
            run = ""
        if part_of_word:
            run += "'" if character == "’" else character
    yield from _stripped(run)


def _stripped(run: str) -> Iterator[str]:
    if word := run.strip("'"):
        yield word


def _is_dense(character: str) -> bool:
    """Hangul, Han, Hiragana and Katakana."""
    code = ord(character)
    return 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF
