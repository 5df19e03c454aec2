"""Chat exports: the common table, the Qianniu text copy, and the message lists of Pinduoduo and JD."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.chats import (
    AGENT,
    BUYER,
    IMAGE,
    NOBODY,
    ORDER_CARD,
    PRODUCT_CARD,
    RECALL,
    ROBOT,
    SYSTEM,
    Talks,
)
from pipeline.demo.clock import DAY, HOUR, Ints, moment
from pipeline.demo.messages import Messages
from pipeline.demo.orders import Orders
from pipeline.demo.plan import Plan, Store
from pipeline.demo.talk.pool import Pool
from pipeline.demo.writers.files import headings, table, write_csv
from pipeline.demo.writers.view import nicknames, stamps

_CHAT = headings(
    "店铺,会话ID,会话开始时间,会话结束时间,客服账号,买家昵称,发送方,发送时间,消息类型,消息内容,订单号"
)
_ROLES = pl.Series(["买家", "客服", "机器人", "系统"])
_KINDS = pl.Series(["文本", "图片", "商品卡片", "订单卡片", "撤回"])


def texts(pool: Pool, messages: Messages) -> pl.Series:
    """What every message says."""
    said = pl.Series(pool.sentences, dtype=pl.String).gather(messages.sentence)
    said = said.set(pl.Series(messages.kind == RECALL), "撤回了一条消息")
    if not messages.special:
        return said
    return said.scatter(list(messages.special), list(messages.special.values()))


def talk_ids(plan: Plan, store: Store, talks: Talks) -> pl.Series:
    """The number a platform gives a conversation."""
    days = pl.Series((talks.started // DAY).astype("int32")).cast(pl.Date).dt.strftime("%Y%m%d")
    place = pl.Series((np.arange(len(talks.started)) + 1).astype(str)).str.zfill(6)
    return f"{store.folder}-" + days + "-" + place


def write_talks(
    folder: Path, plan: Plan, store: Store, orders: Orders, talks: Talks, messages: Messages, pool: Pool
) -> list[Path]:
    """Write all chat files of a shop in the form that its plan names."""
    said = texts(pool, messages)
    names = nicknames(store, talks.buyer)
    if store.chat_file == "qianniu":
        return _qianniu(folder, store, names, talks, messages, said)
    if store.chat_file == "pinduoduo_json":
        return _pinduoduo(folder, names, talks, messages, said)
    if store.chat_file == "jd_json":
        return _jd(folder, plan, store, names, talks, messages, said)
    return _table(folder, plan, store, orders, names, talks, messages, said)


def _table(
    folder: Path,
    plan: Plan,
    store: Store,
    orders: Orders,
    names: pl.Series,
    talks: Talks,
    messages: Messages,
    said: pl.Series,
) -> list[Path]:
    """The common layout, one file for each month in which conversations began."""
    talk = messages.talk
    first = np.flatnonzero(np.diff(talk, prepend=-1))
    last = np.append(first[1:], len(talk)) - 1
    agents = pl.Series([*store.agents, ""])
    robots = talks.robot_only[talk] | (messages.role == ROBOT)
    desk = np.where(robots, len(store.agents), _seated(store, talks, messages))
    numbers = pl.Series([*orders.ids, ""], dtype=pl.String)
    frame = table(
        _CHAT,
        {
            "店铺": pl.repeat(store.name, len(talk), eager=True),
            "会话ID": talk_ids(plan, store, talks).gather(talk),
            "会话开始时间": stamps(messages.sent[first]).gather(talk),
            "会话结束时间": stamps(messages.sent[last]).gather(talk),
            "客服账号": agents.gather(desk),
            "买家昵称": names.gather(talk),
            "发送方": _ROLES.gather(messages.role),
            "发送时间": stamps(messages.sent),
            "消息类型": _KINDS.gather(messages.kind),
            "消息内容": said,
            "订单号": numbers.gather(np.where(talks.order[talk] == NOBODY, len(orders), talks.order[talk])),
        },
    )
    month = pl.Series((talks.started // DAY).astype("int32")).cast(pl.Date).dt.strftime("%Y-%m").gather(talk)
    paths = []
    made = plan.exported_at
    for (name,), part in frame.with_columns(month.alias("month")).group_by(["month"], maintain_order=True):
        path = folder / f"客服聊天明细_{name}_导出{made:%Y%m%d%H%M%S}.csv"
        paths.append(write_csv(path, part.drop("month")))
    return paths


def _seated(store: Store, talks: Talks, messages: Messages) -> Ints:
    """The agent to whom the conversation is assigned while a message is sent."""
    by = talks.by[messages.round]
    before = (by - talks.handed_over[messages.round]) % len(store.agents)
    return np.where((messages.role == AGENT) | (messages.role == SYSTEM), by, before)


def _qianniu(
    folder: Path, store: Store, names: pl.Series, talks: Talks, messages: Messages, said: pl.Series
) -> list[Path]:
    """Text copied from the client, a file for each week: "who --> to whom time", then what was said."""
    folder.mkdir(parents=True, exist_ok=True)
    speaker = [f"{store.name}:{agent}" for agent in store.agents]
    buyers = names.to_list()
    week_of = ((messages.sent[np.flatnonzero(np.diff(messages.talk, prepend=-1))] // DAY) + 3) // 7
    by_week: dict[int, list[str]] = {}
    rows = zip(
        messages.talk.tolist(),
        messages.role.tolist(),
        _seated(store, talks, messages).tolist(),
        messages.kind.tolist(),
        stamps(messages.sent).to_list(),
        said.to_list(),
        strict=True,
    )
    for talk, role, agent, kind, sent, text in rows:
        lines = by_week.setdefault(int(week_of[talk]), [])
        desk = speaker[max(agent, 0)]
        who, to = (buyers[talk], desk) if role == BUYER else (desk, buyers[talk])
        if role == SYSTEM:
            lines.append(f"{text.replace('转交', '服务助手 转交')}")
        else:
            lines += [f"{who} --> {to} {sent}", f"{who} 撤回了一条消息" if kind == RECALL else text]
            lines += ["已读"] if role == AGENT else []
    paths = []
    for week, lines in by_week.items():
        day = moment((week * 7 - 3) * DAY)
        path = folder / f"旺旺聊天记录_{day:%m%d}周.txt"
        path.write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8"))
        paths.append(path)
    return paths


def _pinduoduo(
    folder: Path, names: pl.Series, talks: Talks, messages: Messages, said: pl.Series
) -> list[Path]:
    """The back office's own answer to a list of messages: newest first, seconds since 1970 in UTC."""
    folder.mkdir(parents=True, exist_ok=True)
    buyers = names.to_list()
    by_buyer: dict[str, list[dict[str, object]]] = {}
    kinds = {IMAGE: 1, PRODUCT_CARD: 64, ORDER_CARD: 66, RECALL: 1002}
    rows = zip(
        messages.talk.tolist(),
        messages.role.tolist(),
        messages.agent.tolist(),
        messages.kind.tolist(),
        messages.sent.tolist(),
        said.to_list(),
        strict=True,
    )
    for place, (talk, role, agent, kind, sent, text) in enumerate(rows):
        if role == SYSTEM:
            continue
        buyer = {"role": "user", "uid": buyers[talk]}
        desk: dict[str, object] = {"role": "mall_cs", "uid": "88010033", "cs_uid": f"88010033{agent:02d}"}
        by_buyer.setdefault(buyers[talk], []).append(
            {
                "from": buyer if role == BUYER else desk,
                "to": desk if role == BUYER else buyer,
                "content": text,
                "type": kinds.get(kind, 0),
                "info": {},
                "msg_id": f"{1_700_000_000_000 + place * 13}",
                "ts": str(sent - 8 * HOUR),
            }
        )
    path = folder / "聊天记录_plateau_chat_list.json"
    pages = [
        {"success": True, "result": {"messages": said_to[::-1], "has_more": False}}
        for said_to in by_buyer.values()
    ]
    path.write_text(json.dumps(pages, ensure_ascii=False), encoding="utf-8")
    return [path]


