"""Group a warehouse's store-months into batches that are judged together, and know their content by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as parquet

from pipeline.engine.spans import MONTHS_OPEN, going_on, months_later, reaches_into, seen_until, span
from pipeline.tables import FACTS

ASKED_LATER = "asked_later"
# what a row of this month may speak of lies in other months: an order is complained of, asked about, refunded later,
# a night's watch begins on the day before
NEARBY = (
    "orders", "aftersales", "complaints", "complaint_followups", "shipments", "tracking_events", "agent_status", "annotations",
    "blocks", "hits",
)  # fmt: skip
GOING_ON = ("earlier_messages", "later_messages")  # messages of this batch's days, or soon after, in other months' files
SPANS, SEEN = "store_spans", "store_seen"
MONTHS_NEARBY = 3
ROWS_PER_BATCH = 1_000_000  # of messages; their units fit into 2 GB, and fewer batches have less fixed cost


Months = dict[str, dict[str, dict[str, list[Path]]]]  # month -> store -> table -> files


@dataclass(frozen=True)
class Batch:
    """Whole store-months of a month (or of small months in a row), with the fact files of each table."""

    name: str
    months: tuple[str, ...]
    files: Mapping[str, tuple[Path, ...]]
    platforms: tuple[str, ...]
    rows: int  # messages
    spans: Mapping[str, tuple[datetime, datetime]]  # store -> the time whose days are judged here
    seen: Mapping[str, datetime]  # store -> the latest moment that its exports speak of

    def fingerprint(self, tables: Iterable[str]) -> str:
        """Hash of the content of the files of these tables."""
        digest = hashlib.sha256()
        tables = set(tables)
        for table in sorted({*tables, *((ASKED_LATER,) if "asks" in tables else ())}):
            for file in self.files.get(table, ()):
                digest.update(f"{table} {file.parts[-4:-1]} {_content(file)}".encode())
        for table, told in ((SPANS, self.spans), (SEEN, self.seen)):
            if table in tables:
                digest.update(f"{table} {sorted(told.items())}".encode())
        return digest.hexdigest()[:16]


def _content(file: Path) -> str:
    status = file.stat()
    return _hashed(file, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=100_000)
def _hashed(file: Path, size: int, changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()[:24]


def fact_files(facts: Path) -> dict[str, list[Path]]:
    """The Parquet files of every fact table, in the order of their paths."""
    return {table.name: sorted((facts / table.name).rglob("*.parquet")) for table in FACTS}


def make_batches(facts: Path, rows_per_batch: int = ROWS_PER_BATCH) -> list[Batch]:
    """Batches by month, then store, each of about `rows_per_batch` messages.

    A batch of a large warehouse never mixes months, so that a new day makes stale only those of its own month;
    small months in a row go together, since a batch has a fixed cost.
    """
    months = _by_month(facts)
    seen = seen_until(months)
    batches = []
    for period in _periods(months, rows_per_batch // 10):
        sizes = {store: size for month in period for store, size in _sizes(months[month]).items()}
        if len(period) > 1:
            batches.append(_batch(f"{period[0]}-001", period, sorted(sizes), months, seen))
            continue
        group: list[str] = []
        rows = 0
        for store, size in sorted(sizes.items()):
            if group and rows + size > rows_per_batch:
                batches.append(_batch(f"{period[0]}-{len(batches):04d}", period, group, months, seen))
                group, rows = [], 0
            group.append(store)
            rows += size
        if group:
            batches.append(_batch(f"{period[0]}-{len(batches):04d}", period, group, months, seen))
    return batches


def _by_month(facts: Path) -> Months:
    months: Months = {}
    for table, files in fact_files(facts).items():
        for file in files:
            keys = dict(part.split("=", 1) for part in file.parts if "=" in part)
            if "month" in keys:
                store = f"{keys['platform']}/{keys['store']}"
                months.setdefault(keys["month"], {}).setdefault(store, {}).setdefault(table, []).append(file)
                began = file.stem.removeprefix("part-")
                if table == "asks" and began not in (keys["month"], "part"):
                    # asked in this month, in a conversation that began in another: rounds and conversations are
                    # counted there, consumers' days here
                    months.setdefault(began, {}).setdefault(store, {}).setdefault(ASKED_LATER, []).append(file)
    return dict(sorted(months.items()))


def _sizes(stores: Mapping[str, Mapping[str, list[Path]]]) -> dict[str, int]:
    """Messages of each store that has facts of its own in the month."""
    return {
        store: sum(_rows(file) for file in tables.get("messages", ()))
        for store, tables in stores.items()
        if set(tables) != {ASKED_LATER}
    }


def _periods(months: Months, small: int) -> list[tuple[str, ...]]:
    """Months one by one, but small ones in a row together up to `small` messages."""
    periods: list[tuple[str, ...]] = []
    together = 0
    for month, stores in months.items():
        size = sum(_sizes(stores).values())
        if periods and together + size <= small:
            periods[-1] = (*periods[-1], month)
            together += size
        else:
            periods.append((month,))
            together = size
    return periods


def _rows(file: Path) -> int:
    return int(parquet.read_metadata(file).num_rows)


def _batch(name: str, period: tuple[str, ...], stores: list[str], months: Months, seen: Mapping[str, datetime]) -> Batch:
    files: dict[str, list[Path]] = {}
    spans = {store: span(store, period, months) for store in stores}
    until = months_later(period[-1], MONTHS_OPEN)
    for store in stores:
        for table, paths in going_on(store, period, months, spans[store]).items():
            files.setdefault(table, []).extend(paths)
        for month in period:
            for table, paths in months[month].get(store, {}).items():
                # of asks in another month of the same period nothing need be added
                later = [path for path in paths if path.parent.name.removeprefix("month=") not in period]
                files.setdefault(table, []).extend(later if table == ASKED_LATER else paths)
        near = [other for other in months if min(abs(_number(other) - _number(month)) for month in period) <= MONTHS_NEARBY]
        for table in (table for table in NEARBY if table != "hits"):
            for other in near:
                found = months[other].get(store, {}).get(table, [])
                if table == "tracking_events":  # many rows, and all of an order lie in one file
                    found = [file for file in found if reaches_into(file, "happened_at", spans[store])]
                files.setdefault(f"nearby_{table}", []).extend(found)
    platforms = tuple(sorted({store.split("/")[0] for store in stores}))
    rows = sum(_rows(file) for file in files.get("messages", ()))
    told = {store: min(seen[store], until) for store in stores if store in seen}
    return Batch(name, period, {table: tuple(paths) for table, paths in files.items()}, platforms, rows, spans, told)


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)
