"""Verdicts of one store: for each version and window the status and the value, and the breaches they lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.reference import desk, orders, replies, said, words
from tests.reference.conditions import MAYBE, NO, YES, test
from tests.reference.coverage import reach, table_of
from tests.reference.rows import DAY, Row, Store, Unit, midnight
from tests.reference.rulebook import Rulebook, Version
from tests.reference.windows import Sums, Window, bucket_of, sums_of, windows_of

MEASURES: dict[str, Callable[[Store, Row], list[Unit]]] = {
    "reply": replies.reply, "unserved": replies.unserved, "offline_message": replies.offline_message,
    "throughput": replies.throughput, "conversion": replies.conversion, "phrase": words.phrase,
    "contact": words.contact, "notice": words.notice, "shipment": orders.shipment,
    "out_of_stock": orders.out_of_stock, "seller_closed_unpaid": orders.seller_closed_unpaid,
    "tracking": orders.tracking, "false_shipment": orders.false_shipment, "fake_trade": orders.fake_trade,
    "refund": desk.refund, "complaint": desk.complaint, "dispute": desk.dispute, "online": desk.online,
    "rating": desk.rating, "review_handling": desk.review_handling, "block": desk.block, "annotation": desk.annotation,
    "phrase_absent": said.phrase_absent, "privacy": said.privacy, "promise": said.promise, "freight": said.freight,
    "invoice": said.invoice, "listing_phrase": said.listing_phrase, "listing_consistency": said.listing_consistency,
}  # fmt: skip


@dataclass
class Verdict:
    """One window of one version."""

    version: Version
    window: Window
    status: str
    sums: Sums
    value: float | None = None
    severity: str | None = None
    partial: bool = False
    settled: bool = True
    gate: int = YES
    counted: bool = False
    last: date | None = None


@dataclass
class Breach:
    """What a penalty attaches to."""

    id: str
    version: Version
    at: datetime
    day: date
    value: float | None = None
    severity: str | None = None
    unit: Unit | None = None
    sums: Sums | None = None
    window: Window | None = None
    settled: bool = True
    gate: int = YES
    exempt: int = NO
    nth: int | None = None
    order: Row | None = None
    base: object = None
    order_id: str | None = None


@dataclass
class Judged:
    """One store through all rules, before costs."""

    store: Store
    units: dict[str, list[Unit]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)


def judge(store: Store, book: Rulebook, span: tuple[date, date], name_of: Callable[..., str]) -> Judged:
    """Units, verdicts and breaches of one store.

    Args:
        span: first and last day of the data of all stores.
        name_of: makes a breach's id of its parts.
    """
    found = Judged(store)
    reached = reach(store)
    for version in book.versions:
        if not (version.effective_from <= span[1] and version.effective_to > span[0]):
            continue
        units = _units(found, version, book)
        daily: dict[date, Sums] = {}
        for unit in units:
            daily.setdefault(unit.day, Sums()).add(unit)
        table = table_of(book.fact_tables[version.measure], version.params) if version.measure in MEASURES else None
        mine = [
            _verdict(store, version, window, daily, reached, table)
            for window in windows_of(version, *span, book.holidays)
        ]
        kept = [verdict for verdict in mine if verdict is not None]
        found.verdicts += kept
        found.breaches += _breaches(store, version, units, kept, daily, name_of)
    return found


def _units(found: Judged, version: Version, book: Rulebook) -> list[Unit]:
    """The version's own units: those of its combo that lie on days on which it binds."""
    if version.combo is None or version.measure not in MEASURES:
        return []
    if version.combo not in found.units:
        version.params["orders"], version.params["binds_by"] = version.orders, version.binds_by
        found.units[version.combo] = MEASURES[version.measure](found.store, version.params)
    entry = book.holidays.get(version.calendar, {}) if version.calendar else None
    return [unit for unit in found.units[version.combo] if version.binds(unit.day) and (entry is None or unit.day in entry)]


def store_fact(store: Store, window_end: date, fact: str) -> object:
    """What is known of a store."""
    if fact == "store_age_months":
        opened = store.row.opened_on
        return None if opened is None else (window_end.year - opened.year) * 12 + window_end.month - opened.month
    return store.row.get({"store_category": "category"}.get(fact, fact))


def _verdict(
    store: Store, version: Version, window: Window, daily: dict[date, Sums], reached: dict[str, tuple[set[date], datetime | None]],
    table: str | None,
) -> Verdict | None:  # fmt: skip
    sums = sums_of(window, daily, daily)
    days, until = reached.get(table or "", (set(), None))
    first, last = min(days, default=None), until.date() if until else None
    has_units = bool(sums.units or sums.excluded)
    all_days = [day for known, _ in reached.values() for day in known]
    all_ends = [end.date() for _, end in reached.values() if end]
    if not all_days or not all_ends or window.end <= min(all_days) or window.start > max(all_ends):
        return None  # the window does not touch the store's data
    if not has_units and first is not None and not (window.end > first and last is not None and window.start <= last):
        return None
    verdict = Verdict(version, window, "ok", sums)
    waits = version.window_kind == "rolling" and version.judge_by != "each"
    open_window = first is None or last is None or first > window.start or (_whole_until(reached, last) if waits else last + DAY) < window.end
    verdict.partial = window.cut or open_window
    verdict.settled, verdict.last = not open_window, last
    scope = test(version.stores, lambda p: store_fact(store, window.end, p["fact"])) if version.stores else YES
    if version.gate:
        failing = [day for day, part in daily.items() if window.start <= day < window.end and part.failing]
        verdict.gate = max((gate_of(version, daily, day) for day in failing), default=YES)
    verdict.status = _status(version, window, sums, scope, days, verdict)
    verdict.value = _value(version, sums)
    return verdict


