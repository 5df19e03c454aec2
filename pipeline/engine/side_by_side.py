"""Run pieces of work that need one another on several cursors of one DuckDB database at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter

import duckdb

Work = Callable[[duckdb.DuckDBPyConnection], object]
# over little data DuckDB keeps to one core, so statements run side by side; beyond four, planning them is the limit
CURSORS = min(4, os.cpu_count() or 1)


def side_by_side(
    connection: duckdb.DuckDBPyConnection, work: Mapping[str, Work], needs: Mapping[str, Collection[str]],
    *, cursors: int = CURSORS, started: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Run each piece once what it needs is done, of those that may run the first named first.

    Args:
        work: what to do by name, on a cursor of its own.
        needs: the names that a piece needs; those that `work` does not have are there already.
        started: told the name of each piece as it starts.
    """
    place = {name: number for number, name in enumerate(work)}
    sorter = TopologicalSorter({name: set(needs.get(name, ())) & place.keys() for name in work})
    sorter.prepare()
    idle = [connection.cursor() for _ in range(cursors)]
    ready: list[str] = []
    running: dict[Future[object], tuple[str, duckdb.DuckDBPyConnection]] = {}
    with ThreadPoolExecutor(cursors) as pool:
        while sorter.is_active():
            ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
            while ready and idle:
                name, cursor = ready.pop(0), idle.pop()
                if started:
                    started(name)
                running[pool.submit(work[name], cursor)] = name, cursor
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name, cursor = running.pop(future)
                future.result()
                idle.append(cursor)
                sorter.done(name)
    for cursor in idle:
        cursor.close()
