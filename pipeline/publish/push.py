"""Push the marts and rule tables of the current release to PostgreSQL: one transaction, only what changed.

Schema guize holds what binds (in_force), guize_training what was taught, guize_rules the rule tables.
Rows are deleted and copied, not truncated: until the commit a reader sees the old rows whole, and never
waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from adbc_driver_postgresql import dbapi

from pipeline.problems import GuizeError, Problem
from pipeline.publish.views import open_release
from pipeline.tables import MARTS, RULES, Table

# target schema -> schema of the release's views, tables
SCHEMAS: dict[str, tuple[str, tuple[Table, ...]]] = {
    "guize": ("main", MARTS),
    "guize_training": ("training", tuple(table for table in MARTS if "track" in table.names)),
    "guize_rules": ("rules", RULES),
}
_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "VARCHAR[]": "text[]"}
# any number that nothing else locks on; two pushes at once would both copy
_LOCK = 7_305_911


@dataclass(frozen=True)
class Pushed:
    """What a push did: rows copied by table, and the tables left as they were."""

    copied: dict[str, int]
    unchanged: tuple[str, ...]


def push(warehouse: Path, url: str) -> Pushed:
    """Copy the current release into the database at `url`, all of it or nothing.

    Raises:
        GuizeError: when nothing was published, or the database refuses; it is as before then.
    """
    with open_release(warehouse) as release:
        try:
            with dbapi.connect(url) as target, target.cursor() as cursor:
                pushed = _push(release, cursor)
                target.commit()
        except dbapi.Error as error:
            told = str(error).strip().splitlines()[0]
            raise GuizeError(
                Problem(
                    "push-failed",
                    "PostgreSQL",
                    f"没有写入，数据库保持原样：{told}",
                    f"nothing was written, the database is as before: {told}",
                    "检查地址、权限与磁盘后再试",
                    "check the address, rights and disk, and try again",
                )
            ) from None
    return pushed


def _push(release: duckdb.DuckDBPyConnection, cursor: Any) -> Pushed:
    cursor.execute(f"select pg_advisory_xact_lock({_LOCK})")
    _fetch(cursor)
    for statement in _set_up():
        cursor.execute(statement)
    cursor.execute("select table_schema, table_name, fingerprint from guize.published")
    known = {(schema, name): fingerprint for schema, name, fingerprint in _fetch(cursor)}
    copied: dict[str, int] = {}
    unchanged = []
    for schema, (source, tables) in SCHEMAS.items():
        for table in tables:
            name = f"{schema}.{table.name}"
            rows, fingerprint = _fingerprint(release, source, table)
            if known.get((schema, table.name)) == fingerprint:
                unchanged.append(name)
                continue
            _replace(release, cursor, schema, source, table)
            cursor.execute(
                "insert into guize.published values ($1, $2, $3, $4, now()) "
                "on conflict (table_schema, table_name) do update "
                "set fingerprint = excluded.fingerprint, rows = excluded.rows, changed_at = now()",
                (schema, table.name, fingerprint, rows),
            )
            copied[name] = rows
    return Pushed(copied, tuple(unchanged))


def _set_up() -> Iterator[str]:
    for schema in SCHEMAS:
        yield f"create schema if not exists {schema}"
    yield (
        "create table if not exists guize.published ("
        "table_schema text, table_name text, fingerprint text not null, rows bigint not null, "
        "changed_at timestamptz not null, primary key (table_schema, table_name))"
    )


def _fingerprint(release: duckdb.DuckDBPyConnection, source: str, table: Table) -> tuple[int, str]:
    """Rows, and what changes when any value does; the run that wrote them is no value of theirs."""
    told = [name for name in table.names if name != "run_id" or table.name == "runs"]
    listed = ", ".join(f'"{name}"' for name in told)
    shape = ",".join(f"{column.name} {column.sql_type} {column.zh} {column.en}" for column in table.columns)
    [(rows, content, form)] = release.execute(
        f"select count(*), coalesce(sum(cast(hash({listed}) as hugeint)), 0), hash(?) "
        f"from {source}.{table.name}",
        [shape],
    ).fetchall()
    return int(rows), f"{rows}-{content:x}-{form:x}"


def _replace(release: duckdb.DuckDBPyConnection, cursor: Any, schema: str, source: str, table: Table) -> None:
    name = f'{schema}."{table.name}"'
    cursor.execute(
        "select column_name from information_schema.columns where table_schema = $1 and table_name = $2 "
        "order by ordinal_position",
        (schema, table.name),
    )
    columns = [column for (column,) in _fetch(cursor)]
    if columns == table.names:
        cursor.execute(f"delete from {name}")
    else:
        cursor.execute(f"drop table if exists {name}")
        listed = ", ".join(f'"{c.name}" {_TYPES.get(c.sql_type, c.sql_type.lower())}' for c in table.columns)
        cursor.execute(f"create table {name} ({listed})")
    cursor.execute(f"comment on table {name} is {_quoted(f'{table.grain_zh} / {table.grain_en}')}")
    for column in table.columns:
        comment = _quoted(f"{column.zh} / {column.en}")
        cursor.execute(f'comment on column {name}."{column.name}" is {comment}')
    listed = ", ".join(f'"{column}"' for column in table.names)
    rows: Any = release.sql(f"select {listed} from {source}.{table.name}").to_arrow_table()
    if rows.num_rows:
        cursor.adbc_ingest(table.name, rows.cast(table.arrow_schema()), mode="append", db_schema_name=schema)


def _fetch(cursor: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
