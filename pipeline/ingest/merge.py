"""Merge a run's rows into the facts: only the store-months touched, each file replaced in one rename."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ingest.asks import asks_of
from pipeline.ingest.chat import conversations_of, give_ids, in_order
from pipeline.ingest.files import write_parquet
from pipeline.ingest.layouts import TABLES
from pipeline.ingest.parse import MONTH, TIMES
from pipeline.ingest.staging import UNPLACED, Staging
from pipeline.ingest.statements import fold, settle

# Tables whose rows several exports may state together, and the key of what they speak of.
FOLDED: Mapping[str, tuple[str, ...]] = {
    "orders": ("order_id",), "shipments": ("order_id", "tracking_no"), "aftersales": ("aftersale_id",), "complaints": ("complaint_id",),
}  # fmt: skip
# Tables whose newest row of a key replaces the older.
REPLACED: Mapping[str, tuple[str, ...]] = {
    "tracking_events": ("order_id", "tracking_no", "happened_at", "event"), "complaint_followups": ("complaint_id", "followed_at"),
    "agent_status": ("agent_id", "started_at"), "reviews": ("review_id",), "ratings": ("rating_id",), "blocks": ("block_id",),
    "listings": ("item_id", "captured_at"), "platform_notices": ("notice_id",), "annotations": ("annotation_id",),
}  # fmt: skip
_OF_ORDERS = ("order_items", "shipments", "tracking_events")
_NO_COUNT = pl.Schema({"source_file": pl.String, "ingested_run": pl.String, "rows": pl.Int64})


@dataclass
class Merged:
    """What a merge did: rows superseded per file and table, and the store-months written."""

    superseded: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def count(self, table: str, rows: pl.DataFrame) -> None:
        """Remember rows that a newer statement replaced."""
        if rows.height:
            self.superseded.setdefault(table, []).append(rows)

    def superseded_of(self, table: str) -> pl.DataFrame:
        """Rows superseded per file, by source_file and ingested_run."""
        frames = self.superseded.get(table, [])
        together = pl.concat([frame.cast(_NO_COUNT) for frame in frames]) if frames else pl.DataFrame(schema=_NO_COUNT)
        return together.group_by("source_file", "ingested_run").agg(pl.col("rows").sum())


class Merger:
    """Merges staged rows store by store; ``exported`` tells each file's export time by source_file and run."""

    def __init__(self, facts: Path, state: Path, exported: pl.DataFrame) -> None:
        self.facts, self.state, self.exported = facts, state, exported
        self.done = Merged()

    def store(self, staging: Staging, store_id: str) -> None:
        """Merge everything staged for one store."""
        if months := staging.months("orders", store_id):
            self._orders(staging, store_id, months)
        placed = self._known_orders(store_id) if any(staging.months(table, store_id) for table in ("orders", *_OF_ORDERS)) else None
        for table in ("shipments", "aftersales", "complaints"):
            self._folded(staging, store_id, table, placed if table in _OF_ORDERS else None)
        if staging.months("order_items", store_id) or staging.months("orders", store_id):
            self._items(staging, store_id, placed)
        for table in REPLACED:
            if staging.months(table, store_id):
                self._replaced(staging, store_id, table, placed if table in _OF_ORDERS else None)
        if staging.months("messages", store_id):
            self._messages(staging, store_id)

    # -- orders and other folded tables

    def _orders(self, staging: Staging, store_id: str, months: list[str]) -> None:
        """Statements without a creation time join the month of the order they speak of, once that is known."""
        placed = [month for month in months if month != UNPLACED]
        known = self._known_orders(store_id)
        waits = UNPLACED in months or (self._state_folder("orders", store_id) / f"month={UNPLACED}").exists()
        # Which order lies in which month matters only where something may have to move.
        sure = _order_months(staging, store_id, placed if known.height or waits else [])
        parts: dict[str, list[pl.DataFrame]] = {month: [] for month in placed}
        lost = _together([self._with_export(staging.take("orders", store_id, UNPLACED)), self._read_state("orders", store_id, UNPLACED)])
        if lost is not None:
            homes = pl.concat([sure, known]).unique("order_id", keep="first", maintain_order=True)
            lost = lost.drop(MONTH).join(homes, on="order_id", how="left", maintain_order="left")
            # An order export without creation times places its orders by the next best time.
            times = [pl.col(name) for name in ("paid_at", "shipped_at", "finished_at") if name in lost.columns]
            guess = pl.when(pl.col("status").is_not_null()).then(pl.coalesce(times).dt.strftime("%Y-%m")) if times and "status" in lost.columns else pl.lit(None, pl.String)
            lost = lost.with_columns(pl.coalesce(MONTH, guess).alias(MONTH))
            left = fold(_fit(lost.filter(pl.col(MONTH).is_null()), "orders"), ["order_id"])
            self._supersede("orders", left.superseded)
            self._write_state("orders", store_id, UNPLACED, left.statements)
            for (month,), part in lost.drop_nulls(MONTH).group_by(MONTH, maintain_order=True):
                parts.setdefault(str(month), []).append(part)
        moved = known.join(sure, on="order_id", how="inner", suffix="_now").filter(pl.col(MONTH) != pl.col(f"{MONTH}_now"))
        for (month,), gone in moved.group_by(MONTH, maintain_order=True):
            old = self._read_state("orders", store_id, str(month))
            if old is None:
                continue
            goes = old.drop(MONTH, strict=False).join(gone.select("order_id", pl.col(f"{MONTH}_now").alias(MONTH)), on="order_id", how="inner", maintain_order="left")
            for (now,), part in goes.group_by(MONTH, maintain_order=True):
                parts.setdefault(str(now), []).append(part)
            self._write_state("orders", store_id, str(month), old.join(gone, on="order_id", how="anti", maintain_order="left"))
            parts.setdefault(str(month), [])

        def work(month: str) -> None:
            fresh = self._with_export(staging.take("orders", store_id, month)) if month in placed else None
            self._fold_month(store_id, "orders", month, _together([fresh, *parts.pop(month)]), ["created_at", "order_id"])

        _in_pairs(work, sorted(parts))

    def _folded(self, staging: Staging, store_id: str, table: str, placed: pl.DataFrame | None) -> None:
        strays = self._strays(staging, store_id, table, placed)

        def work(month: str) -> None:
            rows = self._rows_of(staging, store_id, table, month, placed, strays)
            self._fold_month(store_id, table, month, rows, list(FOLDED[table]))

        _in_pairs(work, sorted({*staging.months(table, store_id), *strays} - {UNPLACED}))

    def _strays(
        self, staging: Staging, store_id: str, table: str, placed: pl.DataFrame | None, key: str = "order_id"
    ) -> dict[str, list[pl.DataFrame]]:
        """Staged rows that belong to another month than their own time tells: that of their order or conversation."""
        strays: dict[str, list[pl.DataFrame]] = {}
        if placed is None or placed.is_empty():
            return strays
        for month in staging.months(table, store_id):
            frame = staging.take(table, store_id, month)
            if frame is None:
                continue
            other = _placed(frame, placed, key).filter(pl.col(MONTH) != month)
            for (at,), part in self._with_export(other).group_by(MONTH, maintain_order=True):
                strays.setdefault(str(at), []).append(part)
        return strays

    def _rows_of(
        self, staging: Staging, store_id: str, table: str, month: str, placed: pl.DataFrame | None,
        strays: Mapping[str, list[pl.DataFrame]], key: str = "order_id",
    ) -> pl.DataFrame | None:  # fmt: skip
        """The staged rows of one month: its own, less those that belong elsewhere, and the strays of others."""
        own = self._with_export(staging.take(table, store_id, month))
        if own is not None and placed is not None and not placed.is_empty():
            own = _placed(own, placed, key).filter(pl.col(MONTH) == month)
        rows: pl.DataFrame | None = _together([own, *strays.get(month, [])])
        return rows

    def _fold_month(self, store_id: str, table: str, month: str, new: pl.DataFrame | None, order: list[str]) -> None:
        statements = _together([self._read_state(table, store_id, month), new])
        if statements is None:
            self._write_state(table, store_id, month, pl.DataFrame())
            self._write(table, store_id, month, pl.DataFrame())
            return
        folded = fold(_fit(statements, table), FOLDED[table])
        self._supersede(table, folded.superseded)
        self._write_state(table, store_id, month, folded.statements)
        standing = _name_parcels(folded.statements) if table == "shipments" else folded.statements
        rows = settle(standing, FOLDED[table])
        self._write(table, store_id, month, rows.sort(order, nulls_last=True))

    def _known_orders(self, store_id: str) -> pl.DataFrame:
        """order_id and month of the orders of a store that earlier runs placed."""
        frames = [
            pl.read_parquet(path, columns=["order_id"]).with_columns(pl.lit(path.parent.name.removeprefix("month=")).alias(MONTH))
            for path in sorted(self._state_folder("orders", store_id).glob("month=2*/part.parquet"))
        ]
        together = pl.concat(frames) if frames else pl.DataFrame(schema={"order_id": pl.String, MONTH: pl.String})
        return together.unique("order_id", keep="first", maintain_order=True)

    # -- items: the newest file that lists an order's items lists all of them

    def _items(self, staging: Staging, store_id: str, placed: pl.DataFrame | None) -> None:
        strays = self._strays(staging, store_id, "order_items", placed)
        waiting = self._read("order_items", store_id, UNPLACED)
        if waiting is not None and placed is not None:
            homes = _placed(self._with_export(waiting).with_columns(pl.lit(None, pl.String).alias(MONTH)), placed.drop_nulls(), "order_id")
            self._write("order_items", store_id, UNPLACED, homes.filter(pl.col(MONTH) == UNPLACED))
            for (at,), part in homes.filter(pl.col(MONTH) != UNPLACED).group_by(MONTH, maintain_order=True):
                strays.setdefault(str(at), []).append(part)
        for month in sorted({*staging.months("order_items", store_id), *strays}):
            new = self._rows_of(staging, store_id, "order_items", month, placed, strays)
            if new is None:
                continue
            rows = _together([self._with_export(self._read("order_items", store_id, month)), new])
            newest = rows.sort("exported_at", "source_file", "ingested_run", descending=True, nulls_last=True)
            newest = newest.unique("order_id", keep="first", maintain_order=True).select("order_id", "source_file", "ingested_run")
            rows = rows.join(newest, on=["order_id", "source_file", "ingested_run"], how="semi", nulls_equal=True)
            rows = rows.sort("order_id", "source_file", "source_row")
            number = pl.col("source_row").rank("ordinal").over("order_id").cast(pl.String)
            item_no = pl.coalesce("item_no", number) if "item_no" in rows.columns else number
            self._write("order_items", store_id, month, rows.with_columns(item_no.alias("item_no")))

    # -- tables whose newest row replaces

    def _replaced(self, staging: Staging, store_id: str, table: str, placed: pl.DataFrame | None) -> None:
        keys = list(REPLACED[table])
        strays = self._strays(staging, store_id, table, placed)
        for month in sorted({*staging.months(table, store_id), *strays}):
            new = self._rows_of(staging, store_id, table, month, placed, strays)
            if new is None:
                continue
            rows = _fit(_together([self._with_export(self._read(table, store_id, month)), new]), table)
            kept = self._newest(table, rows, keys)
            self._write(table, store_id, month, kept.sort(keys, nulls_last=True))

    def _newest(self, table: str, rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
        again = rows.select(pl.struct(keys).is_duplicated()).to_series() if len(keys) > 1 else rows.get_column(keys[0]).is_duplicated()
        if not again.any():
            return rows
        several = rows.filter(again).sort(
            [*keys, "exported_at", "source_file", "ingested_run", "source_row"], descending=[False] * len(keys) + [True] * 4, nulls_last=True
        )
        first = several.select(pl.struct(keys).is_first_distinct()).to_series()
        falls = several.filter(~first).with_columns(pl.lit(1, pl.Int64).alias("rows"))
        self._supersede(table, falls.group_by("source_file", "ingested_run").agg(pl.col("rows").sum()))
        return pl.concat([rows.filter(~again), several.filter(first)])

    # -- messages, and what is built of them

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
            rows = _together([old, *frames])
            if rows is not None:
                self._message_month(store_id, month, rows)
                continue
            for table in ("messages", "conversations", "hits"):
                self._write(table, store_id, month, pl.DataFrame())
            self._write_asks(store_id, month, pl.DataFrame(schema=TABLES["asks"].polars_schema()))

    def _message_month(self, store_id: str, month: str, rows: pl.DataFrame) -> None:
        if "is_offline_message" not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.Boolean).alias("is_offline_message"))
        rows = _fit(give_ids(rows), "messages", ("is_offline_message", "message_seq"))
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
        self._asks_month(store_id, month, _to_schema(rows, "messages"), conversations)
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
                together = _to_schema(in_order(pl.concat([rows, goes_on]).with_columns(pl.col("seq").alias("position"))), "messages")
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

    # -- reading and writing

    def _folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.facts / table / f"platform={platform}" / f"store={store}"

    def _state_folder(self, table: str, store_id: str) -> Path:
        platform, store = store_id.split("/", 1)
        return self.state / "statements" / table / f"platform={platform}" / f"store={store}"

    def _months_written(self, table: str, store_id: str) -> list[str]:
        return sorted(path.name.removeprefix("month=") for path in self._folder(table, store_id).glob("month=*"))

    def _read(self, table: str, store_id: str, month: str) -> pl.DataFrame | None:
        path = self._folder(table, store_id) / f"month={month}" / "part.parquet"
        return pl.read_parquet(path) if path.exists() else None

    def _read_state(self, table: str, store_id: str, month: str) -> pl.DataFrame | None:
        path = self._state_folder(table, store_id) / f"month={month}" / "part.parquet"
        return pl.read_parquet(path) if path.exists() else None

    def _write_state(self, table: str, store_id: str, month: str, frame: pl.DataFrame) -> None:
        path = self._state_folder(table, store_id) / f"month={month}" / "part.parquet"
        if frame.is_empty():
            path.unlink(missing_ok=True)
        else:
            write_parquet(frame, path, "lz4")

    def _write(self, table: str, store_id: str, month: str, frame: pl.DataFrame, name: str = "part.parquet") -> None:
        path = self._folder(table, store_id) / f"month={month}" / name
        self.done.touched.add((store_id, month))
        if frame.is_empty():
            path.unlink(missing_ok=True)
        else:
            write_parquet(_to_schema(frame, table), path)

    def _with_export(self, frame: pl.DataFrame | None) -> Any:
        """Add the export time and signature of each row's file, where the rows do not carry them."""
        if frame is None or "exported_at" in frame.columns:
            return frame
        return frame.join(self.exported, on=["source_file", "ingested_run"], how="left", maintain_order="left")

    def _supersede(self, table: str, rows: pl.DataFrame) -> None:
        self.done.count(table, rows)


