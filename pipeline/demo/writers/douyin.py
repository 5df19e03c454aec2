"""Douyin files: a CSV in UTF-8 with a mark and tabs before ids and times, a dash for nothing; after-sales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.clock import HOUR, NEVER, seconds
from pipeline.demo.writers.files import headings, table, write_csv, write_xlsx
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import CLOSED, View

_ORDERS = headings("""
主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,
订单应付金额,运费,优惠总金额,平台优惠,商家优惠,达人优惠,商家改价,支付优惠,红包抵扣,
支付方式,手续费,收件人,收件人手机号,省,市,区,街道,详细地址,是否修改过地址,
地址修改时段,买家留言,订单提交时间,旗帜颜色,商家备注,订单完成时间,支付完成时间,
APP渠道,流量来源,订单状态,承诺发货时间,订单类型,鲁班落地页ID,达人ID,达人昵称,
所属门店ID,售后状态,取消原因,预约发货时间,仓库ID,仓库名称,序列号,是否安心购,
广告渠道,流量类型,流量体裁,流量渠道,发货主体,发货主体明细,发货时间,降价类优惠,
平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额,预计送达时间,
是否平台仓自流转,车型,商品69码,发货SN码,发货IMEI码1,发货IMEI码2,
预约送达时间,建议发货时间（起）,建议发货时间（止）,物流SN码,物流IMEI码1,
物流IMEI码2
""")
_AFTERSALES = headings("""
售后单号,订单号,商品单号,商品名称,商品ID,商家编码,商品发货状态,售后类型,售后状态,
退款方式,退商品金额（元）,退运费金额（元）,退税费金额（元）,退支付优惠（元）,售后原因,
售后原因标签,售后申请时间,同意售后申请时间,退货物流单号,退货发货时间,商家退款时间,
用户到账时间,售后关闭时间,售后完结时间,仲裁状态,纠纷责任方
""")
_STATUS = ("待支付", "待发货", "已发货", "已完成", "已关闭", "待发货")


def write_orders(folder: Path, view: View) -> list[Path]:
    """Orders; the file's name begins with the second in which it was made."""
    orders = view.orders
    closed = np.where(orders.paid == NEVER, "超时未支付", "不想要了")
    reason = np.where(view.status == CLOSED, closed, "-")
    frame = table(
        _ORDERS,
        {
            "主订单编号": view.ids("\t{}"),
            "子订单编号": view.ids("\t{}"),
            "选购商品": view.goods,
            "商品规格": view.variant,
            "商品数量": view.quantity(),
            "商品ID": "\t" + view.number(3_600_000_000_001, 7),
            "商品单价": view.yuan(orders.price),
            "订单应付金额": view.yuan(orders.paid_fen),
            "运费": view.yuan(orders.freight),
            "优惠总金额": view.same("0.00"),
            "支付方式": view.pick(("支付宝", "微信", "抖音支付"), orders.buyer % 3),
            "手续费": view.same("0.00"),
            "收件人": view.masked_name(),
            "收件人手机号": view.masked_phone(),
            "省": view.region(0),
            "市": view.region(1),
            "区": view.region(2),
            "街道": view.same("-"),
            "详细地址": view.same("****"),
            "是否修改过地址": view.same("否"),
            "订单提交时间": "\t" + view.time("created"),
            "订单完成时间": "\t" + view.time("finished", empty="-"),
            "支付完成时间": "\t" + view.time("paid", empty="-"),
            "APP渠道": view.same("抖音"),
            "流量来源": view.same("直播"),
            "订单状态": view.pick(_STATUS, view.status),
            "承诺发货时间": "\t" + view.time("promised", empty="-"),
            "订单类型": view.same("普通订单"),
            "售后状态": view.refunded_before_shipping("退款成功", "-"),
            "取消原因": pl.Series(reason.tolist()),
            "发货时间": "\t" + view.time("shipped", empty="-"),
        },
    )
    made = seconds(view.made_at) - 8 * HOUR
    return [write_csv(folder / f"{made}_{view.store.folder}订单.csv", frame)]


def write_aftersales(folder: Path, rows: RequestView) -> Path:
    """After-sales with the time of every step."""
    frame = table(
        _AFTERSALES,
        {
            "售后单号": "\t" + rows.ids(),
            "订单号": "\t" + rows.order_ids(),
            "商品单号": "\t" + rows.order_ids(),
            "商品名称": rows.goods(),
            "商品发货状态": rows.each("1/1已发货", "1/1已发货", "未发货"),
            "售后类型": rows.each("退货退款", "已发货退款", "未发货退款"),
            "售后状态": rows.state("同意退款，退款成功", "待买家退货", "待商家处理"),
            "退款方式": rows.same("原路退款"),
            "退商品金额（元）": rows.money("¥{}"),
            "退运费金额（元）": rows.same("-"),
            "售后原因": rows.same("不喜欢/效果不好"),
            "售后申请时间": rows.time("requested"),
            "同意售后申请时间": rows.time("agreed", empty="-"),
            "退货发货时间": rows.time("sent_back", empty="-"),
            "商家退款时间": rows.time("refunded", empty="-"),
            "用户到账时间": rows.time("refunded", empty="-"),
            "售后完结时间": rows.time("refunded", empty="-"),
            "仲裁状态": rows.same("-"),
        },
    )
    return write_xlsx(folder / f"售后单-{rows.made_at:%Y-%m-%d %H_%M_%S}.xlsx", frame)
