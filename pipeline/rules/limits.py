"""Find the one limit by which a rule is compared, and write it in the concept's canonical unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipeline.rules.conditions import Predicate
from pipeline.rules.model import Packs, Rule, Version
from pipeline.rules.values import NONE, UNKNOWN, Number, read_number
from pipeline.rules.yamlfile import Map

# Parameters that limit a time, with the unit they are written in and the comparison that is ok.
TIME_LIMITS = {
    "within_seconds": ("second", "le"),
    "within_hours": ("hour", "le"),
    "limit_hours": ("hour", "le"),
    "after_late_hours": ("hour", "le"),
    "pickup_hours": ("hour", "le"),
    "update_hours": ("hour", "le"),
    "min_hours": ("hour", "ge"),
}
COUNT_LIMITS = {"at_most": ("count", "le"), "at_least": ("count", "ge"), "min_agents": ("count", "ge")}
# In these measures reaching the count is the breach, not the duty.
_COUNT_BREACHES = {"phrase", "contact"}
_SHARES = {"ok_share": "ge", "failing_share": "le"}
_BREACH_TO_OK = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "lt", "every": "lt"}
_TIMES = {"second", "minute", "hour", "day", "month"}


@dataclass(frozen=True)
class Limit:
    """What is ok: value op threshold. The threshold is None where the rule has one that no source states."""

    op: str
    threshold: Decimal | None
    unit: str
    canonical: Decimal | None


def time_limit(version: Version) -> tuple[str, Number, str] | None:
    """The time limit of a single unit: parameter, number as written, unit; None when the rule has none."""
    params = version.part("params")
    for key, (unit, op) in TIME_LIMITS.items():
        value = params.get(key, NONE)
        number = None if value == NONE else read_number(value)
        if number is not None and op == "le":
            return key, number, unit
    return None


def rule_limit(rule: Rule, version: Version, packs: Packs) -> Limit | None:
    """The limit that the concept is about: a share, a time, a count, or the first node of a ladder."""
    concept = packs.registry.concepts[rule.concept]
    wanted = concept.get("canonical_unit", NONE)
    if version.measure == "ledger":
        return _first_node(version)
    by = version.part("judge").get("by", "each")
    if by != "each" and wanted not in _TIMES:
        found = _band_limit(version)
        if found is not None:
            return _canonical(found, wanted, concept, packs)
    found = _mean_limit(version) if by == "mean" else None
    found = found or _param_limit(version, wanted) or (_band_limit(version) if by != "each" else None)
    return None if found is None else _canonical(found, wanted, concept, packs)


def _first_node(version: Version) -> Limit | None:
    nodes = [
        predicate.number.low
        for penalty in version.penalties
        for group in penalty.condition
        for predicate in group
        if predicate.fact == "balance" and predicate.number and predicate.number.low is not None
    ]
    return Limit("lt", min(nodes), "point", min(nodes)) if nodes else None


def _band_limit(version: Version) -> tuple[str, Number, str] | None:
    """The mildest band's limit: whoever keeps it keeps them all."""
    for fact in ("ok_share", "failing_share", "rank_pct", "mean", "failing_units", "sum", "units"):
        for band in reversed(version.bands):
            for predicate in (p for group in band.condition for p in group):
                if predicate.fact == fact and predicate.number is not None:
                    return _BREACH_TO_OK[predicate.op], predicate.number, _band_unit(predicate, version)
    return None


def _band_unit(predicate: Predicate, version: Version) -> str:
    if predicate.fact in _SHARES:
        return predicate.fact
    if predicate.fact == "rank_pct":
        return "rank_percent"
    if predicate.fact in ("mean", "sum"):
        return {"reply": "second", "online": "hour", "shipment": "hour", "refund": "hour"}.get(
            version.measure or "", "count"
        )
    return "count"


def _mean_limit(version: Version) -> tuple[str, Number, str] | None:
    found = _band_limit(version)
    return found if found and found[2] not in _SHARES else None


def _param_limit(version: Version, wanted: str) -> tuple[str, Number, str] | None:
    params = version.part("params")
    for key, (unit, op) in {**TIME_LIMITS, **COUNT_LIMITS}.items():
        value = params.get(key, NONE)
        number = None if value == NONE else read_number(value)
        if number is None or (key in COUNT_LIMITS and (wanted in _TIMES or wanted == NONE)):
            continue
        if key == "limit_hours" and "grace_hours" in params:
            grace = read_number(params["grace_hours"])
            number = _add(number, grace)
        breach = version.measure in _COUNT_BREACHES and key == "at_least"
        return "lt" if breach else op, number, unit
    return None


def _add(first: Number, second: Number | None) -> Number:
    if second is None or first.low is None or first.high is None or second.low is None or second.high is None:
        return Number(None, None)
    return Number(first.low + second.low, first.high + second.high)


def _canonical(found: tuple[str, Number, str], wanted: str, concept: Map, packs: Packs) -> Limit:
    op, number, unit = found
    value = number.exact
    if unit in _SHARES:
        # Half of the concepts count what is well, half what is wrong; the concept's own side is canonical.
        flips = (unit == "ok_share") != (concept.get("stricter") == "higher")
        canonical = None if value is None else (1 - value if flips else value)
        return Limit(op, value, "share", canonical if wanted in ("share", NONE) else None)
    units = packs.registry.units.get("threshold_units", {})
    own, other = units.get(unit), units.get(wanted)
    if value is None or not isinstance(own, Map) or not isinstance(other, Map):
        return Limit(op, value, unit, value if unit == wanted else None)
    if own["canonical"] != other["canonical"] or UNKNOWN in (own["factor"], other["factor"]):
        return Limit(op, value, unit, None)
    return Limit(op, value, unit, value * Decimal(own["factor"]) / Decimal(other["factor"]))
