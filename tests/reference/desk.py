"""Units of the service desk: refunds, complaints, disputes, hours online, ratings, reviews, blocks, inspectors' findings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.reference.chatlog import asks
from tests.reference.conditions import MAYBE, NO
from tests.reference.orders import hours, scope_of
from tests.reference.rows import DAY, Row, Store, Unit, hours_between, inside, midnight, minute


def refund(store: Store, p: Row) -> list[Unit]:
    """After-sales requests from the clock's start to its stop."""
    units = []
    for r in store["aftersales"]:
        if r.stage not in p.stages or r.kind not in p.kinds:
            continue
        order = store.order(r.order_id)
        met, why = scope_of(order, p.orders) if order else (MAYBE if p.orders else 2, "missing:orders" if p.orders else None)
        if met == NO:
            continue
        started = {"return_shipped": r.returned_shipped_at, "return_received": r.returned_received_at}.get(p.clock_start, r.requested_at)
        stopped = {"refunded": r.refunded_at, "agreed": r.agreed_at, "closed": r.closed_at}.get(
            p.clock_stop, r.first_handled_at or r.agreed_at or r.refunded_at
        )
        due = started + hours(p.within_hours) if started else None
        if why is None:
            why = "not_started" if started is None else _why_not(r, p, stopped, due)
        until = stopped or r.exported_at
        value = hours_between(started, until) if started and until else None
        at = due or r.exported_at
        ok = bool(stopped and due and stopped <= due)
        units.append(Unit(r.aftersale_id, at, at.date(), value, ok, why, base=r.refund_cny, order=r.order_id))
    return units


def _why_not(r: Row, p: Row, stopped: datetime | None, due: datetime) -> str | None:
    handling = p.clock_stop == "handled"
    if handling and r.kind != "refund_only" and not (r.first_handled_at or r.agreed_at) and stopped and stopped > due:
        return "missing:aftersales.first_handled_at"  # a late refund of a return proves nothing about its handling
    if stopped:
        return None
    if r.status == "closed" and r.closed_at is None:
        return "missing:aftersales.closed_at"
    if r.closed_at and r.closed_at <= due:
        return "closed_before_limit"
    if r.status == "refunded":
        return "missing:aftersales.refunded_at"
    if r.status == "agreed" and p.clock_stop != "refunded":
        return "missing:aftersales.agreed_at"
    return "not_due_yet" if r.exported_at and r.exported_at <= due else None


def complaint(store: Store, p: Row) -> list[Unit]:
    """Complaints and what was to be done about them; daily follow-ups count each open day."""
    wanted = [c for c in store["complaints"] if not p.concepts or c.concept in p.concepts]
    if p.duty == "follow_up_daily":
        return [unit for c in wanted for unit in _open_days(store, c)]
    return [unit for c in wanted if (unit := _complaint(store, c, p)) is not None]


def _open_days(store: Store, c: Row) -> list[Unit]:
    last = (c.closed_at or store.seen_at or c.raised_at).date()
    notes = [f.followed_at.date() for f in store["complaint_followups"] if f.complaint_id == c.complaint_id]
    days = [c.raised_at.date() + n * DAY for n in range((last - c.raised_at.date()).days + 1)]
    return [Unit(f"{c.complaint_id}:{d}", midnight(d), d, float(notes.count(d)), d in notes, order=c.order_id) for d in days]


def _complaint(store: Store, c: Row, p: Row) -> Unit | None:
    order = store.order(c.order_id) or Row()
    sales = [r for r in store["aftersales"] if c.order_id and r.order_id == c.order_id]
    stage = min((r.stage for r in sales if r.stage), default=None) or ("shipped" if order.shipped_at else "not_shipped")
    if p.stages and stage not in p.stages:
        return None
    if p.duty == "ship_unshipped" and order.shipped_at and order.shipped_at <= c.raised_at:
        return None
    notes = [f.followed_at for f in store["complaint_followups"] if f.complaint_id == c.complaint_id]
    done = {
        "accept": c.accepted_at or c.handled_at, "handle": c.handled_at, "close": c.closed_at,
        "refund": min((r.refunded_at for r in sales if r.refunded_at), default=None),
        "feedback": min(notes, default=None) or c.handled_at, "ship_unshipped": order.shipped_at,
    }[p.duty]  # fmt: skip
    due = midnight(c.raised_at.date()) + DAY
    if p.same_day_by is not None:
        due = midnight(c.raised_at.date()) + timedelta(minutes=p.same_day_by)
    elif p.within_hours is not None:
        due = c.raised_at + hours(p.within_hours)
    seen = store.seen_at or c.raised_at
    why = None
    if "regulator" in p.excludes and c.is_regulator:
        why = "regulator"
    elif p.raised_before is not None and minute(c.raised_at) >= p.raised_before:
        why = "raised_later"
    elif done is None and seen <= due:
        why = "not_due_yet"
    ok = bool(done and done <= due) and not (p.regular_closing and c.closing == "irregular")
    return Unit(c.complaint_id, due, due.date(), hours_between(c.raised_at, done or seen), ok, why, base=order.paid_cny, order=c.order_id)


