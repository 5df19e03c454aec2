"""Split a version's parameters into shape and combo, so that rules that look alike share their work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.rules.conditions import Condition
from pipeline.rules.model import Measure, Param, Registry, Version
from pipeline.rules.values import NONE, UNKNOWN, read_bool, read_clock, read_hours, read_number
from pipeline.rules.yamlfile import Value

# Registry type -> the Arrow name of its column; `times` becomes two columns, _from_minute and _to_minute.
COLUMN_TYPES = {
    "text": "text",
    "seconds": "double",
    "hours": "double",
    "number": "double",
    "count": "int",
    "bool": "bool",
    "time": "int",
    "texts": "texts",
    "lexicons": "texts",
    "concepts": "texts",
    "concept": "text",
}
SCOPE_COLUMNS = {
    "hours_from_minute": "int",
    "hours_to_minute": "int",
    "hours_apply_to": "text",
    "excludes": "texts",
    "orders_scope": "text",
    "binds_by": "text",
}
_NUMBERS = {"seconds", "hours", "number", "count"}


@dataclass(frozen=True)
class Split:
    """The typed columns of one version: its shape, its whole combo, and both keys."""

    shape: str
    combo: str
    shape_values: dict[str, Any]
    combo_values: dict[str, Any]


class Undecided(Exception):
    """A parameter that no source states and nobody assumed: the version cannot be judged."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def columns_of(measure: Measure, role: str | None = None) -> dict[str, str]:
    """The parameter columns of a measure (of one role, or all) with their types, in the registry's order."""
    columns: dict[str, str] = {}
    for param in measure.params.values():
        if role is None or param.role == role:
            if param.type == "times":
                columns |= {f"{param.name}_from_minute": "int", f"{param.name}_to_minute": "int"}
            else:
                columns[param.name] = COLUMN_TYPES[param.type]
    return columns


def split(version: Version, measure: Measure, registry: Registry) -> Split:
    """Type a version's parameters and scope and key them by content.

    Raises:
        Undecided: when something needed is unknown or a range.
    """
    params = version.part("params")
    shape: dict[str, Any] = {}
    combo: dict[str, Any] = {}
    for param in measure.params.values():
        columns = _typed(param, params.get(param.name, param.default))
        (shape if param.role == "shape" else combo).update(columns)
    scope = _scope(version, registry)
    shape_key = _key({"measure": measure.id, **shape, **scope})
    combo_key = _key({"shape": shape_key, **combo})
    return Split(shape_key, combo_key, {**shape, **scope}, {**shape, **combo, **scope})


def condition_json(condition: Condition | None) -> str | None:
    """A condition as canonical JSON (a list of alternatives of predicates); None when there is none."""
    if condition is None:
        return None
    return json.dumps(
        [[_predicate(predicate) for predicate in group] for group in condition],
        ensure_ascii=False,
        sort_keys=True,
    )


def _scope(version: Version, registry: Registry) -> dict[str, Any]:
    scope = version.part("scope")
    hours = scope.get("hours", NONE)
    if hours == UNKNOWN:
        raise Undecided("考核时段不详", "the hours judged are unknown")
    span = (0, 1440) if hours == NONE else read_hours(hours)
    assert span is not None, "the loader checked it"
    default = registry.scope["hours_apply_to"].default if "hours_apply_to" in registry.scope else "event"
    apply_to, excludes = scope.get("hours_apply_to", default), scope.get("excludes", [])
    if apply_to == UNKNOWN and hours != NONE:
        raise Undecided("考核时段按什么判断不详", "what must lie within the hours is unknown")
    if excludes == UNKNOWN:
        raise Undecided("排除项不详", "what is left out is unknown")
    return {
        "hours_from_minute": span[0],
        "hours_to_minute": span[1],
        "hours_apply_to": default if apply_to == UNKNOWN else apply_to,
        "excludes": [] if excludes == NONE else sorted(excludes),
        "orders_scope": condition_json(version.orders),
        "binds_by": version.binds_by,
    }


def _typed(param: Param, value: Value) -> Mapping[str, Any]:
    if value == UNKNOWN:
        raise Undecided(f"参数「{param.zh}」不详", f"parameter “{param.en}” is unknown")
    absent = value is None or (value == NONE and NONE not in param.values)
    if param.type == "times":
        span = None if absent else read_hours(value)
        low, high = span or (None, None)
        return {f"{param.name}_from_minute": low, f"{param.name}_to_minute": high}
    return {param.name: None if absent else _one(param, value)}


def _one(param: Param, value: Value) -> Any:
    if param.type in _NUMBERS:
        number = read_number(value)
        if number is None or number.exact is None:
            raise Undecided(
                f"参数「{param.zh}」各来源不一", f"sources leave a range for parameter “{param.en}”"
            )
        return int(number.exact) if param.type == "count" else float(number.exact)
    if param.type == "bool":
        return read_bool(value)
    if param.type == "time":
        return read_clock(value)
    if COLUMN_TYPES.get(param.type) == "texts":
        return sorted(value)
    return value


def _predicate(predicate: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"fact": predicate.fact, "op": predicate.op}
    if predicate.number is not None:
        entry |= {"low": _text(predicate.number.low), "high": _text(predicate.number.high)}
    if predicate.members:
        entry["members"] = list(predicate.members)
    if predicate.in_window:
        entry["in_window"] = predicate.in_window
    return entry


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def _key(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
