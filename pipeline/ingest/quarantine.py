"""Keep the rows that could not be read, with the reason and the mend, until they can."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from pipeline.ingest.files import Found, write_parquet
from pipeline.ingest.reasons import REASONS

SCHEMA = pl.Schema({
    "store_id": pl.String, "file": pl.String, "row": pl.Int64, "column": pl.String, "value": pl.String, "code": pl.String,
    "reason_zh": pl.String, "reason_en": pl.String, "mend_zh": pl.String, "mend_en": pl.String, "run_id": pl.String,
})  # fmt: skip


def write_quarantine(warehouse: Path, file: Found, findings: pl.DataFrame, run_id: str) -> None:
    """Replace what is kept of a file by these findings; none means the file has no bad rows any more."""
    path = _path(warehouse, file)
    if findings.is_empty():
        path.unlink(missing_ok=True)
        return
    code = pl.col("reason")
    worded = [
        code.replace_strict(list(REASONS), [getattr(reason, name.removesuffix("_x")) for reason in REASONS.values()], return_dtype=pl.String).alias(to)
        for name, to in (("zh", "reason_zh"), ("en", "reason_en"), ("mend_zh", "mend_zh"), ("mend_en", "mend_en"))
    ]
    frame = findings.select(
        pl.lit(file.store_id).alias("store_id"), pl.lit(file.source_file).alias("file"), "row", "column", "value",
        code.alias("code"), *worded, pl.lit(run_id).alias("run_id"),
    )  # fmt: skip
    write_parquet(frame.cast(SCHEMA), path)


def read_quarantine(warehouse: Path) -> pl.DataFrame:
    """Every quarantined cell, by file and row."""
    paths = sorted((warehouse / "quarantine").rglob("*.parquet"))
    if not paths:
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat([pl.read_parquet(path) for path in paths]).sort("file", "row", maintain_order=True)


def _path(warehouse: Path, file: Found) -> Path:
    store = file.store_id.split("/", 1)[1]
    name = hashlib.blake2b(file.source_file.encode()).hexdigest()[:16]
    return warehouse / "quarantine" / f"platform={file.platform}" / f"store={store}" / f"{name}.parquet"
