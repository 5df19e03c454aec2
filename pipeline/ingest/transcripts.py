"""Read chats copied as text: the Qianniu client's copy, its web page's copy, and transcripts held in one cell."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from pipeline.ingest.findings import QUARANTINE, shown_value
from pipeline.ingest.values import read_cells

_WHEN = r"(20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s+\d{1,2}:\d{2}(?::\d{2})?)"
_TO = rf"^(.{{1,80}}?)\s*-->\s*(.{{1,80}}?)\s+{_WHEN}$"
_BRACKET = rf"^\[([^\]]{{1,80}})\]\s*{_WHEN}$"
_NAMED = rf"^([^\s\[].{{0,80}}?)\s*[:：]?\s*{_WHEN}$"
_ALONE = rf"^{_WHEN}$"
_CLOCK = r"^\d{1,2}:\d{2}:\d{2}$"
_DAY = r"^(20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)(?:\s*(?:星期|周).)?$"
_STATUS = r"^(?:已读|未读|发送中|发送失败|送达)$"
_NOISE = r"^(?:当前用户来自|以上是历史消息|以下是新消息|对方正在输入|查看更多消息|加载更多)|^商品详情页$"
_RECALL = r"^(.{1,80}?)\s?撤回了一条消息$"
_EVENT = r"^由.{0,40}转交给|转接给|服务助手.{0,10}转交|^已转人工|接入会话$"
_CARD = r"(?m)^¥\s?\d|(?:item\.taobao|detail\.tmall|item\.jd|yangkeduo)\.com/\S*(?:id=|\d)|^\[?商品卡片\]?"
_WEB_ONLY = "请在客户端查看原始聊天记录，网页版无法展示"


@dataclass(frozen=True)
class Talk:
    """A transcript's messages, the lines that belong to none, and how many lines were status or noise."""

    messages: pl.DataFrame
    orphans: pl.DataFrame | None = None
    skipped: int = 0


def is_transcript(text: str) -> bool:
    """Whether the first lines hold message headers of one of the copied forms."""
    lines = [line.strip() for line in text.splitlines()[:400] if line.strip()]
    headers = (_TO, _BRACKET, _NAMED, _ALONE)
    if any(re.match(header, line) for line in lines for header in headers):
        return True
    return any(re.match(_CLOCK, line) for line in lines) and any(re.match(_DAY, line) for line in lines)


