"""Turn the rounds of conversations into messages: who says what in which second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.demo.chats import (
    AGENT,
    BUYER,
    EDGES,
    IMAGE,
    NOBODY,
    ORDER_CARD,
    PRODUCT_CARD,
    RECALL,
    ROBOT,
    SYSTEM,
    TEXT,
    Bools,
    Talks,
)
from pipeline.demo.clock import Ints
from pipeline.demo.plan import Store
from pipeline.demo.talk.intents import INTENTS
from pipeline.demo.talk.pool import Pool


@dataclass
class Messages:
    """One shop's messages in the order in which they were sent within each conversation."""

    talk: Ints
    sent: Ints
    role: Ints
    agent: Ints
    kind: Ints
    sentence: Ints  # index into the pool, NOBODY where special holds the text
    special: dict[int, str]
    round: Ints
    line: npt.NDArray[np.object_]


def write_down(store: Store, talks: Talks, pool: Pool, rng: np.random.Generator) -> Messages:
    """Turn rounds into messages: the buyer's one to three, a robot's greeting, the agent's one or two."""
    count = len(talks.of_round)
    place = np.arange(count) - talks.first_round[talks.of_round]
    human = talks.wait != NOBODY
    robot_talk = talks.robot_only[talks.of_round]
    greeted = (place == 0) & store.robot & (rng.random(count) < 0.8)
    room = np.where(human, talks.wait, 55)
    spare = np.clip(room - 4, 0, 30)
    alone = np.isin(talks.wait, EDGES) | (
        greeted & (talks.wait > 28)
    )  # one question, so that its wait is the round's
    more = np.where((room >= 8) & ~alone, rng.choice([0, 0, 0, 0, 0, 1, 1, 2], count), 0)
    again = human & (rng.random(count) < 0.33)
    angry = rng.random(count) < 0.012
    names = pool.names
    asks = np.array([names[f"ask:{intent.name}"] for intent in INTENTS])[talks.intent]
    answers = np.array([names[f"answer:{intent.name}"] for intent in INTENTS])[talks.intent]
    on_goods = np.isin(talks.intent, [0]) & (rng.random(count) < 0.7)
    asks, answers = (
        np.where(on_goods, names["ask:goods"], asks),
        np.where(on_goods, names["answer:goods"], answers),
    )
    asks = np.where(angry, names["angry"], asks)
    asks = np.where(rng.random(count) < 0.006, names["buyer_lure"], asks)
    card = np.where(talks.order[talks.of_round] >= 0, ORDER_CARD, PRODUCT_CARD)
    opens = (place == 0) & (rng.random(count) < 0.18)
    card_group = np.where(card == ORDER_CARD, names["order_card"], names["card"])

    parts: list[
        tuple[Bools, Ints | int, int, Ints | int, Ints]
    ] = []  # which rounds, offset, role, kind, group
    full = np.ones(count, dtype=bool)
    parts.append((full, 0, BUYER, np.where(opens, card, TEXT), np.where(opens, card_group, asks)))
    parts.append((greeted, 1, ROBOT, TEXT, np.full(count, names["greeting"])))
    second = 2 + (rng.random(count) * spare / 2).astype(np.int64)
    picture = np.where(rng.random(count) < 0.12, IMAGE, TEXT)
    filler = np.where(picture == IMAGE, names["image"], np.where(opens, asks, names["filler"]))
    parts.append((more >= 1, second, BUYER, picture, filler))
    third = second + 1 + (rng.random(count) * spare / 3).astype(np.int64)
    parts.append((more >= 2, third, BUYER, TEXT, np.full(count, names["filler"])))
    parts.append((robot_talk, third + 2, ROBOT, TEXT, np.full(count, names["robot"])))
    moved = talks.handed_over & human
    parts.append((moved, talks.wait - 1, SYSTEM, TEXT, answers))
    planted = talks.line != ""
    lines = np.array([names.get(line, 0) if line else 0 for line in talks.line.tolist()], dtype=np.int64)
    parts.append((human, talks.wait, AGENT, TEXT, np.where(planted, lines, answers)))
    recalled = np.where(rng.random(count) < 0.02, RECALL, TEXT)
    later = talks.wait + 4 + (rng.random(count) * 16).astype(np.int64)
    parts.append((again, later, AGENT, recalled, np.full(count, names["closer"])))
    return _sorted(talks, pool, parts, store, rng)


def _sorted(
    talks: Talks,
    pool: Pool,
    parts: list[tuple[Bools, Ints | int, int, Ints | int, Ints]],
    store: Store,
    rng: np.random.Generator,
) -> Messages:
    """Lay the parts one after another in time, each message a second or more after the last of its round."""
    rows = [np.flatnonzero(which) for which, *_ in parts]
    number = np.concatenate(rows)
    offset = np.concatenate(
        [np.broadcast_to(o, len(w))[r] for (w, o, *_), r in zip(parts, rows, strict=True)]
    )
    role = np.concatenate([np.full(len(r), p[2], dtype=np.int64) for p, r in zip(parts, rows, strict=True)])
    kind = np.concatenate([np.broadcast_to(p[3], len(p[0]))[r] for p, r in zip(parts, rows, strict=True)])
    group = np.concatenate([p[4][r] for p, r in zip(parts, rows, strict=True)])
    answer = np.concatenate([np.full(len(r), place == 6) for place, r in enumerate(rows)])
    order = np.lexsort((role, offset, number))
    number, offset, role = number[order], offset[order].astype(np.int64), role[order]
    kind, answer = kind[order].astype(np.int64), answer[order]
    sentence = pool.draw(group[order], rng)
    agent = np.where(role == AGENT, talks.by[number], NOBODY)
    line = np.where(answer, talks.line[number], "")
    special = {}
    for row in np.flatnonzero(role == SYSTEM).tolist():
        taker = int(talks.by[number[row]])
        giver = (taker - 1) % len(store.agents)
        special[row] = f"由 {store.agents[giver]} 转交给 {store.agents[taker]}"
    return Messages(
        talks.of_round[number],
        talks.asked[number] + offset,
        role,
        agent,
        kind,
        sentence,
        special,
        number,
        line.astype(object),
    )
