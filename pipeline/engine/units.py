"""Count the units of one measure in one batch, and write what the state keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from pipeline.engine.batch_facts import fits_in_memory, shared_facts
from pipeline.engine.batches import Batch
from pipeline.engine.duck import copy_to, quoted, rows, run
from pipeline.engine.models import Model
from pipeline.tables import by_name

UNIT_TABLES = ("unit_daily", "failing_units", "mend_units", "open_units")  # fed by the view `units` of one measure
# the units that a table takes
TAKEN = {"failing_units": "not ok", "mend_units": "not ok", "open_units": "excluded_because = 'not_due_yet'"}


def build_units(
    connection: duckdb.DuckDBPyConnection, chain: Sequence[Model], batch: Batch, models: Mapping[str, Model],
    rules: Path, paths: Mapping[str, Path],
) -> None:  # fmt: skip
    """Write the unit tables of the measure that ends the chain; what it makes on the way is in a schema of its own."""
    measure = chain[-1]
    show_measure(connection, chain, rules)
    home = _home(batch.platforms)
    combos = {"unit_daily": "true", "failing_units": "judged_each", "mend_units": f"judged_window and ({home})"}
    if "not_due_yet" in measure.sql:
        combos["open_units"] = f"({home})"
    for path in paths.values():
        path.unlink(missing_ok=True)
    if fits_in_memory(batch):
        run(connection, f"create table counted as select * from {measure.name}")
        run(connection, "create view units as select * from counted")
    else:
        run(connection, f"create view units as select * from {measure.name}")
    for table, condition in combos.items():
        if table == "mend_units" and not fits_in_memory(batch):
            some = " or ".join(combos[name] for name in combos if name in ("mend_units", "open_units"))
            _keep_home_units(connection, measure.name, batch.platforms, some)
        if _any(connection, "every_combo", condition):
            narrow(connection, measure.name, condition)
            if not fits_in_memory(batch) or _any(connection, "counted", TAKEN.get(table, "true")):
                copy_to(connection, models[table].sql, by_name()[table], paths[table])
    run(connection, f"drop schema of_{measure.name} cascade")


def _keep_home_units(
    connection: duckdb.DuckDBPyConnection, measure: str, platforms: Iterable[str], condition: str
) -> None:
    """Show as `units` what people act on (units to mend, deadlines): for the rules of a store's own platform only.

    So each platform's combos look at its own stores alone, one platform after the other.
    """
    run(connection, f"create table home_units as select * from {measure} where false")
    for platform in platforms:
        own = f"({condition}) and {_home([platform])}"
        if _any(connection, "every_combo", own):
            narrow(connection, measure, own)
            # a store's id begins with its platform and a slash; a range of ids skips whole files
            stores = f"store_id >= '{platform}/' and store_id < '{platform}0'"
            kept = " or ".join(sorted(set(TAKEN.values())))
            run(connection, f"insert into home_units select * from {measure} where ({kept}) and {stores}")
    run(connection, "create or replace view units as select * from home_units")


def show_measure(connection: duckdb.DuckDBPyConnection, chain: Sequence[Model], rules: Path) -> None:
    """Show a measure, its combos and shapes in a schema of its own, so that measures may work side by side."""
    name = chain[-1].name
    run(connection, f"create schema of_{name}")
    run(connection, f"set search_path = 'of_{name},main'")
    for kind in ("combo", "shape"):
        file = rules / f"{kind}s_{name}.parquet"
        run(connection, f"create table every_{kind} as select * from read_parquet('{quoted(file)}')")
    narrow(connection, name, "true")
    shapes = f"select * from every_shape where shape in (select shape from combos_{name})"
    run(connection, f"create view shapes_{name} as {shapes}")
    run(connection, f"create view home_combos as select combo, unnest(packs) as platform from combos_{name}")
    run(connection, f"create view combo_bindings as select combo, binds_by from combos_{name}")
    shared = shared_facts([chain])
    for model in chain:
        if model.name not in shared:
            run(connection, f"create view {model.name} as {model.sql}")


def narrow(connection: duckdb.DuckDBPyConnection, measure: str, condition: str) -> None:
    """Narrow the combos, and with them the shapes, to those a pass needs."""
    run(connection, f"create or replace view combos_{measure} as select * from every_combo where {condition}")


def _any(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> bool:
    return bool(rows(connection, f"select 1 from {table} where {condition} limit 1"))


def _home(platforms: Iterable[str]) -> str:
    """The condition that a combo belongs to one of these platforms."""
    return " or ".join(f"list_contains(packs, '{platform}')" for platform in platforms) or "false"
