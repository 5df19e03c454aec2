"""Which module writes which platform's orders and after-sales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.demo.desk import Request
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.writers import douyin, jd, kuaishou, pinduoduo, suning, taobao
from pipeline.demo.writers.requests import RequestView
from pipeline.demo.writers.view import View

_ORDERS: dict[str, Callable[[Path, View], list[Path]]] = {
    "taobao": taobao.write_classic,
    "tmall": taobao.write_2025,
    "jd": jd.write_orders,
    "pinduoduo": pinduoduo.write_orders,
    "douyin": douyin.write_orders,
    "kuaishou": kuaishou.write_orders,
    "suning": suning.write_orders,
}
_REQUESTS: dict[str, Callable[[Path, RequestView], Path]] = {
    "taobao": taobao.write_refunds,
    "tmall": taobao.write_refunds_2017,
    "jd": jd.write_tickets,
    "pinduoduo": pinduoduo.write_aftersales,
    "douyin": douyin.write_aftersales,
    "kuaishou": kuaishou.write_aftersales,
    "suning": suning.write_aftersales,
}


def write_orders(folder: Path, view: View) -> list[Path]:
    """Write the order files of one shop as made at the view's moment."""
    return _ORDERS[view.store.platform](folder, view)


def write_requests(
    folder: Path, plan: Plan, store: Store, orders: Orders, requests: Sequence[Request]
) -> list[Path]:
    """Write the after-sales file of a shop; none if nobody asked for anything."""
    if not requests:
        return []
    rows = RequestView(store, orders, requests, plan.exported_at)
    return [_REQUESTS[store.platform](folder, rows)]
