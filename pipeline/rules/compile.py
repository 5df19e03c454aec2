"""Compile packs into the rule tables that SQL reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipeline import tables
from pipeline.rules.combos import SCOPE_COLUMNS, Split, Undecided, columns_of, split
from pipeline.rules.compile_registers import Rows, add_registers
from pipeline.rules.compile_versions import add_version
from pipeline.rules.model import Measure, Packs, Version
from pipeline.rules.timeline import Binding, bindings
from pipeline.rules.values import UNKNOWN

_ARROW = {
    "text": pa.string(),
    "int": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "texts": pa.list_(pa.string()),
}


def compile_packs(packs: Packs, min_grade: str = "secondary") -> dict[str, pa.Table]:
    """Return every table of tables.RULES, and per measure `combos_<measure>` and `shapes_<measure>`."""
    rows: Rows = {table.name: [] for table in tables.RULES}
    splits: dict[str, list[tuple[Binding, Split]]] = {}
    for binding in bindings(packs, min_grade):
        made = _try_split(binding.version, packs)
        if isinstance(made, Split):
            splits.setdefault(binding.version.measure or "", []).append((binding, made))
        add_version(rows, binding, made, packs)
    add_registers(rows, packs)
    out = {
        table.name: tables.arrow_table(rows[table.name], table.arrow_schema())
        for table in tables.RULES
    }
    for measure in packs.registry.measures.values():
        if not measure.over_rules:
            out |= _combo_tables(measure, splits.get(measure.id, []))
    return out


def _try_split(version: Version, packs: Packs) -> Split | Undecided | None:
    """The version's combo, why it has none, or None when its measure counts no units."""
    measure = packs.registry.measures.get(version.measure or "")
    if measure is None:
        return Undecided("没有数据能判，只能人工核对", "no data can judge it; checked by people only")
    if version.part("judge").get("window") == UNKNOWN:
        return Undecided("考核周期不详", "the period judged is unknown")
    if measure.over_rules:
        return None
    try:
        return split(version, measure, packs.registry)
    except Undecided as undecided:
        return undecided


def _combo_tables(measure: Measure, used: list[tuple[Binding, Split]]) -> dict[str, pa.Table]:
    combos: dict[str, dict[str, Any]] = {}
    shapes: dict[str, dict[str, Any]] = {}
    for binding, made in used:
        each = binding.version.part("judge").get("by", "each") == "each"
        combo = combos.setdefault(
            made.combo,
            {
                "combo": made.combo,
                "shape": made.shape,
                "judged_each": False,
                "judged_window": False,
                "packs": [],
                **made.combo_values,
            },
        )
        combo["judged_each"] = combo["judged_each"] or each
        combo["judged_window"] = combo["judged_window"] or not each
        combo["packs"] = sorted({*combo["packs"], binding.pack})
        shape = shapes.setdefault(made.shape, {"shape": made.shape, **made.shape_values})
        for entry in (combo, shape):
            entry["used_from"] = min(entry.get("used_from", binding.effective_from), binding.effective_from)
            entry["used_to"] = max(entry.get("used_to", binding.effective_to), binding.effective_to)
    span = {"used_from": "date", "used_to": "date"}
    combo_columns = {
        "combo": "text",
        "shape": "text",
        **columns_of(measure),
        **SCOPE_COLUMNS,
        "judged_each": "bool",
        "judged_window": "bool",
        "packs": "texts",
        **span,
    }
    shape_columns = {"shape": "text", **columns_of(measure, "shape"), **SCOPE_COLUMNS, **span}
    return {
        f"combos_{measure.id}": _table(combos, combo_columns),
        f"shapes_{measure.id}": _table(shapes, shape_columns),
    }


def _table(rows: Mapping[str, dict[str, Any]], columns: Mapping[str, str]) -> pa.Table:
    schema = pa.schema([pa.field(name, _ARROW[kind]) for name, kind in columns.items()])
    return tables.arrow_table([rows[key] for key in sorted(rows)], schema)
