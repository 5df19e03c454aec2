"""Suning files; no public list of headings was found, so the layouts are assumed."""

from __future__ import annotations

from pathlib import Path

from pipeline.demo.writers.files import headings, table, write_csv
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import View

_ORDERS = headings("""
订单号,订单行号,下单时间,付款时间,发货时间,完成时间,订单状态,商品编码,商品名称,数量,
单价,订单金额,实付金额,运费,买家备注,商家备注,物流公司,运单号
""")
_AFTERSALES = headings("""
售后单号,订单号,售后类型,售后状态,货物状态,申请时间,商家首次处理时间,同意时间,
买家寄回时间,商家收货时间,退款时间,退款金额,售后原因
""")
_STATUS = ("待付款", "待发货", "已发货", "交易成功", "交易关闭", "待发货")


def write_orders(folder: Path, view: View) -> list[Path]:
    """Orders, a line each."""
    orders = view.orders
    frame = table(
        _ORDERS,
        {
            "订单号": view.ids(),
            "订单行号": view.ids("{}01"),
            "下单时间": view.time("created"),
            "付款时间": view.time("paid"),
            "发货时间": view.time("shipped"),
            "完成时间": view.time("finished"),
            "订单状态": view.pick(_STATUS, view.status),
            "商品编码": view.number(12_300_001),
            "商品名称": view.goods + " " + view.variant,
            "数量": view.quantity(),
            "单价": view.yuan(orders.price),
            "订单金额": view.yuan(orders.paid_fen),
            "实付金额": view.paid_or_nothing(),
            "运费": view.yuan(orders.freight),
            "物流公司": view.carrier,
            "运单号": view.tracking,
        },
    )
    return [write_csv(folder / f"苏宁订单{view.made_at:%Y%m%d%H%M%S}.csv", frame)]


def write_aftersales(folder: Path, rows: RequestView) -> Path:
    """After-sales in the project's own template."""
    frame = table(
        _AFTERSALES,
        {
            "售后单号": rows.ids(),
            "订单号": rows.order_ids(),
            "售后类型": rows.each("退货退款", "仅退款", "仅退款"),
            "售后状态": rows.state("退款成功", "已同意", "待处理"),
            "货物状态": rows.each("已收货", "已收货", "未发货"),
            "申请时间": rows.time("requested"),
            "商家首次处理时间": rows.time("agreed"),
            "同意时间": rows.time("agreed"),
            "买家寄回时间": rows.time("sent_back"),
            "商家收货时间": rows.time("got_back"),
            "退款时间": rows.time("refunded"),
            "退款金额": rows.money(),
            "售后原因": rows.same("其他"),
        },
    )
    return write_csv(folder / f"售后单{rows.stamp}.csv", frame)
