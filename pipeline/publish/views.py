"""The views by which any DuckDB client reads a warehouse: schemas main, training, facts, rules."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipeline.problems import GuizeError, Problem
from pipeline.tables import FACTS, MARTS, RULES, Column, Table

DATABASE_NAME = "guize.duckdb"
CURRENT = "current"
# duckdb 1.3 and later read it; the default of 2.0 is refused by drivers a year old
STORAGE_VERSION = "v1.2.0"
# what was said in chat is read only by who asks for it by name
_TEXT = {"messages": ("text",)}


@dataclass(frozen=True)
class _Files:
    """Parquet files: a folder, whose signs mean themselves, and a glob below it."""

    folder: Path
    glob: str

    def first(self) -> Path | None:
        return next(self.folder.glob(self.glob), None)

    def scan(self) -> str:
        # the folders platform=…/store=… repeat columns that the files hold
        path = "/".join(_literal(part) for part in self.folder.parts).replace("//", "/", 1)
        return f"read_parquet({_quoted(f'{path}/{self.glob}')}, hive_partitioning = false)"


def write_database(warehouse: Path) -> Path:
    """Build guize.duckdb aside and rename it over the old one; its views go through warehouse/current/<run_id>.

    A client opens a file several times in one statement; the name that the glob finds is good for one
    release only, so that a switch in between fails the statement and never mixes two releases.

    When the views are what they were, the file stays, and with it the handles that BI tools hold.
    """
    warehouse = warehouse.resolve()
    target, told = warehouse / DATABASE_NAME, warehouse / f".{DATABASE_NAME}.views"
    statements = list(_statements(warehouse, warehouse / CURRENT, "*/", comments=True))
    digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    if target.exists() and told.exists() and told.read_text() == digest:
        return target
    aside = warehouse / f".{DATABASE_NAME}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach {_quoted(str(aside))} as built (storage_version '{STORAGE_VERSION}')")
        connection.execute("use built")
        _run(connection, statements)
        connection.execute("use memory")
        connection.execute("detach built")
    aside.replace(target)
    told.write_text(digest)
    return target


def open_release(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open the current release with the same views; it stays that release whatever is published meanwhile.

    Raises:
        GuizeError: when nothing was published there yet.
    """
    release = (warehouse / CURRENT).resolve()
    if not release.is_dir():
        raise GuizeError(
            Problem(
                "nothing-published",
                str(warehouse),
                "这个仓库还没有发布过数据",
                "nothing was published in this warehouse yet",
                "先运行 guize run 导出目录 --warehouse 仓库目录",
                "run: guize run EXPORTS --warehouse DIR",
            )
        )
    connection = duckdb.connect()
    _run(connection, _statements(warehouse.resolve(), release, "", comments=False))
    return connection


def _run(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    connection.execute(";\n".join(["begin", *statements, "commit"]))


def _statements(warehouse: Path, release: Path, within: str, comments: bool) -> Iterator[str]:
    for schema in ("training", "facts", "rules"):
        yield f"create schema if not exists {schema}"
    for table in MARTS:
        tracked = "track" in table.names
        mart = _Files(release, f"{within}{table.name}.parquet")
        yield from _view("main", table, mart, comments, "track = 'in_force'" if tracked else None)
        if tracked:
            yield from _view("training", table, mart, comments, "track = 'training'")
    for table in RULES:
        released = _Files(release, f"{within}rules/{table.name}.parquet")
        normalised = _Files(warehouse, f"rules/{table.name}.parquet")
        yield from _view("rules", table, released if released.first() else normalised, comments)
    for table in FACTS:
        hidden = _TEXT.get(table.name, ())
        facts = _Files(warehouse / "facts" / table.name, "**/*.parquet")
        yield from _view("facts", table, facts, comments, hidden=hidden)
        if hidden:
            yield from _view("facts", table, facts, comments, name=f"{table.name}_text")


def _view(
    schema: str,
    table: Table,
    files: _Files,
    comments: bool,
    where: str | None = None,
    hidden: tuple[str, ...] = (),
    name: str | None = None,
) -> Iterator[str]:
    columns = [column for column in table.columns if column.name not in hidden]
    view = f"{schema}.{_name(name or table.name)}"
    first = files.first()
    # a release written before a column was added reads as null there
    there = set(table.names if first is None else pq.read_schema(first).names)
    listed = ", ".join(
        _name(column.name)
        if column.name in there
        else f"cast(null as {column.sql_type}) as {_name(column.name)}"
        for column in columns
    )
    source = f"({table.empty_select()}) as nothing_yet" if first is None else files.scan()
    yield f"create view {view} as select {listed} from {source}" + (f" where {where}" if where else "")
    if comments:
        yield f"comment on view {view} is {_quoted(f'{table.grain_zh} / {table.grain_en}')}"
        yield from (_column_comment(view, column) for column in columns)


def _column_comment(view: str, column: Column) -> str:
    return f"comment on column {view}.{_name(column.name)} is {_quoted(f'{column.zh} / {column.en}')}"


def _literal(part: str) -> str:
    """A folder's name with the signs of a glob taken as themselves."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in part)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
