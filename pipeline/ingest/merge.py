"""Merge a run's rows into the facts: only the store-months touched, the newest word on everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from pipeline.ingest.factfiles import PLACE, fit, of_units, together
from pipeline.ingest.merge_chat import ChatMerge
from pipeline.ingest.parse import MONTH, TIMES, months_of
from pipeline.ingest.staging import UNPLACED, Staging, Unit
from pipeline.ingest.statements import fold, repeated, settle

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
_ORDER = ("store_id", "order_id")
_BATCH_BYTES = 100_000_000  # of staged rows: many small stores are merged together, a large one alone


def merge(merger: Merger, staging: Staging, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Merge everything staged, some stores at a time."""
    stores = staging.stores()
    batch: list[str] = []
    size = 0
    for number, store in enumerate(stores):
        if progress:
            progress(store, number, len(stores))
        batch.append(store)
        size += staging.size(store)
        if size > _BATCH_BYTES or number == len(stores) - 1:
            merger.batch(staging, batch)
            batch, size = [], 0


class Merger(ChatMerge):
    """Merges staged rows, some stores at a time."""

    def batch(self, staging: Staging, stores: Sequence[str]) -> None:
        """Merge everything staged for some stores."""
        self._orders(staging, stores)
        placed = self._known_orders(self._waiting_for_orders(staging, stores))
        for table in _OF_ORDERS:
            staging.place(table, stores, placed, "order_id")
        for table in ("shipments", "aftersales", "complaints"):
            self._folded(staging, stores, table, placed)
        self._items(staging, stores, placed)
        for table in REPLACED:
            self._replaced(staging, stores, table, placed)
        self._messages(staging, stores)

    def _waiting_for_orders(self, staging: Staging, stores: Sequence[str]) -> list[str]:
        """The stores of which some row, staged or written earlier, may have its place from its order."""
        waits = {store for table in _OF_ORDERS for store in staging.unsure(table, stores)}
        ordered = {store for store, _ in staging.units("orders", stores)}
        stated = ordered | {store for store, _ in staging.units("order_items", stores)}
        waits |= {store for store in stated if self._fact("order_items", (store, UNPLACED)).exists()}
        return sorted(waits | {store for store in ordered if self._folder("shipments", store).exists() or self._state_folder("shipments", store).exists() or self._folder("tracking_events", store).exists()})

    def _orders(self, staging: Staging, stores: Sequence[str]) -> None:
        """Statements without a creation time join the month of the order they speak of, once that is known."""
        units = staging.units("orders", stores)
        stated = list(dict.fromkeys(store for store, _ in units))
        fresh = {unit: size for unit, size in units.items() if unit[1] != UNPLACED}
        lost_units = [(store, UNPLACED) for store in stated if (store, UNPLACED) in units or self._statement("orders", (store, UNPLACED)).exists()]
        known = self._known_orders(stated)
        # Which order lies in which month matters only where something may have to move.
        sure = _order_months(staging, list(fresh) if known.height or lost_units else [])
        found = self._found(staging, lost_units, sure, known)
        moved = known.join(sure, on=_ORDER, how="inner", suffix="_now").filter(pl.col(MONTH) != pl.col(f"{MONTH}_now"))
        left = sorted(set(moved.select(*PLACE).iter_rows()))
        old = self._read_statements("orders", left)
        if old is not None:
            goes = old.join(moved, on=[*_ORDER, MONTH], how="inner", maintain_order="left")
            self._write_statements("orders", left, old.join(moved, on=[*_ORDER, MONTH], how="anti", maintain_order="left"))
            found = together([found, goes.with_columns(pl.col(f"{MONTH}_now").alias(MONTH)).drop(f"{MONTH}_now")])
        more = [] if found is None else sorted(set(found.select(*PLACE).iter_rows()))
        every = {unit: fresh.get(unit, 0) for unit in sorted({*fresh, *left, *more})}

        def work(group: list[Unit]) -> None:
            new = together([staging.take("orders", [unit for unit in group if unit in fresh]), of_units(found, group)])
            self._fold(group, "orders", new, ["created_at", "order_id"])

        self._each(work, "orders", every)

    def _found(self, staging: Staging, units: list[Unit], sure: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame | None:
        """Statements that had no month and have one now; the others are kept until their order is known."""
        lost: pl.DataFrame | None = together([staging.take("orders", units), self._read_statements("orders", units)])
        if lost is None:
            return None
        homes = pl.concat([sure, known]).unique(_ORDER, keep="first", maintain_order=True)
        lost = lost.drop(MONTH).join(homes, on=_ORDER, how="left", maintain_order="left")
        # An order export without creation times places its orders by the next best time.
        times = [pl.col(name) for name in ("paid_at", "shipped_at", "finished_at") if name in lost.columns]
        guess = pl.when(pl.col("status").is_not_null()).then(pl.coalesce(times).dt.strftime("%Y-%m")) if times and "status" in lost.columns else pl.lit(None, pl.String)
        lost = lost.with_columns(pl.coalesce(MONTH, guess).alias(MONTH))
        waits = lost.filter(pl.col(MONTH).is_null()).with_columns(pl.lit(UNPLACED).alias(MONTH))
        left = fold(fit(waits, "orders"), [*PLACE, "order_id"])
        self._supersede("orders", left.superseded)
        self._write_statements("orders", units, left.statements)
        return lost.drop_nulls(MONTH)

    def _folded(self, staging: Staging, stores: Sequence[str], table: str, placed: pl.DataFrame) -> None:
        moved, left = self._moved(staging, stores, table, placed) if table in _OF_ORDERS else (None, [])
        more = [] if moved is None else moved.select(*PLACE).unique().rows()
        staged = staging.units(table, stores)

        def work(group: list[Unit]) -> None:
            self._fold(group, table, together([staging.take(table, group), of_units(moved, group)]), list(FOLDED[table]))

        self._each(work, table, {unit: staged.get(unit, 0) for unit in sorted({*staged, *left, *more})})

    def _fold(self, units: list[Unit], table: str, new: pl.DataFrame | None, order: list[str]) -> None:
        dated = [unit for unit in units if unit[1] != UNPLACED]
        statements = together([self._read_statements(table, units), new])
        if statements is None:
            self._write_stated(table, units, None, None, same=False)
            return
        keys = [*PLACE, *FOLDED[table]]
        folded = fold(fit(statements, table), keys)
        self._supersede(table, folded.superseded)
        standing = folded.statements if len(dated) == len(units) else folded.statements.filter(pl.col(MONTH) != UNPLACED)
        named = _name_parcels(standing) if table == "shipments" else standing
        settled = named if folded.apart and named is standing else settle(named, keys)
        facts = settled.sort(*PLACE, *order, nulls_last=True)
        self._write_stated(table, units, folded.statements, facts, same=settled is standing)

    def _moved(self, staging: Staging, stores: Sequence[str], table: str, placed: pl.DataFrame) -> tuple[pl.DataFrame | None, list[Unit]]:
        """Rows written earlier whose order has turned out to lie in another month, taken out of where they were; and where that was."""
        first = {store: month for store, month in reversed(staging.units("orders", stores)) if month != UNPLACED}
        read, write = (self._read_statements, self._write_statements) if table in FOLDED else (self._read, self._write)
        left: list[Unit] = []
        for store, month in first.items():
            known = placed.filter(pl.col("store_id") == store)
            for at, path in (self._stated(table, store) if table in FOLDED else self._written(table, store)).items():
                if at < month:
                    continue
                ids = pl.read_parquet(path, columns=["order_id", *(["created_at"] if table in FOLDED else [])], hive_partitioning=False)
                ids = ids.filter(pl.col("created_at").is_null()) if "created_at" in ids.columns else ids
                if ids.join(known.filter(pl.col(MONTH) != at), on="order_id", how="semi").height:
                    left.append((store, at))
        rows = read(table, left)
        if rows is None:
            return None, []
        goes = placed.select(*_ORDER, pl.col(MONTH).alias("home"))
        rows = rows.join(goes, on=_ORDER, how="left", maintain_order="left")
        moves = pl.col("home").is_not_null() & (pl.col("home") != pl.col(MONTH))
        moves = moves & pl.col("created_at").is_null() if "created_at" in rows.columns else moves
        write(table, left, rows.filter(~moves).drop("home"))
        return self._with_export(rows.filter(moves).with_columns(pl.col("home").alias(MONTH)).drop("home")), left

    def _known_orders(self, stores: Sequence[str]) -> pl.DataFrame:
        """store_id, order_id and month of the orders that are placed."""
        frames = []
        for store in stores:
            for month, path in self._stated("orders", store).items():
                if month != UNPLACED:
                    ids = pl.read_parquet(path, columns=["order_id"], hive_partitioning=False)
                    frames.append(ids.select(pl.lit(store).alias("store_id"), "order_id", pl.lit(month).alias(MONTH)))
        known = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys((*_ORDER, MONTH), pl.String))
        return known.unique(_ORDER, keep="first", maintain_order=True)

    def _items(self, staging: Staging, stores: Sequence[str], placed: pl.DataFrame) -> None:
        found = self._found_items(staging, stores, placed)
        staged = staging.units("order_items", stores)
        more = [] if found is None else found.select(*PLACE).unique().rows()
        every = {unit: staged.get(unit, 0) for unit in sorted({*staged, *more})}
        for group in self._groups("order_items", every):
            rows = together([self._with_export(self._read("order_items", group)), staging.take("order_items", group), of_units(found, group)])
            rows = self._of_newest_file(rows).sort(*PLACE, "order_id", "source_file", "source_row")
            number = pl.lit("1") if repeated(rows, [*PLACE, "order_id"]) is None else pl.col("source_row").rank("ordinal").over(*PLACE, "order_id").cast(pl.String)
            item_no = pl.coalesce("item_no", number) if "item_no" in rows.columns else number
            self._write("order_items", group, rows.with_columns(item_no.alias("item_no")))

    def _of_newest_file(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The items that the newest file states of each order; the others are superseded."""
        if rows.select(pl.struct("source_file", "ingested_run").n_unique()).item() == 1:
            return rows
        newest = rows.sort("exported_at", "source_file", "ingested_run", descending=True, nulls_last=True)
        newest = newest.unique([*PLACE, "order_id"], keep="first", maintain_order=True).select(*PLACE, "order_id", "source_file", "ingested_run")
        falls = rows.join(newest, on=newest.columns, how="anti", nulls_equal=True)
        self._supersede("order_items", falls.group_by("source_file", "ingested_run").agg(pl.len().cast(pl.Int64).alias("rows")))
        return rows.join(newest, on=newest.columns, how="semi", nulls_equal=True)

    def _found_items(self, staging: Staging, stores: Sequence[str], placed: pl.DataFrame) -> pl.DataFrame | None:
        """Items that waited for their order and now have its month."""
        stated = {store for table in ("order_items", "orders") for store, _ in staging.units(table, stores)}
        units = [(store, UNPLACED) for store in sorted(stated)]
        found = self._read("order_items", units)
        if found is None:
            return None
        homes = placed.rename({MONTH: "home"})
        waiting: pl.DataFrame = self._with_export(found).join(homes, on=_ORDER, how="left", maintain_order="left")
        waiting = waiting.with_columns(pl.coalesce("home", MONTH).alias(MONTH)).drop("home")
        self._write("order_items", sorted(set(waiting.select("store_id", pl.lit(UNPLACED)).iter_rows())), waiting.filter(pl.col(MONTH) == UNPLACED))
        return waiting.filter(pl.col(MONTH) != UNPLACED)

    def _replaced(self, staging: Staging, stores: Sequence[str], table: str, placed: pl.DataFrame) -> None:
        keys = REPLACED[table]
        moved = self._moved(staging, stores, table, placed)[0] if table in _OF_ORDERS else None
        more = [] if moved is None else moved.select(*PLACE).unique().rows()
        staged = staging.units(table, stores)
        for group in self._groups(table, {unit: staged.get(unit, 0) for unit in sorted({*staged, *more})}):
            rows = fit(together([self._with_export(self._read(table, group)), staging.take(table, group), of_units(moved, group)]), table)
            self._write(table, group, self._newest(table, rows, keys).sort(*PLACE, *keys, nulls_last=True))


def _name_parcels(statements: pl.DataFrame) -> pl.DataFrame:
    """A statement without waybill number speaks of the order's only parcel, when there is only one."""
    if statements.get_column("tracking_no").null_count() == 0:
        return statements
    of_order = [*PLACE, "order_id"]
    numbers = statements.drop_nulls("tracking_no").group_by(of_order).agg(pl.col("tracking_no").unique().alias("numbers"))
    only = numbers.filter(pl.col("numbers").list.len() == 1).select(*of_order, pl.col("numbers").list.first().alias("only"))
    named = statements.join(only, on=of_order, how="left", maintain_order="left")
    return named.with_columns(pl.coalesce("tracking_no", "only").alias("tracking_no")).drop("only")


def _order_months(staging: Staging, units: Sequence[Unit]) -> pl.DataFrame:
    """store_id, order_id and month of the staged orders that a creation time places."""
    rows = staging.take("orders", units, ("order_id",))
    if rows is None:
        return pl.DataFrame(schema=dict.fromkeys((*_ORDER, MONTH), pl.String))
    return rows.select(*_ORDER, MONTH).sort(*PLACE, maintain_order=True).unique(_ORDER, keep="first", maintain_order=True)


def month_of(frame: pl.DataFrame, table: str, month_from: str | None) -> pl.DataFrame:
    """Add the column ``month`` by the table's own time, else by the date inside the order number."""
    times = [name for name in TIMES[table] if name in frame.columns]
    month = months_of(frame.select(pl.coalesce(times)).to_series()) if times else pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    if month_from and "order_id" in frame.columns and month.null_count():
        parts = pl.col("order_id").str.extract_groups(month_from).struct
        return frame.with_columns(pl.coalesce(month, pl.format("20{}-{}", parts.field("1"), parts.field("2"))).alias(MONTH))
    return frame.with_columns(month.alias(MONTH))
