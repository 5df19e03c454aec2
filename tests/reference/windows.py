"""The windows of a version, cut where it begins and ends, and their sums over days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.reference.rows import DAY, Unit, rounded
from tests.reference.rulebook import Version


@dataclass
class Sums:
    """What the units of a day or window come to."""

    units: int = 0
    ok: int = 0
    excluded: int = 0
    value: Decimal = Decimal(0)
    valued: int = 0
    missing: set[str] = field(default_factory=set)

    @property
    def failing(self) -> int:
        return self.units - self.ok

    def add(self, unit: Unit, exempt: bool = False) -> None:
        """Count one unit; on an exempt day, or with a reason, it is left out."""
        if unit.why and unit.why.startswith("missing:"):
            self.missing.add(unit.why)
        if unit.why is not None or exempt:
            self.excluded += unit.weight
            return
        self.units += unit.weight
        self.ok += unit.weight if unit.ok else 0
        if unit.value is not None:
            self.value += rounded(Decimal(repr(unit.value)), 3) * unit.weight
            self.valued += unit.weight

    def seen(self, fact: str) -> float | None:
        """An aggregate that bands speak of."""
        share = self.ok / self.units if self.units else None
        return {
            "ok_share": share, "failing_share": None if share is None else self.failing / self.units,
            "units": float(self.units), "failing_units": float(self.failing), "sum": float(self.value) if self.valued else None,
            "mean": float(self.value) / self.valued if self.valued else None,
        }.get(fact)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """Days from start until end, exclusive; cut where the version begins or ends within it."""

    start: date
    end: date
    cut: bool


def windows_of(version: Version, first: date, last: date, holidays: dict[str, dict[date, int]]) -> list[Window]:
    """Every window of a version that holds a day of the data on which it binds."""
    entry = holidays.get(version.calendar, {}) if version.calendar else None
    span = [first + n * DAY for n in range((last - first).days + 1)]
    days = [day for day in span if version.binds(day)]
    kind = "month" if version.judge_by == "each" else version.window_kind
    found: dict[Window, None] = {}
    for day in days:
        if kind == "rolling":
            start = day + DAY - version.window_days * DAY
            found[Window(max(start, version.effective_from), day + DAY, start < version.effective_from)] = None
        elif entry is not None and day not in entry:
            continue
        else:
            start, end = bucket_of(day, kind, entry)
            cut = start < version.effective_from or end > version.effective_to
            found[Window(max(start, version.effective_from), min(end, version.effective_to), cut)] = None
    return list(found)


def bucket_of(day: date, kind: str, entry: dict[date, int] | None) -> tuple[date, date]:
    """The day, week, month or calendar entry that a day belongs to, whole."""
    if kind == "day":
        return day, day + DAY
    if kind == "week":
        monday = day - day.weekday() * DAY
        return monday, monday + 7 * DAY
    if kind == "calendar" and entry is not None:
        days = [other for other, year in entry.items() if year == entry[day]]
        return min(days), max(days) + DAY
    return day.replace(day=1), (day.replace(day=1) + 32 * DAY).replace(day=1)


def sums_of(window: Window, daily: dict[date, Sums], days: Iterable[date]) -> Sums:
    """Add up the days of a window."""
    total = Sums()
    for day in days:
        if window.start <= day < window.end:
            part = daily[day]
            total.units += part.units
            total.ok += part.ok
            total.excluded += part.excluded
            total.value += part.value
            total.valued += part.valued
            total.missing |= part.missing
    return total
