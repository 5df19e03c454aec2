"""Open DuckDB and show Parquet files to it as the tables of pipeline/tables.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl

from pipeline.tables import Table

Kind = Literal["view", "table"]


@contextmanager
def open_duckdb(
    scratch: Path, *, memory: str = "2GB", threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an in-memory DuckDB that spills to `scratch` and leaves nothing behind."""
    scratch.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    try:
        run(connection, f"set memory_limit = '{memory}'")
        run(connection, f"set temp_directory = '{quoted(scratch)}'")
        run(connection, "set enable_progress_bar = false")
        run(connection, "set preserve_insertion_order = false")
        run(connection, "set global timezone = 'Asia/Shanghai'")
        if threads:
            run(connection, f"set threads = {threads}")
        yield connection
    finally:
        connection.close()


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Execute and drop the result: an unread one blocks the next statement."""
    connection.execute(sql).fetchall()


def quoted(text: Path | str) -> str:
    """A path or name as it stands between single quotes in SQL."""
    return str(text).replace("'", "''")


def show_files(connection: duckdb.DuckDBPyConnection, table: Table, files: Iterable[Path], kind: Kind = "view") -> None:
    """Show Parquet files as `table.name`; over none it is empty but has its columns."""
    show_as(connection, table.name, files, table.empty_select(), kind)


def show_as(
    connection: duckdb.DuckDBPyConnection, name: str, files: Iterable[Path], empty: str, kind: Kind = "view"
) -> None:
    """Show Parquet files, or `empty` when there is none, as a view or, read once, as a table in memory."""
    run(connection, f"create or replace {kind} {name} as {files_select(files, empty)}")


def files_select(files: Iterable[Path], empty: str) -> str:
    """A SELECT over Parquet files, or `empty` when there is none."""
    listed = ", ".join(f"'{quoted(file)}'" for file in files)
    return f"select * from read_parquet([{listed}], hive_partitioning = false)" if listed else empty


def make_from_frame(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Copy a frame into the table `name`."""
    connection.register(f"{name}_frame", frame.to_arrow())
    run(connection, f"create or replace table {name} as select * from {name}_frame")
    connection.unregister(f"{name}_frame")


def copy_to(connection: duckdb.DuckDBPyConnection, sql: str, table: Table, target: Path) -> None:
    """Write a SELECT with the columns of `table`, in order and typed, to a Parquet file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".aside")
    run(connection, f"copy ({typed(sql, table)}) to '{quoted(aside)}' (format parquet, compression zstd, compression_level 1)")
    aside.replace(target)


def typed(sql: str, table: Table) -> str:
    """A SELECT with the columns of `table`, in order and typed."""
    columns = ", ".join(f"cast({column.name} as {column.sql_type}) as {column.name}" for column in table.columns)
    return f"select {columns} from ({sql}) as written"


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """Every row of a small result."""
    return list(connection.execute(sql).fetchall())


def counts(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> Mapping[str, int]:
    """Rows of each table named."""
    return {name: int(str(rows(connection, f"select count(*) from {name}")[0][0])) for name in names}
