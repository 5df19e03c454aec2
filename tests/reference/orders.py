"""Units of orders: shipping in time, out of stock, tracking, false shipping, closing unpaid ones, signs of faking."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.reference.conditions import MAYBE, NO, Condition, test, truth
from tests.reference.rows import DAY, Row, Store, Unit, hours_between

LEFT_OUT = {"cash_on_delivery": "is_cash_on_delivery", "presale": "is_presale", "custom": "is_custom"}


def hours(number: Decimal | None) -> timedelta:
    """A number of hours as a span."""
    return timedelta(hours=float(number or 0))


def order_fact(order: Row, fact: str) -> Any:
    """What an order shows of a fact."""
    if fact in ("is_presale", "is_custom", "is_cash_on_delivery"):
        return truth(order.get(fact))
    if fact == "promise_hours":
        promise = order.promised_ship_at and order.paid_at
        return hours_between(order.paid_at, order.promised_ship_at) if promise else None
    return order.get(fact)


def scope_of(order: Row, condition: Condition | None) -> tuple[int, str | None]:
    """Whether an order falls under a rule, and the column that leaves it open."""
    if condition is None:
        return 2, None
    met = test(condition, lambda p: order_fact(order, p["fact"]))
    open_facts = [p["fact"] for group in condition for p in group if test([[p]], lambda q: order_fact(order, q["fact"])) == MAYBE]
    return met, f"missing:orders.{min(open_facts)}" if met == MAYBE else None


def sent_at(order: Row, event: str) -> datetime | None:
    """When an order counts as shipped."""
    known = [moment for moment in (order.shipped_at, order.picked_up_at) if moment]
    match event:
        case "upload":
            return order.shipped_at  # type: ignore[no-any-return]
        case "pickup":
            return order.picked_up_at  # type: ignore[no-any-return]
        case "upload_or_pickup":
            return min(known, default=None)
    return max(known) if len(known) == 2 else None


def _day(order: Row, at: datetime | None, binds_by: str) -> date:
    bound = {"paid_at": order.paid_at, "created_at": order.created_at}.get(binds_by)
    return (bound or at).date()  # type: ignore[union-attr]


def _left_out(order: Row, p: Row) -> str | None:
    return next((why for why, column in LEFT_OUT.items() if why in p.excludes and order.get(column)), None)


def _shown_missing(order: Row, event: str) -> str:
    if event != "pickup" and order.shipped_at is None:
        return "missing:orders.shipped_at"
    return "missing:orders.picked_up_at"


def shipment(store: Store, p: Row) -> list[Unit]:
    """Paid orders against their shipping limit; orders of one buyer and day together where the rule says so."""
    units, together = [], {}
    for order in store["orders"]:
        if not (order.paid_at or order.is_cash_on_delivery):
            continue
        met, open_column = scope_of(order, p.orders)
        if met == NO:
            continue
        started = {
            "created": order.created_at, "uploaded": order.shipped_at,
        }.get(p.clock_start, order.paid_at or (order.created_at if order.is_cash_on_delivery else None))  # fmt: skip
        stopped = sent_at(order, p.event)
        fixed = started + hours(p.limit_hours) if started and p.limit_hours is not None else None
        due = {"fixed": fixed, "promised": order.promised_ship_at}.get(p.limit, order.promised_ship_at or fixed)
        due = due + hours(p.grace_hours) if due else None
        why = open_column
        if why is None:
            if started is None:
                why = "not_started"
            elif due is None:
                why = "missing:orders.promised_ship_at"
            else:
                why = _left_out(order, p) or (None if stopped else _unsent(order, due, p))
        if p.unit == "buyer_day" and order.buyer_key:
            if why is None:
                together.setdefault((order.buyer_key, (order.paid_at or order.created_at).date()), []).append((order, started, stopped, due))
            continue
        at = due or started or order.exported_at
        until = stopped or order.exported_at
        value = hours_between(started, until) if started and until else None
        ok = bool(stopped and due and stopped <= due)
        units.append(Unit(order.order_id, at, _day(order, at, p.binds_by), value, ok, why, base=order.paid_cny, order=order.order_id))
    return units + [_buyer_day(key, found, p) for key, found in together.items()]


def _unsent(order: Row, due: datetime, p: Row) -> str | None:
    if order.status == "closed" and order.closed_at is None:
        return "missing:orders.closed_at"
    if order.closed_at and order.closed_at <= due:
        return "closed_before_limit"
    if order.status in ("shipped", "done"):
        return _shown_missing(order, p.event)
    return "not_due_yet" if order.exported_at and order.exported_at <= due else None


def _buyer_day(key: Any, found: list[Any], p: Row) -> Unit:
    ok = all(stopped and stopped <= due for _, _, stopped, due in found)
    at = min(due for *_, due in found)
    first = min(found, key=lambda f: (f[3], f[0].order_id))[0]
    paid = [order.paid_cny for order, *_ in found if order.paid_cny is not None]
    days = Row(paid_at=min((o.paid_at for o, *_ in found if o.paid_at), default=None), created_at=min((o.created_at for o, *_ in found if o.created_at), default=None))
    base = sum(paid, Decimal(0)) if paid else None
    # a day kept is told by its first parcel, a day broken by its last one, or by the export that has not seen it
    stops = [stopped for _, _, stopped, _ in found]
    until = min(stops) if ok else max(o.exported_at for o, *_ in found) if None in stops else max(stops)
    value = hours_between(min(started for _, started, *_ in found), until)
    return Unit(f"{key[0]}:{key[1]}", at, _day(days, at, p.binds_by), value, ok, base=base, order=first.order_id)


def out_of_stock(store: Store, p: Row) -> list[Unit]:
    """Orders that will not come: late beyond bearing, lost on the way, refused, or closed by the seller after payment."""
    units = []
    for order in store["orders"]:
        met, open_column = scope_of(order, p.orders)
        if order.paid_at is None or met == NO:
            continue
        stopped = sent_at(order, p.event)
        fixed = order.paid_at + hours(p.limit_hours) if p.limit_hours is not None else None
        limit = {"fixed": fixed, "promised": order.promised_ship_at}.get(p.limit, order.promised_ship_at or fixed)
        due = limit + hours(p.after_late_hours) if limit and "late" in p.cases else None
        until = stopped or order.closed_at or order.exported_at
        late = bool(due and until and until > due)
        fault = min((e.happened_at for e in store.by("tracking_events", "order_id").get(order.order_id, []) if e.event == "exception"), default=None)
        received_by = None
        if "tracking_fault" in p.cases and fault and p.after_tracking_fault_days is not None:
            received_by = fault + int(p.after_tracking_fault_days) * DAY
        arrived = order.delivered_at or order.exported_at
        lost = bool(received_by and arrived and arrived > received_by)
        refused_at = _refused(store, order) if "refusal" in p.cases else None
        refused = refused_at is not None and (stopped is None or stopped >= refused_at)
        closed = "seller_closed_paid" in p.cases and order.closed_by == "seller" and stopped is None
        why = open_column or _left_out(order, p)
        if why is None and not (lost or refused or closed):
            if "late" in p.cases and due is None:
                why = "missing:orders.promised_ship_at"
            elif stopped is None:
                why = _unsent(order, due, p) if due else _unsent_without_limit(order, p)
        at = (refused_at if refused else order.closed_at if closed else received_by if lost else None) or due or order.paid_at
        value = hours_between(limit, until) if limit and until else None
        units.append(Unit(
            order.order_id, at, _day(order, at, p.binds_by), value, not (late or lost or refused or closed), why,
            base=order.paid_cny, order=order.order_id,
        ))  # fmt: skip
    return units


def _unsent_without_limit(order: Row, p: Row) -> str | None:
    if order.status == "closed" and order.closed_at is None:
        return "missing:orders.closed_at"
    return _shown_missing(order, p.event) if order.status in ("shipped", "done") else None


def _refused(store: Store, order: Row) -> datetime | None:
    talks = {c.conversation_id for c in store["conversations"] if c.order_id == order.order_id}
    said = [h.sent_at for h in store["hits"] if h.lexicon in ("refuse_to_ship", "cannot_ship") and h.role == "agent" and h.conversation_id in talks]
    return min(said, default=None)


def seller_closed_unpaid(store: Store, p: Row) -> list[Unit]:
    """Unpaid orders that were closed, and by whom."""
    units = []
    for o in store["orders"]:
        if o.status == "closed" and o.paid_at is None:
            at = o.closed_at or o.created_at or o.exported_at
            why = "missing:orders.closed_by" if o.closed_by is None else None
            mine = o.closed_by == "seller"
            units.append(Unit(o.order_id, at, at.date(), 1.0 if mine else 0.0, not mine, why, base=o.goods_cny, order=o.order_id))
    return units


def tracking(store: Store, p: Row) -> list[Unit]:
    """From one node of a parcel's way to the next, or the longest silence between any two."""
    units = []
    for o in store["orders"]:
        if o.shipped_at is None and o.picked_up_at is None:
            continue
        events = sorted(e.happened_at for e in store.by("tracking_events", "order_id").get(o.order_id, []))
        started = {"uploaded": o.shipped_at, "picked_up": o.picked_up_at}.get(p.from_event, events[0] if events else None)
        due = started + hours(p.within_hours) if started else None
        gap = None
        if p.from_event == "any_event":
            gap = _longest_gap(store, o)
            stopped = None
        elif p.to_event == "next_event":
            after = [e for e in events if started and e > started]
            stopped = min(after) if after else (o.delivered_at if events else None)
        else:
            stopped = o.picked_up_at if p.to_event == "picked_up" else o.delivered_at
        why = None
        if p.from_event == "any_event" and not events:
            why = "missing:tracking_events.happened_at"
        elif started is None:
            why = f"missing:orders.{'shipped_at' if p.from_event == 'uploaded' else 'picked_up_at'}"
        elif p.to_event == "next_event" and not events:
            why = "missing:tracking_events.happened_at"
        elif p.from_event != "any_event" and stopped is None:
            if p.to_event == "picked_up" and o.delivered_at:
                why = "missing:orders.picked_up_at"
            elif o.exported_at and o.exported_at <= due:
                why = "not_due_yet"
        until = stopped or o.exported_at
        value = gap if gap is not None else hours_between(started, until) if started and until else None
        ok = gap is not None and gap <= float(p.within_hours) if p.from_event == "any_event" else bool(stopped and due and stopped <= due)
        at = due or o.exported_at
        units.append(Unit(o.order_id, at, at.date(), value, ok, why, base=o.paid_cny, order=o.order_id))
    return units


