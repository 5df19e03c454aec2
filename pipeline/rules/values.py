"""What a value in a rule may be: numbers with two ends, dates, hours; read once, compared everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.rules.yamlfile import Value

UNKNOWN = "unknown"
NONE = "none"
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")


@dataclass(frozen=True)
class Number:
    """A stated number: low and high are equal, apart where sources leave a range, both None when unknown."""

    low: Decimal | None
    high: Decimal | None

    @property
    def known(self) -> bool:
        """Whether any source states it."""
        return self.low is not None

    @property
    def exact(self) -> Decimal | None:
        """The one number, None when it is unknown or a range."""
        return self.low if self.low == self.high else None


def read_number(value: Value) -> Number | None:
    """Return the number of ``'text decimal'``, ``unknown`` or ``{low, high}``; None when it is none of these.

    Either end of a range may be ``unknown``; then the whole reads as unknown, since no bound is sure on both
    sides.
    """
    if isinstance(value, str):
        if value == UNKNOWN:
            return Number(None, None)
        if _DECIMAL.match(value):
            return Number(Decimal(value), Decimal(value))
        return None
    if isinstance(value, dict) and set(value) == {"low", "high"}:
        low, high = read_number(value["low"]), read_number(value["high"])
        if low is None or high is None:
            return None
        if low.low is None or high.high is None:
            return Number(None, None)
        return Number(low.low, high.high) if low.low <= high.high else None
    return None


def read_day(value: Value) -> date | None:
    """Return the date of ``'2025-06-01'``, None when it is not one."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def read_clock(value: Value) -> int | None:
    """Return the minute of the day of ``'HH:MM'`` (1440 for ``'24:00'``), None when it is not one."""
    if value == "24:00":
        return 1440
    match = _CLOCK.match(value) if isinstance(value, str) else None
    return int(match[1]) * 60 + int(match[2]) if match else None


def read_hours(value: Value) -> tuple[int, int] | None:
    """Return the half-open minutes of ``['08:00', '23:00']``; the end may lie past midnight (night hours)."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    start, end = read_clock(value[0]), read_clock(value[1])
    if start is None or end is None or start == end or start == 1440:
        return None
    return start, end


def read_bool(value: Value) -> bool | None:
    """Return the truth of ``true``, ``false``, ``'true'``, ``'false'``; None when it is none of these."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def show_number(number: Number | None, percent: bool = False) -> str:
    """Write a number as a person would: no trailing zeros, a range with its two ends."""
    if number is None:
        return ""
    if number.low is None or number.high is None:
        return UNKNOWN
    ends = [
        _plain(end * 100 if percent else end) + ("%" if percent else "") for end in (number.low, number.high)
    ]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
