"""What a breach costs before caps: which penalties apply, how sure that is, and between which ends the amounts lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.reference.conditions import MAYBE, NO, YES, Condition, test, truth
from tests.reference.orders import order_fact
from tests.reference.rows import Row, Store, rounded
from tests.reference.rulebook import Rulebook
from tests.reference.verdicts import Breach


@dataclass
class Effect:
    """One effect of a breach: a candidate, later the fold of the candidates that exclude each other."""

    breach: Breach
    penalty: int
    cap_of: Row
    certainty: str
    key: tuple[Any, ...]  # kind, code, currency, payee, form
    low: Decimal | None
    high: Decimal | None
    needs_amount: bool = False
    uncapped_low: Decimal | None = None
    uncapped_high: Decimal | None = None
    doubtful: bool = False  # a part of it has no stated amount

    @property
    def kind(self) -> str:
        return str(self.key[0])


class History:
    """A store's breaches in the order of time, to number them."""

    def __init__(self, breaches: list[Breach]) -> None:
        self.rules: dict[tuple[str, str, str], list[Breach]] = {}
        for breach in sorted(breaches, key=lambda b: (b.at, b.id)):
            self.rules.setdefault(self._rule(breach), []).append(breach)

    @staticmethod
    def _rule(b: Breach) -> tuple[str, str, str]:
        return b.version.pack, b.version.track, b.version.rule_id

    def nth(self, breach: Breach, window: str | None) -> int:
        """The how-many-eth of its rule this breach is in a window that ends with it."""
        if breach.nth is not None:
            return breach.nth
        before = self.rules[self._rule(breach)]
        before = before[: before.index(breach) + 1]
        return sum(in_window(window or "calendar_year", b.at, breach.at, b.day, breach.day) for b in before)


def in_window(window: str, at: datetime, now: datetime, day: Any, today: Any) -> bool:
    """Whether a moment lies in the window that ends now; a rolling one holds its end and not its beginning."""
    match window:
        case "calendar_year":
            return bool(day.year == today.year)
        case "calendar_month":
            return (day.year, day.month) == (today.year, today.month)
        case "rolling_30d":
            return now - timedelta(days=30) < at <= now
        case "rolling_7d":
            return now - timedelta(days=7) < at <= now
    return True


def _seen(breach: Breach, predicate: dict[str, Any], store: Store, history: History) -> Any:
    fact, sums = predicate["fact"], breach.sums
    order = breach.order or Row()
    if fact == "nth":
        return history.nth(breach, predicate["in_window"])
    if fact == "value":
        return breach.value
    if fact == "severity":
        return breach.severity
    if fact == "paid_cny":
        return breach.base
    if fact in ("units", "failing_units", "failing_share"):
        return sums.seen(fact) if sums else None
    if fact in ("complaint_filed", "user_annoyed", "complaint_upheld"):
        mine = _complaints(breach, store)
        return truth(True) if (any(c.upheld for c in mine) if fact == "complaint_upheld" else mine) else None
    if fact == "overdue_hours":
        paid = order.paid_at
        late = breach.value is not None and paid
        return breach.value - (breach.at - paid).total_seconds() / 3600 if late else None
    if fact in ("goods_cny", "promise_hours", "supply_type", "category", "is_presale", "is_custom", "is_cash_on_delivery"):
        return order_fact(order, fact)
    return None


def _complaints(breach: Breach, store: Store) -> list[Row]:
    """Complaints about the breach's order; of its conversation's buyer those without order, on its concept, in 30 days."""
    concept = breach.version.concept
    after = [c for c in store["complaints"] if c.raised_at >= breach.at - timedelta(days=1)]
    found = [c for c in after if breach.order_id and c.order_id == breach.order_id and c.concept in (None, concept)]
    talk = breach.unit.conversation if breach.unit else None
    buyers = {t.buyer_key for t in store["conversations"] if talk and t.conversation_id == talk} - {None}
    return found + [
        c for c in after
        if c.order_id is None and c.buyer_key in buyers and c.concept == concept and c.raised_at <= breach.at + timedelta(days=30)
    ]  # fmt: skip


