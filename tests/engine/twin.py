"""Judge the same worlds by the SQL and by the twin, and list where the two differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from pipeline.engine.evaluate import Places
from pipeline.tables import by_name
from tests.engine import twin_measures as measures
from tests.engine import twin_rules as packs
from tests.engine import twin_worlds as worlds
from tests.reference.evaluate import Result, Table, evaluate
from tests.reference.rulebook import read_rulebook
from tests.worlds import judge, typed

# name -> measures of the rules, tables of the worlds, first day, days, day of the second versions
TOPICS: dict[str, tuple[Any, Any, date, int, str]] = {
    "chat": (measures.CHAT, (worlds.orders, worlds.chats), date(2025, 9, 28), 6, "2025-10-01"),
    "orders": (measures.ORDERS, (worlds.orders, worlds.chats), date(2025, 9, 29), 7, "2025-10-02"),
    "ship": (measures.SHIP, (worlds.orders, worlds.chats), date(2025, 9, 29), 7, "2025-10-02"),
    "ways": (measures.WAYS, (worlds.orders,), date(2025, 9, 29), 7, "2025-10-02"),
    "care": (measures.CARE, (worlds.orders,), date(2025, 9, 29), 7, "2025-10-02"),
    "desk": (measures.DESK, (worlds.chats, worlds.desk, worlds.orders), date(2025, 10, 6), 6, "2025-10-08"),
    "said": (measures.SAID, (worlds.orders, worlds.chats, worlds.said), date(2025, 9, 28), 6, "2025-10-01"),
    "costs": (measures.COSTS, (worlds.orders, worlds.findings), date(2025, 12, 22), 19, "2025-12-30"),
    "prices": (measures.PRICES, (worlds.orders, worlds.findings), date(2025, 12, 26), 9, "2025-12-30"),
    "history": (measures.HISTORY, (worlds.histories,), date(2025, 11, 20), 50, "2025-12-30"),
}


@dataclass(frozen=True)
class Case:
    """Rules and worlds of one topic, judged by the project's SQL and by the twin."""

    places: Places
    rules: Mapping[str, pa.Table]
    wanted: Result

    def differences(self, marts: Path | None = None, state: Path | None = None) -> list[str]:
        """What the marts say and the twin does not, or the other way round."""
        got = read(state or self.places.state, marts or self.places.marts, self.wanted, self.rules)
        names = ("unit_days", "verdicts", "breaches", "exposure", "ledger")
        return [line for name in names for line in _compare(name, getattr(got, name), getattr(self.wanted, name))]


def make_case(root: Path, topic: str, seed: int, stores: int) -> Case:
    """Make rules and worlds of a topic and judge them by both."""
    measured, kinds, first, days, edge = TOPICS[topic]
    made = packs.rules(seed, measured, edge)
    rules = packs.compile_rules(root / "packs", made, _combine(made))
    return judged(root, worlds.make(seed, stores, first, days, kinds), rules)


