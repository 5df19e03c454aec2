"""One row per buyer message with its waits: what every reply clock needs, found once while messages are sorted."""

from __future__ import annotations

import polars as pl

from pipeline.ingest.chat import TO_HUMAN, opens_talk
from pipeline.ingest.parse import MONTH
from pipeline.tables import by_name


def asks_of(messages: pl.DataFrame, offline: pl.DataFrame | None = None) -> pl.DataFrame:
    """The asks of ordered messages (by conversation, time and seq), with the columns of the table ``asks``.

    Everything is a shift or a fill over the sorted rows; rows of another conversation are cut off by comparing
    the row number found with the conversation's first and last row.

    Args:
        messages: whole conversations with the columns of the table ``messages``.
        offline: conversation_id (with store_id and month where there are several) and is_offline_message, where exports tell.
    """
    at = pl.int_range(pl.len(), dtype=pl.Int64)
    place = [MONTH] if MONTH in messages.columns else []
    buyer, agent, robot = (pl.col("role") == role for role in ("buyer", "agent", "robot"))
    assist = robot & pl.col("assisted")
    new, moved = pl.col("new"), pl.col("moved")

    def next_of(condition: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(at).backward_fill()

    def last_of(condition: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(at).forward_fill()

    opens = buyer & (new | (pl.col("round") != pl.col("round").shift(1)).fill_null(True))
    handed = (pl.col("role") == "system") & pl.col("text").str.contains(TO_HUMAN).fill_null(False)
    rows = messages.with_columns(opens_talk(messages).alias("new"), handed.alias("moved")).select(
        "store_id", *place, "conversation_id", "sent_at", "agent_id", "role",
        at.alias("at"), last_of(new).alias("start"), next_of(new.shift(-1).fill_null(True)).alias("end"),
        next_of(agent).alias("human"), next_of(agent | assist).alias("assisted"), next_of(agent | robot).alias("any"),
        next_of(robot & ~pl.col("assisted").fill_null(False)).alias("robot"),
        last_of(moved).alias("moved"), last_of(buyer).shift(1).alias("buyer_before"),
        next_of(opens).shift(-1).alias("turn_after"), opens.alias("opens_round"),
        (agent | moved).cast(pl.Int64).cum_sum().alias("people"), (agent | moved).alias("reaches"),
        last_of(pl.col("agent_id").is_not_null() & ~buyer).alias("agent_row"),
    )  # fmt: skip
    times, agents, people = rows.get_column("sent_at"), rows.get_column("agent_id"), rows.get_column("people")
    asked = rows.filter(pl.col("role") == "buyer")
    end = pl.col("end")
    inside = [pl.when(pl.col(name) <= end).then(pl.col(name)).alias(name) for name in ("human", "assisted", "any", "robot", "turn_after")]
    back = [pl.when(pl.col(name) >= pl.col("start")).then(pl.col(name)).alias(name) for name in ("moved", "buyer_before", "agent_row")]
    asked = asked.with_columns(*inside, *back)
    # a clock that starts at the transfer starts at the last one before the person answered, mostly after the question
    served = rows.get_column("moved").gather(asked.get_column("human"))
    asked = asked.with_columns(pl.when(pl.col("human").is_null()).then("moved").when(served >= pl.col("start")).then(served).alias("moved"))
    opened = asked.get_column("buyer_before").is_null()
    before = people.gather(asked.get_column("start")) - rows.get_column("reaches").cast(pl.Int64).gather(asked.get_column("start"))
    reached = (people.gather(asked.get_column("end")) - before) > 0
    source = messages.get_column
    where = asked.get_column("at")
    turn_end = pl.coalesce("turn_after", end + 1)
    wait = {name: times.gather(asked.get_column(name)) for name in ("human", "assisted", "any")}
    assigned = pl.coalesce(
        pl.Series(agents.gather(asked.get_column("human"))), pl.Series(agents.gather(where)), pl.Series(agents.gather(asked.get_column("agent_row")))
    )
    result = asked.with_columns(
        source("platform").gather(where), source("message_id").gather(where),
        source("buyer_key").gather(where), source("round").gather(where), source("kind").gather(where), source("order_id").gather(where),
        # the first message of each conversation opens it, so that filling forward stays within the conversation
        pl.when(opened).then(pl.col("sent_at")).forward_fill().alias("session_started_at"),
        pl.col("sent_at").alias("asked_at"), pl.col("sent_at").dt.date().alias("day"),
        (pl.col("sent_at").dt.hour().cast(pl.Int64) * 60 + pl.col("sent_at").dt.minute()).alias("minute_of_day"),
        opened.alias("opens_session"), reached.alias("reached_human"),
        _seconds(wait["human"], asked).alias("wait_human_seconds"), _seconds(wait["assisted"], asked).alias("wait_assisted_seconds"),
        _seconds(wait["any"], asked).alias("wait_any_seconds"), wait["human"].alias("human_at"),
        assigned.alias("agent_id"), times.gather(asked.get_column("moved")).alias("transferred_at"),
        ((pl.col("robot") < turn_end) & ~(pl.col("assisted") < turn_end).fill_null(False)).fill_null(False).alias("next_is_robot"),
    )  # fmt: skip
    if offline is None:
        result = result.with_columns(pl.lit(None, pl.Boolean).alias("is_offline_message"))
    else:
        keys = [name for name in ("store_id", *place, "conversation_id") if name in offline.columns]
        result = result.join(offline, on=keys, how="left", maintain_order="left")
    schema = by_name()["asks"].polars_schema()
    return result.select(*(pl.col(name).cast(dtype) for name, dtype in schema.items()), *place)


def _seconds(later: pl.Series, asked: pl.DataFrame) -> pl.Series:
    return (later - asked.get_column("sent_at")).dt.total_microseconds() / 1_000_000
