"""Tiny worlds for tests: hand-written rows become the facts of a warehouse, and come out judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.engine.evaluate import Places, evaluate, write_rules
from pipeline.engine.global_zone import RunInfo
from pipeline.ingest.asks import asks_of
from pipeline.paths import packs_dir, sql_dir
from pipeline.tables import Table, by_name

Rows = Sequence[Mapping[str, Any]]
MONTH_OF = {
    "orders": "created_at", "messages": "sent_at", "conversations": "started_at", "asks": "asked_at", "hits": "sent_at",
    "aftersales": "requested_at", "complaints": "raised_at", "agent_status": "started_at",
    "complaint_followups": "followed_at", "order_items": "created_at", "shipments": "created_at",
    "tracking_events": "happened_at", "reviews": "reviewed_at", "ratings": "rated_at", "blocks": "blocked_at",
    "listings": "captured_at", "platform_notices": "issued_at", "annotations": "happened_at", "promises": "sent_at",
}  # fmt: skip

# tables whose rows lie in the month in which their conversation began or their order was made
WITH_FIRST = {"messages": ("messages", "conversations", "asks", "hits", "promises"), "orders": ("shipments", "tracking_events", "order_items")}


@dataclass(frozen=True)
class World:
    """A judged world: the folder of its marts."""

    places: Places

    def mart(self, name: str) -> pl.DataFrame:
        """One mart, whole."""
        return pl.read_parquet(self.places.marts / f"{name}.parquet")


def typed(table: Table, rows: Rows) -> pl.DataFrame:
    """Rows with some of a table's columns, as a frame with all of them; times and money may be text."""
    schema = table.polars_schema()
    return pl.DataFrame(
        [[_value(row.get(name), dtype) for name, dtype in schema.items()] for row in rows], schema=schema, orient="row"
    )


def _value(value: Any, dtype: pl.DataType) -> Any:
    if value is None:
        return None
    if isinstance(dtype, pl.Datetime) and isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(dtype, pl.Date) and isinstance(value, str):
        return datetime.fromisoformat(value).date()
    if isinstance(dtype, pl.Decimal):
        return Decimal(str(value))
    return value


def write_facts(
    folder: Path, tables: Mapping[str, Rows], hits: pl.DataFrame | None = None, *, one_month: bool = False
) -> None:
    """Write rows as the facts of a warehouse: ids, sources, conversations and asks are filled in.

    With `one_month` all rows lie in one folder, which spares many small batches where months do not matter.
    """
    filled = {name: [_with_defaults(row, number) for number, row in enumerate(rows, 1)] for name, rows in tables.items()}
    frames = {name: typed(by_name()[name], rows) for name, rows in filled.items()}
    if "messages" in frames:
        frames["messages"] = frames["messages"].sort("conversation_id", "sent_at", "seq")
        told = frames.get("conversations")
        offline = None if told is None else told.select("conversation_id", "is_offline_message")
        frames["asks"] = asks_of(frames["messages"], offline).select(by_name()["asks"].names)
        made = _conversations(frames["messages"])
        frames["conversations"] = (
            made if told is None else pl.concat([told, made.join(told, on=["store_id", "conversation_id"], how="anti")])
        )
    if hits is not None:
        frames["hits"] = hits.with_columns(pl.col("store_id").str.split("/").list.first().alias("platform"))
    for name, frame in frames.items():
        if name == "stores":
            _write(frame, folder / "stores" / "stores.parquet")
            continue
        month, began = (pl.lit("2030-01"),) * 2 if one_month else (_month(name), _began(name, frame, frames))
        for (store, part, first), rows in frame.with_columns((month if name == "asks" else began).alias("_month"), began.alias("_began")).partition_by(
            "store_id", "_month", "_began", as_dict=True, include_key=True
        ).items():
            platform, shop = str(store).split("/")
            file = f"part-{first}.parquet" if name == "asks" and not one_month else "part.parquet"
            place = folder / name / f"platform={platform}" / f"store={shop}" / f"month={part}" / file
            _write(rows.drop("_month", "_began"), place)


def _month(name: str) -> pl.Expr:
    return pl.col(MONTH_OF[name]).fill_null(datetime(2025, 9, 1)).dt.strftime("%Y-%m")


def _began(name: str, frame: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.Expr | pl.Series:
    """The month in which a row's conversation or order began, else its own: as a warehouse keeps them."""
    for table, key, time in (("messages", "conversation_id", "sent_at"), ("orders", "order_id", "created_at")):
        if table in frames and key in frame.columns and name in WITH_FIRST[table]:
            first = frames[table].group_by("store_id", key).agg(pl.col(time).min().dt.strftime("%Y-%m").alias("first"))
            own = frame.select("store_id", key, _month(name).alias("own"))
            return own.join(first, on=["store_id", key], how="left", maintain_order="left").select(pl.coalesce("first", "own")).to_series()
    return _month(name)


def _with_defaults(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    given = {"source_file": "test", "source_row": number, "ingested_run": "test", **row}
    given.setdefault("platform", str(given["store_id"]).split("/")[0])
    if "sent_at" in given:
        given.setdefault("message_id", f"m{number}")
        given.setdefault("seq", number)
        given.setdefault("round", number)
        given.setdefault("kind", "text")
        given.setdefault("buyer_key", f"buyer of {given['conversation_id']}")
    return given


def _conversations(messages: pl.DataFrame) -> pl.DataFrame:
    agents = pl.col("agent_id").filter(pl.col("role") == "agent")
    found = messages.group_by("store_id", "platform", "conversation_id", maintain_order=True).agg(
        pl.col("buyer_key").first(), pl.col("sent_at").min().alias("started_at"), pl.col("sent_at").max().alias("ended_at"),
        pl.len().cast(pl.Int64).alias("messages"), agents.first().alias("agent_id"),
        agents.n_unique().cast(pl.Int64).alias("agents"), pl.col("order_id").drop_nulls().first(),
        pl.lit(None, pl.Boolean).alias("is_offline_message"), pl.lit(None, pl.Datetime("us")).alias("transferred_to_human_at"),
        pl.col("source_file").first(), pl.col("source_row").first(), pl.col("ingested_run").first(),
    )  # fmt: skip
    return found.select(by_name()["conversations"].names)


def _write(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)


def judge(
    root: Path, tables: Mapping[str, Rows], rules: Mapping[str, Any], hits: pl.DataFrame | None = None,
    *, one_month: bool = False, sql: Path | None = None,
) -> World:  # fmt: skip
    """Write facts and compiled rules below `root` and evaluate them, by `sql` in the place of the project's own."""
    places = Places(root / "facts", root / "state", root / "rules", root / "marts", root / "scratch")
    write_facts(places.facts, tables, hits, one_month=one_month)
    write_rules(rules, places.rules)
    info = RunInfo("run-1", datetime(2025, 10, 20), "test")
    evaluate(places, packs=packs_dir(), sql=sql or sql_dir(), info=info)
    return World(places)
