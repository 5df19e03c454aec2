"""Read one exported file: rows to be kept, rows that cannot be read, and what became of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast

import polars as pl

from pipeline.ingest.chat import complete
from pipeline.ingest.files import Found, export_time
from pipeline.ingest.findings import QUARANTINE
from pipeline.ingest.layouts import Layout, Match, load_layouts
from pipeline.ingest.merge import month_of
from pipeline.ingest.opened import Piece, open_file
from pipeline.ingest.parse import Owner, Parsed, parse_sessions, parse_sheet
from pipeline.ingest.quarantine import write_quarantine
from pipeline.ingest.sniff import refuse
from pipeline.ingest.spoken import own_messages
from pipeline.ingest.staging import Same
from pipeline.ingest.xlsx_cells import NotPlain
from pipeline.problems import GuizeError, Problem

# Times that lie ahead of an export by their nature.
_AHEAD = {"promised_ship_at"}


class Keep(Protocol):
    """Where canonical rows go while a file is read."""

    def add(self, table: str, frame: pl.DataFrame, same: Same) -> None:
        """Keep rows of a table."""

    def drop_file(self, source_file: str) -> None:
        """Forget what a file stated."""


@dataclass(frozen=True)
class Known:
    """What is the same for every file of a run."""

    run_id: str
    warehouse: Path
    packs: Path
    version: str
    key: bytes


@dataclass
class Rows:
    """The rows of one file, kept apart until its turn comes."""

    held: list[tuple[str, pl.DataFrame, Same]] = field(default_factory=list)

    def add(self, table: str, frame: pl.DataFrame, same: Same) -> None:
        """Keep rows of a table."""
        self.held.append((table, frame, same))

    def drop_file(self, source_file: str) -> None:
        """Forget them all: they are of one file."""
        self.held.clear()


@dataclass
class _Reading:
    """One file while it is read."""

    parts: list[tuple[Layout, str, int, int]] = field(default_factory=list)  # layout, signature, read, skipped
    quarantine: list[pl.DataFrame] = field(default_factory=list)
    newest: datetime | None = None
    oldest: datetime | None = None
    text: str = ""


def read_file(file: Found, content: str, known: Known, keep: Keep) -> dict[str, Any]:
    """Read one file; its rows go to ``keep``, those that cannot be read to quarantine. Returns its row of the file list."""
    layouts = load_layouts(known.packs, file.platform, known.version)
    realm = "taobao_tmall" if file.platform in ("taobao", "tmall") else file.platform
    owner = Owner(file.platform, file.store_id, file.source_file, known.run_id, known.key, realm)
    reading = _Reading()
    row: dict[str, Any] = {
        "source_file": file.source_file, "content": content, "ingested_run": known.run_id, "platform": file.platform,
        "store_id": file.store_id, "layouts_version": known.version, "status": "loaded",
    }  # fmt: skip
    try:
        try:
            for piece in open_file(file.path, file.source_file, layouts):
                _read_piece(piece, layouts, owner, keep, reading)
        except NotPlain:
            keep.drop_file(file.source_file)
            reading = _Reading()
            for piece in open_file(file.path, file.source_file, layouts, general=True):
                _read_piece(piece, layouts, owner, keep, reading)
        if not reading.parts:
            raise refuse("empty", file.source_file, "文件里没有表格", "there is no table in the file", "重新导出", "export it again")
    except GuizeError as error:
        return row | _refused(error.problems[0], file, keep, known)
    except (Exception, pl.exceptions.PanicException) as error:
        # Whatever a file does to its reader, the others are read: the file is named with what went wrong.
        what = f"{type(error).__name__}: {error}"[:200]
        problem = Problem(
            "unreadable", file.source_file, f"读取时出错（{what}）", f"reading it failed ({what})",
            "重新导出；若仍如此，请带上这行报错反馈", "export it again; if that does not help, report this line",
        )  # fmt: skip
        return row | _refused(problem, file, keep, known)
    findings = pl.concat(reading.quarantine) if reading.quarantine else pl.DataFrame(schema=QUARANTINE)
    write_quarantine(known.warehouse, file, findings, known.run_id)
    read = sum(part[2] for part in reading.parts)
    bad = sum(frame.get_column("row").n_unique() for frame in reading.quarantine)
    when = export_time(file.path.name, reading.text, reading.newest, file.path)
    return row | {
        "layouts": [part[0].id for part in reading.parts], "tables": [part[0].primary for part in reading.parts],
        "signatures": [part[1] for part in reading.parts], "exported_at": when, "data_from": reading.oldest,
        "data_until": reading.newest, "read": read, "loaded": read - bad, "superseded": 0, "quarantined": bad,
        "skipped": sum(part[3] for part in reading.parts), **_unused(reading),
    }  # fmt: skip


def _refused(problem: Problem, file: Found, keep: Keep, known: Known) -> dict[str, Any]:
    """Forget what a file stated so far, and say why it is not read."""
    keep.drop_file(file.source_file)
    write_quarantine(known.warehouse, file, pl.DataFrame(schema=QUARANTINE), known.run_id)
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


def _read_piece(piece: Piece, layouts: Sequence[Layout], owner: Owner, keep: Keep, reading: _Reading) -> None:
    if piece.sheet is not None:
        match = piece.match
        assert match is not None
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
        _stage(parsed, layout, signature, owner, keep, reading)
    reading.parts.append((layout, signature, read, skipped))


def _stage(parsed: Parsed, layout: Layout, signature: str, owner: Owner, keep: Keep, reading: _Reading) -> None:
    same = Same(owner.store_id, owner.platform, owner.source_file, owner.run_id, signature)
    for table, frame in parsed.tables.items():
        if frame.is_empty():
            continue
        if table == "messages":
            frame = complete(frame)
        else:
            frame = month_of(_refunded_only(frame) if table == "aftersales" else frame, table, layout.month_from)
        for name, dtype in frame.schema.items():
            if dtype == pl.Datetime("us") and name not in _AHEAD:
                newest, oldest = cast("datetime | None", frame.get_column(name).max()), cast("datetime | None", frame.get_column(name).min())
                reading.newest = max((t for t in (reading.newest, newest) if t), default=None)
                reading.oldest = min((t for t in (reading.oldest, oldest) if t), default=None)
        keep.add(table, frame, same)


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
