"""Which orders were shipped late by each platform's own clock, and which refunds took too long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pipeline.demo.clock import moment
from pipeline.demo.truth.breach import CONFIRMED, CONTINGENT, Breach, Effect
from pipeline.demo.truth.known import Known, Parcel

HOUR = 3_600


@dataclass(frozen=True)
class Shipping:
    """One platform's rule on late shipping, in the version in force in autumn 2025."""

    rule_id: str
    event: str  # upload | pickup | both
    hours: int
    promise: bool  # a promise in the export comes before the hours
    cod: bool  # orders paid on delivery are judged too
    cost: Callable[[Parcel, bool], list[Effect]]
    track: str = "in_force"
    days: tuple[str, str] | None = None  # only orders paid on these days
    stock: Callable[[Parcel], int] | None = None  # what being out of stock costs besides, at the most
    stock_hours: int = 0  # hours after payment without pickup that make an order out of stock


def _share(parcel: Parcel, per_cent: int, least: int, most: int) -> int:
    """So many per cent of what was paid, rounded half up to the fen, then bounded."""
    return min(max((parcel.paid_fen * per_cent + 50) // 100, least), most)


def _money(low: int | None, high: int | None, certainty: str = CONFIRMED) -> list[Effect]:
    return [Effect(certainty, "money", "CNY", low, high)]


def _flat(per_cent: int, least: int, most: int) -> Callable[[Parcel, bool], list[Effect]]:
    def cost(parcel: Parcel, complained: bool) -> list[Effect]:
        amount = _share(parcel, per_cent, least, most)
        return _money(amount, amount)

    return cost


def _douyin(parcel: Parcel, complained: bool) -> list[Effect]:
    """Up to 3 yuan nothing, below 300 three yuan, from there one per cent and at most 30."""
    if parcel.paid_fen <= 300:
        return []
    amount = 300 if parcel.paid_fen < 30_000 else _share(parcel, 1, 0, 3_000)
    return _money(amount, amount)


def _tmall(parcel: Parcel, complained: bool) -> list[Effect]:
    """30 per cent, at most 500, if the buyer complains; a pre-sale order costs the deposit besides."""
    amount = _share(parcel, 30, 0, 50_000)
    if parcel.presale_known:
        return _money(amount, amount, CONFIRMED if complained else CONTINGENT)
    return _money(amount, None, CONTINGENT)


SHIPPING = (
    Shipping("douyin.late_shipment", "upload", 48, True, True, _douyin),
    Shipping(
        "taobao.late_shipment",
        "upload",
        48,
        True,
        True,
        _flat(5, 500, 3_000),
        stock=lambda parcel: _share(parcel, 30, 500, 50_000),
        stock_hours=48 + 72,
    ),
    Shipping("tmall.late_shipment", "pickup", 48, True, True, _tmall),
    Shipping(
        "jd.late_shipment",
        "pickup",
        48,
        False,
        False,
        _flat(5, 500, 5_000),
        stock=lambda parcel: _share(parcel, 30, 500, 50_000),
        stock_hours=48 + 48,
    ),
    Shipping(
        "pinduoduo.late_shipment", "both", 48, True, True, lambda parcel, complained: _money(None, None)
    ),
    Shipping("kuaishou.late_shipment", "upload", 48, True, True, _flat(10, 500, 50_000)),
    Shipping(
        "suning.late_shipment",
        "upload",
        72,
        False,
        True,
        _flat(30, 0, 50_000),
        "training",
        ("10-01", "10-08"),
    ),
)


def late_parcels(known: Known) -> Iterator[Breach]:
    """Every late order by every platform's clock. What no export tells is no breach."""
    for rule in SHIPPING:
        for parcel in known.parcels:
            start = parcel.paid if parcel.paid is not None else parcel.created
            if (parcel.cod and not rule.cod) or (rule.days and not _paid_within(start, rule.days)):
                continue
            promised = parcel.promised if rule.promise else None
            due = promised if promised is not None else start + rule.hours * HOUR
            if _late(rule, parcel, due, known.made_at):
                effects = rule.cost(parcel, parcel.order_id in known.late_complaints)
                beside = _beside_stock(rule, parcel, start, known)
                yield Breach(
                    known.store_id,
                    rule.rule_id.partition(".")[0],
                    rule.rule_id,
                    due,
                    parcel.kind or "unplanted",
                    rule.track,
                    parcel.order_id,
                    has_penalties=True,
                    effects=effects,
                    summed=[beside(effect) for effect in effects] if beside else None,
                )


def _beside_stock(
    rule: Shipping, parcel: Parcel, start: int, known: Known
) -> Callable[[Effect], Effect] | None:
    """What an order adds to the sums if it is out of stock too: no source adds both up, the low end falls."""
    arrived = parcel.picked if parcel.picked is not None else known.made_at if parcel.waiting else start
    if rule.stock is None or parcel.paid is None or arrived <= start + rule.stock_hours * HOUR:
        return None
    dearest = rule.stock(parcel)
    return lambda effect: replace(effect, low=0) if (effect.high or 0) < dearest else effect


def _paid_within(paid: int, days: tuple[str, str]) -> bool:
    return days[0] <= moment(paid).strftime("%m-%d") <= days[1]


def _late(rule: Shipping, parcel: Parcel, due: int, made_at: int) -> bool:
    if parcel.closed:
        return False  # no export tells when it was closed
    if parcel.waiting:
        return made_at > due
    if rule.event == "upload":
        return parcel.shipped is not None and parcel.shipped > due
    if parcel.picked is None:
        return False
    return max(parcel.picked, parcel.shipped or 0) > due if rule.event == "both" else parcel.picked > due


@dataclass(frozen=True)
class Refunding:
    """One rule on how fast a refund is dealt with."""

    rule_id: str
    stop: str  # handled | refunded
    hours: int
    stages: tuple[str, ...]
    fine: tuple[int, int] | None = None  # in fen


_ALL = ("not_shipped", "shipped", "received", "returned")
REFUNDING = (
    Refunding("kuaishou.refund_time", "handled", 48, ("not_shipped", "shipped", "received")),
    Refunding("tmall.refund_time", "handled", 48, _ALL),
    Refunding("law.refund_time", "refunded", 360, _ALL, (0, 50_000_000)),
)


def slow_refunds(known: Known) -> Iterator[Breach]:
    """Every request that was dealt with too late, or not yet although it is due."""
    for rule in REFUNDING:
        for request in known.requests:
            if request.stage not in rule.stages:
                continue
            told = request.handling_told if rule.stop == "handled" else request.refund_told
            stop = request.handled if rule.stop == "handled" else request.refunded
            due = request.requested + rule.hours * HOUR
            if told and (known.made_at > due if stop is None else stop > due):
                yield Breach(
                    known.store_id,
                    rule.rule_id.partition(".")[0],
                    rule.rule_id,
                    due,
                    request.planted or "unplanted",
                    order_id=request.order_id,
                    effects=_money(*rule.fine) if rule.fine else [],
                )
