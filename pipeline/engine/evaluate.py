"""Judge a warehouse's facts by compiled rules: the one way from facts to marts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet
import yaml

from pipeline.engine.batches import ROWS_PER_BATCH, make_batches
from pipeline.engine.duck import open_duckdb
from pipeline.engine.global_zone import RunInfo, build_marts, show_inputs
from pipeline.engine.models import Model, load_models
from pipeline.engine.store_month import Done, build_state
from pipeline.tables import arrow_table

Progress = Callable[[str, int, int], None]
# a combo's own limit, by the parameter that holds it
LIMITS = ("within_seconds", "limit_hours", "within_hours", "min_hours", "at_least", "good_from", "ratio")
SMALL_STATE = 8_000_000  # bytes of Parquet
EXPECTED = ("orders", "orders_shipped", "orders_picked_up", "messages", "aftersales", "agent_status", "complaints")


@dataclass(frozen=True)
class Evaluated:
    """The marts written, and how much of the heavy zone was built or kept."""

    marts: Mapping[str, Path]
    work: Done


@dataclass(frozen=True)
class Places:
    """Where an evaluation reads and writes."""

    facts: Path
    state: Path
    rules: Path
    marts: Path
    scratch: Path


def write_rules(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write the compiled rule tables, one Parquet file each, in the place of all former ones."""
    aside = folder.with_name(folder.name + ".aside")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, table in sorted({**tables, "order_scopes": _order_scopes(tables)}.items()):
        parquet.write_table(table, aside / f"{name}.parquet", compression="zstd")
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)


def evaluate(
    places: Places, *, packs: Path, sql: Path, info: RunInfo, first_seen: pl.DataFrame | None = None,
    full: bool = False, memory: str = "2GB", rows_per_batch: int = ROWS_PER_BATCH,
    progress: Progress | None = None, gate: Callable[[duckdb.DuckDBPyConnection], object] | None = None,
) -> Evaluated:  # fmt: skip
    """Bring the state up to date, rebuild the marts, let the gate look at them.

    Args:
        first_seen: breach_id and first_seen_run of the breaches of earlier releases.
        gate: called with the open connection once every mart is a table; raises to stop the run.
    """
    models = load_models(sql)
    work = build_state(
        make_batches(places.facts, rows_per_batch), models, places.rules, places.state, places.scratch,
        memory=memory, full=full, progress=progress,
    )  # fmt: skip
    small = is_small(places.state)
    with open_duckdb(places.scratch, memory=memory, threads=1 if small else None) as connection:
        show_inputs(
            connection, facts=places.facts, state=places.state, rules=places.rules,
            frames=small_tables(packs, models, places.rules, first_seen), info=info, in_memory=small,
        )  # fmt: skip
        marts = build_marts(connection, models, places.marts, progress, side=small)
        if gate:
            gate(connection)
    return Evaluated(marts, work)


def is_small(state: Path) -> bool:
    """Whether the global zone works in memory, on several models at once."""
    return sum(file.stat().st_size for file in state.rglob("*.parquet")) <= SMALL_STATE


def small_tables(
    packs: Path, models: Mapping[str, Model], rules: Path, first_seen: pl.DataFrame | None
) -> dict[str, pl.DataFrame]:
    """The small tables that registries and earlier releases give to the global zone."""
    measures = _yaml(packs / "registry" / "measures.yaml")["measures"]
    facts = _yaml(packs / "registry" / "facts.yaml")["facts"]
    platforms = _yaml(packs / "registry" / "platforms.yaml")
    seen_schema = {"breach_id": pl.String, "first_seen_run": pl.String}
    return {
        **_of_versions(rules, measures, set(models), _yaml(packs / "registry" / "calendar.yaml")["periods"]),
        "fact_registry": pl.DataFrame(
            [(name, bool(fact.get("possible"))) for name, fact in facts.items()],
            schema={"fact": pl.String, "possible": pl.Boolean},
            orient="row",
        ),
        "expected_tables": pl.DataFrame({"table_name": list(EXPECTED)}),
        "export_windows": pl.DataFrame(
            [
                (code, table, int(days))
                for code, platform in platforms.items()
                for table, days in (platform.get("export_window_days") or {}).items()
            ],
            schema={"platform": pl.String, "table_name": pl.String, "export_window_days": pl.Int64},
            orient="row",
        ),
        "combo_limits": _combo_limits(rules),
        "first_seen": first_seen if first_seen is not None else pl.DataFrame(schema=seen_schema),
    }


def _of_versions(
    rules: Path, measures: Mapping[str, Any], known: Collection[str], calendars: Mapping[str, Any]
) -> dict[str, pl.DataFrame]:
    """What a version's own parameters say of it: the fact table it rests on, and the days its platform exempts."""
    tables, days = [], []
    exempt = [entry for entry in calendars.values() if entry.get("kind") == "platform_exemption"]
    versions = pl.read_parquet(rules / "rule_versions.parquet", columns=["version_id", "pack", "measure", "params", "scope"])
    for version_id, pack, name, params, scope in versions.iter_rows():
        if name in known:
            measure, given = measures[name], json.loads(params)
            chosen = measure.get("facts_by", {})
            default = measure["params"].get(chosen.get("param"), {}).get("default")
            tables.append((version_id, chosen.get(given.get(chosen.get("param"), default), measure["facts"][0])))
        if "calendar_exempt" in (json.loads(scope).get("excludes") or ()):
            for entry in exempt:
                if pack in entry["codes"]:
                    days += [(version_id, day) for span in entry["years"].values() for day in _days(span)]
    return {
        "version_facts": pl.DataFrame(tables, schema={"version_id": pl.String, "table_name": pl.String}, orient="row"),
        "exempt_days": pl.DataFrame(days, schema={"version_id": pl.String, "day": pl.Date}, orient="row"),
    }


def _days(span: Mapping[str, str]) -> list[date]:
    first, last = date.fromisoformat(span["first"]), date.fromisoformat(span["last"])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _order_scopes(tables: Mapping[str, pa.Table]) -> pa.Table:
    """The conditions on orders that shapes carry as JSON, one predicate a row."""
    written = {
        scope
        for name, table in tables.items()
        if name.startswith("shapes_")
        for scope in table.column("orders_scope").to_pylist()
        if scope
    }
    rows = [
        {
            "orders_scope": scope, "alternative": alternative, "fact": predicate["fact"], "op": predicate["op"],
            "low": _number(predicate.get("low")), "high": _number(predicate.get("high")),
            "members": predicate.get("members"),
        }
        for scope in sorted(written)
        for alternative, predicates in enumerate(json.loads(scope), start=1)
        for predicate in predicates
    ]  # fmt: skip
    fields = [("orders_scope", pa.string()), ("alternative", pa.int64()), ("fact", pa.string()), ("op", pa.string()),
              ("low", pa.float64()), ("high", pa.float64()), ("members", pa.list_(pa.string()))]  # fmt: skip
    return arrow_table(rows, pa.schema(fields))


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _combo_limits(rules: Path) -> pl.DataFrame:
    frames = []
    for path in sorted(rules.glob("combos_*.parquet")):
        combos = pl.read_parquet(path)
        known = [name for name in LIMITS if name in combos.columns]
        limit = pl.coalesce(pl.col(name).cast(pl.Float64) for name in known) if known else pl.lit(None, pl.Float64)
        frames.append(combos.select("combo", limit.alias("limit_value")))
    schema = {"combo": pl.String, "limit_value": pl.Float64}
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return loaded
