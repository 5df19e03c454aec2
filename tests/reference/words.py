"""Units of what was said: phrases, messages that people did not ask for, and what they were to be told."""

from __future__ import annotations

from datetime import date, timedelta

from tests.reference.chatlog import talks
from tests.reference.rows import Row, Store, Unit, inside, midnight


def _spoken_by(role: str | None, wanted: str) -> bool:
    return role == wanted or (wanted == "staff" and role in ("agent", "robot"))


def phrase(store: Store, p: Row) -> list[Unit]:
    """What the role said: a unit that carries the phrase often enough fails; all others of a day stand in one row."""
    key = "conversation_id" if p.unit == "conversation" else "message_id"
    days: dict[str, date] = {}  # of what was said; a conversation is of the day of its first word
    for message in store["messages"]:
        if message.kind != "recall" and _spoken_by(message.role, p.role) and inside(message.sent_at, p.hours):
            day = message.sent_at.date()
            days[message[key]] = min(days.get(message[key], day), day)
    said: dict[date, set[str]] = {}
    for name, day in days.items():
        said.setdefault(day, set()).add(name)
    hits: dict[str, list[Row]] = {}
    for hit in store["hits"]:
        wanted = hit.lexicon in p.lexicons and hit.tier in p.tiers and (not p.categories or hit.category in p.categories)
        if wanted and _spoken_by(hit.role, p.role) and inside(hit.sent_at, p.hours):
            hits.setdefault(hit[key], []).append(hit)
    units, failing = [], dict.fromkeys(said, 0)
    for name, found in hits.items():
        found.sort(key=lambda hit: (hit.sent_at, hit.message_id))
        first = found[0]
        times = len({hit.message_id for hit in found})
        talk = store.by("conversations", "conversation_id").get(first.conversation_id)
        order_id = talk[0].order_id if talk else None
        order = store.order(order_id)
        context = {
            "any_order": order_id is not None,
            "unpaid_order": not (order and order.paid_at and order.paid_at <= first.sent_at),
        }.get(p.order_context, True)
        if times >= p.at_least and context:
            day = days.get(name, first.sent_at.date())
            failing[day] = failing.get(day, 0) + 1
            units.append(Unit(
                name, first.sent_at, day, float(times), False, base=order.paid_cny if order else None, order=order_id,
                conversation=first.conversation_id, message=first.message_id, term=min(hit.term for hit in found),
            ))  # fmt: skip
    for day, things in said.items():
        if len(things) > failing[day]:
            units.append(Unit(f"others:{day}", midnight(day), day, 0.0, True, weight=len(things) - failing[day]))
    return units


def contact(store: Store, p: Row) -> list[Unit]:
    """Messages that agents sent unasked in the night, and messages on top of too many that got no answer."""
    groups: dict[str, list[tuple[Row, bool]]] = {}
    for talk in talks(store).values():
        asked, unheard = False, 0
        for message in talk:
            if message.kind == "recall" or message.role not in ("buyer", "agent"):
                continue
            if message.role == "buyer":
                asked, unheard = True, 0
                continue
            unheard += 1
            if message.agent_id:
                too_many = p.unanswered_messages is not None and unheard > p.unanswered_messages
                bad = too_many or (not asked and _at_night(message, p))
                name = message.conversation_id if p.unit == "conversation" else f"{message.buyer_key}:{message.sent_at.date()}"
                groups.setdefault(name, []).append((message, bad))
    units = []
    for name, found in groups.items():
        first = min((message for message, _ in found), key=lambda m: m.sent_at)
        times = sum(bad for _, bad in found)
        units.append(Unit(
            name, first.sent_at, first.sent_at.date(), float(times), times < p.at_least,
            conversation=min(m.conversation_id for m, _ in found), message=first.message_id,
        ))  # fmt: skip
    return units


def _at_night(message: Row, p: Row) -> bool:
    if p.night_hours is None:
        return False
    start, stop = p.night_hours
    if start < stop:
        return inside(message.sent_at, p.night_hours)
    return inside(message.sent_at, (start, 1440)) or inside(message.sent_at, (0, stop))


def notice(store: Store, p: Row) -> list[Unit]:
    """After an order or a hand-over the buyer is to be told: by any agent message, or by one with the wanted words."""
    within = timedelta(seconds=float(p.within_seconds))
    units = []
    for name, at, seen, order_id, conversation, buyer in _events(store, p.after):
        told = None
        for message in store["messages"]:
            near = message.role == "agent" and message.buyer_key == buyer and at < message.sent_at <= at + within
            if near and buyer and conversation in (None, message.conversation_id) and _wanted(store, message, p):
                told = min(told or message.sent_at, message.sent_at)
        why = None
        if told is None:
            if buyer is None:
                why = "missing:orders.buyer_key"
            elif seen is not None and seen <= at + within:
                why = "not_due_yet"
        value = None if told is None else (told - at).total_seconds()
        units.append(Unit(name, at + within, (at + within).date(), value, told is not None, why, order=order_id, conversation=conversation))
    return units


def _wanted(store: Store, message: Row, p: Row) -> bool:
    return not p.lexicons or any(h.message_id == message.message_id and h.lexicon in p.lexicons for h in store["hits"])


def _events(store: Store, after: str) -> list[tuple]:  # type: ignore[type-arg]
    if after == "handover":
        return [
            (c.conversation_id, c.transferred_to_human_at, c.ended_at, c.order_id, c.conversation_id, c.buyer_key)
            for c in store["conversations"] if c.transferred_to_human_at
        ]  # fmt: skip
    moment = {"order_created": "created_at", "order_paid": "paid_at", "unpaid": "created_at", "out_of_stock": "promised_ship_at"}[after]
    found = []
    for o in store["orders"]:
        happens = o[moment] is not None if moment in o else False
        if after == "unpaid":
            happens = happens and o.paid_at is None and o.status == "unpaid"
        if after == "out_of_stock" and happens:
            known = o.shipped_at or o.exported_at
            happens = known is not None and o.promised_ship_at < known
        if happens:
            found.append((o.order_id, o[moment], o.exported_at, o.order_id, None, o.buyer_key))
    return found
