"""Worlds that begin where measures end: hand-written failing units and daily sums, priced by the real SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.duck import open_duckdb
from pipeline.engine.evaluate import Places, small_tables, write_rules
from pipeline.engine.global_zone import RunInfo, build_marts, show_inputs
from pipeline.engine.models import load_models
from pipeline.paths import packs_dir, sql_dir
from pipeline.tables import FACTS, by_name
from tests.worlds import World, typed, write_facts

MARGIN = timedelta(days=45)  # data reach so far before and after what happens that no window stays open


@dataclass(frozen=True)
class Unit:
    """A failing unit of a rule judged each; `given` are columns of failing_units."""

    at: str
    given: Mapping[str, Any] = field(default_factory=dict)
    complaint: bool | None = None  # None: none on file; else one, upheld or not
    rule: str | None = None  # another rule than the case's


@dataclass(frozen=True)
class Sums:
    """A day's sums of a rule judged over windows."""

    day: str
    units: int
    ok: int
    value_sum: float | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Expect:
    """What a rule costs the store in all, by certainty; None: no such amount, or it is unknown."""

    certainty: str
    money: tuple[str | None, str | None] | None = None
    points: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    sanction: str | None = None
    days: tuple[str | None, str | None] | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Penalty:
    """One hand-computed case: what happened, and what the rule makes of it."""

    name: str
    rule: str
    happened: Sequence[Unit | Sums]
    expect: Sequence[Expect]
    track: str = "in_force"
    store: Mapping[str, Any] = field(default_factory=dict)
    pack: str | None = None

    @property
    def code(self) -> str:
        """The judging code that prices it, which is the store's own platform."""
        return self.pack or self.rule.split(".")[0]


def priced(
    root: Path, cases: Sequence[Penalty], tables: Mapping[str, pa.Table], notices: Sequence[Mapping[str, Any]] = ()
) -> World:
    """Price every case as a store of its own, named by its place; only the rules named and the ladders judge."""
    named = {case.rule for case in cases} | {row.rule for case in cases for row in case.happened if row.rule}
    named |= {row.rule for case in cases for row in case.expect if row.rule}
    rules = _of_rules(tables, named)
    versions = pl.from_arrow(rules["rule_versions"])
    assert isinstance(versions, pl.DataFrame)
    places = Places(root / "facts", root / "state", root / "rules", root / "marts", root / "scratch")
    facts: dict[str, list[dict[str, Any]]] = {"stores": [], "complaints": [], "platform_notices": [dict(row) for row in notices]}
    state: dict[str, list[dict[str, Any]]] = {"failing_units": [], "unit_daily": [], "fact_daily": []}
    for number, case in enumerate(cases):
        store_id = store_of(case, number)
        facts["stores"].append({"store_id": store_id, **case.store})
        for place, row in enumerate(case.happened):
            if isinstance(row, Unit):
                unit = _unit(row, case, store_id, place, versions)
                state["failing_units"].append(unit)
                if row.complaint is not None:
                    facts["complaints"].append(
                        {
                            "store_id": store_id, "complaint_id": f"complaint {number} {place}", "order_id": unit["order_id"],
                            "raised_at": unit["occurred_at"] + timedelta(hours=1), "upheld": row.complaint,
                        }
                    )  # fmt: skip
            else:
                state["unit_daily"].append(_sums(row, case, store_id, versions))
        days = [date.fromisoformat((row.at if isinstance(row, Unit) else row.day)[:10]) for row in case.happened]
        last = max(days) + MARGIN
        for table in FACTS:
            for day in (min(days) - MARGIN, last):
                until = datetime.combine(last, time(23, 59))
                state["fact_daily"].append(
                    {"store_id": store_id, "table_name": table.name, "day": day, "rows": 1, "data_until": until}
                )
    write_facts(places.facts, facts, one_month=True)
    write_rules(rules, places.rules)
    for name, rows in state.items():
        path = places.state / name / "given" / "all.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        typed(by_name()[name], rows).write_parquet(path)
    models = load_models(sql_dir())
    with open_duckdb(places.scratch) as connection:
        show_inputs(
            connection, facts=places.facts, state=places.state, rules=places.rules,
            frames=small_tables(packs_dir(), models, places.rules, None), info=RunInfo("run", datetime(2026, 1, 1), "test"),
        )  # fmt: skip
        build_marts(connection, models, places.marts)
    return World(places)


