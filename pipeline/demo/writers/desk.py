"""After-sales files in each platform's own layout, and the merchant's lists of complaints and of who was online."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.clock import HOUR, NEVER
from pipeline.demo.desk import RETURN, Complaint, Presence, Request
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.writers import headings
from pipeline.demo.writers.files import table, write_csv, write_xlsx
from pipeline.demo.writers.view import nicknames, stamps, yuan

_STATUS_WORDS = {"online": "在线", "rest": "小休", "offline": "离线"}
_CONCEPT_WORDS = {"abuse": "辱骂消费者", "late_shipment": "未按约定时间发货"}


class _Requests:
    """The requests of a shop as columns of text."""

    def __init__(self, store: Store, orders: Orders, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.order = np.array([request.order for request in requests], dtype=np.int64)
        self.orders, self.store = orders, store
        self.money = np.array([request.refund_fen for request in requests], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.requests)

    def times(self, name: str, form: str = "%Y-%m-%d %H:%M:%S", empty: str = "") -> pl.Series:
        return stamps(np.array([getattr(request, name) for request in self.requests], dtype=np.int64), form, empty)

    def ids(self) -> pl.Series:
        first = 140_000_000_000_000 + self.store.number * 1_000_000_000
        return pl.Series([str(first + request.number * 7_919) for request in self.requests], dtype=pl.String)

    def order_ids(self) -> pl.Series:
        return pl.Series(self.orders.ids, dtype=pl.String).gather(self.order)

    def goods(self) -> pl.Series:
        names = pl.Series([name for name, _ in self.store.category.goods])
        return names.gather(self.orders.goods[self.order])

    def each(self, returned: str, shipped: str, unshipped: str) -> pl.Series:
        """One word for a return, one for a refund after shipping, one for a refund before it."""
        words = [unshipped if r.stage == "not_shipped" else returned if r.kind == RETURN else shipped for r in self.requests]
        return pl.Series(words, dtype=pl.String)

    def state(self, done: str, agreed: str, waiting: str) -> pl.Series:
        words = [done if r.refunded != NEVER else agreed if r.agreed != NEVER else waiting for r in self.requests]
        return pl.Series(words, dtype=pl.String)

    def same(self, text: str) -> pl.Series:
        return pl.repeat(text, len(self), dtype=pl.String, eager=True)


def write_requests(folder: Path, plan: Plan, store: Store, orders: Orders, requests: Sequence[Request]) -> list[Path]:
    """Write the after-sales file of a shop; none if nobody asked for anything."""
    if not requests:
        return []
    rows = _Requests(store, orders, requests)
    made = plan.exported_at
    stamp = f"{made:%Y%m%d%H%M%S}"
    if store.platform in ("taobao", "tmall"):
        return [_alibaba(folder, store, rows, stamp)]
    if store.platform == "jd":
        return [_jd(folder / f"服务单导出{stamp}.xlsx", rows)]
    if store.platform == "pinduoduo":
        frame = table(headings.PINDUODUO_AFTERSALES, {
            "售后编号": rows.ids(), "订单编号": rows.order_ids() + "\t", "售后状态": rows.state("退款成功", "待买家退货", "待商家处理"),
            "订单状态": rows.each("已发货", "已发货", "未发货"), "售后类型": rows.each("退货退款", "仅退款", "仅退款"), "退款金额": yuan(rows.money),
            "交易金额": yuan(orders.paid_fen[rows.order]), "申请时间": rows.times("requested"), "售后原因": rows.same("不想要了"),
        })  # fmt: skip
        return [write_xlsx(folder / f"售后订单{stamp}.xlsx", frame, sheet="售后信息")]
    if store.platform == "douyin":
        frame = table(headings.DOUYIN_AFTERSALES, {
            "售后单号": "\t" + rows.ids(), "订单号": "\t" + rows.order_ids(), "商品单号": "\t" + rows.order_ids(), "商品名称": rows.goods(), "商品发货状态": rows.each("1/1已发货", "1/1已发货", "未发货"),
            "售后类型": rows.each("退货退款", "已发货退款", "未发货退款"), "售后状态": rows.state("同意退款，退款成功", "待买家退货", "待商家处理"), "退款方式": rows.same("原路退款"),
            "退商品金额（元）": yuan(rows.money, "¥{}"), "退运费金额（元）": rows.same("-"), "售后原因": rows.same("不喜欢/效果不好"), "售后申请时间": rows.times("requested"),
            "同意售后申请时间": rows.times("agreed", empty="-"), "退货发货时间": rows.times("sent_back", empty="-"), "商家退款时间": rows.times("refunded", empty="-"),
            "用户到账时间": rows.times("refunded", empty="-"), "售后完结时间": rows.times("refunded", empty="-"), "仲裁状态": rows.same("-"),
        })  # fmt: skip
        return [write_xlsx(folder / f"售后单-{made:%Y-%m-%d %H_%M_%S}.xlsx", frame)]
    if store.platform == "kuaishou":
        frame = table(headings.KUAISHOU_AFTERSALES, {
            "售后单号": rows.ids(), "订单编号": rows.order_ids(), "售后状态": rows.state("售后成功", "待买家退货", "待商家处理"), "售后类型": rows.each("退货退款", "仅退款", "仅退款"),
            "售后申请时间": rows.times("requested", "excel"), "退款金额": yuan(rows.money, "¥{}"), "商家处理时间": rows.times("agreed", "excel"), "退款成功时间": rows.times("refunded", "excel"),
        })  # fmt: skip
        return [write_xlsx(folder / f"售后列表{stamp}.xlsx", frame, wrong_dimension=True)]
    frame = table(headings.SUNING_AFTERSALES, {
        "售后单号": rows.ids(), "订单号": rows.order_ids(), "售后类型": rows.each("退货退款", "仅退款", "仅退款"), "售后状态": rows.state("退款成功", "已同意", "待处理"),
        "货物状态": rows.each("已收货", "已收货", "未发货"), "申请时间": rows.times("requested"), "商家首次处理时间": rows.times("agreed"), "同意时间": rows.times("agreed"),
        "买家寄回时间": rows.times("sent_back"), "商家收货时间": rows.times("got_back"), "退款时间": rows.times("refunded"), "退款金额": yuan(rows.money), "售后原因": rows.same("其他"),
    })  # fmt: skip
    return [write_csv(folder / f"售后单{stamp}.csv", frame)]


def _alibaba(folder: Path, store: Store, rows: _Requests, stamp: str) -> Path:
    if store.platform == "taobao":
        frame = table(headings.TAOBAO_REFUNDS, {
            "订单编号": rows.order_ids(), "退款编号": rows.ids(), "退款总额": yuan(rows.money), "退给买家金额": yuan(rows.money), "退给平台金额": rows.same("0.00"),
            "货物状态": rows.each("已寄回", "已收到货", "未发货"), "售后类型": rows.each("退货退款", "仅退款", "仅退款"), "宝贝标题": rows.goods(), "退款申请时间": rows.times("requested"),
            "退款完结时间": rows.times("refunded"), "退款状态": rows.state("退款成功", "等待买家退货", "等待卖家同意"), "买家退款原因": rows.same("多拍/拍错/不想要"),
        })  # fmt: skip
        return write_xlsx(folder / f"退款单{stamp}.xlsx", frame)
    frame = table(headings.TMALL_REFUNDS, {
        "订单编号": rows.order_ids(), "退款编号": rows.ids(), "订单付款时间": stamps(rows.orders.paid[rows.order]), "退款完结时间": rows.times("refunded"),
        "买家会员名称": nicknames(store, rows.orders.buyer[rows.order]), "买家实际支付金额": yuan(rows.orders.paid_fen[rows.order]), "宝贝标题": rows.goods(), "买家退款金额": yuan(rows.money),
        "手工退款/系统退款": rows.same("手工退款"), "是否需要退货": rows.each("需要退货", "不需要退货", "不需要退货"), "退款的申请时间": rows.times("requested"), "退款状态": rows.state("退款成功", "退款处理中", "等待卖家同意"),
        "货物状态": rows.each("已寄回", "已收到货", "未发货"), "客服介入状态": rows.same("不需要客服介入"), "买家退款原因": rows.same("多拍/拍错/不想要"), "买家退货时间": rows.times("sent_back"),
        "售中或售后": rows.each("售后", "售后", "售中"), "完结时间": rows.times("refunded"), "部分退款/全部退款": rows.same("全部退款"),
    })  # fmt: skip
    return write_xlsx(folder / f"退款单{stamp}.xlsx", frame)


def _jd(path: Path, rows: _Requests) -> Path:
    """The service tickets, whose headings stand in the second row below the names of their groups."""
    took = [(r.refunded - r.requested) / HOUR if r.refunded != NEVER else None for r in rows.requests]
    frame = table(headings.JD_SERVICE, {
        "服务单号": rows.ids(), "订单号": rows.order_ids(), "客户期望": rows.each("退货", "退款", "退款"), "服务单状态": rows.state("完成", "待收货", "待审核"), "一级申请原因": rows.same("其他"),
        "返回方式": rows.each("上门取件", "-", "-"), "售后申请时间": rows.times("requested"), "订单类型": rows.same("SOP"), "出库状态": rows.each("已出库", "已出库", "未出库"),
        "申请时订单状态": rows.each("完成", "完成", "等待出库"), "下单账号": nicknames(rows.store, rows.orders.buyer[rows.order]), "商品名称": rows.goods(), "商品数量": rows.same("1"), "退款金额": yuan(rows.money),
        "审核结果": rows.state("同意", "同意", ""), "审核时间": rows.times("agreed"), "取件时间": rows.times("sent_back"), "商家收货时间": rows.times("got_back"), "处理结果": rows.state("退款", "", ""),
        "商家首次审核时间": rows.times("agreed"), "商家首次处理时间": rows.times("agreed"), "售后整体时长(H)": pl.Series([f"{hours:.2f}" if hours else "" for hours in took]),
    })  # fmt: skip
    groups = list(headings.JD_SERVICE_GROUPS)
    spread = [groups[place * len(groups) // len(frame.columns)] if place % 6 == 0 else "" for place in range(len(frame.columns))]
    return write_xlsx(path, frame, above=spread)


def write_complaints(folder: Path, plan: Plan, store: Store, orders: Orders, complaints: Sequence[Complaint]) -> list[Path]:
    """The merchant's list of complaints in this project's own template."""
    if not complaints:
        return []
    raised = np.array([complaint.raised for complaint in complaints], dtype=np.int64)
    numbers = [orders.ids[complaint.order] if complaint.order >= 0 else "" for complaint in complaints]
    frame = table(headings.COMPLAINTS, {
        "投诉编号": pl.Series([f"TS{store.number:02d}{complaint.number:06d}" for complaint in complaints]), "订单号": pl.Series(numbers),
        "买家昵称": nicknames(store, np.array([complaint.buyer for complaint in complaints], dtype=np.int64)),
        "投诉事项": pl.Series([_CONCEPT_WORDS[complaint.concept] for complaint in complaints]), "投诉时间": stamps(raised),
        "受理时间": stamps(raised + 300), "首次处理时间": stamps(raised + 1_500), "是否成立": pl.repeat("是", len(complaints), eager=True),
        "是否监管投诉": pl.repeat("否", len(complaints), eager=True),
    })  # fmt: skip
    return [write_csv(folder / f"投诉记录_{plan.exported_at:%Y%m%d%H%M%S}.csv", frame)]


def write_presence(folder: Path, plan: Plan, store: Store, presence: Sequence[Presence]) -> list[Path]:
    """Who was at the desk, span by span, in this project's own template."""
    frame = table(headings.AGENT_STATUS, {
        "客服账号": pl.Series([store.agents[span.agent] for span in presence]), "状态": pl.Series([_STATUS_WORDS[span.status] for span in presence]),
        "开始时间": stamps(np.array([span.first for span in presence], dtype=np.int64)), "结束时间": stamps(np.array([span.last for span in presence], dtype=np.int64)),
    })  # fmt: skip
    return [write_csv(folder / f"客服在线状态_{plan.exported_at:%Y%m%d%H%M%S}.csv", frame)]
