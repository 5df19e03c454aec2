"""JD files: orders with apostrophes, tabs and a row a piece; service tickets under two rows of headings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.writers.files import headings, table, write_csv, write_xlsx
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import View, nicknames

_ORDERS = headings("""
订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,
余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,客户地址,联系电话,订单备注,
发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,运费金额,
付款确认时间,增值税发票,货号,订单完成时间,订单来源,订单渠道
""")
_TICKETS = headings("""
服务单号,订单号,客户期望,服务单状态,一级申请原因,二级申请原因,客户问题描述,返回方式,
售后申请时间,省,市,订单类型,出库状态,申请时订单状态,下单账号,商品编号,商品名称,
商品金额,商品数量,退款金额,审核结果,审核时间,审核意见,审核人姓名,取件时间,运单号,
运费金额,快递公司,商家收货时间,处理结果,处理人,自动审核类型,商家首次审核时间,
商家首次处理时间,售后整体时长(H)
""")
_GROUPS = ("申请信息", "订单信息", "商品信息", "审核信息", "收货信息", "处理信息")
_STATUS = ("等待付款", "等待出库", "等待确认收货", "完成", "(删除)等待出库", "等待出库")


def write_orders(folder: Path, view: View) -> list[Path]:
    """Several rows an order, each repeating the amounts of the whole order; no ship time."""
    orders = view.orders
    status = view.pick(_STATUS, view.status).set(view.never_paid(), "(删除)等待付款确认")
    frame = table(
        _ORDERS,
        {
            "订单号": view.ids("'{}\t"),
            "商品ID": "'" + view.number(100_020_000, 37) + "\t",
            "商品名称": view.goods + " " + view.variant,
            "支付方式": view.pick(("在线支付", "货到付款"), orders.cod.astype(np.int64)),
            "下单时间": view.time("created"),
            "京东价": view.yuan(orders.price),
            "订单金额": view.yuan(view.goods_fen()),
            "结算金额": view.yuan(orders.paid_fen),
            "余额支付": view.same("0.00"),
            "应付金额": view.yuan(orders.paid_fen),
            "订单状态": status,
            "订单类型": view.same("SOP"),
            "下单帐号": nicknames(view.store, orders.buyer) + "\t",
            "客户姓名": view.masked_name(),
            "客户地址": view.region(0) + view.region(1) + view.region(2) + "******",
            "联系电话": "'" + view.masked_phone(),
            "发票类型": view.same("电子普通发票"),
            "运费金额": view.yuan(orders.freight),
            "付款确认时间": view.time("paid"),
            "订单完成时间": view.time("finished"),
            "订单来源": view.same("app"),
            "订单渠道": view.same("京东"),
        },
    )
    several = orders.quantity > 1
    row = np.repeat(np.arange(len(view)), np.where(several, 2, 1))
    again = np.concatenate(([False], row[1:] == row[:-1]))
    pieces = np.where(again, orders.quantity[row] - 1, np.where(several[row], 1, orders.quantity[row]))
    frame = frame[row].with_columns(pl.Series("订购数量", pieces.astype(str)))
    encoding = "gb18030" if view.store.number % 2 else "utf-8-sig"
    return [write_csv(folder / f"订单导出_{view.made_at:%Y%m%d%H%M%S}.csv", frame, encoding=encoding)]


def write_tickets(folder: Path, rows: RequestView) -> Path:
    """Service tickets: the names of groups above the headings."""
    frame = table(
        _TICKETS,
        {
            "服务单号": rows.ids(),
            "订单号": rows.order_ids(),
            "客户期望": rows.each("退货", "退款", "退款"),
            "服务单状态": rows.state("完成", "待收货", "待审核"),
            "一级申请原因": rows.same("其他"),
            "返回方式": rows.each("上门取件", "-", "-"),
            "售后申请时间": rows.time("requested"),
            "订单类型": rows.same("SOP"),
            "出库状态": rows.each("已出库", "已出库", "未出库"),
            "申请时订单状态": rows.each("完成", "完成", "等待出库"),
            "下单账号": rows.buyers(),
            "商品名称": rows.goods(),
            "商品数量": rows.same("1"),
            "退款金额": rows.money(),
            "审核结果": rows.state("同意", "同意", ""),
            "审核时间": rows.time("agreed"),
            "取件时间": rows.time("sent_back"),
            "商家收货时间": rows.time("got_back"),
            "处理结果": rows.state("退款", "", ""),
            "商家首次审核时间": rows.time("agreed"),
            "商家首次处理时间": rows.time("agreed"),
            "售后整体时长(H)": rows.hours(),
        },
    )
    width = len(frame.columns)
    groups = [_GROUPS[place // 6] if place % 6 == 0 else "" for place in range(width)]
    return write_xlsx(folder / f"服务单导出{rows.stamp}.xlsx", frame, above=groups)