def _threads(messages: pl.DataFrame, month: str) -> pl.Series:
    """Which messages are of exports that number no conversations: their thread is a buyer's month."""
    return messages.get_column("conversation_id").str.ends_with(f"@{month}")


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"


def _in_pairs(work: Callable[[str], None], months: list[str]) -> None:
    """Do months two at a time: small frames leave a core idle otherwise."""
    if len(months) < 2:
        for month in months:
            work(month)
        return
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(work, months):
            pass


def _name_parcels(statements: pl.DataFrame) -> pl.DataFrame:
    """A statement without waybill number speaks of the order's only parcel, when there is only one."""
    numbers = statements.drop_nulls("tracking_no").group_by("order_id").agg(pl.col("tracking_no").unique().alias("numbers"))
    only = numbers.filter(pl.col("numbers").list.len() == 1).select("order_id", pl.col("numbers").list.first().alias("only"))
    named = statements.join(only, on="order_id", how="left", maintain_order="left")
    return named.with_columns(pl.coalesce("tracking_no", "only").alias("tracking_no")).drop("only")


def _order_months(staging: Staging, store_id: str, months: Iterable[str]) -> pl.DataFrame:
    """order_id and month of the staged orders that a creation time places."""
    frames = [frame for month in months if (frame := staging.take("orders", store_id, month, ("order_id", MONTH))) is not None]
    together = pl.concat(frames) if frames else pl.DataFrame(schema={"order_id": pl.String, MONTH: pl.String})
    return together.unique("order_id", keep="first", maintain_order=True)


