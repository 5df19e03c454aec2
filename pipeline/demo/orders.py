"""Decide what happens to every order: paid, shipped, collected, closed, and which is late on purpose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.demo.clock import DAY, HOUR, NEVER, Ints, busy_times, seconds
from pipeline.demo.plan import Plan, Store
from pipeline.demo.talk.goods import CARRIERS, CITIES

Bools = npt.NDArray[np.bool_]
PROMISE = 48 * HOUR
# amounts in fen that the first late orders of a shop cost, so that every step of a money scale is met
_TELLING_AMOUNTS = (30_000, 300, 450_000, 29_999, 1_200, 88_800)
_WAVES = np.array([10 * HOUR + 1800, 16 * HOUR + 1800, 20 * HOUR, 34 * HOUR + 1800])


@dataclass
class Orders:
    """One shop's orders as parallel arrays sorted by creation; times in seconds, money in fen."""

    ids: list[str]
    buyer: Ints
    created: Ints
    paid: Ints
    promised: Ints
    shipped: Ints
    picked: Ints
    delivered: Ints
    finished: Ints
    closed: Ints
    closed_by: npt.NDArray[np.str_]  # '', system or buyer
    goods: Ints
    variant: Ints
    quantity: Ints
    price: Ints
    freight: Ints
    paid_fen: Ints
    cod: Bools
    city: Ints
    carrier: Ints
    tracking: list[str]
    kind: npt.NDArray[np.object_]  # what was planted, '' otherwise

    def __len__(self) -> int:
        return len(self.ids)