def _longest_gap(store: Store, o: Row) -> float | None:
    parcels: dict[Any, list[datetime]] = {}
    for e in store.by("tracking_events", "order_id").get(o.order_id, []):
        parcels.setdefault(e.tracking_no, []).append(e.happened_at)
    gaps = []
    for moments in parcels.values():
        moments.sort()
        ends = [*moments[1:], o.delivered_at or o.exported_at]
        gaps += [hours_between(start, end) for start, end in zip(moments, ends, strict=True) if end]
    return max(gaps, default=None)


def reuse_days(store: Store, order: Row) -> float | None:
    """Days since another order used this waybill last; None when none did."""
    if order.tracking_no is None or order.shipped_at is None:
        return None
    same = [o for o in store.by("orders", "tracking_no").get(order.tracking_no, []) if o.shipped_at]
    before = [o for o in same if (o.shipped_at, o.order_id) < (order.shipped_at, order.order_id)]
    last = max(before, key=lambda o: (o.shipped_at, o.order_id), default=None)
    return hours_between(last.shipped_at, order.shipped_at) / 24 if last else None


def false_shipment(store: Store, p: Row) -> list[Unit]:
    """Uploaded parcels that show signs of not having been sent."""
    return [_false_shipment(store, o, p) for o in store["orders"] if o.shipped_at]


