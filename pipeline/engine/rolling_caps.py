"""Caps over a rolling window: an ordered fold, since what counts today depends on what counted before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import duckdb
import polars as pl

from pipeline.engine.duck import make_from_frame

_ROWS = """
select
    e.breach_id, e.penalty, e.certainty, e.kind, e.code, e.currency, e.payee, e.form, e.low, e.high, b.occurred_at,
    concat_ws('|', b.store_id, e.version_id, e.penalty, e.kind, coalesce(e.code, ''), coalesce(e.currency, ''),
        coalesce(e.payee, ''), coalesce(e.form, '')) as account,
    case c.per when '7d' then 7 else 30 end as days, c.cap_of, c.mode, c.low as cap_low, c.high as cap_high
from breach_effects as e
inner join breach_tested as b on e.breach_id = b.breach_id
inner join caps as c
    on e.version_id = c.version_id and e.cap_penalty = c.penalty and c.per in ('7d', '30d')
    and c.cap_of in ('times', e.kind)
order by account, case e.certainty when 'confirmed' then 1 when 'contingent' then 2 else 3 end, b.occurred_at, e.breach_id
"""
_KEY = ("breach_id", "penalty", "certainty", "kind", "code", "currency", "payee", "form")
_SCHEMA = pl.Schema({
    "breach_id": pl.String(), "penalty": pl.Int64(), "certainty": pl.String(), "kind": pl.String(), "code": pl.String(),
    "currency": pl.String(), "payee": pl.String(), "form": pl.String(),
    "low": pl.Decimal(18, 6), "high": pl.Decimal(18, 6),
})  # fmt: skip


def count_in_rolling_windows(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table `rolling_counts`: what of each effect counts under its rolling cap."""
    cursor = connection.execute(_ROWS)
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    frame = pl.DataFrame(list(fold(rows)), schema=_SCHEMA, orient="row")
    make_from_frame(connection, "rolling_counts", frame)


def fold(rows: Iterable[dict[str, object]]) -> Iterable[tuple[object, ...]]:
    """Yield each row with the low and high that still fit: within any `days` no more than the cap counts.

    Rows come by account, proven ones first, then in the order of time. `clip` cuts an award to what is left,
    `skip` leaves out the award that would pass the cap.
    """
    account: object = None
    counted: dict[str, deque[tuple[datetime, Decimal]]] = {}
    for row in rows:
        if row["account"] != account:
            account, counted = row["account"], {"low": deque(), "high": deque()}
        ends: list[Decimal | None] = []
        for end in ("low", "high"):
            amount, cap = row[end], row[f"cap_{end}"]
            if not isinstance(amount, Decimal) or not isinstance(cap, Decimal):
                ends.append(None)
                continue
            ends.append(_fitting(counted[end], row, amount, cap))
        yield (*(row[name] for name in _KEY), *ends)


def _fitting(
    counted: deque[tuple[datetime, Decimal]], row: dict[str, object], amount: Decimal, cap: Decimal
) -> Decimal:
    at, days = row["occurred_at"], row["days"]
    assert isinstance(at, datetime) and isinstance(days, int)
    span = timedelta(days=days)
    weight = Decimal(1) if row["cap_of"] == "times" else amount
    # proven awards may lie on either side in time: every window that holds this moment stays within the cap
    ends = [at, *(when for when, _ in counted if at < when < at + span)]
    most = max(sum((used for when, used in counted if end - span < when <= end), Decimal(0)) for end in ends)
    left = max(cap - most, Decimal(0))
    fits = weight if weight <= left else (Decimal(0) if row["cap_of"] == "times" or row["mode"] == "skip" else left)
    if fits:
        counted.append((at, fits))
    return (amount if fits else Decimal(0)) if row["cap_of"] == "times" else fits