def _whole_until(reached: dict[str, tuple[set[date], datetime | None]], last: date) -> date:
    """The day before which all days are over: of a store's newest one, an export of its last minute or later tells."""
    newest = max(end for _, end in reached.values() if end)
    return last if last == newest.date() and newest < midnight(last + DAY) - timedelta(minutes=1) else last + DAY


def _status(version: Version, window: Window, sums: Sums, scope: int, days: set[date], verdict: Verdict) -> str:
    if scope == NO:
        return "not_applicable"
    if version.measure in ("recurrence", "ledger"):
        verdict.counted = True
        return "counted"
    if version.measure is None or (version.measure == "annotation" and not sums.units) or version.combo is None:
        return "manual_review"
    if scope == MAYBE or not days:
        return "insufficient_data"
    if not sums.units:
        if sums.missing:
            return "insufficient_data"
        if sums.excluded or any(window.start <= day < window.end for day in days):
            return "not_applicable"
        return "insufficient_data"
    if version.judge_by == "each":
        if not sums.failing:
            return "ok"
        return {YES: "breach", MAYBE: "info", NO: "ok"}[verdict.gate]
    return _banded(version, sums, verdict)


def _banded(version: Version, sums: Sums, verdict: Verdict) -> str:
    """The first band that is met; one before it that cannot be told leaves open which."""
    if not version.bands:
        return "info"
    met = [test(condition, lambda p: sums.seen(p["fact"])) for _, condition in version.bands]
    first = met.index(YES) if YES in met else None
    doubtful = [n for n, one in enumerate(met) if one == MAYBE and (first is None or n < first)]
    if first is not None:
        verdict.severity = version.bands[first][0]
    # bands that speak of the same go from the worst to the mildest: who misses the mildest is in no worse one
    spoken = [{(p["fact"], p["op"]) for group in condition for p in group} for _, condition in version.bands]
    if doubtful and met[-1] == NO and all(one <= spoken[-1] for one in spoken):
        doubtful = []
    if doubtful:
        verdict.settled = verdict.settled and first is not None
        verdict.severity_open = True  # type: ignore[attr-defined]
    if first is not None:
        return "breach"
    if not doubtful:
        return "ok"
    unknown = any(
        p["low"] is None or sums.seen(p["fact"]) is None
        for n in range(len(met)) if met[n] == MAYBE
        for group in version.bands[n][1] if test([group], lambda q: sums.seen(q["fact"])) == MAYBE
        for p in group
    )  # fmt: skip
    return "info" if unknown else "breach"


def limit_fact(version: Version) -> str | None:
    """What the verdict's value shows: the aggregate of the mildest band."""
    named = ("ok_share", "failing_share", "mean", "sum", "failing_units")
    for _, condition in reversed(version.bands):
        for group in condition:
            for predicate in group:
                if predicate["fact"] in named:
                    return str(predicate["fact"])
    return None


def _value(version: Version, sums: Sums) -> float | None:
    if version.judge_by == "each":
        return float(sums.failing) if sums.units or sums.excluded else None
    if not (sums.units or sums.excluded):
        return None
    return sums.seen(limit_fact(version) or "ok_share")


def gate_of(version: Version, daily: dict[date, Sums], day: date) -> int:
    """Whether the shop crossed the line that makes single units count, in the window of that day."""
    start, end = bucket_of(day, version.window_kind or "month", None)
    return test(version.gate, lambda p: sums_of(Window(start, end, False), daily, daily).seen(p["fact"])) if version.gate else YES


def _breaches(
    store: Store, version: Version, units: list[Unit], verdicts: list[Verdict], daily: dict[date, Sums], name_of: Callable[..., str]
) -> list[Breach]:  # fmt: skip
    found = []
    if version.judge_by == "each":
        for unit in units:
            own = [v for v in verdicts if v.window.start <= unit.day < v.window.end]
            scope = test(version.stores, lambda p, own=own: store_fact(store, own[0].window.end, p["fact"])) if version.stores and own else YES
            if unit.ok is False and scope == YES:
                order = store.order(unit.order)
                found.append(Breach(
                    name_of(store.id, version.version_id, unit.id), version, unit.at, unit.at.date(), unit.value, unit.severity, unit,
                    gate=gate_of(version, daily, unit.day), order=order, base=unit.base, order_id=unit.order,
                ))  # fmt: skip
        return found
    for verdict in verdicts:
        if verdict.status == "breach":
            start, end, sums = verdict.window.start, verdict.window.end, verdict.sums
            seen = max(min(end, (verdict.last or end) + DAY), start + DAY)  # of an unfinished window: the end of the data
            found.append(Breach(
                name_of(store.id, version.version_id, start, end), version, midnight(seen) - timedelta(seconds=1), seen - DAY,
                verdict.value, None if hasattr(verdict, "severity_open") else verdict.severity, None, sums, verdict.window,
                verdict.settled, verdict.gate,
            ))  # fmt: skip
    return found
