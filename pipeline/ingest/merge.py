"""Merge a run's rows into the facts: only the store-months touched, the newest word on everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from pipeline.ingest.factfiles import fit, placed_rows, together
from pipeline.ingest.merge_chat import ChatMerge
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


class Merger(ChatMerge):
    """Merges staged rows store by store."""

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

    def _orders(self, staging: Staging, store_id: str, months: list[str]) -> None:
        """Statements without a creation time join the month of the order they speak of, once that is known."""
        placed = [month for month in months if month != UNPLACED]
        known = self._known_orders(store_id)
        waits = UNPLACED in months or (self._state_folder("orders", store_id) / f"month={UNPLACED}").exists()
        # Which order lies in which month matters only where something may have to move.
        sure = _order_months(staging, store_id, placed if known.height or waits else [])
        parts: dict[str, list[pl.DataFrame]] = {month: [] for month in placed}
        lost = together([self._with_export(staging.take("orders", store_id, UNPLACED)), self._read_state("orders", store_id, UNPLACED)])
        if lost is not None:
            homes = pl.concat([sure, known]).unique("order_id", keep="first", maintain_order=True)
            lost = lost.drop(MONTH).join(homes, on="order_id", how="left", maintain_order="left")
            # An order export without creation times places its orders by the next best time.
            times = [pl.col(name) for name in ("paid_at", "shipped_at", "finished_at") if name in lost.columns]
            guess = pl.when(pl.col("status").is_not_null()).then(pl.coalesce(times).dt.strftime("%Y-%m")) if times and "status" in lost.columns else pl.lit(None, pl.String)
            lost = lost.with_columns(pl.coalesce(MONTH, guess).alias(MONTH))
            left = fold(fit(lost.filter(pl.col(MONTH).is_null()), "orders"), ["order_id"])
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
            self._fold_month(store_id, "orders", month, together([fresh, *parts.pop(month)]), ["created_at", "order_id"])

        _in_pairs(work, sorted(parts))

    def _folded(self, staging: Staging, store_id: str, table: str, placed: pl.DataFrame | None) -> None:
        strays = self._strays(staging, store_id, table, placed)

        def work(month: str) -> None:
            rows = self._rows_of(staging, store_id, table, month, placed, strays)
            self._fold_month(store_id, table, month, rows, list(FOLDED[table]))

        _in_pairs(work, sorted({*staging.months(table, store_id), *strays} - {UNPLACED}))

    def _fold_month(self, store_id: str, table: str, month: str, new: pl.DataFrame | None, order: list[str]) -> None:
        statements = together([self._read_state(table, store_id, month), new])
        if statements is None:
            self._write_state(table, store_id, month, pl.DataFrame())
            self._write(table, store_id, month, pl.DataFrame())
            return
        folded = fold(fit(statements, table), FOLDED[table])
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

    def _items(self, staging: Staging, store_id: str, placed: pl.DataFrame | None) -> None:
        strays = self._strays(staging, store_id, "order_items", placed)
        waiting = self._read("order_items", store_id, UNPLACED)
        if waiting is not None and placed is not None:
            homes = placed_rows(self._with_export(waiting).with_columns(pl.lit(None, pl.String).alias(MONTH)), placed.drop_nulls(), "order_id")
            self._write("order_items", store_id, UNPLACED, homes.filter(pl.col(MONTH) == UNPLACED))
            for (at,), part in homes.filter(pl.col(MONTH) != UNPLACED).group_by(MONTH, maintain_order=True):
                strays.setdefault(str(at), []).append(part)
        for month in sorted({*staging.months("order_items", store_id), *strays}):
            new = self._rows_of(staging, store_id, "order_items", month, placed, strays)
            if new is None:
                continue
            rows = together([self._with_export(self._read("order_items", store_id, month)), new])
            newest = rows.sort("exported_at", "source_file", "ingested_run", descending=True, nulls_last=True)
            newest = newest.unique("order_id", keep="first", maintain_order=True).select("order_id", "source_file", "ingested_run")
            rows = rows.join(newest, on=["order_id", "source_file", "ingested_run"], how="semi", nulls_equal=True)
            rows = rows.sort("order_id", "source_file", "source_row")
            number = pl.col("source_row").rank("ordinal").over("order_id").cast(pl.String)
            item_no = pl.coalesce("item_no", number) if "item_no" in rows.columns else number
            self._write("order_items", store_id, month, rows.with_columns(item_no.alias("item_no")))

    def _replaced(self, staging: Staging, store_id: str, table: str, placed: pl.DataFrame | None) -> None:
        keys = list(REPLACED[table])
        strays = self._strays(staging, store_id, table, placed)
        for month in sorted({*staging.months(table, store_id), *strays}):
            new = self._rows_of(staging, store_id, table, month, placed, strays)
            if new is None:
                continue
            rows = fit(together([self._with_export(self._read(table, store_id, month)), new]), table)
            kept = self._newest(table, rows, keys)
            self._write(table, store_id, month, kept.sort(keys, nulls_last=True))


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


def month_of(frame: pl.DataFrame, table: str, month_from: str | None) -> pl.DataFrame:
    """Add the column ``month`` by the table's own time, else by the date inside the order number."""
    times = [pl.col(name) for name in TIMES[table] if name in frame.columns]
    month = pl.coalesce(times).dt.strftime("%Y-%m") if times else pl.lit(None, pl.String)
    if month_from and "order_id" in frame.columns:
        parts = pl.col("order_id").str.extract_groups(month_from).struct
        month = pl.coalesce(month, pl.format("20{}-{}", parts.field("1"), parts.field("2")))
    return frame.with_columns(month.alias(MONTH))
