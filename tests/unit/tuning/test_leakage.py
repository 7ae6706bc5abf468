"""Which texts are found to be others: equal, but for spelling, nearly; and that the search misses and invents none."""

from __future__ import annotations

import random
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_eval.tuning.leakage import NEAR, SHORTEST, Leak, find_leaks, folded, shared, signatures

TICKET = "My parcel was to come on Monday, and nobody at the depot knows where it is."
KOREAN = "월요일에 도착했어야 할 소포가 아직 오지 않았고 물류 센터에서도 어디 있는지 모른다고 합니다."


def test_each_kind_with_the_nearest_case() -> None:
    tuned = [
        "something else altogether, of its own",
        TICKET,
        "  my PARCEL was to come on  Monday, and nobody at the depot knows where it is ",
        TICKET.replace("Monday", "Tuesday"),
        KOREAN.replace("아직", "지금도 아직"),
        "",
        KOREAN.replace(" ", ""),
    ]
    evaluated = [KOREAN, TICKET + " Please help me find it again, at once, or else.", TICKET]
    found = find_leaks(tuned, evaluated)
    assert [(leak.tuned, leak.evaluated, leak.kind) for leak in found] == [
        (1, 2, "equal"),
        (2, 2, "equal but for spelling"),
        (3, 2, "nearly equal"),
        (4, 0, "nearly equal"),
        (6, 0, "equal but for spelling"),
    ]
    assert [leak.share for leak in found] == [
        1.0,
        1.0,
        shared(folded(tuned[3]), folded(evaluated[2])),
        shared(folded(tuned[4]), folded(evaluated[0])),
        1.0,
    ]


DELIVERY = "주문한 상품이 아직 도착하지 않았어요. 언제 받을 수 있나요?"


@pytest.mark.parametrize(
    ("tuned", "evaluated", "kind"),
    [
        (DELIVERY.replace("상품이", "상품은"), DELIVERY, "nearly equal"),
        (DELIVERY.replace(". ", ", "), DELIVERY, "nearly equal"),
        (DELIVERY.replace(" ", ""), DELIVERY, "equal but for spelling"),
        ("배송지를변경하고 싶습니다 가능한가요", "배송지를 변경하고 싶습니다, 가능한가요", "nearly equal"),
        ("환불부탁드립니다", "환불 부탁드립니다", "equal but for spelling"),
        ("상품 2개 주문", "상품 2 개 주문", "equal but for spelling"),
        (normalize("NFD", DELIVERY), DELIVERY, "equal but for spelling"),
        ("Ｈｅｌｌｏ ＡＢＣ １２３", "hello abc 123", "equal but for spelling"),
        ("My par\u200bcel is\u00ad late", "My parcel is late", "equal but for spelling"),
    ],
)
def test_what_a_writer_of_korean_may_change(tuned: str, evaluated: str, kind: str) -> None:
    assert [leak.kind for leak in find_leaks([tuned], [evaluated])] == [kind]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("환불을 부탁드립니다", "환불 부탁드립니다"),
        ("1 23", "12 3"),
        ("주문을 취소하고 싶어요", "주문을 변경하고 싶어요"),
        ("카드로 결제한 금액이 아직 환불되지 않았습니다.", "계좌로 송금한 금액이 아직 입금되지 않았습니다."),
        ("비밀번호를 잊어버려서 로그인을 할 수 없습니다.", "이메일 주소를 잊어버려서 가입을 할 수 없습니다."),
    ],
)
def test_other_texts_that_look_alike(one: str, other: str) -> None:
    assert find_leaks([one], [other]) == []


def test_half_a_text_is_no_duplicate() -> None:
    assert find_leaks([TICKET], [TICKET[: len(TICKET) // 2]]) == []
    assert find_leaks([TICKET, KOREAN], []) == []
    assert find_leaks([], [TICKET]) == []


def test_the_threshold_is_the_callers() -> None:
    other = TICKET.replace("Monday", "Tuesday")
    share = shared(folded(other), folded(TICKET))
    assert find_leaks([other], [TICKET], share) == [Leak(0, 0, "nearly equal", share)]
    assert find_leaks([other], [TICKET], share + 0.001) == []


def test_short_texts_are_held_to_be_equal_only_where_they_are() -> None:
    short = "a" * (SHORTEST - 2)
    assert find_leaks([short + "b", short + "."], [short]) == [Leak(1, 0, "equal but for spelling")]


def test_shares_are_of_all_shingles() -> None:
    assert shared("abcdef", "abcdef") == 1.0
    assert shared("abcde", "abcdx") == 1 / 3  # abcd of abcd, bcde, bcdx
    assert shared("abc", "abc") == 1.0
    assert shared("abc", "abd") == 0.0


def words(random_: random.Random, count: int) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz가나다라마바사아자차카타파하"
    return ["".join(random_.choice(letters) for _ in range(random_.randint(2, 8))) for _ in range(count)]


def test_what_measuring_every_pair_finds_is_found() -> None:
    """Texts with one to six words of forty changed, among others: the same as by brute force."""
    chance = random.Random(7)
    known = words(chance, 800)
    evaluated = [" ".join(chance.choice(known) for _ in range(40)) for _ in range(150)]
    tuned = []
    for number, text in enumerate(evaluated):
        own = text.split()
        for _ in range(number % 6 + 1):
            own[chance.randrange(40)] = chance.choice(known)
        tuned.append(" ".join(own))
    tuned += [" ".join(chance.choice(known) for _ in range(40)) for _ in range(150)]
    near = [index for index, text in enumerate(tuned) if max(shared(folded(text), folded(other)) for other in evaluated) >= NEAR]
    assert 40 < len(near) < 150
    assert [leak.tuned for leak in find_leaks(tuned, evaluated)] == near


def test_a_bucket_that_all_share_does_not_hide_the_nearest() -> None:
    """Four thousand texts of one template: each still finds one that it is like, and no pair is measured without need."""
    texts = [
        f"Where is my order {number:06}? It has not come, and I have waited for more than a week now." for number in range(4000)
    ]
    found = find_leaks(texts[::2], texts[1::2])
    assert len(found) == 2000
    assert all(leak.share >= NEAR for leak in found)


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_signatures_are_of_the_text_alone(texts: list[str]) -> None:
    """Whatever stands beside it: no shingle reaches into the next text."""
    together = signatures(texts)
    alone = [signatures([text])[0] for text in texts]
    assert together.tolist() == [row.tolist() for row in alone]


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_whatever_is_found_is_so(one: str, other: str) -> None:
    for leak in find_leaks([one], [other], 0.5):
        assert (one == other) == (leak.kind == "equal")
        assert (folded(one) == folded(other)) == (leak.kind != "nearly equal")
        assert leak.share == shared(folded(one), folded(other)) >= 0.5


@pytest.mark.parametrize("count", [1, 2, 65_537])
def test_texts_longer_than_what_is_hashed_at_once(count: int) -> None:
    text = "abcdefghij" * count
    assert (signatures([text, text])[0] == signatures([text])[0]).all()