def read_transcript(text: str, staff: Collection[str] = ()) -> Talk:
    """The messages of copied text, in the columns of ``spoken.SPOKEN``.

    Staff are the speakers written ``店铺:子账号``, their shop's name, and ``staff``; everybody else is a buyer.
    """
    lines = pl.DataFrame({"line": text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}, schema={"line": pl.String})
    lines = lines.with_columns(pl.col("line").str.strip_chars(" \t\u3000\ufeff"), pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"))
    web = not lines.select(pl.any_horizontal(pl.col("line").str.contains(h).any() for h in (_TO, _BRACKET, _NAMED, _ALONE))).item()
    return _web(lines, staff) if web else _client(lines, staff)


def read_transcripts(cells: pl.DataFrame) -> Talk:
    """The messages of transcripts held in cells: ``row``, ``text``, and the session's agent, buyer and number.

    A speaker is the session's buyer when the name is the buyer's, or a word for one; everybody else is staff.
    """
    lines = cells.with_columns(pl.col("text").str.replace_all("\r\n?", "\n").str.split("\n").alias("line")).explode("line")
    lines = lines.with_columns(pl.col("line").str.strip_chars(" \t\u3000\ufeff"))
    found, orphans, skipped = _headed(lines, "row")
    known = cells.select("row", "agent_id", pl.col("buyer_key").str.strip_chars().alias("buyer"), "conversation_id")
    found = found.rename({"source_row": "row"}).join(known, on="row", how="left", maintain_order="left").rename({"row": "source_row"})
    who = pl.col("who")
    theirs = (who == pl.col("buyer")) | who.str.contains("^(?:客户|买家|访客|用户|顾客|消费者)")
    robot = who.str.contains("机器人|智能")
    role = (
        pl.when(pl.col("event") & ~pl.col("recall")).then(pl.lit("system")).when(theirs.fill_null(False)).then(pl.lit("buyer"))
        .when(robot).then(pl.lit("robot")).when(who.is_not_null()).then(pl.lit("agent"))
    )  # fmt: skip
    # Several sessions of a buyer without numbers stay apart: a session is its row.
    messages = found.select(
        "source_row", "sent_at", role.alias("role"), "buyer", "conversation_id", pl.coalesce("agent_id", pl.when(~theirs).then(who)).alias("agent_id"),
        _kind(pl.col("text")).alias("kind"), "text", pl.int_range(pl.len(), dtype=pl.Int64).alias("message_seq"),
    )  # fmt: skip
    return Talk(messages, _orphans(orphans), skipped)


def _client(lines: pl.DataFrame, staff: Collection[str]) -> Talk:
    """Header line(s), then what was said, until the next header."""
    messages, orphans, skipped = _headed(lines, None)
    return Talk(_people(messages, staff), _orphans(orphans), skipped)


def _headed(lines: pl.DataFrame, group: str | None) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Messages (source_row, who, to, sent_at, event, recall, text), lines before any header, and lines left out.

    ``group`` names the column that keeps transcripts apart.
    """
    filled = lines.filter(pl.col("line") != "")
    noise = filled.select((pl.col("line").str.contains(_STATUS) | pl.col("line").str.contains(_NOISE)).alias("n")).to_series()
    filled = filled.filter(~noise)
    line = pl.col("line")
    to, bracket, named = (line.str.extract_groups(form) for form in (_TO, _BRACKET, _NAMED))
    filled = filled.with_columns(
        pl.coalesce(to.struct.field("1"), bracket.struct.field("1"), named.struct.field("1")).alias("who"),
        to.struct.field("2").alias("to"),
        pl.coalesce(to.struct.field("3"), bracket.struct.field("2"), named.struct.field("2"), line.str.extract(_ALONE)).alias("when"),
    )  # fmt: skip
    header = pl.col("when").is_not_null()
    first = (pl.col(group) != pl.col(group).shift(1)).fill_null(True) if group else pl.int_range(pl.len()) == 0
    alone = header & pl.col("who").is_null() & ~first
    named_above = (alone.shift(-1).fill_null(False)) & ~header
    filled = filled.with_columns(
        pl.when(alone).then(line.shift(1)).otherwise(pl.col("who")).str.strip_chars(" :：").alias("who"), named_above.alias("is_name"), first.alias("first")
    )
    filled = filled.with_columns((pl.col("first") | (pl.col("first").shift(1) & pl.col("is_name").shift(1))).fill_null(True).alias("first"))
    filled = filled.filter(~pl.col("is_name"))
    after_header = header.shift(1).fill_null(False) & ~pl.col("first")
    recall = line.str.contains(_RECALL) & ~header & ~after_header
    event = line.str.contains(_EVENT) & ~header & ~after_header
    filled = filled.with_columns((recall | event).alias("event"), recall.alias("recall"))
    opens = header | pl.col("event")
    filled = filled.with_columns((opens | pl.col("first")).cast(pl.Int64).cum_sum().alias("n"), opens.alias("opens"))
    headless = pl.col("opens").first().over("n").not_()
    orphans = filled.filter(headless)
    said = line.filter(pl.col("when").is_null())
    messages = filled.filter(~headless).group_by("n", maintain_order=True).agg(
        pl.col("row").first().alias("source_row"), pl.col("who").first(), pl.col("to").first(), pl.col("when").first(),
        pl.col("event").first(), pl.col("recall").first(), said.str.join("\n").alias("text"),
    )  # fmt: skip
    who_recalled = pl.col("text").str.extract(_RECALL)
    sent, _ = read_cells("timestamp", messages.get_column("when"))
    # A hand-over or recall notice bears no time of its own: it follows the message before it.
    time = pl.col("sent_at")
    filled_in = time.forward_fill().over("source_row").backward_fill().over("source_row") if group else time.forward_fill().backward_fill()
    messages = messages.with_columns(
        sent.alias("sent_at"), pl.when(pl.col("recall")).then(who_recalled).otherwise(pl.col("who")).alias("who")
    ).with_columns(filled_in.alias("sent_at"))
    return messages, orphans, int(noise.sum())


def _web(lines: pl.DataFrame, staff: Collection[str]) -> Talk:
    """The web page's copy: a clock line, what was said, the speaker last; the day on a line of its own."""
    filled = lines.filter(pl.col("line") != "")
    noise = filled.select((pl.col("line").str.contains(_STATUS) | pl.col("line").str.contains(_NOISE)).alias("n")).to_series()
    line = pl.col("line")
    filled = filled.filter(~noise).with_columns(line.str.extract(_DAY).forward_fill().alias("day"), line.str.contains(_DAY).alias("is_day"))
    filled = filled.filter(~pl.col("is_day")).with_columns(line.str.contains(_CLOCK).alias("clock"))
    filled = filled.with_columns(pl.col("clock").cast(pl.Int64).cum_sum().alias("n"))
    orphans = filled.filter((pl.col("n") == 0) | pl.col("day").is_null())
    said = line.filter(~pl.col("clock"))
    messages = filled.filter((pl.col("n") > 0) & pl.col("day").is_not_null()).group_by("n", maintain_order=True).agg(
        pl.col("row").first().alias("source_row"), pl.col("day").first(), line.first().alias("clock"),
        said.last().alias("who"), said.slice(0, said.len() - 1).str.join("\n").alias("text"), pl.lit(False).first().alias("event"),
    )  # fmt: skip
    sent, _ = read_cells("timestamp", messages.select(pl.concat_str("day", "clock", separator=" ")).to_series())
    messages = messages.with_columns(sent.alias("sent_at"), pl.lit(None, pl.String).alias("to"))
    return Talk(_people(messages, staff), _orphans(orphans), int(noise.sum()))


def _people(messages: pl.DataFrame, staff: Collection[str]) -> pl.DataFrame:
    """Say who is staff and who is the buyer of each message."""
    names = {name for column in ("who", "to") for name in messages.get_column(column).drop_nulls().unique().to_list()}
    accounts = {name for name in names if re.search("[:：]", name)}
    ours = accounts | {re.split("[:：]", name)[0] for name in accounts} | set(staff)
    mine, theirs = pl.col("who").is_in(list(ours)), pl.col("to").is_in(list(ours))
    buyer = pl.when(~mine).then(pl.col("who")).when(pl.col("to").is_not_null() & ~theirs).then(pl.col("to"))
    event = pl.col("event") & ~pl.col("text").str.contains(_RECALL)
    text = pl.col("text")
    found = messages.with_columns(pl.when(event).then(None).otherwise(buyer).alias("buyer"))
    account = pl.when(mine).then(pl.col("who")).when(theirs).then(pl.col("to"))
    return found.select(
        "source_row", "sent_at",
        pl.when(event).then(pl.lit("system")).when(mine).then(pl.lit("agent")).when(pl.col("who").is_not_null()).then(pl.lit("buyer")).alias("role"),
        # Where a line names only its speaker, an agent speaks to the buyer who spoke last, or who speaks next.
        pl.col("buyer").forward_fill().backward_fill().alias("buyer"),
        account.str.replace(r"^.*[:：]", "").alias("agent_id"), _kind(text).alias("kind"), text.alias("text"),
    )  # fmt: skip


def _kind(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.contains(_RECALL)).then(pl.lit("recall"))
        .when(text.is_in(["[图片]", "[表情]"])).then(pl.lit("image")).when(text == "[视频]").then(pl.lit("video"))
        .when(text == _WEB_ONLY).then(pl.lit("file")).when(text.str.contains(_CARD)).then(pl.lit("product_card")).otherwise(pl.lit("text"))
    )  # fmt: skip


def _orphans(lines: pl.DataFrame) -> pl.DataFrame:
    shown = [shown_value(value) for value in lines.get_column("line").to_list()]
    return pl.DataFrame(
        {"row": lines.get_column("row"), "column": [""] * len(shown), "value": pl.Series(shown, dtype=pl.String), "reason": ["not_a_message"] * len(shown)},
        schema=QUARANTINE,
    )
