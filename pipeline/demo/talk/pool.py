"""Fill the templates once per shop, so that a message is only an index into a pool of finished sentences."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.demo.talk import intents as said
from pipeline.demo.talk import lines
from pipeline.demo.talk.goods import CARRIERS, CITIES, GIVEN, STREETS, SURNAMES, Category

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """Sentences in groups; group g holds sentences[offset[g] : offset[g] + size[g]]."""

    sentences: list[str]
    names: dict[str, int]
    offset: Ints
    size: Ints

    def draw(self, groups: Ints, rng: np.random.Generator) -> Ints:
        """One random sentence index for each group number given."""
        room = self.size[groups]
        return self.offset[groups] + (rng.random(len(groups)) * room).astype(np.int64)


def fake_phone(rnd: random.Random) -> str:
    """A plausible mobile number that nobody was given on purpose."""
    return rnd.choice(("138", "139", "150", "159", "177", "186", "191")) + f"{rnd.randrange(10**8):08d}"


def fake_id_card(rnd: random.Random) -> str:
    """Eighteen digits with the right check digit, so that a reader that verifies it also masks it."""
    body = f"{rnd.choice(('330106', '440305', '510107', '420111'))}19{rnd.randrange(60, 100)}"
    body += f"{rnd.randrange(1, 13):02d}{rnd.randrange(1, 29):02d}{rnd.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        body
        + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
    )


def fake_bank_card(rnd: random.Random) -> str:
    """Nineteen digits that pass the Luhn check."""
    body = "622848" + f"{rnd.randrange(10**12):012d}"
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(body)]
    total = sum(sum(divmod(value, 10)) for value in doubled)
    return body + str(-total % 10)


def fake_address(rnd: random.Random) -> str:
    """A street address in one of the cities of the sample."""
    province, city, district = rnd.choice(CITIES)
    street = (
        f"{rnd.choice(STREETS)}{rnd.randrange(1, 600)}号{rnd.randrange(1, 30)}幢{rnd.randrange(101, 2405)}室"
    )
    return f"{province}{city}{district}{street}"


def _fill(template: str, category: Category, rnd: random.Random) -> str:
    if "{" not in template:
        return template
    phone = fake_phone(rnd)
    slots = {
        "g": rnd.choice(category.goods)[0],
        "v": rnd.choice(category.variants),
        "h": str(rnd.randrange(150, 182)),
        "w": str(rnd.randrange(88, 165)),
        "n": str(rnd.randrange(3, 10)),
        "mon": str(rnd.randrange(5, 9)),
        "city": rnd.choice(CITIES)[1],
        "carrier": rnd.choice(CARRIERS)[0],
        "hour": str(rnd.randrange(13, 20)),
        "o": str(rnd.randrange(1000, 9999)),
        "who": rnd.choice(SURNAMES) + rnd.choice(GIVEN),
        "phone": phone,
        "phone_spaced": f"{phone[:3]} {phone[3:7]} {phone[7:]}",
        "addr": "",
        "idcard": "",
        "bank": "",
    }
    if "{addr}" in template:
        slots["addr"] = fake_address(rnd)
    if "{idcard}" in template or "{bank}" in template:
        slots["idcard"], slots["bank"] = fake_id_card(rnd), fake_bank_card(rnd)
    return template.format_map(slots)


def _times(template: str) -> int:
    """How often a template is filled: once if it has no slot, often where it names a person."""
    if "{" not in template:
        return 1
    return 12 if any(slot in template for slot in ("{phone", "{addr}", "{idcard}", "{bank}")) else 6


def build_pool(category: Category, seed: int) -> Pool:
    """All sentences that one shop of this category may exchange."""
    rnd = random.Random(seed)
    groups: dict[str, tuple[str, ...]] = {}
    for intent in said.INTENTS:
        trade = intent.stage == "before"
        groups[f"ask:{intent.name}"] = intent.asks + (
            category.asks if trade and intent.name == "stock" else ()
        )
        groups[f"answer:{intent.name}"] = intent.answers
    groups |= {"ask:goods": category.asks, "answer:goods": category.answers}
    groups |= {
        "filler": said.FILLERS,
        "angry": said.BUYER_ANGRY,
        "buyer_lure": said.BUYER_LURE,
        "closer": said.CLOSERS,
        "greeting": said.GREETINGS,
        "robot": said.ROBOT_FAQ,
        "to_human": said.TO_HUMAN,
        "card": said.CARDS,
        "order_card": said.ORDER_CARDS,
        "image": said.IMAGES,
        "abuse": lines.ABUSE,
        "lure": lines.LURE,
        "close_trade": lines.CLOSE_TRADE,
        "extreme": lines.EXTREME,
    }
    sentences: list[str] = []
    offset, size = [], []
    for templates in groups.values():
        offset.append(len(sentences))
        sentences += [_fill(text, category, rnd) for text in templates for _ in range(_times(text))]
        size.append(len(sentences) - offset[-1])
    names = {name: number for number, name in enumerate(groups)}
    return Pool(sentences, names, np.array(offset, dtype=np.int64), np.array(size, dtype=np.int64))