def _false_shipment(store: Store, o: Row, p: Row) -> Unit:
    signs: dict[str, bool | None] = {}
    if "pickup_before_payment" in p.cases:
        signs["pickup_before_payment"] = o.picked_up_at < o.paid_at if o.picked_up_at and o.paid_at else None
    if "no_pickup" in p.cases:
        limit = o.shipped_at + hours(p.pickup_hours)
        if o.picked_up_at:
            signs["no_pickup"] = o.picked_up_at > limit
        elif o.delivered_at or o.status == "done":
            signs["no_pickup"] = None
        else:
            signs["no_pickup"] = bool(o.exported_at and o.exported_at > limit)
    if "no_update_after_pickup" in p.cases:
        events = store.by("tracking_events", "order_id").get(o.order_id, [])
        signs["no_update_after_pickup"] = None
        if o.picked_up_at and events:
            moved = min((e.happened_at for e in events if e.happened_at > o.picked_up_at), default=None)
            until = moved or o.delivered_at or o.exported_at
            signs["no_update_after_pickup"] = until > o.picked_up_at + hours(p.update_hours) if until else None
    if "waybill_reused" in p.cases:
        days = reuse_days(store, o)
        signs["waybill_reused"] = None if o.tracking_no is None else days is not None and p.reuse_days is not None and days <= p.reuse_days
    met = sum(bool(sign) for sign in signs.values())
    why = None
    if not met:
        missing = {name for name, sign in signs.items() if sign is None}
        if "no_pickup" in missing:
            why = "missing:orders.picked_up_at"
        elif "waybill_reused" in missing:
            why = "missing:orders.tracking_no"
        elif "pickup_before_payment" in missing and "no_pickup" not in p.cases:
            why = "missing:orders.picked_up_at"
        elif "no_update_after_pickup" in missing:
            why = "missing:tracking_events.happened_at"
        elif len(missing) == len(signs):
            why = "not_observable"
    return Unit(o.order_id, o.shipped_at, _day(o, o.shipped_at, p.binds_by), float(met), met == 0, why, base=o.paid_cny, order=o.order_id)


def fake_trade(store: Store, p: Row) -> list[Unit]:
    """Signs of a fake transaction on paid orders."""
    units = []
    paid = [o for o in store["orders"] if o.paid_at]
    for o in paid:
        days = reuse_days(store, o)
        burst = [x for x in paid if o.buyer_key and x.buyer_key == o.buyer_key and x.paid_at.date() == o.paid_at.date()]
        signs = {
            "pickup_before_payment": bool(o.picked_up_at and o.picked_up_at < o.paid_at),
            "waybill_reused": days is not None and days <= 30,
            "same_buyer_burst": len(burst) >= 5,
        }
        met = sum(signs[name] for name in p.signs)
        why = "missing:orders.tracking_no" if not (o.tracking_no or o.picked_up_at or o.buyer_key) else None
        units.append(Unit(o.order_id, o.paid_at, o.paid_at.date(), float(met), met == 0, why, base=o.paid_cny, order=o.order_id))
    return units
