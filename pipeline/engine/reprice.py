"""Price the breaches of one store under one code again, so that every step of the arithmetic can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.engine.duck import open_duckdb, quoted, run
from pipeline.engine.evaluate import small_tables
from pipeline.engine.global_zone import FACTS_SHOWN, RunInfo, make_table, show_inputs
from pipeline.engine.models import in_order, load_models
from pipeline.engine.store_month import FACT_TABLES
from pipeline.engine.units import UNIT_TABLES

WANTED = ("combined_effects", "breach_certainty", "breach_rows")


@contextmanager
def repriced(
    warehouse: Path, *, packs: Path, sql: Path, store_id: str, pack: str, track: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with every table of the way from daily sums to effects, for one store, code and track.

    The same SQL as in a run, on the state and rule tables that the warehouse keeps.
    """
    models = load_models(sql)
    rules = warehouse / "state" / "rules"
    with TemporaryDirectory() as scratch, open_duckdb(Path(scratch)) as connection:
        show_inputs(
            connection, facts=warehouse / "facts", state=warehouse / "state" / "units", rules=rules,
            frames=small_tables(packs, models, rules, None), info=RunInfo("again", datetime(2000, 1, 1), "again"),
        )  # fmt: skip
        for name in (*FACTS_SHOWN, *UNIT_TABLES, *FACT_TABLES):
            narrow(connection, name, f"store_id = '{quoted(store_id)}'")
        narrow(connection, "rule_versions", f"pack = '{pack}' and track = '{track}'")
        for model in in_order(models, WANTED):
            if model.stage in ("verdicts", "exposure"):
                make_table(connection, model, models)
        yield connection


def narrow(connection: duckdb.DuckDBPyConnection, name: str, condition: str) -> None:
    """Let a view show only the rows of a condition; what reads it by name sees no others."""
    run(connection, f"alter view {name} rename to every_{name}")
    run(connection, f"create view {name} as select * from every_{name} where {condition}")
