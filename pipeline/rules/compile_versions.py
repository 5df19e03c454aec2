"""The rule tables of one version: itself, its conditions, penalties, ladders, what it counts and cites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pipeline.rules.combos import Split, Undecided, condition_json
from pipeline.rules.compile_registers import Rows
from pipeline.rules.conditions import Condition, read_condition
from pipeline.rules.forms import read_whole
from pipeline.rules.model import Effect, Packs, Version
from pipeline.rules.rule_words import assumed_words, rule_words
from pipeline.rules.timeline import Binding
from pipeline.rules.values import NONE, UNKNOWN, Number, read_bool
from pipeline.rules.words import condition_words, penalties_words
from pipeline.rules.yamlfile import Map, Seq, Value


def add_version(rows: Rows, binding: Binding, made: Split | Undecided | None, packs: Packs) -> None:
    """Add the rows of one version in every table that speaks of versions."""
    version, registry, version_id = binding.version, packs.registry, binding.version_id
    rows["rule_versions"].append(_version_row(binding, made, packs))
    if isinstance(made, Split):
        rows["rule_combos"].append(
            {
                "version_id": version_id,
                "pack": binding.pack,
                "measure": version.measure,
                "combo": made.combo,
                "shape": made.shape,
                "judge_by": version.part("judge").get("by", "each"),
                "effective_from": binding.effective_from,
                "effective_to": binding.effective_to,
                "binds_by": version.binds_by,
            }
        )
    for number, band in enumerate(version.bands, 1):
        rows["bands"].append({"version_id": version_id, "band": number, "severity": band.severity})
        _add_condition(rows, version_id, "band", number, band.condition)
    for owner, condition in (("stores", version.stores), ("orders", version.orders), ("gate", version.gate)):
        if condition is not None:
            _add_condition(rows, version_id, owner, 1, condition)
    for number, exempt in enumerate(version.exempt, 1):
        _add_condition(rows, version_id, "exempt", number, exempt)
    for number, penalty in enumerate(version.penalties, 1):
        when = condition_words(penalty.condition, registry)
        rows["penalties"].append(
            {
                "version_id": version_id,
                "penalty": number,
                "per": penalty.per,
                "when_zh": when[0] or None,
                "when_en": when[1] or None,
            }
        )
        _add_condition(rows, version_id, "penalty", number, penalty.condition)
        for position, effect in enumerate(penalty.effects, 1):
            rows["effects"].append(
                {"version_id": version_id, "penalty": number, "effect": position} | _effect(effect)
            )
        for position, cap in enumerate(penalty.caps, 1):
            rows["caps"].append(
                {
                    "version_id": version_id,
                    "penalty": number,
                    "cap": position,
                    "cap_of": cap.of,
                    "per": cap.per,
                    **_ends("", cap.limit),
                    "mode": cap.mode,
                }
            )
    if version.measure == "ledger":
        rows["ladders"].append(_ladder(rows, binding))
    if version.measure == "recurrence":
        rows["recurrences"] += _recurrences(binding, packs)
    rows["rule_evidence"] += _evidence(binding)


def _version_row(binding: Binding, made: Split | Undecided | None, packs: Packs) -> dict[str, Any]:
    rule, version, registry = binding.rule, binding.version, packs.registry
    judge, scope, params = version.part("judge"), version.part("scope"), version.part("params")
    window = judge.get("window")
    undecided = made if isinstance(made, Undecided) else None
    text, penalties, assumed = (
        rule_words(rule, version, registry),
        penalties_words(version, registry),
        assumed_words(version, registry),
    )
    return {
        "version_id": binding.version_id,
        "rule_id": rule.id,
        "pack": binding.pack,
        "track": binding.track,
        "version_no": version.no,
        "title_zh": rule.title_zh,
        "title_en": rule.title_en,
        "concept": rule.concept,
        "relation": rule.relation,
        "kind": rule.kind,
        "from_date": version.from_date,
        "first_seen": min(version.seen, default=None),
        "effective_from": binding.effective_from,
        "effective_to": binding.effective_to,
        "certain_from": binding.certain_from,
        "binds_by": version.binds_by,
        "suspended_from": version.start if version.suspended else None,
        "suspended_to": version.end if version.suspended else None,
        "measure": version.measure,
        "combo": made.combo if isinstance(made, Split) else None,
        "unit_of_count": unit_of_count(version, packs),
        "judge_by": judge.get("by", "each"),
        **_window(window),
        "calendar": scope.get("period") or (window.get("calendar") if isinstance(window, Map) else None),
        "gate": condition_json(version.gate),
        "stores": condition_json(version.stores),
        "undecided_zh": undecided.zh if undecided else None,
        "undecided_en": undecided.en if undecided else None,
        "assumed_zh": assumed[0] or None,
        "assumed_en": assumed[1] or None,
        "assumed_fields": [entry.field for entry in version.assumed],
        "grade": binding.grade,
        "evidence_ids": evidence_ids(version),
        "params": _json(params),
        "scope": _json(scope),
        "judge": _json(judge),
        "penalties_zh": penalties[0],
        "penalties_en": penalties[1],
        "pick": version.pick,
        "text_zh": text[0],
        "text_en": text[1],
    }


def unit_of_count(version: Version, packs: Packs) -> str | None:
    """What the rule counts: its measure's unit; breaches or crossings for rules over rules."""
    if version.measure == "ledger":
        return "crossing"
    if version.measure == "recurrence":
        return "breach" if version.part("params").get("counts") == "breaches" else "window"
    measure = packs.registry.measures.get(version.measure or "")
    if measure is None:
        return None
    unit = version.part("params").get(
        "unit", measure.params["unit"].default if "unit" in measure.params else None
    )
    return None if unit in (None, UNKNOWN) else str(unit)


