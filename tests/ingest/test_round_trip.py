"""Any table written in any layout, encoding and quirk mix reads back equal; any bytes never raise anything undocumented."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.ingest.layouts import load_layouts
from pipeline.paths import packs_dir

from .world import World, csv_bytes, table_rows, xlsx_bytes

# platform: layout, status words, headings of id, status, placed, paid, shipped, money, item
FORMS: dict[str, tuple[str, dict[str, str], tuple[str | None, ...]]] = {
    "taobao": ("taobao.orders", {"等待买家付款": "unpaid", "买家已付款，等待卖家发货": "to_ship", "买家已付款,等待卖家发货": "to_ship", "交易关闭": "closed"}, ("订单编号", "订单状态", "订单创建时间", "订单付款时间", "发货时间", "买家实际支付金额", None)),
    "jd": ("jd.orders", {"等待出库": "to_ship", "(删除)等待出库": "closed", "完成": "done", "等待确认收货": "shipped"}, ("订单号", "订单状态", "下单时间", "付款确认时间", None, "应付金额", "商品名称")),
    "pinduoduo": ("pinduoduo.orders", {"待发货": "to_ship", "已发货，待签收": "shipped", "已取消": "closed"}, ("订单号", "订单状态", "订单成交时间", "支付时间", "发货时间", "用户实付金额(元)", "商品")),
    "douyin": ("douyin.orders", {"待支付": "unpaid", "备货中": "to_ship", "已完成": "done"}, ("主订单编号", "订单状态", "订单提交时间", "支付完成时间", "发货时间", "订单应付金额", "选购商品")),
    "kuaishou": ("kuaishou.orders", {"待付款": "unpaid", "待发货": "to_ship", "交易成功": "done"}, ("订单号", "订单状态", "订单创建时间", "订单支付时间", "发货时间", "实付款", "商品名称")),
    "suning": ("suning.orders", {"待发货": "to_ship", "交易成功": "done"}, ("订单号", "订单状态", "下单时间", "付款时间", "发货时间", "实付金额", "商品名称")),
}  # fmt: skip

ids = st.one_of(st.from_regex(r"\A[1-9][0-9]{5,18}\Z"), st.from_regex(r"\A2509[0-2][1-9]-[0-9]{15}\Z"), st.from_regex(r"\A[A-Z]{2}[0-9]{4,10}\Z"))
times = st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31)).map(lambda at: at.replace(microsecond=0))
money = st.decimals(0, 99_999, places=2).map(lambda value: value.quantize(Decimal("0.01")))
names = st.text(st.sampled_from('裙帽子A1"\'，,;|\t ¥%()（）=+-@。\n'), min_size=0, max_size=12).map(str.strip)

TIME_FORMS = [
    lambda at: f"{at:%Y-%m-%d %H:%M:%S}", lambda at: f"{at.year}/{at.month}/{at.day} {at.hour}:{at:%M:%S}", lambda at: f"{at:%Y年%m月%d日 %H:%M:%S}",
    lambda at: f"\t{at:%Y-%m-%d %H:%M:%S}", lambda at: f"{at:%Y-%m-%dT%H:%M:%S}", lambda at: str(int((at - datetime(1970, 1, 1)).total_seconds()) - 28_800),
    lambda at: str((int((at - datetime(1970, 1, 1)).total_seconds()) - 28_800) * 1000), lambda at: f"{at:%Y%m%d%H%M%S}",
]  # fmt: skip
MONEY_FORMS = [str, lambda value: f"¥{value}", lambda value: f"{value:,}", lambda value: f"￥{value:,}", lambda value: f"{value}元", lambda value: f"'{value}"]
ID_FORMS = [lambda text: text, lambda text: f'="{text}"', lambda text: f"'{text}", lambda text: f"\t{text}", lambda text: f"{text}\t", lambda text: f"'{text}\t"]
EMPTY = ["", "-", "--"]


@st.composite
def exports(draw: st.DrawFn) -> tuple[str, str, bytes, list[dict[str, Any]]]:
    """A platform, a file name, the file's bytes and the orders it states."""
    platform = draw(st.sampled_from(sorted(FORMS)))
    layout_id, statuses, columns = FORMS[platform]
    order_id, status, placed, paid, shipped, amount, item = columns
    heading_list = list(next(layout for layout in load_layouts(packs_dir(), platform) if layout.id == layout_id).headings)
    extra = [heading for heading in (paid, shipped) if heading and heading not in heading_list]
    keep = {heading for heading in columns if heading}
    chosen = [heading for heading in heading_list if heading in keep or draw(st.booleans())] + extra
    if draw(st.booleans()):
        chosen = draw(st.permutations(chosen))
    when, cash, number, nothing = (draw(st.sampled_from(forms)) for forms in (TIME_FORMS, MONEY_FORMS, ID_FORMS, EMPTY))
    orders, rows = [], []
    for identity in draw(st.lists(ids, min_size=1, max_size=6, unique=True)):
        word = draw(st.sampled_from(sorted(statuses)))
        created = draw(times)
        paid_at = draw(st.none() | st.just(created + timedelta(seconds=9)))
        shipped_at = draw(st.none() | st.just(created + timedelta(hours=30))) if shipped else None
        value, name = draw(money), draw(names)
        orders.append({"order_id": identity, "status": statuses[word], "created_at": created, "paid_at": paid_at, "shipped_at": shipped_at, "paid_cny": value, "item": name})
        cells = {order_id: number(identity), status: word, placed: when(created), paid: when(paid_at) if paid_at else nothing, amount: cash(value)}
        if shipped:
            cells[shipped] = when(shipped_at) if shipped_at else nothing
        if item:
            cells[item] = name
        rows.append(cells)
    body = [chosen, *([row.get(heading, "") for heading in chosen] for row in rows)]
    before = draw(st.lists(st.sampled_from([["订单报表"], ["#----------"], [""], ["导出说明：请勿修改"]]), max_size=3))
    after = draw(st.lists(st.sampled_from([["合计"], ["总计："], [""], ["#共3条记录"]]), max_size=2))
    if draw(st.booleans()):
        noisy = draw(st.sampled_from([lambda heading: heading + " ", lambda heading: "\u3000" + heading, lambda heading: heading.replace("(", "（").replace(")", "）")]))
        body[0] = [noisy(heading) for heading in chosen]
    if draw(st.integers(0, 3)) == 0:
        rows_ = [*before, *body, *after]
        return platform, "a.xlsx", xlsx_bytes(rows_, wrong_dimension=draw(st.booleans())), orders
    buffer = io.StringIO()
    separator = draw(st.sampled_from([",", "\t", ";"]))
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(buffer, delimiter=separator, lineterminator=ends, quoting=quoting)
    writer.writerows([*before, *body, *after])
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
    return platform, draw(st.sampled_from(["a.csv", "a.xls", "a.txt"])), buffer.getvalue().encode(encoding), orders


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(exports())
def test_any_table_reads_back_equal(export: tuple[str, str, bytes, list[dict[str, Any]]]) -> None:
    platform, name, content, orders = export
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.put(f"{platform}/s/{name}", content)
        report = world.read()
        assert not report.refused, str(report.refused[0])
        assert report.totals() == {"read": len(orders), "loaded": len(orders), "superseded": 0, "quarantined": 0}, world.quarantine().to_dicts()
        got = {row["order_id"]: row for row in world.facts("orders").to_dicts()}
        items = {row["order_id"]: row["item_name"] for row in world.facts("order_items").to_dicts()}
    assert set(got) == {order["order_id"] for order in orders}
    for order in orders:
        row = got[order["order_id"]]
        for column in ("status", "created_at", "shipped_at", "paid_cny"):
            assert row[column] == order[column], (column, order)
        assert row["paid_at"] == order["paid_at"] or platform == "pinduoduo"
        if FORMS[platform][2][6]:
            assert (items[order["order_id"]] or "") in (order["item"], "" if order["item"] in ("-", "--") else order["item"])


