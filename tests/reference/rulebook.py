"""The compiled rules as plain rows: one per version, with its conditions, penalties and typed parameters beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from pipeline.paths import packs_dir
from tests.reference.conditions import Condition
from tests.reference.rows import Row

_NUMBERS = ("seconds", "hours", "number", "count")


@dataclass
class Version:
    """A rule version as it binds one judging code."""

    row: Row
    params: Row
    bands: list[tuple[str | None, Condition]] = field(default_factory=list)
    stores: Condition | None = None
    orders: Condition | None = None
    gate: Condition | None = None
    exempt: Condition = field(default_factory=list)
    penalties: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    ladder: Row | None = None

    def __getattr__(self, name: str) -> Any:
        return self.row.get(name)

    def binds(self, day: date) -> bool:
        """Effective dates are whole days, the last one exclusive."""
        return bool(self.row.effective_from <= day < self.row.effective_to)


@dataclass
class Rulebook:
    """Every version on the judged tracks, and the registers they refer to."""

    versions: list[Version]
    holidays: dict[str, dict[date, int]]
    combinations: list[Row]
    weights: dict[str, int]
    possible: dict[str, bool]
    fact_tables: dict[str, Row]
    exempt_days: dict[str, set[date]]


@cache
def _registry(name: str) -> Any:
    return yaml.safe_load((packs_dir() / "registry" / f"{name}.yaml").read_text(encoding="utf-8"))


def read_rulebook(tables: Mapping[str, Any]) -> Rulebook:
    """Read compiled tables (Arrow) as plain rows."""
    rows = {name: [Row(row) for row in table.to_pylist()] for name, table in tables.items() if not name.startswith(("combos_", "shapes_"))}
    conditions: dict[tuple[str, str, int], dict[int, list[dict[str, Any]]]] = {}
    for row in sorted(rows["predicates"], key=lambda r: (r.alternative, r.predicate)):
        place = conditions.setdefault((row.version_id, row.owner, row.owner_no), {})
        place.setdefault(row.alternative, []).append(dict(row))
    versions = {}
    for row in rows["rule_versions"]:
        if row.track in ("in_force", "training"):
            versions[row.version_id] = Version(row, _typed(row))
    for owner in ("stores", "orders", "gate"):
        for (version_id, named, _), found in conditions.items():
            if named == owner and version_id in versions:
                setattr(versions[version_id], owner, list(found.values()))
    for (version_id, named, _), found in conditions.items():
        if named == "exempt" and version_id in versions:
            versions[version_id].exempt += found.values()
    for row in sorted(rows["bands"], key=lambda r: r.band):
        if row.version_id in versions:
            condition = list(conditions.get((row.version_id, "band", row.band), {}).values())
            versions[row.version_id].bands.append((None if row.severity == "unknown" else row.severity, condition))
    for row in sorted(rows["penalties"], key=lambda r: r.penalty):
        if row.version_id in versions:
            key = (row.version_id, row.penalty)
            row["when"] = list(conditions.get((row.version_id, "penalty", row.penalty), {}).values())
            row["effects"] = [e for e in rows["effects"] if (e.version_id, e.penalty) == key]
            row["caps"] = sorted((c for c in rows["caps"] if (c.version_id, c.penalty) == key), key=lambda c: c.cap)
            versions[row.version_id].penalties.append(row)
    for row in rows["recurrences"]:
        if row.version_id in versions:
            versions[row.version_id].counts.append(row)
    for row in rows["ladders"]:
        if row.version_id in versions:
            resets = [p for (v, owner, _), found in conditions.items() if v == row.version_id and owner == "reset" for g in found.values() for p in g]
            row["surely_below"] = max((p["low"] for p in resets if p["op"] == "lt"), default=None)
            versions[row.version_id].ladder = row
    holidays: dict[str, dict[date, int]] = {}
    for row in rows["calendar_days"]:
        if row.kind == "holiday":
            holidays.setdefault(row.calendar, {})[row.day] = row.year
    return Rulebook(
        list(versions.values()), holidays, rows["combinations"], {r.code: r.weight for r in rows["sanctions"]},
        {name: bool(fact.get("possible")) for name, fact in _registry("facts")["facts"].items()},
        {name: Row(measure) for name, measure in _registry("measures")["measures"].items()}, {},
    )  # fmt: skip


def _typed(row: Row) -> Row:
    """Parameters and scope as written, with the defaults of measures.yaml, in plain types."""
    scope = json.loads(row.scope)
    hours = scope.get("hours", "none")
    typed = Row(
        hours=(0, 1440) if hours in ("none", "unknown") else tuple(_minutes(text) for text in hours),
        hours_apply_to=scope.get("hours_apply_to", "event"),
        excludes=[] if isinstance(scope.get("excludes"), str) else scope.get("excludes") or [],
    )
    if row.measure is None:
        return typed
    given = json.loads(row.params)
    for name, param in _registry("measures")["measures"][row.measure]["params"].items():
        value = given.get(name, param.get("default"))
        values = param.get("values", [])
        if value is None or (value == "none" and "none" not in values) or value == "unknown":
            typed[name] = None
        elif param["type"] in _NUMBERS:
            typed[name] = None if isinstance(value, dict) else Decimal(value)
        elif param["type"] == "bool":
            typed[name] = value is True or value == "true"
        elif param["type"] == "time":
            typed[name] = _minutes(value)
        elif param["type"] == "times":
            typed[name] = tuple(_minutes(text) for text in value)
        else:
            typed[name] = value
    return typed


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