def _jd(
    folder: Path,
    plan: Plan,
    store: Store,
    names: pl.Series,
    talks: Talks,
    messages: Messages,
    said: pl.Series,
) -> list[Path]:
    """Dongdong sessions with their chat logs; the list leaves robots and notices out."""
    folder.mkdir(parents=True, exist_ok=True)
    buyers, numbers = names.to_list(), talk_ids(plan, store, talks).to_list()
    logs: dict[int, list[dict[str, object]]] = {}
    rows = zip(
        messages.talk.tolist(),
        messages.role.tolist(),
        _seated(store, talks, messages).tolist(),
        messages.kind.tolist(),
        stamps(messages.sent).to_list(),
        said.to_list(),
        strict=True,
    )
    for place, (talk, role, agent, kind, sent, text) in enumerate(rows):
        if role not in (BUYER, AGENT):
            continue
        logs.setdefault(talk, []).append(
            {
                "waiter": store.agents[agent],
                "customer": buyers[talk],
                "xidBuyer": buyers[talk],
                "waiterSend": role == AGENT,
                "createdTime": sent,
                "content": text,
                "msgType": "image" if kind == IMAGE else "text",
                "imgUrl": None,
                "contentType": 0,
                "sid": numbers[talk],
                "uuid": f"{store.folder}-{place:08d}",
                "revokeFlag": 1 if kind == RECALL else 0,
                "revokeTime": None,
                "skuId": None,
            }
        )
    path = folder / f"咚咚聊天记录_{plan.exported_at:%Y%m%d%H%M%S}.json"
    path.write_text(
        json.dumps([row for talk in logs.values() for row in talk], ensure_ascii=False), encoding="utf-8"
    )
    return [path]
