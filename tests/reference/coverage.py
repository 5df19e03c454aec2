"""From when until when a store's exports reach, table by table."""

from __future__ import annotations

from datetime import date, datetime

from tests.reference.chatlog import asks
from tests.reference.rows import Row, Store

# table -> the moment that dates a row, and the moments up to which it proves that data reaches
_MOMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "orders": ("created_at", ("exported_at",)), "messages": ("sent_at", ("sent_at",)),
    "conversations": ("started_at", ("ended_at",)), "aftersales": ("requested_at", ("exported_at",)),
    "complaints": ("raised_at", ("exported_at", "raised_at")), "agent_status": ("started_at", ("ended_at",)),
    "ratings": ("rated_at", ("rated_at",)), "reviews": ("reviewed_at", ("exported_at", "reviewed_at")),
    "blocks": ("blocked_at", ("blocked_at",)), "tracking_events": ("happened_at", ("happened_at",)),
    "listings": ("captured_at", ("captured_at",)), "annotations": ("happened_at", ("happened_at",)),
    "promises": ("sent_at", ("sent_at",)), "platform_notices": ("issued_at", ("issued_at",)),
}  # fmt: skip


def reach(store: Store) -> dict[str, tuple[set[date], datetime | None]]:
    """Per table the days with rows, and until when they reach."""
    found: dict[str, tuple[set[date], datetime | None]] = {}
    for table, (dated, until) in _MOMENTS.items():
        rows = [row for row in store[table] if row.get(dated)]
        if rows:
            ends = [next((row[name] for name in until if row.get(name)), None) for row in rows]
            found[table] = ({row[dated].date() for row in rows}, max((end for end in ends if end), default=None))
    for table, dated in (("orders_shipped", "shipped_at"), ("orders_picked_up", "picked_up_at")):
        rows = [row for row in store["orders"] if row.get(dated)]
        if rows:
            found[table] = ({row[dated].date() for row in rows}, max((r.exported_at for r in rows if r.exported_at), default=None))
    if asked := asks(store):
        found["asks"] = ({ask.day for ask in asked}, max(ask.at for ask in asked))
    return found


def table_of(measure: Row, params: Row) -> str:
    """The fact table that a measure rests on."""
    chosen = measure.facts_by
    first = str(measure.facts[0])
    return str(chosen.get(params.get(chosen["param"]), first)) if chosen else first
