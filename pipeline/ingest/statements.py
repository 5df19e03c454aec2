"""Fold what several exports say about the same thing into one row: the newest word on each column wins.

A *statement* is what one file says about one key (an order, a request, a parcel). Statements are kept per
key and *signature* (the set of columns the file has), so that the outcome does not depend on the order in
which files are read: within a signature the newest statement replaces the older, across signatures the
newest one that says something wins column by column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipeline.ingest.parse import PER_ITEM

_PROGRESS = ["unpaid", "to_ship", "shipped", "done", "closed"]
# How rows of one file about the same key are folded into one, where not by the first that says something.
_AMOUNTS = ("paid_cny", "goods_cny", "freight_cny", "deposit_cny")
_FOLD: Mapping[str, Literal["sum", "min", "max", "same", "least"]] = {
    "quantity": "sum", "paid_cny": "same", "goods_cny": "same", "freight_cny": "same", "deposit_cny": "same",
    "refund_cny": "same", "delivered_at": "max", "finished_at": "max", "status": "least",
}  # fmt: skip
OWN = ("store_id", "platform", "source_file", "source_row", "ingested_run", "exported_at", "signature", "rows", "month")


@dataclass(frozen=True)
class Folded:
    """The statements that stand, and the rows of each file that were superseded."""

    statements: pl.DataFrame
    superseded: pl.DataFrame  # source_file, ingested_run, rows
    apart: bool = False  # no two speak of the same key


def fold(statements: pl.DataFrame, keys: Sequence[str]) -> Folded:
    """Keep the newest statement per key and signature, its rows folded into one."""
    if repeated(statements, keys) is None:
        return Folded(statements, _count(statements.clear()), apart=True)
    group = [*keys, "signature"]
    again = repeated(statements, group)
    if again is None:
        return Folded(statements, _count(statements.clear()))
    single, several = statements.filter(~again), statements.filter(again)
    newest = ["exported_at", "source_file", "ingested_run"]
    several = several.sort([*group, *newest, "source_row"], descending=[False] * len(group) + [True] * 3 + [False], nulls_last=True)
    leads = several.group_by(group, maintain_order=True).agg(pl.col(name).first() for name in ("source_file", "ingested_run"))
    stands = several.join(leads, on=[*group, "source_file", "ingested_run"], how="semi", nulls_equal=True, maintain_order="left")
    falls = several.join(leads, on=[*group, "source_file", "ingested_run"], how="anti", nulls_equal=True)
    columns = [name for name in stands.columns if name not in group]
    if stands.select(pl.struct(group).is_duplicated().any()).item():
        stands = stands.group_by(group, maintain_order=True).agg(_folded(name, stands.schema) for name in columns)
    result = pl.concat([single, stands.select(single.columns).cast(single.schema)])
    return Folded(result, _count(falls))


def _folded(name: str, schema: pl.Schema) -> pl.Expr:
    told = pl.col(name).drop_nulls()
    how = _FOLD.get(name)
    if name == "rows":
        return pl.col(name).sum()
    if how == "sum":
        return pl.when(told.len() > 0).then(told.sum()).alias(name)
    if how == "max":
        return told.max()
    if name in _AMOUNTS and PER_ITEM in schema:
        return pl.when(pl.col(PER_ITEM).first()).then(_of_items(name, schema)).otherwise(pl.when(told.n_unique() == 1).then(told.first())).alias(name)
    if how == "same":
        return pl.when(told.n_unique() == 1).then(told.first()).alias(name)
    if how == "least" and schema[name] == pl.String:
        rank = told.replace_strict(_PROGRESS, list(range(len(_PROGRESS))), default=9, return_dtype=pl.Int64)
        return told.sort_by(rank, maintain_order=True).first().alias(name)
    if name in ("shipped_at", "picked_up_at") and "status" in schema:
        # Parcels of one order: shipped when the first is; unknown while an item still waits to be shipped.
        waits = pl.col("status").is_in(["unpaid", "to_ship"]).any() & pl.col("status").is_in(["shipped", "done"]).any()
        return pl.when(~waits.fill_null(False)).then(told.min()).alias(name)
    if name in ("shipped_at", "picked_up_at"):
        return told.min()
    return told.first()


def _of_items(name: str, schema: pl.Schema) -> pl.Expr:
    """An amount of an order whose rows are its items: the sum of shares, or the amount that every row repeats.

    Amounts that differ are shares. Equal ones are repeated when they are more than an item can cost or make up
    all items together, shares when each is what its own item costs; else nothing says which, and it is unknown.
    """
    paid = pl.col("paid_cny").cast(pl.Float64)
    price, freight, discount = (pl.col(column).cast(pl.Float64) if column in schema else pl.lit(None, pl.Float64) for column in ("item_price_cny", "freight_cny", "item_discount_cny"))
    goods = price * pl.col("quantity").fill_null(1)
    own = goods + freight.fill_null(0)
    whole = goods.sum() + freight.max().fill_null(0) - discount.max().fill_null(0)
    cent = 0.005
    differ = paid.n_unique() > 1
    repeated = ~differ & ((pl.len() == 1) | (paid.first() == 0) | goods.has_nulls() | (paid > own + cent).any() | ((paid.first() - whole).abs() < cent))
    shared = differ | (~repeated & ((paid - (own - discount.fill_null(0))).abs() < cent).all())
    told = pl.col(name).drop_nulls()
    return (
        pl.when((told == 0).all()).then(told.first())
        .when(shared | (told.n_unique() > 1)).then(told.sum())
        .when(repeated).then(told.first())
    )  # fmt: skip


def repeated(rows: pl.DataFrame, keys: Sequence[str]) -> pl.Series | None:
    """Which rows share all keys with another; None when no row does, which one key mostly tells alone."""
    if any(rows.get_column(name).n_unique() == rows.height for name in reversed(keys)):
        return None
    again = rows.select(pl.struct(keys).is_duplicated()).to_series()
    return again if again.any() else None


def _count(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("source_file", "ingested_run").agg(pl.col("rows").sum())


def settle(statements: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """One row per key: the newest word of any signature on each column."""
    again = repeated(statements, keys)
    if again is None:
        return statements
    single = statements.filter(~again)
    several = statements.filter(again).sort(
        [*keys, "exported_at", "source_file"], descending=[False] * len(keys) + [True, True], nulls_last=True
    )
    columns = [name for name in several.columns if name not in keys]
    merged = several.group_by(list(keys), maintain_order=True).agg(
        pl.col(name).first() if name in OWN else pl.col(name).drop_nulls().first() for name in columns
    )
    return pl.concat([single, merged.select(single.columns)])
