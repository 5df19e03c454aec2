"""Points ladders: running balances, resets, and the nodes that an award crosses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tests.reference.costs import Effect
from tests.reference.rows import Row
from tests.reference.rulebook import Rulebook, Version
from tests.reference.verdicts import Breach


@dataclass
class Entry:
    """An award of points with the balance after it, or a node that it crossed."""

    view: str
    breach_id: str
    points_class: str
    at: datetime
    day: date
    points: Decimal
    balance: Decimal
    ladder: Version | None
    account: str
    node: Decimal | None = None
    penalty: Row | None = None


def awards(effects: list[Effect], book: Rulebook) -> list[Entry]:
    """Every award in both views: proven points at their low end, all points at their high end."""
    found: list[Entry] = []
    for view, kinds, end in (("confirmed", ("confirmed",), "low"), ("contingent", ("confirmed", "contingent"), "high")):
        sums: dict[tuple[str, str], Decimal] = {}
        breaches: dict[str, Breach] = {}
        for effect in effects:
            amount = getattr(effect, end)
            if effect.kind == "points" and effect.certainty in kinds and amount is not None and amount > 0:
                key = (effect.breach.id, str(effect.key[1]))
                sums[key] = sums.get(key, Decimal(0)) + amount
                breaches[effect.breach.id] = effect.breach
        accounts: dict[tuple[str, str, str], list[Entry]] = {}
        for (breach_id, points_class), points in sums.items():
            breach = breaches[breach_id]
            ladder = _ladder(book, breach, points_class)
            entry = Entry(view, breach_id, points_class, breach.at, breach.day, points, Decimal(0), ladder, "")
            accounts.setdefault((breach.version.pack, breach.version.track, points_class), []).append(entry)
        for entries in accounts.values():
            _run(entries)
            found += entries
    return found


def _ladder(book: Rulebook, breach: Breach, points_class: str) -> Version | None:
    for version in book.versions:
        same = (version.pack, version.track) == (breach.version.pack, breach.version.track)
        if version.ladder and same and version.ladder.points_class == points_class and version.binds(breach.day):
            return version
    return None


def _run(entries: list[Entry]) -> None:
    """Balances in the order of time; at a year's end a balance below the limit is cleared, another goes on.

    A balance that no reset speaks of surely goes on; one of which no source says how it is carried goes on only
    where points are counted that may be due.
    """
    balance, account, year = Decimal(0), "", None
    for entry in sorted(entries, key=lambda e: (e.at, e.breach_id)):
        ladder = entry.ladder.ladder if entry.ladder else None
        if ladder is None or ladder.reset_at != "calendar_year_end":
            account = account or "all"
        elif entry.day.year != year:
            below = ladder.surely_below if entry.view == "confirmed" else ladder.reset_when_below
            if year is None or below is None or balance < below:
                balance = Decimal(0)
            account = f"{entry.day.year}-01-01 00:00:00"
        year = entry.day.year
        balance += entry.points
        entry.balance, entry.account = balance, account


def nodes_of(ladder: Version, upto: Decimal) -> list[tuple[Decimal, Row]]:
    """The balances at which a ladder bites, the lowest first."""
    found = []
    for penalty in ladder.penalties:
        for group in penalty.when:
            floor = max((p["low"] for p in group if p["fact"] == "balance" and p["op"] == "ge" and p["low"] is not None), default=Decimal(0))
            for p in group:
                if p["fact"] != "balance" or not p["low"]:
                    continue
                steps = range(1, int(upto / p["low"]) + 2) if p["op"] == "every" else (1,)
                found += [(p["low"] * step, penalty) for step in steps if p["low"] * step >= floor]
    return sorted(found, key=lambda n: (n[0], n[1].penalty))


def crossings(entries: list[Entry], store_id: str, name_of: Callable[..., str]) -> list[Entry]:
    """The nodes that awards cross; of several at once the highest, unless all count; a proven one only once."""
    found: list[Entry] = []
    proven: set[str] = set()
    for entry in entries:  # the confirmed view comes first
        if entry.ladder is None:
            continue
        crossed = [n for n in nodes_of(entry.ladder, entry.balance) if entry.balance - entry.points < n[0] <= entry.balance]
        if entry.ladder.pick != "all" and crossed:
            crossed = [max(crossed, key=lambda n: (n[0], -n[1].penalty))]
        for node, penalty in crossed:
            name = name_of(store_id, entry.ladder.version_id, entry.account, f"{node:.6f}", penalty.penalty)
            if entry.view == "confirmed":
                proven.add(name)
            elif name in proven:
                continue
            found.append(Entry(
                entry.view, name, entry.points_class, entry.at, entry.day, Decimal(0), entry.balance, entry.ladder,
                entry.account, node, penalty,
            ))  # fmt: skip
    return found
