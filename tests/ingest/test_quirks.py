"""Every way in which exports are odd, on the bytes themselves."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal

import pytest

from .world import World, csv_bytes, table_rows, xls_bytes, xlsx_bytes

NAMES = ["订单号", "订单状态", "下单时间", "付款时间", "发货时间", "实付金额"]
CELLS = {"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00", "发货时间": "2025-09-02 10:00:00", "实付金额": "1,097.00"}


def check(world: World, row: int = 2) -> None:
    got = world.row("orders")
    assert (got["order_id"], got["status"], got["created_at"], got["paid_cny"]) == ("1", "shipped", datetime(2025, 9, 1, 10), Decimal("1097.00"))
    assert got["source_row"] == row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(world: World, encoding: str, separator: str, end: str) -> None:
    world.loaded("suning/s/a.csv", csv_bytes(NAMES, CELLS, encoding=encoding, separator=separator, end=end))
    check(world)


def test_a_suffix_means_nothing(world: World) -> None:
    world.loaded("suning/s/a.xls", csv_bytes(NAMES, CELLS, separator="\t"))
    check(world)


def test_xlsx_named_csv(world: World) -> None:
    world.loaded("suning/s/a.csv", xlsx_bytes(table_rows(NAMES, CELLS)))
    check(world)


def test_xls_that_is_an_html_table(world: World) -> None:
    cells = "".join(f"<td style='mso'>{CELLS.get(name, '')}</td>" for name in NAMES)
    page = f"<html><head><meta charset=gbk></head><body><table border=1><tr>{''.join(f'<th>{name}</th>' for name in NAMES)}</tr><tr>{cells}</tr></table>"
    world.loaded("suning/s/a.xls", page.encode("gb18030"))
    check(world)


def test_old_xls(world: World) -> None:
    world.loaded("suning/s/a.xls", xls_bytes(table_rows(NAMES, CELLS)))
    check(world)


def test_zip_with_several_files_and_hostile_names(world: World) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../../etc/一.csv", csv_bytes(NAMES, CELLS))
        archive.writestr("__MACOSX/._一.csv", b"\x00\x05")
        archive.writestr("c:\\windows\\二.xlsx", xlsx_bytes(table_rows(NAMES, {**CELLS, "订单号": "2"})))
    world.loaded("suning/s/导出.zip", buffer.getvalue())
    assert sorted(world.facts("orders")["order_id"].to_list()) == ["1", "2"]
    assert not (world.folder.parent / "etc").exists() and not list(world.folder.rglob("一.csv"))


def test_preamble_blank_rows_comments_and_footers(world: World) -> None:
    body = csv_bytes(NAMES, CELLS, encoding="utf-8").decode()
    text = "订单报表\r\n\r\n起始时间：[2025-09-01 00:00:00] 终止时间：[2025-10-01 00:00:00]\r\n#------明细列表------\r\n" + body + "\r\n合计,,,,,1097\r\n#导出时间：[2025-10-02 08:00:00]\r\n总计：,1\r\n"
    report = world.loaded("suning/s/a.csv", text.encode("gb18030"))
    check(world, row=6)
    assert report.totals()["read"] == 1


def test_headings_with_spaces_breaks_full_width_and_duplicates(world: World) -> None:
    names = ["\ufeff订单号 ", "订单状态\u3000", "下 单\n时间", "实付金额", "实付金额", "发货时间"]
    rows = [names, ["1", "已发货", "2025-09-01 10:00:00", "", "1,097.00", "2025-09-02 10:00:00"]]
    world.loaded("suning/s/a.xlsx", xlsx_bytes(rows))
    check(world)


def test_full_width_brackets_and_mixed_ones_match(world: World) -> None:
    names = ["订单号", "订单状态", "订单成交时间", "用户实付金额（元)", "商品总价(元）"]
    world.loaded("pinduoduo/p/a.csv", csv_bytes(names, {"订单号": "250901-123456789012345", "订单状态": "已取消，退款成功", "订单成交时间": "2025-09-01 10:00:00", "用户实付金额（元)": "5"}))
    assert world.row("orders")["paid_cny"] == Decimal("5.00")


@pytest.mark.parametrize("written", ['="1"', "'1", "\t1", "1\t", "'1\t", "1.0", " 1 "])
def test_wrapped_ids(world: World, written: str) -> None:
    world.loaded("suning/s/a.csv", csv_bytes(NAMES, {**CELLS, "订单号": written}))
    check(world)


def test_ids_that_lost_digits_are_quarantined_in_csv_and_xlsx(world: World) -> None:
    world.put("suning/s/a.csv", csv_bytes(NAMES, {**CELLS, "订单号": "1.01E+13"}, CELLS))
    world.put("suning/s/b.xlsx", xlsx_bytes(table_rows(NAMES, {**CELLS, "订单号": 2869123456789012345}, {**CELLS, "订单号": "2869123456789012345"}, {**CELLS, "订单号": 10160070484512.0})))
    report = world.read()
    assert report.totals()["quarantined"] == 2
    assert world.quarantine()["code"].to_list() == ["lost_digits", "lost_digits"]
    assert sorted(world.facts("orders")["order_id"].to_list()) == ["1", "10160070484512", "2869123456789012345"]


def test_excel_dates_numbers_and_serials(world: World) -> None:
    world.put("suning/s/a.xlsx", xlsx_bytes(table_rows(NAMES, {"订单号": 7, "订单状态": "已发货", "下单时间": 45901.4166667, "发货时间": "2025/9/2 10:00", "实付金额": 1097})))
    report = world.read()
    assert report.totals()["loaded"] == 1, world.quarantine().to_dicts()
    got = world.row("orders")
    assert got["created_at"] == datetime(2025, 9, 1, 10) and got["paid_cny"] == Decimal("1097.00") and got["order_id"] == "7"


def test_two_sheets_of_one_workbook_and_a_cover(world: World) -> None:
    world.loaded("suning/s/a.xlsx", xlsx_bytes([["使用说明"], ["请勿修改"]], table_rows(NAMES, CELLS), table_rows(NAMES, {**CELLS, "订单号": "2"}), names=["说明", "1月", "2月"]))
    assert world.facts("orders").height == 2


def test_quotes_that_quote_nothing(world: World) -> None:
    text = ",".join([*NAMES, "商品名称", "单价"]) + '\r\n1,已发货,2025-09-01 10:00:00,,2025-09-02 10:00:00,"1,097.00",15" 显示器,9\r\n2,已发货,2025-09-01 10:00:00,,,5,"带""引号""的,名",9\r\n3,已发货,2025-09-01 10:00:00,,,5,5"x7" 相框,9\r\n'
    world.loaded("suning/s/a.csv", text)
    orders = world.facts("orders").sort("order_id")
    assert orders["order_id"].to_list() == ["1", "2", "3"] and orders["source_row"].to_list() == [2, 3, 4]
    names = world.facts("order_items").sort("order_id")["item_name"].to_list()
    assert names == ['15" 显示器', '带"引号"的,名', '5"x7" 相框']


def test_a_separator_inside_a_field_is_not_guessed_around(world: World) -> None:
    world.put("suning/s/a.csv", "订单号,订单状态,下单时间,实付金额\n1,已发货,2025-09-01 10:00:00,1,097.00\n2,已发货,2025-09-01 10:00:00,5\n")
    report = world.read()
    assert report.totals() == {"read": 2, "loaded": 1, "superseded": 0, "quarantined": 1} and world.quarantine()["code"].to_list() == ["ragged"]


def test_line_breaks_and_separators_inside_quotes(world: World) -> None:
    names = ["会话ID", "买家昵称", "发送方", "发送时间", "消息内容"]
    said = '第一行\n\n第二行,有逗号"和引号"'
    world.loaded("suning/s/a.csv", csv_bytes(names, {"会话ID": "1", "发送方": "买家", "发送时间": "2025-09-01 10:00:00", "消息内容": said}))
    assert world.row("messages")["text"] == said


def test_export_time_by_name_content_newest_event_then_the_file(world: World) -> None:
    def exported(name: str, content: bytes) -> datetime:
        report = world.loaded(f"suning/{name.split('.')[0]}/{name}", content)
        return report.files["exported_at"][0]

    body = csv_bytes(NAMES, CELLS)
    assert exported("a20250905103000.csv", body) == datetime(2025, 9, 5, 10, 30)
    assert exported("b_2025-09-05 10_30_00.csv", body + b"\n") == datetime(2025, 9, 5, 10, 30)
    assert exported("c.csv", "导出时间：2025-09-06 08:00:00,,\n".encode() + csv_bytes(NAMES, CELLS, encoding="utf-8")) == datetime(2025, 9, 6, 8)
    assert exported("d.csv", body + b"\n\n") == datetime(2025, 9, 2, 10)
    assert exported("e20250902.csv", body + b"\n\n\n") == datetime(2025, 9, 2, 10)


def test_unknown_status_is_quarantined_and_read_again_once_registered(world: World, tmp_path: object) -> None:
    import shutil
    from pathlib import Path

    from pipeline.paths import packs_dir

    packs = Path(str(tmp_path)) / "packs"
    shutil.copytree(packs_dir() / "registry", packs / "registry")
    for name in ("suning",):
        shutil.copytree(packs_dir() / name, packs / name)
    world.put("suning/s/a.csv", csv_bytes(NAMES, CELLS, {**CELLS, "订单号": "2", "订单状态": "飞行中"}))
    report = world.read(packs)
    assert report.totals() == {"read": 2, "loaded": 1, "superseded": 0, "quarantined": 1}
    found = world.quarantine().row(0, named=True)
    assert (found["file"], found["row"], found["column"], found["value"], found["code"]) == ("suning/s/a.csv", 3, "订单状态", "飞行中", "unknown_value")
    assert found["mend_zh"] and found["mend_en"]
    assert not world.read(packs).changed
    file = packs / "suning" / "exports.yaml"
    file.write_text(file.read_text("utf-8").replace("待付款: unpaid,", "待付款: unpaid, 飞行中: shipped,", 1), "utf-8")
    report = world.read(packs)
    assert report.totals() == {"read": 2, "loaded": 2, "superseded": 0, "quarantined": 0} and world.quarantine().is_empty()
    assert world.facts("orders")["status"].to_list() == ["shipped", "shipped"]


def test_a_quarantined_file_that_was_mended_is_read_again(world: World) -> None:
    world.put("suning/s/a.csv", csv_bytes(NAMES, CELLS, {**CELLS, "订单号": "2", "下单时间": "明天"}))
    assert world.read().totals()["quarantined"] == 1
    world.loaded("suning/s/a.csv", csv_bytes(NAMES, CELLS, {**CELLS, "订单号": "2"}))
    assert world.quarantine().is_empty() and world.facts("orders").height == 2


def test_quarantined_values_are_masked_and_never_live_formulas(world: World) -> None:
    world.put("suning/s/a.csv", csv_bytes(NAMES, {**CELLS, "下单时间": "13812345678"}, {**CELLS, "订单号": "2", "下单时间": '=HYPERLINK("http://x")'}))
    world.read()
    assert world.quarantine()["value"].to_list() == ["[手机号]", "'=HYPERLINK(\"http://x\")"]
