"""Write synthetic facts straight into a warehouse: stores × months of chat and orders, the same for the same seed.

    python benchmarks/facts.py FOLDER [--messages 2000000] [--stores 24] [--seed 7]

Waits, failures and volumes follow the sample shops of `guize demo`: half of all answers within 12 seconds, one in
ten after two minutes, 2% never; one order to ten messages, 2% of them late, 7% with an after-sales request.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.random import Generator, default_rng

from pipeline.ingest.asks import asks_of
from pipeline.tables import by_name

PLATFORMS = ("douyin", "taobao", "tmall", "jd", "pinduoduo", "kuaishou", "suning")
FIRST_MONTH = (2025, 1)
MESSAGES_PER_STORE_MONTH = 70_000
TEXTS = ("在的亲，请问有什么可以帮您", "好的", "什么时候发货呀", "请稍等，我帮您看一下", "这款有现货吗", "谢谢", "收到，已经帮您登记了", "尺码偏大还是偏小")
# lexicon, term, tier, share of agents' messages
WORDS = (
    ("courtesy", "亲", "wanted", 0.25), ("please_wait", "请稍等", "wanted", 0.04), ("follow_up", "回访", "wanted", 0.013),
    ("handover", "转接", "wanted", 0.003), ("abuse", "有病", "forbidden", 0.001), ("off_platform_trade", "加微信", "forbidden", 0.001),
    ("extreme_words", "全网最低", "forbidden", 0.0005), ("over_promise", "保证", "forbidden", 0.0002), ("overselling", "必须买", "sensitive", 0.0001),
)  # fmt: skip
DAY = 86_400
SECOND = 1_000_000  # times are in microseconds
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


def write_facts(folder: Path, messages: int, stores: int = 24, seed: int = 7) -> int:
    """Write the facts of `stores` over 3 to 12 months under `folder`; returns the number of messages written."""
    months = min(12, max(3, round(messages / stores / MESSAGES_PER_STORE_MONTH)))
    each = max(200, messages // (stores * months))
    last = _month_start(months)
    total = 0
    for number in range(stores):
        platform = PLATFORMS[number % len(PLATFORMS)]
        store = f"{platform}/{platform}-{number // len(PLATFORMS) + 1}"
        for month in range(months):
            tables = store_month(store, month, each, last, default_rng([seed, number, month]))
            total += tables["messages"].height
            for name, frame in tables.items():
                _write(folder, name, store, _month_name(month), frame)
        _write(folder, "stores", store, None, pl.DataFrame({"store_id": [store], "platform": [platform], "name": [store]}))
    return total


def store_month(store: str, month: int, messages: int, until: datetime, chance: Generator) -> dict[str, pl.DataFrame]:
    """Every fact table of one store in one month."""
    start = _month_start(month)
    length = int((_month_start(month + 1) - start).total_seconds())
    prefix = f"{store.split('/')[1]}-{_month_name(month)}"
    buyers = max(20, messages // 14)
    orders = _orders(prefix, start, length, max(10, messages // 10), buyers, until, chance)
    said, conversations = _messages(prefix, start, length, messages, buyers, orders, chance)
    agent_lines = said.filter(pl.col("role").is_in(["agent", "robot"]))
    tables = {
        "orders": orders, "messages": said, "conversations": conversations, "asks": asks_of(_typed("messages", store, said)),
        "hits": _hits(agent_lines, chance), "promises": _promises(agent_lines, chance),
        "agent_status": _agent_status(prefix, start, length // DAY, chance), **_about_orders(orders, until, chance),
        "ratings": _ratings(conversations, chance),
    }  # fmt: skip
    return {name: _typed(name, store, frame) for name, frame in tables.items()}


def _messages(
    prefix: str, start: datetime, length: int, messages: int, buyers: int, orders: pl.DataFrame, chance: Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    count = max(10, round(messages / 10.5))
    sizes = 2 + chance.poisson(8.5, count)
    which = np.repeat(np.arange(count), sizes)
    first_row = np.repeat(np.cumsum(sizes) - sizes, sizes)
    seq = np.arange(len(which)) - first_row
    flips = np.where(seq == 0, 0, chance.random(len(which)) < 0.75).cumsum()
    turn = flips - flips[first_row]
    buyer = (turn % 2 == 0) | (chance.random(count) < 0.02)[which]
    robot = ~buyer & (turn == 1) & (chance.random(count) < 0.3)[which]
    moved = ~buyer & (seq == 2) & (chance.random(count) < 0.05)[which]
    opens = buyer & ((seq == 0) | ~np.roll(buyer, 1))
    rounds = opens.cumsum()
    rounds = rounds - rounds[first_row] + opens[first_row]
    slow = chance.random(len(which)) < 0.1
    answer = np.where(slow, chance.exponential(300, len(which)), chance.lognormal(2.4, 0.6, len(which)))
    gap = np.where(robot, 1, np.where(buyer, chance.exponential(25, len(which)), answer)).astype(np.int64) + 1
    passed = np.where(seq == 0, 0, gap).cumsum()
    begun = np.sort(_moments(length, count, chance))
    at = begun[which] + passed - passed[first_row]
    agent = chance.integers(0, 12, count)
    who = chance.integers(0, buyers, count)
    about = np.where(chance.random(count) < 0.5, chance.integers(0, orders.height, count), -1)
    base = pl.DataFrame({
        "which": which, "seq": seq + 1, "round": rounds, "sent_at": _times(start, at),
        "agent": agent[which], "buyer": who[which], "text_no": chance.integers(0, len(TEXTS), len(which)),
        "role": pl.select(pl.when(pl.lit(moved)).then(pl.lit("system")).when(pl.lit(robot)).then(pl.lit("robot"))
                          .when(pl.lit(buyer)).then(pl.lit("buyer")).otherwise(pl.lit("agent"))).to_series(),
        "kind_no": chance.integers(0, 60, len(which)),
    })  # fmt: skip
    said = base.select(
        pl.format("{}-m{}", pl.lit(prefix), pl.int_range(pl.len())).alias("message_id"), _conversation(prefix),
        "seq", "round", "sent_at", "role", pl.lit(False).alias("assisted"),
        pl.when(pl.col("role") == "agent").then(pl.format("客服{}", "agent")).alias("agent_id"), _buyer("buyer"),
        pl.when((pl.col("role") == "buyer") & (pl.col("kind_no") == 0)).then(pl.lit("image"))
        .when((pl.col("role") == "buyer") & (pl.col("kind_no") == 1)).then(pl.lit("order_card")).otherwise(pl.lit("text")).alias("kind"),
        pl.when(pl.col("role") == "system").then(pl.lit("转人工")).otherwise(pl.lit(pl.Series(TEXTS)).gather("text_no")).alias("text"),
    )  # fmt: skip
    talks = base.group_by("which", maintain_order=True).agg(
        pl.col("sent_at").first().alias("started_at"), pl.col("sent_at").last().alias("ended_at"), pl.len().alias("messages"),
        pl.format("客服{}", pl.col("agent").filter(pl.col("role") == "agent").first()).alias("agent_id"),
        pl.col("sent_at").filter(pl.col("role") == "system").first().alias("transferred_to_human_at"), pl.col("buyer").first(),
    )  # fmt: skip
    linked = pl.Series(about).replace(-1, None)
    return said, talks.select(
        _conversation(prefix), _buyer("buyer"), "started_at", "ended_at", "messages", "agent_id", "transferred_to_human_at",
        pl.col("agent_id").is_not_null().cast(pl.Int64).alias("agents"), orders.get_column("order_id").gather(linked).alias("order_id"),
    )  # fmt: skip


def _orders(prefix: str, start: datetime, length: int, count: int, buyers: int, until: datetime, chance: Generator) -> pl.DataFrame:
    created = np.sort(_moments(length, count, chance))
    paid = created + chance.exponential(90, count).astype(np.int64)
    hours = np.where(chance.random(count) < 0.02, 50 + chance.exponential(30, count), np.minimum(chance.lognormal(2.3, 0.6, count), 46))
    shipped = paid + (hours * 3600).astype(np.int64)
    picked = shipped + (chance.exponential(5, count) * 3600).astype(np.int64)
    delivered = picked + ((30 + chance.exponential(24, count)) * 3600).astype(np.int64)
    fate = chance.random(count)
    cents = chance.lognormal(8.8, 0.8, count).astype(np.int64) + 100
    frame = pl.DataFrame({
        "no": np.arange(count), "fate": fate, "cents": cents, "buyer": chance.integers(0, buyers, count),
        "created_at": _times(start, created), "paid_at": _times(start, paid), "promised_ship_at": _times(start, paid + 2 * DAY),
        "shipped_at": _times(start, shipped), "picked_up_at": _times(start, picked), "delivered_at": _times(start, delivered),
        "finished_at": _times(start, delivered + 7 * DAY),
    })  # fmt: skip
    unpaid, closed, now = pl.col("fate") < 0.01, pl.col("fate") < 0.06, pl.lit(until)
    gone = ~closed & (pl.col("shipped_at") < now)
    past = [pl.when(gone & (pl.col(name) < now)).then(pl.col(name)).alias(name) for name in ("shipped_at", "picked_up_at", "delivered_at", "finished_at")]
    return frame.select(
        pl.format("{}-o{}", pl.lit(prefix), "no").alias("order_id"), _buyer("buyer"),
        pl.when(unpaid).then(pl.lit("unpaid")).when(closed).then(pl.lit("closed")).when(~gone).then(pl.lit("to_ship"))
        .when(pl.col("finished_at") < now).then(pl.lit("done")).otherwise(pl.lit("shipped")).alias("status"),
        "created_at", pl.when(~unpaid).then(pl.col("paid_at")).alias("paid_at"), "promised_ship_at", *past,
        pl.when(closed & ~unpaid).then(pl.col("paid_at").dt.offset_by("5h")).alias("closed_at"),
        pl.when(closed & ~unpaid).then(pl.lit("buyer")).alias("closed_by"),
        (pl.col("cents") / 100).alias("paid_cny"), (pl.col("cents") / 100).alias("goods_cny"), pl.lit(1).alias("quantity"),
        pl.lit(value=False).alias("is_presale"), pl.lit("浙江省").alias("province"), pl.lit("杭州市").alias("city"),
        pl.when(gone).then(pl.format("YT{}{}", pl.lit(prefix), "no")).alias("tracking_no"), now.alias("exported_at"),
    )  # fmt: skip


def _about_orders(orders: pl.DataFrame, until: datetime, chance: Generator) -> dict[str, pl.DataFrame]:
    shipped = orders.filter(pl.col("shipped_at").is_not_null())
    events = [("picked_up", "picked_up_at", "0h"), ("moved", "picked_up_at", "20h"), ("out_for_delivery", "delivered_at", "-2h"), ("delivered", "delivered_at", "0h")]
    steps = pl.concat(
        shipped.filter(pl.col(column).is_not_null())
        .select("order_id", "tracking_no", pl.col(column).dt.offset_by(by).alias("happened_at"), pl.lit(event).alias("event"), pl.lit("杭州市").alias("city"))
        for event, column, by in events
    )  # fmt: skip
    asked = shipped.filter(pl.Series(chance.random(shipped.height) < 0.07))
    told = shipped.filter(pl.Series(chance.random(shipped.height) < 0.007))
    rated = shipped.filter(pl.Series(chance.random(shipped.height) < 0.05) & pl.col("delivered_at").is_not_null())
    sent_back = pl.Series(chance.random(asked.height) < 0.9)
    return {
        "order_items": orders.select("order_id", pl.lit("1").alias("item_no"), pl.lit("连衣裙").alias("item_name"), "quantity", pl.col("paid_cny").alias("item_cny"), "created_at"),
        "shipments": shipped.select("order_id", "tracking_no", pl.lit("圆通速递").alias("carrier"), "shipped_at", "picked_up_at", "delivered_at", "created_at"),
        "tracking_events": steps,
        "aftersales": asked.select(
            pl.format("AS{}", "order_id").alias("aftersale_id"), "order_id", pl.lit("return_refund").alias("kind"), pl.lit("shipped").alias("stage"),
            pl.lit("refunded").alias("status"), pl.col("shipped_at").dt.offset_by("20h").alias("requested_at"),
            pl.col("shipped_at").dt.offset_by("30h").alias("agreed_at"), pl.when(sent_back).then(pl.col("shipped_at").dt.offset_by("50h")).alias("refunded_at"),
            pl.col("paid_cny").alias("refund_cny"), pl.lit("不想要了").alias("reason"), pl.lit(until).alias("exported_at"),
        ),
        "complaints": told.select(
            pl.format("TS{}", "order_id").alias("complaint_id"), "order_id", "buyer_key", pl.lit("late_shipment").alias("concept"), pl.lit(value=False).alias("is_regulator"),
            pl.col("shipped_at").dt.offset_by("9h").alias("raised_at"), pl.col("shipped_at").dt.offset_by("10h").alias("accepted_at"),
            pl.col("shipped_at").dt.offset_by("80h").alias("closed_at"), pl.lit(value=True).alias("upheld"), pl.lit(until).alias("exported_at"),
        ),
        "reviews": rated.select(pl.format("R{}", "order_id").alias("review_id"), "order_id", pl.col("delivered_at").dt.offset_by("30h").alias("reviewed_at"), pl.lit(4).alias("stars"), pl.lit("不错").alias("text")),
    }  # fmt: skip


def _hits(lines: pl.DataFrame, chance: Generator) -> pl.DataFrame:
    columns = ("message_id", "conversation_id", "sent_at", "role", "agent_id")
    return pl.concat(
        lines.filter(pl.Series(chance.random(lines.height) < share)).select(
            *columns, pl.lit(lexicon).alias("lexicon"), pl.lit("").alias("category"), pl.lit(term).alias("term"), pl.lit(tier).alias("tier"),
            pl.lit(0).alias("start"), pl.lit(len(term)).alias("end"), pl.lit(term).alias("matched_text"), pl.lit(value=False).alias("whole_message"),
        )
        for lexicon, term, tier, share in WORDS
    )  # fmt: skip


def _promises(lines: pl.DataFrame, chance: Generator) -> pl.DataFrame:
    kept = lines.filter(pl.Series(chance.random(lines.height) < 0.006) & (pl.col("role") == "agent"))
    due = pl.col("sent_at").dt.truncate("1d").dt.offset_by("1d")
    return kept.select("message_id", "conversation_id", "sent_at", "agent_id", pl.lit("ship").alias("about"), due.alias("due_at"), pl.lit("今天发货").alias("phrase"))


def _ratings(conversations: pl.DataFrame, chance: Generator) -> pl.DataFrame:
    rated = conversations.filter(pl.Series(chance.random(conversations.height) < 0.1))
    return rated.select(
        pl.format("S{}", "conversation_id").alias("rating_id"), "conversation_id", "agent_id", pl.col("ended_at").alias("rated_at"),
        pl.Series("score", 5 - (chance.random(rated.height) < 0.08) * 4), pl.lit("human").alias("served_by"),
    )  # fmt: skip


def _agent_status(prefix: str, start: datetime, days: int, chance: Generator) -> pl.DataFrame:
    agent, day = np.repeat(np.arange(12), days), np.tile(np.arange(days), 12)
    begun = day * DAY + np.where(agent % 2 == 0, 8, 15) * 3600 + chance.integers(-900, 900, len(day))
    return pl.DataFrame({
        "agent_id": pl.select(pl.format("客服{}", pl.lit(pl.Series(agent)))).to_series(), "status": ["online"] * len(day),
        "started_at": _times(start, begun), "ended_at": _times(start, begun + 8 * 3600),
    })  # fmt: skip


def _moments(length: int, count: int, chance: Generator) -> Ints:
    """Seconds in a month, most of them between 9 and 23 o'clock."""
    hour = np.where(chance.random(count) < 0.08, chance.random(count) * 9, 9 + chance.random(count) * 14)
    return chance.integers(0, length // DAY, count) * DAY + (hour * 3600).astype(np.int64)


def _times(start: datetime, seconds: Ints) -> pl.Series:
    since = int((start - datetime(1970, 1, 1)).total_seconds())
    return pl.Series((since + seconds) * SECOND).cast(pl.Datetime("us"))


def _conversation(prefix: str) -> pl.Expr:
    return pl.format("{}-c{}", pl.lit(prefix), pl.col("which").cast(pl.String).str.zfill(6)).alias("conversation_id")


def _buyer(number: str) -> pl.Expr:
    return pl.format("{}a0b1c2d3e4f5a6b7c8d9e0f1a2b3", pl.col(number).cast(pl.String).str.zfill(6)).alias("buyer_key")


def _month_start(number: int) -> datetime:
    year, month = FIRST_MONTH
    return datetime(year + (month - 1 + number) // 12, (month - 1 + number) % 12 + 1, 1)


def _month_name(number: int) -> str:
    return _month_start(number).strftime("%Y-%m")


def _typed(name: str, store: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the table's columns and types; what it has not is null."""
    given = {
        "store_id": pl.lit(store), "platform": pl.lit(store.split("/")[0]), "source_file": pl.lit(f"{store}/bench.csv"),
        "source_row": pl.int_range(pl.len()) + 2, "ingested_run": pl.lit("bench"),
    }  # fmt: skip
    return frame.select(
        (pl.col(column) if column in frame.columns else given.get(column, pl.lit(None))).cast(dtype).alias(column)
        for column, dtype in by_name()[name].polars_schema().items()
    )


def _write(folder: Path, name: str, store: str, month: str | None, frame: pl.DataFrame) -> None:
    platform, place = store.split("/")
    home = folder / name / f"platform={platform}" / f"store={place}"
    for path, part in _parts(home, name, month, frame):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_parquet(path, compression="zstd")


def _parts(home: Path, name: str, month: str | None, frame: pl.DataFrame) -> Iterable[tuple[Path, pl.DataFrame]]:
    """One file a table; asks lie in the month in which they were asked, named by the month of their conversation."""
    if month is None:
        return [(home / "part.parquet", _typed(name, home.parent.name.split("=")[1] + "/" + home.name.split("=")[1], frame))]
    if name != "asks":
        return [(home / f"month={month}" / "part.parquet", frame)]
    asked = pl.col("day").dt.strftime("%Y-%m")
    return [(home / f"month={key[0]}" / f"part-{month}.parquet", part) for key, part in frame.group_by(asked, maintain_order=True)]


def main() -> None:
    """Write facts where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--stores", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"{write_facts(options.folder, options.messages, options.stores, options.seed):,} messages")


if __name__ == "__main__":
    main()
