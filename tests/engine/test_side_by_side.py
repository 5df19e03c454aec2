"""Pieces of work on one database: in the order of their needs, and a failure stops the rest."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import duckdb
import pytest

from pipeline.engine.duck import rows, run
from pipeline.engine.side_by_side import side_by_side


@pytest.mark.parametrize("cursors", [1, 2, 4])
def test_each_piece_comes_after_what_it_needs(cursors: int) -> None:
    connection = duckdb.connect()
    started: list[str] = []
    work = {
        "sum": partial(run, sql="create table sum as select a.x + b.x as x from a cross join b"),
        "b": partial(run, sql="create table b as select x * 10 as x from a"),
        "a": partial(run, sql="create table a as select 2 as x"),
    }
    needs = {"sum": {"a", "b"}, "b": {"a", "there already"}}
    side_by_side(connection, work, needs, cursors=cursors, started=started.append)
    assert rows(connection, "select x from sum") == [(22,)]
    assert started == ["a", "b", "sum"]


def test_what_may_run_runs_at_the_same_time() -> None:
    both = Barrier(2, timeout=120)  # broken unless two pieces wait at it together
    side_by_side(duckdb.connect(), {"a": lambda _: both.wait(), "b": lambda _: both.wait()}, {}, cursors=2)


def test_a_failure_is_told_and_nothing_that_needs_it_runs() -> None:
    connection = duckdb.connect()
    work = {
        "bad": partial(run, sql="select * from nowhere"),
        "after": partial(run, sql="create table after as select 1 as x"),
    }
    with pytest.raises(duckdb.CatalogException, match="nowhere"):
        side_by_side(connection, work, {"after": {"bad"}}, cursors=2)
    assert rows(connection, "select count(*) from duckdb_tables()") == [(0,)]


def test_a_schema_chosen_by_one_piece_is_not_that_of_another() -> None:
    connection = duckdb.connect()

    def own(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        run(cursor, f"create schema {name}")
        run(cursor, f"set search_path = '{name},main'")
        run(cursor, f"create table units as select '{name}' as x")

    side_by_side(connection, {"a": partial(own, name="a"), "b": partial(own, name="b")}, {}, cursors=2)
    assert rows(connection, "select x from a.units union all select x from b.units order by x") == [("a",), ("b",)]
