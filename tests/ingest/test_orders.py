"""One test per order layout, on bytes as the platform writes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from pipeline.ingest.layouts import load_layouts
from pipeline.paths import packs_dir

from .world import World, csv_bytes, table_rows, xlsx_bytes

ALL = ("douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning")


def headings(platform: str, layout: str) -> list[str]:
    return list(next(entry for entry in load_layouts(packs_dir(), platform) if entry.id == layout).headings)


TAOBAO = ["订单编号", "买家会员名", "买家支付宝账号", "买家应付货款", "买家应付邮费", "买家支付积分", "总金额", "返点积分", "买家实际支付金额", "买家实际支付积分", "订单状态", "买家留言", "收货人姓名", "收货地址 ", "运送方式", "联系电话 ", "联系手机", "订单创建时间", "订单付款时间 ", "宝贝标题 ", "宝贝种类 ", "物流单号 ", "物流公司", "订单备注", "宝贝总数量", "店铺Id", "店铺名称", "订单关闭原因", "卖家服务费", "买家服务费", "发票抬头", "是否手机订单", "分阶段订单信息", "特权订金订单id", "定金排名", "修改后的sku", "修改后的收货地址", "异常信息", "天猫卡券抵扣", "集分宝抵扣", "是否是O2O交易"]  # fmt: skip


def test_taobao_classic(world: World) -> None:
    data = csv_bytes(TAOBAO, {
        "订单编号": '="2869123456789012345"', "买家会员名": "小红", "买家应付货款": "80.00", "买家应付邮费": "9.50", "买家实际支付金额": "89.50",
        "订单状态": "买家已付款，等待卖家发货", "收货地址 ": "浙江省 杭州市 西湖区 文三路 478号", "联系手机": "'18618486065", "订单创建时间": "2016/5/23 22:02", "订单付款时间 ": "2016/5/23 22:03",
        "物流单号 ": "No:123", "宝贝总数量": "2", "订单关闭原因": "订单未关闭", "卖家服务费": "0", "买家服务费": "0元",
    }, encoding="gb18030")  # fmt: skip
    world.loaded("taobao/t1/ExportOrderList201605240900.csv", data)
    row = world.row("orders")
    assert row["order_id"] == "2869123456789012345" and row["store_id"] == "taobao/t1" and row["platform"] == "taobao"
    assert row["status"] == "to_ship" and row["created_at"] == datetime(2016, 5, 23, 22, 2) and row["paid_at"] == datetime(2016, 5, 23, 22, 3)
    assert (row["paid_cny"], row["goods_cny"], row["freight_cny"]) == (Decimal("89.50"), Decimal("80.00"), Decimal("9.50"))
    assert row["shipped_at"] is None and row["quantity"] == 2 and (row["province"], row["city"]) == ("浙江省", "杭州市")
    assert row["closed_by"] is None and row["close_reason"] is None and row["exported_at"] == datetime(2016, 5, 24, 9)
    assert row["source_file"] == "taobao/t1/ExportOrderList201605240900.csv" and row["source_row"] == 2
    assert row["buyer_key"] and "小红" not in row["buyer_key"]


def test_logistics_fills_what_taobao_and_jd_leave_out(world: World) -> None:
    world.put("taobao/t1/物流信息202510010900.csv", csv_bytes(["订单号", "发货时间", "揽收时间", "签收时间"], {"订单号": "77", "发货时间": "2025-09-02 08:00:00", "揽收时间": "2025-09-02 20:00:00"}))
    data = csv_bytes(TAOBAO, {"订单编号": '="77"', "订单状态": "卖家已发货，等待买家确认", "订单创建时间": "2025-09-01 08:00:00"}, encoding="gb18030")
    world.loaded("taobao/t1/ExportOrderList202509200900.csv", data)
    row = world.row("orders")
    assert row["shipped_at"] == datetime(2025, 9, 2, 8) and row["picked_up_at"] == datetime(2025, 9, 2, 20) and row["delivered_at"] is None
    assert row["status"] == "shipped" and row["created_at"] == datetime(2025, 9, 1, 8)


def test_logistics_that_comes_first_waits_for_its_order(world: World) -> None:
    world.loaded("jd/j1/物流信息20251001.csv", csv_bytes(["订单号", "发货时间"], {"订单号": "88", "发货时间": "2025-09-02 08:00:00"}))
    assert world.facts("orders").is_empty()
    world.loaded("jd/j1/订单.csv", csv_bytes(headings("jd", "jd.orders"), {"订单号": "'88\t", "下单时间": "2025-08-31 23:00:00", "订单状态": "等待确认收货"}))
    row = world.row("orders")
    assert row["shipped_at"] == datetime(2025, 9, 2, 8) and row["created_at"] == datetime(2025, 8, 31, 23)


def test_tmall_2025_workbook_with_wrong_dimension(world: World) -> None:
    names = ["订单编号", "支付单号", "买家实付金额", "订单状态", "订单创建时间", "订单付款时间", "发货时间", "确认收货时间", "宝贝总数量", "物流单号", "物流公司"]
    rows = table_rows(names, {"订单编号": "4012345678901234567", "买家实付金额": "1,097.00", "订单状态": "卖家已发货,等待买家确认", "订单创建时间": "2025-09-05 10:00:00", "订单付款时间": "2025-09-05 10:01:00", "发货时间": "2025-09-06 10:00:00", "宝贝总数量": 1, "物流单号": "SF1", "物流公司": "顺丰"})
    world.loaded("tmall/m1/ExportOrderList202509100900.xlsx", xlsx_bytes(rows, wrong_dimension=True))
    row = world.row("orders")
    assert row["order_id"] == "4012345678901234567" and row["shipped_at"] == datetime(2025, 9, 6, 10) and row["paid_cny"] == Decimal("1097.00")
    assert world.row("shipments")["carrier"] == "顺丰"


def test_tmall_nine_columns(world: World) -> None:
    names = ["订单编号", "支付单号", "支付详情", "买家实付金额", "订单状态", "订单付款时间", "店铺名称", "发货时间", "确认收货打款金额"]
    world.loaded("tmall/m1/a.xlsx", xlsx_bytes(table_rows(names, {"订单编号": "5", "订单状态": "交易成功", "订单付款时间": "2025-09-05 10:01:00", "发货时间": "2025-09-06 10:00:00", "买家实付金额": "1.00"})))
    row = world.row("orders")
    assert row["created_at"] is None and row["paid_at"] == datetime(2025, 9, 5, 10, 1)


def test_an_order_moves_to_the_month_in_which_it_was_made_once_that_is_known(world: World) -> None:
    names = ["订单编号", "买家实付金额", "订单状态", "订单付款时间", "发货时间"]
    world.loaded("tmall/m1/a20251001.csv", csv_bytes(names, {"订单编号": "5", "订单状态": "交易成功", "订单付款时间": "2025-09-01 00:01:00"}))
    world.loaded("tmall/m1/b20251002.csv", csv_bytes([*names, "订单创建时间"], {"订单编号": "5", "订单状态": "交易成功", "订单创建时间": "2025-08-31 23:59:00"}))
    row = world.row("orders")
    assert row["created_at"] == datetime(2025, 8, 31, 23, 59) and row["paid_at"] == datetime(2025, 9, 1, 0, 1)


@pytest.mark.parametrize("names", [
    ["订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码"],
    ["子订单编号", "主订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码", "支付单号", "买家应付货款", "买家实际支付金额", "退款状态", "退款金额", "订单创建时间", "订单付款时间"],
    ["子订单编号", "主订单编号", "商品标题", "商品价格", "购买数量", "商品属性", "套餐信息", "订单状态", "商家编码", "支付单号", "买家应付货款", "买家实付金额", "退款状态", "退款金额", "订单创建时间", "订单付款时间", "商品ID", "商家备注"],
])  # fmt: skip
def test_taobao_items_old_mid_new(world: World, names: list[str]) -> None:
    order, title, price = ("主订单编号" if "主订单编号" in names else "订单编号"), ("商品标题" if "商品标题" in names else "标题"), ("商品价格" if "商品价格" in names else "价格")
    cells = {order: '="9"', title: "裙子", price: "10.00", "购买数量": "2", "订单状态": "交易成功", **({"退款金额": "无退款申请"} if "退款金额" in names else {})}
    second = {**cells, title: "帽子", **({"子订单编号": '="92"'} if "子订单编号" in names else {})}
    first = {**cells, **({"子订单编号": '="91"'} if "子订单编号" in names else {})}
    world.loaded("taobao/t1/ExportOrderDetailList202510010900.csv", csv_bytes(names, first, second, encoding="gb18030"))
    items = world.facts("order_items").sort("item_no")
    assert items["item_name"].to_list() == ["裙子", "帽子"] and items["quantity"].to_list() == [2, 2] and items["order_id"].to_list() == ["9", "9"]
    assert items["item_no"].to_list() == (["91", "92"] if "子订单编号" in names else ["1", "2"])
    assert world.facts("orders").is_empty()


def test_jd_rows_repeat_per_item_and_amounts_count_once(world: World) -> None:
    cells = {"订单号": "'301234567890\t", "订单金额": "100.00", "应付金额": "106.00", "运费金额": "6.00", "订单状态": "等待出库", "下单时间": "2025-09-01 10:00:00", "付款确认时间": "2025-09-01 10:05:00", "下单帐号": "jd_a\t", "支付方式": "在线支付", "客户地址": "浙江省杭州市西湖区******"}
    data = csv_bytes(headings("jd", "jd.orders"), {**cells, "商品名称": "裙", "订购数量": "2"}, {**cells, "商品名称": "帽", "订购数量": "1"})
    report = world.loaded("jd/j1/订单导出_20250902090000.csv", data)
    row = world.row("orders")
    assert report.totals() == {"read": 2, "loaded": 2, "superseded": 0, "quarantined": 0}
    assert (row["paid_cny"], row["goods_cny"], row["quantity"], row["shipped_at"]) == (Decimal("106.00"), Decimal("100.00"), 3, None)
    assert world.facts("order_items").height == 2 and row["is_cash_on_delivery"] is False and (row["province"], row["city"]) == ("浙江省", "杭州市")


def test_jd_later_short_form_in_gb18030(world: World) -> None:
    names = ["订单号", "商品ID", "商品名称", "订购数量", "商家应收", "订单状态", "商家SKUID", "下单时间", "付款确认时间"]
    world.loaded("jd/j1/a.csv", csv_bytes(names, {"订单号": "3", "订购数量": "1", "订单状态": "(删除)等待付款确认", "下单时间": "2025-09-01 10:00:00", "付款确认时间": "0001-01-01 00:00:00"}, encoding="gb18030"))
    row = world.row("orders")
    assert row["status"] == "closed" and row["paid_at"] is None


def test_contradicting_amounts_of_one_order_are_unknown(world: World) -> None:
    cells = {"订单号": "3", "订单状态": "完成", "下单时间": "2025-09-01 10:00:00"}
    world.loaded("jd/j1/a.csv", csv_bytes(headings("jd", "jd.orders"), {**cells, "应付金额": "10"}, {**cells, "应付金额": "20"}))
    assert world.row("orders")["paid_cny"] is None


def test_pinduoduo_27_columns(world: World) -> None:
    names = list(headings("pinduoduo", "pinduoduo.orders"))
    rows = table_rows(names, {"商品": "大闸蟹", "订单号": "250901-123456789012345\t", "订单状态": "已发货，待签收", "商品总价(元)": "1,100.00", "邮费(元)": "0", "用户实付金额(元)": "1,097.00", "商品数量(件)": "1", "发货时间": "2025-09-02 09:00:00", "订单成交时间": "2025-09-01 10:00:00", "快递单号": "YT1", "快递公司": "圆通", "售后状态": "无售后或售后取消"})
    assert len(names) == 27
    world.loaded("pinduoduo/p1/orders_export2025-09-03-09-00-00.xlsx", xlsx_bytes(rows, names=["Sheet0"]))
    row = world.row("orders")
    assert row["order_id"] == "250901-123456789012345" and row["status"] == "shipped" and row["paid_at"] == row["created_at"] == datetime(2025, 9, 1, 10)
    assert row["buyer_key"] is None and row["paid_cny"] == Decimal("1097.00") and row["exported_at"] == datetime(2025, 9, 3, 9)


def test_pinduoduo_23_columns_and_an_unpaid_order_placed_by_its_number(world: World) -> None:
    names = ["订单成交时间", "订单号", "订单状态", "商品总价(元)", "用户实付金额(元)", "承诺发货时间", "支付时间", "省", "市"]
    world.loaded("pinduoduo/p1/a.csv", csv_bytes(names, {"订单号": "250930-123456789012345", "订单状态": "已取消"}, encoding="gb18030"))
    row = world.row("orders")
    assert row["created_at"] is None and row["status"] == "closed"
    assert (world.warehouse / "facts/orders/platform=pinduoduo/store=p1/month=2025-09/part.parquet").exists()


def test_douyin_74_columns(world: World) -> None:
    names = headings("douyin", "douyin.orders")
    assert len(names) == 74
    data = csv_bytes(names, {
        "主订单编号": "\t6919123456789012345", "子订单编号": "\t6919123456789012346", "选购商品": "裙,红", "商品数量": "1", "商品单价": "89.50", "订单应付金额": "89.50", "运费": "0.00", "支付方式": "支付宝",
        "省": "浙江省", "市": "杭州市", "订单提交时间": "\t2025-09-01 10:00:00", "支付完成时间": "\t2025-09-01 10:00:10", "订单完成时间": "\t-", "订单状态": "待发货", "承诺发货时间": "\t2025-09-03 10:00:10", "发货时间": "\t-", "取消原因": "-", "订单类型": "普通订单",
    })  # fmt: skip
    world.loaded("douyin/d1/1756800000_订单.csv", data)
    row = world.row("orders")
    assert row["order_id"] == "6919123456789012345" and row["promised_ship_at"] == datetime(2025, 9, 3, 10, 0, 10) and row["shipped_at"] is None
    assert row["exported_at"] == datetime(2025, 9, 2, 16) and row["is_presale"] is False and row["close_reason"] is None
    assert world.row("order_items")["item_no"] == "6919123456789012346"


DOUYIN_ITEMS = ["主订单编号", "子订单编号", "商品数量", "商品单价", "订单应付金额", "运费", "优惠总金额", "订单状态", "订单提交时间"]


@pytest.mark.parametrize(
    ("first", "second", "paid", "freight"),
    [
        # quantity, price, amount, freight, discount of each row
        (("1", "30", "30", "6", "0"), ("1", "70", "70", "0", "0"), "100", "6"),  # shares that differ
        (("2", "25", "45", "0", "5"), ("1", "50", "45", "0", "5"), "90", "0"),  # equal shares: each is what its item costs
        (("1", "30", "106", "6", "0"), ("1", "70", "106", "6", "0"), "106", "6"),  # repeated: more than an item costs
        (("1", "60", "50", "0", "70"), ("1", "60", "50", "0", "70"), "50", "0"),  # repeated: what all items cost less the discount
        (("1", "60", "50", "0", ""), ("1", "60", "50", "0", ""), None, "0"),  # nothing tells which
        (("1", "", "50", "0", ""), ("1", "", "50", "0", ""), "50", "0"),  # no price: an amount on every row is the order's
        (("1", "60", "0", "0", "60"), ("1", "60", "0", "0", "60"), "0", "0"),
    ],
)  # fmt: skip
def test_douyin_amounts_of_several_items(world: World, first: tuple[str, ...], second: tuple[str, ...], paid: str | None, freight: str) -> None:
    rows = [dict(zip(DOUYIN_ITEMS, ("1", f"1{at}", *cells, "待发货", "2025-09-01 10:00:00"), strict=True)) for at, cells in enumerate((first, second))]
    world.loaded("douyin/d1/a.csv", csv_bytes(DOUYIN_ITEMS, *rows))
    row = world.row("orders")
    assert row["paid_cny"] == (None if paid is None else Decimal(paid)) and row["quantity"] == int(first[0]) + int(second[0])
    assert row["freight_cny"] == Decimal(freight) and world.facts("order_items").height == 2


def test_douyin_shares_without_prices_are_summed(world: World) -> None:
    names = ["主订单编号", "子订单编号", "订单应付金额", "订单状态", "订单提交时间"]
    rows = [dict(zip(names, ("1", f"1{at}", amount, "待发货", "2025-09-01 10:00:00"), strict=True)) for at, amount in enumerate(("30", "70"))]
    world.loaded("douyin/d1/a.csv", csv_bytes(names, *rows))
    assert world.row("orders")["paid_cny"] == Decimal("100")


def test_douyin_courier_cell_names_the_parcel(world: World) -> None:
    names = ["主订单编号", "订单状态", "订单提交时间", "快递信息", "商品金额", "发货时间"]
    world.loaded("douyin/d1/a.csv", csv_bytes(names, {"主订单编号": "1", "订单状态": "已发货", "订单提交时间": "2025-09-01 10:00:00", "快递信息": "SF0220481613112-顺丰速运,商品A", "商品金额": "5", "发货时间": "2025-09-01 12:00:00"}))
    assert world.row("orders")["tracking_no"] == "SF0220481613112"
    assert world.row("shipments")["carrier"] == "顺丰速运"


def test_kuaishou_61_columns_with_yuan_signs_and_a_title_row(world: World) -> None:
    names = headings("kuaishou", "kuaishou.orders")
    assert len(names) == 61
    rows = table_rows(names, {"订单号": "2500000000000001", "订单创建时间": "2023/1/5 12:00:00", "订单支付时间": "2023/1/5 12:00:09", "订单状态": "已发货", "实付款": "¥1,089.50", "快递费": "¥0.00", "成交数量": "2", "账号明细": "快手用户1", "商品单价": "¥544.75", "预售/承诺发货时间": "2023/1/7 12:00:09", "发货时间": "2023/1/6 9:00:00", "收货地址-省": "山东省", "快递单号": "ZT1", "快递公司": "中通"})
    world.loaded("kuaishou/k1/订单.xlsx", xlsx_bytes([["快手小店订单"], *rows], wrong_dimension=True))
    row = world.row("orders")
    assert row["paid_cny"] == Decimal("1089.50") and row["created_at"] == datetime(2023, 1, 5, 12) and row["promised_ship_at"] == datetime(2023, 1, 7, 12, 0, 9)
    assert row["province"] == "山东省" and row["source_row"] == 3


def test_suning_assumed(world: World) -> None:
    world.loaded("suning/s1/苏宁订单20250902090000.csv", csv_bytes(headings("suning", "suning.orders"), {"订单号": "1", "订单行号": "101", "下单时间": "2025-09-01 10:00:00", "付款时间": "2025-09-01 10:01:00", "发货时间": "2025-09-01 20:00:00", "订单状态": "已发货", "实付金额": "10", "数量": "1", "商品名称": "锅"}))
    assert world.row("orders")["shipped_at"] == datetime(2025, 9, 1, 20)
    assert next(entry for entry in load_layouts(packs_dir(), "suning") if entry.id == "suning.orders").grade == "assumed"


@pytest.mark.parametrize("platform", ALL)
def test_any_subset_with_id_status_and_a_time_is_accepted(world: World, platform: str) -> None:
    status = {"jd": "等待出库", "taobao": "交易成功", "tmall": "交易成功"}.get(platform, "待发货")
    names = ["主订单编号" if platform == "douyin" else "订单号", "订单状态", "下单时间"]
    world.loaded(f"{platform}/x/a.csv", csv_bytes(names, {names[0]: "7", "订单状态": "待发货" if platform in ("taobao", "tmall") else status, "下单时间": "2025-09-01 10:00:00"}))
    assert world.row("orders")["status"] == "to_ship"


def test_our_own_template_as_csv_xlsx_and_jsonl(world: World) -> None:
    names = ["order_id", "status", "created_at", "paid_cny", "is_presale"]
    cells = {"order_id": "1", "status": "shipped", "created_at": "2025-09-01 10:00:00", "paid_cny": "10.00", "is_presale": "否"}
    world.loaded("jd/a/x.csv", csv_bytes(names, cells))
    world.loaded("jd/b/x.xlsx", xlsx_bytes(table_rows(names, cells)))
    world.loaded("jd/c/x.jsonl", '{"订单号": "1", "订单状态": "已发货", "下单时间": "2025-09-01 10:00:00", "实付金额": 10, "是否预售": false}\n')
    got = world.facts("orders").select("status", "created_at", "paid_cny", "is_presale").unique()
    assert got.rows() == [("shipped", datetime(2025, 9, 1, 10), Decimal("10.00"), False)]
