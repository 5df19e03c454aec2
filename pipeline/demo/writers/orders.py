"""Order exports of the seven back offices, with the headings and quirks seen in public code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.clock import HOUR, NEVER, seconds
from pipeline.demo.writers.files import table, write_csv, write_xlsx
from pipeline.demo.writers.headings import (
    DOUYIN,
    JD,
    KUAISHOU,
    LOGISTICS,
    PINDUODUO,
    SUNING,
    TAOBAO,
    TAOBAO_ITEMS,
    TMALL,
)
from pipeline.demo.writers.view import CLOSED, View, nicknames

_TAOBAO_STATUS = ("等待买家付款", "买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功", "交易关闭", "买家已付款,等待卖家发货")
_MADE = "%Y%m%d%H%M"


def write_orders(folder: Path, view: View) -> list[Path]:
    """Write the order files of one shop as made at the view's moment."""
    return _WRITERS[view.store.platform](folder, view)


def write_logistics(folder: Path, view: View) -> Path:
    """The file that fills what order exports leave out: shipped, collected, signed for."""
    sent = view.orders.shipped != NEVER
    columns = {"订单号": view.ids(), "发货时间": view.time("shipped"), "揽收时间": view.time("picked"), "签收时间": view.time("delivered")}
    frame = table(LOGISTICS, columns).filter(pl.Series(sent))
    return write_csv(folder / f"物流信息{view.made_at:{_MADE}}.csv", frame)


def _taobao(folder: Path, view: View) -> list[Path]:
    orders = view.orders
    closed = view.status == CLOSED
    reason = np.where(closed, np.where(orders.paid == NEVER, "买家未付款", "退款"), "订单未关闭")
    frame = table(TAOBAO, {
        "订单编号": view.ids('="{}"'), "买家会员名": nicknames(view.store, orders.buyer), "买家应付货款": view.yuan(orders.paid_fen - orders.freight),
        "买家应付邮费": view.yuan(orders.freight), "买家支付积分": _same(view, "0"), "总金额": view.yuan(orders.paid_fen), "返点积分": _same(view, "0"),
        "买家实际支付金额": view.yuan(np.where(orders.paid == NEVER, 0, orders.paid_fen)), "买家实际支付积分": _same(view, "0"),
        "订单状态": view.pick(_TAOBAO_STATUS, view.status), "收货人姓名": view.receiver, "收货地址 ": view.address, "运送方式": _same(view, "快递"),
        "联系手机": "'" + view.phone, "订单创建时间": view.time("created"), "订单付款时间 ": view.time("paid"), "宝贝标题 ": view.goods,
        "宝贝种类 ": _same(view, "1"), "物流单号 ": view.tracking, "物流公司": view.carrier, "宝贝总数量": view.quantity(),
        "店铺Id": _same(view, "0"), "店铺名称": _same(view, view.store.name), "订单关闭原因": pl.Series(reason.tolist()),
        "卖家服务费": _same(view, "0"), "买家服务费": _same(view, "0元"), "是否手机订单": _same(view, "手机订单"), "是否是O2O交易": _same(view, "否"),
    })  # fmt: skip
    items = table(TAOBAO_ITEMS, {
        "订单编号": view.ids('="{}"'), "标题": view.goods, "价格": view.yuan(orders.price), "购买数量": view.quantity(), "商品属性": view.variant,
        "订单状态": view.pick(_TAOBAO_STATUS, view.status), "商家编码": "SKU" + pl.Series((orders.goods + 100).astype(str)),
    })  # fmt: skip
    made = f"{view.made_at:{_MADE}}"
    return [write_csv(folder / f"ExportOrderList{made}.csv", frame, encoding="gb18030"),
            write_csv(folder / f"ExportOrderDetailList{made}.csv", items, encoding="gb18030")]  # fmt: skip


def _tmall(folder: Path, view: View) -> list[Path]:
    orders = view.orders
    frame = table(TMALL, {
        "订单编号": view.ids(), "支付单号": view.ids("2025100122001{}"), "买家应付货款": view.yuan(orders.paid_fen - orders.freight), "买家应付邮费": view.yuan(orders.freight),
        "总金额": view.yuan(orders.paid_fen), "买家实付金额": view.yuan(np.where(orders.paid == NEVER, 0, orders.paid_fen)),
        "订单状态": view.pick(_TAOBAO_STATUS, view.status), "订单创建时间": view.time("created"), "订单付款时间": view.time("paid"),
        "发货时间": view.time("shipped"), "确认收货时间": view.time("finished"), "商品标题": view.goods, "宝贝总数量": view.quantity(),
        "商品属性SKU": view.variant, "店铺名称": _same(view, view.store.name), "物流单号": view.tracking, "物流公司": view.carrier,
    })  # fmt: skip
    return [write_xlsx(folder / f"ExportOrderList{view.made_at:{_MADE}}.xlsx", frame, wrong_dimension=True)]


