"""The fact files of a warehouse while a run merges into them: read, compared, and replaced in one rename."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ingest.files import write_parquet
from pipeline.ingest.layouts import TABLES
from pipeline.ingest.parse import MONTH
from pipeline.ingest.staging import UNPLACED, Staging

_NO_COUNT = pl.Schema({"source_file": pl.String, "ingested_run": pl.String, "rows": pl.Int64})


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
    """Reads and writes one run's store-months; ``exported`` tells each file's export time by source_file and run."""

    def __init__(self, facts: Path, state: Path, exported: pl.DataFrame) -> None:
        self.facts, self.state, self.exported = facts, state, exported
        self.done = Merged()

    def _folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.facts / table / f"platform={platform}" / f"store={store}"

    def _state_folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.state / "statements" / table / f"platform={platform}" / f"store={store}"

    def _months_written(self, table: str, store_id: str) -> list[str]:
        return sorted(path.name.removeprefix("month=") for path in self._folder(table, store_id).glob("month=*"))

    def _read(self, table: str, store_id: str, month: str) -> pl.DataFrame | None:
        path = self._folder(table, store_id) / f"month={month}" / "part.parquet"
        return pl.read_parquet(path) if path.exists() else None

    def _read_state(self, table: str, store_id: str, month: str) -> pl.DataFrame | None:
        path = self._state_folder(table, store_id) / f"month={month}" / "part.parquet"
        return pl.read_parquet(path) if path.exists() else None

    def _write_state(self, table: str, store_id: str, month: str, frame: pl.DataFrame) -> None:
        path = self._state_folder(table, store_id) / f"month={month}" / "part.parquet"
        if frame.is_empty():
            path.unlink(missing_ok=True)
        else:
            write_parquet(frame, path, "lz4")

    def _write(self, table: str, store_id: str, month: str, frame: pl.DataFrame, name: str = "part.parquet") -> None:
        path = self._folder(table, store_id) / f"month={month}" / name
        self.done.touched.add((store_id, month))
        if frame.is_empty():
            path.unlink(missing_ok=True)
        else:
            write_parquet(to_schema(frame, table), path)

    def _with_export(self, frame: pl.DataFrame | None) -> Any:
        """Add the export time and signature of each row's file, where the rows do not carry them."""
        if frame is None or "exported_at" in frame.columns:
            return frame
        return frame.join(self.exported, on=["source_file", "ingested_run"], how="left", maintain_order="left")

    def _supersede(self, table: str, rows: pl.DataFrame) -> None:
        self.done.count(table, rows)

    def _newest(self, table: str, rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
        again = rows.select(pl.struct(keys).is_duplicated()).to_series() if len(keys) > 1 else rows.get_column(keys[0]).is_duplicated()
        if not again.any():
            return rows
        several = rows.filter(again).sort(
            [*keys, "exported_at", "source_file", "ingested_run", "source_row"], descending=[False] * len(keys) + [True] * 4, nulls_last=True
        )
        first = several.select(pl.struct(keys).is_first_distinct()).to_series()
        falls = several.filter(~first).with_columns(pl.lit(1, pl.Int64).alias("rows"))
        self._supersede(table, falls.group_by("source_file", "ingested_run").agg(pl.col("rows").sum()))
        return pl.concat([rows.filter(~again), several.filter(first)])

    def _strays(
        self, staging: Staging, store_id: str, table: str, placed: pl.DataFrame | None, key: str = "order_id"
    ) -> dict[str, list[pl.DataFrame]]:
        """Staged rows that belong to another month than their own time tells: that of their order or conversation."""
        strays: dict[str, list[pl.DataFrame]] = {}
        if placed is None or placed.is_empty():
            return strays
        for month in staging.months(table, store_id):
            frame = staging.take(table, store_id, month)
            if frame is None:
                continue
            other = placed_rows(frame, placed, key).filter(pl.col(MONTH) != month)
            for (at,), part in self._with_export(other).group_by(MONTH, maintain_order=True):
                strays.setdefault(str(at), []).append(part)
        return strays

    def _rows_of(
        self, staging: Staging, store_id: str, table: str, month: str, placed: pl.DataFrame | None,
        strays: Mapping[str, list[pl.DataFrame]], key: str = "order_id",
    ) -> pl.DataFrame | None:  # fmt: skip
        """The staged rows of one month: its own, less those that belong elsewhere, and the strays of others."""
        own = self._with_export(staging.take(table, store_id, month))
        if own is not None and placed is not None and not placed.is_empty():
            own = placed_rows(own, placed, key).filter(pl.col(MONTH) == month)
        rows: pl.DataFrame | None = together([own, *strays.get(month, [])])
        return rows


def together(frames: Iterable[pl.DataFrame | None]) -> Any:
    held = [frame for frame in frames if frame is not None and frame.height]
    return pl.concat(held, how="diagonal_relaxed") if held else None


def placed_rows(frame: pl.DataFrame, placed: pl.DataFrame, key: str) -> pl.DataFrame:
    """Put rows into the month of the order or conversation that they speak of; unknown ones keep their own."""
    if key == "order_id" and "created_at" in frame.columns and frame.get_column("created_at").null_count() == 0:
        return frame  # the order's own time is stated and places them
    other = placed.rename({MONTH: "other"})
    found = frame.join(other, on=key, how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("other", MONTH).fill_null(UNPLACED).alias(MONTH)).drop("other")


def fit(frame: pl.DataFrame, table: str, also: tuple[str, ...] = ()) -> pl.DataFrame:
    """Give a frame every column of its table, so that frames of different layouts meet."""
    schema = TABLES[table].polars_schema()
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(*missing, *(pl.col(name).cast(schema[name]) for name in frame.columns if name in schema))


def to_schema(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    schema = TABLES[table].polars_schema()
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None, dtype)).cast(dtype).alias(name) for name, dtype in schema.items()
    )