def dispute(store: Store, p: Row) -> list[Unit]:
    """Orders, requests or consulting consumers, and which of them came to the event."""
    units = []
    things: list[tuple[str, datetime, str | None, list[Row], list[Row]]] = []
    if p.unit == "order":
        for o in store["orders"]:
            if o.paid_at:
                sales = [r for r in store["aftersales"] if r.order_id == o.order_id]
                things.append((o.order_id, o.paid_at, o.order_id, sales, _complaints(store, o.order_id)))
    elif p.unit == "aftersale":
        things.extend(
            (r.aftersale_id, r.requested_at, r.order_id, [r], _complaints(store, r.order_id))
            for r in store["aftersales"]
            if r.requested_at
        )
    else:
        days: dict[tuple[str, date], list[Row]] = {}
        for ask in asks(store):
            days.setdefault((ask.buyer, ask.day), []).append(ask)
        for (buyer, day), found in days.items():
            said = [c for c in store["complaints"] if c.buyer_key == buyer and c.raised_at.date() == day]
            things.append((f"{buyer}:{day}", min(a.at for a in found), None, [], said))
    for name, at, order_id, sales, said in things:
        came = {
            "platform_involved": any(r.platform_involved for r in sales), "complaint": bool(said),
            "upheld_complaint": any(c.upheld for c in said), "regulator_complaint": any(c.is_regulator for c in said),
        }[p.event]  # fmt: skip
        units.append(Unit(name, at, at.date(), 1.0 if came else 0.0, not came, order=order_id))
    return units


def _complaints(store: Store, order_id: str | None) -> list[Row]:
    return [c for c in store["complaints"] if order_id and c.order_id == order_id]


def online(store: Store, p: Row) -> list[Unit]:
    """A shop's day with some status: the hours on which someone, everyone summed, or always someone was there."""
    months = {s.started_at.date().replace(day=1) for s in store["agent_status"]}
    units = []
    for day in sorted({day for s in store["agent_status"] for day in _touched(s) if day.replace(day=1) in months}):
        opens, closes = (midnight(day) + timedelta(minutes=m) for m in p.hours)
        spans = [
            (max(s.started_at, opens), min(s.ended_at, closes))
            for s in store["agent_status"] if s.status in ("online", "busy")
        ]  # fmt: skip
        spans = sorted(span for span in spans if span[0] < span[1])
        if p["count"] == "hours_summed":
            value = sum(hours_between(*span) for span in spans)
        else:
            value, reached = 0.0, opens
            for start, stop in spans:
                value += max(hours_between(max(start, reached), stop), 0.0)
                reached = max(reached, stop)
        needed = hours_between(opens, closes) - 0.0005 if p["count"] == "always_someone" else float(p.min_hours or 0)
        units.append(Unit(str(day), midnight(day), day, value, value >= needed))
    return units


def _touched(span: Row) -> list[date]:
    """The days that a span lies on; one that ends at midnight does not touch the next."""
    first = span.started_at.date()
    days = (first + n * DAY for n in range((span.ended_at.date() - first).days + 1))
    return [day for day in days if day == first or midnight(day) < span.ended_at]


def rating(store: Store, p: Row) -> list[Unit]:
    """Ratings of conversations or stars of reviews."""
    units = []
    if p.source == "review":
        rated = [Row(id=r.review_id, at=r.reviewed_at, card=r.reviewed_at, score=r.stars, order=r.order_id) for r in store["reviews"]]
    else:
        rated = [
            Row(id=r.rating_id, at=r.rated_at, card=r.card_sent_at or r.rated_at, score=r.score, reason=r.reason, by=r.served_by)
            for r in store["ratings"]
        ]  # fmt: skip
    for r in rated:
        if not inside(r.card, p.hours) or (p.served_by == "human" and r.by == "robot"):
            continue
        good = r.score is not None and r.score >= p.good_from
        if p.reasons:
            good = good or r.reason not in p.reasons
        why = None
        if r.score is None:
            why = "missing:ratings.score"
        elif p.served_by == "human" and r.by is None:
            why = "missing:ratings.served_by"
        units.append(Unit(r.id, r.at, r.at.date(), None if r.score is None else float(r.score), good, why, order=r.order))
    return units


def review_handling(store: Store, p: Row) -> list[Unit]:
    """Bad reviews and when the seller answered."""
    units = []
    for v in store["reviews"]:
        if v.stars is None or v.stars > p.stars_at_most:
            continue
        due = v.reviewed_at + hours(p.within_hours)
        seen = store.seen_at
        why = "not_due_yet" if v.replied_at is None and (seen is None or seen <= due) else None
        until = v.replied_at or seen
        ok = bool(v.replied_at and v.replied_at <= due)
        units.append(Unit(v.review_id, due, due.date(), hours_between(v.reviewed_at, until) if until else None, ok, why, order=v.order_id))
    return units


def block(store: Store, p: Row) -> list[Unit]:
    """Blocked buyers and whether the reason is one that is allowed."""
    units = []
    for b in store["blocks"]:
        if b.kind in (None, "block"):
            fine = b.reason in p.allowed_reasons
            why = "missing:blocks.reason" if b.reason is None else None
            units.append(Unit(b.block_id, b.blocked_at, b.blocked_at.date(), 0.0 if fine else 1.0, fine, why))
    return units


def annotation(store: Store, p: Row) -> list[Unit]:
    """Inspectors' findings on a concept."""
    units = []
    for a in store["annotations"]:
        if a.concept == p.concept:
            order = store.order(a.order_id)
            units.append(Unit(
                a.annotation_id, a.happened_at, a.happened_at.date(), 0.0 if a.passed else 1.0, bool(a.passed),
                base=order.paid_cny if order else None, order=a.order_id, conversation=a.conversation_id,
                message=a.message_id, severity=a.severity,
            ))  # fmt: skip
    return units
