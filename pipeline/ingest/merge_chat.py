"""Merge messages: conversations in the month in which they began, and what is built of their sorted rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.ingest.asks import asks_of
from pipeline.ingest.beside import Change
from pipeline.ingest.chat import conversations_of, give_ids, in_order
from pipeline.ingest.factfiles import PLACE, FactFiles, fit, of_units, to_schema, together
from pipeline.ingest.parse import MONTH
from pipeline.ingest.staging import Staging, Unit

_TALK = ("store_id", "conversation_id")


class ChatMerge(FactFiles):
    """Merges messages and rebuilds their conversations and asks."""

    def _messages(self, staging: Staging, stores: Sequence[str]) -> None:
        stated = list(dict.fromkeys(store for store, _ in staging.units("messages", stores)))
        if not stated:
            return
        starts, moved = self._beginnings(staging, stated)
        staging.place("messages", stated, starts, "conversation_id")
        units: Mapping[Unit, int] = staging.units("messages", stated)
        left = sorted(set(moved.select(*PLACE).iter_rows()))
        old = self._with_export(self._read("messages", left))
        goes = None
        if old is not None:
            goes = old.join(moved, on=[*_TALK, MONTH], how="inner", maintain_order="left")
            goes = goes.with_columns(pl.col("now").alias(MONTH)).drop("now")
        more = [] if goes is None else goes.select(*PLACE).unique().rows()
        units = {unit: units.get(unit, 0) for unit in sorted({*units, *left, *more})}
        for group in self._groups("messages", units):
            old = self._with_export(self._read("messages", group))
            if old is not None and moved.height:
                old = old.join(moved, on=[*_TALK, MONTH], how="anti", maintain_order="left")
            self._talk(group, together([old, staging.take("messages", group), of_units(goes, group)]))

    def _talk(self, units: list[Unit], rows: pl.DataFrame | None) -> None:
        """Write the messages of some stores and months, and what follows from them."""
        if rows is None:
            for table in ("messages", "conversations"):
                self._write(table, units, None)
            self._write_asks(units, None)
            self._drop_hits(units)
            return
        rows = give_ids(rows)
        told = [pl.lit(None, dtype).alias(name) for name, dtype in (("is_offline_message", pl.Boolean), ("message_seq", pl.Int64)) if name not in rows.columns]
        rows = self._newest("messages", fit(rows.with_columns(told), "messages"), ["message_id"])
        rows = in_order(rows.with_columns(_position(rows).alias("position")))
        conversations = conversations_of(rows)
        before = self._read("conversations", units)
        if before is not None:
            said = before.select(*PLACE, "conversation_id", pl.col("is_offline_message").alias("told"))
            conversations = conversations.join(said, on=[*PLACE, "conversation_id"], how="left", maintain_order="left").with_columns(
                pl.coalesce("is_offline_message", "told").alias("is_offline_message")
            )
        rows = to_schema(rows, "messages", (MONTH,))
        self._write("messages", units, rows)
        self._write("conversations", units, conversations)
        written = set(rows.select(*PLACE).unique().iter_rows())
        self._drop_hits([unit for unit in units if unit not in written])
        self._asks(units, rows, conversations.select(*PLACE, "conversation_id", "is_offline_message"))

    def _drop_hits(self, units: Sequence[Unit]) -> None:
        """The words found in messages that are no longer there."""
        for unit in units:
            self._files.put(Change(self._fact("hits", unit), None))

    def _asks(self, units: list[Unit], rows: pl.DataFrame, conversations: pl.DataFrame) -> None:
        """The asks of these months; a thread cut at a month's end is answered by the next month's messages."""
        threads = rows.filter(_is_thread())
        if threads.is_empty():
            self._write_asks(units, asks_of(rows, conversations))
            return
        with_threads = set(threads.select(*PLACE).iter_rows())
        earlier = [unit for unit in ((store, _month_before(month)) for store, month in sorted(with_threads)) if unit not in units]
        before, talks = self._read("messages", earlier), self._read("conversations", earlier)
        if before is not None and talks is not None:
            rows = pl.concat([rows, before.select(rows.columns)])
            conversations = pl.concat([conversations, talks.select(conversations.columns)])
            units = [*units, *before.select(*PLACE).unique().rows()]
        later = [unit for unit in ((store, _month_after(month)) for store, month in sorted(with_threads)) if unit not in units]
        after = together([rows, self._read("messages", later)]).filter(_is_thread())
        stem = pl.col("conversation_id").str.head(-8)
        goes_on = after.with_columns(_month_before_of(pl.col(MONTH)).alias(MONTH)).with_columns((stem + "@" + pl.col(MONTH)).alias("conversation_id"))
        goes_on = goes_on.join(rows.select(*PLACE, "conversation_id").unique(), on=[*PLACE, "conversation_id"], how="semi", maintain_order="left")
        whole = rows
        if goes_on.height:
            whole = pl.concat([rows, goes_on.select(rows.columns)])
            cut = set(goes_on.select(*PLACE).iter_rows())
            again = to_schema(in_order(of_units(whole, sorted(cut)).with_columns(pl.col("seq").alias("position"))), "messages", (MONTH,))  # type: ignore[union-attr]
            rest = of_units(rows, [unit for unit in units if unit not in cut])
            whole = together([rest, again])
        asks = asks_of(whole, conversations)
        if whole.height != rows.height:
            asks = asks.join(rows.select(*PLACE, "message_id"), on=[*PLACE, "message_id"], how="semi", maintain_order="left")
        self._write_asks(units, asks)

    def _write_asks(self, units: Sequence[Unit], asks: pl.DataFrame | None) -> None:
        """Asks lie in the month in which they were asked, in a file named after the conversation's month."""
        written: dict[Unit, set[str]] = {unit: set() for unit in units}
        if asks is not None and asks.height:
            dated = asks.with_columns(pl.col("asked_at").dt.strftime("%Y-%m").alias("at"))
            for (store, month, at), part in dated.partition_by([*PLACE, "at"], as_dict=True, maintain_order=True).items():
                self.done.touched.add((str(store), str(at)))
                self._files.put(Change(self._fact("asks", (str(store), str(at)), f"part-{month}.parquet"), part.drop(MONTH, "at")))
                written[str(store), str(month)].add(str(at))
        for unit, months in written.items():
            for path in self._folder("asks", unit[0]).glob(f"month=*/part-{unit[1]}.parquet"):
                if path.parent.name.removeprefix("month=") not in months:
                    self._files.put(Change(path, None))

    def _beginnings(self, staging: Staging, stores: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """store_id, conversation_id and first month of what is staged; and those written under another month, with the month ``now``."""
        rows = staging.take("messages", staging.units("messages", stores), ("conversation_id", "sent_at"))
        assert rows is not None
        new = rows.group_by(_TALK).agg(pl.col("sent_at").min())
        known = []
        for store in stores:
            for path in sorted(self._folder("conversations", store).glob("month=*/part.parquet")):
                self._files.wait(path)
                month = path.parent.name.removeprefix("month=")
                began = pl.read_parquet(path, columns=["conversation_id", "started_at"], hive_partitioning=False)
                known.append(began.select(pl.lit(store).alias("store_id"), "conversation_id", pl.col("started_at").alias("sent_at"), pl.lit(month).alias(MONTH)))
        nothing = pl.DataFrame(schema={"store_id": pl.String, "conversation_id": pl.String, MONTH: pl.String, "now": pl.String})
        begun = pl.col("sent_at").dt.strftime("%Y-%m")
        if not known:
            return new.select(*_TALK, begun.alias(MONTH)), nothing
        before = pl.concat(known).join(new, on=_TALK, how="semi")
        new = pl.concat([new, before.select(new.columns)]).group_by(_TALK).agg(pl.col("sent_at").min())
        now = new.select(*_TALK, begun.alias("now"))
        moved = before.join(now, on=_TALK, how="inner").filter(pl.col(MONTH) != pl.col("now")).select(nothing.columns)
        return now.rename({"now": MONTH}), moved


def _position(rows: pl.DataFrame) -> pl.Series:
    """The order within a file; where several files speak of a store's month, their rows of a second alternate."""
    position = rows.select(pl.coalesce("message_seq", "source_row")).to_series()
    files = rows.group_by(PLACE).agg(pl.struct("source_file", "ingested_run").n_unique().alias("files")).filter(pl.col("files") > 1)
    if files.is_empty():
        return position
    numbered = rows.select(*PLACE, "conversation_id", "sent_at", "source_file", "ingested_run", position.alias("position")).with_row_index("at")
    several = numbered.join(files, on=list(PLACE), how="semi", maintain_order="left")
    ranked = pl.col("position").rank("ordinal").over(*PLACE, "conversation_id", "sent_at", "source_file", "ingested_run").cast(pl.Int64)
    return position.scatter(several.get_column("at"), several.select(ranked).to_series())


def _is_thread() -> pl.Expr:
    """Which messages are of exports that number no conversations: their thread is a buyer's month."""
    return pl.col("conversation_id").str.ends_with("@" + pl.col(MONTH))


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"


def _month_before_of(month: pl.Expr) -> pl.Expr:
    return (month + "-01").str.to_date("%Y-%m-%d").dt.offset_by("-1mo").dt.strftime("%Y-%m")
