"""Read the exports folder into the warehouse's facts, and say what became of every row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.config import PLATFORMS, Config
from pipeline.ingest.chat import complete
from pipeline.ingest.files import (
    FILES_SCHEMA,
    Found,
    content_of,
    discover,
    export_time,
    read_files,
    write_files,
)
from pipeline.ingest.findings import QUARANTINE
from pipeline.ingest.layouts import Layout, Match, find_layout, layouts_version, load_layouts
from pipeline.ingest.merge import Merger, merge, month_of
from pipeline.ingest.opened import Piece, open_file
from pipeline.ingest.parse import Owner, Parsed, parse_sessions, parse_sheet
from pipeline.ingest.people import load_key
from pipeline.ingest.quarantine import write_quarantine
from pipeline.ingest.sniff import refuse
from pipeline.ingest.spoken import own_messages
from pipeline.ingest.staging import Same, Staging
from pipeline.ingest.stores import write_stores
from pipeline.ingest.xlsx import NotPlain
from pipeline.paths import packs_dir
from pipeline.problems import GuizeError, Problem

Progress = Callable[[str, int, int], None]
# Times that lie ahead of an export by their nature.
_AHEAD = {"promised_ship_at"}


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


@dataclass
class _Reading:
    """One file while it is read."""

    found: Found
    content: str
    parts: list[tuple[Layout, str, int, int]] = field(default_factory=list)  # layout, signature, read, skipped
    quarantine: list[pl.DataFrame] = field(default_factory=list)
    newest: datetime | None = None
    oldest: datetime | None = None
    text: str = ""


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
    staging = Staging(state / f"staging-{run_id}")
    rows: list[dict[str, Any]] = []
    try:
        for number, file in enumerate(found):
            if progress:
                progress(file.source_file, number, len(found))
            content = content_of(file.path)
            version = layouts_version(packs)
            if _is_known(before, rows, file, content, version):
                report.known += 1
                report.refused += _still_refused(before, file, content)
                continue
            rows.append(_read_file(file, content, version, run_id, key, packs, staging, warehouse))
            if rows[-1]["status"] == "refused":
                report.refused.append(_problem_of(rows[-1]))
            elif rows[-1]["status"] == "unused":
                report.notes.append(_problem_of(rows[-1]))
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


def _is_known(before: pl.DataFrame, rows: Sequence[Mapping[str, Any]], file: Found, content: str, version: str) -> bool:
    """Read already, here or under another name in this store; files with bad rows are read again once layouts change."""
    if any(row["content"] == content and row["store_id"] == file.store_id for row in rows):
        return True
    same = before.filter((pl.col("content") == content) & (pl.col("store_id") == file.store_id))
    if same.is_empty():
        return False
    pending = same.filter((pl.col("status") == "refused") | (pl.col("quarantined") > 0))
    return pending.is_empty() or pending.filter(pl.col("layouts_version").ne_missing(version)).is_empty()


def _still_refused(before: pl.DataFrame, file: Found, content: str) -> list[Problem]:
    same = before.filter((pl.col("content") == content) & (pl.col("source_file") == file.source_file) & (pl.col("status") == "refused"))
    return [_problem_of(row) for row in same.tail(1).to_dicts()]


def _read_file(
    file: Found, content: str, version: str, run_id: str, key: bytes, packs: Path, staging: Staging, warehouse: Path
) -> dict[str, Any]:
    """Stage one file's rows; returns its row of the file list."""
    layouts = load_layouts(packs, file.platform)
    realm = "taobao_tmall" if file.platform in ("taobao", "tmall") else file.platform
    owner = Owner(file.platform, file.store_id, file.source_file, run_id, key, realm)
    reading = _Reading(file, content)
    row: dict[str, Any] = {
        "source_file": file.source_file, "content": content, "ingested_run": run_id, "platform": file.platform,
        "store_id": file.store_id, "layouts_version": version, "status": "loaded",
    }  # fmt: skip
    try:
        try:
            for piece in open_file(file.path, file.source_file, layouts):
                _read_piece(piece, layouts, owner, staging, reading)
        except NotPlain:
            staging.drop_file(file.source_file)
            reading = _Reading(file, content)
            for piece in open_file(file.path, file.source_file, layouts, general=True):
                _read_piece(piece, layouts, owner, staging, reading)
        if not reading.parts:
            raise refuse("empty", file.source_file, "文件里没有表格", "there is no table in the file", "重新导出", "export it again")
    except GuizeError as error:
        return row | _refused(error.problems[0], file, staging, warehouse, run_id)
    except (Exception, pl.exceptions.PanicException) as error:
        # Whatever a file does to its reader, the others are read: the file is named with what went wrong.
        what = f"{type(error).__name__}: {error}"[:200]
        problem = Problem(
            "unreadable", file.source_file, f"读取时出错（{what}）", f"reading it failed ({what})",
            "重新导出；若仍如此，请带上这行报错反馈", "export it again; if that does not help, report this line",
        )  # fmt: skip
        return row | _refused(problem, file, staging, warehouse, run_id)
    findings = pl.concat(reading.quarantine) if reading.quarantine else pl.DataFrame(schema=QUARANTINE)
    write_quarantine(warehouse, file, findings, run_id)
    read = sum(part[2] for part in reading.parts)
    bad = sum(frame.get_column("row").n_unique() for frame in reading.quarantine)
    when = export_time(file.path.name, reading.text, reading.newest, file.path)
    return row | {
        "layouts": [part[0].id for part in reading.parts], "tables": [part[0].primary for part in reading.parts],
        "signatures": [part[1] for part in reading.parts], "exported_at": when, "data_from": reading.oldest,
        "data_until": reading.newest, "read": read, "loaded": read - bad, "superseded": 0, "quarantined": bad,
        "skipped": sum(part[3] for part in reading.parts), **_unused(reading),
    }  # fmt: skip


