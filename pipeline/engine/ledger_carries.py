"""What a points account takes over from the year before: an ordered fold, since each year starts from the last."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import duckdb
import polars as pl

from pipeline.engine.duck import make_from_frame

_KEY = ("certainty", "store_id", "pack", "track", "points_class")
_YEARS = f"""
select
    {", ".join(_KEY)}, account, cast(extract(year from min(day)) as bigint) as year, cast(sum(points) as decimal(18, 6)) as points,
    max(kept_from) as kept_from, max(surely_kept_from) as surely_kept_from
from ledger_points
where account <> 'all'
group by {", ".join(_KEY)}, account
order by {", ".join(_KEY)}, year
"""
_SCHEMA = pl.Schema({**dict.fromkeys((*_KEY, "account"), pl.String()), "carried": pl.Decimal(18, 6)})


def carry_over_years(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table `ledger_carries`: the points with which a year's account opens."""
    cursor = connection.execute(_YEARS)
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    frame = pl.DataFrame(list(fold(rows)), schema=_SCHEMA, orient="row")
    make_from_frame(connection, "ledger_carries", frame)


def fold(years: Iterable[dict[str, object]]) -> Iterable[tuple[object, ...]]:
    """Yield each account with what it opens with; years come by ledger, then in order.

    A ladder that names no limit clears everything at the year's end. One that does clears what lies below
    `kept_from`; what reaches `surely_kept_from` no reset touches. What becomes of the balances between is not
    known: nothing of them is proven (view confirmed), all of them may stay (view contingent).
    """
    ledger: tuple[object, ...] | None = None
    balance, year_before = Decimal(0), 0
    limits: tuple[object, object] = (None, None)
    for row in years:
        year = row["year"]
        assert isinstance(year, int)
        own = tuple(row[name] for name in _KEY)
        if own != ledger:
            ledger, balance, year_before = own, Decimal(0), year
        for _ in range(year - year_before):
            balance = _kept(balance, *limits, proven=row["certainty"] == "confirmed")
        yield *own, row["account"], balance
        points = row["points"]
        assert isinstance(points, Decimal)
        balance, year_before, limits = balance + points, year, (row["kept_from"], row["surely_kept_from"])


def _kept(balance: Decimal, kept_from: object, surely_kept_from: object, *, proven: bool) -> Decimal:
    limit = surely_kept_from if proven else kept_from
    return balance if isinstance(limit, Decimal) and balance >= limit else Decimal(0)
