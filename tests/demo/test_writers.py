"""Each platform's files: headings, quirks, and what they leave out."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import re
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.demo.chats import BUYER, SYSTEM
from pipeline.demo.clock import NEVER
from pipeline.demo.generate import World, write_exports


@pytest.fixture(scope="module")
def exports(worlds: list[World], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for world in worlds:
        write_exports(folder, world)
    return folder


def _one(exports: Path, store: str, pattern: str) -> Path:
    found = sorted((exports / store).glob(pattern))
    assert found, pattern
    return found[-1]


def _sheet(path: Path) -> list[list[str]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_taobao_classic_is_gb18030_with_wrapped_ids_and_no_ship_time(exports: Path) -> None:
    text = _one(exports, "taobao/taobao-1", "ExportOrderList*.csv").read_bytes().decode("gb18030")
    rows = list(csv.DictReader(text.splitlines()))
    assert re.fullmatch(r'="\d{19}"', rows[0]["订单编号"])
    assert "订单付款时间 " in rows[0] and "发货时间" not in rows[0]
    assert len(rows[0]) == 41


def test_douyin_has_a_mark_tabs_and_dashes(exports: Path) -> None:
    raw = _one(exports, "douyin/douyin-1", "*订单.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0]["主订单编号"].startswith("\t69") and len(rows[0]) == 74
    assert any(row["发货时间"] == "\t-" for row in rows)


def test_pinduoduo_sheet_and_order_number(exports: Path) -> None:
    book = CalamineWorkbook.from_path(_one(exports, "pinduoduo/pinduoduo-1", "orders_export*.xlsx"))
    assert book.sheet_names == ["Sheet0"]
    head, first, *_ = book.get_sheet_by_index(0).to_python()
    assert head[:3] == ["商品", "订单号", "订单状态"]
    assert re.fullmatch(r"\d{6}-\d{15}", str(first[1]).strip())


def test_jd_repeats_the_order_amount_in_every_row(exports: Path, worlds: list[World]) -> None:
    text = _one(exports, "jd/jd-1", "订单导出*.csv").read_bytes().decode("gb18030")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0]["订单号"].startswith("'") and rows[0]["订单号"].endswith("\t")
    orders = next(world.orders for world in worlds if world.store.store_id == "jd/jd-1")
    paid = dict(zip(orders.ids, orders.paid_fen.tolist(), strict=True))
    pieces: dict[str, int] = {}
    for row in rows:
        number = row["订单号"].strip("'\t")
        assert row["应付金额"] == f"{paid[number] // 100}.{paid[number] % 100:02d}"
        pieces[number] = pieces.get(number, 0) + int(row["订购数量"])
    assert pieces == dict(zip(orders.ids, orders.quantity.tolist(), strict=True))
    assert len(rows) > len(pieces)


def test_kuaishou_money_and_times(exports: Path) -> None:
    head, first, *_ = _sheet(_one(exports, "kuaishou/kuaishou-1", "订单导出*.xlsx"))
    row = dict(zip(head, first, strict=True))
    assert len(head) == 61 and row["实付款"].startswith("¥")
    assert re.fullmatch(r"2025/\d{1,2}/\d{1,2} \d{1,2}:\d\d:\d\d", row["订单创建时间"])


def test_jd_tickets_have_two_rows_of_headings(exports: Path) -> None:
    above, head, *_ = _sheet(_one(exports, "jd/jd-1", "服务单导出*.xlsx"))
    assert above[0] == "申请信息" and head[0] == "服务单号" and len(head) == 35


def test_early_export_shows_orders_as_they_stood(exports: Path) -> None:
    early, last = sorted((exports / "pinduoduo/pinduoduo-1").glob("orders_export*.xlsx"))
    old, new = _sheet(early), _sheet(last)
    assert len(old) < len(new)
    status = {row[1]: row[2] for row in new[1:]}
    assert any(row[2] == "待发货" != status[row[1]] for row in old[1:])


def test_logistics_file_is_missing_where_planned(exports: Path, worlds: list[World]) -> None:
    for world in worlds:
        found = list((exports / world.store.store_id).glob("物流信息*.csv"))
        assert bool(found) == world.store.logistics


def test_no_parcel_stands_still_for_a_day(exports: Path) -> None:
    text = _one(exports, "kuaishou/kuaishou-1", "物流轨迹*.csv").read_text("utf-8-sig")
    ways: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        ways.setdefault(row["订单号"], []).append(row)
    assert ways
    for way in ways.values():
        times = [dt.datetime.fromisoformat(row["时间"]) for row in way]
        assert way[0]["事件"] == "已揽收" and times == sorted(times)
        assert all(b - a < dt.timedelta(hours=20) for a, b in itertools.pairwise(times))


def test_chat_table_has_every_message(exports: Path, worlds: list[World]) -> None:
    world = worlds[0]
    rows = [
        row
        for path in sorted((exports / world.store.store_id).glob("客服聊天明细*.csv"))
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())
    ]
    assert len(rows) == len(world.messages.talk)
    lone = [row for row in rows if row["发送方"] == "机器人"]
    assert lone and not any(row["客服账号"] for row in lone)


def test_qianniu_text_says_who_to_whom_and_when(exports: Path, worlds: list[World]) -> None:
    world = next(world for world in worlds if world.store.chat_file == "qianniu")
    text = "".join(
        path.read_bytes().decode() for path in sorted((exports / world.store.store_id).glob("旺旺*.txt"))
    )
    heads = re.findall(r"^(\S+) --> (\S+) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\r$", text, re.M)
    assert len(heads) == int((world.messages.role != SYSTEM).sum())
    assert sum(":" not in who for who, _ in heads) == int((world.messages.role == BUYER).sum())


def test_pinduoduo_json_is_newest_first_and_jd_json_numbers_sessions(exports: Path) -> None:
    pages = json.loads(_one(exports, "pinduoduo/pinduoduo-2", "*.json").read_text("utf-8"))
    for page in pages:
        times = [int(message["ts"]) for message in page["result"]["messages"]]
        assert times == sorted(times, reverse=True)
    logs = json.loads(_one(exports, "jd/jd-2", "*.json").read_text("utf-8"))
    assert {"sid", "uuid", "waiterSend", "createdTime", "content"} <= set(logs[0])


def test_no_file_tells_what_happens_after_it_was_made(worlds: list[World]) -> None:
    for world in worlds:
        for name in ("shipped", "picked", "delivered", "finished", "closed"):
            times = getattr(world.orders, name)
            made = world.plan.exported_at.timestamp()
            assert times[times != NEVER].max(initial=0) <= made + 8 * 3600
