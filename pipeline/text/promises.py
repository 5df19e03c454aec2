"""Find what agents promise by when, with the date arithmetic of the sentence itself."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import polars as pl

from pipeline.tables import by_name

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
# what is promised, the more specific first: to send again is not to send
ABOUT = (
    ("reship", re.compile(r"补发|重发|重新发|换新.{0,4}寄|再发一[件个份]")),
    ("refund", re.compile(r"退款|退钱|退给[您你]|退还|到账")),
    ("invoice", re.compile(r"开票|发票")),
    ("compensation", re.compile(r"赔付|赔偿|补偿|返现|补差价")),
    ("callback", re.compile(r"回电|回访|联系[您你]|给[您你](?:一个)?(?:答复|回复|消息)|回复[您你]")),
    ("ship", re.compile(r"发货|发出|寄出|发走|出库|安排发")),
)
_WHEN = re.compile(
    rf"(?P<span>{_NUMBER})\s*(?:个)?\s*(?P<unit>分钟|小时|工作日|天|日)(?:之?内|以内)"
    r"|(?P<day>今天|今日|今晚|当天|当日|明天|明日|后天)(?P<half>上午|中午|下午)?"
)
# hedged, asked, refused or conditional: no promise
_HEDGED = re.compile(
    r"尽量|争取|预计|大概|大约|左右|可能|应该|一般|通常|前(?:付款|拍下|下单)|(?:付款|下单|拍下)后|拍照|不一定|不能保证|不保证|不敢保证|无法|不能|没法|没办法|如果|要是|"
    r"[吗么呢][?？]?$|[?？]|昨天|上次|之前|前天"
)
_DONE = re.compile(r"已经?(?:给[您你])?(?:退款|发货|发出|补发|寄出)")  # told, not promised
_CLAUSE = re.compile(r"[，,。！!；;\n~～ ]+")
_SCAN = "今天|今日|今晚|当天|当日|明天|明日|后天|内"


def find_promises(messages: pl.DataFrame) -> pl.DataFrame:
    """Return one row per promise in the messages of agents, with the columns of the table `promises`.

    `messages` has store_id, platform, message_id, conversation_id, sent_at, agent_id, role, kind, text.
    """
    said = messages.filter(
        (pl.col("role") == "agent") & (pl.col("kind") == "text") & pl.col("text").str.contains(_SCAN)
    )
    rows = [
        {**{name: row[name] for name in _KEYS}, "about": about, "due_at": due_at, "phrase": phrase}
        for row in said.select(*_KEYS, "text").iter_rows(named=True)
        for about, due_at, phrase in promises_in(row["text"], row["sent_at"])
    ]
    return pl.DataFrame(rows, schema=by_name()["promises"].polars_schema())


_KEYS = ("store_id", "platform", "message_id", "conversation_id", "sent_at", "agent_id")


def promises_in(text: str, sent_at: datetime) -> list[tuple[str, datetime, str]]:
    """The promises of one message: what about, due when (exclusive of later), in which words.

    Time and deed stand in one clause, or in neighbouring ones ('今天安排，给您发货').
    """
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    if _DONE.search(text):
        return []
    found: dict[str, tuple[str, datetime, str]] = {}
    for number, clause in enumerate(clauses):
        when = _WHEN.search(clause)
        if when is None or _HEDGED.search(clause):
            continue
        deed = _deed(clause)
        following = clauses[number + 1] if number + 1 < len(clauses) else ""
        if deed is None and following and not _HEDGED.search(following) and not _WHEN.search(following):
            deed = _deed(following)
            clause = f"{clause}，{following}"
        if deed is not None and deed not in found:
            found[deed] = (deed, _due(when, sent_at), clause)
    return list(found.values())


def _deed(clause: str) -> str | None:
    return next((about for about, pattern in ABOUT if pattern.search(clause)), None)


def _due(when: re.Match[str], sent_at: datetime) -> datetime:
    midnight = sent_at.replace(hour=0, minute=0, second=0, microsecond=0)
    if when["day"]:
        ahead = {"明天": 1, "明日": 1, "后天": 2}.get(when["day"], 0)
        hour = {"上午": 12, "中午": 14, "下午": 18}.get(when["half"] or "", 24)
        return midnight + timedelta(days=ahead, hours=hour)
    number = _number(when["span"])
    if when["unit"] == "分钟":
        return sent_at + timedelta(minutes=number)
    if when["unit"] == "小时":
        return sent_at + timedelta(hours=number)
    if when["unit"] == "工作日":
        return _workdays_after(sent_at, number)
    return sent_at + timedelta(days=number)


def _workdays_after(moment: datetime, number: int) -> datetime:
    """The same hour `number` working days later; Saturdays and Sundays are not counted."""
    while number > 0:
        moment += timedelta(days=1)
        number -= moment.weekday() < 5
    return moment


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" in text:
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS[text]
