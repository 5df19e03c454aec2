"""Facts that repeat every statement carry a note instead of a second file; nothing else changes by it."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from pipeline.ingest.restated import has_note

from .world import World, csv_bytes

ORDER = ["订单号", "订单状态", "下单时间", "付款时间", "发货时间", "实付金额"]


def order(number: str, status: str, day: str = "2025-09-01", paid: str = "5") -> dict[str, str]:
    return {"订单号": number, "订单状态": status, "下单时间": f"{day} 10:00:00", "付款时间": f"{day} 10:01:00", "发货时间": "", "实付金额": paid}


def fact_files(world: World) -> list[Path]:
    return sorted((world.warehouse / "facts/orders").rglob("*.parquet"))


def own_statements(world: World) -> list[Path]:
    return sorted((world.warehouse / "state/ingest/statements/orders").rglob("*.parquet"))


def test_one_statement_a_key_needs_no_second_file(world: World) -> None:
    world.loaded("suning/s/a20250902.csv", csv_bytes(ORDER, order("1", "待发货"), order("2", "待发货")))
    assert own_statements(world) == [] and all(has_note(path) for path in fact_files(world))
    report = world.loaded("suning/s/b20250905.csv", csv_bytes(ORDER, order("1", "交易成功"), order("3", "待发货")))
    assert report.totals()["loaded"] == 2 and own_statements(world) == []
    rows = world.facts("orders").sort("order_id").select("order_id", "status", "source_file").rows()
    assert rows == [("1", "done", "suning/s/b20250905.csv"), ("2", "to_ship", "suning/s/a20250902.csv"), ("3", "to_ship", "suning/s/b20250905.csv")]
    files = pl.read_parquet(world.warehouse / "state/ingest/files.parquet").sort("source_file")
    assert files.select("loaded", "superseded").rows() == [(1, 1), (2, 0)]


def test_an_older_export_read_later_does_not_win(world: World) -> None:
    world.loaded("suning/s/b20250905.csv", csv_bytes(ORDER, order("1", "交易成功")))
    world.loaded("suning/s/a20250902.csv", csv_bytes(ORDER, order("1", "待发货")))
    assert world.row("orders")["status"] == "done"


def test_two_words_on_one_order_are_both_kept(world: World) -> None:
    short = [name for name in ORDER if name != "实付金额"]
    world.loaded("suning/s/a20250902.csv", csv_bytes(ORDER, order("1", "待发货")))
    world.loaded("suning/s/b20250905.csv", csv_bytes(short, {name: cell for name, cell in order("1", "交易成功").items() if name in short}))
    assert len(own_statements(world)) == 1 and not any(has_note(path) for path in fact_files(world))
    row = world.row("orders")
    assert row["status"] == "done" and str(row["paid_cny"]) == "5.00"
    world.loaded("suning/s/c20250909.csv", csv_bytes(ORDER, order("1", "交易成功", paid="7")))
    assert str(world.row("orders")["paid_cny"]) == "7.00"


def test_an_order_that_moves_leaves_nothing_behind(world: World) -> None:
    world.loaded("suning/s/a20250902.csv", csv_bytes(ORDER, order("1", "待发货", day="2025-08-31")))
    world.loaded("suning/s/b20250905.csv", csv_bytes(ORDER, order("1", "交易成功", day="2025-09-01")))
    world.loaded("suning/s/c20250909.csv", csv_bytes(ORDER, order("2", "待发货", day="2025-08-31")))
    assert world.facts("orders").sort("order_id").select("order_id", "status").rows() == [("1", "done"), ("2", "to_ship")]
    assert [path.parent.name for path in fact_files(world)] == ["month=2025-08", "month=2025-09"]


def test_without_the_list_of_files_nothing_counts_that_is_not_read_again(world: World) -> None:
    world.loaded("suning/s/a20250902.csv", csv_bytes(ORDER, order("1", "待发货")))
    shutil.rmtree(world.warehouse / "state")
    (world.exports / "suning/s/a20250902.csv").unlink()
    world.loaded("suning/s/b20250905.csv", csv_bytes(ORDER, order("2", "待发货")))
    assert world.row("orders")["order_id"] == "2"