def _together(frames: Iterable[pl.DataFrame | None]) -> Any:
    held = [frame for frame in frames if frame is not None and frame.height]
    return pl.concat(held, how="diagonal_relaxed") if held else None


def _placed(frame: pl.DataFrame, placed: pl.DataFrame, key: str) -> pl.DataFrame:
    """Put rows into the month of the order or conversation that they speak of; unknown ones keep their own."""
    if key == "order_id" and "created_at" in frame.columns and frame.get_column("created_at").null_count() == 0:
        return frame  # the order's own time is stated and places them
    other = placed.rename({MONTH: "other"})
    found = frame.join(other, on=key, how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("other", MONTH).fill_null(UNPLACED).alias(MONTH)).drop("other")


def _fit(frame: pl.DataFrame, table: str, also: tuple[str, ...] = ()) -> pl.DataFrame:
    """Give a frame every column of its table, so that frames of different layouts meet."""
    schema = TABLES[table].polars_schema()
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(*missing, *(pl.col(name).cast(schema[name]) for name in frame.columns if name in schema))


def _to_schema(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    schema = TABLES[table].polars_schema()
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None, dtype)).cast(dtype).alias(name) for name, dtype in schema.items()
    )


def month_of(frame: pl.DataFrame, table: str, month_from: str | None) -> pl.DataFrame:
    """Add the column ``month`` by the table's own time, else by the date inside the order number."""
    times = [pl.col(name) for name in TIMES[table] if name in frame.columns]
    month = pl.coalesce(times).dt.strftime("%Y-%m") if times else pl.lit(None, pl.String)
    if month_from and "order_id" in frame.columns:
        parts = pl.col("order_id").str.extract_groups(month_from).struct
        month = pl.coalesce(month, pl.format("20{}-{}", parts.field("1"), parts.field("2")))
    return frame.with_columns(month.alias(MONTH))
