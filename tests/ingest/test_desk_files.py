"""After-sales, complaints, status and the other lists a shop keeps, one test per layout."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from pipeline.ingest.layouts import load_layouts
from pipeline.paths import packs_dir

from .world import World, csv_bytes, table_rows, xlsx_bytes

AT = datetime(2025, 9, 3, 10)
AT_TEXT = "2025-09-03 10:00:00"


def headings(platform: str, layout: str) -> list[str]:
    return list(next(entry for entry in load_layouts(packs_dir(), platform) if entry.id == layout).headings)


def test_tmall_refunds_of_2017(world: World) -> None:
    names = headings("tmall", "taobao.refunds")[:39]
    world.loaded("tmall/m/退款.xlsx", xlsx_bytes(table_rows(names, {"订单编号": "1", "退款编号": "9", "退款的申请时间": AT_TEXT, "退款完结时间": "2025-09-04 10:00:00", "买家退款金额": "10.00", "退款状态": "退款成功", "货物状态": "买家未收到货", "是否需要退货": "不需要退货", "客服介入状态": "不需要客服介入", "责任方": "卖家责任", "完结时间": "2025-09-04 10:00:00"})))
    row = world.row("aftersales")
    assert (row["kind"], row["stage"], row["status"], row["liable"], row["platform_involved"]) == ("refund_only", "shipped", "refunded", "seller", False)
    assert row["requested_at"] == AT and row["refunded_at"] == datetime(2025, 9, 4, 10) and row["refund_cny"] == Decimal("10.00")


def test_taobao_refunds_of_2025_closed_ones_were_never_refunded(world: World) -> None:
    names = ["订单编号", "退款编号", "退款总额", "退给买家金额", "退给平台金额", "货物状态", "售后类型", "商品id", "宝贝标题", "退款申请时间", "退款完结时间", "退款状态", "买家退款原因"]
    world.loaded("taobao/t/退款单20250905.xlsx", xlsx_bytes(table_rows(names, {"订单编号": "1", "退款编号": "9", "退款总额": "9", "退给买家金额": "8", "货物状态": "已寄回", "售后类型": "退货退款", "退款申请时间": AT_TEXT, "退款完结时间": "2025-09-04 10:00:00", "退款状态": "退款关闭", "买家退款原因": "不想要"})))
    row = world.row("aftersales")
    assert (row["kind"], row["stage"], row["status"], row["refund_cny"]) == ("return_refund", "returned", "closed", Decimal("8.00"))
    assert row["refunded_at"] is None and row["closed_at"] == datetime(2025, 9, 4, 10)


def test_jd_service_tickets_have_two_heading_rows(world: World) -> None:
    names = headings("jd", "jd.aftersales")
    groups = ["申请信息", *[""] * 8, "订单信息", *[""] * (len(names) - 10)]
    body = table_rows(names, {"服务单号": "77", "订单号": "1", "客户期望": "退货", "服务单状态": "完成", "售后申请时间": AT_TEXT, "出库状态": "已出库", "退款金额": "10", "审核时间": "2025-09-03 11:00:00", "商家首次审核时间": "2025-09-03 11:00:00", "处理结果": "退款"})
    world.loaded("jd/j/服务单.xlsx", xlsx_bytes([groups, *body]))
    row = world.row("aftersales")
    assert (row["aftersale_id"], row["kind"], row["stage"], row["status"]) == ("77", "return_refund", "shipped", "refunded")
    assert row["first_handled_at"] == row["agreed_at"] == datetime(2025, 9, 3, 11) and row["refunded_at"] is None and row["source_row"] == 3


def test_jd_cancellations_assumed(world: World) -> None:
    world.loaded("jd/j/a.csv", csv_bytes(headings("jd", "jd.cancellations"), {"退款单号": "5", "订单号": "1", "申请时间": AT_TEXT, "退款状态": "审核通过", "退款金额": "3"}))
    row = world.row("aftersales")
    assert (row["kind"], row["stage"], row["status"]) == ("refund_only", "not_shipped", "agreed")


def test_pinduoduo_aftersales(world: World) -> None:
    world.loaded("pinduoduo/p/a.xlsx", xlsx_bytes(table_rows(headings("pinduoduo", "pinduoduo.aftersales"), {"售后编号": "5", "订单编号": "250901-123456789012345", "售后状态": "待买家退货", "订单状态": "已发货", "售后类型": "退货退款", "退款金额": "3", "申请时间": AT_TEXT}), names=["售后信息"]))
    row = world.row("aftersales")
    assert (row["kind"], row["stage"], row["status"], row["requested_at"]) == ("return_refund", "shipped", "agreed", AT)


def test_douyin_aftersales(world: World) -> None:
    names = headings("douyin", "douyin.aftersales")
    world.loaded("douyin/d/售后单-2026-05-18 00_34_04.xlsx", xlsx_bytes(table_rows(names, {"售后单号": "\t5", "订单号": "\t1", "商品单号": "1", "商品发货状态": "1/1已发货", "售后类型": "已发货退款", "售后状态": "同意退款，退款成功", "退商品金额（元）": "¥89.50", "退运费金额（元）": "-", "售后申请时间": AT_TEXT, "同意售后申请时间": "2025-09-03 12:00:00", "商家退款时间": "2025-09-03 13:00:00", "仲裁状态": "-"})))
    row = world.row("aftersales")
    assert (row["kind"], row["stage"], row["status"], row["refund_cny"]) == ("refund_only", "shipped", "refunded", Decimal("89.50"))
    assert row["refunded_at"] == datetime(2025, 9, 3, 13) and row["exported_at"] == datetime(2026, 5, 18, 0, 34, 4)


def test_kuaishou_aftersales_without_a_number_of_their_own(world: World) -> None:
    names = ["订单编号", "售后状态", "售后类型", "售后申请时间", "退款金额"]
    world.loaded("kuaishou/k/a.csv", csv_bytes(names, {"订单编号": "1", "售后状态": "售后关闭", "售后类型": "仅退款", "售后申请时间": AT_TEXT, "退款金额": "¥3.00"}))
    row = world.row("aftersales")
    assert row["aftersale_id"].startswith("1#") and row["status"] == "closed" and row["order_id"] == "1"


def test_suning_aftersales_by_the_template(world: World) -> None:
    world.loaded("suning/s/a.csv", csv_bytes(headings("suning", "template.aftersales"), {"售后单号": "5", "订单号": "1", "售后类型": "仅退款", "货物状态": "未发货", "售后状态": "待处理", "申请时间": AT_TEXT}))
    assert world.row("aftersales")["status"] == "open"


def test_complaints_and_their_follow_ups(world: World) -> None:
    world.put("jd/j/投诉.csv", csv_bytes(headings("jd", "template.complaints"), {"投诉编号": "T1", "订单号": "1", "买家昵称": "小红", "投诉事项": "辱骂消费者", "是否监管投诉": "否", "投诉时间": AT_TEXT, "是否成立": "是", "结案方式": "正常结案"}))
    world.loaded("jd/j/跟进.csv", csv_bytes(headings("jd", "template.complaint_followups"), {"投诉编号": "T1", "跟进时间": "2025-09-04 10:00:00", "客服账号": "小美", "跟进内容": "已电话13812345678致歉"}))
    row, follow = world.row("complaints"), world.row("complaint_followups")
    assert (row["concept"], row["is_regulator"], row["upheld"], row["closing"], row["raised_at"]) == ("abuse", False, True, "regular", AT)
    assert follow["note"] == "已电话[手机号]致歉" and follow["agent_id"] == "小美"


CASES = {
    "agent_status": ("template.agent_status", {"客服账号": "小美", "状态": "小休", "开始时间": AT_TEXT, "结束时间": "2025-09-03 11:00:00"}, {"status": "rest", "started_at": AT}),
    "reviews": ("template.reviews", {"评价编号": "P1", "订单号": "1", "评价时间": AT_TEXT, "星级": "差评", "评价内容": "电话13812345678", "商家回复": "抱歉"}, {"stars": 1, "text": "电话[手机号]", "reply_text": "抱歉"}),
    "ratings": ("template.ratings", {"会话ID": "c1", "客服账号": "小美", "评分时间": AT_TEXT, "分值": "不满意", "接待方": "人工"}, {"score": 2, "served_by": "human", "rated_at": AT}),
    "blocks": ("template.blocks", {"编号": "B1", "买家昵称": "小红", "客服账号": "小美", "时间": AT_TEXT, "类型": "拉黑", "理由": "骚扰", "是否成立": "否"}, {"kind": "block", "reason": "spam", "upheld": False}),
    "listings": ("template.listings", {"商品ID": "i1", "快照时间": AT_TEXT, "标题": "全网最低价", "价格": "10.5", "是否包邮": "是", "库存": "3"}, {"price_cny": Decimal("10.50"), "free_shipping": True, "stock": 3}),
    "platform_notices": ("template.platform_notices", {"通知编号": "N1", "下达时间": AT_TEXT, "类型": "处罚", "违规事项": "延迟发货", "金额": "5", "扣分": "2"}, {"kind": "penalty", "concept": "late_shipment", "money_cny": Decimal("5.00")}),
    "annotations": ("template.annotations", {"编号": "A1", "违规事项": "答非所问", "会话ID": "c1", "发生时间": AT_TEXT, "是否合格": "不合格", "情节": "严重", "质检人": "质检一"}, {"concept": "off_topic_answer", "passed": False, "severity": "severe"}),
    "tracking_events": ("common.tracking", {"订单号": "1", "运单号": "YT1", "时间": AT_TEXT, "事件": "派件", "所在城市": "杭州市"}, {"event": "out_for_delivery", "happened_at": AT}),
    "order_items": ("template.order_items", {"订单号": "1", "商品名称": "裙", "数量": "2", "单价": "3"}, {"quantity": 2, "price_cny": Decimal("3.00"), "item_no": "1"}),
}  # fmt: skip


@pytest.mark.parametrize("table", CASES)
def test_templates(world: World, table: str) -> None:
    layout, cells, want = CASES[table]
    cells = {**cells, **({"下单时间": AT_TEXT} if table == "order_items" else {})}
    world.loaded("suning/s/a.csv", csv_bytes(headings("suning", layout), cells))
    row = world.row(table)
    assert {name: row[name] for name in want} == want


@pytest.mark.parametrize("platform", ["douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning"])
def test_every_layout_is_found_by_its_own_headings(platform: str) -> None:
    from pipeline.ingest.layouts import find_layout

    layouts = load_layouts(packs_dir(), platform)
    for layout in layouts:
        if layout.headings:
            assert find_layout([list(layout.headings)], layouts, "x").layout.id == layout.id, layout.id
        assert layout.grade in ("seen", "partial", "assumed", "ours") and layout.title_zh and layout.title_en


@pytest.mark.parametrize(("platform", "layout"), [
    ("taobao", "qianniu.service_performance"), ("taobao", "qianniu.reception"), ("pinduoduo", "pinduoduo.funds"),
    ("pinduoduo", "pinduoduo.service"), ("douyin", "douyin.service"), ("kuaishou", "kuaishou.service"),
])  # fmt: skip
def test_reports_that_no_rule_needs_are_known_by_name_and_not_refused(world: World, platform: str, layout: str) -> None:
    names = headings(platform, layout)
    lines = "标题\n\n起始时间：x\n" + csv_bytes(names, {names[0]: "小美"}, encoding="utf-8").decode() + "汇总值,1\n平均值,2\n"
    world.put(f"{platform}/s/报表.csv", lines.encode("gb18030"))
    report = world.read()
    assert not report.refused and [note.code for note in report.notes] == ["unused"]
    assert report.files["layouts"].to_list() == [[layout]] and report.totals()["read"] == 0


def test_a_request_that_nothing_dates_is_quarantined_not_lost(world: World) -> None:
    world.put("jd/j/a.csv", csv_bytes(headings("jd", "template.aftersales"), {"售后单号": "5", "订单号": "1", "售后状态": "待处理"}, {"售后单号": "6", "订单号": "1", "售后状态": "待处理", "申请时间": AT_TEXT}))
    assert world.read().totals() == {"read": 2, "loaded": 1, "superseded": 0, "quarantined": 1}
    assert world.quarantine()["code"].to_list() == ["missing_key"] and world.facts("aftersales").height == 1


@pytest.mark.parametrize("turn", [0, 1])
def test_items_without_times_follow_their_order(world: World, turn: int) -> None:
    order = ["订单编号", "订单状态", "订单创建时间", "买家实付金额"]
    names = ["订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态", "商家编码"]
    files = [("ExportOrderList202509030900.csv", csv_bytes(order, {"订单编号": "9", "订单状态": "交易成功", "订单创建时间": "2025-08-31 10:00:00"})),
             ("ExportOrderDetailList202509030900.csv", csv_bytes(names, {"订单编号": "9", "标题": "裙", "购买数量": "1"}))]  # fmt: skip
    for name, content in (files[turn], files[1 - turn]):
        world.loaded(f"taobao/t/{name}", content)
    assert world.row("order_items")["item_no"] == "1"
    assert (world.warehouse / "facts/order_items/platform=taobao/store=t/month=2025-08/part.parquet").exists()
