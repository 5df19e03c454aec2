"""The fact files of a warehouse while a run merges into them: read, compared, and replaced in one rename."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import polars as pl

from pipeline.ingest.ahead import in_pairs
from pipeline.ingest.files import write_parquet
from pipeline.ingest.layouts import TABLES
from pipeline.ingest.parse import MONTH
from pipeline.ingest.staging import Unit
from pipeline.ingest.statements import repeated

PLACE = ("store_id", MONTH)
_NO_COUNT = pl.Schema({"source_file": pl.String, "ingested_run": pl.String, "rows": pl.Int64})
_GROUP_BYTES = 60_000_000  # of rows merged at once
_UNPACKED = 8  # a fact file in memory, times its size on disk
_WAITING_BYTES = 60_000_000  # of frames that wait to be written


@dataclass
class Merged:
    """What a merge did: rows superseded per file and table, and the store-months written."""

    superseded: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def count(self, table: str, rows: pl.DataFrame) -> None:
        """Remember rows that a newer statement replaced."""
        if rows.height:
            self.superseded.setdefault(table, []).append(rows)

    def superseded_of(self, table: str) -> pl.DataFrame:
        """Rows superseded per file, by source_file and ingested_run."""
        frames = self.superseded.get(table, [])
        together = pl.concat([frame.cast(_NO_COUNT) for frame in frames]) if frames else pl.DataFrame(schema=_NO_COUNT)
        return together.group_by("source_file", "ingested_run").agg(pl.col("rows").sum())


class FactFiles:
    """Reads and writes one run's store-months; ``exported`` tells each file's export time by source_file and run.

    Files are written beside the merge, two at a time; whoever reads one waits for it first.
    """

    def __init__(self, facts: Path, state: Path, exported: pl.DataFrame) -> None:
        self.facts, self.state, self.exported = facts, state, exported
        self.done = Merged()
        self._pool = ThreadPoolExecutor(2)
        self._lock = Lock()
        self._waiting: dict[Path, tuple[Future[None], int]] = {}

    def close(self) -> None:
        """Wait until everything is written."""
        with self._pool:
            for path in list(self._waiting):
                self._wait(path)

    def _wait(self, path: Path | None) -> None:
        """Wait until a file is written, or the one that waits longest; nothing to do when there is none."""
        with self._lock:
            path = next(iter(self._waiting), None) if path is None else path
            waiting = None if path is None else self._waiting.pop(path, None)
        if waiting is not None:
            waiting[0].result()

    def _put(self, path: Path, frame: pl.DataFrame, compression: Literal["zstd", "lz4"] = "zstd") -> None:
        self._wait(path)
        if frame.estimated_size() > _WAITING_BYTES:
            write_parquet(frame, path, compression)  # a large frame does not wait beside the next one
            return
        while sum(size for _, size in list(self._waiting.values())) > _WAITING_BYTES:
            self._wait(None)
        written = self._pool.submit(write_parquet, frame, path, compression)
        with self._lock:
            self._waiting[path] = (written, int(frame.estimated_size()))

    def _remove(self, path: Path) -> None:
        self._wait(path)
        path.unlink(missing_ok=True)

    def _folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.facts / table / f"platform={platform}" / f"store={store}"

    def _state_folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.state / "statements" / table / f"platform={platform}" / f"store={store}"

    def _fact(self, table: str, unit: Unit, name: str = "part.parquet") -> Path:
        return self._folder(table, unit[0]) / f"month={unit[1]}" / name

    def _statement(self, table: str, unit: Unit) -> Path:
        return self._state_folder(table, unit[0]) / f"month={unit[1]}" / "part.parquet"

    def _read(self, table: str, units: Iterable[Unit]) -> pl.DataFrame | None:
        """The facts of some stores and months, with the column ``month``."""
        return self._load({unit: self._fact(table, unit) for unit in units})

    def _read_statements(self, table: str, units: Iterable[Unit]) -> pl.DataFrame | None:
        return self._load({unit: self._statement(table, unit) for unit in units})

    def _load(self, paths: Mapping[Unit, Path]) -> pl.DataFrame | None:
        frames = []
        for (_, month), path in paths.items():
            self._wait(path)
            if path.exists():
                frames.append(pl.read_parquet(path, hive_partitioning=False).with_columns(pl.lit(month).alias(MONTH)))
        loaded: pl.DataFrame | None = together(frames)
        return loaded

    def _write(self, table: str, units: Iterable[Unit], frame: pl.DataFrame | None) -> None:
        """Replace the facts of some stores and months; those without rows are removed."""
        parts = _parts(frame, table)
        for unit in units:
            self.done.touched.add(unit)
            if unit in parts:
                self._put(self._fact(table, unit), parts[unit])
            else:
                self._remove(self._fact(table, unit))

    def _write_statements(self, table: str, units: Iterable[Unit], frame: pl.DataFrame | None) -> None:
        parts = _parts(frame)
        for unit in units:
            if unit in parts:
                self._put(self._statement(table, unit), parts[unit], "lz4")
            else:
                self._remove(self._statement(table, unit))

    def _groups(self, table: str, units: Mapping[Unit, int]) -> list[list[Unit]]:
        """Stores and months in lots that fit into memory together with what is there of them."""
        lots: list[list[Unit]] = [[]]
        total = 0
        for unit, size in units.items():
            path = self._fact(table, unit)
            size += path.stat().st_size * _UNPACKED if path.exists() else 0
            if lots[-1] and total + size > _GROUP_BYTES:
                lots.append([])
                total = 0
            lots[-1].append(unit)
            total += size
        return lots if lots[0] else []

    def _each(self, work: Callable[[list[Unit]], None], table: str, units: Mapping[Unit, int]) -> None:
        """Do the lots two at a time, since one alone leaves a core idle; one at a time where a month is large."""
        groups = self._groups(table, units)
        if max(units.values(), default=0) > _GROUP_BYTES:
            for group in groups:
                work(group)
        else:
            for _ in in_pairs(work, groups):
                pass

    def _with_export(self, frame: pl.DataFrame | None) -> Any:
        """Add the export time of each row's file, where the rows do not carry it."""
        if frame is None or "exported_at" in frame.columns:
            return frame
        return frame.join(self.exported, on=["source_file", "ingested_run"], how="left", maintain_order="left")

    def _supersede(self, table: str, rows: pl.DataFrame) -> None:
        self.done.count(table, rows)

    def _newest(self, table: str, rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
        """The newest row of each key in each store and month; the others are superseded."""
        again = repeated(rows, [*PLACE, *keys])
        if again is None:
            return rows
        own = [*PLACE, *keys]
        several = rows.filter(again).sort(
            [*own, "exported_at", "source_file", "ingested_run", "source_row"], descending=[False] * len(own) + [True] * 4, nulls_last=True
        )
        first = several.select(pl.struct(own).is_first_distinct()).to_series()
        falls = several.filter(~first).with_columns(pl.lit(1, pl.Int64).alias("rows"))
        self._supersede(table, falls.group_by("source_file", "ingested_run").agg(pl.col("rows").sum()))
        return pl.concat([rows.filter(~again), several.filter(first)])


def _parts(frame: pl.DataFrame | None, table: str | None = None) -> dict[Unit, pl.DataFrame]:
    """Rows by store and month; with the columns of a table where one is named."""
    if frame is None or frame.is_empty():
        return {}
    runs = frame.select(pl.struct(PLACE).rle().alias("run")).unnest("run")
    if runs.get_column("value").is_duplicated().any():
        return _parts(frame.sort(PLACE, maintain_order=True), table)
    columns = frame if table is None else to_schema(frame, table)
    parts, at = {}, 0
    for length, place in runs.rows():
        parts[place["store_id"], place[MONTH]] = columns.slice(at, length)
        at += length
    return parts


def together(frames: Iterable[pl.DataFrame | None]) -> Any:
    """The rows of several frames in one, or None when there are none."""
    held = [frame for frame in frames if frame is not None and frame.height]
    return pl.concat(held, how="diagonal_relaxed") if held else None


def of_units(frame: pl.DataFrame | None, units: Sequence[Unit]) -> pl.DataFrame | None:
    """The rows of some stores and months."""
    if frame is None:
        return None
    wanted = pl.DataFrame(units, schema=dict.fromkeys(PLACE, pl.String), orient="row")
    return frame.join(wanted, on=list(PLACE), how="semi", maintain_order="left")


def fit(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give a frame every column of its table, so that frames of different layouts meet."""
    schema = TABLES[table].polars_schema()
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    odd = [pl.col(name).cast(schema[name]) for name, dtype in frame.schema.items() if name in schema and dtype != schema[name]]
    return frame.with_columns(*missing, *odd)


def to_schema(frame: pl.DataFrame, table: str, also: tuple[str, ...] = ()) -> pl.DataFrame:
    """The columns of a table in their order and types, and those named beside."""
    schema = TABLES[table].polars_schema()
    columns = [
        pl.lit(None, dtype).alias(name) if name not in frame.columns else pl.col(name) if frame.schema[name] == dtype else pl.col(name).cast(dtype)
        for name, dtype in schema.items()
    ]  # fmt: skip
    return frame.select(*columns, *also)