def _jd(folder: Path, view: View) -> list[Path]:
    """Several rows an order: one row a piece, each repeating the amounts of the whole order."""
    orders = view.orders
    status = view.pick(("等待付款", "等待出库", "等待确认收货", "完成", "(删除)等待出库", "等待出库"), view.status).set(
        pl.Series((view.status == CLOSED) & (orders.paid == NEVER)), "(删除)等待付款确认"
    )
    frame = table(JD, {
        "订单号": view.ids("'{}\t"), "商品ID": "'" + pl.Series((100_020_000 + orders.goods * 37).astype(str)) + "\t", "商品名称": view.goods + " " + view.variant,
        "订购数量": _same(view, "1"), "支付方式": view.pick(("在线支付", "货到付款"), orders.cod.astype(np.int64)), "下单时间": view.time("created"),
        "京东价": view.yuan(orders.price), "订单金额": view.yuan(orders.paid_fen - orders.freight), "结算金额": view.yuan(orders.paid_fen), "余额支付": _same(view, "0.00"),
        "应付金额": view.yuan(orders.paid_fen), "订单状态": status, "订单类型": _same(view, "SOP"), "下单帐号": nicknames(view.store, orders.buyer) + "\t",
        "客户姓名": view.receiver.str.slice(0, 1) + "**", "客户地址": view.region(0) + view.region(1) + view.region(2) + "******", "联系电话": "'" + view.phone.str.slice(0, 3) + "****" + view.phone.str.slice(7),
        "发票类型": _same(view, "电子普通发票"), "运费金额": view.yuan(orders.freight), "付款确认时间": view.time("paid"),
        "订单完成时间": view.time("finished"), "订单来源": _same(view, "app"), "订单渠道": _same(view, "京东"),
    })  # fmt: skip
    pieces = np.repeat(np.arange(len(view)), np.where(orders.quantity > 1, 2, 1))
    twice = orders.quantity[pieces] > 1
    second = np.concatenate(([False], pieces[1:] == pieces[:-1]))
    count = np.where(twice, np.where(second, orders.quantity[pieces] - 1, 1), 1)
    frame = frame[pieces].with_columns(pl.Series("订购数量", count.astype(str)))
    encoding = "gb18030" if view.store.number % 2 else "utf-8-sig"
    return [write_csv(folder / f"订单导出_{view.made_at:%Y%m%d%H%M%S}.csv", frame, encoding=encoding)]


def _pinduoduo(folder: Path, view: View) -> list[Path]:
    orders = view.orders
    names = ("待支付", "待发货", "已发货，待签收", "已收货", "未发货，退款成功", "待发货")
    status = view.pick(names, view.status).set(pl.Series((view.status == CLOSED) & (orders.paid == NEVER)), "已取消")
    status = status.set(pl.Series((view.status == 2) & (orders.delivered != NEVER)), "已签收")
    after = np.where((view.status == CLOSED) & (orders.paid != NEVER), "退款成功", "无售后或售后取消")
    money = view.yuan(orders.paid_fen)
    frame = table(PINDUODUO, {
        "商品": view.goods, "订单号": view.ids("{}\t"), "订单状态": status, "商品总价(元)": view.yuan(orders.paid_fen - orders.freight), "邮费(元)": view.yuan(orders.freight),
        "店铺优惠折扣(元)": _same(view, "0"), "平台优惠折扣(元)": _same(view, "0"), "用户实付金额(元)": money, "商家实收金额(元)": money, "商品数量(件)": view.quantity(),
        "发货时间": view.time("shipped"), "确认收货时间": view.time("finished"), "商品id": pl.Series((620_001 + orders.goods).astype(str)), "商品规格": view.variant, "售后状态": pl.Series(after.tolist()),
        "快递单号": view.tracking, "快递公司": view.carrier, "订单成交时间": view.time("paid"), "是否分期": _same(view, "否"),
        "支付时间": view.time("paid"), "承诺发货时间": view.time("promised"), "省": view.region(0), "市": view.region(1),
    })  # fmt: skip
    return [write_xlsx(folder / f"orders_export{view.made_at:%Y-%m-%d-%H-%M-%S}.xlsx", frame, sheet="Sheet0")]


