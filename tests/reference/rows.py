"""Rows, units and stores of the twin: plain dictionaries, no frame and no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

DAY = timedelta(days=1)


class Row(dict[str, Any]):
    """A row of facts or rules: a column that nobody filled in is None."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


@dataclass
class Unit:
    """One thing that a measure looked at; `why` names the reason when it is left out (then ok is None)."""

    id: str
    at: datetime
    day: date
    value: float | None
    ok: bool | None
    why: str | None = None
    weight: int = 1
    base: Decimal | None = None
    order: str | None = None
    conversation: str | None = None
    message: str | None = None
    term: str | None = None
    severity: str | None = None

    def __post_init__(self) -> None:
        if self.why is not None:
            self.ok = None


@dataclass
class Store:
    """One store's facts, table by table, with what several measures look up in them."""

    id: str
    row: Row
    tables: Mapping[str, list[Row]]
    found: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    @property
    def platform(self) -> str:
        return self.id.split("/")[0]

    def once(self, name: str, make: Any) -> Any:
        """What `make(self)` returns, worked out once."""
        if name not in self.found:
            self.found[name] = make(self)
        return self.found[name]

    def by(self, table: str, column: str) -> dict[Any, list[Row]]:
        """The rows of a table by the value of one column."""

        def grouped(_: Store) -> dict[Any, list[Row]]:
            groups: dict[Any, list[Row]] = {}
            for row in self[table]:
                groups.setdefault(row.get(column), []).append(row)
            return groups

        found: dict[Any, list[Row]] = self.once(f"{table} by {column}", grouped)
        return found

    def order(self, order_id: str | None) -> Row | None:
        """The order of this number."""
        rows = self.by("orders", "order_id").get(order_id, []) if order_id else []
        return rows[0] if rows else None

    @property
    def seen_at(self) -> datetime | None:
        """The latest moment that the exports speak of."""

        def latest(_: Store) -> datetime | None:
            moments = [r.exported_at for r in (*self["orders"], *self["aftersales"])]
            moments += [at for r in self["complaints"] for at in (r.exported_at, r.raised_at)]
            moments += [at for r in self["reviews"] for at in (r.exported_at, r.reviewed_at)]
            moments += [r.sent_at for r in self["messages"] if r.role == "buyer"]
            return max((m for m in moments if m), default=None)

        found: datetime | None = self.once("seen_at", latest)
        return found


def stores_of(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Store]:
    """Sort the rows of many stores into one Store each."""
    parts: dict[str, dict[str, list[Row]]] = {}
    heads: dict[str, Row] = {}
    for table, rows in tables.items():
        for row in rows:
            if table == "stores":
                heads[row["store_id"]] = Row(row)
            else:
                parts.setdefault(row["store_id"], {}).setdefault(table, []).append(Row(row))
    return [Store(name, head, parts.get(name, {})) for name, head in heads.items()]


def minute(moment: datetime) -> int:
    """The minute of the day."""
    return moment.hour * 60 + moment.minute


def inside(moment: datetime, hours: tuple[int, int]) -> bool:
    """Whether a moment lies in the hours: the first minute is in, the last one is not."""
    return hours[0] <= minute(moment) < hours[1]


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime(day.year, day.month, day.day)


def hours_between(start: datetime, stop: datetime) -> float:
    """Hours from one moment to another."""
    return (stop - start).total_seconds() / 3600


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
