"""Caps in the order of time, proven costs first: what is left of a stretch, or of every window that rolls over a moment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.reference.costs import Effect
from tests.reference.rows import DAY, Row

SURENESS = {"confirmed": 1, "contingent": 2, "averted": 3}
ROLLING = {"7d": 7, "30d": 30}


def cap(effects: list[Effect]) -> None:
    """Cut the effects of one store by their penalties' caps, in place."""
    ordered = sorted(effects, key=lambda e: (SURENESS[e.certainty], e.breach.at, e.breach.id))
    accounts: dict[tuple[Any, ...], list[Effect]] = {}
    for effect in ordered:
        accounts.setdefault((effect.breach.version.version_id, effect.penalty, *effect.key), []).append(effect)
    for found in accounts.values():
        for rolling in (True, False):
            _apply(found, rolling)


def _apply(found: list[Effect], rolling: bool) -> None:
    """One pass for rolling caps, then the others in the order in which they are written."""
    numbers = sorted({limit.cap for effect in found for limit in effect.cap_of.caps if (limit.per in ROLLING) == rolling})
    for number in numbers:
        counted: dict[tuple[str, str], list[tuple[Any, Decimal]]] = {}
        for effect in found:
            limit = next((one for one in effect.cap_of.caps if one.cap == number and (one.per in ROLLING) == rolling), None)
            if limit is None or limit.cap_of not in ("times", effect.kind):
                continue
            for end in ("low", "high"):
                stretch = "rolling" if rolling else _stretch(limit.per, effect)
                taken = counted.setdefault((end, stretch), [])
                setattr(effect, end, _fits(effect, getattr(effect, end), limit, limit[end], taken))


def _fits(effect: Effect, amount: Decimal | None, limit: Row, most: Decimal | None, taken: list[tuple[Any, Decimal]]) -> Decimal | None:
    if most is None:
        return None
    if amount is None:
        if limit.per not in ROLLING and limit.cap_of == "times":
            taken.append((effect.breach.at, Decimal(1)))
        return None
    used = sum((one for _, one in taken), Decimal(0)) if limit.per not in ROLLING else _fullest(effect, limit, taken)
    left = max(most - used, Decimal(0))
    weight = Decimal(1) if limit.cap_of == "times" else amount
    if limit.cap_of == "times" or limit.mode == "skip":
        counts = weight if weight <= left else Decimal(0)
    else:
        counts = min(weight, left)
    if counts or limit.per not in ROLLING:
        taken.append((effect.breach.at, counts))
    return (amount if counts else Decimal(0)) if limit.cap_of == "times" else counts


def _fullest(effect: Effect, limit: Row, taken: list[tuple[Any, Decimal]]) -> Decimal:
    """Of all windows of so many days that hold this moment, the one with the most in it."""
    span = timedelta(days=ROLLING[limit.per])
    now = effect.breach.at
    ends = {now, *(when for when, _ in taken if now < when < now + span)}
    return max(sum((one for when, one in taken if end - span < when <= end), Decimal(0)) for end in ends)


def _stretch(per: str, effect: Effect) -> str:
    day: date = effect.breach.day
    match per:
        case "order":
            return str(effect.breach.order_id or effect.breach.id)
        case "day":
            return str(day)
        case "week":
            return str(day - day.weekday() * DAY)
        case "month":
            return f"{day:%Y-%m}"
        case "year":
            return str(day.year)
    return "all"