def order_numbers(store: Store, created: Ints) -> list[str]:
    """Order numbers in the platform's own form; a platform's shops never share one."""
    place = np.arange(len(created), dtype=np.int64)
    if store.platform == "pinduoduo":
        days = (np.datetime64("1970-01-01") + (created // DAY).astype("timedelta64[D]")).astype(str)
        tail = 100_000_000_000_000 + store.number * 1_000_000_000_000 + place * 7_919 + 331
        return [
            f"{day[2:4]}{day[5:7]}{day[8:10]}-{number}"
            for day, number in zip(days, tail.tolist(), strict=True)
        ]
    first, step = {
        "taobao": (2_810_000_000_000_000_000, 97_003_331),
        "tmall": (3_910_000_000_000_000_000, 97_003_331),
        "jd": (300_100_000_000, 7_919),
        "douyin": (6_930_000_000_000_000_000, 104_729_113),
        "kuaishou": (2_524_000_000_000_000, 104_729),
        "suning": (40_100_000_000, 997),
    }[store.platform]
    numbers = first + store.number * 2_000_000 * step + place * step + 331_907
    return [str(number) for number in numbers.tolist()]


def decide_orders(plan: Plan, store: Store, rng: np.random.Generator) -> Orders:
    """Every order of a shop. What is not planted is collected within 22 hours: on time by every pack."""
    count = store.orders
    created = busy_times(plan, count, rng)
    paid = created + 3 + np.minimum(rng.exponential(70, count), 1500).astype(np.int64)
    cod = (rng.random(count) < (0.03 if store.platform == "jd" else 0.0)) & True
    fate = rng.random(count)
    unpaid = (fate < 0.045) & ~cod
    dropped = (fate >= 0.045) & (fate < 0.065) & ~cod  # refunded before it was shipped
    start = np.where(cod, created, paid)

    leaves = start // DAY * DAY + _WAVES[np.searchsorted(_WAVES, start % DAY + HOUR)]
    shipped = leaves + rng.integers(0, 2400, count)
    picked = shipped + rng.integers(1800, 10_800, count)
    never = np.full(count, NEVER, dtype=np.int64)
    closed = np.where(unpaid, created + np.where(fate < 0.035, DAY, 1800), never)
    closed = np.where(dropped, paid + rng.integers(900, 3_300, count), closed)
    closed_by = np.where(dropped | (unpaid & (fate >= 0.035)), "buyer", np.where(unpaid, "system", ""))
    gone = unpaid | dropped

    goods = rng.integers(0, len(store.category.goods), count)
    price = np.array([round(yuan * 100) for _, yuan in store.category.goods], dtype=np.int64)[goods]
    quantity = rng.choice([1, 1, 1, 1, 2, 3], count).astype(np.int64)
    freight = np.where(rng.random(count) < 0.06, rng.choice([600, 800, 1200], count), 0).astype(np.int64)
    discount = np.where(rng.random(count) < 0.3, price * quantity // 20, 0)
    orders = Orders(
        ids=order_numbers(store, created),
        buyer=_buyers(count, rng),
        created=created,
        paid=np.where(unpaid | cod, NEVER, paid),
        promised=np.where(unpaid | cod, NEVER, paid + PROMISE),
        shipped=np.where(gone, NEVER, shipped),
        picked=np.where(gone, NEVER, picked),
        delivered=never.copy(),
        finished=never.copy(),
        closed=closed,
        closed_by=closed_by,
        goods=goods,
        variant=rng.integers(0, len(store.category.variants), count),
        quantity=quantity,
        price=price,
        freight=freight,
        paid_fen=price * quantity - discount + freight,
        cod=cod,
        city=rng.integers(0, len(CITIES), count),
        carrier=rng.integers(0, len(CARRIERS), count),
        tracking=[],
        kind=np.full(count, "", dtype=object),
    )
    _plant(plan, store, orders, rng)
    _deliver(plan, orders, rng)
    prefixes = [prefix for _, prefix in CARRIERS]
    tails = rng.integers(10**11, 10**12, count).tolist()
    orders.tracking = [
        prefixes[c] + str(tail) for c, tail in zip(orders.carrier.tolist(), tails, strict=True)
    ]
    return orders


def _buyers(count: int, rng: np.random.Generator) -> Ints:
    """Buyer numbers: every fourth order comes from somebody who has bought before."""
    own = np.arange(count, dtype=np.int64)
    earlier = (rng.random(count) * np.maximum(own - 40, 0)).astype(np.int64)
    first = np.where((rng.random(count) < 0.75) | (own < 80), own, earlier)
    return first[first]


def _plant(plan: Plan, store: Store, orders: Orders, rng: np.random.Generator) -> None:
    """Make single orders late, by the counts of the shop."""
    end = seconds(plan.end)
    free = (orders.shipped != NEVER) & ~orders.cod & (orders.paid < end - 7 * DAY)
    told = 0
    for kind, wanted in store.late.items():
        if kind == "cod_late":
            chosen = np.flatnonzero(orders.cod & (orders.created < end - 7 * DAY))[:wanted]
        else:
            fit = free & (orders.kind == "")
            if kind == "open_late":
                recent = fit & (orders.paid > end - 13 * DAY)
                fit = recent if recent.any() else fit
            candidates = np.flatnonzero(fit)
            chosen = rng.choice(candidates, size=min(wanted, len(candidates)), replace=False)
        orders.kind[chosen] = kind
        base = np.where(orders.cod[chosen], orders.created[chosen], orders.paid[chosen])
        slip = rng.integers(55 * HOUR, 110 * HOUR, len(chosen))
        if kind in ("late", "cod_late"):
            orders.shipped[chosen], orders.picked[chosen] = (
                base + slip,
                base + slip + rng.integers(1800, 9000, len(chosen)),
            )
        elif kind == "late_pickup":
            orders.picked[chosen] = base + slip
        elif kind == "open_late":
            orders.shipped[chosen] = orders.picked[chosen] = NEVER
        else:  # exactly on the limit of 48 hours, and one second past it
            orders.shipped[chosen] = base + PROMISE + (1 if kind == "edge_late" else 0)
            orders.picked[chosen] = base + PROMISE + 2 * HOUR
        if kind == "late":
            for place in chosen[: len(_TELLING_AMOUNTS)].tolist():
                amount = _TELLING_AMOUNTS[told % len(_TELLING_AMOUNTS)]
                orders.price[place] = orders.paid_fen[place] = amount
                orders.quantity[place], orders.freight[place] = 1, 0
                told += 1


def _deliver(plan: Plan, orders: Orders, rng: np.random.Generator) -> None:
    """Deliver what was collected, and forget whatever would happen after the exports were made."""
    now = seconds(plan.exported_at) - HOUR
    count = len(orders)
    orders.delivered = np.where(
        orders.picked == NEVER, NEVER, orders.picked + rng.integers(29 * HOUR, 105 * HOUR, count)
    )
    finished = orders.delivered + rng.integers(10 * HOUR, 170 * HOUR, count)
    orders.finished = np.where(orders.delivered == NEVER, NEVER, finished)
    for name in ("shipped", "picked", "delivered", "finished", "closed"):
        times = getattr(orders, name)
        setattr(orders, name, np.where(times > now, NEVER, times))
    orders.closed_by = np.where(orders.closed == NEVER, "", orders.closed_by)
