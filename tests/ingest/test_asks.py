"""Asks against a plain loop over every message."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from pipeline.ingest.asks import asks_of
from pipeline.ingest.chat import in_order
from pipeline.tables import by_name

START = datetime(2025, 9, 1, 23, 59)


def talk(rows: list[tuple[str, int, str, bool, str | None]]) -> pl.DataFrame:
    """Messages of rows (conversation, seconds, role, assisted, agent); ``moved`` is a hand-over to a person."""
    frame = pl.DataFrame(
        [
            {
                "store_id": "jd/a", "platform": "jd", "message_id": f"m{at}", "conversation_id": conversation, "sent_at": START + timedelta(seconds=seconds),
                "role": "system" if role == "moved" else role, "assisted": assisted, "agent_id": agent, "buyer_key": "b", "kind": "text",
                "text": "转人工" if role == "moved" else "文字", "order_id": None, "source_file": "f", "source_row": at, "ingested_run": "r", "position": at,
            }
            for at, (conversation, seconds, role, assisted, agent) in enumerate(rows)
        ],
        schema_overrides={"order_id": pl.String, "agent_id": pl.String},
    )  # fmt: skip
    ordered = in_order(frame)
    schema = by_name()["messages"].polars_schema()
    return ordered.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in ordered.columns).select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )


def by_hand(messages: pl.DataFrame) -> list[dict[str, Any]]:
    """The same by loops, message by message."""
    found = []
    rows = messages.to_dicts()
    for at, row in enumerate(rows):
        if row["role"] != "buyer":
            continue
        talk = [other for other in rows if other["conversation_id"] == row["conversation_id"]]
        place = talk.index(row)
        after, before = talk[place + 1 :], talk[:place]
        moved = [other for other in talk if other["role"] == "system" and other["text"] == "转人工"]

        def first(*roles: str, after: list[dict[str, Any]] = after) -> dict[str, Any] | None:
            def fits(other: dict[str, Any]) -> bool:
                return other["role"] in roles or ("assist" in roles and other["role"] == "robot" and other["assisted"])

            return next((other for other in after if fits(other)), None)

        human, assisted, anyone = first("agent"), first("agent", "assist"), first("agent", "robot")
        turn = []
        for other in after:
            if other["role"] == "buyer" and other["round"] != row["round"]:
                break
            turn.append(other)
        spoke = next((other["agent_id"] for other in reversed(before) if other["agent_id"] is not None and other["role"] != "buyer"), None)
        buyers = [other for other in talk if other["role"] == "buyer"]
        found.append({
            "message_id": row["message_id"], "round": row["round"],
            "opens_round": next(other for other in buyers if other["round"] == row["round"]) is row, "opens_session": buyers[0] is row,
            "session_started_at": buyers[0]["sent_at"], "minute_of_day": row["sent_at"].hour * 60 + row["sent_at"].minute, "day": row["sent_at"].date(),
            "human_at": human and human["sent_at"],
            "wait_human_seconds": human and (human["sent_at"] - row["sent_at"]).total_seconds(),
            "wait_assisted_seconds": assisted and (assisted["sent_at"] - row["sent_at"]).total_seconds(),
            "wait_any_seconds": anyone and (anyone["sent_at"] - row["sent_at"]).total_seconds(),
            "agent_id": (human and human["agent_id"]) or row["agent_id"] or spoke,
            "transferred_at": max((other["sent_at"] for other in talk[: talk.index(human) if human else place] if any(other is m for m in moved)), default=None),
            "reached_human": any(other["role"] == "agent" for other in talk) or bool(moved),
            "next_is_robot": any(o["role"] == "robot" and not o["assisted"] for o in turn) and not any(o["role"] == "agent" or (o["role"] == "robot" and o["assisted"]) for o in turn),
        })  # fmt: skip
        assert at >= 0
    return found


@pytest.mark.parametrize("seed", range(40))
def test_asks_equal_a_plain_loop(seed: int) -> None:
    chance = random.Random(seed)
    rows = []
    for conversation in range(chance.randint(1, 5)):
        seconds = 0
        for _ in range(chance.randint(1, 14)):
            seconds += chance.choice([0, 0, 1, 30, 400])
            role = chance.choice(["buyer", "buyer", "agent", "robot", "system", "moved"])
            rows.append((f"c{conversation}", seconds, role, role == "robot" and chance.random() < 0.4, chance.choice(["a", "b", None]) if role in ("agent", "buyer") else None))
    chance.shuffle(rows)
    messages = talk(rows)
    got = asks_of(messages)
    want = by_hand(messages)
    assert got.schema == by_name()["asks"].polars_schema()
    assert got.select(list(want[0]) if want else ["message_id"]).to_dicts() == (want if want else [])


def test_rounds_start_when_somebody_else_spoke_in_between() -> None:
    messages = talk([("c", 0, "agent", False, "a"), ("c", 1, "buyer", False, None), ("c", 2, "moved", False, None), ("c", 3, "buyer", False, None),
                     ("c", 4, "robot", False, None), ("c", 5, "buyer", False, None), ("d", 0, "buyer", False, None)])  # fmt: skip
    assert messages["round"].to_list() == [0, 1, 1, 1, 1, 2, 1] and messages["seq"].to_list() == [1, 2, 3, 4, 5, 6, 1]


def test_no_buyer_no_asks() -> None:
    assert asks_of(talk([("c", 0, "agent", False, "a")])).is_empty()
