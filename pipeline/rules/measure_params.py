"""Check a version against the registry: its measure's parameters, the facts of its conditions."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.rules.conditions import NUMBER_OPS, BadCondition, Condition, Predicate, read_condition
from pipeline.rules.findings import finding
from pipeline.rules.forms import FormChecker
from pipeline.rules.model import Measure, Param, Registry, Rule, Version
from pipeline.rules.values import NONE, UNKNOWN
from pipeline.rules.yamlfile import Map, Value

_NUMBER_TYPES = {"seconds", "hours", "number", "count"}
_LIST_TYPES = {"texts", "lexicons", "concepts", "rules"}
RESET_KEYS = {"at", "when", "to"}
RESET_TIMES = ("calendar_year_end", NONE, UNKNOWN)


def check_body(rule: Rule, checker: FormChecker, registry: Registry) -> None:
    """Report parameters, scope values and condition facts that do not fit the registry."""
    for version in rule.versions:
        place = f"{rule.id} #{version.no}" + ("" if version.track == "in_force" else f"@{version.track}")
        _check_params(version, place, checker, registry)
        scope = version.part("scope")
        for key in ("hours_apply_to", "excludes"):
            if key in scope and key in registry.scope:
                _check_value(
                    registry.scope[key], scope[key], scope.line_of(key), f"{place}.scope.{key}", checker
                )
        for owner, condition, facts in _conditions(version, registry):
            _check_facts(condition, facts, version.line, f"{place}.{owner}", checker)


def _check_params(version: Version, place: str, checker: FormChecker, registry: Registry) -> None:
    params = version.part("params")
    if version.measure is None:
        if params:
            checker.report(
                finding("missing_key", checker.at(params.line, place), key="measure", what="measure")
            )
        return
    measure = registry.measures.get(version.measure) if isinstance(version.measure, str) else None
    if measure is None:
        line = version.body.line_of("measure")
        checker.report(
            finding(
                "unresolved",
                checker.at(line, place),
                what="measure",
                name=version.measure,
                registry="registry/measures.yaml",
            )
        )
        return
    for key, value in params.items():
        at = f"{place}.params.{key}"
        if key not in measure.params:
            known = " ".join(measure.params)
            checker.report(
                finding(
                    "unknown_param",
                    checker.at(params.line_of(key), at),
                    measure=measure.id,
                    key=key,
                    known=known,
                )
            )
        else:
            _check_value(measure.params[key], value, params.line_of(key), at, checker)
    _check_missing(version, measure, params, place, checker)


def _check_missing(version: Version, measure: Measure, params: Map, place: str, checker: FormChecker) -> None:
    for key, param in measure.params.items():
        if key not in params and not param.has_default:
            checker.report(
                finding("missing_param", checker.at(version.line, place), measure=measure.id, key=key)
            )


def _check_value(param: Param, value: Value, line: int, path: str, checker: FormChecker) -> None:
    if value == UNKNOWN:
        return
    if param.type in _NUMBER_TYPES:
        checker.kind("limit", value, line, path)
    elif param.type == "bool":
        checker.kind("flag", value, line, path)
    elif param.type == "time":
        checker.kind("clock", value, line, path)
    elif param.type == "times":
        checker.kind("hours", value, line, path)
    elif param.type in _LIST_TYPES:
        checker.kind("list:text", value, line, path)
        for item in value if isinstance(value, list) else []:
            _check_item(param, item, line, path, checker)
    elif param.type == "resets":
        _check_resets(value, line, path, checker)
    elif param.values:
        checker.kind("|".join(param.values), value, line, path)
    else:
        checker.kind("text", value, line, path)


def _check_item(param: Param, item: Value, line: int, path: str, checker: FormChecker) -> None:
    if param.values and item not in param.values:
        allowed = " ".join(param.values)
        checker.report(finding("not_one_of", checker.at(line, path), value=item, allowed=allowed))


def _check_resets(value: Value, line: int, path: str, checker: FormChecker) -> None:
    if not isinstance(value, list):
        checker.kind("list:open", value, line, path)
        return
    for reset in value:
        if not isinstance(reset, Map) or "at" not in reset:
            checker.report(finding("missing_key", checker.at(line, path), key="at", what="at"))
            continue
        for key in reset:
            if key not in RESET_KEYS:
                known = " ".join(sorted(RESET_KEYS))
                checker.report(
                    finding("unknown_key", checker.at(reset.line_of(key), path), key=key, known=known)
                )
        checker.kind("|".join(RESET_TIMES), reset["at"], reset.line_of("at"), f"{path}.at")
        checker.condition(reset.get("when", NONE), reset.line, f"{path}.when")
        if "to" in reset:
            checker.kind("number", reset["to"], reset.line_of("to"), f"{path}.to")


def _conditions(version: Version, registry: Registry) -> Iterator[tuple[str, Condition, dict[str, Map]]]:
    """Every condition of a version with the facts that may stand in it."""
    facts = registry.facts
    each = version.part("judge").get("by", "each") == "each"
    breach = {name: fact for name, fact in facts.items() if fact.get("level") == "breach"}
    stores = {name: fact for name, fact in facts.items() if fact.get("level") == "store"}
    ledger = {name: fact for name, fact in facts.items() if fact.get("level") == "ledger"}
    bands = {**registry.aggregates, **(breach if each else {}), **stores}
    for number, band in enumerate(version.bands, 1):
        yield f"judge.bands[{number}]", band.condition, bands
    if version.gate is not None:
        yield "judge.gate", version.gate, dict(registry.aggregates)
    for number, penalty in enumerate(version.penalties, 1):
        yield f"penalties.of[{number}]", penalty.condition, {**breach, **stores, **ledger}
    for number, exempt in enumerate(version.exempt, 1):
        yield f"exempt[{number}]", exempt, {**breach, **stores}
    if version.stores is not None:
        yield "scope.stores", version.stores, stores
    if version.orders is not None:
        yield "scope.orders", version.orders, breach
    resets = version.part("params").get("resets")
    for reset in resets if isinstance(resets, list) else []:
        if isinstance(reset, Map) and "when" in reset:
            try:
                yield "params.resets", read_condition(reset["when"]), ledger
            except BadCondition:
                continue  # reported with the form


def _check_facts(
    condition: Condition, facts: dict[str, Map], line: int, path: str, checker: FormChecker
) -> None:
    for predicate in {predicate for group in condition for predicate in group}:
        fact = facts.get(predicate.fact)
        where = checker.at(line, path)
        if fact is None:
            checker.report(
                finding("wrong_fact", where, fact=predicate.fact, owner=path, known=" ".join(facts))
            )
        elif not _op_fits(predicate, fact):
            checker.report(finding("wrong_op", where, fact=predicate.fact, op=predicate.op))
        elif "windows" in fact and predicate.in_window not in fact["windows"]:
            checker.report(finding("needs_window", where, known=" ".join(fact["windows"])))


def _op_fits(predicate: Predicate, fact: Map) -> bool:
    kind = fact.get("type")
    if kind == "number":
        return predicate.op in NUMBER_OPS and predicate.number is not None
    if kind == "bool":
        return predicate.op == "eq" and predicate.members in (("true",), ("false",))
    return predicate.op in ("in", "eq") and bool(predicate.members)
