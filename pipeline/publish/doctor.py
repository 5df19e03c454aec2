"""Examine an installation and a warehouse: each examination is a small function that yields findings."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import duckdb

from pipeline.config import Config
from pipeline.publish.lock import holder
from pipeline.publish.release import MANIFEST, releases
from pipeline.publish.views import CURRENT, DATABASE_NAME, open_release

State = Literal["ok", "warn", "bad"]
# a DuckDB file says its storage version in its 12th byte on; drivers a year old read up to 65
OLDEST_READABLE = 65
_NEEDED = {"duckdb": (1, 5), "polars": (2, 1), "great-expectations": (1, 24), "sqlglot": (30,)}


@dataclass(frozen=True)
class Finding:
    """What one examination found, and the mend when something is wrong."""

    state: State
    zh: str
    en: str
    mend_zh: str = ""
    mend_en: str = ""


def examine(warehouse: Path, config: Config) -> list[Finding]:
    """Run every examination; those of a warehouse only where there is one."""
    found = [*_versions(), *_key(config)]
    if not (warehouse / CURRENT).exists():
        return [*found, _nothing_yet(warehouse)]
    checks: tuple[Callable[[Path], Iterator[Finding]], ...] = (_release, _storage, _lock, _disk, _holes)
    return found + [finding for check in checks for finding in check(warehouse)]


def _versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    state: State = "ok" if (3, 11) <= sys.version_info[:2] < (3, 14) else "warn"
    yield Finding(state, f"Python {python}", f"Python {python}")
    for name, least in _NEEDED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(
                "bad", f"没有装 {name}", f"{name} is not installed", "运行 make setup", "run make setup"
            )
            continue
        if tuple(int(part) for part in found.split(".")[: len(least)]) < least:
            wanted = ".".join(map(str, least))
            yield Finding(
                "bad",
                f"{name} {found} 太旧",
                f"{name} {found} is too old",
                f"装 {wanted} 以上",
                f"install {wanted}+",
            )
        else:
            yield Finding("ok", f"{name} {found}", f"{name} {found}")


def _key(config: Config) -> Iterator[Finding]:
    file = config.key_file.expanduser()
    if not file.exists():
        yield Finding("ok", "还没有密钥，首次运行时生成", "no key yet; the first run makes one")
        return
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            "bad",
            f"密钥 {file} 别人可读（{mode:o}）",
            f"the key {file} is readable by others ({mode:o})",
            f"chmod 600 {file}",
            f"chmod 600 {file}",
        )
    else:
        yield Finding("ok", f"密钥 {file} 仅本人可读", f"the key {file} is readable by its owner only")


def _nothing_yet(warehouse: Path) -> Finding:
    return Finding(
        "warn",
        f"{warehouse} 还没有发布过数据",
        f"nothing was published in {warehouse} yet",
        "运行 guize run 导出目录",
        "run: guize run EXPORTS",
    )


def _release(warehouse: Path) -> Iterator[Finding]:
    kept = releases(warehouse)
    current = next((release for release in kept if release.current), None)
    if current is None:
        yield Finding(
            "bad",
            "current 指向的版本不在了",
            "current points to a release that is gone",
            f"guize releases --rollback {kept[0].run_id}" if kept else "guize run --full",
            f"guize releases --rollback {kept[0].run_id}" if kept else "guize run --full",
        )
        return
    lost = [name for name in current.rows if not _mart(warehouse, current.run_id, name).exists()]
    if lost:
        yield Finding(
            "bad",
            f"版本 {current.run_id} 缺文件：{'、'.join(lost)}",
            f"release {current.run_id} lacks files: {', '.join(lost)}",
            "退回上一版，或 guize run --full",
            "roll back, or guize run --full",
        )
    else:
        yield Finding(
            "ok",
            f"当前版本 {current.run_id}，共保留 {len(kept)} 个",
            f"release {current.run_id}, {len(kept)} kept",
        )
    left = [path.name for path in (warehouse / "releases").glob(".building-*")]
    if left and holder(warehouse) is None:
        yield Finding(
            "warn",
            f"有中断的运行留下的 {len(left)} 个半成品",
            f"{len(left)} unfinished releases of broken runs",
            "下次运行会清掉",
            "the next run clears them",
        )


def _mart(warehouse: Path, run_id: str, name: str) -> Path:
    folder = warehouse / "releases" / run_id
    mart = folder / f"{name}.parquet"
    return mart if mart.exists() else folder / "rules" / f"{name}.parquet"


def _storage(warehouse: Path) -> Iterator[Finding]:
    file = warehouse / DATABASE_NAME
    if not file.exists():
        yield Finding(
            "bad",
            f"没有 {DATABASE_NAME}",
            f"{DATABASE_NAME} is missing",
            "guize run --full",
            "guize run --full",
        )
        return
    with file.open("rb") as handle:
        storage = handle.read(20)[12]
    if storage > OLDEST_READABLE:
        yield Finding(
            "bad",
            f"{DATABASE_NAME} 的存储版本 {storage} 太新，老驱动打不开",
            f"storage version {storage} of {DATABASE_NAME} is too new for older drivers",
            "删去它再运行一次",
            "delete it and run again",
        )
        return
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            [(runs,)] = connection.execute("select count(*) from runs").fetchall()
    except duckdb.Error as error:
        told = str(error).splitlines()[0]
        yield Finding(
            "bad",
            f"{DATABASE_NAME} 打不开：{told}",
            f"{DATABASE_NAME} does not open: {told}",
            "关掉以读写方式打开它的程序，或移动仓库后再运行一次",
            "close the program that holds it for writing; after moving a warehouse, run again",
        )
        return
    yield Finding(
        "ok",
        f"{DATABASE_NAME} 存储版本 {storage}，{runs} 次运行",
        f"{DATABASE_NAME}: storage {storage}, {runs} runs",
    )


def _lock(warehouse: Path) -> Iterator[Finding]:
    held = holder(warehouse)
    if held is None:
        yield Finding("ok", "没有运行占着锁", "no run holds the lock")
    else:
        yield Finding(
            "warn", f"进程 {held[0]} 自 {held[1]} 占着锁", f"process {held[0]} holds the lock since {held[1]}"
        )


def _disk(warehouse: Path) -> Iterator[Finding]:
    used = sum(
        file.stat().st_size for file in warehouse.rglob("*") if file.is_file() and not file.is_symlink()
    )
    free = shutil.disk_usage(warehouse).free
    told = f"{used / 1e6:,.1f} MB / {free / 1e9:,.1f} GB"
    if free < max(1e9, used):  # a run writes a release beside the old one
        yield Finding(
            "warn",
            f"磁盘快满了（仓库 / 剩余 {told}）",
            f"the disk is filling up (warehouse / free {told})",
            "腾出空间，或把 guize.toml 的 publish.keep 调小",
            "free some, or lower publish.keep in guize.toml",
        )
    else:
        yield Finding("ok", f"仓库 / 剩余：{told}", f"warehouse / free: {told}")


def _holes(warehouse: Path) -> Iterator[Finding]:
    if not (warehouse / CURRENT / MANIFEST).exists():
        return
    with open_release(warehouse) as connection:
        holes = connection.execute(
            """
            select store_id, table_name, count(*) as days, min(day), max(day), min(window_closes_on)
            from data_coverage
            where status = 'hole'
            group by store_id, table_name
            order by min(window_closes_on) nulls last, store_id, table_name
            """
        ).fetchall()
    if not holes:
        yield Finding("ok", "数据没有缺口", "no hole in the data")
    for store_id, table, days, first, last, closes in holes[:10]:
        yield Finding(
            "warn",
            f"{store_id} 的 {table} 缺 {days} 天（{first} 至 {last}）",
            f"{table} of {store_id} lacks {days} days ({first} to {last})",
            f"在 {closes} 之前补导" if closes else "尽快补导，过期平台不再提供",
            f"export them before {closes}"
            if closes
            else "export them soon: platforms keep them for a short time",
        )
    if len(holes) > 10:
        more = len(holes) - 10
        yield Finding(
            "warn", f"另有 {more} 处缺口，见集市 data_coverage", f"{more} more holes: mart data_coverage"
        )
