"""The light zone: daily sums and failing units to verdicts, breaches, exposure and marts, always rebuilt whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipeline.engine.batches import fact_files
from pipeline.engine.duck import copy_to, quoted, rows, run, show_as, show_files
from pipeline.engine.ledger_carries import carry_over_years
from pipeline.engine.models import Model, in_order
from pipeline.engine.rolling_caps import count_in_rolling_windows
from pipeline.engine.store_month import show_state
from pipeline.tables import MARTS, RULES, by_name

# of the facts only these small ones, and the messages in evidence
FACTS_SHOWN = ("stores", "complaints", "platform_notices", "messages")
# the models that price a set of breaches; they are run once more on what is not due yet
PRICING = (
    "breach_nth", "breach_complained", "penalty_tests", "penalty_picks", "candidate_effects", "breach_effects",
)  # fmt: skip


@dataclass(frozen=True)
class RunInfo:
    """What every mart row carries."""

    run_id: str
    started_at: datetime
    packs_version: str


def show_inputs(
    connection: duckdb.DuckDBPyConnection, *, facts: Path, state: Path, rules: Path,
    frames: Mapping[str, pl.DataFrame], info: RunInfo,
) -> None:  # fmt: skip
    """Make every table that the global models read visible by name.

    Args:
        frames: small tables that come from registries or earlier releases: measure_facts, fact_registry,
            expected_tables, export_windows, combo_limits, first_seen.
    """
    files = fact_files(facts)
    for name in FACTS_SHOWN:
        show_files(connection, by_name()[name], files[name])
    show_state(connection, state)
    for table in RULES:
        path = rules / f"{table.name}.parquet"
        show_as(connection, table.name, [path] if path.exists() else [], table.empty_select())
    for name, frame in frames.items():
        connection.register(f"{name}_frame", frame.to_arrow())
        run(connection, f"create or replace table {name} as select * from {name}_frame")
        connection.unregister(f"{name}_frame")
    run(
        connection,
        f"create or replace table run_info as select '{info.run_id}' as run_id, "
        f"timestamp '{info.started_at:%Y-%m-%d %H:%M:%S}' as started_at, '{info.packs_version}' as packs_version",
    )
    run(connection, "create or replace table numbers as select cast(range as bigint) as n from range(1, 241)")
    _make_calendar(connection)


def _make_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    """Days from the first to the last of the data, each with its week and month."""
    ends = rows(connection, "select min(day), max(greatest(day, cast(data_until as date))) from fact_daily")[0]
    first, last = (value if isinstance(value, date) else date(1900, 1, 1) for value in ends)
    run(
        connection,
        f"""create or replace table calendar as
        select
            cast(d.day as date) as day,
            cast(date_trunc('week', d.day) as date) as week_start,
            cast(date_trunc('month', d.day) as date) as month_start,
            cast(date_trunc('month', d.day) + interval 1 month as date) as next_month_start
        from (select unnest(generate_series(date '{first}', date '{last}', interval 1 day)) as day) as d""",
    )


def build_marts(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model], target: Path,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Path]:  # fmt: skip
    """Run verdicts, exposure and marts in their order and write each mart as Parquet to `target`."""
    run(connection, "create schema if not exists ahead")
    wanted = [model for model in in_order(models) if model.stage in ("verdicts", "exposure", "marts")]
    done = {}
    for number, model in enumerate(_open_last(wanted), start=1):
        if progress:
            progress(model.name, number, len(wanted))
        make_table(connection, model, models)
    for table in MARTS:
        if table.name in models:
            copy_to(connection, f"select * from {table.name}", table, target / f"{table.name}.parquet")
            done[table.name] = target / f"{table.name}.parquet"
    return done


def make_table(connection: duckdb.DuckDBPyConnection, model: Model, models: Mapping[str, Model]) -> None:
    """Run one model of the global zone, after what it needs from outside SQL."""
    if "open_effects" in model.reads:
        _price_what_is_open(connection, models)
    if "rolling_counts" in model.reads:
        count_in_rolling_windows(connection)
    if "ledger_carries" in model.reads:
        carry_over_years(connection)
    run(connection, f"create or replace table {model.name} as {model.sql}")


def _open_last(models: list[Model]) -> list[Model]:
    """What reads the prices of open units comes last: they are priced by a second run of the same models."""
    return sorted(models, key=lambda model: "open_effects" in model.reads)


def _price_what_is_open(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> None:
    """Run the pricing models on open_base in the place of breach_base, in a schema of their own."""
    run(connection, "set search_path = 'ahead,main'")
    run(connection, "create or replace view ahead.breach_base as select * from main.open_base")
    for name in PRICING:
        run(connection, f"create or replace table ahead.{name} as {models[name].sql}")
    run(connection, "set search_path = 'main'")
    run(connection, "create or replace view open_effects as select * from ahead.breach_effects")


def attach_parquet(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Show one Parquet file as a view."""
    run(connection, f"create or replace view {name} as select * from read_parquet('{quoted(path)}')")
