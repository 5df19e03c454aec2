"""Pinduoduo files: a workbook with a sheet Sheet0, order numbers that carry their day, after-sales."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.demo.clock import NEVER
from pipeline.demo.writers.files import headings, table, write_xlsx
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import SHIPPED, View

_ORDERS = headings("""
商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),
多多支付立减金额(元),用户实付金额(元),商家实收金额(元),商品数量(件),发货时间,
确认收货时间,商品id,商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,商家备注,
售后状态,快递单号,快递公司,订单成交时间,是否分期,分期期数,手续费承担方,分期方式,
支付时间,承诺发货时间,省,市
""")
_AFTERSALES = headings("""
售后编号,订单编号,售后状态,订单状态,售后类型,退款金额,交易金额,申请时间,售后原因,
退货物流单号
""")
_STATUS = ("待支付", "待发货", "已发货，待签收", "已收货", "未发货，退款成功", "待发货")


def write_orders(folder: Path, view: View) -> list[Path]:
    """Orders with the promise and the payment time chosen as extra columns; no buyer's name."""
    orders = view.orders
    signed = pl.Series((view.status == SHIPPED) & (orders.delivered != NEVER))
    status = view.pick(_STATUS, view.status).set(view.never_paid(), "已取消").set(signed, "已签收")
    frame = table(
        _ORDERS,
        {
            "商品": view.goods,
            "订单号": view.ids("{}\t"),
            "订单状态": status,
            "商品总价(元)": view.yuan(view.goods_fen()),
            "邮费(元)": view.yuan(orders.freight),
            "店铺优惠折扣(元)": view.same("0"),
            "平台优惠折扣(元)": view.same("0"),
            "用户实付金额(元)": view.yuan(orders.paid_fen),
            "商家实收金额(元)": view.yuan(orders.paid_fen),
            "商品数量(件)": view.quantity(),
            "发货时间": view.time("shipped"),
            "确认收货时间": view.time("finished"),
            "商品id": view.number(620_001),
            "商品规格": view.variant,
            "售后状态": view.refunded_before_shipping("退款成功", "无售后或售后取消"),
            "快递单号": view.tracking,
            "快递公司": view.carrier,
            "订单成交时间": view.time("paid"),
            "是否分期": view.same("否"),
            "支付时间": view.time("paid"),
            "承诺发货时间": view.time("promised"),
            "省": view.region(0),
            "市": view.region(1),
        },
    )
    path = folder / f"orders_export{view.made_at:%Y-%m-%d-%H-%M-%S}.xlsx"
    return [write_xlsx(path, frame, sheet="Sheet0")]


def write_aftersales(folder: Path, rows: RequestView) -> Path:
    """After-sales, which tell when a buyer asked and not when the shop answered."""
    frame = table(
        _AFTERSALES,
        {
            "售后编号": rows.ids(),
            "订单编号": rows.order_ids() + "\t",
            "售后状态": rows.state("退款成功", "待买家退货", "待商家处理"),
            "订单状态": rows.each("已发货", "已发货", "未发货"),
            "售后类型": rows.each("退货退款", "仅退款", "仅退款"),
            "退款金额": rows.money(),
            "交易金额": rows.paid(),
            "申请时间": rows.time("requested"),
            "售后原因": rows.same("不想要了"),
        },
    )
    return write_xlsx(folder / f"售后订单{rows.stamp}.xlsx", frame, sheet="售后信息")