def _combine(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Three pairs of rules that meet, each in another way."""
    names = [one["id"] for one in made if "rule" in one["id"]]
    return [
        {"rules": list(pair), "meet_on": on, "how": how, "evidence": [], "why": {"zh": "试", "en": "a trial"}}
        for pair, on, how in zip(zip(names[::2], names[1::2], strict=False), ("order", "day", "order"), ("heaviest", "unknown", "override"), strict=False)
    ]


def judged(root: Path, tables: Mapping[str, Any], rules: Mapping[str, pa.Table]) -> Case:
    """Judge rows by both."""
    facts = {name: rows for name, rows in tables.items() if name != "hits"}
    world = judge(root, facts, rules, hits_of(tables), one_month=True)
    return Case(world.places, rules, evaluate(tables, read_rulebook(rules)))


def hits_of(tables: Mapping[str, Any]) -> pl.DataFrame | None:
    """The hits of worlds as a frame."""
    rows = [{"platform": row["store_id"].split("/")[0], **row} for row in tables.get("hits", ())]
    return typed(by_name()["hits"], rows) if rows else None


def read(state: Path, marts: Path, wanted: Result, rules: Mapping[str, pa.Table]) -> Result:
    """The marts in the twin's form."""
    got = Result()

    def mart(name: str) -> pl.DataFrame:
        return pl.read_parquet(marts / f"{name}.parquet")

    files = sorted((state / "unit_daily").rglob("*.parquet"))
    days: dict[str, list[tuple[date, date]]] = {}
    for row in rules["rule_versions"].to_pylist():
        if row["combo"] and row["track"] in ("in_force", "training"):
            days.setdefault(row["combo"], []).append((row["effective_from"], row["effective_to"]))
    if files:
        for row in pl.read_parquet(files).iter_rows(named=True):
            if row["day"] is None or any(start <= row["day"] < end for start, end in days[row["combo"]]):
                key = (row["combo"], row["store_id"], row["day"], row["excluded_because"])
                units, ok_units, value_sum = got.unit_days.get(key, (0, 0, 0.0))  # each batch knows a part of a day
                got.unit_days[key] = (units + row["units"], ok_units + row["ok_units"], value_sum + (row["value_sum"] or 0.0))
    for row in mart("verdicts").iter_rows(named=True):
        key = (row["store_id"], row["version_id"], row["window_start"], row["window_end"])
        got.verdicts[key] = (row["status"], row["units"], row["ok_units"], row["excluded_units"], row["value"], row["partial"], row["severity"])
    dormant = {key for key in got.verdicts if key not in wanted.verdicts and got.verdicts[key][1] is None}
    seen = {(key[0], key[1].split("#")[0]) for key in wanted.verdicts}
    got.verdicts = {key: value for key, value in got.verdicts.items() if key not in dormant or (key[0], key[1].split("#")[0]) in seen}
    for row in mart("breaches").iter_rows(named=True):
        got.breaches[(row["breach_id"],)] = tuple(row[name] for name in (
            "store_id", "version_id", "occurred_at", "day", "value", "severity", "certainty", "priced", "money_low_cny", "money_high_cny",
            "points_class", "points_low", "points_high", "counted", "sanction", "sanction_days_low", "sanction_days_high",
        ))  # fmt: skip
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for row in mart("exposure").iter_rows(named=True):
        key = tuple(row[name] for name in ("store_id", "pack", "track", "rule_id", "month", "certainty"))
        total = sums.setdefault(key, [0, None, None, []])
        total[0] += row["breaches"]
        total[1] = _add(total[1], row["money_low_cny"])
        total[2] = _add(total[2], row["money_high_cny"])
        if row["points_class"]:
            total[3].append((row["points_class"], row["points_low"], row["points_high"]))
    got.exposure = {key: (*total[:3], tuple(sorted(total[3], key=str))) for key, total in sums.items()}
    for row in mart("points_ledger").iter_rows(named=True):
        key = tuple(row[name] for name in ("store_id", "certainty", "entry", "breach_id", "points_class"))
        got.ledger[key] = (row["points"], row["balance"], row["next_node"])
    return got


def _add(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def _compare(name: str, got: Table, wanted: Table) -> list[str]:
    found = [f"{name} {key}: only the SQL has {got[key]}" for key in got.keys() - wanted.keys()]
    found += [f"{name} {key}: only the twin has {wanted[key]}" for key in wanted.keys() - got.keys()]
    for key in got.keys() & wanted.keys():
        if not all(_same(one, other) for one, other in zip(got[key], wanted[key], strict=True)):
            found.append(f"{name} {key}: SQL {got[key]} twin {wanted[key]}")
    return sorted(found)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    numbers = (int, float, Decimal)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return abs(float(one) - float(other)) < 0.006 + 1e-9 * abs(float(one)) if isinstance(one, float) else float(one) == float(other)
    return bool(one == other)
