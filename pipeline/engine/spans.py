"""Which time is a batch's own, and what lies in files of other months: so that no verdict depends on the batching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as parquet

FIRST, LAST = datetime(1900, 1, 1), datetime(9999, 1, 1)
DAYS_AFTER = 7  # a buyer may be told on a later day of what happens on a month's last
# the columns that say how far a store's exports reach
REACHES = {
    "orders": ("exported_at",), "aftersales": ("exported_at",), "complaints": ("exported_at", "raised_at"),
    "reviews": ("exported_at", "reviewed_at"), "asks": ("asked_at",),
}  # fmt: skip
MONTHS_OPEN = 5  # what is seen later than this changes nothing for a unit of the month
Files = Mapping[str, Mapping[str, Mapping[str, list[Path]]]]  # month -> store -> table -> files


def span(store: str, period: tuple[str, ...], months: Files) -> tuple[datetime, datetime]:
    """The time whose days are judged with these months of a store: to its next month with facts, from ever on in its first."""
    known = [month for month, stores in months.items() if store in stores]
    before = [month for month in known if month < period[0]]
    after = [month for month in known if month > period[-1]]
    first = next((month for month in known if month in period), period[0])
    return month_start(first) if before else FIRST, month_start(after[0]) if after else LAST


def going_on(store: str, period: tuple[str, ...], months: Files, until: tuple[datetime, datetime]) -> dict[str, list[Path]]:
    """Files of messages of other months that reach into the span, and of those soon after it; the hits of all that is said."""
    found: dict[str, list[Path]] = {"earlier_messages": [], "later_messages": [], "nearby_hits": []}
    start, end = until
    for month, stores in months.items():
        tables, more = stores.get(store, {}), sum(map(len, found.values()))
        for file in tables.get("messages", ()):
            if month < period[0] and (latest(file, ("sent_at",)) or FIRST) >= start:
                found["earlier_messages"].append(file)
            if month > period[-1] and month_start(month) < end + timedelta(days=DAYS_AFTER if end < LAST else 0):
                found["later_messages"].append(file)
        if month in period or sum(map(len, found.values())) > more:
            found["nearby_hits"] += tables.get("hits", ())
    return found


def seen_until(months: Files) -> dict[str, datetime]:
    """The latest moment that each store's exports speak of."""
    seen: dict[str, datetime] = {}
    for stores in months.values():
        for store, tables in stores.items():
            moments = [latest(file, columns) for table, columns in REACHES.items() for file in tables.get(table, ())]
            seen[store] = max([seen.get(store, FIRST), *(moment for moment in moments if moment)])
    return {store: moment for store, moment in seen.items() if moment > FIRST}


def latest(file: Path, columns: Iterable[str]) -> datetime | None:
    """The greatest value of these columns of a Parquet file, by what its footer says."""
    bounds = _bounds(file, columns)
    return bounds[1] if bounds else None


def reaches_into(file: Path, column: str, until: tuple[datetime, datetime]) -> bool:
    """Whether a Parquet file may hold a value of the column in a span of time, by what its footer says."""
    bounds = _bounds(file, (column,))
    return bounds is None or (bounds[0] < until[1] and bounds[1] >= until[0])


def _bounds(file: Path, columns: Iterable[str]) -> tuple[datetime, datetime] | None:
    status = file.stat()
    return _stated(file, tuple(columns), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=100_000)
def _stated(file: Path, columns: tuple[str, ...], size: int, changed: int) -> tuple[datetime, datetime] | None:
    metadata = parquet.read_metadata(file)
    found: list[datetime] = []
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            if column.path_in_schema in columns and column.statistics and column.statistics.has_min_max:
                found += [column.statistics.min, column.statistics.max]
    return (min(found), max(found)) if found else None


def month_start(month: str) -> datetime:
    """The first moment of a month written YYYY-MM."""
    return datetime(int(month[:4]), int(month[5:7]), 1)


def months_later(month: str, count: int) -> datetime:
    """The first moment of the month so many months later."""
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 + count
    return datetime(number // 12, number % 12 + 1, 1)