def _douyin(folder: Path, view: View) -> list[Path]:
    orders = view.orders
    status = view.pick(("待支付", "待发货", "已发货", "已完成", "已关闭", "待发货"), view.status)
    after = np.where((view.status == CLOSED) & (orders.paid != NEVER), "退款成功", "-")
    reason = np.where(view.status == CLOSED, np.where(orders.paid == NEVER, "超时未支付", "不想要了"), "-")
    frame = table(DOUYIN, {
        "主订单编号": view.ids("\t{}"), "子订单编号": view.ids("\t{}"), "选购商品": view.goods, "商品规格": view.variant, "商品数量": view.quantity(),
        "商品ID": "\t" + pl.Series((3_600_000_000_001 + orders.goods * 7).astype(str)), "商品单价": view.yuan(orders.price), "订单应付金额": view.yuan(orders.paid_fen), "运费": view.yuan(orders.freight),
        "优惠总金额": _same(view, "0.00"), "支付方式": view.pick(("支付宝", "微信", "抖音支付"), orders.buyer % 3), "手续费": _same(view, "0.00"), "收件人": view.receiver.str.slice(0, 1) + "**",
        "收件人手机号": view.phone.str.slice(0, 3) + "****" + view.phone.str.slice(7), "省": view.region(0), "市": view.region(1), "区": view.region(2), "街道": _same(view, "-"), "详细地址": _same(view, "****"),
        "是否修改过地址": _same(view, "否"), "订单提交时间": "\t" + view.time("created"), "订单完成时间": "\t" + view.time("finished", empty="-"),
        "支付完成时间": "\t" + view.time("paid", empty="-"), "APP渠道": _same(view, "抖音"), "流量来源": _same(view, "直播"), "订单状态": status, "承诺发货时间": "\t" + view.time("promised", empty="-"),
        "订单类型": _same(view, "普通订单"), "售后状态": pl.Series(after.tolist()), "取消原因": pl.Series(reason.tolist()), "发货时间": "\t" + view.time("shipped", empty="-"),
    })  # fmt: skip
    return [write_csv(folder / f"{seconds(view.made_at) - 8 * HOUR}_{view.store.folder}订单.csv", frame)]


def _kuaishou(folder: Path, view: View) -> list[Path]:
    orders = view.orders
    frame = table(KUAISHOU, {
        "订单号": view.ids(), "订单创建时间": view.time("created", "excel"), "订单支付时间": view.time("paid", "excel"), "订单状态": view.pick(("待付款", "待发货", "已发货", "交易成功", "交易关闭", "待发货"), view.status),
        "实付款": view.yuan(orders.paid_fen, "¥{}"), "快递费": view.yuan(orders.freight, "¥{}"), "店铺优惠": _same(view, "¥0.00"), "支付方式": view.pick(("微信", "支付宝"), orders.buyer % 2),
        "成交数量": view.quantity(), "账号明细": nicknames(view.store, orders.buyer), "售后状态": pl.Series(np.where((view.status == CLOSED) & (orders.paid != NEVER), "退款成功", "").tolist()),
        "预售/承诺发货时间": view.time("promised", "excel"), "商品名称": view.goods, "商品ID": pl.Series((22_000_001 + orders.goods).astype(str)), "商品规格": view.variant, "商品单价": view.yuan(orders.price, "¥{}"),
        "收货人姓名": view.receiver.str.slice(0, 1) + "*", "收货人电话": view.phone.str.slice(0, 3) + "****" + view.phone.str.slice(7), "收货地址-省": view.region(0), "收货地址-市": view.region(1), "收货地址-区": view.region(2),
        "收货地址": _same(view, "****"), "发货时间": view.time("shipped", "excel"), "快递公司": view.carrier, "快递单号": view.tracking,
    })  # fmt: skip
    return [write_xlsx(folder / f"订单导出{view.made_at:%Y%m%d%H%M%S}.xlsx", frame, wrong_dimension=True)]


def _suning(folder: Path, view: View) -> list[Path]:
    orders = view.orders
    frame = table(SUNING, {
        "订单号": view.ids(), "订单行号": view.ids("{}01"), "下单时间": view.time("created"), "付款时间": view.time("paid"), "发货时间": view.time("shipped"), "完成时间": view.time("finished"),
        "订单状态": view.pick(("待付款", "待发货", "已发货", "交易成功", "交易关闭", "待发货"), view.status), "商品编码": pl.Series((12_300_001 + orders.goods).astype(str)), "商品名称": view.goods + " " + view.variant,
        "数量": view.quantity(), "单价": view.yuan(orders.price), "订单金额": view.yuan(orders.paid_fen), "实付金额": view.yuan(np.where((orders.paid == NEVER) & ~orders.cod, 0, orders.paid_fen)),
        "运费": view.yuan(orders.freight), "物流公司": view.carrier, "运单号": view.tracking,
    })  # fmt: skip
    return [write_csv(folder / f"苏宁订单{view.made_at:%Y%m%d%H%M%S}.csv", frame)]


def _same(view: View, text: str) -> pl.Series:
    return pl.repeat(text, len(view), dtype=pl.String, eager=True)


_WRITERS: dict[str, Callable[[Path, View], list[Path]]] = {
    "taobao": _taobao, "tmall": _tmall, "jd": _jd, "pinduoduo": _pinduoduo, "douyin": _douyin,
    "kuaishou": _kuaishou, "suning": _suning,
}  # fmt: skip
