"""Chats in every form in which they reach us."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from .world import World, csv_bytes, table_rows, xlsx_bytes

CHAT = ["店铺", "会话ID", "会话开始时间", "会话结束时间", "客服账号", "买家昵称", "发送方", "发送时间", "消息类型", "消息内容", "订单号"]
DATA = Path(__file__).parents[3] / "shared" / "data"


def said(world: World) -> list[tuple[str, str, str]]:
    rows = world.facts("messages").sort("conversation_id", "seq")
    return [tuple(row) for row in rows.select("role", "kind", "text").rows()]


def line(who: str, when: str, text: str, **more: str) -> dict[str, str]:
    return {"会话ID": "c1", "客服账号": "小美", "买家昵称": "tb1", "发送方": who, "发送时间": when, "消息内容": text, **more}


def test_assumed_table(world: World) -> None:
    world.loaded("douyin/d/chat.csv", csv_bytes(
        CHAT, line("买家", "2025-09-01 10:00:00", "在吗"), line("买家", "2025-09-01 10:00:05", "我电话138 1234 5678"), line("机器人", "2025-09-01 10:00:06", "您好"),
        line("系统", "2025-09-01 10:00:10", "转人工"), line("客服", "2025-09-01 10:01:00", "在的,亲", 消息类型="文本"), line("买家", "2025-09-01 10:01:30", "图", 消息类型="图片"), line("客服", "2025-09-01 10:02:00", "撤回了一条消息", 消息类型="撤回"),
    ))  # fmt: skip
    messages = world.facts("messages").sort("seq")
    assert messages["text"].to_list()[:2] == ["在吗", "我电话[手机号]"] and messages["pii_kinds"].to_list()[:2] == [None, ["mobile"]]
    assert messages["seq"].to_list() == [1, 2, 3, 4, 5, 6, 7] and messages["round"].to_list() == [1, 1, 1, 1, 1, 2, 2]
    assert messages["kind"].to_list()[-2:] == ["image", "recall"] and messages["message_id"].n_unique() == 7
    talk = world.row("conversations")
    assert (talk["messages"], talk["agent_id"], talk["agents"], talk["is_offline_message"]) == (7, "小美", 1, None)
    assert talk["transferred_to_human_at"] == datetime(2025, 9, 1, 10, 0, 10)
    asks = world.facts("asks").sort("asked_at")
    assert asks["wait_human_seconds"].to_list() == [60.0, 55.0, 30.0] and asks["wait_any_seconds"].to_list() == [6.0, 1.0, 30.0]
    assert asks["opens_session"].to_list() == [True, False, False] and asks["opens_round"].to_list() == [True, False, True]


def test_template_tells_assist_robots_and_left_messages(world: World) -> None:
    names = ["会话ID", "客服账号", "买家昵称", "发送方", "发送时间", "消息类型", "消息内容"]
    world.loaded("jd/j/chat.csv", csv_bytes(names, {"会话ID": "1", "买家昵称": "a", "发送方": "买家", "发送时间": "2025-09-01 02:00:00", "消息类型": "离线留言", "消息内容": "有人吗"}, {"会话ID": "1", "发送方": "辅助机器人", "发送时间": "2025-09-01 02:00:01", "消息内容": "您好"}))
    assert world.row("conversations")["is_offline_message"] is True
    assert world.facts("messages").sort("seq")["assisted"].to_list() == [False, True]
    ask = world.row("asks")
    assert ask["wait_assisted_seconds"] == 1 and ask["wait_human_seconds"] is None and ask["is_offline_message"] is True and not ask["next_is_robot"]


CLIENT_FORMS = {
    "to": "tb1 --> 小店:小美 2025-09-01 10:00:00\r\n在吗\r\n有货吗\r\n小店:小美 --> tb1 2025-09-01 10:01:00\r\n有的\r\n已读\r\n",
    "glued": "tb12025-9-1 10:00:00\r\n在吗\r\n有货吗\r\n小店:小美2025-9-1 10:01:00\r\n有的\r\n未读\r\n",
    "spaced": "tb1 2025-09-01 10:00:00\r\n在吗\r\n有货吗\r\n\r\n小店:小美 2025-09-01 10:01:00\r\n有的\r\n",
    "brackets": "[tb1] 2025-09-01 10:00:00\n在吗\n有货吗\n[小店:小美] 2025-09-01 10:01:00\n有的\n",
    "two lines": "tb1\n2025-09-01 10:00:00\n在吗\n有货吗\n小店:小美\n2025-09-01 10:01:00\n有的\n已读\n",
    "web page": "2025-09-01\n10:00:00\n在吗\n有货吗\ntb1\n10:01:00\n有的\n小店:小美\n",
}  # fmt: skip


@pytest.mark.parametrize("form", CLIENT_FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_qianniu_text(world: World, form: str, encoding: str) -> None:
    world.loaded("taobao/t/聊天.txt", CLIENT_FORMS[form].encode(encoding))
    assert said(world) == [("buyer", "text", "在吗\n有货吗"), ("agent", "text", "有的")]
    messages = world.facts("messages").sort("seq")
    assert messages["agent_id"].to_list()[1] == "小美" and messages["sent_at"].to_list() == [datetime(2025, 9, 1, 10), datetime(2025, 9, 1, 10, 1)]
    assert messages["buyer_key"].n_unique() == 1 and world.row("asks")["wait_human_seconds"] == 60


def test_qianniu_recalls_hand_overs_cards_and_noise(world: World) -> None:
    world.put("taobao/t/聊天.txt", (
        "这一行不知从哪来\ntb1 --> 小店:小美 2025-09-01 10:00:00\n当前用户来自 商品详情页\n夏季连衣裙\n¥89.00\n"
        "小店:小美 撤回了一条消息\n由 小美 服务助手 转交给 小兰\n小店:小兰 --> tb1 2025-09-01 10:02:00\n您好\n发送中\n"
        "tb1 --> 小店:小兰 2025-09-01 10:03:00\n请在客户端查看原始聊天记录，网页版无法展示\n"
    ))  # fmt: skip
    report = world.read()
    assert report.totals() == {"read": 6, "loaded": 5, "superseded": 0, "quarantined": 1}
    assert world.quarantine()["code"].to_list() == ["not_a_message"] and world.quarantine()["row"].to_list() == [1]
    assert [(role, kind) for role, kind, _ in said(world)] == [("buyer", "product_card"), ("agent", "recall"), ("system", "text"), ("agent", "text"), ("buyer", "file")]
    assert world.row("conversations")["transferred_to_human_at"] == datetime(2025, 9, 1, 10)


def test_several_buyers_in_one_copy(world: World) -> None:
    world.loaded("taobao/t/聊天.txt", "tb1 2025-09-01 10:00:00\n甲\n店:a 2025-09-01 10:00:30\n答甲\ntb2 2025-09-01 11:00:00\n乙\n店:a 2025-09-01 11:00:30\n答乙\n")
    talks = world.facts("messages").group_by("conversation_id").agg(pl.col("text").sort_by("seq")).get_column("text").to_list()
    assert sorted(talks) == [["乙", "答乙"], ["甲", "答甲"]]


def test_one_sheet_per_buyer(world: World) -> None:
    names = ["客户名", "消息序号", "发送时间", "发送内容", "发送账号", "账号类型"]
    first = table_rows(names, {"客户名": "tb1", "消息序号": 1, "发送时间": "2025-09-01 10:00:00", "发送内容": "在吗", "发送账号": "tb1", "账号类型": "买家"}, {"客户名": "tb1", "消息序号": 2, "发送时间": "2025-09-01 10:00:00", "发送内容": "在", "发送账号": "小店:小美", "账号类型": "客服"})
    second = table_rows(names, {"客户名": "tb2", "消息序号": 1, "发送时间": "2025-09-01 11:00:00", "发送内容": "好", "发送账号": "tb2", "账号类型": "买家"})
    world.loaded("taobao/t/聊天.xlsx", xlsx_bytes(first, second, table_rows(["客户名", "消息数"], {"客户名": "tb1", "消息数": 2}), names=["tb1", "tb2", "导出汇总"]))
    messages = world.facts("messages")
    assert messages["conversation_id"].n_unique() == 2 and "tb1" not in str(messages.drop("text").rows())
    assert said(world).count(("agent", "text", "在")) == 1


SESSIONS = ["客服", "所在组织架构", "客户", "会话开始时间", "会话通路", "会话状态", "排队时长(秒)", "首次响应时长(秒)", "会话时长(秒)", "满意度评分", "会话消息数", "会话记录"]


def test_one_cell_transcripts(world: World) -> None:
    cell = "张三 2025-09-01 10:00:00\n在吗\n电话13812345678\n小美 2025-09-01 10:01:00\n在的"
    world.loaded("jd/j/会话.csv", csv_bytes(SESSIONS, {"客服": "小美", "客户": "张三", "会话开始时间": "2025-09-01 10:00:00", "会话记录": cell}, {"客服": "小美", "客户": "李四", "会话开始时间": "2025-09-02 10:00:00", "会话记录": "李四 2025-09-02 10:00:00\n好"}))
    assert sorted(said(world)) == [("agent", "text", "在的"), ("buyer", "text", "在吗\n电话[手机号]"), ("buyer", "text", "好")]
    assert world.facts("conversations").height == 2


def test_jd_chat_logs(world: World) -> None:
    rows = [
        {"waiter": "小美", "customer": "jd_a", "waiterSend": False, "createdTime": "2025-09-01 10:00:00", "content": "在吗#E-s01", "msgType": "text", "sid": "s1", "uuid": "u1", "revokeFlag": 0},
        {"waiter": "小美", "customer": "jd_a", "waiterSend": True, "createdTime": "2025-09-01 10:00:30", "content": "<p>您好&nbsp;亲</p><img src='x'>", "msgType": "text", "sid": "s1", "uuid": "u2", "revokeFlag": 0},
        {"waiter": "小美", "customer": "jd_a", "waiterSend": True, "createdTime": "2025-09-01 10:00:40", "content": "错了", "msgType": "text", "sid": "s1", "uuid": "u3", "revokeFlag": 1},
    ]
    world.loaded("jd/j/咚咚.json", json.dumps({"data": {"chatLogs": rows}}, ensure_ascii=False))
    assert said(world) == [("buyer", "text", "在吗[表情]"), ("agent", "text", "您好\xa0亲\n[图片]"), ("agent", "recall", "错了")]
    assert world.row("asks")["wait_human_seconds"] == 30 and world.facts("messages")["message_id"].to_list() == ["u1", "u2", "u3"]


def test_jd_full_logs_in_milliseconds(world: World) -> None:
    rows = [
        {"sid": "s1", "id": "1", "from": {"pin": "jd_a", "app": "im.customer"}, "to": {"pin": "店-小美", "app": "im.waiter"}, "body": {"type": "text", "content": "在吗"}, "datetime": 1756692000000},
        {"sid": "s1", "id": "2", "from": {"pin": "店-小美", "app": "im.waiter"}, "to": {"pin": "jd_a", "app": "im.customer"}, "body": {"type": "template", "tplData": {"sku": 1}}, "datetime": 1756692012000},
    ]
    world.loaded("jd/j/log.json", json.dumps(rows, ensure_ascii=False))
    messages = world.facts("messages").sort("seq")
    assert messages["role"].to_list() == ["buyer", "agent"] and messages["kind"].to_list() == ["text", "product_card"]
    assert messages["sent_at"][0] == datetime(2025, 9, 1, 10) and world.row("asks")["wait_human_seconds"] == 12


def test_pinduoduo_list_newest_first(world: World) -> None:
    buyer, desk = {"role": "user", "uid": "30"}, {"role": "mall_cs", "uid": "88", "cs_uid": "8801"}
    rows = [
        {"from": desk, "to": buyer, "content": "有的", "type": 0, "info": {}, "msg_id": "3", "ts": "1756692030"},
        {"from": buyer, "to": desk, "content": "[图片]", "type": 1, "info": {}, "msg_id": "2", "ts": "1756692000"},
        {"from": buyer, "to": desk, "content": "有货吗", "type": 0, "info": {}, "msg_id": "1", "ts": "1756692000"},
    ]
    world.loaded("pinduoduo/p/聊天.json", json.dumps({"success": True, "result": {"messages": rows, "has_more": False}}, ensure_ascii=False))
    assert said(world) == [("buyer", "text", "有货吗"), ("buyer", "image", "[图片]"), ("agent", "text", "有的")]
    assert world.facts("asks")["wait_human_seconds"].to_list() == [30, 30] and world.facts("messages")["agent_id"].to_list()[2] == "8801"


def test_conversation_across_midnight_of_a_month_end(world: World) -> None:
    world.loaded("douyin/d/chat.csv", csv_bytes(CHAT, line("买家", "2025-08-31 23:59:50", "在吗"), line("买家", "2025-09-01 00:00:10", "人呢"), line("客服", "2025-09-01 09:00:00", "在的")))
    facts = world.warehouse / "facts"
    store = "platform=douyin/store=d"
    assert sorted(path.parent.name for path in (facts / "messages" / store).rglob("*.parquet")) == ["month=2025-08"]
    assert sorted(f"{path.parent.name}/{path.name}" for path in (facts / "asks" / store).rglob("*.parquet")) == ["month=2025-08/part-2025-08.parquet", "month=2025-09/part-2025-08.parquet"]
    world.loaded("douyin/d/late.csv", csv_bytes(CHAT, line("买家", "2025-07-31 23:59:59", "最早一句"), line("客服", "2025-09-01 09:00:00", "在的")))
    assert sorted(path.parent.name for path in (facts / "messages" / store).rglob("*.parquet")) == ["month=2025-07"]
    assert world.facts("messages").height == 4 and world.row("conversations")["messages"] == 4 and world.facts("asks").height == 3


@pytest.mark.parametrize("turn", [0, 1])
def test_a_thread_cut_at_the_month_end_is_answered_by_the_next_months_file(tmp_path: Path, turn: int) -> None:
    world = World(tmp_path)
    files = [("a.txt", "tb1 --> 店:a 2025-12-31 23:59:00\n在吗\ntb2 --> 店:a 2025-12-31 23:59:30\n有人吗\n"),
             ("b.txt", "店:a --> tb1 2026-01-01 00:01:00\n在的\ntb1 --> 店:a 2026-01-01 00:02:00\n好\n店:a --> tb1 2026-01-01 00:02:05\n嗯\n")]  # fmt: skip
    for name, content in (files[turn], files[1 - turn]):
        world.loaded(f"taobao/t/{name}", content)
    asks = world.facts("asks").sort("asked_at")
    assert asks["wait_human_seconds"].to_list() == [120, None, 5] and asks["opens_session"].to_list() == [True, True, True]
    assert world.facts("conversations").height == 3


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here")
def test_five_real_dialogues(world: World) -> None:
    dialogues = json.loads((DATA / "u_need_examples" / "examples.json").read_text("utf-8"))
    names = ["会话ID", "买家昵称", "客服账号", "发送方", "发送时间", "消息内容"]
    rows = [
        {"会话ID": talk["sid"], "买家昵称": talk["userid"], "客服账号": talk["sellerid"], "发送方": turn["sender_type"], "发送时间": turn["time"], "消息内容": turn["send_content"]}
        for talk in dialogues for turn in talk["dialogue"]
    ]  # fmt: skip
    world.loaded("taobao/real/chat.csv", csv_bytes(names, *rows, encoding="gb18030"))
    assert world.facts("messages").height == len(rows) and world.facts("conversations").height == 5
    first = world.facts("asks").filter(pl.col("opens_session")).select("conversation_id", "wait_human_seconds")
    for talk in dialogues:
        turns = [(datetime.fromisoformat(turn["time"]), turn["sender_type"]) for turn in talk["dialogue"]]
        asked = next(at for at, who in turns if who == "用户")
        answered = next(at for at, who in turns[[who for _, who in turns].index("用户") :] if who == "客服")
        got = first.filter(pl.col("conversation_id") == talk["sid"])["wait_human_seconds"].item()
        assert got == (answered - asked).total_seconds()


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here")
def test_real_jd_sessions(world: World) -> None:
    """497 sessions without times: each begins at 09:00 of its own day and its lines are 20 seconds apart."""
    from datetime import timedelta

    lines = (DATA / "jddc_raw_sample" / "chat_first_half.txt").read_text("utf-8").splitlines()
    parts = [text.split("\t") for text in lines]
    days: dict[str, int] = {}
    count: dict[str, int] = {}
    rows = []
    for session, user, waiter, _moved, _again, _sku, text in (part for part in parts if len(part) == 7):
        day = days.setdefault(session, len(days))
        count[session] = count.get(session, -1) + 1
        at = datetime(2025, 1, 1, 9) + timedelta(days=day % 300, seconds=20 * count[session])
        rows.append({"会话ID": session, "买家昵称": user, "发送方": "客服" if waiter == "1" else "买家", "发送时间": str(at), "消息内容": text})
    report = world.loaded("jd/real/chat.csv", csv_bytes(["会话ID", "买家昵称", "发送方", "发送时间", "消息内容"], *rows))
    assert len(days) == 497 and report.totals()["loaded"] == len(rows) == len(parts)
    assert world.facts("conversations").height == 497
