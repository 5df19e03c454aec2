"""Write and remove Parquet files beside other work, two at a time; whoever reads one waits for it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

import polars as pl

from pipeline.ingest.files import write_parquet

_WAITING_BYTES = 60_000_000  # of frames that wait to be written


@dataclass(frozen=True)
class Change:
    """A file to be written, or (no frame) removed; ``notes`` go into its metadata."""

    path: Path
    frame: pl.DataFrame | None
    compression: Literal["zstd", "lz4"] = "zstd"
    notes: Mapping[str, str] | None = None


class Beside:
    """Makes changes to files while other work goes on."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2)
        self._lock = Lock()
        self._waiting: dict[Path, tuple[Future[None], int]] = {}

    def put(self, *changes: Change) -> None:
        """Make changes, one after the other."""
        for change in changes:
            self.wait(change.path)
            if change.frame is not None:
                change.path.parent.mkdir(parents=True, exist_ok=True)  # whoever lists folders sees what is to come
        size = sum(int(change.frame.estimated_size()) for change in changes if change.frame is not None)
        if size > _WAITING_BYTES:
            _make(changes)  # a large frame does not wait beside the next one
            return
        while sum(size for _, size in list(self._waiting.values())) > _WAITING_BYTES:
            self.wait(None)
        made = self._pool.submit(_make, changes)
        with self._lock:
            for number, change in enumerate(changes):
                self._waiting[change.path] = (made, 0 if number else size)

    def wait(self, path: Path | None) -> None:
        """Wait until a file is as it shall be, or (None) the one that waits longest; nothing to do when there is none."""
        with self._lock:
            path = next(iter(self._waiting), None) if path is None else path
            waiting = None if path is None else self._waiting.pop(path, None)
        if waiting is not None:
            waiting[0].result()

    def close(self) -> None:
        """Wait until everything is written."""
        with self._pool:
            for path in list(self._waiting):
                self.wait(path)


def _make(changes: Sequence[Change]) -> None:
    for change in changes:
        if change.frame is None:
            change.path.unlink(missing_ok=True)
        else:
            write_parquet(change.frame, change.path, change.compression, dict(change.notes) if change.notes else None)
