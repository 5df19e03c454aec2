"""Rules over rules: the n-th breach of another rule, or failing periods in a row; and rules that meet on an order or day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.reference.conditions import compare
from tests.reference.costs import in_window
from tests.reference.orders import scope_of
from tests.reference.rows import Row
from tests.reference.rulebook import Rulebook, Version
from tests.reference.verdicts import Breach, Judged


def recurring(judged: Judged, book: Rulebook, name_of: Callable[..., str]) -> list[Breach]:
    """The breaches of rules that count the breaches or failing periods of others."""
    found = []
    for version in book.versions:
        if version.measure == "recurrence" and version.counts:
            found += _recurring(judged, version, name_of)
    return found


def _recurring(judged: Judged, version: Version, name_of: Callable[..., str]) -> list[Breach]:
    counts, named = version.counts[0], {row.counted_rule_id for row in version.counts}
    periods: dict[Any, list[tuple[int, Breach]]] = {}
    for breach in judged.breaches:
        v = breach.version
        if v.rule_id in named and (v.pack, v.track) == (version.pack, version.track) and version.binds(breach.day):
            number = _period(breach)
            key = breach.id if counts.counts == "breaches" else number
            periods.setdefault(key, []).append((number, breach))
    placed = []
    for key, members in periods.items():
        last = max(b.at for _, b in members)
        placed.append((min(n for n, _ in members), str(key), last, max(b.day for _, b in members), [b for _, b in members]))
    found = []
    for number, key, at, day, members in placed:
        if counts.consecutive:
            nth = _in_a_row(placed, number, key)
        else:
            before = [other for other in placed if (other[2], other[1]) <= (at, key)]
            nth = sum(in_window(counts.counted_in, other[2], at, other[3], day) for other in before)
        if _bites(version, nth):
            single = members[0] if counts.counts == "breaches" else None
            found.append(Breach(
                name_of(judged.store.id, version.version_id, key), version, at, day, float(nth), nth=nth,
                settled=all(b.settled for b in members), order_id=single.order_id if single else None,
                base=single.base if single else None, window=members[0].window,
            ))  # fmt: skip
    return found


def _period(breach: Breach) -> int:
    """Periods of the counted rule's own kind, numbered without gaps."""
    day = breach.window.start if breach.window else breach.day
    kind = breach.version.window_kind or "month"
    since_1970 = day.toordinal() - date(1970, 1, 1).toordinal()
    if kind == "day":
        return since_1970
    if kind == "week":
        return (since_1970 + 3) // 7  # 1970 began on a Thursday
    return day.year * 12 + day.month


def _in_a_row(placed: list[Any], number: int, key: str) -> int:
    """How many come in a row up to this one: a gap of one period starts anew."""
    ordered = sorted(placed, key=lambda one: (one[0], one[1]))
    nth = 0
    for place, one in enumerate(ordered):
        nth = nth + 1 if place and one[0] == ordered[place - 1][0] + 1 else 1
        if one[:2] == (number, key):
            return nth
    raise LookupError(key)


def _bites(version: Version, nth: int) -> bool:
    """A count that no penalty of the rule speaks of is no breach of it."""
    conditions = [p for row in version.penalties for group in row.when for p in group]
    if not version.penalties or not conditions:
        return True
    return any(p["fact"] != "nth" or p["low"] is None or compare(p["op"], nth, p["low"], p["high"]) > 0 for p in conditions)


def overridden(judged: Judged, book: Rulebook) -> set[str]:
    """Breaches of orders that another rule of the platform takes out of their rule's hands."""
    found = set()
    for row in book.combinations:
        if row.how not in ("override", "replace"):
            continue
        holding, yielding = (row.rule_id, row.other_rule_id) if row.how == "override" else (row.other_rule_id, row.rule_id)
        for breach in judged.breaches:
            v = breach.version
            if (v.rule_id, v.pack) == (yielding, row.pack) and any(
                _holds(other, breach, book) for other in book.versions
                if (other.rule_id, other.pack, other.track) == (holding, v.pack, v.track)
            ):  # fmt: skip
                found.add(breach.id)
    return found


def _holds(version: Version, breach: Breach, book: Rulebook) -> bool:
    order = breach.order or Row()
    day = {"paid_at": order.paid_at, "created_at": order.created_at}.get(version.binds_by) or breach.at
    if not version.binds(day.date()) or (version.calendar and day.date() not in book.holidays.get(version.calendar, {})):
        return False
    return scope_of(order, version.orders)[0] == 2
