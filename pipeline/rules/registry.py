"""Read the registries: the names that packs, measures and marts share."""

from __future__ import annotations

from pathlib import Path

from pipeline.problems import Problem
from pipeline.rules.forms import FormChecker
from pipeline.rules.model import Measure, Param, Registry
from pipeline.rules.yamlfile import Map, Value, read_yaml

FILES = (
    "concepts",
    "measures",
    "facts",
    "units",
    "platforms",
    "sanctions",
    "calendar",
    "coverage",
    "combine",
    "words",
)


def read_registry(root: Path) -> tuple[Registry, list[Problem]]:
    """Read every registry file; what is missing or malformed is a problem, and its entry is left out."""
    problems: list[Problem] = []
    read: dict[str, Value] = {}
    checkers: dict[str, FormChecker] = {}
    for name in FILES:
        file = f"registry/{name}.yaml"
        value, found = read_yaml(root / file, root)
        read[name] = Map(1) if value is None else value
        problems += found
        checkers[name] = FormChecker(file, problems.append)

    def entries(name: str, form: str, key: str | None = None) -> Map:
        """The sound entries of a registry file, or of one mapping in it."""
        value = read[name]
        if key is not None:
            value = value.get(key, Map(1)) if isinstance(value, Map) else value
        return checkers[name].entries(form, value, key or "")

    units = Map(1)
    units.update({key: entries("units", key[:-1], key) for key in ("count_units", "threshold_units")})
    measures = entries("measures", "measure", "measures")
    registry = Registry(
        concepts=entries("concepts", "concept"),
        measures={name: _measure(name, entry) for name, entry in measures.items()},
        scope={name: _param(name, entry) for name, entry in entries("measures", "param", "scope").items()},
        facts=entries("facts", "fact", "facts"),
        aggregates=entries("facts", "fact", "aggregates"),
        units=units,
        platforms=entries("platforms", "platform"),
        sanctions=entries("sanctions", "sanction"),
        calendar=entries("calendar", "period", "periods"),
        coverage=_cells(read["coverage"], checkers["coverage"]),
        combine=_pairs(read["combine"], checkers["combine"]),
        words=entries("words", "spoken"),
    )
    return registry, problems


def _cells(value: Value, checker: FormChecker) -> Map:
    """code -> concept -> {status, note}: a cell may be written as its status alone."""
    table = value.get("cells", value) if isinstance(value, Map) else value
    cells = Map(getattr(table, "line", 1))
    if not isinstance(table, Map):
        checker.kind("map:cell", table, 1, "cells")
        return cells
    for code, row in table.items():
        whole = Map(getattr(row, "line", table.line_of(code)))
        for concept, cell in row.items() if isinstance(row, Map) else ():
            line = row.line_of(concept)
            if not isinstance(cell, Map):
                status, cell = cell, Map(line)
                cell["status"] = status
                cell.lines["status"] = line
            whole[concept] = cell
            whole.lines[concept] = line
        if not isinstance(row, Map):
            checker.kind("map:cell", row, table.line_of(code), code)
        cells[code] = checker.entries("cell", whole, code)
        cells.lines[code] = table.line_of(code)
    return cells


def _pairs(value: Value, checker: FormChecker) -> list[Map]:
    if not isinstance(value, list):
        if value:
            checker.kind("list:form:pair", value, 1, "pairs")
        return []
    return [entry for entry in value if checker.form("pair", entry, getattr(entry, "line", 1), "pair")]


def _measure(name: str, entry: Map) -> Measure:
    return Measure(
        id=name,
        zh=entry["zh"],
        en=entry["en"],
        facts=tuple(entry.get("facts", [])),
        over_rules=entry.get("over_rules", False) is True,
        params={key: _param(key, value) for key, value in entry.get("params", {}).items()},
    )


def _param(name: str, entry: Map) -> Param:
    return Param(
        name=name,
        type=entry["type"],
        role=entry.get("role"),
        values=tuple(entry.get("values", [])),
        has_default="default" in entry,
        default=entry.get("default"),
        zh=entry["zh"],
        en=entry["en"],
    )
