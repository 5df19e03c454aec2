"""Taobao and Tmall files as Qianniu writes them: classic CSV in GB18030, workbooks of 2025, refunds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.clock import NEVER
from pipeline.demo.writers.files import headings, table, write_csv, write_xlsx
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import CLOSED, View, nicknames

_ORDERS = headings("""
订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,
返点积分,买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,
运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,
物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,
买家服务费,发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,定金排名,
修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易
""")
_ITEMS = headings("""
订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码
""")
_ORDERS_2025 = headings("""
订单编号,支付单号,支付详情,买家应付货款,买家应付邮费,总金额,买家实付金额,订单状态,
订单创建时间,订单付款时间,发货时间,确认收货时间,商品标题,宝贝总数量,商家编码,退款金额,
是否主动赔付,主动赔付金额,主动赔付出账时间,商品属性SKU,C2B小额收款,
确认收货打款金额,含应开票给个人红包,总金额(旧版),店铺名称,物流单号,物流公司,商家备注
""")
_REFUNDS = headings("""
订单编号,退款编号,退款总额,退给买家金额,退给平台金额,货物状态,售后类型,商品id,
宝贝标题,退款申请时间,退款完结时间,退款状态,买家退款原因
""")
_REFUNDS_2017 = headings("""
订单编号,退款编号,支付宝交易号,订单付款时间,商家编码,退款完结时间,买家会员名称,
买家实际支付金额,宝贝标题,买家退款金额,手工退款/系统退款,是否需要退货,退款的申请时间,
超时时间,退款状态,货物状态,退货物流信息,发货物流信息,客服介入状态,卖家真实姓名,
卖家退货地址,卖家邮编,卖家电话,卖家手机,退货物流单号,退货物流公司,买家退款原因,
买家退款说明,买家退货时间,责任方,售中或售后,商家备注,完结时间,部分退款/全部退款,
审核操作人,举证超时,是否零秒响应,退款操作人,主数据编码
""")
_STATUS = (
    "等待买家付款",
    "买家已付款，等待卖家发货",
    "卖家已发货，等待买家确认",
    "交易成功",
    "交易关闭",
    "买家已付款,等待卖家发货",
)


def write_classic(folder: Path, view: View) -> list[Path]:
    """The order CSV without a ship time, and the item report."""
    orders = view.orders
    closed = np.where(orders.paid == NEVER, "买家未付款", "退款")
    reason = np.where(view.status == CLOSED, closed, "订单未关闭")
    frame = table(
        _ORDERS,
        {
            "订单编号": view.ids('="{}"'),
            "买家会员名": nicknames(view.store, orders.buyer),
            "买家应付货款": view.yuan(view.goods_fen()),
            "买家应付邮费": view.yuan(orders.freight),
            "买家支付积分": view.same("0"),
            "总金额": view.yuan(orders.paid_fen),
            "返点积分": view.same("0"),
            "买家实际支付金额": view.paid_or_nothing(),
            "买家实际支付积分": view.same("0"),
            "订单状态": view.pick(_STATUS, view.status),
            "收货人姓名": view.receiver,
            "收货地址 ": view.address,
            "运送方式": view.same("快递"),
            "联系手机": "'" + view.phone,
            "订单创建时间": view.time("created"),
            "订单付款时间 ": view.time("paid"),
            "宝贝标题 ": view.goods,
            "宝贝种类 ": view.same("1"),
            "物流单号 ": view.tracking,
            "物流公司": view.carrier,
            "宝贝总数量": view.quantity(),
            "店铺Id": view.same("0"),
            "店铺名称": view.same(view.store.name),
            "订单关闭原因": pl.Series(reason.tolist()),
            "卖家服务费": view.same("0"),
            "买家服务费": view.same("0元"),
            "是否手机订单": view.same("手机订单"),
            "是否是O2O交易": view.same("否"),
        },
    )
    items = table(
        _ITEMS,
        {
            "订单编号": view.ids('="{}"'),
            "标题": view.goods,
            "价格": view.yuan(orders.price),
            "购买数量": view.quantity(),
            "商品属性": view.variant,
            "订单状态": view.pick(_STATUS, view.status),
            "商家编码": "SKU" + view.number(100),
        },
    )
    made = f"{view.made_at:%Y%m%d%H%M}"
    return [
        write_csv(folder / f"ExportOrderList{made}.csv", frame, encoding="gb18030"),
        write_csv(folder / f"ExportOrderDetailList{made}.csv", items, encoding="gb18030"),
    ]


def write_2025(folder: Path, view: View) -> list[Path]:
    """The order workbook with a ship time."""
    orders = view.orders
    frame = table(
        _ORDERS_2025,
        {
            "订单编号": view.ids(),
            "支付单号": view.ids("2025100122001{}"),
            "买家应付货款": view.yuan(view.goods_fen()),
            "买家应付邮费": view.yuan(orders.freight),
            "总金额": view.yuan(orders.paid_fen),
            "买家实付金额": view.paid_or_nothing(),
            "订单状态": view.pick(_STATUS, view.status),
            "订单创建时间": view.time("created"),
            "订单付款时间": view.time("paid"),
            "发货时间": view.time("shipped"),
            "确认收货时间": view.time("finished"),
            "商品标题": view.goods,
            "宝贝总数量": view.quantity(),
            "商品属性SKU": view.variant,
            "店铺名称": view.same(view.store.name),
            "物流单号": view.tracking,
            "物流公司": view.carrier,
        },
    )
    path = folder / f"ExportOrderList{view.made_at:%Y%m%d%H%M}.xlsx"
    return [write_xlsx(path, frame, wrong_dimension=True)]


def write_refunds(folder: Path, rows: RequestView) -> Path:
    """Refunds in the columns seen of the layout of 2025."""
    frame = table(
        _REFUNDS,
        {
            "订单编号": rows.order_ids(),
            "退款编号": rows.ids(),
            "退款总额": rows.money(),
            "退给买家金额": rows.money(),
            "退给平台金额": rows.same("0.00"),
            "货物状态": rows.each("已寄回", "已收到货", "未发货"),
            "售后类型": rows.each("退货退款", "仅退款", "仅退款"),
            "宝贝标题": rows.goods(),
            "退款申请时间": rows.time("requested"),
            "退款完结时间": rows.time("refunded"),
            "退款状态": rows.state("退款成功", "等待买家退货", "等待卖家同意"),
            "买家退款原因": rows.same("多拍/拍错/不想要"),
        },
    )
    return write_xlsx(folder / f"退款单{rows.stamp}.xlsx", frame)


def write_refunds_2017(folder: Path, rows: RequestView) -> Path:
    """Refunds in the 39 columns of 2017."""
    frame = table(
        _REFUNDS_2017,
        {
            "订单编号": rows.order_ids(),
            "退款编号": rows.ids(),
            "订单付款时间": rows.paid_at(),
            "退款完结时间": rows.time("refunded"),
            "买家会员名称": rows.buyers(),
            "买家实际支付金额": rows.paid(),
            "宝贝标题": rows.goods(),
            "买家退款金额": rows.money(),
            "手工退款/系统退款": rows.same("手工退款"),
            "是否需要退货": rows.each("需要退货", "不需要退货", "不需要退货"),
            "退款的申请时间": rows.time("requested"),
            "退款状态": rows.state("退款成功", "退款处理中", "等待卖家同意"),
            "货物状态": rows.each("已寄回", "已收到货", "未发货"),
            "客服介入状态": rows.same("不需要客服介入"),
            "买家退款原因": rows.same("多拍/拍错/不想要"),
            "买家退货时间": rows.time("sent_back"),
            "售中或售后": rows.each("售后", "售后", "售中"),
            "完结时间": rows.time("refunded"),
            "部分退款/全部退款": rows.same("全部退款"),
        },
    )
    return write_xlsx(folder / f"退款单{rows.stamp}.xlsx", frame)
