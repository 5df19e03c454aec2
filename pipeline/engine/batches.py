"""Group a warehouse's store-months into batches that are judged together, and know their content by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as parquet

from pipeline.tables import FACTS

ASKED_LATER = "asked_later"
# what a row of this month may speak of lies in other months: an order is complained of, asked about, refunded later
NEARBY = ("orders", "aftersales", "complaints", "shipments")
MONTHS_NEARBY = 3
ROWS_PER_BATCH = 1_500_000  # of messages; a prototype was fastest between one and two million


Months = dict[str, dict[str, dict[str, list[Path]]]]  # month -> store -> table -> files


@dataclass(frozen=True)
class Batch:
    """Whole store-months of one month, with the fact files of each table."""

    name: str
    month: str
    files: Mapping[str, tuple[Path, ...]]
    platforms: tuple[str, ...]

    def fingerprint(self, tables: Iterable[str]) -> str:
        """Hash of the content of the files of these tables."""
        digest = hashlib.sha256()
        for table in sorted({*tables, *((ASKED_LATER,) if "asks" in tables else ())}):
            for file in self.files.get(table, ()):
                digest.update(f"{table} {file.parts[-4:-1]} {_content(file)}".encode())
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

    A batch never mixes months, so that a new day makes stale only the batches of its own month.
    """
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
    batches = []
    for month, stores in sorted(months.items()):
        group: list[str] = []
        rows = 0
        number = 1
        for store, tables in sorted(stores.items()):
            if set(tables) == {ASKED_LATER}:
                continue
            size = sum(_rows(file) for file in tables.get("messages", ()))
            if group and rows + size > rows_per_batch:
                batches.append(_batch(f"{month}-{number:03d}", group, months))
                group, rows, number = [], 0, number + 1
            group.append(store)
            rows += size
        if group:
            batches.append(_batch(f"{month}-{number:03d}", group, months))
    return batches


def _rows(file: Path) -> int:
    return int(parquet.read_metadata(file).num_rows)


def _batch(name: str, stores: list[str], months: Months) -> Batch:
    month = name[:7]
    files: dict[str, tuple[Path, ...]] = {}
    for store in stores:
        for table, paths in months[month][store].items():
            files[table] = (*files.get(table, ()), *paths)
        for other, of_store in months.items():
            if abs(_number(other) - _number(month)) <= MONTHS_NEARBY:
                for table in NEARBY:
                    paths = of_store.get(store, {}).get(table, [])
                    files[f"nearby_{table}"] = (*files.get(f"nearby_{table}", ()), *paths)
    return Batch(name, month, files, tuple(sorted({store.split("/")[0] for store in stores})))


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)
