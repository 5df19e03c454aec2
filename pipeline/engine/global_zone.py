"""The light zone: daily sums and failing units to verdicts, breaches, exposure and marts, always rebuilt whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import count
from pathlib import Path

import duckdb
import polars as pl

from pipeline.engine.batches import fact_files
from pipeline.engine.duck import Kind, copy_to, make_from_frame, rows, run, show_as, show_files, typed
from pipeline.engine.ledger_carries import carry_over_years
from pipeline.engine.models import Model, in_order
from pipeline.engine.rolling_caps import count_in_rolling_windows
from pipeline.engine.side_by_side import CURSORS, Work, side_by_side
from pipeline.engine.store_month import FACT_TABLES
from pipeline.engine.units import UNIT_TABLES
from pipeline.tables import MARTS, RULES, by_name

# of the facts only these small ones, and the messages in evidence
FACTS_SHOWN = ("stores", "complaints", "platform_notices", "messages", "conversations")
# the models that price a set of breaches; they are run once more on what is not due yet
PRICING = (
    "breach_tested", "breach_nth", "breach_complained", "penalty_tests", "penalty_picks", "candidate_effects", "breach_effects",
)  # fmt: skip
# models that put tables side by side; a copy of so many rows would cost more than reading them where they are
VIEWS = frozenset({"rule_daily", "breach_base", "breach_rows"})


@dataclass(frozen=True)
class RunInfo:
    """What every mart row carries."""

    run_id: str
    started_at: datetime
    packs_version: str


def show_inputs(
    connection: duckdb.DuckDBPyConnection, *, facts: Path, state: Path, rules: Path,
    frames: Mapping[str, pl.DataFrame], info: RunInfo, in_memory: bool = False,
) -> None:  # fmt: skip
    """Make every table that the global models read visible by name.

    Args:
        frames: small tables that come from registries or earlier releases: measure_facts, fact_registry,
            expected_tables, export_windows, combo_limits, first_seen.
        in_memory: read the state and the rules once, which pays when they are small.
    """
    files = fact_files(facts)
    kind: Kind = "table" if in_memory else "view"
    work: dict[str, Work] = {
        name: partial(show_files, table=by_name()[name], files=files[name]) for name in FACTS_SHOWN
    }
    for name in (*UNIT_TABLES, *FACT_TABLES):
        written = sorted((state / name).rglob("*.parquet"))
        work[name] = partial(show_as, name=name, files=written, empty=by_name()[name].empty_select(), kind=kind)
    for table in RULES:
        path = rules / f"{table.name}.parquet"
        compiled = [path] if path.exists() else []
        work[table.name] = partial(show_as, name=table.name, files=compiled, empty=table.empty_select(), kind=kind)
    for name, frame in frames.items():
        work[name] = partial(make_from_frame, name=name, frame=frame)
    run_info = (
        f"select '{info.run_id}' as run_id, timestamp '{info.started_at:%Y-%m-%d %H:%M:%S}' as started_at, "
        f"'{info.packs_version}' as packs_version"
    )
    work["run_info"] = partial(run, sql=f"create or replace table run_info as {run_info}")
    numbers = "select cast(range as bigint) as n from range(1, 241)"
    work["numbers"] = partial(run, sql=f"create or replace table numbers as {numbers}")
    work["calendar"] = _make_calendar
    side_by_side(connection, work, {"calendar": {"fact_daily"}}, cursors=CURSORS if in_memory else 1)


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
    progress: Callable[[str, int, int], None] | None = None, *, side: bool = False,
) -> dict[str, Path]:  # fmt: skip
    """Run verdicts, exposure and marts in their order and write each mart as Parquet to `target`.

    Args:
        side: run models that do not need each other side by side, which pays when the state is small.
    """
    wanted = [model for model in in_order(models) if model.stage in ("verdicts", "exposure", "marts")]
    done = {table.name: target / f"{table.name}.parquet" for table in MARTS if table.name in models}
    making: dict[str, Work] = {}
    needs: dict[str, frozenset[str]] = {}
    for model in wanted:
        for made in sorted(model.reads & BESIDE.keys()):
            making[made] = lambda cursor, make=BESIDE[made]: make(cursor, models)  # type: ignore[misc]
            needs[made] = _read_beside(made, models)
        if path := done.get(model.name):
            making[model.name] = partial(_make_mart, model=model, path=path, in_memory=side)
        else:
            making[model.name] = partial(_make, model=model)
        needs[model.name] = model.reads
    # what nobody reads any more, be it through a view, makes room
    work: dict[str, Work] = {}
    for model in wanted if not side else []:
        if model.name not in done and model.name not in VIEWS:
            work[f"drop {model.name}"] = partial(run, sql=f"drop table {model.name}")
            shown = _shown_in(model.name, needs)
            readers = {name for name in making if shown & needs[name]}
            needs[f"drop {model.name}"] = frozenset({model.name, *readers})
    work |= making
    numbers = count(1)

    def tell(name: str) -> None:
        if progress and name in models:
            progress(name, next(numbers), len(wanted))

    side_by_side(connection, work, needs, cursors=CURSORS if side else 1, started=tell)
    return done


def _shown_in(name: str, needs: Mapping[str, Collection[str]]) -> frozenset[str]:
    """A table with the views through which it is read."""
    return frozenset({name}).union(*(_shown_in(view, needs) for view in VIEWS if name in needs.get(view, ())))


def _make_mart(connection: duckdb.DuckDBPyConnection, model: Model, path: Path, in_memory: bool) -> None:
    """Write a mart; other marts read what was written, a small one from memory."""
    table = by_name()[model.name]
    if in_memory:
        run(connection, f"create or replace table {model.name} as {typed(model.sql, table)}")
        copy_to(connection, f"select * from {model.name}", table, path)
    else:
        copy_to(connection, model.sql, table, path)
        show_as(connection, model.name, [path], "")


def make_table(connection: duckdb.DuckDBPyConnection, model: Model, models: Mapping[str, Model]) -> None:
    """Run one model of the global zone, after what it needs from outside SQL."""
    for made in sorted(model.reads & BESIDE.keys()):
        BESIDE[made](connection, models)
    _make(connection, model)


def _make(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    kind = "view" if model.name in VIEWS else "table"
    run(connection, f"create or replace {kind} {model.name} as {model.sql}")


def _price_what_is_open(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> None:
    """Run the pricing models on open_base in the place of breach_base, in a schema of their own."""
    run(connection, "create schema if not exists ahead")
    run(connection, "set search_path = 'ahead,main'")
    run(connection, "create or replace view ahead.breach_base as select * from main.open_base")
    for name in PRICING:
        run(connection, f"create or replace table ahead.{name} as {models[name].sql}")
    run(connection, "set search_path = 'main'")
    run(connection, "create or replace view open_effects as select * from ahead.breach_effects")


# tables that are made by Python, or by a second run of models
BESIDE: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Mapping[str, Model]], None]] = {
    "open_effects": _price_what_is_open,
    "rolling_counts": lambda connection, _: count_in_rolling_windows(connection),
    "ledger_carries": lambda connection, _: carry_over_years(connection),
}


def _read_beside(made: str, models: Mapping[str, Model]) -> frozenset[str]:
    """What such a table is made from."""
    if made == "open_effects":
        return frozenset({"open_base"}).union(*(models[name].reads for name in PRICING)) - {"breach_base", *PRICING}
    return frozenset({"breach_effects", "breach_tested"} if made == "rolling_counts" else {"ledger_points"})
