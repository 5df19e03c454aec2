"""Read the worked cases of the packs: tiny facts in, the verdict and penalty that must come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pipeline import tables
from pipeline.problems import Problem, RulesInvalid
from pipeline.rules.findings import Report, finding
from pipeline.rules.model import TRACKS, Case, Expect, Packs
from pipeline.rules.values import UNKNOWN, Number, read_bool, read_number
from pipeline.rules.yamlfile import Map, Value, read_yaml

_KEYS = ("rule", "track", "name", "store", "facts", "expect")
_EXPECT_KEYS = ("units", "failing", "verdict", "certainty", "money", "currency", "points", "sanction")
VERDICTS = ("ok", "breach", "info", "insufficient_data", "not_applicable", "manual_review")
CERTAINTIES = ("confirmed", "contingent", "averted")


def load_cases(folder: Path) -> list[Case]:
    """Read every pack's cases.yaml below a folder.

    Raises:
        RulesInvalid: with every problem found.
    """
    root = folder.resolve()
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted(root.glob("*/cases.yaml")):
        read, found = read_cases(path, root)
        cases += read
        problems += found
    if problems:
        raise RulesInvalid(*problems)
    return cases


def read_cases(path: Path, root: Path) -> tuple[list[Case], list[Problem]]:
    """Return the cases of one cases.yaml and what is wrong with the others."""
    file = str(path.relative_to(root))
    entries, problems = read_yaml(path, root)
    cases: list[Case] = []
    if entries is None:
        return cases, problems
    if not isinstance(entries, list):
        if entries:
            problems.append(finding("bad_case", f"{file}:1", key="file", what="a list of cases"))
        return cases, problems
    for entry in entries:
        before = len(problems)
        line = getattr(entry, "line", 1)
        if not isinstance(entry, Map):
            problems.append(finding("bad_case", f"{file}:{line}", key="case", what=str(entry)[:40]))
            continue
        where = f"{file}:{line} {entry.get('rule', '?')}"
        _check_form(entry, where, problems.append)
        if len(problems) > before:
            continue
        case = _case(entry, path.parent.name, where, problems.append)
        if len(problems) == before:
            cases.append(case)
    return cases, problems


def pending_measures(cases: Iterable[Case], packs: Packs, sql: Path) -> Counter[str]:
    """How many cases wait for which measure: those whose sql/measures/<id>.sql is not there yet."""
    waiting: Counter[str] = Counter()
    for case in cases:
        rule = packs.rules.get(case.rule)
        for name in {version.measure for version in rule.versions if version.measure} if rule else ():
            measure = packs.registry.measures.get(name)
            if measure and not measure.over_rules and not (sql / "measures" / f"{name}.sql").exists():
                waiting[name] += 1
    return waiting


def _check_form(entry: Map, where: str, report: Report) -> None:
    for key in entry:
        if key not in _KEYS:
            report(finding("unknown_key", where, key=key, known=" ".join(_KEYS)))
    for key in ("rule", "name", "facts", "expect"):
        if key not in entry:
            report(finding("missing_key", where, key=key, what=key))
    for lang in ("zh", "en"):
        if not isinstance(entry.get("name"), Map) or not entry["name"].get(lang):
            report(finding("missing_translation", f"{where} name", lang=lang))
    if not isinstance(entry.get("rule", ""), str):
        report(finding("bad_case", where, key="rule", what=str(entry["rule"])[:40]))
    if entry.get("track", "in_force") not in TRACKS:
        report(finding("not_one_of", f"{where} track", value=entry["track"], allowed=" ".join(TRACKS)))
    for key in ("facts", "expect", "store"):
        if not isinstance(entry.get(key, Map(1)), Map):
            report(finding("bad_case", where, key=key, what=str(entry[key])[:40]))


def _case(entry: Map, folder: str, where: str, report: Report) -> Case:
    facts: dict[str, list[dict[str, object]]] = {}
    for table, rows in entry["facts"].items():
        if not isinstance(rows, list):
            report(finding("bad_case", f"{where} facts.{table}", key=table, what="a list of rows"))
            continue
        facts[table] = [
            _row(table, row, f"{where} facts.{table}[{n}]", report) for n, row in enumerate(rows, 1)
        ]
    return Case(
        where=where,
        folder=folder,
        rule=entry["rule"],
        track=entry.get("track", "in_force"),
        name_zh=entry["name"]["zh"],
        name_en=entry["name"]["en"],
        store=_row("stores", entry.get("store", Map(1)), f"{where} store", report),
        facts=facts,
        expect=_expect(entry["expect"], f"{where} expect", report),
    )


def _row(table: str, row: Value, where: str, report: Report) -> dict[str, object]:
    """One row of facts with its values typed; columns not given stay away."""
    known = tables.by_name().get(table)
    if known is None or known.zone != "facts" or not isinstance(row, Map):
        report(finding("unresolved", where, what="fact table", name=table, registry="pipeline/tables.py"))
        return {}
    types = {column.name: column.type for column in known.columns}
    typed: dict[str, object] = {}
    for key, value in row.items():
        if key not in types:
            report(finding("unknown_key", where, key=key, known=" ".join(types)))
            continue
        try:
            typed[key] = _READERS[types[key]](value)
        except (ValueError, TypeError, InvalidOperation):
            report(finding("bad_case", f"{where}.{key}", key=key, what=f"{value!r} ≠ {types[key]}"))
    return typed


def _expect(expect: Map, where: str, report: Report) -> Expect:
    for key in expect:
        if key not in _EXPECT_KEYS:
            report(finding("unknown_key", where, key=key, known=" ".join(_EXPECT_KEYS)))
    for key, allowed in (("verdict", VERDICTS), ("certainty", CERTAINTIES)):
        if key in expect and expect[key] not in allowed:
            report(finding("not_one_of", f"{where}.{key}", value=expect[key], allowed=" ".join(allowed)))
    points, sanction = expect.get("points", Map(1)), expect.get("sanction", Map(1))
    counts: dict[str, int | None] = {}
    for key in ("units", "failing"):
        counts[key] = expect.get(key)
        if counts[key] is not None and (not isinstance(counts[key], int) or isinstance(counts[key], bool)):
            report(finding("bad_case", f"{where}.{key}", key=key, what=str(counts[key])))
    if not isinstance(points, Map) or not isinstance(sanction, Map):
        report(finding("bad_case", where, key="points, sanction", what="{…}"))
        points = sanction = Map(1)
    return Expect(
        units=counts["units"],
        failing=counts["failing"],
        verdict=expect.get("verdict"),
        certainty=expect.get("certainty"),
        money=_bounds(expect.get("money"), f"{where}.money", report),
        currency=expect.get("currency", "CNY"),
        points_class=points.get("class"),
        points=_bounds(
            [points["low"], points["high"]] if {"low", "high"} <= set(points) else None, where, report
        ),
        sanction=sanction.get("code"),
        sanction_days=_bounds(sanction.get("days"), f"{where}.sanction.days", report),
    )


def _bounds(value: Value, where: str, report: Report) -> Number | None:
    """A pair [low, high]; `unknown` reads as a bound of None."""
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2:
        low, high = (read_number(end) for end in value)
        if low is not None and high is not None:
            return Number(low.low, high.high)
    if value == UNKNOWN:
        return Number(None, None)
    report(finding("bad_case", where, key="[low, high]", what=str(value)))
    return None


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _whole(value: Value) -> int:
    if isinstance(value, bool):
        raise ValueError(value)
    return int(value)


def _truth(value: Value) -> bool:
    truth = read_bool(value)
    if truth is None:
        raise ValueError(value)
    return truth


_READERS: dict[str, Callable[[Any], object]] = {
    "text": _text,
    "int": _whole,
    "double": float,
    "bool": _truth,
    "timestamp": lambda value: datetime.fromisoformat(_text(value)),
    "date": lambda value: date.fromisoformat(_text(value)),
    "money": lambda value: Decimal(_text(value)),
    "number": lambda value: Decimal(_text(value)),
    "texts": lambda value: [_text(item) for item in value],
}