def store_of(case: Penalty, number: int) -> str:
    """The store that plays a case."""
    return f"{case.code}/case{number}"


def costs(world: World, case: Penalty, number: int, rule: str | None) -> dict[str, Expect]:
    """What came out for a rule, by certainty, in the form of an expectation."""
    frame = world.mart("exposure").filter(
        pl.col("store_id") == store_of(case, number), pl.col("pack") == case.code,
        pl.col("rule_id") == (rule or case.rule), pl.col("track") == case.track,
    )  # fmt: skip
    found = {}
    for (certainty,), rows in frame.partition_by("certainty", as_dict=True).items():
        classes = sorted(set(rows.get_column("points_class").drop_nulls()))
        heaviest = rows.filter(pl.col("sanction").is_not_null()).sort("sanction_days_high", nulls_last=False)
        found[str(certainty)] = Expect(
            certainty=str(certainty),
            money=_ends(rows, "money_low_cny", "money_high_cny"),
            points={name: _some(_ends(rows.filter(pl.col("points_class") == name), "points_low", "points_high")) for name in classes},
            sanction=heaviest.get_column("sanction").to_list()[-1] if heaviest.height else None,
            days=_ends(heaviest.tail(1), "sanction_days_low", "sanction_days_high"),
            rule=rule,
        )
    return found


def _some(ends: tuple[str | None, str | None] | None) -> tuple[str | None, str | None]:
    return ends or (None, None)


def _ends(rows: pl.DataFrame, low: str, high: str) -> tuple[str | None, str | None] | None:
    ends = [_plain(rows.get_column(name)) for name in (low, high)]
    return None if ends == [None, None] else (ends[0], ends[1])


def _plain(values: pl.Series) -> str | None:
    if values.len() == values.null_count():
        return None
    return f"{(sum(values.drop_nulls(), Decimal(0))).normalize() + 0:f}"


def _unit(row: Unit, case: Penalty, store_id: str, place: int, versions: pl.DataFrame) -> dict[str, Any]:
    at = datetime.fromisoformat(row.at)
    return {
        "combo": _combo(versions, row.rule or case.rule, case, at.date()), "store_id": store_id, "unit_id": f"u{place:03d}",
        "occurred_at": at, "day": at.date(), "order_id": f"o{place:03d}", "value": 1.0, **row.given,
    }  # fmt: skip


def _sums(row: Sums, case: Penalty, store_id: str, versions: pl.DataFrame) -> dict[str, Any]:
    day = date.fromisoformat(row.day)
    return {
        "combo": _combo(versions, row.rule or case.rule, case, day), "store_id": store_id, "day": day, "units": row.units,
        "ok_units": row.ok, "value_sum": row.value_sum, "valued_units": 0 if row.value_sum is None else row.units,
    }  # fmt: skip


def _combo(versions: pl.DataFrame, rule: str, case: Penalty, day: date) -> str:
    [combo] = versions.filter(
        pl.col("rule_id") == rule, pl.col("pack") == case.code, pl.col("track") == case.track,
        pl.col("effective_from") <= day, pl.col("effective_to") > day,
    ).get_column("combo").to_list()  # fmt: skip
    return str(combo)


def _of_rules(tables: Mapping[str, pa.Table], named: Iterable[str]) -> dict[str, pa.Table]:
    versions = tables["rule_versions"]
    wanted = pc.or_(pc.is_in(versions["rule_id"], pa.array(sorted(named))), pc.equal(versions["measure"], "ledger"))
    kept = versions.filter(wanted)
    ids = kept["version_id"].combine_chunks()
    return {
        name: table.filter(pc.is_in(table["version_id"], ids)) if "version_id" in table.column_names else table
        for name, table in tables.items()
    }
