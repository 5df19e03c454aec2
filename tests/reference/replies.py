"""Units of the reply clocks: reply, unserved, offline messages, throughput, conversion."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.reference.chatlog import asks, seconds
from tests.reference.rows import DAY, Row, Store, Unit, inside, midnight


def reply(store: Store, p: Row) -> list[Unit]:
    """How long buyers waited, by unit; a wait that never ended is no wait."""
    groups: dict[str, list[Row]] = {}
    for ask in asks(store):
        if _counts(ask, p) and _in_hours(ask, p):
            groups.setdefault(_unit_of(ask, p), []).append(ask)
    return [_reply_unit(name, found, store, p) for name, found in groups.items()]


def _unit_of(ask: Row, p: Row) -> str:
    match p.unit:
        case "round":
            return f"{ask.conversation}:{ask.turn}"
        case "message":
            return str(ask.message)
        case "conversation":
            return str(ask.conversation)
    return f"{ask.buyer}:{ask.day}"


def _counts(ask: Row, p: Row) -> bool:
    if p.every == "round_opening" and not ask.opens_turn:
        return False
    if p.every == "session_opening" and not ask.opens_session:
        return False
    if p.reached_human_only and not ask.person:
        return False
    return not (p.offline_messages == "exclude" and ask.offline)


def _in_hours(ask: Row, p: Row) -> bool:
    moment = {"session_start": ask.session_at, "reply": ask.human_at or ask.at}.get(p.hours_apply_to, ask.at)
    return inside(moment, p.hours)


def _answer(ask: Row, p: Row) -> Any:
    return {"human": ask.human_at, "assisted": ask.assisted_at, "any": ask.any_at}[p.reply_by]


def _wait(ask: Row, p: Row) -> float | None:
    answer = _answer(ask, p)
    if answer is None or (p.same_day and answer.date() > ask.day):
        return None
    start = ask.at
    if p.clock_start == "session_start":
        start = ask.session_at
    if p.clock_start == "transfer" and ask.transferred_at and ask.transferred_at > ask.at:
        start = ask.transferred_at
    return seconds(start, answer)


def _reply_unit(name: str, found: list[Row], store: Store, p: Row) -> Unit:
    found.sort(key=lambda ask: ask.at)
    first = found[0]
    waits = [_wait(ask, p) for ask in (found[:1] if p.combine == "first" else found)]
    if p.unanswered == "exclude":
        waits = [wait for wait in waits if wait is not None]
    unanswered = None in waits
    known = [wait for wait in waits if wait is not None]
    if unanswered and p.unanswered == "impute":
        value = float(p.imputed_seconds)
    elif unanswered or not known:
        value = None
    else:
        value = sum(known) / len(known) if p.combine == "mean" else max(known)
        value = min(value, float(p.cap_seconds)) if p.cap_seconds is not None else value
    why = None
    alone = p.robot_rounds == "exclude" or "robot_only" in p.excludes
    if "reported_user" in p.excludes and all(_reported(ask, store) for ask in found):
        why = "reported_user"
    elif alone and all(ask.robot_alone for ask in found):
        why = "robot_only"
    elif "cross_midnight" in p.excludes and all(_crosses(ask, p) for ask in found):
        why = "cross_midnight"
    elif p.unanswered == "exclude" and not known:
        why = "unanswered"
    ok = value is not None and (p.within_seconds is None or value <= float(p.within_seconds))
    order = min((ask.order for ask in found if ask.order), default=None)
    return Unit(name, first.at, first.day, value, ok, why, order=order, conversation=first.conversation, message=first.message)


def _reported(ask: Row, store: Store) -> bool:
    """The seven days before an upheld report of the buyer leave every count."""
    return any(
        b.kind == "report" and b.upheld and b.buyer_key == ask.buyer and b.blocked_at - 7 * DAY <= ask.at <= b.blocked_at
        for b in store["blocks"]
    )


def _crosses(ask: Row, p: Row) -> bool:
    answer = _answer(ask, p)
    return answer is not None and answer.date() > ask.day


def unserved(store: Store, p: Row) -> list[Unit]:
    """Conversations in which nobody served the buyer."""
    groups: dict[str, list[Row]] = {}
    for ask in asks(store):
        if (p.cards_open or ask.kind not in ("product_card", "order_card")) and inside(ask.at, p.hours):
            groups.setdefault(ask.conversation, []).append(ask)
    units = []
    for name, found in groups.items():
        found.sort(key=lambda ask: ask.at)
        served = any(_answer(ask, p) is not None for ask in found)
        why = None
        if not served:
            left = "offline_message" in p.cases and any(ask.offline for ask in found)
            assigned = "assigned_without_reply" in p.cases and any(ask.agent for ask in found)
            why = None if left or assigned else "never_assigned"
        first = found[0]
        order = min((ask.order for ask in found if ask.order), default=None)
        units.append(Unit(name, first.at, first.day, 0.0 if served else 1.0, served, why, order=order, conversation=name, message=first.message))
    return units


def offline_message(store: Store, p: Row) -> list[Unit]:
    """Conversations that ended as an offline message."""
    units = []
    for talk in store["conversations"]:
        if inside(talk.started_at, p.hours):
            left = talk.is_offline_message
            units.append(Unit(
                talk.conversation_id, talk.started_at, talk.started_at.date(), 1.0 if left else 0.0, not left,
                "missing:conversations.is_offline_message" if left is None else None, order=talk.order_id, conversation=talk.conversation_id,
            ))  # fmt: skip
    return units


def throughput(store: Store, p: Row) -> list[Unit]:
    """What an agent handled on a day: whatever a person answered."""
    handled: dict[tuple[str, date], set[object]] = {}
    for ask in asks(store):
        if ask.agent and ask.human_at:
            what = {"buyers": ask.buyer, "questions": (ask.conversation, ask.turn)}.get(p["count"], ask.conversation)
            handled.setdefault((ask.agent, ask.day), set()).add(what)
    units = []
    for (agent, day), found in handled.items():
        enough = p.at_least is None or len(found) >= p.at_least
        few = p.at_most is None or len(found) <= p.at_most
        units.append(Unit(f"{agent}:{day}", midnight(day), day, float(len(found)), enough and few))
    return units


def conversion(store: Store, p: Row) -> list[Unit]:
    """Consulting buyers' days on which the buyer paid within the time, counted from the first question."""
    days: dict[tuple[str, date], list[Row]] = {}
    for ask in asks(store):
        days.setdefault((ask.buyer, ask.day), []).append(ask)
    units = []
    for (buyer, day), found in days.items():
        first = min(ask.at for ask in found)
        until = first + timedelta(hours=float(p.within_hours))
        bought = [o.order_id for o in store["orders"] if o.buyer_key == buyer and o.paid_at and first <= o.paid_at < until]
        talk = min(ask.conversation for ask in found)
        units.append(Unit(f"{buyer}:{day}", first, day, 1.0 if bought else 0.0, bool(bought), order=min(bought, default=None), conversation=talk))
    return units
