"""Count the units of one measure in one batch, and write what the state keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pipeline.engine.batch_facts import shared_facts
from pipeline.engine.batches import Batch
from pipeline.engine.duck import copy_to, quoted, rows, run
from pipeline.engine.models import Model
from pipeline.engine.spans import FIRST
from pipeline.tables import by_name

UNIT_TABLES = ("unit_daily", "failing_units", "mend_units", "open_units")  # fed by the view `units` of one measure
NOT_DUE = "not_due_yet"
DAYS_BEFORE = 366  # further back than any unit of a batch may lie


def build_units(
    connection: duckdb.DuckDBPyConnection, chain: Sequence[Model], batch: Batch, models: Mapping[str, Model],
    rules: Path, paths: Mapping[str, Path],
) -> None:  # fmt: skip
    """Write the unit tables of the measure that ends the chain; what it makes on the way is in a schema of its own.

    The measure is run twice. Sums need no ids, and DuckDB leaves out what no column needs; whose the units are is
    found again for the few that fail or are open, of the combos and stores that keep them.
    """
    measure = chain[-1]
    show_measure(connection, chain, batch, rules)
    for path in paths.values():
        path.unlink(missing_ok=True)
    run(connection, f"create view units as select * from {measure.name}")
    run(connection, f"create table daily as {models['unit_daily'].sql}")
    if _any(connection, "daily", "true"):
        copy_to(connection, "select * from daily", by_name()["unit_daily"], paths["unit_daily"])
    home = _home(batch.platforms)
    combos = {"failing_units": "judged_each", "mend_units": f"judged_window and ({home})"}
    taken = "not ok"
    if NOT_DUE in measure.sql:
        combos["open_units"] = f"({home})"
        taken = f"not ok or excluded_because = '{NOT_DUE}'"
    some = f"combo in (select combo from daily where excluded_because is null and ok_units < units or excluded_because = '{NOT_DUE}')"
    narrow(connection, measure.name, f"{some} and ({' or '.join(combos.values())})", everywhere="judged_each")
    if _any(connection, f"combos_{measure.name}", "true"):
        run(connection, f"create table apart as select * from units where {taken}")
        run(connection, "create or replace view units as select * from apart")
        _write_apart(connection, measure.name, combos, models, paths)
    run(connection, "set search_path = 'main'")
    run(connection, f"drop schema of_{measure.name} cascade")


def _write_apart(
    connection: duckdb.DuckDBPyConnection, measure: str, combos: Mapping[str, str], models: Mapping[str, Model],
    paths: Mapping[str, Path],
) -> None:  # fmt: skip
    """Write the units that stand apart: those that fail, of each table's combos, and those that are open."""
    for table, condition in combos.items():
        narrow(connection, measure, condition)
        rows_of = f"excluded_because = '{NOT_DUE}'" if table == "open_units" else "not ok"
        if _any(connection, f"apart semi join combos_{measure} using (combo)", rows_of):
            copy_to(connection, models[table].sql, by_name()[table], paths[table])


def show_measure(connection: duckdb.DuckDBPyConnection, chain: Sequence[Model], batch: Batch, rules: Path) -> None:
    """Show a measure, its combos and shapes in a schema of its own, so that measures may work side by side."""
    name = chain[-1].name
    run(connection, f"create schema of_{name}")
    run(connection, f"set search_path = 'of_{name},main'")
    for kind in ("combo", "shape"):
        file = rules / f"{kind}s_{name}.parquet"
        run(connection, f"create table every_{kind} as select * from read_parquet('{quoted(file)}') where used_to > date '{_used_since(batch)}'")
    narrow(connection, name, "true")
    shapes = f"select * from every_shape where shape in (select shape from combos_{name})"
    run(connection, f"create view shapes_{name} as {shapes}")
    at_home = "everywhere or list_contains(packs, split_part(store_id, '/', 1))"
    pairs = f"select distinct shape, store_id from combos_{name} cross join store_spans where {at_home}"
    run(connection, f"create view shapes_{name}_by_store as select * from every_shape inner join ({pairs}) as pairs using (shape)")
    run(connection, f"create view home_combos as select combo, unnest(packs) as platform from combos_{name}")
    run(connection, f"create view combo_bindings as select combo, binds_by from combos_{name}")
    shared = shared_facts([chain])
    for model in chain:
        if model.name not in shared:
            run(connection, f"create view {model.name} as {model.sql}")


def narrow(connection: duckdb.DuckDBPyConnection, measure: str, condition: str, *, everywhere: str = "true") -> None:
    """Narrow the combos, and with them the shapes, to those a pass needs; those that are not `everywhere` to their home stores."""
    run(connection, f"create or replace view combos_{measure} as select *, {everywhere} as everywhere from every_combo where {condition}")


def _used_since(batch: Batch) -> date:
    """What no version has used from here on has no unit in the batch: so far back lies none."""
    start = min(start for start, _ in batch.spans.values())
    return start.date() if start == FIRST else (start - timedelta(days=DAYS_BEFORE)).date()


def _any(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> bool:
    return bool(rows(connection, f"select 1 from {table} where {condition} limit 1"))


def _home(platforms: Iterable[str]) -> str:
    """The condition that a combo belongs to one of these platforms."""
    return " or ".join(f"list_contains(packs, '{platform}')" for platform in platforms) or "false"
