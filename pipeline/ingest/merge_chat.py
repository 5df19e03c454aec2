"""Merge messages: conversations in the month in which they began, and what is built of their sorted rows."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipeline.ingest.asks import asks_of
from pipeline.ingest.chat import conversations_of, give_ids, in_order
from pipeline.ingest.factfiles import FactFiles, fit, to_schema, together
from pipeline.ingest.layouts import TABLES
from pipeline.ingest.parse import MONTH
from pipeline.ingest.staging import Staging


class ChatMerge(FactFiles):
    """Merges a store's messages and rebuilds its conversations and asks."""

    def _messages(self, staging: Staging, store_id: str) -> None:
        months = staging.months("messages", store_id)
        starts = self._conversation_months(staging, store_id, months)
        strays = self._strays(staging, store_id, "messages", starts, "conversation_id")
        for month in self._months_written("messages", store_id):
            old = self._read("messages", store_id, month)
            if old is None:
                continue
            moved = old.join(starts.filter(pl.col(MONTH) != month), on="conversation_id", how="inner", maintain_order="left")
            if moved.height:
                for (at,), part in self._with_export(moved).group_by(MONTH, maintain_order=True):
                    strays.setdefault(str(at), []).append(part)
                strays.setdefault(month, [])
        for month in sorted({*months, *strays}):
            frames = [self._rows_of(staging, store_id, "messages", month, starts, strays, "conversation_id")]
            if frames[0] is None and month not in strays:
                continue
            old = self._with_export(self._read("messages", store_id, month))
            if old is not None:
                old = old.join(starts.filter(pl.col(MONTH) != month), on="conversation_id", how="anti", maintain_order="left")
            rows = together([old, *frames])
            if rows is not None:
                self._message_month(store_id, month, rows)
                continue
            for table in ("messages", "conversations", "hits"):
                self._write(table, store_id, month, pl.DataFrame())
            self._write_asks(store_id, month, pl.DataFrame(schema=TABLES["asks"].polars_schema()))

    def _message_month(self, store_id: str, month: str, rows: pl.DataFrame) -> None:
        if "is_offline_message" not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.Boolean).alias("is_offline_message"))
        rows = fit(give_ids(rows), "messages", ("is_offline_message", "message_seq"))
        rows = self._newest("messages", rows, ["message_id"])
        position = pl.coalesce("message_seq", "source_row") if "message_seq" in rows.columns else pl.col("source_row")
        if rows.select("source_file", "ingested_run").n_unique() > 1:
            position = position.rank("ordinal").over("conversation_id", "sent_at", "source_file", "ingested_run")
        rows = in_order(rows.with_columns(position.alias("position")))
        before = self._read("conversations", store_id, month)
        conversations = conversations_of(rows)
        if before is not None:
            told = before.select("conversation_id", pl.col("is_offline_message").alias("told"))
            conversations = conversations.join(told, on="conversation_id", how="left", maintain_order="left").with_columns(
                pl.coalesce("is_offline_message", "told").alias("is_offline_message")
            )
        self._write("messages", store_id, month, rows)
        self._write("conversations", store_id, month, conversations)
        self._asks_month(store_id, month, to_schema(rows, "messages"), conversations)
        earlier = _month_before(month)
        before, talks = self._read("messages", store_id, earlier), self._read("conversations", store_id, earlier)
        if before is not None and talks is not None and _threads(rows, month).any():
            self._asks_month(store_id, earlier, before, talks)

    def _asks_month(self, store_id: str, month: str, rows: pl.DataFrame, conversations: pl.DataFrame) -> None:
        """The asks of a month's conversations; a thread cut at the month's end is answered by the next month's."""
        together = rows
        later = _month_after(month)
        if _threads(rows, month).any() and (after := self._read("messages", store_id, later)) is not None:
            stem = pl.col("conversation_id").str.strip_suffix(f"@{later}")
            goes_on = after.filter(_threads(after, later)).with_columns((stem + f"@{month}").alias("conversation_id"))
            goes_on = goes_on.join(rows.select("conversation_id").unique(), on="conversation_id", how="semi", maintain_order="left")
            if goes_on.height:
                together = to_schema(in_order(pl.concat([rows, goes_on]).with_columns(pl.col("seq").alias("position"))), "messages")
        asks = asks_of(together, conversations.select("conversation_id", "is_offline_message"))
        if together.height != rows.height:
            asks = asks.join(rows.select("message_id"), on="message_id", how="semi", maintain_order="left")
        self._write_asks(store_id, month, asks)

    def _write_asks(self, store_id: str, month: str, asks: pl.DataFrame) -> None:
        """Asks lie in the month in which they were asked, in a file named after the conversation's month."""
        name = f"part-{month}.parquet"
        asks = asks.with_columns(pl.col("asked_at").dt.strftime("%Y-%m").alias(MONTH))
        written = set()
        for (at,), part in asks.group_by(MONTH, maintain_order=True):
            self._write("asks", store_id, str(at), part, name)
            written.add(str(at))
        for path in self._folder("asks", store_id).glob(f"month=*/{name}"):
            if path.parent.name.removeprefix("month=") not in written:
                path.unlink()

    def _conversation_months(self, staging: Staging, store_id: str, months: Iterable[str]) -> pl.DataFrame:
        """conversation_id and the month in which it began, of every conversation staged."""
        frames = []
        for month in months:
            frame = staging.take("messages", store_id, month, ("conversation_id", "sent_at"))
            if frame is not None:
                frames.append(frame.group_by("conversation_id").agg(pl.col("sent_at").min()))
        new = pl.concat(frames).group_by("conversation_id").agg(pl.col("sent_at").min())
        known = [
            pl.read_parquet(path, columns=["conversation_id", "started_at"]).rename({"started_at": "sent_at"})
            for path in sorted(self._folder("conversations", store_id).glob("month=*/part.parquet"))
        ]
        if known:
            before = pl.concat(known).join(new, on="conversation_id", how="semi")
            new = pl.concat([new, before]).group_by("conversation_id").agg(pl.col("sent_at").min())
        return new.select("conversation_id", pl.col("sent_at").dt.strftime("%Y-%m").alias(MONTH))


def _threads(messages: pl.DataFrame, month: str) -> pl.Series:
    """Which messages are of exports that number no conversations: their thread is a buyer's month."""
    return messages.get_column("conversation_id").str.ends_with(f"@{month}")


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"
