"""Units of what was written beside orders: promises, personal data, freight, invoices, wanted words, listings."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from tests.reference.orders import hours
from tests.reference.rows import Row, Store, Unit, hours_between, midnight


def _order_of(store: Store, conversation: str | None) -> tuple[str | None, Row]:
    """The order that a conversation is about."""
    talk = store.by("conversations", "conversation_id").get(conversation, [])
    order_id = talk[0].order_id if talk else None
    return order_id, store.order(order_id) or Row()


def _others(store: Store, told: list[date]) -> list[Unit]:
    """All other messages of agents, a day in one row."""
    days: dict[date, int] = {}
    for m in store["messages"]:
        if m.role == "agent" and m.kind != "recall":
            days[m.sent_at.date()] = days.get(m.sent_at.date(), 0) + 1
    left = {day: count - told.count(day) for day, count in days.items()}
    return [Unit(f"others:{day}", midnight(day), day, 0.0, True, weight=count) for day, count in left.items() if count > 0]


def _said(store: Store, lexicons: list[str]) -> list[list[Row]]:
    """Messages of agents with words that are forbidden, each with its hits."""
    found: dict[str, list[Row]] = {}
    for hit in store["hits"]:
        if hit.role == "agent" and hit.tier == "forbidden" and hit.lexicon in lexicons:
            found.setdefault(hit.message_id, []).append(hit)
    return list(found.values())


def phrase_absent(store: Store, p: Row) -> list[Unit]:
    """Conversations in which the role wrote something, and whether it said what it ought to."""
    roles = ("agent", "robot") if p.role == "staff" else (p.role,)
    talks: dict[str, list[datetime]] = {}
    for m in store["messages"]:
        if m.role in roles and m.kind == "text":
            talks.setdefault(m.conversation_id, []).append(m.sent_at)
    units = []
    for name, moments in talks.items():
        times = sum(h.conversation_id == name and h.role in roles and h.lexicon in p.lexicons for h in store["hits"])
        units.append(Unit(name, min(moments), min(moments).date(), float(times), times > 0, conversation=name))
    return units


def privacy(store: Store, p: Row) -> list[Unit]:
    """Messages of agents with personal data; a kind that the buyer wrote before in the conversation is taken to be the buyer's own."""
    units = []
    for m in store["messages"]:
        if m.role != "agent" or not m.pii_kinds:
            continue
        given = [b for b in store["messages"] if b.role == "buyer" and b.pii_kinds and b.conversation_id == m.conversation_id]
        own = {kind for b in given if b.sent_at < m.sent_at for kind in b.pii_kinds} if p.other_account_only else set()
        kinds = len((set(p.kinds) & set(m.pii_kinds)) - own)
        units.append(Unit(
            m.message_id, m.sent_at, m.sent_at.date(), float(kinds), kinds == 0,
            order=m.order_id, conversation=m.conversation_id, message=m.message_id,
        ))  # fmt: skip
    return units + _others(store, [unit.day for unit in units])


def promise(store: Store, p: Row) -> list[Unit]:
    """Promises of agents against the first deed after them."""
    units = []
    for said in store["promises"]:
        if said.about not in p.about:
            continue
        order_id, order = _order_of(store, said.conversation_id)
        deeds = {
            "ship": [order.shipped_at],
            "refund": [r.refunded_at for r in store["aftersales"] if order_id and r.order_id == order_id],
            "reship": [s.shipped_at for s in store["shipments"] if order_id and s.order_id == order_id],
        }.get(said.about, [])
        done = min((at for at in deeds if at and at >= said.sent_at), default=None)
        seen = order.exported_at or store.seen_at
        why = None
        if said.about in ("compensation", "invoice", "callback"):
            why = "not_observable"
        elif order_id is None:
            why = "missing:conversations.order_id"
        elif said.about == "ship" and order.shipped_at and order.shipped_at < said.sent_at:
            why = "done_before"
        elif done is None and seen is None:
            why = "missing:orders.exported_at"
        elif done is None and seen <= said.due_at:
            why = "not_due_yet"
        until = done or seen
        value = max(hours_between(said.due_at, until), 0.0) if until else 0.0  # nothing is known to be late
        ok = done is not None and done <= said.due_at
        units.append(Unit(
            said.message_id, said.due_at, said.due_at.date(), value, ok, why, base=order.paid_cny, order=order_id,
            conversation=said.conversation_id, message=said.message_id, term=said.phrase,
        ))  # fmt: skip
    return units