def _refused(problem: Problem, file: Found, staging: Staging, warehouse: Path, run_id: str) -> dict[str, Any]:
    """Forget what a file stated so far, and say why it is not read."""
    staging.drop_file(file.source_file)
    write_quarantine(warehouse, file, pl.DataFrame(schema=QUARANTINE), run_id)
    return {
        "status": "refused", "problem_code": problem.code, "problem_zh": problem.zh, "problem_en": problem.en,
        "mend_zh": problem.mend_zh, "mend_en": problem.mend_en, "read": 0, "loaded": 0, "superseded": 0, "quarantined": 0, "skipped": 0,
    }  # fmt: skip


def _unused(reading: _Reading) -> dict[str, str]:
    """What to say of a file that is known and that no rule needs."""
    if any(part[0].tables for part in reading.parts):
        return {}
    layout = reading.parts[0][0]
    return {
        "status": "unused", "problem_code": "unused", "problem_zh": f"{layout.title_zh}：{layout.unused_zh}",
        "problem_en": f"{layout.title_en}: {layout.unused_en}", "mend_zh": "不必处理", "mend_en": "nothing to do",
    }  # fmt: skip


def _read_piece(piece: Piece, layouts: Sequence[Layout], owner: Owner, staging: Staging, reading: _Reading) -> None:
    if piece.sheet is not None:
        match = find_layout(piece.sheet.head, layouts, owner.source_file)
        if match.layout.unused_zh:
            reading.parts.append((match.layout, "", 0, 0))
            return
        layout, signature = match.layout, _signature(match)
        reading.text += piece.sheet.preamble[:2000]
        blocks = (parse_sessions if layout.expand else parse_sheet)(piece.sheet, match, owner)
    else:
        assert piece.talk is not None
        layout = next(layout for layout in layouts if layout.id == piece.layout_id)
        signature = layout.id
        blocks = iter([own_messages(piece.talk.messages, owner, piece.talk.orphans, piece.talk.skipped)])
    read = skipped = 0
    for parsed in blocks:
        read += parsed.read
        skipped += parsed.skipped
        if parsed.quarantine.height:
            reading.quarantine.append(parsed.quarantine)
        _stage(parsed, layout, signature, owner, staging, reading)
    reading.parts.append((layout, signature, read, skipped))


def _stage(parsed: Parsed, layout: Layout, signature: str, owner: Owner, staging: Staging, reading: _Reading) -> None:
    same = Same(owner.store_id, owner.platform, owner.source_file, owner.run_id, signature)
    for table, frame in parsed.tables.items():
        if frame.is_empty():
            continue
        if table == "messages":
            frame = complete(frame)
        else:
            frame = month_of(_refunded_only(frame) if table == "aftersales" else frame, table, layout.month_from)
        times = [name for name, dtype in frame.schema.items() if dtype == pl.Datetime("us") and name not in _AHEAD]
        if times:
            newest, oldest = frame.select(pl.max_horizontal(pl.col(times).max()).alias("a"), pl.min_horizontal(pl.col(times).min()).alias("b")).row(0)
            reading.newest = max((t for t in (reading.newest, newest) if t), default=None)
            reading.oldest = min((t for t in (reading.oldest, oldest) if t), default=None)
        staging.add(table, frame, same)


def _refunded_only(frame: pl.DataFrame) -> pl.DataFrame:
    """Exports state one time of completion: a request that was closed or refused was never refunded."""
    if not {"refunded_at", "status"} <= set(frame.columns):
        return frame
    ended = pl.col("status").is_in(["closed", "rejected", "open"])
    return frame.with_columns(pl.when(~ended.fill_null(False)).then(pl.col("refunded_at")).alias("refunded_at"))


def _signature(match: Match) -> str:
    """The set of columns a file has: statements of one signature replace each other as a whole."""
    stated = sorted(
        f"{table}.{source.column}"
        for table, sources in match.layout.tables.items()
        for source in sources
        if any(heading in match.at for heading in source.headings)
    )
    return hashlib.blake2b(" ".join([match.layout.id, *stated]).encode()).hexdigest()[:12]


def _without_reread(before: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Earlier entries, less those of the very files read again (same name, same content)."""
    return before.join(fresh, on=["source_file", "content"], how="anti", nulls_equal=True)


def _export_table(files: pl.DataFrame) -> pl.DataFrame:
    return files.select("source_file", "ingested_run", "exported_at").unique(["source_file", "ingested_run"], keep="last")


def _account(files: pl.DataFrame, superseded_of: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """Move rows that newer statements replaced from loaded to superseded, in whichever run they were loaded."""
    tables = files.get_column("tables").explode().drop_nulls().unique().to_list()
    gone = [superseded_of(table) for table in tables]
    if not gone or not any(frame.height for frame in gone):
        return files
    lost = pl.concat(gone).group_by("source_file", "ingested_run").agg(pl.col("rows").sum())
    files = files.join(lost, on=["source_file", "ingested_run"], how="left", maintain_order="left")
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

