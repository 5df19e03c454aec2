"""Kuaishou files: workbooks with ¥ before money, times as spreadsheets write them and a wrong used range."""

from __future__ import annotations

from pathlib import Path

from pipeline.demo.writers.files import headings, table, write_xlsx
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import View, nicknames

_ORDERS = headings("""
订单号,赠品订单号,活动订单编号,订单创建时间,订单支付时间,预售定金支付时间,订单状态,
实付款,快递费,店铺优惠,平台补贴,主播补贴,混资活动优惠,支付优惠,支付方式,成交数量,
买家留言,账号类型,账号明细,订单备注,旗帜颜色,售后状态,活动订单,预售/承诺发货时间,
订单载体,商品名称,商品ID,商品规格,SKU编码,商品单价,渠道,CPS达人ID,
CPS达人昵称,预估推广佣金,预估推广者分佣比例,团长ID,团长昵称,快赚客ID,快赚客昵称,
授权推广者ID,授权推广者昵称,收货人姓名,收货人电话,收货地址-省,收货地址-市,
收货地址-区,收货地址-街道,收货地址,发货时间,快递公司,快递单号,物流信息,集运类型,
直邮类型,仓库名称,仓库地址,实名姓名,服务门店ID,服务门店名称,服务门店地址,
国补/类国补/消费券
""")
# Of these, number, goods and the two last times are assumed: the public lists are cut off.
_AFTERSALES = headings("""
售后单号,订单编号,售后状态,售后类型,货物状态,售后申请时间,退款金额,商家处理时间,
退款成功时间
""")
_STATUS = ("待付款", "待发货", "已发货", "交易成功", "交易关闭", "待发货")


def write_orders(folder: Path, view: View) -> list[Path]:
    """Orders in 61 columns."""
    orders = view.orders
    frame = table(
        _ORDERS,
        {
            "订单号": view.ids(),
            "订单创建时间": view.time("created", "excel"),
            "订单支付时间": view.time("paid", "excel"),
            "订单状态": view.pick(_STATUS, view.status),
            "实付款": view.yuan(orders.paid_fen, "¥{}"),
            "快递费": view.yuan(orders.freight, "¥{}"),
            "店铺优惠": view.same("¥0.00"),
            "支付方式": view.pick(("微信", "支付宝"), orders.buyer % 2),
            "成交数量": view.quantity(),
            "账号明细": nicknames(view.store, orders.buyer),
            "售后状态": view.refunded_before_shipping("退款成功", ""),
            "预售/承诺发货时间": view.time("promised", "excel"),
            "商品名称": view.goods,
            "商品ID": view.number(22_000_001),
            "商品规格": view.variant,
            "商品单价": view.yuan(orders.price, "¥{}"),
            "收货人姓名": view.masked_name("*"),
            "收货人电话": view.masked_phone(),
            "收货地址-省": view.region(0),
            "收货地址-市": view.region(1),
            "收货地址-区": view.region(2),
            "收货地址": view.same("****"),
            "发货时间": view.time("shipped", "excel"),
            "快递公司": view.carrier,
            "快递单号": view.tracking,
        },
    )
    path = folder / f"订单导出{view.made_at:%Y%m%d%H%M%S}.xlsx"
    return [write_xlsx(path, frame, wrong_dimension=True)]


def write_aftersales(folder: Path, rows: RequestView) -> Path:
    """After-sales."""
    frame = table(
        _AFTERSALES,
        {
            "售后单号": rows.ids(),
            "订单编号": rows.order_ids(),
            "售后状态": rows.state("售后成功", "待买家退货", "待商家处理"),
            "售后类型": rows.each("退货退款", "仅退款", "仅退款"),
            "货物状态": rows.each("已收货", "已收货", "未发货"),
            "售后申请时间": rows.time("requested", "excel"),
            "退款金额": rows.money("¥{}"),
            "商家处理时间": rows.time("agreed", "excel"),
            "退款成功时间": rows.time("refunded", "excel"),
        },
    )
    return write_xlsx(folder / f"售后列表{rows.stamp}.xlsx", frame, wrong_dimension=True)