def freight(store: Store, p: Row) -> list[Unit]:
    """Messages that ask for freight, which only goods that ship free forbid."""
    units = []
    for hits in _said(store, p.lexicons):
        at, talk = min(h.sent_at for h in hits), min(h.conversation_id for h in hits)
        order_id, order = _order_of(store, talk)
        why = "missing:orders.freight_cny" if p.needs_free_shipping and order.freight_cny is None else None
        fine = bool(p.needs_free_shipping and order.freight_cny)
        units.append(Unit(
            hits[0].message_id, at, at.date(), 1.0, fine, why, base=order.paid_cny, order=order_id, conversation=talk,
            message=hits[0].message_id, term=min(h.term for h in hits),
        ))  # fmt: skip
    return units + _others(store, [unit.day for unit in units])


def invoice(store: Store, p: Row) -> list[Unit]:
    """Refusals of an invoice in chat, or complaints about one against the time since the order was finished."""
    units = []
    if p.duty == "no_refusal":
        for hits in _said(store, p.lexicons):
            at, talk = min(h.sent_at for h in hits), min(h.conversation_id for h in hits)
            order_id, order = _order_of(store, talk)
            units.append(Unit(
                hits[0].message_id, at, at.date(), 1.0, False, base=order.paid_cny, order=order_id, conversation=talk,
                message=hits[0].message_id, term=min(h.term for h in hits),
            ))  # fmt: skip
        return units + _others(store, [unit.day for unit in units])
    for c in store["complaints"]:
        if c.concept == "invoice":
            order = store.order(c.order_id) or Row()
            done = order.finished_at
            why = None if done else "missing:orders.finished_at"
            value = hours_between(done, c.raised_at) if done else None
            ok = bool(done and c.raised_at <= done + hours(p.within_hours))
            units.append(Unit(c.complaint_id, c.raised_at, c.raised_at.date(), value, ok, why, base=order.paid_cny, order=c.order_id))
    return units


def listing_phrase(store: Store, p: Row) -> list[Unit]:
    """Snapshots of listings, and the words on them."""
    units = []
    for i in store["listings"]:
        hits = [h for h in store["hits"] if h.role == "listing" and h.message_id == i.item_id and h.lexicon in p.lexicons and h.tier in p.tiers]
        at = i.captured_at
        units.append(Unit(f"{i.item_id}:{at.date()}", at, at.date(), float(len(hits)), not hits, message=i.item_id))
    return units


def listing_consistency(store: Store, p: Row) -> list[Unit]:
    """Snapshots of listings that contradict themselves: each sign true, false, or None when it cannot be told."""
    units = []
    for i in store["listings"]:
        at = i.captured_at
        signs = [
            _less(i.lowest_sku_cny, i.price_cny, p.ratio, "0.5") if "sku_price_gap" in p.cases else None,
            _less(i.price_cny, i.freight_cny, None, "1", p.ratio) if "absurd_postage" in p.cases else None,
            _free_and_not(i) if "free_shipping_contradicted" in p.cases else None,
            _doubled(store, i) if "duplicate" in p.cases else None,
        ]
        met = sum(bool(sign) for sign in signs)
        why = None
        if all(sign is None for sign in signs):
            why = "not_observable" if {"price_far_off", "category"} & set(p.cases) else "missing:listings"
        units.append(Unit(f"{i.item_id}:{at.date()}", at, at.date(), float(met), met == 0, why, message=i.item_id))
    return units


def _less(low: Decimal | None, high: Decimal | None, ratio: Decimal | None, default: str, of_low: Decimal | None = None) -> bool | None:
    """Whether one amount is less than a share of another; the first may be taken times something too."""
    if low is None or high is None:
        return None
    return low * (of_low if of_low is not None else 1) < high * (ratio if ratio is not None else Decimal(default))


def _free_and_not(i: Row) -> bool | None:
    """The title says that freight is free and the fields say otherwise."""
    told = [None if i.freight_cny is None else i.freight_cny > 0, None if i.free_shipping is None else not i.free_shipping]
    title = None if i.title is None else "包邮" in i.title and "不包邮" not in i.title
    if title is False or told == [False, False]:
        return False
    return True if title and True in told else None


def _doubled(store: Store, i: Row) -> bool | None:
    """Another item of the store has the same title on the same day."""
    if i.title is None:
        return None
    return len({o.item_id for o in store["listings"] if o.title == i.title and o.captured_at.date() == i.captured_at.date()}) > 1
