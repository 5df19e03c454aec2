"""Say what changed from one version to the next: field, old, new, and whether it became stricter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from pipeline.rules.limits import rule_limit
from pipeline.rules.model import Packs, Rule, Version
from pipeline.rules.rule_words import judged_words
from pipeline.rules.timeline import Binding
from pipeline.rules.values import NONE, UNKNOWN, read_hours, read_number
from pipeline.rules.words import penalties_words
from pipeline.rules.yamlfile import Map, Value

_LOWER_IS_STRICTER = {
    "within_seconds",
    "within_hours",
    "limit_hours",
    "grace_hours",
    "after_late_hours",
    "pickup_hours",
    "update_hours",
    "after_tracking_fault_days",
    "at_most",
    "unanswered_messages",
}
_HIGHER_IS_STRICTER = {"min_hours", "min_agents", "imputed_seconds", "good_from"}


def change_rows(packs: Packs, bound: Sequence[Binding]) -> Iterator[dict[str, Any]]:
    """One row per field that differs between a version and the one before it on its track."""
    for _, chain in groupby(bound, key=lambda binding: (binding.pack, binding.rule.id, binding.track)):
        for before, after in pairwise(chain):
            for field, old, new, direction in changed_fields(
                packs, after.rule, before.version, after.version
            ):
                yield {
                    "rule_id": after.rule.id,
                    "pack": after.pack,
                    "track": after.track,
                    "concept": after.rule.concept,
                    "changed_on": after.version.from_date,
                    "field": field,
                    "old": old,
                    "new": new,
                    "direction": direction,
                    "evidence_ids": [cite.evidence for cite in after.version.cites],
                }


def changed_fields(
    packs: Packs, rule: Rule, before: Version, after: Version
) -> Iterator[tuple[str, str | None, str | None, str]]:
    """Every field that differs, as (field, old, new, stricter | looser | other)."""
    if before.measure != after.measure:
        yield "measure", before.measure, after.measure, "other"
    for part in ("params", "scope"):
        old, new = (_filled(part, version, packs) for version in (before, after))
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                yield (
                    f"{part}.{key}",
                    show(old.get(key)),
                    show(new.get(key)),
                    _direction(key, old.get(key), new.get(key)),
                )
    said = [judged_words(version, packs.registry)[0] for version in (before, after)]
    if said[0] != said[1]:
        yield "judge", said[0], said[1], _judge_direction(packs, rule, before, after)
    cost = [penalties_words(version, packs.registry)[0] for version in (before, after)]
    if cost[0] != cost[1]:
        yield "penalties", cost[0], cost[1], "other"
    if after.suspended != before.suspended:
        yield (
            "suspends",
            show(before.suspended),
            show(after.suspended),
            "looser" if after.suspended else "stricter",
        )


def _filled(part: str, version: Version, packs: Packs) -> dict[str, Value]:
    """A part with the registry's defaults for what it leaves out: stating a default changes nothing."""
    measure = packs.registry.measures.get(version.measure or "")
    known = packs.registry.scope if part == "scope" else measure.params if measure else {}
    return {name: param.default for name, param in known.items() if param.has_default} | version.part(part)


def show(value: Value) -> str | None:
    """A value as one would write it in the file; None when it is absent."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(str(show(item)) for item in value) + "]"
    if isinstance(value, Map):
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}"
    return str(value)


def _direction(key: str, old: Value, new: Value) -> str:
    if key == "hours":
        before, after = read_hours(old), read_hours(new)
        whole = (0, 1440)
        a, b = (
            before or (whole if old in (None, NONE) else None),
            after or (whole if new in (None, NONE) else None),
        )
        if a is None or b is None:
            return "other"
        if b[0] <= a[0] and b[1] >= a[1]:
            return "stricter"
        return "looser" if b[0] >= a[0] and b[1] <= a[1] else "other"
    if key not in _LOWER_IS_STRICTER | _HIGHER_IS_STRICTER or UNKNOWN in (old, new):
        return "other"
    first, second = _exact(old), _exact(new)
    if first is None or second is None or first == second:
        return "other"
    return "stricter" if (second < first) == (key in _LOWER_IS_STRICTER) else "looser"


def _judge_direction(packs: Packs, rule: Rule, before: Version, after: Version) -> str:
    """Stricter or looser only when the same kind of limit moved, over the same window."""
    if before.part("judge").get("by") != after.part("judge").get("by"):
        return "other"
    if before.part("judge").get("window") != after.part("judge").get("window"):
        return "other"
    if len(before.bands) != 1 or len(after.bands) != 1:
        return "other"
    old, new = rule_limit(rule, before, packs), rule_limit(rule, after, packs)
    if (
        not old
        or not new
        or (old.op, old.unit) != (new.op, new.unit)
        or old.threshold is None
        or new.threshold is None
    ):
        return "other"
    if old.threshold == new.threshold:
        return "other"
    return "stricter" if (new.threshold > old.threshold) == (new.op in ("ge", "gt")) else "looser"


def _exact(value: Value) -> Decimal | None:
    number = read_number(value)
    return number.exact if number else None