def effects_of(breach: Breach, store: Store, book: Rulebook, history: History, overridden: bool) -> list[Effect]:
    """The effects of every penalty that applies or may apply, folded where penalties exclude each other."""
    version = breach.version

    def holds(condition: Condition) -> int:
        return test(condition, lambda p: _seen(breach, p, store, history), lambda f: book.possible.get(f, False))

    met = {row.penalty: holds(row.when) for row in version.penalties}
    breach.exempt = holds(version.exempt) if version.exempt else NO
    first = next((number for number, one in met.items() if one == YES), None)
    picks = [
        row for row in version.penalties
        if met[row.penalty] != NO and (version.pick != "first" or first is None or row.penalty <= first)
    ]  # fmt: skip
    candidates = []
    for row in picks:
        sure = met[row.penalty] == YES and (version.pick == "all" or len(picks) == 1)
        certainty = _certainty(breach, sure, overridden)
        for effect in row.effects:
            low, high = amounts(effect, breach)
            key = (effect.kind, effect.code, effect.currency, effect.payee, effect.form)
            candidates.append(Effect(breach, row.penalty, row, certainty, key, low, high, effect.kind in ("money", "points")))
    breach.certainties = [_certainty(breach, met[r.penalty] == YES and (version.pick == "all" or len(picks) == 1), overridden) for r in picks]  # type: ignore[attr-defined]
    return _fold(candidates, version.pick == "all", len(picks))


def _certainty(breach: Breach, sure: bool, overridden: bool) -> str:
    version = breach.version
    if overridden or breach.gate == NO or breach.exempt == YES:
        return "averted"
    if not breach.settled or MAYBE in (breach.gate, breach.exempt):
        return "contingent"
    if version.suspended_from is not None and version.suspended_from <= breach.day:
        if version.suspended_to is None:
            return "contingent"
        if breach.day < version.suspended_to:
            return "averted"
    return "confirmed" if sure else "contingent"


def amounts(effect: Row, breach: Breach) -> tuple[Decimal | None, Decimal | None]:
    """Both ends of an effect: a rate of its base or what is fixed, not below the minimum nor above the maximum."""
    if effect.kind == "sanction":
        return effect.days_low, effect.days_high
    if effect.kind != "money":
        return effect.low, effect.high
    base = None
    if effect.is_rate:
        column = effect.base or "paid_cny"
        base = breach.base if column == "paid_cny" else (breach.order or Row()).get(column)
    return _end(effect, base, "low"), _end(effect, base, "high")


def _end(effect: Row, base: Any, end: str) -> Decimal | None:
    if (effect.has_min and effect[f"min_{end}"] is None) or (effect.has_max and effect[f"max_{end}"] is None):
        return None
    amount = effect[end]
    if effect.is_rate:
        amount = None if base is None or amount is None else amount * Decimal(base)
    if amount is None:  # what bounds an amount that nobody knows is its minimum below and its maximum above
        bound = "min" if end == "low" else "max"
        return rounded(effect[f"{bound}_{end}"], 2) if effect[f"has_{bound}"] else None
    if effect.has_min:
        amount = max(amount, effect[f"min_{end}"])
    if effect.has_max:
        amount = min(amount, effect[f"max_{end}"])
    return rounded(amount, 2)


def _fold(candidates: list[Effect], every: bool, picks: int) -> list[Effect]:
    """Of penalties that exclude each other: from the least to the most that one of them costs."""
    groups: dict[tuple[Any, ...], dict[int, list[Effect]]] = {}
    for effect in candidates:
        key = (effect.penalty if every else 0, effect.certainty, *effect.key)
        groups.setdefault(key, {}).setdefault(effect.penalty, []).append(effect)
    folded = []
    for (penalty, certainty, *key), by_penalty in groups.items():
        found = [effect for effects in by_penalty.values() for effect in effects]
        needed, sanction = found[0].needs_amount, key[0] == "sanction"
        ends = [_within(effects, needed, sanction) for effects in by_penalty.values()]
        lows, highs = [low for low, _ in ends], [high for _, high in ends]
        low: Decimal | None = min((one for one in lows if one is not None), default=None)
        if needed and None in lows:
            low = None
        elif not every and len(by_penalty) < picks:
            low = Decimal(0)
        high = None if needed and None in highs else max((one for one in highs if one is not None), default=None)
        effect = Effect(found[0].breach, penalty, found[0].cap_of, certainty, tuple(key), low, high, needed, low, high)
        effect.doubtful = needed and any(e.low is None or e.high is None for e in found)
        folded.append(effect)
    return folded


def _within(effects: list[Effect], needed: bool, sanction: bool) -> tuple[Decimal | None, Decimal | None]:
    """What one penalty takes of one kind; an unknown part makes the whole at least the known rest."""
    lows, highs = [e.low for e in effects if e.low is not None], [e.high for e in effects if e.high is not None]
    total = max if sanction else sum
    low = total(lows) if lows else None
    high = None if not highs or (needed and len(highs) < len(effects)) else total(highs)
    return low, high  # type: ignore[return-value]
