"""Publish the tables of a run whole: built aside, switched by one rename, the last releases kept.

A release is warehouse/releases/<run_id>/: one Parquet file per mart, rules/ with the rule tables that
judged, and manifest.json. warehouse/current is a relative link to the release in use. A release links to itself
under its own name: current/<run_id>/ is one release or nothing, which is what the views read (publish/views.py).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.problems import GuizeError, Problem
from pipeline.publish.views import CURRENT, write_database
from pipeline.tables import MARTS, RULES, Table

RELEASES = "releases"
MANIFEST = "manifest.json"
_ASIDE = ".building-"


@dataclass(frozen=True)
class Release:
    """One published run as its manifest tells."""

    run_id: str
    published_at: datetime
    current: bool
    rows: Mapping[str, int]
    packs_version: str | None


def publish(
    frames: Mapping[str, pl.DataFrame | Path],
    warehouse: Path,
    run_id: str,
    keep: int,
    packs_version: str = "",
    and_then: Callable[[], object] | None = None,
) -> Path:
    """Publish tables by name, each a frame or a Parquet file with the columns that pipeline.tables gives it.

    Every mart is written, empty where `frames` has none; rule tables are written when given. The caller
    holds the warehouse's lock. Readers see the release before or this one. Returns its folder.

    Args:
        and_then: called once the release is the current one, while guize.duckdb is written.

    Raises:
        GuizeError: for a run_id already published, or a table with missing columns or wrong types.
    """
    root = warehouse / RELEASES
    root.mkdir(parents=True, exist_ok=True)
    target, aside = root / run_id, root / f"{_ASIDE}{run_id}"
    if target.exists():
        raise _error("release-exists", str(target), "该运行已发布过", "this run was published already",
                     "换一个运行编号", "use another run id")  # fmt: skip
    _clear_unfinished(root)
    (aside / "rules").mkdir(parents=True)
    rows: dict[str, int] = {}
    for table, file in _files(aside):
        if table.name in frames:
            rows[table.name] = write_table(table, frames[table.name], file)
        elif table.zone == "marts":
            rows[table.name] = write_table(table, pl.DataFrame(schema=table.polars_schema()), file)
    if unknown := sorted(set(frames) - rows.keys()):
        raise _error("release-table", ", ".join(unknown), "不是可发布的表", "not a table that is published",
                     "先在 pipeline/tables.py 描述它", "describe it in pipeline/tables.py first")  # fmt: skip
    told = {"run_id": run_id, "published_at": datetime.now().isoformat(), "packs_version": packs_version}
    _write_durably(aside / MANIFEST, json.dumps(told | {"rows": rows}, ensure_ascii=False, indent=1))
    _sync_folder(aside / "rules")
    _sync_folder(aside)
    aside.rename(target)
    _sync_folder(root)
    _switch(warehouse, run_id, and_then)
    _forget_old(warehouse, keep)
    return target


def rollback(warehouse: Path, run_id: str) -> Path:
    """Make an earlier release the current one again.

    Raises:
        GuizeError: when there is no such release, naming those there are.
    """
    known = [release.run_id for release in releases(warehouse)]
    if run_id not in known:
        near = get_close_matches(run_id, known, 1) or known[:1]
        raise _error(
            "release-unknown",
            run_id,
            "没有这个版本",
            "there is no such release",
            f"可选：{'、'.join(known) or '无'}" + (f"；最近的是 {near[0]}" if near else ""),
            f"one of: {', '.join(known) or 'none'}" + (f"; nearest {near[0]}" if near else ""),
        )
    _switch(warehouse, run_id)
    return warehouse / RELEASES / run_id


def releases(warehouse: Path) -> list[Release]:
    """Every release kept, the newest first."""
    current = (warehouse / CURRENT).resolve().name
    found = []
    for file in (warehouse / RELEASES).glob(f"[!.]*/{MANIFEST}"):
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        run_id = told["run_id"]
        published_at = datetime.fromisoformat(told["published_at"])
        found.append(
            Release(run_id, published_at, run_id == current, told["rows"], told["packs_version"] or None)
        )
    return sorted(found, key=lambda release: (release.published_at, release.run_id), reverse=True)


def write_table(table: Table, given: pl.DataFrame | Path, file: Path) -> int:
    """Write one table with the schema of pipeline.tables and return its rows.

    A Parquet file that has the schema already is copied as it is.

    Raises:
        GuizeError: naming missing or surplus columns, or the value that does not fit its type.
    """
    schema = table.arrow_schema()
    if isinstance(given, Path) and _same(pq.read_schema(given), schema):
        shutil.copyfile(given, file)
        rows = int(pq.read_metadata(file).num_rows)
    else:
        frame = pl.read_parquet(given, hive_partitioning=False) if isinstance(given, Path) else given
        missing = [name for name in table.names if name not in frame.columns]
        surplus = [name for name in frame.columns if name not in table.names]
        if missing or surplus:
            raise _error(
                "release-columns",
                table.name,
                f"缺列 {missing}，多列 {surplus}",
                f"missing {missing}, surplus {surplus}",
                "使查询的列与 pipeline/tables.py 一致",
                "make the query yield the columns of pipeline/tables.py",
            )
        try:
            typed = frame.select(table.names).cast(table.polars_schema()).to_arrow().cast(schema)
        except (pl.exceptions.PolarsError, pa.ArrowInvalid) as error:
            raise _error(
                "release-types",
                table.name,
                f"类型不符：{error}",
                f"a value does not fit its type: {error}",
                "在查询里转换为该列类型",
                "cast it in the query",
            ) from None
        pq.write_table(typed, file, compression="zstd")
        rows = int(typed.num_rows)
    _sync_file(file)
    return rows


def _files(folder: Path) -> list[tuple[Table, Path]]:
    marts = [(table, folder / f"{table.name}.parquet") for table in MARTS]
    return marts + [(table, folder / "rules" / f"{table.name}.parquet") for table in RULES]


def _switch(warehouse: Path, run_id: str, and_then: Callable[[], object] | None = None) -> None:
    itself = warehouse / RELEASES / run_id / run_id
    if not itself.is_symlink():
        itself.symlink_to(".")
    link = warehouse / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(RELEASES) / run_id)
    link.replace(warehouse / CURRENT)
    with ThreadPoolExecutor(1) as beside:
        views = beside.submit(write_database, warehouse)
        if and_then:
            and_then()
    views.result()
    _sync_folder(warehouse)


def _forget_old(warehouse: Path, keep: int) -> None:
    for release in releases(warehouse)[keep:]:
        if not release.current:
            shutil.rmtree(warehouse / RELEASES / release.run_id)


def _clear_unfinished(root: Path) -> None:
    for left in root.glob(f"{_ASIDE}*"):
        shutil.rmtree(left)


def _same(found: pa.Schema, wanted: pa.Schema) -> bool:
    return bool(found.names == wanted.names and found.types == wanted.types)


def _write_durably(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    _sync_file(file)


def _sync_file(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _error(code: str, where: str, zh: str, en: str, mend_zh: str, mend_en: str) -> GuizeError:
    return GuizeError(Problem(code, where, zh, en, mend_zh, mend_en))
