"""Overlapping, repeated and late exports: the newest statement wins whatever is read first."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from .world import World, csv_bytes

ORDER = ["订单号", "订单状态", "下单时间", "付款时间", "发货时间", "实付金额"]
CHAT = ["会话ID", "买家昵称", "客服账号", "发送方", "发送时间", "消息内容"]


def order(number: str, status: str, shipped: str = "", day: str = "2025-09-01") -> dict[str, str]:
    return {"订单号": number, "订单状态": status, "下单时间": f"{day} 10:00:00", "付款时间": f"{day} 10:01:00", "发货时间": shipped, "实付金额": "5"}


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    world.loaded("suning/s/a20250902.csv", csv_bytes(ORDER, order("1", "待发货")))
    before = {path: path.stat().st_mtime_ns for path in world.warehouse.rglob("*.parquet")}
    again = world.read()
    assert not again.changed and again.known == 1 and again.files.is_empty()
    world.put("suning/s/copy of a.csv", csv_bytes(ORDER, order("1", "待发货")))
    assert not world.read().changed
    after = {path: path.stat().st_mtime_ns for path in world.warehouse.rglob("*.parquet") if "state" not in path.parts}
    assert after == {path: at for path, at in before.items() if "state" not in path.parts}


@pytest.mark.parametrize("names", list(permutations(["a20250902.csv", "b20250905.csv", "c20250909.csv"])))
def test_newest_export_wins_in_any_order(tmp_path: Path, names: tuple[str, ...]) -> None:
    world = World(tmp_path)
    content = {
        "a20250902.csv": csv_bytes(ORDER, order("1", "待发货"), order("2", "待发货")),
        "b20250905.csv": csv_bytes(ORDER, order("1", "已发货", "2025-09-03 08:00:00"), order("3", "待发货")),
        "c20250909.csv": csv_bytes(ORDER, order("1", "交易成功", "2025-09-03 08:00:00")),
    }
    for name in names:
        world.loaded(f"suning/s/{name}", content[name])
    orders = world.facts("orders").sort("order_id")
    assert orders.select("order_id", "status").rows() == [("1", "done"), ("2", "to_ship"), ("3", "to_ship")]
    files = pl.read_parquet(world.warehouse / "state/ingest/files.parquet").sort("source_file")
    assert files.select("read", "loaded", "superseded").rows() == [(2, 1, 1), (2, 1, 1), (1, 1, 0)]


@pytest.mark.parametrize("first", [0, 1])
def test_a_deselected_column_keeps_the_older_word(tmp_path: Path, first: int) -> None:
    world = World(tmp_path)
    short = [name for name in ORDER if name not in ("发货时间", "实付金额")]
    files = [("a20250905.csv", csv_bytes(ORDER, order("1", "已发货", "2025-09-03 08:00:00"))),
             ("b20250909.csv", csv_bytes(short, {key: value for key, value in order("1", "交易成功").items() if key in short}))]  # fmt: skip
    for name, content in (files[first], files[1 - first]):
        world.loaded(f"suning/s/{name}", content)
    row = world.row("orders")
    assert row["status"] == "done" and row["shipped_at"] == datetime(2025, 9, 3, 8) and row["exported_at"] == datetime(2025, 9, 9)


def test_a_late_file_rebuilds_just_its_months(world: World) -> None:
    world.loaded("suning/s/a20251002.csv", csv_bytes(ORDER, order("1", "待发货"), order("2", "待发货", day="2025-10-01")))
    parts = sorted((world.warehouse / "facts/orders").rglob("*.parquet"))
    before = {path.parent.name: path.stat().st_mtime_ns for path in parts}
    report = world.loaded("suning/s/b20251003.csv", csv_bytes(ORDER, order("3", "待发货", day="2025-09-20")))
    after = {path.parent.name: path.stat().st_mtime_ns for path in sorted((world.warehouse / "facts/orders").rglob("*.parquet"))}
    assert report.touched == {("suning/s", "2025-09")} and before["month=2025-10"] == after["month=2025-10"]
    assert before["month=2025-09"] != after["month=2025-09"] and world.facts("orders").height == 3


def chat(*lines: tuple[str, str, str]) -> bytes:
    return csv_bytes(CHAT, *({"会话ID": "c", "买家昵称": "b", "客服账号": "x", "发送方": who, "发送时间": at, "消息内容": text} for who, at, text in lines))


LINES = [
    ("买家", "2025-09-01 10:00:00", "在吗"), ("买家", "2025-09-01 10:00:00", "在吗"), ("客服", "2025-09-01 10:00:20", "在"),
    ("买家", "2025-09-01 10:01:00", "好"), ("客服", "2025-09-01 10:02:00", "谢谢"),
]  # fmt: skip


@pytest.mark.parametrize("turn", [0, 1])
def test_overlapping_chats_meet_once(tmp_path: Path, turn: int) -> None:
    world = World(tmp_path)
    files = [("a20250902.csv", chat(*LINES[:4])), ("b20250903.csv", chat(*LINES))]
    for name, content in (files[turn], files[1 - turn]):
        world.loaded(f"douyin/d/{name}", content)
    messages = world.facts("messages").sort("seq")
    assert messages["text"].to_list() == ["在吗", "在吗", "在", "好", "谢谢"] and messages["round"].to_list() == [1, 1, 1, 2, 2]
    files_read = pl.read_parquet(world.warehouse / "state/ingest/files.parquet").sort("source_file")
    assert files_read.select("read", "loaded", "superseded").rows() == [(4, 0, 4), (5, 5, 0)]


def test_the_same_name_overwritten_by_a_newer_export(world: World) -> None:
    world.loaded("suning/s/orders.csv", csv_bytes(ORDER, order("1", "待发货")))
    world.loaded("suning/s/orders.csv", csv_bytes(ORDER, order("1", "已发货", "2025-09-03 08:00:00")))
    assert world.row("orders")["status"] == "shipped"


def test_items_are_those_of_the_newest_file(world: World) -> None:
    names = ["主订单编号", "子订单编号", "选购商品", "商品数量", "订单状态", "订单提交时间"]
    row = {"主订单编号": "1", "商品数量": "1", "订单状态": "待发货", "订单提交时间": "2025-09-01 10:00:00"}
    world.loaded("douyin/d/a20250902.csv", csv_bytes(names, {**row, "子订单编号": "11", "选购商品": "裙"}, {**row, "子订单编号": "12", "选购商品": "帽"}))
    world.loaded("douyin/d/b20250903.csv", csv_bytes(names, {**row, "子订单编号": "11", "选购商品": "裙"}))
    assert world.row("order_items")["item_no"] == "11" and world.row("orders")["quantity"] == 1


def test_a_row_is_superseded_once_whatever_else_it_states(world: World) -> None:
    names = ["主订单编号", "子订单编号", "选购商品", "商品数量", "订单状态", "订单提交时间", "快递信息", "发货时间"]
    row = {"商品数量": "1", "选购商品": "裙", "订单状态": "已发货", "订单提交时间": "2025-09-01 10:00:00", "快递信息": "SF0220481613112-顺丰速运", "发货时间": "2025-09-01 12:00:00"}
    world.loaded("douyin/d/a20250902.csv", csv_bytes(names, {**row, "主订单编号": "1", "子订单编号": "11"}, {**row, "主订单编号": "2", "子订单编号": "21"}))
    world.loaded("douyin/d/物流20250902.csv", csv_bytes(["订单号", "运单号", "发货时间"], {"订单号": "1", "运单号": "SF0220481613112", "发货时间": "2025-09-01 12:00:00"}))
    world.loaded("douyin/d/b20250903.csv", csv_bytes(names, {**row, "主订单编号": "1", "子订单编号": "11"}))
    files = pl.read_parquet(world.warehouse / "state/ingest/files.parquet").sort("source_file")
    assert files.select("read", "loaded", "superseded").rows() == [(2, 1, 1), (1, 1, 0), (1, 1, 0)]


def test_items_of_an_older_report_are_superseded(world: World) -> None:
    names = ["子订单编号", "主订单编号", "标题", "价格", "购买数量", "订单创建时间"]
    row = {"主订单编号": "1", "标题": "裙", "价格": "5", "购买数量": "1", "订单创建时间": "2025-09-01 10:00:00"}
    world.loaded("taobao/t/a20250902.csv", csv_bytes(names, {**row, "子订单编号": "11"}, {**row, "子订单编号": "12"}))
    world.loaded("taobao/t/b20250903.csv", csv_bytes(names, {**row, "子订单编号": "11"}))
    files = pl.read_parquet(world.warehouse / "state/ingest/files.parquet").sort("source_file")
    assert files.select("read", "loaded", "superseded").rows() == [(2, 0, 2), (1, 1, 0)]


LOGISTICS = ["订单号", "运单号", "发货时间"]


@pytest.mark.parametrize("first", ["物流20251005.csv", "a20251005.csv"])
def test_a_parcel_lies_in_the_month_of_its_order_whatever_is_read_first(tmp_path: Path, first: str) -> None:
    world = World(tmp_path)
    content = {
        "a20251005.csv": csv_bytes([name for name in ORDER if name != "发货时间"], {key: value for key, value in order("1", "已发货", day="2025-09-30").items() if key != "发货时间"}),
        "物流20251005.csv": csv_bytes(LOGISTICS, {"订单号": "1", "运单号": "YT1", "发货时间": "2025-10-02 08:00:00"}),
    }
    for name in sorted(content, key=lambda name: name != first):
        world.loaded(f"suning/s/{name}", content[name])
    assert world.row("shipments")["shipped_at"] == datetime(2025, 10, 2, 8)
    assert [path.parent.name for path in (world.warehouse / "facts/shipments").rglob("*.parquet")] == ["month=2025-09"]


def test_a_parcel_without_any_time_waits_for_its_order(world: World) -> None:
    world.loaded("suning/s/物流20251005.csv", csv_bytes(LOGISTICS, {"订单号": "1", "运单号": "YT1"}))
    assert world.facts("shipments").is_empty()
    world.loaded("suning/s/a20251006.csv", csv_bytes([name for name in ORDER if name != "发货时间"], {key: value for key, value in order("1", "待发货").items() if key != "发货时间"}))
    assert world.row("shipments")["tracking_no"] == "YT1"


def test_ties_in_time_keep_the_order_of_the_file(world: World) -> None:
    lines = [("客服", "2025-09-01 10:00:00", str(number)) for number in range(30)]
    world.loaded("douyin/d/a20250902.csv", chat(*lines))
    assert world.facts("messages").sort("seq")["text"].to_list() == [text for _, _, text in lines]


def test_a_conversation_continued_in_a_later_export_is_counted_anew(world: World) -> None:
    world.loaded("douyin/d/a20250902.csv", chat(*LINES[:2]))
    assert world.facts("asks")["wait_human_seconds"].to_list() == [None, None]
    world.loaded("douyin/d/b20250903.csv", chat(*LINES[2:]))
    assert world.facts("asks").sort("asked_at")["wait_human_seconds"].to_list() == [20, 20, 60]
