"""Count the units of one measure in one batch, and write what the state keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from pipeline.engine.batch_facts import shared_facts
from pipeline.engine.batches import Batch
from pipeline.engine.duck import copy_to, quoted, rows, run
from pipeline.engine.models import Model
from pipeline.tables import by_name

UNIT_TABLES = ("unit_daily", "failing_units", "mend_units", "open_units")  # fed by the view `units` of one measure
# the units that a table takes
TAKEN = {"failing_units": "not ok", "mend_units": "not ok", "open_units": "excluded_because = 'not_due_yet'"}
# what tells one unit from another
WHICH = (
    "unit_id", "occurred_at", "base_cny", "order_id", "conversation_id", "message_id", "agent_id", "matched_term", "severity",
)  # fmt: skip


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
    run(connection, f"create table counted as {_counted(measure.name)}")
    run(connection, "create view units as select * from counted")
    for table, condition in combos.items():
        narrow(connection, measure.name, condition)
        taken = TAKEN.get(table, "true")
        if _any(connection, f"counted semi join combos_{measure.name} using (combo)", taken):
            copy_to(connection, models[table].sql, by_name()[table], paths[table])
    run(connection, "set search_path = 'main'")
    run(connection, f"drop schema of_{measure.name} cascade")


def _counted(measure: str) -> str:
    """All units with what sums need; whose they are only where a table takes them one by one."""
    some = " or ".join(sorted(set(TAKEN.values())))
    which = ", ".join(f"case when {some} then {column} end as {column}" for column in WHICH)
    return f"select combo, store_id, day, value, ok, excluded_because, weight, {which} from {measure}"


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