NAMES = ["订单号", "订单状态", "下单时间", "实付金额"]
GOOD = [
    csv_bytes(NAMES, {"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00", "实付金额": "1"}, encoding="gb18030"),
    xlsx_bytes(table_rows(NAMES, {"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00", "实付金额": "1"})),
    b'[{"waiter": "a", "customer": "b", "waiterSend": true, "createdTime": "2025-09-01 10:00:00", "content": "x", "sid": "1", "uuid": "2"}]',
    "tb1 2025-09-01 10:00:00\n在吗\n店:a 2025-09-01 10:01:00\n在\n".encode(),
    "<table><tr><td>订单号</td><td>订单状态</td><td>下单时间</td></tr><tr><td>1</td><td>已发货</td><td>2025/9/1</td></tr></table>".encode(),
]  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """Random bytes, or a good file with bytes cut, changed or put in."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.binary(max_size=400))
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.sampled_from(["cut", "change", "put", "drop"]))
        if how == "cut":
            data = data[:at]
        elif how == "change" and data:
            data[at] = draw(st.integers(0, 255))
        elif how == "put":
            data[at:at] = draw(st.binary(max_size=20))
        else:
            del data[at : at + draw(st.integers(1, 40))]
    return bytes(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken(), st.sampled_from(["taobao", "jd", "pinduoduo", "suning"]))
def test_any_bytes_end_in_facts_quarantine_or_a_clear_refusal(content: bytes, platform: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.put(f"{platform}/s/a.bin", content)
        report = world.read()
        assert report.files.height == 1
        if report.files["status"][0] == "refused":
            assert report.refused[0].mend_zh and report.refused[0].mend_en and report.totals()["loaded"] == 0
            assert report.refused[0].code != "unreadable"