def evidence_ids(version: Version) -> list[str]:
    """The statements behind a version, its own first, then those it inherits a field from."""
    ids = [cite.evidence for cite in version.cites]
    ids += [evidence for found in version.support.values() for evidence in found]
    return list(dict.fromkeys(ids))


def _window(window: Value) -> dict[str, Any]:
    if not isinstance(window, Map):
        return {"window_kind": None, "window_days": None, "window_lag": None}
    if "every" in window:
        return {"window_kind": window["every"], "window_days": None, "window_lag": None}
    if "calendar" in window:
        return {"window_kind": "calendar", "window_days": None, "window_lag": None}
    lag = read_whole(window.get("lag", 0))
    return {"window_kind": "rolling", "window_days": read_whole(window["days"]), "window_lag": lag}


def _add_condition(rows: Rows, version_id: str, owner: str, number: int, condition: Condition) -> None:
    for alternative, group in enumerate(condition, 1):
        for position, predicate in enumerate(group, 1):
            rows["predicates"].append(
                {
                    "version_id": version_id,
                    "owner": owner,
                    "owner_no": number,
                    "alternative": alternative,
                    "predicate": position,
                    "fact": predicate.fact,
                    "op": predicate.op,
                    "low": predicate.number.low if predicate.number else None,
                    "high": predicate.number.high if predicate.number else None,
                    "members": list(predicate.members) or None,
                    "in_window": predicate.in_window,
                }
            )


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "kind": effect.kind,
        "code": effect.code,
        **_ends("", effect.amount),
        "is_rate": effect.is_rate,
        "base": effect.base,
        **_ends("min_", effect.minimum),
        **_ends("max_", effect.maximum),
        "has_min": effect.minimum is not None,
        "has_max": effect.maximum is not None,
        "currency": effect.currency,
        "payee": effect.payee,
        "form": effect.form,
        **_ends("days_", effect.days),
        "until": effect.until,
    }


def _ends(prefix: str, number: Number | None) -> dict[str, Any]:
    return {f"{prefix}low": number.low if number else None, f"{prefix}high": number.high if number else None}


def _ladder(rows: Rows, binding: Binding) -> dict[str, Any]:
    """The ladder's row; its resets' conditions go into the predicates under owner `reset`."""
    params = binding.version.part("params")
    resets = params.get("resets", NONE)
    listed = resets if isinstance(resets, Seq) else []
    below = None
    for number, reset in enumerate(listed, 1):
        if "when" not in reset:
            continue
        condition = read_condition(reset["when"])
        _add_condition(rows, binding.version_id, "reset", number, condition)
        for predicate in (predicate for group in condition for predicate in group):
            if predicate.op == "lt" and reset.get("to", "0") == "0" and predicate.number:
                below = predicate.number.exact
    times = [reset["at"] for reset in listed]
    return {
        "version_id": binding.version_id,
        "pack": binding.pack,
        "points_class": params.get("class"),
        "reset_at": times[0] if times else (resets if isinstance(resets, str) else NONE),
        "reset_when_below": below,
        "carry_unknown": any(reset.get("to") == UNKNOWN for reset in listed),
    }


def _recurrences(binding: Binding, packs: Packs) -> Iterator[dict[str, Any]]:
    params = binding.version.part("params")
    defaults = packs.registry.measures["recurrence"].params
    for rule_id in params.get("of", []):
        yield {
            "version_id": binding.version_id,
            "pack": binding.pack,
            "counted_rule_id": rule_id,
            "counts": params.get("counts"),
            "counted_in": params.get("in", defaults["in"].default),
            "consecutive": read_bool(params.get("consecutive", defaults["consecutive"].default)) or False,
        }


def _evidence(binding: Binding) -> Iterator[dict[str, Any]]:
    supports: dict[str, list[str]] = {}
    for cite in binding.version.cites:
        supports.setdefault(cite.evidence, []).extend(cite.supports)
    for field, found in binding.version.support.items():
        for evidence in found:
            if evidence not in {cite.evidence for cite in binding.version.cites}:
                supports.setdefault(evidence, []).append(field)
    for evidence, fields in supports.items():
        yield {
            "version_id": binding.version_id,
            "rule_id": binding.rule.id,
            "evidence_id": evidence,
            "supports": list(dict.fromkeys(fields)),
        }


def _json(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
