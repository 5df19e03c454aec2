"""Decide what follows a sale: refunds, complaints about insults and late parcels, who sat at the desk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.demo.chats import NOBODY, Talks
from pipeline.demo.clock import DAY, HOUR, NEVER, seconds
from pipeline.demo.messages import Messages
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.talk.lines import ABSOLUTE_TITLES

RETURN, REFUND_ONLY = "return_refund", "refund_only"


@dataclass
class Request:
    """One after-sales request; times in seconds, NEVER where the thing has not happened."""

    number: int
    order: int
    kind: str
    stage: str  # not_shipped | received
    requested: int
    agreed: int
    sent_back: int
    got_back: int
    refunded: int
    refund_fen: int
    planted: str = ""


@dataclass
class Complaint:
    """One complaint of a buyer that the platform accepted."""

    number: int
    order: int  # NOBODY if it is about a conversation alone
    talk: int  # NOBODY if it is about an order alone
    buyer: int
    concept: str
    raised: int


@dataclass
class Listing:
    """One item of the shop as it stood when the list was made."""

    item_id: str
    title: str
    price_fen: int
    absolute: bool  # the title has words that no advertisement may have


@dataclass
class Presence:
    """One span of an agent's status."""

    agent: int
    status: str
    first: int
    last: int


def decide_requests(plan: Plan, store: Store, orders: Orders, rng: np.random.Generator) -> list[Request]:
    """Refunds before shipping, returns and refunds after it. Unplanted ones are agreed to within 14 hours."""
    now = seconds(plan.exported_at) - HOUR
    rows: list[Request] = []

    def add(order: int, kind: str, stage: str, requested: int, *times: int, planted: str = "") -> None:
        agreed, sent, got, refunded = (time if time <= now else NEVER for time in times)
        if requested <= now:
            amount = int(orders.paid_fen[order] - (orders.freight[order] if kind == RETURN else 0))
            rows.append(
                Request(
                    len(rows), order, kind, stage, requested, agreed, sent, got, refunded, amount, planted
                )
            )

    dropped = np.flatnonzero((orders.closed != NEVER) & (orders.paid != NEVER))
    for order in dropped.tolist():
        closed = int(orders.closed[order])
        add(
            order,
            REFUND_ONLY,
            "not_shipped",
            closed - int(rng.integers(300, 850)),
            closed,
            NEVER,
            NEVER,
            closed,
        )
    at_once = store.platform in ("taobao", "tmall")
    fine = np.flatnonzero((orders.delivered != NEVER) & ~orders.cod)
    picked = fine[rng.random(len(fine)) < 0.055]
    for place, order in enumerate(picked.tolist()):
        asked = int(orders.delivered[order] + rng.integers(HOUR, 40 * HOUR))
        agreed = asked + int(rng.integers(HOUR // 3, 14 * HOUR))
        if place % 3 == 0:
            add(
                order,
                REFUND_ONLY,
                "received",
                asked,
                agreed,
                NEVER,
                NEVER,
                agreed + int(rng.integers(60, 3 * HOUR)),
            )
        else:
            sent = agreed + int(rng.integers(2 * HOUR, 20 * HOUR))
            got = sent + int(rng.integers(28 * HOUR, 60 * HOUR))
            back = sent + 1_800 if at_once else got + int(rng.integers(HOUR, 18 * HOUR))
            add(order, RETURN, "received", asked, agreed, sent, got, back)
    # Taobao and Tmall refund when the buyer hands the parcel over, and export no time of agreement:
    # there whoever refunds late has answered late.
    early = np.setdiff1d(fine[orders.delivered[fine] < seconds(plan.end) - 26 * DAY], picked)
    wanted = [kind for kind, count in store.refunds.items() for _ in range(count)]
    chosen = rng.choice(early, size=min(len(wanted), len(early)), replace=False).tolist()
    for order, planted in zip(chosen, wanted, strict=False):
        asked = int(orders.delivered[order] + rng.integers(HOUR, 20 * HOUR))
        agreed = asked + int(rng.integers(HOUR, 10 * HOUR))
        refunded = agreed + int(rng.integers(600, 3 * HOUR))
        if planted == "slow_answer":
            agreed = asked + int(rng.integers(60 * HOUR, 100 * HOUR))
            refunded = agreed + int(rng.integers(600, 3 * HOUR))
        elif planted == "slow_refund":
            refunded = asked + int(rng.integers(17 * DAY, 22 * DAY))
            agreed = refunded - 2 * HOUR if at_once else agreed
        elif planted == "never":  # nobody answers at all
            agreed = refunded = now + DAY
        add(order, REFUND_ONLY, "received", asked, agreed, NEVER, NEVER, refunded, planted=planted)
    return rows


def decide_complaints(
    plan: Plan, store: Store, orders: Orders, talks: Talks, messages: Messages, rng: np.random.Generator
) -> list[Complaint]:
    """Buyers complain about some of the insults, and some about a late parcel."""
    now = seconds(plan.exported_at) - HOUR
    rows: list[Complaint] = []
    for row in np.flatnonzero(messages.line == "abuse").tolist():
        talk = int(messages.talk[row])
        raised = int(messages.sent[row] + rng.integers(600, 20 * HOUR))
        if rng.random() < store.complaints and raised <= now:
            rows.append(
                Complaint(len(rows), int(talks.order[talk]), talk, int(talks.buyer[talk]), "abuse", raised)
            )
    for order in np.flatnonzero(orders.kind == "late").tolist():
        raised = int(orders.paid[order] + rng.integers(50 * HOUR, 54 * HOUR))
        if rng.random() < 0.35 and raised <= now:
            rows.append(
                Complaint(len(rows), order, NOBODY, int(orders.buyer[order]), "late_shipment", raised)
            )
    return rows


def decide_listings(store: Store) -> list[Listing]:
    """One listing for each of the goods; the first may have a title that no advertisement may have."""
    listings = []
    for place, (goods, yuan) in enumerate(store.category.goods):
        absolute = place < store.absolute_titles
        form = ABSOLUTE_TITLES[(store.number + place) % len(ABSOLUTE_TITLES)] if absolute else "{g} {v}"
        title = form.format(g=goods, v=" ".join(store.category.variants[:3]))
        listings.append(
            Listing(f"{610_000 + store.number * 100 + place}", title, round(yuan * 100), absolute)
        )
    return listings


def decide_presence(plan: Plan, store: Store, rng: np.random.Generator) -> list[Presence]:
    """Shifts: the early half sits from eight, the late half from three, the last one also by night.

    Nobody rests who sits alone, and colleagues rest one after another.
    """
    rows: list[Presence] = []
    early = max(1, len(store.agents) // 2)
    for number in range(plan.days):
        midnight = seconds(plan.start) + number * DAY
        night = min(midnight + DAY, seconds(plan.exported_at))
        rows.append(Presence(len(store.agents) - 1, "online", midnight, midnight + 8 * HOUR))
        for agent in range(len(store.agents)):
            sits_early = agent < early
            begin = midnight + (8 if sits_early else 15) * HOUR - int(rng.integers(60, 900))
            begin = max(begin, midnight + 8 * HOUR) if agent == len(store.agents) - 1 else begin
            end = midnight + 16 * HOUR - int(rng.integers(0, 300)) if sits_early else night
            place, colleagues = (agent, early) if sits_early else (agent - early, len(store.agents) - early)
            if colleagues == 1:
                rows.append(Presence(agent, "online", begin, end))
                continue
            rest = begin + 3 * HOUR + place * 2_700
            rows.append(Presence(agent, "online", begin, rest))
            rows.append(Presence(agent, "rest", rest, rest + 1800))
            rows.append(Presence(agent, "online", rest + 1800, end))
    return rows
