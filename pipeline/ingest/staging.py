"""Hold a run's canonical rows until they are merged: in memory while they fit, on disk beyond that."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.ingest.memory import give_back
from pipeline.ingest.parse import MONTH

UNPLACED = "unplaced"  # the month of rows that no time places
Unit = tuple[str, str]  # a store and a month


@dataclass(frozen=True)
class Same:
    """What all rows of one file and layout have in common; kept once, not row by row."""

    store_id: str
    platform: str
    source_file: str
    ingested_run: str
    signature: str


@dataclass
class _Held:
    """Rows of one file, in memory or on disk, and the months for which they are."""

    rows: pl.DataFrame | Path
    same: Same
    months: frozenset[str]
    size: int
    sure: bool  # every row states its order's creation time, which places it

    def frame(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        frame = pl.read_parquet(self.rows) if isinstance(self.rows, Path) else self.rows
        return frame if columns is None else frame.select([name for name in columns if name in frame.columns])


class Staging:
    """Rows by table and store, in the order in which they were read."""

    def __init__(self, folder: Path, limit: int = 300_000_000) -> None:
        self._folder = folder
        self._limit = limit
        self._held: dict[tuple[str, str], list[_Held]] = {}
        self._in_memory = 0
        self._spilled = 0
        self.exported: Mapping[str, datetime | None] = {}  # by source file, set once all are read

    def add(self, table: str, frame: pl.DataFrame, same: Same) -> None:
        """Keep rows; the column ``month`` (``YYYY-MM`` or null) places them."""
        if frame.is_empty():
            return
        held = _Held(frame, same, _months(frame), int(frame.estimated_size()), _is_sure(frame))
        self._held.setdefault((table, same.store_id), []).append(held)
        self._in_memory += held.size
        if self._in_memory > self._limit:
            self._spill()

    def drop_file(self, source_file: str) -> None:
        """Forget what a file stated, when it is refused half-way."""
        for held in self._held.values():
            held[:] = [part for part in held if part.same.source_file != source_file]

    def stores(self) -> list[str]:
        """The stores for which there are rows."""
        return sorted({store for (_, store), held in self._held.items() if held})

    def size(self, store_id: str) -> int:
        """About how many bytes the rows of a store take in memory."""
        return sum(part.size for (_, store), held in self._held.items() if store == store_id for part in held)

    def units(self, table: str, stores: Iterable[str]) -> dict[Unit, int]:
        """The stores and months for which a table has rows, in order, with about their size in bytes."""
        found: dict[Unit, int] = {}
        for store in stores:
            for part in self._held.get((table, store), []):
                for month in part.months:
                    found[store, month] = found.get((store, month), 0) + part.size // len(part.months)
        return dict(sorted(found.items()))

    def unsure(self, table: str, stores: Iterable[str]) -> set[str]:
        """The stores of which some row of a table does not state its order's creation time."""
        return {store for store in stores for part in self._held.get((table, store), []) if not part.sure}

    def take(self, table: str, units: Iterable[Unit], columns: Sequence[str] | None = None) -> pl.DataFrame | None:
        """All rows of a table for some stores and months in reading order, or None; of ``columns`` those that are stated."""
        frames, sames = [], []
        months: dict[str, set[str]] = {}
        for store, month in units:
            months.setdefault(store, set()).add(month)
        for store, wanted in months.items():
            for part in self._held.get((table, store), []):
                if not part.months & wanted:
                    continue
                frame = part.frame(None if columns is None else [*columns, MONTH])
                if not part.months <= wanted:
                    frame = frame.filter(pl.col(MONTH).fill_null(UNPLACED).is_in(list(wanted)))
                if frame.height:
                    frames.append(frame)
                    sames.append(part.same)
        if not frames:
            return None
        rows = pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]
        if rows.get_column(MONTH).null_count():
            rows = rows.with_columns(pl.col(MONTH).fill_null(UNPLACED))
        return rows.hstack(self._marks(sames, [frame.height for frame in frames], columns is not None))

    def _marks(self, sames: Sequence[Same], heights: Sequence[int], bare: bool) -> pl.DataFrame:
        """What the rows of each file have in common, row by row."""
        names = ["store_id"] if bare else list(vars(sames[0]))
        marks = pl.DataFrame({name: [getattr(same, name) for same in sames] for name in names}, schema=dict.fromkeys(names, pl.String))
        if not bare:
            exported = pl.Series("exported_at", [self.exported.get(same.source_file) for same in sames], dtype=pl.Datetime("us"))
            marks = marks.with_columns(exported, pl.lit(1, pl.Int64).alias("rows"))
        return marks[np.repeat(np.arange(len(sames)), heights)]

    def place(self, table: str, stores: Iterable[str], places: pl.DataFrame, key: str) -> None:
        """Put rows into the month of the order or conversation that they speak of; unknown ones keep their own.

        Args:
            places: store_id, the key and its month; a row that states its order's creation time needs none.
        """
        parts = [part for store in stores for part in self._held.get((table, store), []) if key != "order_id" or not part.sure]
        if not parts or places.is_empty():
            return
        columns = [key, "created_at"] if key == "order_id" else [key]
        for some in _some(parts, self._limit):
            light = [part.frame([*columns, MONTH]) for part in some]
            rows = pl.concat(light, how="diagonal").hstack(self._marks([part.same for part in some], [frame.height for frame in light], True))
            own = pl.col(MONTH).fill_null(UNPLACED)
            found = rows.join(places.rename({MONTH: "other"}), on=["store_id", key], how="left", maintain_order="left")
            other = pl.when(pl.col("created_at").is_null()).then(pl.col("other")) if "created_at" in rows.columns else pl.col("other")
            now = found.select(pl.coalesce(other, own).alias(MONTH)).to_series()
            if now.equals(rows.select(own).to_series()):
                continue
            at = 0
            for part, frame in zip(some, light, strict=True):
                self._move(part, now.slice(at, frame.height))
                at += frame.height

    def _move(self, part: _Held, now: pl.Series) -> None:
        frame = part.frame().with_columns(now)
        part.months = _months(frame)
        if isinstance(part.rows, Path):
            frame.write_parquet(part.rows, compression="lz4", statistics=False)
        else:
            part.rows = frame

    def _spill(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for (table, _), held in self._held.items():
            kept: list[_Held] = []
            fresh: dict[Same, list[_Held]] = {}
            for part in held:
                if isinstance(part.rows, Path):
                    kept.append(part)
                else:
                    fresh.setdefault(part.same, []).append(part)
            for same, parts in fresh.items():
                together = pl.concat([part.frame() for part in parts], how="diagonal").with_columns(pl.col(MONTH).fill_null(UNPLACED))
                for month in together.partition_by(MONTH, maintain_order=True):
                    path = self._folder / f"{table}-{self._spilled}.parquet"
                    month.write_parquet(path, compression="lz4", statistics=False)
                    kept.append(_Held(path, same, _months(month), int(month.estimated_size()), _is_sure(month)))
                    self._spilled += 1
            held[:] = kept
        self._in_memory = 0
        give_back()

    def close(self) -> None:
        """Remove what lies on disk."""
        self._held.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def _months(frame: pl.DataFrame) -> frozenset[str]:
    return frozenset(month or UNPLACED for month in frame.get_column(MONTH).unique().to_list())


def _is_sure(frame: pl.DataFrame) -> bool:
    return "created_at" in frame.columns and frame.get_column("created_at").null_count() == 0


def _some(parts: Sequence[_Held], limit: int) -> list[list[_Held]]:
    """Parts in lots that fit into memory together."""
    lots: list[list[_Held]] = [[]]
    size = 0
    for part in parts:
        if size and size + part.size > limit:
            lots.append([])
            size = 0
        lots[-1].append(part)
        size += part.size
    return lots
