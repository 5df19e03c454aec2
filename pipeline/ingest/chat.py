"""Complete messages of any export: conversation, ids, order, position and the buyer's turn; and conversations of them."""

from __future__ import annotations

import polars as pl

from pipeline.ingest.parse import MONTH, months_of

# A system line that moves the conversation to a person.
TO_HUMAN = r"转人工|转接?(?:至|到|给)?人工|人工客服.{0,12}(?:接入|接待|为您服务)|转交给|转接给|已为您接入|接入人工"
_ROLE_LETTER = {"buyer": "b", "agent": "a", "robot": "r", "system": "s"}


def complete(messages: pl.DataFrame) -> pl.DataFrame:
    """Fill what an export leaves out, before rows are placed: kind, assisted, conversation of unnumbered exports.

    An export that numbers no conversations has one thread per buyer and calendar month.
    """
    have = set(messages.columns)
    month = pl.lit(months_of(messages.get_column("sent_at")))
    thread = pl.col("buyer_key").str.slice(0, 16) + "@" + month if "buyer_key" in have else pl.lit(None, pl.String)
    conversation = pl.coalesce("conversation_id", thread) if "conversation_id" in have else thread
    return messages.with_columns(
        conversation.alias("conversation_id"),
        (pl.col("kind").fill_null("text") if "kind" in have else pl.lit("text")).alias("kind"),
        (pl.col("assisted").fill_null(False) if "assisted" in have else pl.lit(False)).alias("assisted"),
        (pl.col("is_offline_message") if "is_offline_message" in have else pl.lit(None, pl.Boolean)).alias("is_offline_message"),
        (pl.col("message_id") if "message_id" in have else pl.lit(None, pl.String)).alias("message_id"),
        month.alias(MONTH),
    )  # fmt: skip


def give_ids(messages: pl.DataFrame) -> pl.DataFrame:
    """Ids for messages whose export gives none: conversation, second, speaker and the n-th of the same in its file.

    Overlapping exports give the same message the same id, whichever is read first.
    """
    missing = messages.get_column("message_id").is_null()
    if not missing.any():
        return messages
    stem = pl.format(
        "{}-{}{}", pl.col("conversation_id"), pl.col("sent_at").dt.epoch("ms"),
        pl.col("role").replace_strict(_ROLE_LETTER, default="x", return_dtype=pl.String),
    )  # fmt: skip
    named = messages.filter(missing).with_columns(stem.alias("stem"))
    again = pl.col("source_row").rank("ordinal").over("stem", "source_file", "ingested_run")
    twice = pl.struct("stem", "source_file", "ingested_run").is_duplicated()
    if named.select(twice.any()).item():
        named = named.with_columns(pl.when(twice).then(again).otherwise(1).alias("n"))
    else:
        named = named.with_columns(pl.lit(1).alias("n"))
    named = named.with_columns(pl.format("{}{}", "stem", "n").alias("message_id")).drop("stem", "n")
    return pl.concat([messages.filter(~missing), named], how="diagonal")


def in_order(messages: pl.DataFrame) -> pl.DataFrame:
    """Sort by store, month, conversation, time and the order within the files; number positions and the buyer's turns.

    ``position`` orders messages of one file and second; messages of several files alternate by it.
    """
    ordered = messages.sort([*of_talk(messages), "sent_at", "position", "message_id"])
    new = opens_talk(ordered)
    ordered = ordered.with_columns(
        (pl.int_range(pl.len()) - pl.when(new).then(pl.int_range(pl.len())).forward_fill() + 1).cast(pl.Int64).alias("seq")
    )
    # A system line neither opens nor closes a turn: what matters is who spoke last.
    speaker = pl.when(pl.col("role") == "system").then(None).otherwise(pl.col("role") == "buyer")
    before = speaker.forward_fill().shift(1)
    # The shift may bring over the speaker of the conversation before; its first row is always fresh.
    start = pl.when(new).then(pl.int_range(pl.len())).forward_fill()
    said_at = pl.when(speaker.is_not_null()).then(pl.int_range(pl.len())).forward_fill().shift(1)
    fresh = (said_at < start).fill_null(True) | new
    opens = (pl.col("role") == "buyer") & (fresh | ~before.fill_null(False))
    turns = opens.cast(pl.Int64).cum_sum()
    first = pl.when(new).then(turns - opens.cast(pl.Int64)).forward_fill()
    return ordered.with_columns((turns - first).alias("round"))


def of_talk(messages: pl.DataFrame) -> list[str]:
    """The columns that tell a conversation from others: store and month only where there are several."""
    places = [name for name in ("store_id", MONTH) if name in messages.columns]
    return [*(name for name in places if messages.get_column(name).n_unique() > 1), "conversation_id"]


def opens_talk(ordered: pl.DataFrame) -> pl.Series:
    """Which of the sorted messages are the first of their conversation."""
    changed = [(pl.col(name) != pl.col(name).shift(1)).fill_null(True) for name in of_talk(ordered)]
    return ordered.select(pl.any_horizontal(changed).alias("opens")).to_series()


def conversations_of(messages: pl.DataFrame) -> pl.DataFrame:
    """One row per conversation of ordered messages."""
    human = pl.col("role") == "agent"
    moved = (pl.col("role") == "system") & pl.col("text").str.contains(TO_HUMAN).fill_null(False)
    said = pl.col("agent_id").filter(human)
    keys = ["store_id", *([MONTH] if MONTH in messages.columns else []), "conversation_id"]
    return messages.with_columns(moved.alias("moved")).group_by(keys, maintain_order=True).agg(
        pl.col("platform").first(),
        pl.col("buyer_key").drop_nulls().first(),
        pl.col("sent_at").min().alias("started_at"), pl.col("sent_at").max().alias("ended_at"),
        pl.len().cast(pl.Int64).alias("messages"),
        said.drop_nulls().first().alias("agent_id"),
        pl.max_horizontal(said.drop_nulls().n_unique(), human.any().cast(pl.UInt32)).cast(pl.Int64).alias("agents"),
        pl.col("order_id").drop_nulls().first(),
        pl.col("is_offline_message").max().alias("is_offline_message") if "is_offline_message" in messages.columns
        else pl.lit(None, pl.Boolean).alias("is_offline_message"),
        pl.col("sent_at").filter(pl.col("moved")).min().alias("transferred_to_human_at"),
        pl.col("source_file").first(), pl.col("source_row").first(), pl.col("ingested_run").first(),
    )  # fmt: skip
