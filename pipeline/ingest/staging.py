"""Hold a run's canonical rows until they are merged: in memory while they fit, on disk beyond that."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.ingest.parse import MONTH

UNPLACED = "unplaced"  # the month of rows that no time places


@dataclass(frozen=True)
class Same:
    """What all rows of one file and layout have in common; kept once, not row by row."""

    store_id: str
    platform: str
    source_file: str
    ingested_run: str
    signature: str


class Staging:
    """Rows by table, store and month, in the order in which they were read."""

    def __init__(self, folder: Path, limit: int = 200_000_000) -> None:
        self._folder = folder
        self._limit = limit
        self._held: dict[tuple[str, str], list[tuple[pl.DataFrame, Same]]] = {}
        self._files: dict[tuple[str, str, str], list[tuple[Path, Same]]] = {}
        self._size = 0
        self.exported: Mapping[str, datetime | None] = {}  # by source file, set once all are read

    def add(self, table: str, frame: pl.DataFrame, same: Same) -> None:
        """Keep rows; the column ``month`` (``YYYY-MM`` or null) places them."""
        if frame.is_empty():
            return
        self._held.setdefault((table, same.store_id), []).append((frame, same))
        self._size += int(frame.estimated_size())
        if self._size > self._limit:
            self._spill()

    def drop_file(self, source_file: str) -> None:
        """Forget what a file stated, when it is refused half-way."""
        for held in self._held.values():
            held[:] = [(frame, same) for frame, same in held if same.source_file != source_file]
        for files in self._files.values():
            files[:] = [(path, same) for path, same in files if same.source_file != source_file]

    def stores(self) -> list[str]:
        """The stores for which there are rows."""
        return sorted({store for _, store in self._held} | {store for _, store, _ in self._files})

    def months(self, table: str, store_id: str) -> list[str]:
        """The months for which a table has rows of a store."""
        found = {month for (name, store, month), files in self._files.items() if (name, store) == (table, store_id) and files}
        for frame, _ in self._held.get((table, store_id), []):
            found.update(frame.get_column(MONTH).fill_null(UNPLACED).unique().to_list())
        return sorted(found)

    def take(self, table: str, store_id: str, month: str, columns: tuple[str, ...] = ()) -> pl.DataFrame | None:
        """All rows of a table, store and month in reading order, or None; ``columns`` alone where they are named."""
        found = [(pl.read_parquet(path), same) for path, same in self._files.get((table, store_id, month), [])]
        place = (pl.col(MONTH) == month) if month != UNPLACED else pl.col(MONTH).is_null() | (pl.col(MONTH) == UNPLACED)
        found += [(frame.filter(place), same) for frame, same in self._held.get((table, store_id), [])]
        frames = [self._whole(frame.select(columns) if columns else frame, same, bool(columns)) for frame, same in found if frame.height]
        return pl.concat(frames, how="diagonal") if frames else None

    def _whole(self, frame: pl.DataFrame, same: Same, bare: bool) -> pl.DataFrame:
        if bare:
            return frame
        return frame.with_columns(
            *(pl.lit(value).alias(name) for name, value in vars(same).items()),
            pl.lit(self.exported.get(same.source_file), pl.Datetime("us")).alias("exported_at"), pl.lit(1, pl.Int64).alias("rows"),
        )  # fmt: skip

    def _spill(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for (table, store_id), held in self._held.items():
            for same in dict.fromkeys(same for _, same in held):
                together = pl.concat([frame for frame, its in held if its == same], how="diagonal")
                for (month,), part in together.with_columns(pl.col(MONTH).fill_null(UNPLACED)).group_by(MONTH, maintain_order=True):
                    paths = self._files.setdefault((table, store_id, str(month)), [])
                    path = self._folder / f"{table}-{store_id.replace('/', '-')}-{month}-{len(paths)}.parquet"
                    part.write_parquet(path, compression="lz4", statistics=False)
                    paths.append((path, same))
        self._held.clear()
        self._size = 0

    def close(self) -> None:
        """Remove what lies on disk."""
        self._held.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
