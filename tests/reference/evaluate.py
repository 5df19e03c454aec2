"""The whole way for many stores: units a day, verdicts, breaches with their costs, ledgers and exposure, as plain tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tests.reference.caps import SURENESS, cap
from tests.reference.conditions import NO, YES
from tests.reference.costs import Effect, History, amounts, effects_of
from tests.reference.coverage import reach
from tests.reference.ledger import Entry, awards, crossings, nodes_of
from tests.reference.over_rules import overridden, recurring
from tests.reference.rows import Row, Store, stores_of
from tests.reference.rulebook import Rulebook
from tests.reference.verdicts import Breach, Judged, Verdict, judge
from tests.reference.windows import Sums

Table = dict[tuple[Any, ...], tuple[Any, ...]]


@dataclass
class Result:
    """Keys and values that the marts must have."""

    unit_days: Table = field(default_factory=dict)
    verdicts: Table = field(default_factory=dict)
    breaches: Table = field(default_factory=dict)
    exposure: Table = field(default_factory=dict)
    ledger: Table = field(default_factory=dict)


def name_of(*parts: object) -> str:
    """The stable id of a breach."""
    return hashlib.md5("|".join(str(part) for part in parts).encode()).hexdigest()


def evaluate(tables: Mapping[str, Iterable[Mapping[str, Any]]], book: Rulebook) -> Result:
    """Judge every store of the tables."""
    stores = stores_of(tables)
    span = _span(stores)
    result = Result()
    for store in stores:
        _store(store, book, span, result)
    result.unit_days = {key: (sums.units, sums.ok, float(sums.value)) for key, (sums,) in result.unit_days.items()}
    return result


def _span(stores: list[Store]) -> tuple[date, date]:
    found = [one for store in stores for one in reach(store).values()]
    days = [day for known, _ in found for day in known]
    return min(days), max([*days, *(until.date() for _, until in found if until)])


def _store(store: Store, book: Rulebook, span: tuple[date, date], result: Result) -> None:
    judged = judge(store, book, span, name_of)
    counted = recurring(judged, book, name_of)
    breaches = judged.breaches + counted
    history, given_way = History(breaches), overridden(judged, book)
    effects = [e for b in breaches for e in effects_of(b, store, book, history, b.id in given_way)]
    cap(effects)
    entries = awards(effects, book)
    nodes = crossings(entries, store.id, name_of)
    node_effects, crossed = _of_nodes(nodes)
    _unit_days(judged, book, span, result)
    for verdict in judged.verdicts:
        _resolve(verdict, judged.verdicts, counted, entries, nodes)
        _show_verdict(store, verdict, result)
    costs: dict[str, list[Effect]] = {}
    for effect in (*effects, *node_effects):
        costs.setdefault(effect.breach.id, []).append(effect)
    sure = {b.id: _certainty(b) for b in (*breaches, *crossed)}
    for breach in (*breaches, *crossed):
        result.breaches[(breach.id,)] = _breach_row(store, breach, costs.get(breach.id, []), sure[breach.id], book)
    _exposure(store, [*breaches, *crossed], [*effects, *node_effects], sure, book, result)
    for entry in (*entries, *nodes):
        ahead = [n for n, _ in nodes_of(entry.ladder, entry.balance + 500) if n > entry.balance] if entry.ladder else []
        kind = "award" if entry.node is None else "node"
        result.ledger[(store.id, entry.view, kind, entry.breach_id, entry.points_class)] = (
            entry.points, entry.balance, min(ahead, default=None),
        )  # fmt: skip


def _of_nodes(nodes: list[Entry]) -> tuple[list[Effect], list[Breach]]:
    effects, breaches = [], {}
    for entry in nodes:
        assert entry.ladder is not None and entry.penalty is not None
        breach = breaches.setdefault(entry.breach_id, Breach(entry.breach_id, entry.ladder, entry.at, entry.day, float(entry.balance)))
        breach.certainties = [*getattr(breach, "certainties", []), entry.view]  # type: ignore[attr-defined]
        for row in entry.penalty.effects:
            low, high = amounts(row, breach) if row.kind == "sanction" else (row.low, row.high)
            key = (row.kind, row.code, row.currency, row.payee, row.form)
            effect = Effect(breach, entry.penalty.penalty, entry.penalty, entry.view, key, low, high, uncapped_low=low, uncapped_high=high)
            effect.doubtful = row.kind in ("money", "points") and (low is None or high is None)
            effects.append(effect)
    return effects, list(breaches.values())


def _unit_days(judged: Judged, book: Rulebook, span: tuple[date, date], result: Result) -> None:
    for combo, units in judged.units.items():
        versions = [v for v in book.versions if v.combo == combo]
        for unit in units:
            if any(v.binds(unit.day) for v in versions):
                key = (combo, judged.store.id, unit.day, unit.why)
                sums = result.unit_days.setdefault(key, (Sums(),))[0]
                plain = Row(unit.__dict__ | {"why": None, "ok": bool(unit.ok)})
                sums.add(plain)  # type: ignore[arg-type]


def _resolve(verdict: Verdict, verdicts: list[Verdict], counted: list[Breach], entries: list[Entry], nodes: list[Entry]) -> None:
    """A rule over rules is broken when it counts something, kept when what it counts was judged."""
    if not verdict.counted:
        return
    version, window = verdict.version, verdict.window
    named = {row.counted_rule_id for row in version.counts}
    rests = sum(
        v.status in ("ok", "breach", "info") and window.start < v.window.end <= window.end
        for v in verdicts
        if (v.version.pack, v.version.track) == (version.pack, version.track) and (not named or v.version.rule_id in named)
    )
    values = [float(b.nth or 0) for b in counted if b.version is version and window.start <= b.day < window.end]
    values += [float(n.balance) for n in nodes if n.ladder is version and window.start <= n.day < window.end]
    balances = [float(e.balance) for e in entries if e.view == "confirmed" and e.ladder is version and window.start <= e.day < window.end]
    verdict.value = max(values) if values else max(balances, default=0.0)
    verdict.status = "breach" if values else "ok" if rests else "insufficient_data"


def _show_verdict(store: Store, v: Verdict, result: Result) -> None:
    sums = v.sums
    known = bool(sums.units or sums.excluded)
    result.verdicts[(store.id, v.version.version_id, v.window.start, v.window.end)] = (
        v.status, sums.units if known else None, sums.ok if known else None, sums.excluded if known else None,
        v.value, v.partial, v.severity,
    )  # fmt: skip


def _certainty(breach: Breach) -> str:
    found: list[str] = getattr(breach, "certainties", [])
    if found:
        return min(found, key=lambda one: SURENESS[one])
    if not breach.version.penalties:
        if breach.exempt == YES:
            return "averted"
        return "confirmed" if breach.settled and breach.exempt == NO else "contingent"
    return "averted"


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _high(lows: list[Decimal | None], highs: list[Decimal | None]) -> Decimal | None:
    """What is known at its low end only leaves the high end of a sum unknown."""
    if any(low is not None and high is None for low, high in zip(lows, highs, strict=True)):
        return None
    return _sum(highs)


def _breach_row(store: Store, breach: Breach, effects: list[Effect], certainty: str, book: Rulebook) -> tuple[Any, ...]:
    doubtful = [e.doubtful for e in effects]
    nothing = [e.doubtful and e.low is None and e.high is None for e in effects]
    priced = "no" if all(nothing) else "partly" if any(doubtful) else "yes"
    own = [e for e in effects if e.certainty == certainty]
    money = [e for e in own if e.kind == "money"]
    yuan = [e for e in money if e.key[2] == "CNY"]
    points_class = min((str(e.key[1]) for e in own if e.kind == "points"), default=None)
    points = [e for e in own if e.kind == "points" and e.key[1] == points_class]
    sanctions = [e for e in own if e.kind == "sanction" and e.key[1] in book.weights]
    sanctions.sort(key=lambda e: book.weights[str(e.key[1])] * 1000 + (e.high or 0), reverse=True)
    return (
        store.id, breach.version.version_id, breach.at, breach.day, breach.value, breach.severity, certainty, priced,
        None if any(e.low is None for e in money) else _sum([e.low for e in yuan]),
        None if any(e.high is None for e in money) else _sum([e.high for e in yuan]),
        points_class, _sum([e.low for e in points]), _sum([e.uncapped_high for e in points]), _sum([e.high for e in points]),
        next((e.key[1] for e in sanctions), None),  # days are those of the heaviest one that lasts days
        next((e.low for e in sanctions if e.low is not None), None), next((e.high for e in sanctions if e.high is not None), None),
    )  # fmt: skip


def _exposure(
    store: Store, breaches: list[Breach], effects: list[Effect], sure: dict[str, str], book: Rulebook, result: Result
) -> None:
    """Per rule, month and certainty: breaches, money and points, after rules that meet on an order or day."""
    sums: dict[tuple[Any, ...], dict[str, Any]] = {}

    def row(breach: Breach, certainty: str) -> dict[str, Any]:
        v = breach.version
        key = (store.id, v.pack, v.track, v.rule_id, f"{breach.day:%Y-%m}", certainty)
        return sums.setdefault(key, {"breaches": 0, "low": [], "high": [], "points": {}})

    for breach in breaches:
        row(breach, sure[breach.id])["breaches"] += 1
    for effect in effects:
        found = row(effect.breach, effect.certainty)
        low, high = _met(effect, effects, book)
        if effect.kind == "money" and effect.key[2] == "CNY":
            found["low"].append(low)
            found["high"].append(high)
        if effect.kind == "points":
            ends = found["points"].setdefault(effect.key[1], ([], []))
            ends[0].append(low)
            ends[1].append(high)
    for key, found in sums.items():
        points = tuple(sorted((name, _sum(low), _high(low, high)) for name, (low, high) in found["points"].items()))
        result.exposure[key] = (found["breaches"], _sum(found["low"]), _high(found["low"], found["high"]), points)


def _met(effect: Effect, effects: list[Effect], book: Rulebook) -> tuple[Decimal | None, Decimal | None]:
    """Of two rules that meet on an order or day the dearer counts; where no source says how, only at the low end."""
    if effect.kind != "money" or effect.certainty == "averted" or effect.high is None:
        return effect.low, effect.high
    mine, drops = effect.breach.version, []
    for row in book.combinations:
        if row.pack != mine.pack or row.how not in ("heaviest", "unknown") or mine.rule_id not in (row.rule_id, row.other_rule_id):
            continue
        other = row.other_rule_id if mine.rule_id == row.rule_id else row.rule_id
        for rival in effects:
            theirs = rival.breach.version
            same = theirs.rule_id == other and (theirs.pack, theirs.track) == (mine.pack, mine.track)
            if not same or rival.kind != "money" or rival.certainty == "averted" or rival.high is None or rival.key[2] != effect.key[2]:
                continue
            orders = (effect.breach.order_id, rival.breach.order_id)
            meets = orders[0] is not None and orders[0] == orders[1] if row.meet_on == "order" else effect.breach.day == rival.breach.day
            if meets and (rival.high, effect.breach.version.rule_id) > (effect.high, theirs.rule_id):
                drops.append(row.how)
    low = Decimal(0) if drops else effect.low
    return low, Decimal(0) if "heaviest" in drops else effect.high
