"""Read the exports folder into the warehouse's facts, and say what became of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.config import PLATFORMS, Config
from pipeline.ingest.ahead import in_pairs
from pipeline.ingest.files import FILES_SCHEMA, Found, content_of, discover, read_files, write_files
from pipeline.ingest.layouts import layouts_version
from pipeline.ingest.merge import Merger, merge
from pipeline.ingest.people import load_key
from pipeline.ingest.readfile import Known, Rows, read_file
from pipeline.ingest.staging import Staging
from pipeline.ingest.stores import write_stores
from pipeline.paths import packs_dir
from pipeline.problems import Problem

Progress = Callable[[str, int, int], None]
_LARGE = 32_000_000  # bytes


@dataclass
class IngestReport:
    """What a run of ingest did. ``files`` has one row per file read in this run, ``tables`` one per table."""

    files: pl.DataFrame
    tables: pl.DataFrame
    refused: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    touched: set[tuple[str, str]] = field(default_factory=set)
    known: int = 0

    @property
    def changed(self) -> bool:
        """Whether any fact was written."""
        return bool(self.touched)

    def totals(self) -> dict[str, int]:
        """read, loaded, superseded and quarantined rows of this run."""
        return {name: int(self.files.get_column(name).sum() or 0) for name in ("read", "loaded", "superseded", "quarantined")}


def ingest(
    exports: Path, warehouse: Path, config: Config, run_id: str,
    progress: Progress | None = None, *, packs: Path | None = None,
) -> IngestReport:  # fmt: skip
    """Read every new file under ``exports/<platform>/<store>/`` into ``warehouse/facts``.

    Args:
        run_id: written beside every row that this run reads.
        progress: called with what is being done, how many are done, how many there are.

    Returns:
        The report; refused files stop themselves, not the run.
    """
    packs = packs or packs_dir()
    facts, state = warehouse / "facts", warehouse / "state" / "ingest"
    key = load_key(config.key_file)
    before = read_files(state)
    found, strays = discover(exports, PLATFORMS)
    report = IngestReport(files=pl.DataFrame(schema=FILES_SCHEMA), tables=pl.DataFrame())
    report.refused += [_stray(path.relative_to(exports)) for path in strays]
    version = layouts_version(packs)
    staging = Staging(state / f"staging-{run_id}")
    rows: list[dict[str, Any]] = []
    try:
        new = _unread(before, found, version, report)
        for number, row in enumerate(_read(new, Known(run_id, warehouse, packs, version, key), staging)):
            if progress:
                progress(row["source_file"], number, len(new))
            rows.append(row)
            if row["status"] == "refused":
                report.refused.append(_problem_of(row))
            elif row["status"] == "unused":
                report.notes.append(_problem_of(row))
        fresh = pl.DataFrame(rows, schema=FILES_SCHEMA)
        files = pl.concat([_without_reread(before, fresh), fresh])
        exported = _export_table(files)
        staging.exported = {row["source_file"]: row.get("exported_at") for row in rows}
        merger = Merger(facts, state, exported)
        try:
            merge(merger, staging, progress)
        finally:
            merger.close()
        files = _account(files, merger.done.superseded_of)
        write_files(state, files)
    finally:
        staging.close()
    write_stores(facts, config, sorted({file.store_id for file in found}))
    report.files = files.filter(pl.col("ingested_run") == run_id).select(list(FILES_SCHEMA))
    report.tables = _by_table(report.files)
    report.touched = merger.done.touched
    return report


def _unread(before: pl.DataFrame, found: Sequence[Found], version: str, report: IngestReport) -> list[tuple[Found, str]]:
    """The files to be read, each with the hash of its content.

    Known are those read already, here or under another name in this store; files with bad rows are read again once layouts change.
    """
    told = before.select("content", "store_id", "source_file", "layouts_version", "status", "quarantined")
    earlier: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in told.to_dicts():
        earlier.setdefault((row["content"], row["store_id"]), []).append(row)
    fresh: list[tuple[Found, str]] = []
    seen: set[tuple[str, str]] = set()
    for file, content in zip(found, in_pairs(lambda file: content_of(file.path), found), strict=True):
        thing = (content, file.store_id)
        pending = [row for row in earlier.get(thing, []) if row["status"] == "refused" or row["quarantined"] > 0]
        if thing in seen or (thing in earlier and not any(row["layouts_version"] != version for row in pending)):
            report.known += 1
            report.refused += _still_refused(before, file, content)
            continue
        seen.add(thing)
        fresh.append((file, content))
    return fresh


def _read(files: Sequence[tuple[Found, str]], known: Known, staging: Staging) -> Iterator[dict[str, Any]]:
    """Read files in order: small ones two at a time, a large one alone, since its blocks are read two at a time."""
    for large, some in groupby(files, lambda pair: pair[0].path.stat().st_size > _LARGE):
        if large:
            yield from (read_file(file, content, known, staging) for file, content in some)
            continue
        for row, rows in in_pairs(lambda pair: _apart(*pair, known), some):
            for table, frame, same in rows.held:
                staging.add(table, frame, same)
            yield row


def _apart(file: Found, content: str, known: Known) -> tuple[dict[str, Any], Rows]:
    rows = Rows()
    return read_file(file, content, known, rows), rows


def _still_refused(before: pl.DataFrame, file: Found, content: str) -> list[Problem]:
    if before.is_empty():
        return []
    same = before.filter((pl.col("content") == content) & (pl.col("source_file") == file.source_file) & (pl.col("status") == "refused"))
    return [_problem_of(row) for row in same.tail(1).to_dicts()]


def _without_reread(before: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Earlier entries, less those of the very files read again (same name, same content)."""
    return before.join(fresh, on=["source_file", "content"], how="anti", nulls_equal=True)


