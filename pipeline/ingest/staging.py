"""Hold a run's canonical rows until they are merged: in memory while they fit, on disk beyond that."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from pipeline.ingest.parse import MONTH

UNPLACED = "unplaced"  # the month of rows that no time places


class Staging:
    """Rows by table, store and month, in the order in which they were read."""

    def __init__(self, folder: Path, limit: int = 250_000_000) -> None:
        self._folder = folder
        self._limit = limit
        self._held: dict[tuple[str, str], list[pl.DataFrame]] = {}
        self._files: dict[tuple[str, str, str], list[Path]] = {}
        self._size = 0

    def add(self, table: str, store_id: str, frame: pl.DataFrame) -> None:
        """Keep rows; the column ``month`` (``YYYY-MM`` or null) places them."""
        if frame.is_empty():
            return
        self._held.setdefault((table, store_id), []).append(frame)
        self._size += int(frame.estimated_size())
        if self._size > self._limit:
            self._spill()

    def drop_file(self, source_file: str) -> None:
        """Forget what a file stated, when it is refused half-way."""
        for frames in self._held.values():
            frames[:] = [frame.filter(pl.col("source_file") != source_file) for frame in frames]
        for paths in self._files.values():
            for path in paths:
                kept = pl.read_parquet(path).filter(pl.col("source_file") != source_file)
                kept.write_parquet(path)

    def stores(self) -> list[str]:
        """The stores for which there are rows."""
        return sorted({store for _, store in self._held} | {store for _, store, _ in self._files})

    def months(self, table: str, store_id: str) -> list[str]:
        """The months for which a table has rows of a store."""
        found = {month for name, store, month in self._files if (name, store) == (table, store_id)}
        for frame in self._held.get((table, store_id), []):
            found.update(frame.get_column(MONTH).fill_null(UNPLACED).unique().to_list())
        return sorted(found)

    def take(self, table: str, store_id: str, month: str) -> pl.DataFrame | None:
        """All rows of a table, store and month in reading order, or None."""
        frames = [pl.read_parquet(path) for path in self._files.get((table, store_id, month), [])]
        place = pl.col(MONTH).fill_null(UNPLACED) == month
        frames += [frame.filter(place) for frame in self._held.get((table, store_id), [])]
        frames = [frame for frame in frames if frame.height]
        return pl.concat(frames, how="diagonal") if frames else None

    def _spill(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for (table, store_id), frames in self._held.items():
            if not frames:
                continue
            together = pl.concat(frames, how="diagonal").with_columns(pl.col(MONTH).fill_null(UNPLACED))
            for (month,), part in together.group_by(MONTH, maintain_order=True):
                paths = self._files.setdefault((table, store_id, str(month)), [])
                path = self._folder / f"{table}-{store_id.replace('/', '-')}-{month}-{len(paths)}.parquet"
                part.write_parquet(path, compression="lz4")
                paths.append(path)
        self._held.clear()
        self._size = 0

    def close(self) -> None:
        """Remove what lies on disk."""
        self._held.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
