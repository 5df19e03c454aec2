"""Count what no source states, per platform: dates, limits, amounts, penalties."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.rules.limits import rule_limit
from pipeline.rules.model import Packs
from pipeline.rules.timeline import LAST_DAY, Binding, bindings

UNKNOWNS = {
    "undated": ("起效日与所见日都不详", "no date at all"),
    "start_unknown": ("只知何时见到，不知何时起效", "seen, but its start unknown"),
    "limit_unknown": ("界限不详", "limit unknown"),
    "amount_unknown": ("处罚数额或天数不详", "amount or days unknown"),
    "no_penalty": ("未载明处罚", "no penalty stated"),
    "training_only": ("只有培训资料", "training texts only"),
    "assumed": ("有假定", "something assumed"),
}


def unknown_rules(packs: Packs) -> dict[str, dict[str, list[str]]]:
    """Per judging code and kind of gap, the rules whose newest version in force has it."""
    found: dict[str, dict[str, list[str]]] = {
        code: {kind: [] for kind in UNKNOWNS} for code in packs.registry.codes
    }
    for binding in bindings(packs):
        if binding.track == "in_force" and binding.effective_to == LAST_DAY:
            for kind in _gaps(binding, packs):
                found[binding.pack][kind].append(binding.rule.id)
    return found


def _gaps(binding: Binding, packs: Packs) -> Iterator[str]:
    version = binding.version
    if version.start is None:
        yield "undated"
    elif version.from_date is None:
        yield "start_unknown"
    limit = rule_limit(binding.rule, version, packs)
    if limit is not None and limit.threshold is None:
        yield "limit_unknown"
    effects = [effect for penalty in version.penalties for effect in penalty.effects]
    if any(number and not number.known for effect in effects for number in (effect.amount, effect.days)):
        yield "amount_unknown"
    if not effects:
        yield "no_penalty"
    if binding.grade == "training":
        yield "training_only"
    if version.assumed:
        yield "assumed"
