"""The files a warehouse has read: known by content, with what became of every row."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import polars as pl

FILES_SCHEMA = pl.Schema({
    "source_file": pl.String(), "content": pl.String(), "ingested_run": pl.String(), "platform": pl.String(), "store_id": pl.String(),
    "layouts": pl.List(pl.String()), "tables": pl.List(pl.String()), "signatures": pl.List(pl.String()), "layouts_version": pl.String(),
    "exported_at": pl.Datetime("us"), "data_from": pl.Datetime("us"), "data_until": pl.Datetime("us"),
    "read": pl.Int64(), "loaded": pl.Int64(), "superseded": pl.Int64(), "quarantined": pl.Int64(), "skipped": pl.Int64(),
    "status": pl.String(), "problem_code": pl.String(), "problem_zh": pl.String(), "problem_en": pl.String(),
    "mend_zh": pl.String(), "mend_en": pl.String(),
})  # fmt: skip
_STAMP = re.compile(
    r"(?<!\d)(20\d{2})[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])日?(?:[-_ T]*([01]\d|2[0-3])[-_:.时点]?([0-5]\d)(?:[-_:.分]?([0-5]\d))?)?(?!\d)"
)
_EPOCH = re.compile(r"(?<!\d)(1[5-9]\d{8}(?:\d{3})?)(?!\d)")
_SAID = re.compile(r"(?:导出|下载|生成|截止|统计)时间[:：]?\s*(20\d{2}[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s*\d{1,2}:\d{2}(?::\d{2})?)")


@dataclass(frozen=True)
class Found:
    """A file of the exports folder, whose store its place tells."""

    path: Path
    source_file: str
    platform: str
    store_id: str


def discover(exports: Path, platforms: Sequence[str]) -> tuple[list[Found], list[Path]]:
    """The files under ``<platform>/<store>/…`` in order of name, and those that lie elsewhere."""
    found, strays = [], []
    for path in sorted(path for path in exports.rglob("*") if path.is_file()):
        parts = path.relative_to(exports).parts
        if any(part.startswith((".", "~$")) for part in parts) or path.suffix == ".part":
            continue
        if len(parts) == 1 and path.name in ("truth.parquet", "README.md", "guize.toml"):
            continue
        if len(parts) >= 3 and parts[0] in platforms:
            found.append(Found(path, "/".join(parts), parts[0], f"{parts[0]}/{parts[1]}"))
        else:
            strays.append(path)
    return found, strays


def content_of(path: Path) -> str:
    """The hash by which a file is known."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def read_files(state: Path) -> pl.DataFrame:
    """What earlier runs read; an empty frame at first."""
    path = state / "files.parquet"
    return pl.read_parquet(path).cast(FILES_SCHEMA) if path.exists() else pl.DataFrame(schema=FILES_SCHEMA)


def write_files(state: Path, files: pl.DataFrame) -> None:
    """Keep what was read, in one rename."""
    write_parquet(files.sort("source_file", "ingested_run"), state / "files.parquet")


def forget_unread(state: Path) -> int:
    """Have the files with quarantined rows or refused ones read again at the next run; returns how many."""
    files = read_files(state)
    pending = (pl.col("status") == "refused") | (pl.col("quarantined") > 0)
    write_files(state, files.with_columns(pl.when(~pending).then("layouts_version").alias("layouts_version")))
    return files.filter(pending).height


def write_parquet(
    frame: pl.DataFrame, path: Path, compression: Literal["zstd", "lz4"] = "zstd", metadata: dict[str, str] | None = None
) -> None:
    """Write a Parquet file aside and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    frame.write_parquet(aside, compression=compression, compression_level=1 if compression == "zstd" else None, metadata=metadata)
    aside.replace(path)


def stamped(name: str, text: str) -> tuple[datetime | None, bool]:
    """The export time written in a file's name or first rows, and whether it is exact to the minute."""
    if said := _SAID.search(text[:4000]):
        written = re.sub(r"[/年月.]", "-", said[1]).replace("日", " ")
        match = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})\s*(\d{1,2}):(\d{2})(?::(\d{2}))?", written)
        if match:
            try:
                return datetime(*(int(part or 0) for part in match.groups())), True  # type: ignore[arg-type]
            except ValueError:
                pass
    if epoch := _EPOCH.search(name):
        seconds = int(epoch[1]) / (1000 if len(epoch[1]) == 13 else 1)
        return datetime.fromtimestamp(seconds, timezone(timedelta(hours=8))).replace(tzinfo=None, microsecond=0), True
    stamps = list(_STAMP.finditer(name))
    for stamp in sorted(stamps, key=lambda found: (found[4] is not None, found.start()), reverse=True):
        try:
            return datetime(*(int(part or 0) for part in stamp.groups())), stamp[4] is not None  # type: ignore[arg-type]
        except ValueError:
            continue
    return None, False


def export_time(name: str, text: str, newest: datetime | None, path: Path) -> datetime:
    """When a file was exported: stamped in it, else its newest event, else the file's own time."""
    stamp, exact = stamped(name, text)
    if stamp is not None:
        return stamp if exact or newest is None else max(stamp, newest)
    return newest if newest is not None else datetime.fromtimestamp(int(path.stat().st_mtime))
