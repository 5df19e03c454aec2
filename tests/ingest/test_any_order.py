"""Exports read over several runs, in any order, give the facts of one run over all of them."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.config import load_config
from pipeline.demo.generate import generate, write_config
from pipeline.demo.plan import make_plan
from pipeline.ingest.read import ingest

RUNS = 3


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven small stores, one of each code, over two month ends."""
    folder = tmp_path_factory.mktemp("demo")
    plan = make_plan(7, 45, 1_500, 5, date(2025, 10, 12))
    generate(folder, plan, lambda world, paths: None)
    write_config(folder, plan)
    return folder


def facts(folder: Path, warehouse: Path, lots: list[list[Path]]) -> dict[str, list[tuple[object, ...]]]:
    config = load_config(folder / "guize.toml")
    exports = warehouse / "exports"
    for number, lot in enumerate(lots):
        for path in lot:
            place = exports / path.relative_to(folder / "exports")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
        report = ingest(exports, warehouse, config, f"run-{number}")
        assert not report.refused and report.totals()["quarantined"] == 0
    found = {}
    for path in sorted((warehouse / "facts").rglob("*.parquet")):
        rows = pl.read_parquet(path, hive_partitioning=False).drop("ingested_run", strict=False)
        found[str(path.relative_to(warehouse / "facts"))] = rows.rows()
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_reading_changes_nothing(shop: Path, tmp_path: Path, seed: int) -> None:
    files = sorted(path for path in (shop / "exports").rglob("*") if path.is_file())
    once = facts(shop, tmp_path / "once", [files])
    random.Random(seed).shuffle(files)
    several = facts(shop, tmp_path / "several", [files[at::RUNS] for at in range(RUNS)])
    assert once.keys() == several.keys() and {name.split("/")[0] for name in once} >= {"orders", "messages", "asks", "shipments", "tracking_events"}
    assert [name for name in once if once[name] != several[name]] == []