def _export_table(files: pl.DataFrame) -> pl.DataFrame:
    return files.select("source_file", "ingested_run", "exported_at").unique(["source_file", "ingested_run"], keep="last")


def _account(files: pl.DataFrame, superseded_of: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """Move rows that newer statements replaced from loaded to superseded, in whichever run they were loaded.

    A row counts once: in the first table of its layout, whatever else it states.
    """
    tables = files.get_column("tables").explode().drop_nulls().unique().to_list()
    gone = [superseded_of(table).with_columns(pl.lit(table).alias("table")) for table in tables]
    if not gone or not any(frame.height for frame in gone):
        return files
    names = ["source_file", "ingested_run"]
    primary = files.select(*names, pl.col("tables").alias("table")).explode("table").drop_nulls().unique()
    lost = pl.concat(gone).join(primary, on=[*names, "table"], how="semi").group_by(names).agg(pl.col("rows").sum())
    files = files.join(lost, on=names, how="left", maintain_order="left")
    moved = pl.min_horizontal(pl.col("rows").fill_null(0), pl.col("loaded"))
    return files.with_columns((pl.col("loaded") - moved).alias("loaded"), (pl.col("superseded") + moved).alias("superseded")).drop("rows")


def _by_table(files: pl.DataFrame) -> pl.DataFrame:
    """Rows per primary table of this run's files; a file of several tables counts under each in turn."""
    counts = ["read", "loaded", "superseded", "quarantined"]
    first = files.with_columns(pl.col("tables").list.first().fill_null("—").alias("table"))
    return first.group_by("table").agg(pl.col(name).sum() for name in counts).sort("table")


def _problem_of(row: Mapping[str, Any]) -> Problem:
    return Problem(
        str(row["problem_code"]), str(row["source_file"]), str(row["problem_zh"]), str(row["problem_en"]), str(row["mend_zh"]), str(row["mend_en"])
    )


def _stray(path: Path) -> Problem:
    return Problem(
        "no-store", str(path), "不在 <平台>/<店铺>/ 文件夹里，不知道是哪家店的", "it is not in a folder <platform>/<store>/, so its store is unknown",
        f"移到 exports/<平台>/<店铺>/ 下；平台取 {'、'.join(PLATFORMS)}", f"move it to exports/<platform>/<store>/; platforms: {', '.join(PLATFORMS)}",
    )  # fmt: skip

