"""Count what is wrong in each table: one SQL model a table, whose single row of counts the gates judge."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.config import PLATFORMS
from pipeline.quality.grains import FORBIDDEN, IDENTITIES, KEYS, REFERENCES
from pipeline.tables import Column, Table

if TYPE_CHECKING:
    import duckdb

PACKS = (*PLATFORMS, "baseline", "law")
# a meaning that ends in a list of codes (状态：unpaid、to_ship、shipped) is the list of allowed values
_LISTED = re.compile(r"(?:^|[：；])([A-Za-z]\w*(?:(?:、| 或 )\w+)+)$", re.ASCII)
_NOT_CODES = {"evidence"}  # evidence.platform holds several codes


@dataclass(frozen=True)
class Check:
    """One count that must be 0: `sql` is an aggregate over the table, or a SELECT in brackets."""

    table: str
    kind: str  # null, repeated, value, low_above_high, dangling, forbidden, unequal
    what: str
    sql: str

    @property
    def name(self) -> str:
        """Table, kind and column, as the failure names it."""
        return f"{self.table}.{self.kind}.{self.what}"


def allowed_values(table: Table, column: Column) -> tuple[str, ...] | None:
    """The codes a column may hold, or None when it is free."""
    if column.type != "text" or table.name in _NOT_CODES:
        return None
    if column.name == "pack":
        return PACKS
    if column.name == "platform":
        return PLATFORMS
    found = _LISTED.search(column.zh)
    return tuple(re.split("、| 或 ", found.group(1))) if found else None


def checks_of(table: Table, present: Iterable[str]) -> list[Check]:
    """Every check of a table that needs no table outside `present`."""
    there, name = set(present), table.name
    checks = [
        Check(name, "null", column.name, _rows(f"{_q(column.name)} is null"))
        for column in table.columns
        if column.required
    ]
    for column in table.columns:
        if codes := allowed_values(table, column):
            listed = ", ".join(f"'{code}'" for code in codes)
            checks.append(Check(name, "value", column.name, _rows(f"{_q(column.name)} not in ({listed})")))
        high = re.sub(r"(^|_)low(_|$)", r"\1high\2", column.name)
        if high != column.name and high in table.names:
            condition = f"{_q(column.name)} > {_q(high)}"
            checks.append(Check(name, "low_above_high", column.name, _rows(condition)))
    if key := KEYS.get(name):
        # the values, not their hash: DuckDB gives two long texts that differ in a few digits one hash
        whole = f"({', '.join(map(_q, key))})" if len(key) > 1 else _q(key[0])
        checks.append(Check(name, "repeated", "+".join(key), f"count(*) - count(distinct {whole})"))
    for column_name, other, other_column in [
        (c, o, oc) for t, c, o, oc in REFERENCES if t == name and o in there
    ]:
        select = (
            f"(select count(*) from (select distinct {_q(column_name)} as v from {_q(name)}) as used "
            f"where v is not null and v not in (select {_q(other_column)} from {_q(other)}))"
        )
        checks.append(Check(name, "dangling", f"{column_name}->{other}", select))
    checks += [
        Check(name, "forbidden", what, _rows(condition))
        for what, condition in FORBIDDEN.get(name, {}).items()
    ]
    for what, (needs, select) in IDENTITIES.get(name, {}).items():
        if there.issuperset(needs):
            checks.append(Check(name, "unequal", what, f"({select})"))
    return checks


def count(connection: duckdb.DuckDBPyConnection, table: Table, checks: list[Check]) -> tuple[int, list[int]]:
    """Run the table's model: its rows, and the count of each check in order."""
    aggregates = [check for check in checks if not check.sql.startswith("(")]
    listed = ", ".join(["count(*)", *(f"coalesce({check.sql}, 0)" for check in aggregates)])
    [row] = connection.execute(f"select {listed} from {_q(table.name)}").fetchall()
    counts = dict(zip((check.name for check in aggregates), row[1:], strict=True))
    for check in checks:
        if check.name not in counts:
            [(counts[check.name],)] = connection.execute(f"select {check.sql}").fetchall()
    return int(row[0]), [int(counts[check.name]) for check in checks]


def tables_in(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables and views that a connection knows by their bare name."""
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    ).fetchall()
    return {name for (name,) in found}


def _rows(condition: str) -> str:
    return f"count(*) filter (where {condition})"


def _q(name: str) -> str:
    return f'"{name}"'
