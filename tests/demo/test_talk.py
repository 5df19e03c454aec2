"""What is said: variety, masked data that checks out, and nothing forbidden in the background."""

from __future__ import annotations

import random
import re

from pipeline.demo.talk.goods import CATEGORIES
from pipeline.demo.talk.intents import CLOSERS, GREETINGS, INTENTS, ROBOT_FAQ
from pipeline.demo.talk.lines import ABUSE, CLOSE_TRADE, EXTREME, LURE
from pipeline.demo.talk.pool import build_pool, fake_bank_card, fake_id_card, fake_phone


def test_templates_are_many_and_differ() -> None:
    trade = [text for category in CATEGORIES for text in (*category.asks, *category.answers)]
    said = [text for intent in INTENTS for text in (*intent.asks, *intent.answers)]
    assert len(set(trade)) > 200 and len(set(said)) > 180
    for lines, least in ((ABUSE, 30), (LURE, 20), (CLOSE_TRADE, 10), (EXTREME, 15)):
        assert len(set(lines)) == len(lines) >= least


def test_every_slot_is_filled() -> None:
    for number, category in enumerate(CATEGORIES):
        assert not [text for text in build_pool(category, number).sentences if re.search(r"[{}]", text)]


def test_fake_numbers_pass_their_checks() -> None:
    rnd = random.Random(1)
    for _ in range(200):
        assert re.fullmatch(r"1[3-9]\d{9}", fake_phone(rnd))
        card = fake_id_card(rnd)
        weights = [2 ** (17 - place) % 11 for place in range(18)]
        total = sum((10 if c == "X" else int(c)) * w for c, w in zip(card, weights, strict=True))
        assert total % 11 == 1
        digits = [int(c) for c in reversed(fake_bank_card(rnd))]
        assert sum(sum(divmod(d * (1 + place % 2), 10)) for place, d in enumerate(digits)) % 10 == 0


def test_agents_and_robots_say_nothing_absolute_or_private_in_the_background() -> None:
    said = [*CLOSERS, *GREETINGS, *ROBOT_FAQ]
    said += [text for intent in INTENTS for text in intent.answers]
    said += [text for category in CATEGORIES for text in category.answers]
    absolute, private = r"最(?!近|晚|多|少)|第一(?!次|时间)", r"\{phone|\{addr|\{idcard|微信|QQ|扫码进|转账"
    forbidden = re.compile(f"{absolute}|{private}|傻|滚")
    assert not [text for text in said if forbidden.search(text)]


def test_the_same_seed_says_the_same() -> None:
    assert build_pool(CATEGORIES[0], 5).sentences == build_pool(CATEGORIES[0], 5).sentences
    assert build_pool(CATEGORIES[0], 5).sentences != build_pool(CATEGORIES[0], 6).sentences
