"""Files that no platform hands out, in the project's own templates: logistics, complaints, presence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.clock import HOUR, NEVER, seconds
from pipeline.demo.desk import Complaint, Listing, Presence
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.writers.files import headings, table, write_csv
from pipeline.demo.writers.view import View, nicknames, stamps, yuan

_LOGISTICS = headings("订单号,发货时间,揽收时间,签收时间,运单号,快递公司")
_TRACKING = headings("订单号,运单号,时间,事件,所在城市")
_COMPLAINTS = headings(
    "投诉编号,订单号,买家昵称,投诉事项,是否监管投诉,投诉时间,受理时间,首次处理时间,结案时间,是否成立,结案方式"
)
_LISTINGS = headings("商品ID,快照时间,标题,详情文字,类目,价格,最低规格价,运费,是否包邮,库存")
_AGENT_STATUS = headings("客服账号,状态,开始时间,结束时间")
_STEP = 15 * HOUR  # no parcel stands still longer
_STATUS_WORDS = {"online": "在线", "rest": "小休", "offline": "离线"}
_CONCEPT_WORDS = {"abuse": "辱骂消费者", "late_shipment": "未按约定时间发货"}


def write_logistics(folder: Path, view: View) -> Path:
    """What order exports leave out: shipped, collected, signed for."""
    frame = table(
        _LOGISTICS,
        {
            "订单号": view.ids(),
            "发货时间": view.time("shipped"),
            "揽收时间": view.time("picked"),
            "签收时间": view.time("delivered"),
            "运单号": view.tracking,
            "快递公司": view.carrier,
        },
    ).filter(pl.Series(view.orders.shipped != NEVER))
    return write_csv(folder / f"物流信息{view.made_at:%Y%m%d%H%M}.csv", frame)


def write_tracking(folder: Path, view: View) -> Path:
    """Every parcel's way: collected, moved every fifteen hours or so, out for delivery, delivered."""
    orders, now = view.orders, seconds(view.made_at)
    sent = np.flatnonzero(orders.picked != NEVER)
    start = orders.picked[sent]
    there = np.where(orders.delivered[sent] == NEVER, now + HOUR, orders.delivered[sent])
    moves = np.maximum((there - start - 3 * HOUR) // _STEP, 0)
    row = np.repeat(np.arange(len(sent)), moves)
    place = np.arange(len(row)) - np.repeat(np.cumsum(moves) - moves, moves) + 1
    jitter = (row * 7_919 + place * 104_729) % 3_000
    known = orders.delivered[sent] != NEVER
    parts = [
        (np.arange(len(sent)), start, "已揽收"),
        (row, start[row] + place * _STEP - jitter, "运输中"),
        (np.flatnonzero(known), there[known] - 2 * HOUR, "派送中"),
        (np.flatnonzero(known), there[known], "已签收"),
    ]
    rows = np.concatenate([part[0] for part in parts])
    times = np.concatenate([part[1] for part in parts])
    events = [part[2] for part in parts for _ in range(len(part[0]))]
    kept = np.flatnonzero(times <= now)
    kept = kept[np.lexsort((times[kept], rows[kept]))]
    orders_of = sent[rows[kept]]
    frame = table(
        _TRACKING,
        {
            "订单号": view.ids().gather(orders_of),
            "运单号": view.tracking.gather(orders_of),
            "时间": stamps(times[kept]),
            "事件": pl.Series(events).gather(kept),
            "所在城市": view.region(1).gather(orders_of),
        },
    )
    return write_csv(folder / f"物流轨迹{view.made_at:%Y%m%d%H%M}.csv", frame)


def write_complaints(
    folder: Path, plan: Plan, store: Store, orders: Orders, complaints: Sequence[Complaint]
) -> list[Path]:
    """The merchant's list of complaints; none without one."""
    if not complaints:
        return []
    raised = np.array([complaint.raised for complaint in complaints], dtype=np.int64)
    buyers = np.array([complaint.buyer for complaint in complaints], dtype=np.int64)
    frame = table(
        _COMPLAINTS,
        {
            "投诉编号": pl.Series(
                [f"TS{store.number:02d}{complaint.number:06d}" for complaint in complaints]
            ),
            "订单号": pl.Series([orders.ids[c.order] if c.order >= 0 else "" for c in complaints]),
            "买家昵称": nicknames(store, buyers),
            "投诉事项": pl.Series([_CONCEPT_WORDS[complaint.concept] for complaint in complaints]),
            "是否监管投诉": pl.repeat("否", len(complaints), eager=True),
            "投诉时间": stamps(raised),
            "受理时间": stamps(raised + 300),
            "首次处理时间": stamps(raised + 1_500),
            "是否成立": pl.repeat("是", len(complaints), eager=True),
        },
    )
    return [write_csv(folder / f"投诉记录_{plan.exported_at:%Y%m%d%H%M%S}.csv", frame)]


def write_listings(folder: Path, plan: Plan, store: Store, listings: Sequence[Listing]) -> list[Path]:
    """What the shop sells, as listed on the last day."""
    count = len(listings)
    frame = table(
        _LISTINGS,
        {
            "商品ID": pl.Series([listing.item_id for listing in listings]),
            "快照时间": pl.repeat(f"{plan.listed_at:%Y-%m-%d %H:%M:%S}", count, eager=True),
            "标题": pl.Series([listing.title for listing in listings]),
            "类目": pl.repeat(store.category.name, count, eager=True),
            "价格": yuan(np.array([listing.price_fen for listing in listings], dtype=np.int64)),
            "库存": pl.repeat("500", count, eager=True),
        },
    )
    return [write_csv(folder / f"商品列表_{plan.exported_at:%Y%m%d%H%M%S}.csv", frame)]


def write_presence(folder: Path, plan: Plan, store: Store, presence: Sequence[Presence]) -> list[Path]:
    """Who was at the desk, span by span."""
    frame = table(
        _AGENT_STATUS,
        {
            "客服账号": pl.Series([store.agents[span.agent] for span in presence]),
            "状态": pl.Series([_STATUS_WORDS[span.status] for span in presence]),
            "开始时间": stamps(np.array([span.first for span in presence], dtype=np.int64)),
            "结束时间": stamps(np.array([span.last for span in presence], dtype=np.int64)),
        },
    )
    return [write_csv(folder / f"客服在线状态_{plan.exported_at:%Y%m%d%H%M%S}.csv", frame)]
