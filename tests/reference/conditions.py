"""Conditions in three values: a predicate is met, cannot be told, or is not met."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

YES, MAYBE, NO = 2, 1, 0
Condition = list[list[dict[str, Any]]]


def test(condition: Condition, seen: Callable[[dict[str, Any]], Any], possible: Callable[[str], bool] = lambda _: False) -> int:
    """Met when every predicate of one alternative is; `seen` gives the value of a predicate's fact, None if unknown.

    Args:
        possible: whether a fact that is not so yet may still become so.
    """
    return max((min((_one(p, seen(p), possible) for p in group), default=YES) for group in condition), default=YES)


def _one(predicate: dict[str, Any], value: Any, possible: Callable[[str], bool]) -> int:
    if value is None:
        return MAYBE
    if predicate["members"]:
        if str(value) in predicate["members"]:
            return YES
        return MAYBE if possible(predicate["fact"]) else NO
    return compare(predicate["op"], float(value), predicate["low"], predicate["high"])


def compare(op: str, value: float, low: Decimal | None, high: Decimal | None) -> int:
    """Hold a value against a limit that may be a range: past both ends, past none, or in between."""
    if low is None or high is None:
        return MAYBE
    ends = (_holds(op, value, float(low)), _holds(op, value, float(high)))
    return YES if all(ends) else MAYBE if any(ends) else NO


def _holds(op: str, value: float, limit: float) -> bool:
    match op:
        case "lt":
            return value < limit
        case "le":
            return value <= limit
        case "gt":
            return value > limit
        case "ge":
            return value >= limit
        case "eq":
            return value == limit
    raise ValueError(op)


def truth(flag: bool | None) -> str | None:
    """A yes or no as conditions write it."""
    return None if flag is None else ("true" if flag else "false")
